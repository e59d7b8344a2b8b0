package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/seal"
)

// scope is whose key seals what belongs to a casus; blank: the installation's.
func scope(ref bot.Ref) string {
	if ref == "" {
		return installation
	}
	return "casus/" + string(ref)
}

// key opens the key of a scope: ErrGone when it was destroyed, ErrNotFound when
// there never was one.
func (t *tx) key(scope string) (*seal.Key, error) {
	if scope == installation {
		return t.store.install, nil
	}
	if k := t.keys[scope]; k != nil {
		return k, nil
	}
	w := seal.Wrapped{Scope: scope}
	err := t.row(`SELECT id, epoch, box FROM keys WHERE scope = $1`, scope).Scan(&w.Key, &w.Epoch, &w.Box)
	if errors.Is(err, bot.ErrNotFound) {
		var n int
		if err := t.row(`SELECT count(*) FROM destroyed WHERE scope = $1`, scope).Scan(&n); err != nil {
			return nil, err
		}
		if n > 0 {
			return nil, bot.ErrGone
		}
		return nil, bot.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	k, err := t.store.ring.Open(t.ctx, w)
	if errors.Is(err, seal.ErrDestroyed) {
		return nil, fmt.Errorf("%w: %w", bot.ErrGone, err)
	}
	if err != nil {
		return nil, err
	}
	t.keys[scope] = k
	return k, nil
}

// newKey makes and keeps the key of a new casus.
func (t *tx) newKey(scope string) error {
	k, w, err := t.store.ring.New(t.ctx, scope)
	if err != nil {
		return err
	}
	if err := t.one(bot.ErrConflict, `INSERT INTO keys (scope, id, epoch, box) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		w.Scope, w.Key, w.Epoch, w.Box); err != nil {
		k.Destroy()
		return err
	}
	t.keys[scope] = k
	return nil
}

// destroyKey removes the key of a scope for good and returns its id.
func (t *tx) destroyKey(scope string) (string, error) {
	k, err := t.key(scope)
	if err != nil {
		return "", err
	}
	if err := t.one(bot.ErrNotFound, `DELETE FROM keys WHERE scope = $1`, scope); err != nil {
		return "", err
	}
	if err := t.one(bot.ErrConflict, `INSERT INTO destroyed (scope, id, at) VALUES ($1, $2, $3)`, scope, k.ID(), micro(t.store.Now())); err != nil {
		return "", err
	}
	id := k.ID()
	delete(t.keys, scope)
	k.Destroy()
	return id, nil
}

// shape is the version of the sealed JSON of every table. A new shape that old
// code cannot read gets a new number in a migration that reseals.
const shape = 1

// place is where a sealed column stands, with the clear columns beside it.
func place(table, scope, row string, clear ...string) seal.Place {
	return seal.Place{Table: table, Column: "sealed", Scope: scope, Row: row, Schema: shape, Clear: clear}
}

// sealJSON seals v for p with the key of p's scope.
func (t *tx) sealJSON(p seal.Place, v any) ([]byte, error) {
	k, err := t.key(p.Scope)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", p.Table, err)
	}
	return k.Seal(p, data)
}

// openJSON opens what sealJSON sealed into v.
func (t *tx) openJSON(p seal.Place, sealed []byte, v any) error {
	k, err := t.key(p.Scope)
	if err != nil {
		return err
	}
	data, err := k.Open(p, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		// The library's error may quote what it read.
		return fmt.Errorf("decode %s: it is not of this version", p.Table)
	}
	return nil
}

// clearJSON writes the clear columns that nobody searches by.
func clearJSON(v any) (string, error) {
	data, err := json.Marshal(v)
	return string(data), err
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }

// sqlEpochs keeps the keys of epochs in a table of the same database.
type sqlEpochs struct{ s *Store }

var _ seal.Epochs = sqlEpochs{}

// Load implements seal.Epochs.
func (e sqlEpochs) Load(ctx context.Context, epoch string) ([]byte, error) {
	var box []byte
	err := e.s.read.QueryRowContext(ctx, `SELECT box FROM epochs WHERE name = $1`, epoch).Scan(&box)
	if noRow(err) {
		return nil, seal.ErrNoEpoch
	}
	return box, err
}

// Store implements seal.Epochs.
func (e sqlEpochs) Store(ctx context.Context, epoch string, box []byte) ([]byte, error) {
	if _, err := e.s.write.ExecContext(ctx, `INSERT INTO epochs (name, box) VALUES ($1, $2) ON CONFLICT DO NOTHING`, epoch, box); err != nil {
		return nil, err
	}
	return e.Load(ctx, epoch)
}

// Replace implements seal.Epochs.
func (e sqlEpochs) Replace(ctx context.Context, epoch string, box []byte) error {
	r, err := e.s.write.ExecContext(ctx, `UPDATE epochs SET box = $2 WHERE name = $1`, epoch, box)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(seal.ErrNoEpoch, err)
	}
	return nil
}

// Drop implements seal.Epochs.
func (e sqlEpochs) Drop(ctx context.Context, epoch string) error {
	if _, err := e.s.write.ExecContext(ctx, `DELETE FROM epochs WHERE name = $1`, epoch); err != nil {
		return err
	}
	_, err := e.s.write.ExecContext(ctx, `VACUUM epochs`)
	return err
}

// List implements seal.Epochs.
func (e sqlEpochs) List(ctx context.Context) ([]string, error) {
	rows, err := e.s.read.QueryContext(ctx, `SELECT name FROM epochs ORDER BY name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// RewrapKeys puts every key under the current epoch, each verified before the
// old wrap goes, and returns how many it changed. Interrupted, it goes on where
// it was. After it DropEpoch of older epochs loses nothing that lives.
func (s *Store) RewrapKeys(ctx context.Context) (int, error) {
	changed := 0
	for {
		n := 0
		err := s.run(ctx, update, func(t *tx) error {
			n = 0
			var old []seal.Wrapped
			err := t.rows(`SELECT scope, id, epoch, box FROM keys WHERE epoch <> $1 ORDER BY scope LIMIT 100`,
				[]any{seal.Epoch(s.Now())}, func(scan func(...any) error) error {
					var w seal.Wrapped
					err := scan(&w.Scope, &w.Key, &w.Epoch, &w.Box)
					old = append(old, w)
					return err
				})
			if err != nil {
				return err
			}
			for _, w := range old {
				next, err := s.ring.Rewrap(ctx, w)
				if err != nil {
					return err
				}
				if err := t.one(bot.ErrConflict, `UPDATE keys SET epoch = $3, box = $4 WHERE scope = $1 AND id = $2`,
					w.Scope, w.Key, next.Epoch, next.Box); err != nil {
					return err
				}
				n++
			}
			return nil
		})
		if err != nil {
			return changed, wrap("wrap keys anew", err)
		}
		changed += n
		if n == 0 {
			s.scrub(ctx)
			return changed, nil
		}
	}
}

// DropEpoch destroys the key of a past epoch. It is ErrConflict while a live key
// is still wrapped under it; a hold keeps its casus and with it the key.
func (s *Store) DropEpoch(ctx context.Context, epoch string) error {
	var n int
	if err := s.read.QueryRowContext(ctx, `SELECT count(*) FROM keys WHERE epoch = $1`, epoch).Scan(&n); err != nil {
		return wrap("drop epoch", s.dialect.kind(err))
	}
	if n > 0 {
		return fmt.Errorf("drop epoch %s: %d keys are still wrapped under it: %w", epoch, n, bot.ErrConflict)
	}
	return s.ring.DropEpoch(ctx, epoch)
}
