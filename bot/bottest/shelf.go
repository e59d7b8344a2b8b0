package bottest

import (
	"bytes"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

// Shelf runs the contract of bot.Shelf. open gives an empty one each time, twice:
// as two copies of the bot have it.
func Shelf(t *testing.T, open func(t *testing.T) (one, other bot.Shelf)) {
	t.Helper()
	item := func(id, about, text string) bot.ShelfItem {
		i := bot.ShelfItem{ID: id, About: []byte(about)}
		if text != "" {
			i.Text = []byte(text)
		}
		return i
	}
	change := func(t *testing.T, s bot.Shelf, was int64, list ...bot.ShelfItem) int64 {
		t.Helper()
		n, err := s.ChangeShelf(t.Context(), was, list)
		if err != nil || n <= was {
			t.Fatalf("ChangeShelf at %d = %d, %v; want a greater number", was, n, err)
		}
		return n
	}
	want := func(t *testing.T, s bot.Shelf, number int64, list ...bot.ShelfItem) {
		t.Helper()
		if n, err := s.ShelfNumber(t.Context()); err != nil || n != number {
			t.Errorf("ShelfNumber = %d, %v; want %d", n, err, number)
		}
		got, n, err := s.Shelved(t.Context())
		if err != nil || n != number || len(got) != len(list) {
			t.Fatalf("Shelved = %d items at %d, %v; want %d at %d", len(got), n, err, len(list), number)
		}
		for i, item := range list {
			if got[i].ID != item.ID || !bytes.Equal(got[i].About, item.About) || got[i].Text != nil {
				t.Errorf("Shelved[%d] = %q %q with %d bytes of text, want %q %q without", i, got[i].ID, got[i].About, len(got[i].Text), item.ID, item.About)
			}
			if text, err := s.ShelfText(t.Context(), item.ID); err != nil || !bytes.Equal(text, item.Text) {
				t.Errorf("ShelfText(%s) = %q, %v; want %q", item.ID, text, err, item.Text)
			}
		}
	}
	t.Run("nothing was ever put on an empty one", func(t *testing.T) {
		one, _ := open(t)
		want(t, one, 0)
		if _, err := one.ShelfText(t.Context(), "doc-a"); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("ShelfText = %v, want ErrNotFound", err)
		}
	})
	t.Run("what one copy puts there the other has, keeps and takes out", func(t *testing.T) {
		one, other := open(t)
		n := change(t, one, 0, item("doc-b", "b", "tekst b"), item("doc-a", "a", "tekst a"))
		want(t, other, n, item("doc-a", "a", "tekst a"), item("doc-b", "b", "tekst b"))
		n = change(t, other, n, item("doc-a", "a, replaced", ""), item("doc-b", "b", ""), item("doc-c", "c", "tekst c"))
		want(t, one, n, item("doc-a", "a, replaced", "tekst a"), item("doc-b", "b", "tekst b"), item("doc-c", "c", "tekst c"))
		n = change(t, one, n, item("doc-b", "b", ""))
		want(t, other, n, item("doc-b", "b", "tekst b"))
		if text, err := other.ShelfText(t.Context(), "doc-a"); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("ShelfText of what was taken out = %q, %v; want ErrNotFound", text, err)
		}
		n = change(t, one, n, item("doc-b", "b", "een andere tekst"))
		want(t, other, n, item("doc-b", "b", "een andere tekst"))
	})
	t.Run("an emptied one is not one on which nothing ever was", func(t *testing.T) {
		one, other := open(t)
		n := change(t, one, change(t, one, 0, item("doc-a", "a", "tekst")))
		want(t, other, n)
	})
	t.Run("a long text comes back whole", func(t *testing.T) {
		one, other := open(t)
		long := item("doc-a", "a", strings.Repeat("De partijen bewaren het verslag. ", 100_000))
		want(t, other, change(t, one, 0, long), long)
	})
	t.Run("who comes too late changes nothing", func(t *testing.T) {
		one, other := open(t)
		n := change(t, one, 0, item("doc-a", "a", "tekst"))
		for _, was := range []int64{0, n + 1} {
			if _, err := other.ChangeShelf(t.Context(), was, []bot.ShelfItem{item("doc-z", "z", "tekst")}); !errors.Is(err, bot.ErrConflict) {
				t.Errorf("ChangeShelf at %d = %v, want ErrConflict", was, err)
			}
		}
		want(t, one, n, item("doc-a", "a", "tekst"))
	})
	t.Run("an error changes nothing", func(t *testing.T) {
		one, other := open(t)
		n := change(t, one, 0, item("doc-a", "a", "tekst"))
		if _, err := one.ChangeShelf(t.Context(), n, []bot.ShelfItem{item("doc-b", "b", "tekst"), item("doc-c", "c", "")}); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("ChangeShelf with an item that has no text = %v, want ErrNotFound", err)
		}
		var bad *bot.InvalidError
		if _, err := one.ChangeShelf(t.Context(), n, []bot.ShelfItem{item("doc-b", "b", "tekst"), item("../b", "c", "tekst")}); !errors.As(err, &bad) {
			t.Errorf("ChangeShelf with a name that is a path = %v, want an InvalidError", err)
		}
		want(t, other, n, item("doc-a", "a", "tekst"))
	})
	t.Run("of many at once each number is one change", func(t *testing.T) {
		one, other := open(t)
		var group sync.WaitGroup
		var done atomic.Int64
		for i := range 8 {
			s := []bot.Shelf{one, other}[i%2]
			group.Go(func() {
				_, err := s.ChangeShelf(t.Context(), 0, []bot.ShelfItem{item("doc-a", "a", "tekst")})
				if err == nil {
					done.Add(1)
				} else if !errors.Is(err, bot.ErrConflict) {
					t.Errorf("ChangeShelf = %v, want ErrConflict", err)
				}
			})
		}
		group.Wait()
		if done.Load() != 1 {
			t.Errorf("%d of 8 changed the same number, want 1", done.Load())
		}
	})
}
