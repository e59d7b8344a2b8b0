package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// TakeLease implements bot.Leases.
func (s *Store) TakeLease(ctx context.Context, name, owner string, term time.Duration) (bot.Lease, error) {
	l := bot.Lease{Name: name, Owner: owner}
	if name == "" || owner == "" {
		return l, &bot.InvalidError{Field: "lease", Reason: "no name"}
	}
	err := s.run(ctx, turns, func(t *tx) error {
		clock, err := s.leaseClock(t)
		if err != nil {
			return err
		}
		// One statement, so that of two that come together the second sees the first.
		err = t.row(`INSERT INTO leases (name, owner, token, lease_until) VALUES ($1, $2, 1, $3)
			ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, lease_until = excluded.lease_until,
				token = CASE WHEN leases.lease_until > $4 THEN leases.token ELSE leases.token + 1 END
			WHERE leases.lease_until <= $4 OR leases.owner = excluded.owner
			RETURNING token`, name, owner, clock+term.Microseconds(), clock).Scan(&l.Token)
		if errors.Is(err, bot.ErrNotFound) {
			return fmt.Errorf("somebody else has it: %w", bot.ErrBusy)
		}
		return err
	})
	if err != nil {
		return bot.Lease{}, wrap("take lease", err)
	}
	return l, nil
}

// Clock is the time by which leases lapse.
func (s *Store) Clock(ctx context.Context) (at time.Time, err error) {
	err = s.run(ctx, view, func(t *tx) error {
		n, err := s.leaseClock(t)
		at = moment(n)
		return err
	})
	return at, wrap("read the clock of the database", err)
}

// EndLease implements bot.Leases.
func (s *Store) EndLease(ctx context.Context, l bot.Lease) error {
	return wrap("end lease", s.run(ctx, turns, func(t *tx) error {
		_, err := t.exec(`UPDATE leases SET lease_until = 0 WHERE name = $1 AND owner = $2 AND token = $3`, l.Name, l.Owner, l.Token)
		return err
	}))
}

// Fence implements bot.Fences. The transaction is serializable: one that read the
// token while somebody took the lease is as if it had been before them, or is
// turned down.
func (t *tx) Fence(l bot.Lease) error {
	var owner string
	var token int64
	err := t.row(`SELECT owner, token FROM leases WHERE name = $1`, l.Name).Scan(&owner, &token)
	if err != nil && !errors.Is(err, bot.ErrNotFound) {
		return wrap("fence", err)
	}
	if err != nil || owner != l.Owner || token != l.Token {
		return fmt.Errorf("fence: somebody else has the duty: %w", bot.ErrConflict)
	}
	return nil
}
