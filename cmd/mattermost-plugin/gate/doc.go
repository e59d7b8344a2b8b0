// Package gate decides what the hooks of the Mattermost plugin answer. It knows
// the hooks' traps and no Mattermost type: hooks translate to it and back, so
// that every answer can be tested without a server.
//
// Mattermost lets everything through when a plugin fails. Here it is the other
// way round: in a protected channel the answer is no unless everything that a
// yes needs was seen. What the gate says yes to in a channel that is not
// protected it does not look at; what comes from there into a protected one is
// caught where it arrives.
//
// A file needs two yesses. At the upload the bot reads its bytes and either
// keeps them in quarantine (a no to the server) or finds an approval; only then
// a record (file, channel, person, hash) is written. At the posting each file
// must have that record, for this channel and this person, and the bot is asked
// again. The record alone opens nothing.
//
// The plugin's own upload for a person carries no person the server knows of.
// It passes by a ticket: who, where, which bytes; issued and used within one
// call, for one upload and one message.
//
// gate imports internal/bridge for the shapes of questions and nothing else of
// ours.
package gate
