package sqlstore_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// pgTool runs one of PostgreSQL's own programs.
func pgTool(t *testing.T, name string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name); len(found) > 0 {
		path, err = found[len(found)-1], nil
	}
	if err != nil {
		t.Fatalf("%s is needed: install postgresql-client: %v", name, err)
	}
	if out, err := exec.Command(path, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// The procedure of deploy/docs/backup.md, with PostgreSQL's own programs: the
// database without the keys of the months, those keys apart, an erasure, and both
// put back into an empty database.
func TestWhatPgRestorePutsBackStaysErasedAndTheLogNamesTheGap(t *testing.T) {
	w := &world{address: testserver.Postgres(t), clock: bottest.NewClock()}
	dir := t.TempDir()
	list := filepath.Join(dir, "erased.list")
	open := func() (*sqlstore.Store, error) {
		return sqlstore.Open(context.Background(), sqlstore.Options{Address: w.address, Masters: [][]byte{master}, Now: w.clock.Now, LeaseClock: w.clock.Now, Careless: true, ErasedList: list})
	}
	must := func() {
		t.Helper()
		var err error
		if w.store, err = open(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { w.store.Close() })
	}
	must()
	gone, kept := w.mustCasus(t), w.mustCasus(t)
	w.mustCheckpoint(t)

	dump, keys := filepath.Join(dir, "db.dump"), filepath.Join(dir, "keys.dump")
	pgTool(t, "pg_dump", "--format=custom", "--exclude-table-data=epochs", "--file="+dump, w.address)
	pgTool(t, "pg_dump", "--format=custom", "--data-only", "--table=epochs", "--file="+keys, w.address)
	if data, err := os.ReadFile(dump); err != nil || !bytes.Contains(data, []byte("epochs")) {
		t.Fatalf("the dump: %v", err)
	}
	w.erase(t, gone)
	outside := w.mustCheckpoint(t)
	w.store.Close()

	w.address = testserver.Postgres(t)
	pgTool(t, "pg_restore", "--exit-on-error", "--no-owner", "--dbname="+w.address, dump)
	if rows := w.column(t, `SELECT ref FROM casussen WHERE ref = $1 AND status <> 'erased'`, string(gone)); len(rows) != 1 {
		t.Fatal("the dump does not hold the casus, so its absence would say nothing")
	}
	if s, err := open(); err == nil {
		s.Close()
		t.Fatal("the dump of the database alone opens")
	}
	if rows := w.column(t, `SELECT name FROM epochs`); len(rows) != 0 {
		t.Fatalf("a start without the keys made new ones: %d", len(rows))
	}
	pgTool(t, "pg_restore", "--exit-on-error", "--data-only", "--dbname="+w.address, keys)
	must()
	if r := w.store.Restored; r.ErasedAgain != 1 || r.To < r.From || r.To == 0 {
		t.Errorf("Restored = %+v, want one erased again and a gap", r)
	}
	if w.status(t, gone) != bot.Erased || w.status(t, kept) != bot.Open {
		t.Errorf("%s is %s, %s is %s", gone, w.status(t, gone), kept, w.status(t, kept))
	}
	if n := len(w.column(t, `SELECT box FROM keys WHERE scope = $1`, "casus/"+string(gone))); n != 0 {
		t.Error("its key came back")
	}
	w.mustView(t, func(tx bot.Tx) error {
		entries, err := tx.Entries("", 0, 0)
		last := entries[len(entries)-1]
		if last.Act != bot.ActRestored || !strings.Contains(strings.Join(last.Reasons, " "), "gap:") {
			t.Errorf("the last entry = %+v, want it to name the gap", last)
		}
		return err
	})
	if r, err := w.store.Verify(t.Context()); err != nil || !r.OK() {
		t.Errorf("Verify = %+v, %v; want the log whole in itself", r.Breaks, err)
	}
	if r, err := w.store.Verify(t.Context(), outside); err != nil || r.OK() {
		t.Errorf("against a checkpoint from before it holds: %v", err)
	}
	if fresh := w.mustCasus(t); fresh == gone || fresh == kept {
		t.Errorf("the code %s was used again", fresh)
	}
}
