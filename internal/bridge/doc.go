// Package bridge is what the Mattermost plugin and the bot say to each other:
// the named calls, their types, how a call is signed, and the handshake of
// versions. It knows no chat platform, no store and no rules; it imports
// nothing of ours.
//
// # Who trusts whom
//
// The plugin runs inside the Mattermost server and the bot is a process of its
// own. Each calls the other over HTTP, and both addresses can be reached by
// others: the plugin's through the chat server itself, the bot's by whoever is
// on that network. So neither address proves anything; a shared secret does.
//
// Every call carries a keyed digest (HMAC-SHA-256) over the direction, the
// version, the method, the path, the time, a nonce, the call's meta data and a
// digest of its body. The answer is signed in the same way and bound to the
// nonce of its call: when the bot is away and something else has taken its
// port, that something cannot say yes.
//
// A call is refused when its time is more than [Window] off, when its nonce was
// seen before, when the version differs, and whenever the nonces cannot be
// read. The key differs per direction, so that a call cannot be turned around
// and sent back.
//
// # Streams
//
// The bytes of an uploaded file go to the bot while they are read; nobody
// knows their digest beforehand. The head of such a call is signed by itself,
// which keeps strangers out before one byte is read; the digest of the body
// follows, signed, in a trailer, and only then does the receiver believe the
// bytes.
//
// # Rotation
//
// [Secrets] holds the one that signs and one more that is accepted. To rotate:
// add the new one as accepted on both sides, swap the two on both sides, drop
// the old one. No call is lost on the way.
//
// # What is given up
//
// The content is not encrypted here; that is what TLS or a loopback address is
// for. There is no call that passes an arbitrary request on: what is not in
// calls.go cannot be asked.
package bridge
