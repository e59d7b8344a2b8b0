package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/bot"
)

// member is the hash by which the casussen of a person are found.
func (t *tx) member(id bot.PersonID) (string, error) {
	return t.store.install.Lookup("member", string(id))
}

// list notes who is in the casus, so that RefsOf finds it. Most saves change
// nothing about that and then only read.
func (t *tx) list(c bot.Casus) error {
	known := map[string]bool{}
	err := t.rows(`SELECT member FROM memberships WHERE casus = $1`, []any{string(c.Ref)}, func(scan func(...any) error) error {
		var hash string
		err := scan(&hash)
		known[hash] = true
		return err
	})
	if err != nil {
		return err
	}
	for _, m := range c.Private.Members {
		hash, err := t.member(m.ID)
		if err != nil {
			return err
		}
		if known[hash] {
			delete(known, hash)
			continue
		}
		if _, err := t.exec(`INSERT INTO memberships (member, casus) VALUES ($1, $2) ON CONFLICT DO NOTHING`, hash, string(c.Ref)); err != nil {
			return err
		}
	}
	for hash := range known {
		if _, err := t.exec(`DELETE FROM memberships WHERE member = $1 AND casus = $2`, hash, string(c.Ref)); err != nil {
			return err
		}
	}
	if err := t.watch(c); err != nil {
		return err
	}
	_, err = t.exec(`UPDATE casussen SET listed = 1, watched = 1 WHERE ref = $1 AND watched = 0`, string(c.Ref))
	return err
}

// listAll lists the casussen of before there was a list, a page at a time.
func (s *Store) listAll(ctx context.Context) error {
	if s.ReadOnly {
		return nil
	}
	for {
		n := 0
		err := s.run(ctx, update, func(t *tx) error {
			refs, err := t.refs(`SELECT ref FROM casussen WHERE watched = 0 ORDER BY ref LIMIT 500`)
			if n = len(refs); err != nil {
				return err
			}
			for _, ref := range refs {
				c, err := t.Casus(ref)
				if err != nil {
					return err
				}
				if err := t.list(c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n == 0 {
			return wrap("list who is in which casus", err)
		}
	}
}

// RefsOf implements bot.Casussen.
func (t *tx) RefsOf(id bot.PersonID) ([]bot.Ref, error) {
	hash, err := t.member(id)
	if err != nil {
		return nil, wrap("list casussen of a person", err)
	}
	refs, err := t.refs(`SELECT casus FROM memberships WHERE member = $1 ORDER BY casus`, hash)
	return refs, wrap("list casussen of a person", err)
}

// SaveCircle implements bot.Circles.
func (t *tx) SaveCircle(c bot.Circle) error {
	if c.ID == "" {
		return &bot.InvalidError{Field: "circle", Reason: "no id"}
	}
	var org string
	var version int64
	err := t.row(`SELECT organisation, version FROM circles WHERE id = $1`+t.store.dialect.lockRow(), c.ID).Scan(&org, &version)
	switch {
	case errors.Is(err, bot.ErrNotFound):
	case err != nil:
		return wrap("save circle", err)
	case org != string(c.Organisation):
		return fmt.Errorf("save circle: it is of another organisation: %w", bot.ErrConflict)
	}
	version++
	sealed, err := t.sealJSON(place("circles", installation, c.ID, string(c.Organisation), digits(version)), c)
	if err != nil {
		return wrap("save circle", err)
	}
	_, err = t.exec(`INSERT INTO circles (id, organisation, version, sealed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET version = excluded.version, sealed = excluded.sealed`, c.ID, string(c.Organisation), version, sealed)
	return wrap("save circle", err)
}

const circleColumns = `id, organisation, version, sealed`

func (t *tx) scanCircle(scan func(...any) error) (c bot.Circle, err error) {
	var id, org string
	var version int64
	var sealed []byte
	if err := scan(&id, &org, &version, &sealed); err != nil {
		return c, err
	}
	return c, t.openJSON(place("circles", installation, id, org, digits(version)), sealed, &c)
}

// Circle implements bot.Circles.
func (t *tx) Circle(id string) (bot.Circle, error) {
	c, err := t.scanCircle(t.row(`SELECT `+circleColumns+` FROM circles WHERE id = $1`, id).Scan)
	return c, wrap("read circle", err)
}

// CirclesOf implements bot.Circles.
func (t *tx) CirclesOf(org bot.OrgID) ([]bot.Circle, error) {
	var all []bot.Circle
	err := t.rows(`SELECT `+circleColumns+` FROM circles WHERE organisation = $1 ORDER BY id`, []any{string(org)}, func(scan func(...any) error) error {
		c, err := t.scanCircle(scan)
		all = append(all, c)
		return err
	})
	return all, wrap("list circles", err)
}

// DropCircle implements bot.Circles.
func (t *tx) DropCircle(id string) error {
	_, err := t.exec(`DELETE FROM circles WHERE id = $1`, id)
	return wrap("drop circle", err)
}
