package bottest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

func (b *bench) lease(t testing.TB, name, owner string, term time.Duration) bot.Lease {
	t.Helper()
	l, err := b.Store.TakeLease(b.ctx, name, owner, term)
	if err != nil {
		t.Fatalf("TakeLease(%s, %s): %v", name, owner, err)
	}
	if l.Name != name || l.Owner != owner || l.Token <= 0 {
		t.Errorf("TakeLease(%s, %s) = %+v", name, owner, l)
	}
	return l
}

func (b *bench) noLease(t testing.TB, name, owner string) {
	t.Helper()
	if l, err := b.Store.TakeLease(b.ctx, name, owner, time.Minute); !errors.Is(err, bot.ErrBusy) {
		t.Errorf("TakeLease(%s, %s) = %+v, %v, want ErrBusy", name, owner, l, err)
	}
}

func (b *bench) fenced(l bot.Lease) error {
	return b.Store.Update(b.ctx, func(tx bot.Tx) error { return tx.Fence(l) })
}

var leaseTests = []storeTest{
	{"one has it and prolongs it with the same token", func(t *testing.T, b *bench) {
		first := b.lease(t, "rounds", "one", time.Minute)
		b.noLease(t, "rounds", "two")
		b.lease(t, "other", "two", time.Minute)
		b.Pass(50 * time.Second)
		if again := b.lease(t, "rounds", "one", time.Minute); again != first {
			t.Errorf("prolonged = %+v, want %+v", again, first)
		}
		b.Pass(50 * time.Second)
		b.noLease(t, "rounds", "two")
	}},
	{"one that lapsed goes to another with a greater token", func(t *testing.T, b *bench) {
		first := b.lease(t, "rounds", "one", time.Minute)
		b.Pass(time.Minute - time.Second)
		b.noLease(t, "rounds", "two")
		b.Pass(time.Second)
		second := b.lease(t, "rounds", "two", time.Minute)
		if second.Token <= first.Token {
			t.Errorf("tokens %d and %d, want them to grow", first.Token, second.Token)
		}
		b.noLease(t, "rounds", "one")
	}},
	{"who lost it is kept out, and who has it is not", func(t *testing.T, b *bench) {
		first := b.lease(t, "rounds", "one", time.Minute)
		if err := b.fenced(first); err != nil {
			t.Errorf("Fence of the holder = %v", err)
		}
		b.Pass(2 * time.Minute)
		if err := b.fenced(first); err != nil {
			t.Errorf("Fence of one that lapsed and nobody took = %v", err)
		}
		second := b.lease(t, "rounds", "two", time.Minute)
		if err := b.fenced(first); !errors.Is(err, bot.ErrConflict) {
			t.Errorf("Fence of the one before = %v, want ErrConflict", err)
		}
		if err := b.fenced(second); err != nil {
			t.Errorf("Fence of the holder = %v", err)
		}
		if err := b.fenced(bot.Lease{Name: "nobody", Owner: "one", Token: 1}); !errors.Is(err, bot.ErrConflict) {
			t.Errorf("Fence of a lease that there never was = %v, want ErrConflict", err)
		}
		if err := b.fenced(bot.Lease{}); !errors.Is(err, bot.ErrConflict) {
			t.Errorf("Fence of no lease = %v, want ErrConflict", err)
		}
	}},
	{"who takes their own back after it lapsed has a new token", func(t *testing.T, b *bench) {
		first := b.lease(t, "rounds", "one", time.Minute)
		b.Pass(2 * time.Minute)
		if again := b.lease(t, "rounds", "one", time.Minute); again.Token <= first.Token {
			t.Errorf("tokens %d and %d, want them to grow", first.Token, again.Token)
		}
	}},
	{"giving back lets another in at once, but not by who lost it", func(t *testing.T, b *bench) {
		first := b.lease(t, "rounds", "one", time.Minute)
		if err := b.Store.EndLease(b.ctx, first); err != nil {
			t.Fatal(err)
		}
		second := b.lease(t, "rounds", "two", time.Minute)
		if second.Token <= first.Token {
			t.Errorf("tokens %d and %d, want them to grow", first.Token, second.Token)
		}
		if err := b.Store.EndLease(b.ctx, first); err != nil {
			t.Errorf("EndLease of one that was lost = %v", err)
		}
		b.noLease(t, "rounds", "three")
		if err := b.Store.EndLease(b.ctx, bot.Lease{Name: "nobody", Owner: "one", Token: 1}); err != nil {
			t.Errorf("EndLease of one that there never was = %v", err)
		}
	}},
	{"of many at once one gets it", func(t *testing.T, b *bench) {
		var group sync.WaitGroup
		got := make(chan bot.Lease, 8)
		for n := range 8 {
			group.Go(func() {
				l, err := b.Store.TakeLease(b.ctx, "rounds", fmt.Sprint("o", n), time.Minute)
				switch {
				case err == nil:
					got <- l
				case !errors.Is(err, bot.ErrBusy):
					t.Errorf("TakeLease: %v", err)
				}
			})
		}
		group.Wait()
		if len(got) != 1 {
			t.Errorf("%d got the lease", len(got))
		}
	}},
	{"a name and an owner are needed", func(t *testing.T, b *bench) {
		var invalid *bot.InvalidError
		for _, l := range []bot.Lease{{Name: "x"}, {Owner: "x"}} {
			if _, err := b.Store.TakeLease(b.ctx, l.Name, l.Owner, time.Minute); !errors.As(err, &invalid) {
				t.Errorf("TakeLease(%q, %q) = %v, want an InvalidError", l.Name, l.Owner, err)
			}
		}
	}},
}
