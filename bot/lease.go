package bot

import (
	"context"
	"errors"
	"time"
)

// Lease is the right to do something of which one copy of the bot is enough, for
// a while. Its token grows each time somebody else gets it.
type Lease struct {
	Name  string
	Owner string
	Token int64
}

// Leases are kept in the store and lapse by the store's own clock, so that a copy
// with a wrong clock, or one that was paused, takes nothing from another.
type Leases interface {
	// TakeLease gives owner the lease for a term, or prolongs it with the same
	// token; ErrBusy when somebody else has it.
	TakeLease(ctx context.Context, name, owner string, term time.Duration) (Lease, error)
	// EndLease gives it back, so that another need not wait. One that somebody else
	// has by now stays as it is.
	EndLease(ctx context.Context, l Lease) error
}

// Fences keeps out of a transaction whoever lost the lease under which they work.
type Fences interface {
	// Fence is ErrConflict when somebody else took the lease after l was given, or
	// nobody ever had it. One that merely lapsed still counts: nobody came between.
	Fence(l Lease) error
}

// The duties of which one copy is enough. Doing one twice is harmless, since the
// jobs that they leave have ids of their own; it only costs.
const (
	dutyRounds = "rounds"    // plan looks at rooms, retention and sweeps
	dutyRoll   = "roll_call" // ask the platforms who is in the rooms
)

// dutyTerm is how long a copy has a duty. It is renewed with each round, and
// given back when the bot stops; after a crash another takes it up this long
// after.
const dutyTerm = roundEvery + roundEvery/2

// onDuty reports whether this copy has the duty now, with the lease to work under.
// Without the store nobody has.
func (b *Bot) onDuty(ctx context.Context, name string) (Lease, bool) {
	l, err := b.Store.TakeLease(ctx, name, b.replica, dutyTerm)
	if err != nil && !errors.Is(err, ErrBusy) && ctx.Err() == nil {
		b.Log.Error("whose duty it is could not be asked", "duty", name, "error", err)
	}
	return l, err == nil
}

// offDuty gives a duty back at the end, also when the work was cancelled.
func (b *Bot) offDuty(ctx context.Context, l Lease) {
	if l.Token == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := b.Store.EndLease(ctx, l); err != nil {
		b.Log.Warn("a duty was not given back; another copy takes it up later", "duty", l.Name, "error", err)
	}
}
