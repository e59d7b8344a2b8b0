package bot

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// intakeBatch is how many events are stored in one transaction, at most.
	intakeBatch = 32
	// intakeWriters is how many such transactions a copy has under way: two would
	// each carry half of it, at twice the cost.
	intakeWriters = 1
	// intakeWaiting is how many events wait to be stored, at most. Beyond it the
	// platform is told to come back later: it keeps what it could not hand over,
	// and our memory does not grow.
	intakeWaiting = 1024
	// intakeTerm is how long storing a batch may take.
	intakeTerm = 15 * time.Second
)

// intake stores the events that come in at the same time together: one commit
// serves all who wait for it. Nothing waits for company; an event that is alone
// is stored alone.
type intake struct {
	mu      sync.Mutex
	waiting []*incoming
	writers int
}

// incoming is an event whose deliverer waits for it to be stored.
type incoming struct {
	event  Event
	known  bool  // it was stored before
	err    error // to be read once stored is closed
	stored chan struct{}
}

// store returns when the event is stored, with whether it was there already, or
// with an error when it is not known to be.
func (in *intake) store(ctx context.Context, b *Bot, e Event) (known bool, err error) {
	w := &incoming{event: e, stored: make(chan struct{})}
	in.mu.Lock()
	if len(in.waiting) >= intakeWaiting {
		in.mu.Unlock()
		return false, fmt.Errorf("too many events wait to be stored: %w", ErrBusy)
	}
	in.waiting = append(in.waiting, w)
	if in.writers < intakeWriters {
		in.writers++
		// It ends as soon as nobody waits; everybody who waits outlives it but for
		// those who gave up.
		go in.write(context.WithoutCancel(ctx), b)
	}
	in.mu.Unlock()
	select {
	case <-w.stored:
		return w.known, w.err
	case <-ctx.Done():
		return false, ctx.Err() // it may be stored all the same: a repeat is harmless
	}
}

// write stores batches until nobody waits.
func (in *intake) write(ctx context.Context, b *Bot) {
	for {
		in.mu.Lock()
		n := min(len(in.waiting), intakeBatch)
		batch := in.waiting[:n:n]
		in.waiting = in.waiting[n:]
		if n == 0 {
			in.waiting = nil
			in.writers--
			in.mu.Unlock()
			return
		}
		in.mu.Unlock()
		b.storeBatch(ctx, batch)
	}
}

// storeBatch stores events in one transaction. When that fails each is tried by
// itself, so that one of them cannot keep the others out.
func (b *Bot) storeBatch(ctx context.Context, batch []*incoming) {
	err := b.storeTogether(ctx, batch)
	for _, w := range batch {
		switch {
		case err != nil && len(batch) > 1 && !errors.Is(err, ErrUnavailable):
			w.err = b.storeTogether(ctx, []*incoming{w})
		default:
			w.err = err
		}
		close(w.stored)
	}
}

func (b *Bot) storeTogether(ctx context.Context, batch []*incoming) (err error) {
	defer func() {
		// Whoever waits must hear of it, and what it panicked with may hold content.
		if p := recover(); p != nil {
			err = errors.New("storing an event panicked")
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, intakeTerm)
	defer cancel()
	err = b.update(ctx, func(tx Tx) error {
		rooms := map[spot]Ref{} // that were asked for
		for _, w := range batch {
			if err := b.putEvent(tx, w, rooms); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		b.noteEchoes(ctx, batch)
	}
	return err
}

// spot is a channel of a platform.
type spot struct {
	platform string
	channel  ChannelID
}

// putEvent stores an event with the job that handles it.
func (b *Bot) putEvent(tx Tx, w *incoming, rooms map[spot]Ref) error {
	e := w.event
	err := tx.PutEvent(e)
	if w.known = errors.Is(err, ErrConflict); w.known {
		return nil // delivered twice
	}
	if err != nil {
		return err
	}
	job := Job{ID: eventJob + eventKey(e), Kind: JobEvent, Object: eventKey(e), RunAt: e.At}
	at := spot{e.Platform, e.Channel}
	ref, asked := rooms[at]
	if !asked {
		casus, err := tx.CasusByRoom(e.Platform, e.Channel)
		if err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrGone) {
			return err
		}
		if err == nil {
			ref = casus.Ref
		}
		rooms[at] = ref
	}
	job.Casus = ref // so that what happens in one room is handled in order
	return tx.AddJob(job)
}
