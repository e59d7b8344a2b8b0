package sqlstore

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/seal"
)

type holdRow struct {
	casus, id          string
	pos, live, version int64
	clear              string
	sealed             []byte
}

const holdColumns = `casus, id, pos, live, version, clear, sealed`

func (r *holdRow) scan(scan func(...any) error) error {
	return scan(&r.casus, &r.id, &r.pos, &r.live, &r.version, &r.clear, &r.sealed)
}

func (r *holdRow) place() seal.Place {
	return place("holds", scope(bot.Ref(r.casus)), r.casus+"/"+r.id, digits(r.pos), digits(r.live), digits(r.version), r.clear)
}

func (t *tx) openHold(r holdRow) (bot.Hold, error) {
	var h bot.Hold
	if err := json.Unmarshal([]byte(r.clear), &h); err != nil {
		return h, fmt.Errorf("decode hold: it is not of this version")
	}
	return h, t.openJSON(r.place(), r.sealed, &h.Reason)
}

func (t *tx) sealHold(h bot.Hold, pos, version int64) (holdRow, error) {
	r := holdRow{casus: string(h.Casus), id: h.ID, pos: pos, version: version}
	if h.ReleasedAt.IsZero() {
		r.live = 1
	}
	reason := h.Reason
	h.Reason = ""
	var err error
	if r.clear, err = clearJSON(h); err != nil {
		return r, err
	}
	r.sealed, err = t.sealJSON(r.place(), reason)
	return r, err
}

// AddHold implements bot.Holds.
func (t *tx) AddHold(h bot.Hold) error {
	if h.ID == "" {
		return &bot.InvalidError{Field: "hold", Reason: "no id"}
	}
	if err := t.known(h.Casus); err != nil {
		return wrap("add hold", err)
	}
	pos, err := t.next("holds", h.Casus)
	if err != nil {
		return wrap("add hold", err)
	}
	r, err := t.sealHold(h, pos, 1)
	if err != nil {
		return wrap("add hold", err)
	}
	if err := t.one(exists("hold", h.ID), `INSERT INTO holds (`+holdColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		r.casus, r.id, r.pos, r.live, r.version, r.clear, r.sealed); err != nil {
		return err
	}
	t.wrote("holds", r.casus+"/"+r.id, 1, h.Casus)
	return nil
}

// Holds implements bot.Holds.
func (t *tx) Holds(ref bot.Ref) ([]bot.Hold, error) {
	if err := t.there(ref); err != nil {
		return nil, wrap("read holds", err)
	}
	if _, err := t.key(scope(ref)); err != nil {
		return nil, wrap("read holds", err)
	}
	var all []bot.Hold
	err := t.rows(`SELECT `+holdColumns+` FROM holds WHERE casus = $1 ORDER BY pos`, []any{string(ref)}, func(scan func(...any) error) error {
		var r holdRow
		if err := r.scan(scan); err != nil {
			return err
		}
		h, err := t.openHold(r)
		all = append(all, h)
		return err
	})
	return all, wrap("read holds", err)
}

// ReleaseHold implements bot.Holds.
func (t *tx) ReleaseHold(ref bot.Ref, id string, at time.Time) error {
	if err := t.known(ref); err != nil {
		return wrap("release hold", err)
	}
	var r holdRow
	if err := r.scan(t.row(`SELECT `+holdColumns+` FROM holds WHERE casus = $1 AND id = $2`+t.store.dialect.lockRow(), string(ref), id).Scan); err != nil {
		return wrap("release hold", err)
	}
	h, err := t.openHold(r)
	if err != nil {
		return wrap("release hold", err)
	}
	if !once(&h.ReleasedAt, at) {
		return fmt.Errorf("release hold %s: it was released already: %w", id, bot.ErrConflict)
	}
	next, err := t.sealHold(h, r.pos, r.version+1)
	if err != nil {
		return wrap("release hold", err)
	}
	if err := t.one(bot.ErrNotFound, `UPDATE holds SET live = $3, version = $4, clear = $5, sealed = $6 WHERE casus = $1 AND id = $2`,
		next.casus, next.id, next.live, next.version, next.clear, next.sealed); err != nil {
		return wrap("release hold", err)
	}
	t.wrote("holds", r.casus+"/"+r.id, next.version, ref)
	return nil
}
