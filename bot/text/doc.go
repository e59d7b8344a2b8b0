// Package text is the catalogue of everything the bot says to people: one
// message a code, in Dutch (B1) and English, with typed arguments. Adapters and
// use cases hold no sentences of their own; the messages of rule codes live in
// the rules bundle.
//
// It imports nothing of ours but the zone in which days are written.
package text
