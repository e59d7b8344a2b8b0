package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/seal"
)

// Rotation is what one turn of the keys did.
type Rotation struct {
	Masters   int // epochs that are now wrapped by another master key
	Rewrapped int
	Dropped   []string // epochs that no longer open anything
}

// Rotate forgets the epochs that another replica destroyed, has every epoch
// wrapped by the first master key, puts every key under the epoch of this month, and destroys each past
// epoch once BackupTerm has gone by since the last key left it: from then on no
// backup that should still be there holds a key wrapped under it. With a
// BackupTerm of 0 nothing is destroyed. Interrupted, or done by two replicas at
// once, it goes on; what it did is in the log.
func (s *Store) Rotate(ctx context.Context) (Rotation, error) {
	var r Rotation
	var err error
	if err := s.ring.Follow(ctx); err != nil {
		return r, wrap("rotate keys", s.dialect.kind(err))
	}
	if err := s.ring.Prepare(ctx); err != nil {
		return r, wrap("rotate keys", s.dialect.kind(err))
	}
	if r.Masters, err = s.ring.RewrapEpochs(ctx); err != nil {
		return r, wrap("rotate keys: master key", s.dialect.kind(err))
	}
	if r.Rewrapped, err = s.RewrapKeys(ctx); err != nil {
		return r, err
	}
	names, err := s.Epochs.List(ctx)
	if err != nil {
		return r, wrap("rotate keys: list epochs", s.dialect.kind(err))
	}
	for _, name := range names {
		if name >= seal.Epoch(s.Now()) {
			continue
		}
		left, err := s.leftAt(ctx, name)
		if err != nil {
			return r, err
		}
		if s.BackupTerm <= 0 || s.Now().Before(left.Add(s.BackupTerm)) {
			continue
		}
		if err := s.DropEpoch(ctx, name); errors.Is(err, bot.ErrConflict) {
			continue // another replica wrapped one more; next time
		} else if err != nil {
			return r, err
		}
		r.Dropped = append(r.Dropped, name)
	}
	if r.Masters == 0 && r.Rewrapped == 0 && len(r.Dropped) == 0 {
		return r, nil
	}
	reasons := []string{fmt.Sprintf("rewrapped:%d", r.Rewrapped)}
	if r.Masters > 0 {
		reasons = append(reasons, fmt.Sprintf("masters:%d", r.Masters))
	}
	for _, name := range r.Dropped {
		reasons = append(reasons, "dropped:"+name)
	}
	return r, s.Update(ctx, func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{At: s.Now(), Act: bot.ActKeysRotated, Reasons: reasons, Outcome: "done"})
		return err
	})
}

// leftAt is when it was first seen that no key is wrapped under a past epoch any
// more; the zero time when one still is.
func (s *Store) leftAt(ctx context.Context, epoch string) (time.Time, error) {
	var at int64
	err := s.run(ctx, behind, func(t *tx) error {
		return t.row(`INSERT INTO counters (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = counters.value RETURNING value`,
			"epoch/"+epoch+"/left", micro(s.Now())).Scan(&at)
	})
	return moment(at), wrap("rotate keys", err)
}
