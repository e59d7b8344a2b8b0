package bottest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

type memLease struct {
	Lease bot.Lease
	Until time.Time
}

// TakeLease implements bot.Leases.
func (s *MemStore) TakeLease(ctx context.Context, name, owner string, term time.Duration) (l bot.Lease, err error) {
	if name == "" || owner == "" {
		return l, &bot.InvalidError{Field: "lease", Reason: "no name"}
	}
	err = s.update(ctx, func(tx *memTx) error {
		kept, err := get[memLease](tx.state.Leases, name)
		if err != nil && !errors.Is(err, bot.ErrNotFound) {
			return err
		}
		live := tx.now().Before(kept.Until)
		switch {
		case live && kept.Lease.Owner != owner:
			return fmt.Errorf("take lease: %w", bot.ErrBusy)
		case !live:
			kept.Lease = bot.Lease{Name: name, Owner: owner, Token: kept.Lease.Token + 1}
		}
		kept.Until = tx.now().Add(term)
		put(tx.state.Leases, name, kept)
		l = kept.Lease
		return nil
	})
	return l, err
}

// EndLease implements bot.Leases.
func (s *MemStore) EndLease(ctx context.Context, l bot.Lease) error {
	return s.update(ctx, func(tx *memTx) error {
		kept, err := get[memLease](tx.state.Leases, l.Name)
		if errors.Is(err, bot.ErrNotFound) || err == nil && kept.Lease != l {
			return nil
		}
		kept.Until = time.Time{}
		put(tx.state.Leases, l.Name, kept)
		return err
	})
}

// Fence implements bot.Fences.
func (tx *memTx) Fence(l bot.Lease) error {
	kept, err := get[memLease](tx.state.Leases, l.Name)
	if err != nil && !errors.Is(err, bot.ErrNotFound) {
		return err
	}
	if err != nil || kept.Lease != l {
		return fmt.Errorf("fence: somebody else has the duty: %w", bot.ErrConflict)
	}
	return nil
}
