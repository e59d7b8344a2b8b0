// Package seal keeps what people wrote unreadable to anyone who only has the
// database, and makes it unreadable to everyone once a casus is erased.
//
// # Who holds what
//
// Every scope (a casus, a person, the installation) has one random key of
// its own. That key seals fields (AES-256-GCM through Tink, with the place of
// the field as associated data), commits to content (HMAC) and, for the
// installation, turns values into lookup hashes (HMAC). The store keeps the key
// wrapped, in a table apart, as a [Wrapped].
//
// Scope keys are wrapped by the key of an epoch, one calendar month long. Epoch
// keys are random too, and are kept wrapped by the master key wherever an
// [Epochs] puts them. The master key is 32 bytes that the operator supplies and
// we never store ([Local]), or a key that never leaves its service ([Remote]).
//
// A process keeps the epochs that it opened in memory, so that a service that is
// away stops nothing that runs. Of what another replica dropped it learns by
// [Ring.Follow], which the store calls every ten minutes.
//
// # What erasing is
//
// Deleting the wrapped key of a scope makes every field of it unreadable here
// and on every replica at once: there is no cache of scope keys. Reading one
// costs a few microseconds, less than any way of telling other processes to
// forget one. A [Key] that is in use when its scope is erased is wiped by its
// holder with [Key.Destroy].
//
// An old backup still holds the wrapped key. It dies when the epoch under which
// it was wrapped is dropped, [Ring.DropEpoch], after the backups of that epoch
// have lapsed. That only holds when epochs are not in the same backup together
// with a readable master key: keep them in a directory of their own
// ([NewDir]), or change the master key together with the epoch.
//
// # What is given up
//
// Sealed length shows the length of the text. GCM does not commit to a key, so
// a sealed value names its key and only that key is ever tried. Nonces are
// random: a scope must stay far under 2^32 sealed values; a casus has thousands.
//
// The package knows nothing of SQL, casussen or people; it imports nothing of
// ours. Its errors name a table and a column at most, never a value or a person.
package seal
