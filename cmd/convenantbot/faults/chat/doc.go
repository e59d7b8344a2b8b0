// Package chat is a chat server for fault runs: as much of Mattermost's REST
// interface, and of what our plugin does inside it, as the bot uses, over the
// real bridge with its signatures, nonces and streams. It keeps everything in
// memory, so a run can have hundreds of people on two cores, and it can be told
// to misbehave as a busy server does: 429, 500, slow, or no answer at all after
// the work was done.
//
// It keeps the promises that the real plugin keeps and no others: what is said
// under a key is said once, an event is handed over until the bot took it (and
// sometimes twice), a file in a room comes in by the bot alone. What people see
// is reported as effects, each with its time, for a history to be checked.
//
// The stories on the real server prove that the plugin is as assumed here. This
// package decides nothing about consent and knows no store; it imports of ours
// only the bridge.
package chat
