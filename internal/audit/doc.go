// Package audit makes a log of acts that convinces a stranger: what is in it
// cannot be changed, removed, swapped or cut off without being named.
//
// # How it holds together
//
// An [Entry] has one canonical encoding: a version byte, then every field in a
// fixed order, each with its length. Its hash is the hash of an RFC 6962 leaf
// over those bytes. Entries stand in chains (one per casus, one of the
// installation, one of the access log): each names its place and the hash of
// the one before it. All entries of all chains are also the leaves of one Merkle
// tree (golang.org/x/mod/sumdb/tlog), in the order in which a sequencer took
// them in. A [Checkpoint] is the size and root of that tree, signed (note,
// Ed25519). Copies of checkpoints belong where the operator cannot rewrite them.
//
// # Who is believed
//
// Whoever can write the database can make every chain and the whole tree anew.
// What they cannot make anew is a checkpoint that somebody else holds: [Verify]
// with such a checkpoint shows a rewrite and a cut tail. Without an outside copy
// the log proves care, not honesty.
//
// # What is given up
//
// Entries hold identifiers and codes, never content; what has to stay provable
// is a keyed commitment. A body may be removed after its term: the chain, the
// tree and every proof stay intact, and what the entry said is then gone.
//
// The package is pure functions over small interfaces: it knows no SQL, no
// clock, no casus, and imports nothing of ours.
package audit
