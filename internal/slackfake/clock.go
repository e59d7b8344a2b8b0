package slackfake

import (
	"sync"
	"time"
)

// Clock is the time of the fake. It stands still until it is moved, so that what
// waits (a trigger that expires, a retry after a minute) needs no waiting in a
// test. WallClock gives one that goes by itself.
type Clock struct {
	mu      sync.Mutex
	wall    bool
	now     time.Time
	waiting []*waiter
}

// waiter is somebody who is told when the clock has come to at.
type waiter struct {
	at   time.Time
	done chan struct{}
}

// NewClock returns a clock that stands at the given instant.
func NewClock(at time.Time) *Clock { return &Clock{now: at} }

// WallClock returns a clock that goes with the machine's, for whole programs.
func WallClock() *Clock { return &Clock{wall: true} }

// Now is the instant of the fake.
func (c *Clock) Now() time.Time {
	if c.wall {
		return time.Now()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock and wakes whatever waited for the time passed. A wall
// clock cannot be moved; that is a mistake in the test and panics.
func (c *Clock) Advance(d time.Duration) {
	if c.wall {
		panic("slackfake: a wall clock cannot be moved")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	keep := c.waiting[:0]
	for _, w := range c.waiting {
		if w.at.After(c.now) {
			keep = append(keep, w)
		} else {
			close(w.done)
		}
	}
	c.waiting = keep
}

// Waiting is how many wait for the clock.
func (c *Clock) Waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting)
}

// Waits says whether somebody waits for the clock to move by exactly d. A test that
// moves it by d looks at this first, so that what it wants to wake is there.
func (c *Clock) Waits(d time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.waiting {
		if w.at.Equal(c.now.Add(d)) {
			return true
		}
	}
	return false
}

// after returns a channel that closes once d has passed, and what gives it up.
func (c *Clock) after(d time.Duration) (<-chan struct{}, func()) {
	done := make(chan struct{})
	if c.wall {
		t := time.AfterFunc(d, func() { close(done) })
		return done, func() { t.Stop() }
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if d <= 0 {
		close(done)
		return done, func() {}
	}
	w := &waiter{at: c.now.Add(d), done: done}
	c.waiting = append(c.waiting, w)
	return done, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		for i, other := range c.waiting {
			if other == w {
				c.waiting = append(c.waiting[:i], c.waiting[i+1:]...)
				return
			}
		}
	}
}
