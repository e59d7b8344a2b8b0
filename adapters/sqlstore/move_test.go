package sqlstore_test

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// moving is a full store on SQLite and the options of an empty database.
func moving(t *testing.T) (*world, bot.Ref, sqlstore.Options) {
	t.Helper()
	w := &world{address: sqliteAddress(t), clock: bottest.NewClock()}
	w.open(t)
	gone := w.mustCasus(t)
	w.erase(t, gone)
	kept := w.mustCasus(t)
	w.mustCheckpoint(t)
	return w, kept, sqlstore.Options{Address: pgAddress(t), Masters: [][]byte{master}, Now: w.clock.Now, LeaseClock: w.clock.Now, Careless: true,
		ErasedList: filepath.Join(t.TempDir(), "erased.list")}
}

func TestAMovedInstallationGoesOnWhereItWas(t *testing.T) {
	w, ref, to := moving(t)
	for _, how := range []string{"first", "repeated"} {
		moved, err := sqlstore.Move(t.Context(), w.store, to)
		if err != nil {
			t.Fatalf("%s: Move: %v", how, err)
		}
		if moved.Tables < 30 || moved.Rows < 30 || moved.Entries < 8 {
			t.Errorf("%s: Move = %+v, want all of it", how, moved)
		}
	}
	// What came after the first move comes with the next one.
	later := w.mustCasus(t)
	if _, err := sqlstore.Move(t.Context(), w.store, to); err != nil {
		t.Fatalf("Move of more: %v", err)
	}
	was := w.store
	copied := &world{address: to.Address, clock: w.clock, store: nil}
	copied.store = mustOpen(t, to)
	for _, one := range []bot.Ref{ref, later} {
		var before, after bot.Casus
		if err := was.View(t.Context(), func(tx bot.Tx) (err error) { before, err = tx.Casus(one); return err }); err != nil {
			t.Fatal(err)
		}
		copied.mustView(t, func(tx bot.Tx) (err error) { after, err = tx.Casus(one); return err })
		if before.Private.Purpose != after.Private.Purpose || before.Version != after.Version {
			t.Errorf("%s is %+v after moving, want %+v", one, after, before)
		}
		blob, err := copied.store.OpenBlob(t.Context(), one, bot.FileID("f-"+string(one)))
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(blob)
		blob.Close()
		if err != nil || !strings.HasPrefix(string(data), mark("bytes")) {
			t.Errorf("the bytes of a file did not come along: %d, %v", len(data), err)
		}
	}
	// It goes on: codes and numbers of entries follow on those before.
	next := copied.mustCasus(t)
	if next <= later {
		t.Errorf("the next casus is %s, after %s", next, later)
	}
	copied.mustCheckpoint(t)
	if report, err := copied.store.Verify(t.Context()); err != nil || len(report.Breaks) > 0 {
		t.Errorf("Verify = %+v, %v", report.Breaks, err)
	}
	// And then it is not overwritten any more.
	if _, err := sqlstore.Move(t.Context(), was, to); !errors.Is(err, bot.ErrConflict) {
		t.Errorf("Move over a copy that went on = %v, want ErrConflict", err)
	}
	copied.mustView(t, func(tx bot.Tx) error { _, err := tx.Casus(next); return err })
	// The log is guarded as before.
	if _, err := copied.raw(t).Exec(`DELETE FROM audit_entries`); err == nil {
		t.Error("after moving, entries of the log can be removed")
	}
}

func TestAnInstallationIsNotMovedOverAnother(t *testing.T) {
	w, _, to := moving(t)
	other := mustOpen(t, to)
	w2 := &world{address: to.Address, clock: w.clock, store: other}
	ref := w2.mustCasus(t)
	if _, err := sqlstore.Move(t.Context(), w.store, to); !errors.Is(err, bot.ErrConflict) {
		t.Errorf("Move = %v, want ErrConflict", err)
	}
	w2.mustView(t, func(tx bot.Tx) error { _, err := tx.Casus(ref); return err })
}

func TestAStoreWhoseLogDoesNotVerifyIsNotMoved(t *testing.T) {
	w, ref, to := moving(t)
	mustExec(t, w.raw(t), `UPDATE casussen SET version = version + 1 WHERE ref = $1`, string(ref))
	if _, err := sqlstore.Move(t.Context(), w.store, to); !errors.Is(err, bot.ErrConflict) {
		t.Errorf("Move = %v, want ErrConflict", err)
	}
}

func TestAMoveThatBreaksOffLeavesNothing(t *testing.T) {
	w, _, to := moving(t)
	ctx, stop := context.WithCancel(t.Context())
	// The last table cannot be filled, after all the others were.
	empty := mustOpen(t, to) // makes the tables
	empty.Close()
	db := mustSQL(t, to.Address)
	mustExec(t, db, `DELETE FROM keys; DELETE FROM secrets; DELETE FROM epochs`)
	mustExec(t, db, `ALTER TABLE tickets ADD CONSTRAINT full_disk CHECK (hash = '')`)
	if _, err := sqlstore.Move(ctx, w.store, to); err == nil {
		t.Error("Move into a table that takes nothing is no error")
	}
	stop()
	var n int
	if err := db.QueryRow(`SELECT count(*) FROM casussen`).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d casussen, %v, after a move that broke off", n, err)
	}
	mustExec(t, db, `ALTER TABLE tickets DROP CONSTRAINT full_disk`)
	if _, err := sqlstore.Move(t.Context(), w.store, to); err != nil {
		t.Errorf("the next Move: %v", err)
	}
}
