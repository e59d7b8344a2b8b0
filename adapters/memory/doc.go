// Package memory coordinates the parts of one process, with the same contract as
// the one that several replicas share: without Redis there is one process, and
// it keeps the rates towards the chat platforms, hears its own signals and has
// every turn by itself.
//
// It is gone with the process and that is allowed: see bot.Coordination. It
// imports bot and nothing else, and no adapter.
package memory
