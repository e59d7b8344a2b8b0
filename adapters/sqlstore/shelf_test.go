package sqlstore_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

func TestTheShelf(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		bottest.Shelf(t, func(t *testing.T) (one, other bot.Shelf) {
			s := mustOpen(t, sqlstore.Options{Address: sqliteAddress(t)})
			return s, s
		})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		bottest.Shelf(t, func(t *testing.T) (one, other bot.Shelf) {
			address := usedAddress(t)
			return mustOpen(t, sqlstore.Options{Address: address, Careless: true}), mustOpen(t, sqlstore.Options{Address: address, Careless: true})
		})
	})
}

func TestWhatIsOnTheShelfIsReadableInNoByte(t *testing.T) {
	w := &world{address: sqliteAddress(t), clock: bottest.NewClock()}
	w.open(t)
	if _, err := w.store.ChangeShelf(t.Context(), 0, []bot.ShelfItem{{ID: "doc-a", About: []byte(mark("about")), Text: []byte(mark("text"))}}); err != nil {
		t.Fatal(err)
	}
	// Nor does a row that was moved open.
	mustExec(t, w.raw(t), `UPDATE shelf SET id = 'doc-b'`)
	if text, err := w.store.ShelfText(t.Context(), "doc-b"); err == nil {
		t.Errorf("a row that was moved opens: %q", text)
	}
	w.store.Close()
	for _, end := range []string{"", "-wal"} {
		if raw, err := os.ReadFile(w.path() + end); err == nil && bytes.Contains(raw, []byte("CANARY")) {
			t.Errorf("%s holds what was put on the shelf", w.path()+end)
		}
	}
}
