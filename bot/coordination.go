package bot

import (
	"context"
	"hash/fnv"
	"time"
)

// Coordination is how the copies of one bot help each other, beside the store.
// It makes them quick and keeps them out of each other's way; it decides
// nothing. It may forget everything at any moment, hand out a thing twice, or be
// away, and then only time is lost: whatever has to be right rests on the store.
//
// Every method returns an error that is ErrUnavailable when the coordination
// cannot be reached, within a second and most often at once; callers go on
// without it. What is put in here is short identifiers of our own, never content
// and nobody's id: a name that CheckName turns down is an *InvalidError.
//
// What somebody half filled in is not here: a form that is open is a ticket of
// the store, sealed, and survives everything that this does not.
type Coordination interface {
	Echoes
	Intake
	Turns
	Limits
	Signals
	Presence
}

// Echoes tells events that were delivered twice without asking the store. It is
// a hint: the store knows which events it has.
type Echoes interface {
	// Heard reports whether this event was remembered and its term is not over.
	Heard(ctx context.Context, event string) (bool, error)
	// Remember notes events for a term. It is called only when they are stored: one
	// that was noted and not stored would be lost.
	Remember(ctx context.Context, term time.Duration, events ...string) error
}

// IntakeShards is how many queues the intake has. All that is about one casus
// goes to one of them; whoever has the turn at it works through it in order.
const IntakeShards = 16

// Shard is the queue for everything with this key, such as the code of a casus.
func Shard(key string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	return int(h.Sum32() % IntakeShards)
}

// IntakeTries is how often an entry is handed out before it is put aside.
const IntakeTries = 5

// IntakeEntry is one thing to look at: its id is of something that the store
// knows, and the store says whether there is still anything to do.
type IntakeEntry struct {
	Shard int
	Place string // in the queue, for Done
	ID    string
	Tries int // how often it was handed out, this time included
}

// Intake hands the ids of stored work to whichever copy of the bot is free.
type Intake interface {
	// Put adds entries to the ends of their queues, of which it reads Shard and ID,
	// in this order. ErrBusy: at least one queue is full, and the others have theirs;
	// the store has the work, and it is found there later.
	Put(ctx context.Context, entries ...IntakeEntry) error
	// Take hands out at most n entries of a queue, each to one caller: first those
	// that somebody took and did not finish in time, then new ones in the order of
	// Put. It waits at most wait for one. None is no error. An entry that was
	// handed out IntakeTries times and never finished is put aside instead.
	Take(ctx context.Context, shard, n int, wait time.Duration) ([]IntakeEntry, error)
	// Done removes entries. What is gone already is no error.
	Done(ctx context.Context, entries ...IntakeEntry) error
	// Aside lists the newest ids that were put aside in a queue, oldest first; a
	// bounded number of them. They are in the store as well.
	Aside(ctx context.Context, shard int) ([]string, error)
}

// Turns keeps copies out of each other's way for work of which one is enough at a
// time. A turn is a hint: a copy that was paused may believe that it still has
// it. What must not be done twice carries the number of a Lease of the store.
type Turns interface {
	// TakeTurn gives owner the turn at name for a term, or prolongs it; false when
	// somebody else has it.
	TakeTurn(ctx context.Context, name, owner string, term time.Duration) (bool, error)
	// EndTurn gives it back. That of somebody else stays as it is.
	EndTurn(ctx context.Context, name, owner string) error
}

// Rate is how often something may be done: a store of Burst that fills up by one
// each Every. Both are above zero.
type Rate struct {
	Burst int
	Every time.Duration
}

// Limits spares the systems that all copies ask.
type Limits interface {
	// Spend takes one from the store of name and returns 0, or takes nothing and
	// returns how long to wait before another try.
	Spend(ctx context.Context, name string, rate Rate) (time.Duration, error)
	// Rest makes everybody wait for d from now on; a longer rest stays.
	Rest(ctx context.Context, name string, d time.Duration) error
}

// Signals wakes the other copies. A signal that nobody heard is gone; whoever
// listens looks for itself every few seconds as well.
type Signals interface {
	// Signal tells every listener, the sender's own included.
	Signal(ctx context.Context, topic string) error
	// Listen calls hear for each signal until ctx ends, and with SignalMissed when
	// signals may have passed unheard: at the beginning and after each gap. hear
	// must not wait. It returns nil at the end of ctx and heals by itself before.
	Listen(ctx context.Context, hear func(topic string)) error
}

// The topics of signals.
const (
	SignalMissed  = "missed"  // look at everything
	SignalWork    = "work"    // there may be a job
	SignalPolicy  = "policy"  // other rules are active
	SignalLibrary = "library" // the region's own documents changed
)

// Presence says which copies there are.
type Presence interface {
	// Present says that owner is there for another term, and lists everybody who
	// is, in order. A term of 0 or less takes leave.
	Present(ctx context.Context, owner string, term time.Duration) ([]string, error)
}

// maxCoordinated is how long a name may be, in bytes: names are keys in memory
// that others share.
const maxCoordinated = 200

// CheckName is an *InvalidError for what cannot be a name or an id in the
// coordination: empty, longer than 200 bytes, or with anything but letters,
// digits and ":._-/" in it. Addresses of people and sentences do not pass.
func CheckName(name string) error {
	if name == "" || len(name) > maxCoordinated {
		return &InvalidError{Field: "name", Reason: "length"}
	}
	for _, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == ':', c == '.', c == '_', c == '-', c == '/':
		default:
			return &InvalidError{Field: "name", Reason: "characters"}
		}
	}
	return nil
}
