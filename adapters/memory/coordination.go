package memory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// Options bound what is kept. The zero value of each takes the default.
type Options struct {
	Now     func() time.Time // required
	Reclaim time.Duration    // how long an entry may be under way; a minute
	Full    int              // entries in one queue; 10,000
}

// The defaults, and how much is kept of what only helps.
const (
	reclaimAfter = time.Minute
	fullQueue    = 10_000
	maxAside     = 100
	sweepEvery   = 1000 // writes between two looks for what lapsed
)

// Coordination is a bot.Coordination within one process. Make it with New; it is
// safe for concurrent use.
type Coordination struct {
	o Options

	mu      sync.Mutex
	queues  [bot.IntakeShards]queue
	heard   map[string]time.Time // until when
	turns   map[string]turn
	limits  map[string]bucket
	present map[string]time.Time // until when
	hearers map[*func(string)]bool
	writes  int
}

type turn struct {
	owner string
	until time.Time
}

// bucket is a rate as the moment at which it would be full again: what is spent
// moves it forward. rest is until when nobody may.
type bucket struct{ full, rest time.Time }

type queue struct {
	place   int64
	fresh   []bot.IntakeEntry
	under   []underWay // in the order of Put
	aside   []string
	arrived chan struct{} // closed at the next Put
}

type underWay struct {
	bot.IntakeEntry
	since time.Time
}

var _ bot.Coordination = (*Coordination)(nil)

// New returns a coordination that knows nothing yet.
func New(o Options) *Coordination {
	if o.Reclaim == 0 {
		o.Reclaim = reclaimAfter
	}
	if o.Full == 0 {
		o.Full = fullQueue
	}
	c := &Coordination{o: o, hearers: map[*func(string)]bool{}}
	c.empty()
	return c
}

// Forget drops everything but who listens, as if it had just begun.
func (c *Coordination) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.empty()
}

func (c *Coordination) empty() {
	for i := range c.queues {
		if c.queues[i].arrived != nil {
			close(c.queues[i].arrived)
		}
		c.queues[i] = queue{place: c.queues[i].place, arrived: make(chan struct{})}
	}
	c.heard, c.present = map[string]time.Time{}, map[string]time.Time{}
	c.turns, c.limits = map[string]turn{}, map[string]bucket{}
}

// sweep drops what lapsed, once in a while, so that nothing grows without end.
func (c *Coordination) sweep() {
	if c.writes++; c.writes%sweepEvery != 0 {
		return
	}
	now := c.o.Now()
	for k, until := range c.heard {
		if !now.Before(until) {
			delete(c.heard, k)
		}
	}
	for k, t := range c.turns {
		if !now.Before(t.until) {
			delete(c.turns, k)
		}
	}
	for k, b := range c.limits {
		if !now.Before(b.full) && !now.Before(b.rest) {
			delete(c.limits, k)
		}
	}
}

// names checks all of them.
func names(all ...string) error {
	for _, n := range all {
		if err := bot.CheckName(n); err != nil {
			return err
		}
	}
	return nil
}

