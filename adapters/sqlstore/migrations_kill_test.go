package sqlstore_test

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// migrateEnv makes a child of this test open a store, which migrates it.
const migrateEnv = "CONVENANTBOT_SQLSTORE_MIGRATE"

func migrateOnce(address string) error {
	s, err := sqlstore.Open(context.Background(), sqlstore.Options{Address: address, Masters: [][]byte{master}, Now: bottest.NewClock().Now, Careless: true})
	if err != nil {
		return err
	}
	return s.Close()
}

// migrating starts the child; ended tells when it did.
func migrating(t *testing.T, address string) (child *exec.Cmd, ended chan struct{}) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child = exec.Command(self)
	child.Env = append(os.Environ(), migrateEnv+"="+address)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ended = make(chan struct{})
	go func() { _ = child.Wait(); close(ended) }()
	t.Cleanup(func() { _ = child.Process.Kill(); <-ended })
	return child, ended
}

// atVersion is a full store, closed, with the tables of an earlier version.
func atVersion(t *testing.T, address string, version int64) (*world, map[string]string) {
	t.Helper()
	w := &world{address: address, clock: bottest.NewClock()}
	w.open(t)
	w.filled(t, version)
	w.open(t)
	before := seen(t, w.store, w.clock.Now())
	w.store.Close()
	w.store = nil
	db := w.raw(t)
	all := versions(t)
	for i := len(all) - 1; all[i] > version; i-- {
		if _, err := provider(t, db, w.sqlite()).ApplyVersion(t.Context(), all[i], false); err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	return w, before
}

// goesOn opens the store and looks at what is there.
func (w *world) goesOn(t *testing.T, before map[string]string) {
	t.Helper()
	w.open(t)
	after := seen(t, w.store, w.clock.Now())
	for what, was := range before {
		if what[0] != '0' && after[what] != was {
			t.Errorf("%s is %.500s\nand was %.500s", what, after[what], was)
		}
	}
	if report, err := w.store.Verify(t.Context()); err != nil || !report.OK() {
		t.Errorf("Verify = %+v, %v", report, err)
	}
	w.store.Close()
	w.store = nil
}

func TestAMigrationKilledHalfwayOnPostgreSQLIsTakenUpByTheNext(t *testing.T) {
	w, before := atVersion(t, pgAddress(t), 1)
	db := w.raw(t)
	// 00002 and 00003 pass; 00004 has made its first table when it comes to ours.
	hold, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer hold.Rollback()
	if _, err := hold.Exec(`LOCK TABLE casussen IN ROW EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	child, ended := migrating(t, w.address)
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		waiting := mustStrings(t, db, `SELECT a.query FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND l.relation = 'casussen'::regclass`)
		if len(waiting) > 0 {
			break
		}
		select {
		case <-ended: // it waits for no longer than ten seconds
			child, ended = migrating(t, w.address)
		default:
		}
		if time.Now().After(end) {
			t.Fatal("the child never came to the table")
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-ended
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	// What it was in the middle of was not done; what came before is.
	if tables := mustTables(t, db, false); slices.Contains(tables, "matters") || !slices.Contains(tables, "talks") {
		t.Errorf("after the kill there are %v", tables)
	}
	w.goesOn(t, before)
}

func TestAMigrationKilledAnywhereOnSQLiteIsTakenUpByTheNext(t *testing.T) {
	w, before := atVersion(t, sqliteAddress(t), 1)
	mustExec(t, w.raw(t), `PRAGMA wal_checkpoint(TRUNCATE)`)
	place := func() *world {
		path := filepath.Join(t.TempDir(), "bot.db")
		copyFile(t, w.path(), path, -1)
		if err := os.CopyFS(path+".epochs", os.DirFS(w.path()+".epochs")); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path+".epochs", 0o700); err != nil {
			t.Fatal(err)
		}
		return &world{address: "sqlite:" + path, clock: bottest.NewClock()}
	}
	whole := place()
	start := time.Now()
	_, ended := migrating(t, whole.address)
	<-ended
	takes := time.Since(start)
	done := map[int]int{}
	for range 6 {
		one := place()
		one.clock.Advance(w.clock.Now().Sub(one.clock.Now()))
		child, ended := migrating(t, one.address)
		time.Sleep(takes/2 + rand.N(takes/2+1)) // before that it is no more than starting
		_ = child.Process.Kill()
		<-ended
		db := one.raw(t)
		mustBeWhole(t, one, db)
		made := mustStrings(t, db, `SELECT version_id FROM goose_db_version GROUP BY version_id HAVING max(id * is_applied) = max(id)`)
		done[len(made)]++
		db.Close()
		one.goesOn(t, before)
	}
	t.Logf("how many changes were made when it was killed: %v", done)
}

// A disk that is full, a statement that is refused: the change that fails leaves
// nothing of itself, and the next start goes on where it was.
func TestAMigrationThatFailsInTheMiddleLeavesNothingOfItself(t *testing.T) {
	for name, address := range map[string]string{"SQLite": sqliteAddress(t), "PostgreSQL": pgAddress(t)} {
		t.Run(name, func(t *testing.T) {
			w, before := atVersion(t, address, 6)
			db := w.raw(t)
			// The last thing that 00007 makes is there already.
			mustExec(t, db, `CREATE TABLE circles (x TEXT)`)
			shape := shapes(t, db, w.sqlite())
			if err := migrateOnce(w.address); err == nil {
				t.Fatal("a change that cannot be made is no error")
			}
			if got := shapes(t, db, w.sqlite()); !slices.Equal(got, shape) {
				t.Errorf("what failed left: %v", missingFrom(shape, got))
			}
			mustExec(t, db, `DROP TABLE circles`)
			db.Close()
			w.goesOn(t, before)
		})
	}
}
