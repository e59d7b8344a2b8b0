package playground

import (
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// MaxAdvance is how far the clock may be set forward in one step. A casus lives
// for a year and its longest term is a year; more is a slip of the hand.
const MaxAdvance = 2 * 366 * 24 * time.Hour

// Clock is a wall clock that can be set forward, never back: what was decided
// at a time stays decided before now. It is safe for use by several goroutines.
type Clock struct {
	wall func() time.Time

	mu     sync.Mutex
	offset time.Duration
	hooks  []func(now time.Time)
	keep   func(offset time.Duration) error
}

// NewClock returns a clock that runs offset ahead of wall.
func NewClock(wall func() time.Time, offset time.Duration) *Clock {
	return &Clock{wall: wall, offset: max(offset, 0)}
}

// Now returns the time in the try-out.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wall().Add(c.offset)
}

// Ahead returns how far the clock runs ahead of the wall clock.
func (c *Clock) Ahead() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset
}

// OnAdvance has f called after each time the clock was set forward, so that
// work that became due is looked for at once.
func (c *Clock) OnAdvance(f func(now time.Time)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hooks = append(c.hooks, f)
}

// Advance sets the clock forward. Backwards, not at all, or by more than
// MaxAdvance is an *bot.InvalidError. The new offset is kept before anybody
// sees the new time, so that a restart does not go back.
func (c *Clock) Advance(d time.Duration) error {
	if d <= 0 || d > MaxAdvance {
		return &bot.InvalidError{Field: "clock", Reason: "clock_forward_only"}
	}
	c.mu.Lock()
	if c.keep != nil {
		if err := c.keep(c.offset + d); err != nil {
			c.mu.Unlock()
			return err
		}
	}
	c.offset += d
	now, hooks := c.wall().Add(c.offset), c.hooks
	c.mu.Unlock()
	for _, f := range hooks {
		f(now)
	}
	return nil
}

// reset puts the clock back to the wall's time, for when everything is forgotten.
func (c *Clock) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = 0
}
