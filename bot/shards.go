package bot

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// eventJob begins the id of a job that handles an event. Only such jobs go
// through the intake: their ids are those of events, while the ids of other jobs
// may name a casus or a person.
const eventJob = "event:"

const (
	// shardTerm is how long a copy has the turn at a queue without asking again. A
	// copy that died leaves its queues to the others after it.
	shardTerm = 10 * time.Second
	// shardBatch is how many entries of a queue one copy has in hand.
	shardBatch = 16
	// shardWait is how long a copy waits at an empty queue.
	shardWait = time.Second
	// shardLook is how often a copy looks whether its part of the queues is fair.
	shardLook = time.Second
	// grace is how long a job that was pointed out is left to whoever was told.
	grace = time.Second
)

// pointOut points out jobs that a transaction left: events to whichever copy has
// the turn at their queue, everything else to this copy's own workers. What cannot
// be pointed out is found by looking.
func (b *Bot) pointOut(ctx context.Context, left []Job) {
	var entries []IntakeEntry
	lost := false
	for _, j := range left {
		if j.Kind == JobEvent && CheckName(j.ID) == nil {
			key := string(j.Casus)
			if key == "" {
				key = j.ID
			}
			entries = append(entries, IntakeEntry{Shard: Shard(key), ID: j.ID})
			continue
		}
		lost = !b.hints.offer(hint{id: j.ID}) || lost
	}
	if len(entries) > 0 {
		if err := b.Coordination.Put(ctx, entries...); err != nil {
			b.flows.Store(false)
			b.Log.Debug("events were not pointed out; they are found in the store", "error", err)
			lost = true
		}
	}
	if lost || !b.flows.Load() {
		b.Wake()
		raise(b.others.work)
	}
}

// workAtShards does what is pointed out, and works at this copy's part of the
// queues, until ctx ends and everything it began has stopped.
func (b *Bot) workAtShards(ctx context.Context) {
	s := &shardwork{bot: b, at: map[int]context.CancelFunc{}, done: make(chan IntakeEntry, hinted)}
	var acks, jobs sync.WaitGroup
	acks.Go(s.acknowledge)
	jobs.Go(func() { b.dispatch(ctx) })
	tick := time.NewTicker(shardLook)
	defer tick.Stop()
	for ctx.Err() == nil {
		s.balance(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
	s.group.Wait()
	jobs.Wait()
	close(s.done)
	acks.Wait()
}

// shardwork is what one copy does at the queues.
type shardwork struct {
	bot   *Bot
	group sync.WaitGroup
	done  chan IntakeEntry // finished, to be taken out of their queues

	mu sync.Mutex
	at map[int]context.CancelFunc // the queues at which this copy has the turn
}

func shardName(n int) string { return fmt.Sprintf("shard/%d", n) }

// balance takes turns at queues that nobody serves until this copy has its fair
// part, and gives up what it has beyond that.
func (s *shardwork) balance(ctx context.Context) {
	b := s.bot
	copies := b.Copies()
	fair := (IntakeShards + copies - 1) / copies
	s.mu.Lock()
	defer s.mu.Unlock()
	// Copies begin at different places, so that they seldom want the same one.
	first := Shard(b.replica)
	for i := range IntakeShards {
		n := (first + i) % IntakeShards
		stop, mine := s.at[n]
		switch {
		case mine && len(s.at) > fair:
			stop() // its worker gives the turn back
			delete(s.at, n)
		case !mine && len(s.at) < fair:
			got, err := b.Coordination.TakeTurn(ctx, shardName(n), b.replica, shardTerm)
			if err != nil {
				b.flows.Store(false)
				return
			}
			b.flows.Store(true)
			if got {
				run, stop := context.WithCancel(ctx)
				s.at[n] = stop
				s.group.Go(func() { defer s.left(ctx, n, stop); s.serve(run, n) })
			}
		}
	}
}

// left gives back the turn at a queue.
func (s *shardwork) left(ctx context.Context, n int, stop context.CancelFunc) {
	stop()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = s.bot.Coordination.EndTurn(last, shardName(n), s.bot.replica) // else it lapses
}

// serve works at one queue while this copy has the turn.
func (s *shardwork) serve(ctx context.Context, n int) {
	b := s.bot
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if ctx.Err() == nil {
			delete(s.at, n) // it was lost and not given up
		}
	}()
	for ctx.Err() == nil {
		entries, err := b.Coordination.Take(ctx, n, shardBatch, shardWait)
		if err != nil {
			if ctx.Err() == nil {
				b.flows.Store(false)
			}
			return
		}
		for _, e := range entries {
			if !b.hints.put(ctx, hint{id: e.ID, over: func() { s.done <- e }}) {
				return // they are handed out again later, and are in the store meanwhile
			}
		}
		mine, err := b.Coordination.TakeTurn(ctx, shardName(n), b.replica, shardTerm)
		if err != nil || !mine {
			return
		}
	}
}

// acknowledge takes finished entries out of their queues, many at once.
func (s *shardwork) acknowledge() {
	for e := range s.done {
		batch := []IntakeEntry{e}
	more:
		for len(batch) < 64 {
			select {
			case e, ok := <-s.done:
				if !ok {
					break more
				}
				batch = append(batch, e)
			default:
				break more
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		if err := s.bot.Coordination.Done(ctx, batch...); err != nil {
			s.bot.Log.Debug("finished entries stay in the intake; they are handed out again and found done", "error", err)
		}
		cancel()
	}
}
