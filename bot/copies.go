package bot

import (
	"context"
	"sync/atomic"
	"time"
)

const (
	// signalGap is the shortest time between two signals of one copy: what was left
	// to be done meanwhile goes with the next one.
	signalGap = 10 * time.Millisecond
	// echoTerm is how long an event is remembered: longer than any platform or
	// plugin keeps trying to deliver one.
	echoTerm = 6 * time.Hour
	// presentEvery is how often a copy says that it is there, and presentTerm how
	// long it counts as there without.
	presentEvery = 5 * time.Second
	presentTerm  = 3 * presentEvery
)

// copies is what a bot knows of the other copies of itself.
type copies struct {
	work    chan struct{} // there is a job that another copy may take
	policy  chan struct{} // other rules are active
	follow  chan struct{} // another copy says so
	library chan struct{} // the region's documents changed
	shelf   chan struct{} // another copy says so
	number  atomic.Int64  // of copies that are there, this one included
}

func newCopies() *copies {
	return &copies{work: make(chan struct{}, 1), policy: make(chan struct{}, 1), follow: make(chan struct{}, 1),
		library: make(chan struct{}, 1), shelf: make(chan struct{}, 1)}
}

// raise notes something in a channel of one, in which it waits for whoever reads.
func raise(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Copies is how many copies of this bot there are, as far as this one knows.
func (b *Bot) Copies() int { return max(int(b.others.number.Load()), 1) }

// meet keeps in touch with the other copies until ctx ends. Whatever fails here
// costs time: every copy also looks for itself.
func (b *Bot) meet(ctx context.Context) []func() {
	if b.Coordination == nil {
		return nil
	}
	return []func(){
		func() { b.wakeOthers(ctx) },
		func() { _ = b.Coordination.Listen(ctx, b.heardSignal) },
		func() { b.followOthers(ctx) },
		func() { b.sayPresent(ctx) },
		func() { b.workAtShards(ctx) },
	}
}

// wakeOthers passes on what others have to know.
func (b *Bot) wakeOthers(ctx context.Context) {
	for {
		topic := SignalWork
		select {
		case <-b.others.work:
		case <-b.others.policy:
			topic = SignalPolicy
		case <-b.others.library:
			topic = SignalLibrary
		case <-ctx.Done():
			return
		}
		if err := b.Coordination.Signal(ctx, topic); err != nil {
			b.Log.Debug("the other copies were not told", "topic", topic, "error", err)
		}
		select {
		case <-time.After(signalGap):
		case <-ctx.Done():
			return
		}
	}
}

// heardSignal acts on what another copy said.
func (b *Bot) heardSignal(topic string) {
	switch topic {
	case SignalWork:
		b.Wake()
	case SignalPolicy:
		raise(b.others.follow)
	case SignalLibrary:
		raise(b.others.shelf)
	case SignalMissed:
		b.Wake()
		raise(b.others.follow)
		raise(b.others.shelf)
	}
}

// followOthers puts the rules in use that another copy made active, at once and
// not with the next round.
func (b *Bot) followOthers(ctx context.Context) {
	for {
		select {
		case <-b.others.follow:
			b.followPolicy(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// sayPresent says that this copy is there, and counts the others.
func (b *Bot) sayPresent(ctx context.Context) {
	tick := time.NewTicker(presentEvery)
	defer tick.Stop()
	for {
		if all, err := b.Coordination.Present(ctx, b.replica, presentTerm); err == nil {
			b.others.number.Store(int64(len(all)))
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			_, _ = b.Coordination.Present(last, b.replica, 0)
			return
		}
	}
}

// isEcho reports whether the event was stored before, as far as the coordination
// remembers. When it does not the store is asked.
func (b *Bot) isEcho(ctx context.Context, e Event) bool {
	if b.Coordination == nil {
		return false
	}
	heard, err := b.Coordination.Heard(ctx, eventKey(e))
	return err == nil && heard
}

// noteEchoes remembers events that are stored.
func (b *Bot) noteEchoes(ctx context.Context, batch []*incoming) {
	if b.Coordination == nil {
		return
	}
	keys := make([]string, 0, len(batch))
	for _, w := range batch {
		if key := eventKey(w.event); CheckName(key) == nil {
			keys = append(keys, key)
		}
	}
	if err := b.Coordination.Remember(ctx, echoTerm, keys...); err != nil {
		b.Log.Debug("events were not remembered; a repeat is found in the store", "error", err)
	}
}

// watched is a transaction that notes what other copies should hear of.
type watched struct {
	Tx
	now          time.Time
	left         []Job // that are due, without what they carry
	work, policy bool  // a job is due that left does not have; other rules are active
}

// leftMost is how many jobs of one transaction are pointed out by themselves.
const leftMost = 64

// AddJob implements Jobs.
func (w *watched) AddJob(j Job) error {
	if !j.RunAt.After(w.now) {
		if len(w.left) < leftMost {
			w.left = append(w.left, Job{ID: j.ID, Kind: j.Kind, Casus: j.Casus})
		} else {
			w.work = true
		}
	}
	return w.Tx.AddJob(j)
}

// MoveJob implements Jobs.
func (w *watched) MoveJob(id string, at time.Time) error {
	w.work = w.work || !at.After(w.now)
	return w.Tx.MoveJob(id, at)
}

// ActivatePolicy implements Policies.
func (w *watched) ActivatePolicy(hash string, by PersonID, at time.Time) error {
	w.policy = true
	return w.Tx.ActivatePolicy(hash, by, at)
}

// update runs f in one transaction and wakes the workers for what it left to be
// done, those of the other copies too.
func (b *Bot) update(ctx context.Context, f func(tx Tx) error) error {
	if b.Coordination == nil {
		err := b.Store.Update(ctx, f)
		if err == nil {
			b.Wake()
		}
		return err
	}
	var seen *watched
	err := b.Store.Update(ctx, func(tx Tx) error {
		seen = &watched{Tx: tx, now: b.Now()} // anew at each try
		return f(seen)
	})
	if err != nil {
		return err
	}
	if seen.work {
		b.Wake()
		raise(b.others.work)
	}
	if len(seen.left) > 0 {
		b.pointOut(ctx, seen.left)
	}
	if seen.policy {
		raise(b.others.policy)
	}
	return nil
}
