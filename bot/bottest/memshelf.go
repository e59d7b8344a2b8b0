package bottest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/convenantbot/convenantbot/bot"
)

// MemShelf is a bot.Shelf in memory. Its zero value is empty.
type MemShelf struct {
	mu     sync.Mutex
	number int64
	items  map[string]bot.ShelfItem
}

var _ bot.Shelf = (*MemShelf)(nil)

// ShelfNumber implements bot.Shelf.
func (s *MemShelf) ShelfNumber(context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.number, nil
}

// Shelved implements bot.Shelf.
func (s *MemShelf) Shelved(context.Context) ([]bot.ShelfItem, int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []bot.ShelfItem
	for _, item := range s.items {
		list = append(list, bot.ShelfItem{ID: item.ID, About: slices.Clone(item.About)})
	}
	slices.SortFunc(list, func(a, b bot.ShelfItem) int { return cmp.Compare(a.ID, b.ID) })
	return list, s.number, nil
}

// ShelfText implements bot.Shelf.
func (s *MemShelf) ShelfText(_ context.Context, id string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	item, ok := s.items[id]
	if !ok {
		return nil, fmt.Errorf("%s: %w", id, bot.ErrNotFound)
	}
	return slices.Clone(item.Text), nil
}

// ChangeShelf implements bot.Shelf.
func (s *MemShelf) ChangeShelf(_ context.Context, was int64, list []bot.ShelfItem) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if was != s.number {
		return 0, fmt.Errorf("it changed meanwhile: %w", bot.ErrConflict)
	}
	next := map[string]bot.ShelfItem{}
	for _, item := range list {
		if err := item.Check(); err != nil {
			return 0, err
		}
		old, ok := s.items[item.ID]
		if item.Text == nil {
			if !ok {
				return 0, fmt.Errorf("%s has no text: %w", item.ID, bot.ErrNotFound)
			}
			item.Text = old.Text
		}
		next[item.ID] = bot.ShelfItem{ID: item.ID, About: slices.Clone(item.About), Text: slices.Clone(item.Text)}
	}
	s.items, s.number = maps.Clone(next), s.number+1
	return s.number, nil
}
