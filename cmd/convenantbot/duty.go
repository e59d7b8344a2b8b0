package main

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// duty is something of which one copy of the bot is enough, by a lease of the
// store. Without the store nobody has it.
type duty struct {
	store       bot.Store
	name, owner string
	term        time.Duration
	lease       bot.Lease
}

func newDuty(store bot.Store, name string, term time.Duration) *duty {
	return &duty{store: store, name: name, owner: rand.Text(), term: term}
}

// mine takes the duty up or keeps it, for another term.
func (d *duty) mine(ctx context.Context) bool {
	lease, err := d.store.TakeLease(ctx, d.name, d.owner, d.term)
	if err == nil {
		d.lease = lease
	}
	return err == nil
}

// end gives it back, also when ctx has ended.
func (d *duty) end(ctx context.Context) {
	if d.lease.Token == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = d.store.EndLease(ctx, d.lease) // else it lapses
}
