package sqlstore

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/seal"
)

// casusRow is a casus as it is stored. Clear holds all of the casus but its
// Private part.
type casusRow struct {
	ref, status, platform, room string
	version                     int64
	clear                       string
	sealed                      []byte
}

const casusColumns = `ref, status, platform, room, version, clear, sealed`

func (r *casusRow) scan(scan func(...any) error) error {
	return scan(&r.ref, &r.status, &r.platform, &r.room, &r.version, &r.clear, &r.sealed)
}

// place covers every clear column. What remains of an erased casus is sealed
// with the key of the installation: nothing personal is in it, but it must not
// be changed either.
func (r *casusRow) place() seal.Place {
	of := scope(bot.Ref(r.ref))
	if r.status == string(bot.Erased) {
		of = installation
	}
	return place("casussen", of, r.ref, r.status, r.platform, r.room, digits(r.version), r.clear)
}

func (t *tx) openCasus(r casusRow) (bot.Casus, error) {
	var c bot.Casus
	if err := t.openJSON(r.place(), r.sealed, &c.Private); err != nil {
		return bot.Casus{}, err
	}
	private := c.Private
	if err := json.Unmarshal([]byte(r.clear), &c); err != nil {
		return bot.Casus{}, fmt.Errorf("decode casus: it is not of this version")
	}
	c.Private = private
	return c, nil
}

func (t *tx) sealCasus(c bot.Casus) (casusRow, error) {
	private := c.Private
	c.Private = bot.Private{}
	clear, err := clearJSON(c)
	if err != nil {
		return casusRow{}, err
	}
	r := casusRow{ref: string(c.Ref), status: string(c.Status), platform: c.Platform, room: string(c.Room), version: c.Version, clear: clear}
	r.sealed, err = t.sealJSON(r.place(), private)
	return r, err
}

// AddCasus implements bot.Casussen.
func (t *tx) AddCasus(c bot.Casus, year int) (bot.Casus, error) {
	name := fmt.Sprintf("casus/%d", year)
	var number int64
	if !t.write {
		return bot.Casus{}, errReadOnly
	}
	err := t.row(`INSERT INTO counters (name, value) VALUES ($1, 1)
		ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value`, name).Scan(&number)
	if err != nil {
		return bot.Casus{}, wrap("add casus", err)
	}
	c.Ref = bot.Ref(fmt.Sprintf("C-%04d-%04d", year, number))
	c.Version = 1
	if c.Status == bot.Erased {
		return bot.Casus{}, fmt.Errorf("add casus: %w", bot.ErrConflict)
	}
	if err := t.newKey(scope(c.Ref)); err != nil {
		return bot.Casus{}, wrap("add casus", err)
	}
	if err := t.freeRoom(c); err != nil {
		return bot.Casus{}, wrap("add casus", err)
	}
	r, err := t.sealCasus(c)
	if err != nil {
		return bot.Casus{}, wrap("add casus", err)
	}
	if _, err := t.exec(`INSERT INTO casussen (`+casusColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		r.ref, r.status, r.platform, r.room, r.version, r.clear, r.sealed); err != nil {
		return bot.Casus{}, wrap("add casus", err)
	}
	t.wrote("casussen", r.ref, r.version, c.Ref)
	return c, wrap("add casus", t.list(c))
}

// freeRoom refuses a room that another casus has.
func (t *tx) freeRoom(c bot.Casus) error {
	if c.Room == "" {
		return nil
	}
	var other string
	err := t.row(`SELECT ref FROM casussen WHERE platform = $1 AND room = $2 AND room <> ''`, c.Platform, string(c.Room)).Scan(&other)
	if errors.Is(err, bot.ErrNotFound) || (err == nil && other == string(c.Ref)) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("the room is of %s: %w", other, bot.ErrConflict)
}

// Casus implements bot.Casussen.
func (t *tx) Casus(ref bot.Ref) (bot.Casus, error) {
	return t.casus(`SELECT `+casusColumns+` FROM casussen WHERE ref = $1`, string(ref))
}

// CasusByRoom implements bot.Casussen.
func (t *tx) CasusByRoom(platform string, room bot.ChannelID) (bot.Casus, error) {
	if room == "" {
		return bot.Casus{}, bot.ErrNotFound
	}
	return t.casus(`SELECT `+casusColumns+` FROM casussen WHERE platform = $1 AND room = $2 AND room <> ''`, platform, string(room))
}

func (t *tx) casus(query string, args ...any) (bot.Casus, error) {
	var r casusRow
	if err := r.scan(t.row(query, args...).Scan); err != nil {
		return bot.Casus{}, wrap("read casus", err)
	}
	c, err := t.openCasus(r)
	return c, wrap("read casus "+r.ref, err)
}

// SaveCasus implements bot.Casussen.
func (t *tx) SaveCasus(c bot.Casus) (bot.Casus, error) {
	var status string
	var version int64
	if err := t.row(`SELECT status, version FROM casussen WHERE ref = $1`+t.store.dialect.lockRow(), string(c.Ref)).Scan(&status, &version); err != nil {
		return bot.Casus{}, wrap("save casus", err)
	}
	switch {
	case status == string(bot.Erased):
		return bot.Casus{}, fmt.Errorf("save casus %s: %w", c.Ref, bot.ErrGone)
	case version != c.Version:
		return bot.Casus{}, fmt.Errorf("save casus %s: version %d is not %d: %w", c.Ref, c.Version, version, bot.ErrConflict)
	case c.Status == bot.Erased:
		return bot.Casus{}, fmt.Errorf("save casus %s: only EraseCasus erases: %w", c.Ref, bot.ErrConflict)
	}
	c.Version++
	if err := t.freeRoom(c); err != nil {
		return bot.Casus{}, wrap("save casus", err)
	}
	return c, wrap("save casus", t.putCasus(c))
}

func (t *tx) putCasus(c bot.Casus) error {
	r, err := t.sealCasus(c)
	if err != nil {
		return err
	}
	if err := t.one(bot.ErrNotFound, `UPDATE casussen SET status = $2, platform = $3, room = $4, version = $5, clear = $6, sealed = $7 WHERE ref = $1`,
		r.ref, r.status, r.platform, r.room, r.version, r.clear, r.sealed); err != nil {
		return err
	}
	t.wrote("casussen", r.ref, r.version, c.Ref)
	return t.list(c)
}

// CasusRefs implements bot.Casussen.
func (t *tx) CasusRefs(after bot.Ref, limit int, statuses ...bot.Status) ([]bot.Ref, error) {
	in, args := statusIn([]any{string(after)}, statuses)
	query := `SELECT ref FROM casussen WHERE ref > $1` + in
	query += " ORDER BY ref"
	if limit > 0 {
		args = append(args, limit)
		query += fmt.Sprintf(" LIMIT $%d", len(args))
	}
	refs, err := t.refs(query, args...)
	return refs, wrap("list casussen", err)
}