// Heard implements bot.Echoes.
func (c *Coordination) Heard(_ context.Context, event string) (bool, error) {
	if err := names(event); err != nil {
		return false, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.o.Now().Before(c.heard[event]), nil
}

// Remember implements bot.Echoes.
func (c *Coordination) Remember(_ context.Context, term time.Duration, events ...string) error {
	if err := names(events...); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sweep()
	for _, event := range events {
		c.heard[event] = c.o.Now().Add(term)
	}
	return nil
}

func shardOf(n int) error {
	if n < 0 || n >= bot.IntakeShards {
		return &bot.InvalidError{Field: "shard", Reason: "range"}
	}
	return nil
}

// Put implements bot.Intake.
func (c *Coordination) Put(_ context.Context, entries ...bot.IntakeEntry) error {
	for _, e := range entries {
		if err := errors.Join(shardOf(e.Shard), names(e.ID)); err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var full error
	for _, e := range entries {
		q := &c.queues[e.Shard]
		if len(q.fresh)+len(q.under) >= c.o.Full {
			full = fmt.Errorf("put into the intake: it is full: %w", bot.ErrBusy)
			continue
		}
		q.place++
		q.fresh = append(q.fresh, bot.IntakeEntry{Shard: e.Shard, Place: fmt.Sprint(q.place), ID: e.ID})
		close(q.arrived)
		q.arrived = make(chan struct{})
	}
	return full
}

// Take implements bot.Intake.
func (c *Coordination) Take(ctx context.Context, shard, n int, wait time.Duration) ([]bot.IntakeEntry, error) {
	if err := shardOf(shard); err != nil {
		return nil, err
	}
	patience := time.NewTimer(wait)
	defer patience.Stop()
	for {
		taken, arrived := c.take(shard, n)
		if len(taken) > 0 || wait <= 0 {
			return taken, nil
		}
		select {
		case <-arrived:
		case <-patience.C:
			return nil, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (c *Coordination) take(shard, n int) (taken []bot.IntakeEntry, arrived <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	q, now := &c.queues[shard], c.o.Now()
	q.under = slices.DeleteFunc(q.under, func(u underWay) bool {
		if u.Tries < bot.IntakeTries || now.Sub(u.since) < c.o.Reclaim {
			return false
		}
		if q.aside = append(q.aside, u.ID); len(q.aside) > maxAside {
			q.aside = q.aside[1:]
		}
		return true
	})
	for i := range q.under {
		if u := &q.under[i]; len(taken) < n && now.Sub(u.since) >= c.o.Reclaim {
			u.since = now
			u.Tries++
			taken = append(taken, u.IntakeEntry)
		}
	}
	for len(taken) < n && len(q.fresh) > 0 {
		e := q.fresh[0]
		q.fresh = q.fresh[1:]
		e.Tries = 1
		q.under = append(q.under, underWay{e, now})
		taken = append(taken, e)
	}
	return taken, q.arrived
}

// Done implements bot.Intake.
func (c *Coordination) Done(_ context.Context, entries ...bot.IntakeEntry) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range entries {
		if err := shardOf(e.Shard); err != nil {
			return err
		}
		q := &c.queues[e.Shard]
		q.under = slices.DeleteFunc(q.under, func(u underWay) bool { return u.Place == e.Place })
	}
	return nil
}

// Aside implements bot.Intake.
func (c *Coordination) Aside(_ context.Context, shard int) ([]string, error) {
	if err := shardOf(shard); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.queues[shard].aside), nil
}

// TakeTurn implements bot.Turns.
func (c *Coordination) TakeTurn(_ context.Context, name, owner string, term time.Duration) (bool, error) {
	if err := names(name, owner); err != nil {
		return false, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sweep()
	now := c.o.Now()
	if t, ok := c.turns[name]; ok && t.owner != owner && now.Before(t.until) {
		return false, nil
	}
	c.turns[name] = turn{owner, now.Add(term)}
	return true, nil
}

// EndTurn implements bot.Turns.
func (c *Coordination) EndTurn(_ context.Context, name, owner string) error {
	if err := names(name, owner); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.turns[name].owner == owner {
		delete(c.turns, name)
	}
	return nil
}

// Spend implements bot.Limits.
func (c *Coordination) Spend(_ context.Context, name string, rate bot.Rate) (time.Duration, error) {
	if err := names(name); err != nil {
		return 0, err
	}
	if rate.Burst <= 0 || rate.Every <= 0 {
		return 0, &bot.InvalidError{Field: "rate", Reason: "range"}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sweep()
	now, b := c.o.Now(), c.limits[name]
	full := b.full
	if full.Before(now) {
		full = now
	}
	full = full.Add(rate.Every)
	wait := max(full.Sub(now)-time.Duration(rate.Burst)*rate.Every, b.rest.Sub(now), 0)
	if wait == 0 {
		b.full = full
		c.limits[name] = b
	}
	return wait, nil
}

// Rest implements bot.Limits.
func (c *Coordination) Rest(_ context.Context, name string, d time.Duration) error {
	if err := names(name); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.limits[name]
	if until := c.o.Now().Add(d); until.After(b.rest) {
		b.rest = until
	}
	c.limits[name] = b
	return nil
}

// Signal implements bot.Signals.
func (c *Coordination) Signal(_ context.Context, topic string) error {
	if err := names(topic); err != nil {
		return err
	}
	c.mu.Lock()
	var all []*func(string)
	for h := range c.hearers {
		all = append(all, h)
	}
	c.mu.Unlock()
	for _, h := range all {
		(*h)(topic)
	}
	return nil
}

// Listen implements bot.Signals. Nothing passes unheard within a process but
// what was signalled before.
func (c *Coordination) Listen(ctx context.Context, hear func(topic string)) error {
	c.mu.Lock()
	c.hearers[&hear] = true
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.hearers, &hear)
		c.mu.Unlock()
	}()
	hear(bot.SignalMissed)
	<-ctx.Done()
	return nil
}

// Present implements bot.Presence.
func (c *Coordination) Present(_ context.Context, owner string, term time.Duration) ([]string, error) {
	if err := names(owner); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.o.Now()
	c.present[owner] = now.Add(term)
	var all []string
	for who, until := range c.present {
		if now.Before(until) {
			all = append(all, who)
		} else {
			delete(c.present, who)
		}
	}
	slices.Sort(all)
	return all, nil
}
