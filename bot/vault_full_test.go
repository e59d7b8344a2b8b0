package bot_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

// crowded is a store that remembers which files it was given, and can be full.
type crowded struct {
	bot.Store
	mu   sync.Mutex
	full bool
	seen []bot.FileID
}

func (c *crowded) PutBlob(ctx context.Context, ref bot.Ref, id bot.FileID, r io.Reader) (int64, error) {
	c.mu.Lock()
	full := c.full
	c.seen = append(c.seen, id)
	c.mu.Unlock()
	if full {
		return 0, fmt.Errorf("%w: %w", bot.ErrFull, bot.ErrUnavailable)
	}
	return c.Store.PutBlob(ctx, ref, id, r)
}

// left is what there is of everything that was put.
func (c *crowded) left(t *testing.T, ref bot.Ref) (ids []bot.FileID) {
	t.Helper()
	for _, id := range c.seen {
		r, err := c.OpenBlob(t.Context(), ref, id)
		if errors.Is(err, bot.ErrNotFound) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Close()
		ids = append(ids, id)
	}
	return ids
}

func TestAVaultThatIsFullKeepsNothingOfAFileThatWasComingIn(t *testing.T) {
	for _, at := range []string{"a later part", "the whole"} {
		w, casus := withVault(t)
		store := &crowded{Store: w.bot.Store}
		w.bot.Store = store
		ctx := t.Context()
		w.command(carer, casus.Room, "casus", "kluis")
		w.press(carer, "Breng een bestand in")
		session, _, err := w.bot.EnterBring(ctx, w.link(carer))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.bot.BringPartOf(ctx, session, 0, strings.NewReader(strings.Repeat("a", bot.BringPart))); err != nil {
			t.Fatal(err)
		}
		if len(store.left(t, casus.Ref)) != 1 {
			t.Fatal("the first part is not there")
		}
		store.full = true
		if at == "the whole" {
			_, err = w.bot.FinishBring(ctx, session, "a.txt", bot.BringPart)
		} else {
			_, err = w.bot.BringPartOf(ctx, session, bot.BringPart, strings.NewReader("b"))
		}
		if !errors.Is(err, bot.ErrFull) {
			t.Errorf("%s: %v, want that it is full", at, err)
		}
		if left := store.left(t, casus.Ref); len(left) > 0 {
			t.Errorf("%s: %v is still there", at, left)
		}
		if at == "a later part" { // a smaller file can follow, from its beginning
			store.full = false
			if in, err := w.bot.BringState(ctx, session); err != nil || in.Had != 0 {
				t.Errorf("BringState = %+v, %v; want to begin anew", in, err)
			}
		}
	}
}
