package bot

import (
	"context"
	"time"
)

// Pace keeps the requests of all copies to one system under a rate. Where the
// shared limits cannot be reached each copy keeps to its part of the rate by
// itself, so that together they stay about under it.
type Pace struct {
	Name   string
	Rate   Rate
	Shared Limits     // nil: there is one copy
	Own    Limits     // within this process
	Copies func() int // how many there are; nil: one
}

// longestWait is how long Wait sleeps before it asks again: another copy may have
// taken what it waited for, or a rest may have begun.
const longestWait = time.Second

// Wait returns when one request may go, or with the context's error.
func (p *Pace) Wait(ctx context.Context) error {
	for {
		wait, err := p.spend(ctx)
		if err != nil || wait <= 0 {
			return err
		}
		select {
		case <-time.After(min(wait, longestWait)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *Pace) spend(ctx context.Context) (time.Duration, error) {
	rate := p.Rate
	if p.Shared != nil {
		wait, err := p.Shared.Spend(ctx, p.Name, rate)
		if err == nil {
			return wait, nil
		}
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if p.Copies != nil {
			n := max(p.Copies(), 1)
			rate = Rate{Burst: max(rate.Burst/n, 1), Every: rate.Every * time.Duration(n)}
		}
	}
	return p.Own.Spend(ctx, p.Name, rate)
}

// Rest makes every copy wait for d, since the system asked for it.
func (p *Pace) Rest(ctx context.Context, d time.Duration) {
	if p.Shared == nil || p.Shared.Rest(ctx, p.Name, d) != nil {
		_ = p.Own.Rest(ctx, p.Name, d) // a name that cannot be one fails in Wait already
	}
}
