package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/seal"
)

var _ bot.Shelf = (*Store)(nil)

// shelfCounter is the row of counters with the number of the shelf.
const shelfCounter = "shelf"

func (t *tx) shelfNumber() (n int64, err error) {
	err = t.row(`SELECT value FROM counters WHERE name = $1`, shelfCounter).Scan(&n)
	if errors.Is(err, bot.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

// ShelfNumber implements bot.Shelf.
func (s *Store) ShelfNumber(ctx context.Context) (n int64, err error) {
	err = s.run(ctx, view, func(t *tx) error { n, err = t.shelfNumber(); return err })
	return n, wrap("read the shelf", err)
}

// Shelved implements bot.Shelf.
func (s *Store) Shelved(ctx context.Context) (list []bot.ShelfItem, n int64, err error) {
	err = s.run(ctx, view, func(t *tx) error {
		list = nil
		if n, err = t.shelfNumber(); err != nil {
			return err
		}
		// id > '' is every one: a plan of its own would read the texts' table whole.
		return t.rows(`SELECT id, sealed FROM shelf WHERE id > $1 ORDER BY id`, []any{""}, func(scan func(...any) error) error {
			var id string
			var sealed []byte
			if err := scan(&id, &sealed); err != nil {
				return err
			}
			item := bot.ShelfItem{ID: id}
			err := t.openJSON(place("shelf", installation, id, id), sealed, &item.About)
			list = append(list, item)
			return err
		})
	})
	return list, n, wrap("read the shelf", err)
}

// ShelfText implements bot.Shelf.
func (s *Store) ShelfText(ctx context.Context, id string) (text []byte, err error) {
	err = s.run(ctx, view, func(t *tx) error {
		var sealed []byte
		if err := t.row(`SELECT words FROM shelf WHERE id = $1`, id).Scan(&sealed); err != nil {
			return err
		}
		text, err = t.store.install.Open(shelfWords(id), sealed)
		return err
	})
	return text, wrap("read the shelf", err)
}

// ChangeShelf implements bot.Shelf.
func (s *Store) ChangeShelf(ctx context.Context, was int64, list []bot.ShelfItem) (n int64, err error) {
	err = s.run(ctx, update, func(t *tx) error {
		now, err := t.shelfNumber()
		if err != nil {
			return err
		}
		if now != was {
			return fmt.Errorf("it changed meanwhile: %w", bot.ErrConflict)
		}
		n = now + 1
		if _, err := t.exec(`INSERT INTO counters (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, shelfCounter, n); err != nil {
			return err
		}
		keep := map[string]bool{}
		for _, item := range list {
			if err := item.Check(); err != nil {
				return err
			}
			keep[item.ID] = true
			if err := t.shelve(item); err != nil {
				return err
			}
		}
		var gone []string
		if err := t.rows(`SELECT id FROM shelf WHERE id > $1`, []any{""}, func(scan func(...any) error) error {
			var id string
			err := scan(&id)
			if !keep[id] {
				gone = append(gone, id)
			}
			return err
		}); err != nil {
			return err
		}
		for _, id := range gone {
			if _, err := t.exec(`DELETE FROM shelf WHERE id = $1`, id); err != nil {
				return err
			}
		}
		if len(gone) > 0 {
			s.dirty.Store(true)
		}
		return nil
	})
	return n, wrap("change the shelf", err)
}

// shelve writes one item.
func (t *tx) shelve(item bot.ShelfItem) error {
	sealed, err := t.sealJSON(place("shelf", installation, item.ID, item.ID), item.About)
	if err != nil {
		return err
	}
	if item.Text == nil {
		return t.one(fmt.Errorf("%s has no text: %w", item.ID, bot.ErrNotFound), `UPDATE shelf SET sealed = $2 WHERE id = $1`, item.ID, sealed)
	}
	words, err := t.store.install.Seal(shelfWords(item.ID), item.Text)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO shelf (id, sealed, words) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, words = excluded.words`, item.ID, sealed, words)
	return err
}

// shelfWords is where the text of an item stands.
func shelfWords(id string) seal.Place {
	return seal.Place{Table: "shelf", Column: "words", Scope: installation, Row: id, Schema: shape}
}
