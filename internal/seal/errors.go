package seal

import "errors"

var (
	// ErrSealed means that a value could not be opened: it was changed, moved
	// from another place, or sealed with another key.
	ErrSealed = errors.New("sealed value does not belong here or was changed")
	// ErrDestroyed means that the key is gone for good, by erasure or because
	// its epoch was dropped. Nothing brings it back.
	ErrDestroyed = errors.New("key was destroyed")
	// ErrMaster means that no master key that was supplied opens the epoch's
	// key. The operator has to supply the right one.
	ErrMaster = errors.New("master key does not fit the stored epoch key")
	// ErrAway means that a master key that is elsewhere could not be used now.
	ErrAway = errors.New("master key cannot be used now")
	// ErrNoEpoch means that the epoch is not there.
	ErrNoEpoch = errors.New("no such epoch")
)
