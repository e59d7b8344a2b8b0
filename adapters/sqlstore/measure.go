package sqlstore

import (
	"context"
	"errors"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// Measures is how the store is now: counts and ages, of nobody in particular.
type Measures struct {
	Waiting int           // jobs that are due and wait
	Oldest  time.Duration // how long the oldest of them has been due
	Buried  int           // jobs that were given up
	Due     int           // casussen with something of their retention due
	Held    int           // holds that count
	// Unsigned is how old the newest checkpoint is while the tree is larger than
	// that says; else 0.
	Unsigned time.Duration
	Duties   map[string]int64 // the token of each lease that somebody has or had
}

// Measure reads how the store is at now, on one picture. It costs what is due,
// not what there is.
func (s *Store) Measure(ctx context.Context, now time.Time) (Measures, error) {
	m := Measures{Duties: map[string]int64{}}
	err := s.run(ctx, view, func(t *tx) error {
		var oldest int64
		if err := t.row(`SELECT count(*), COALESCE(min(run_at), 0) FROM jobs
			WHERE state IN ('waiting', 'leased') AND state = 'waiting' AND run_at <= $1`, micro(now)).Scan(&m.Waiting, &oldest); err != nil {
			return err
		}
		if m.Waiting > 0 {
			m.Oldest = now.Sub(moment(oldest))
		}
		if err := t.row(`SELECT count(*) FROM jobs WHERE state = 'buried'`).Scan(&m.Buried); err != nil {
			return err
		}
		if err := t.row(`SELECT count(*) FROM casussen WHERE due_at > 0 AND due_at <= $1`, micro(now)).Scan(&m.Due); err != nil {
			return err
		}
		if err := t.row(`SELECT count(*) FROM holds WHERE live = 1`).Scan(&m.Held); err != nil {
			return err
		}
		var size, signed, at int64
		err := errors.Join(t.row(`SELECT size FROM audit_tree WHERE one = 1`).Scan(&size),
			t.row(`SELECT size, at FROM audit_checkpoints ORDER BY n DESC LIMIT 1`).Scan(&signed, &at))
		if err != nil && !errors.Is(err, bot.ErrNotFound) {
			return err
		}
		if err == nil && size > signed {
			m.Unsigned = now.Sub(moment(at))
		}
		return t.rows(`SELECT name, token FROM leases`, nil, func(scan func(...any) error) error {
			var name string
			var token int64
			err := scan(&name, &token)
			m.Duties[name] = token
			return err
		})
	})
	return m, wrap("measure", err)
}
