package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/knowledge"
)

// shelf lets the library keep its documents with all copies of the bot.
type shelf struct{ kept bot.Shelf }

var _ knowledge.Shared = shelf{}

// shares reports whether the store at an address is one that several copies have
// together. A SQLite file is for one process, whose folder is enough.
func shares(address string) bool { return address != "" && !strings.HasPrefix(address, "sqlite:") }

// Number implements knowledge.Shared.
func (s shelf) Number(ctx context.Context) (int64, error) { return s.kept.ShelfNumber(ctx) }

// List implements knowledge.Shared.
func (s shelf) List(ctx context.Context) ([]knowledge.Stored, int64, error) {
	items, number, err := s.kept.Shelved(ctx)
	if err != nil {
		return nil, 0, err
	}
	list := make([]knowledge.Stored, len(items))
	for i, item := range items {
		if err := json.Unmarshal(item.About, &list[i]); err != nil {
			return nil, 0, fmt.Errorf("document %s: %w", item.ID, err)
		}
	}
	return list, number, nil
}

// Text implements knowledge.Shared.
func (s shelf) Text(ctx context.Context, id string) ([]byte, error) { return s.kept.ShelfText(ctx, id) }

// Change implements knowledge.Shared.
func (s shelf) Change(ctx context.Context, was int64, list []knowledge.Stored, texts map[string][]byte) (int64, error) {
	items := make([]bot.ShelfItem, len(list))
	for i, d := range list {
		about, err := json.Marshal(d)
		if err != nil {
			return 0, fmt.Errorf("document %s: %w", d.ID, err)
		}
		items[i] = bot.ShelfItem{ID: d.ID, About: about, Text: texts[d.ID]}
	}
	number, err := s.kept.ChangeShelf(ctx, was, items)
	if errors.Is(err, bot.ErrConflict) {
		err = fmt.Errorf("%w: %w", knowledge.ErrBusy, err)
	}
	return number, err
}
