package bot

import (
	"context"
	"time"
)

// Objects is a place outside the database for the sealed pieces of files: a bucket.
// A store that is given one puts nothing in it but what it sealed, under names that
// it drew. Whoever looks into the bucket sees how many pieces there are, how large
// each is, and when it came.
type Objects interface {
	// PutObject stores data under name; a repeat replaces it. Only when it returns nil
	// is it kept. ErrUnavailable: the place is away, slow, or refuses us; ErrFull: it
	// has no room, and both are true of it.
	PutObject(ctx context.Context, name string, data []byte) error
	// GetObject returns what is stored under name. ErrNotFound, ErrUnavailable. What
	// has more than most bytes is an error and is not read.
	GetObject(ctx context.Context, name string, most int64) ([]byte, error)
	// DropObject removes what is stored under name with every earlier version of it,
	// and looks afterwards: nil means that nothing is there. What is not there is no
	// error.
	DropObject(ctx context.Context, name string) error
	// EachObject calls each for everything that is stored, deleted versions among it,
	// in no order, with the time at which it came; a name can come more than once. It
	// ends with the first error.
	EachObject(ctx context.Context, each func(name string, at time.Time) error) error
}
