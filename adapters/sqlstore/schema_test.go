package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// shared is the one database in which every test has a schema of its own: that
// is as empty as a fresh database and there in a tenth of the time.
var shared = sync.OnceValue(func() string { return testserver.Postgres(process{}) })

var schemas atomic.Int64

// process stands in for a test that lasts as long as the process, with which the
// server ends too.
type process struct{ testing.TB }

func (process) Helper()                           {}
func (process) Cleanup(func())                    {}
func (process) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// pgAddress returns the address of an empty schema.
//
// Most of what a test of its own costs is making the tables: see usedAddress.
func pgAddress(t testing.TB) string {
	t.Helper()
	db, err := sql.Open("pgx", shared())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	name := fmt.Sprintf("test_%d", schemas.Add(1))
	mustExec(t, db, "CREATE SCHEMA "+name)
	return shared() + "&search_path=" + name
}

// used is a schema with all its tables, which the tests of the contract have one
// after another.
var used = sync.OnceValue(func() string {
	address := pgAddress(process{})
	s, err := sqlstore.Open(context.Background(), sqlstore.Options{Address: address, Masters: [][]byte{master}, Now: time.Now, Careless: true})
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		panic(err)
	}
	return address
})

// usedAddress returns the address of a schema as the migrations leave it, for a
// test that has it for itself until it ends and changes no tables. It is emptied
// and not made anew, which takes a twentieth of the time. What the migrations put
// in is put back, so a new one of those rows shows as a difference here.
func usedAddress(t testing.TB) string {
	t.Helper()
	mustEmpty(t, used())
	return used()
}

// mustEmpty leaves the tables of an address as the migrations made them.
func mustEmpty(t testing.TB, address string) {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var empty string
	if err := db.QueryRow(`SELECT string_agg('DELETE FROM ' || relname, ';') FROM pg_class
		WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname NOT LIKE 'goose%'`).Scan(&empty); err != nil {
		t.Fatal(err)
	}
	mustExec(t, db, `BEGIN; SET LOCAL session_replication_role = replica; `+empty+`;
		INSERT INTO audit_tree (one, size) VALUES (1, 0);
		ALTER SEQUENCE audit_ids RESTART; COMMIT`)
}

// contents are the rows of every table of an address, those of goose aside.
func contents(t *testing.T, address string) map[string]string {
	t.Helper()
	db := mustSQL(t, address)
	all := map[string]string{}
	for _, table := range mustTables(t, db, false) {
		var rows string
		if err := db.QueryRow(`SELECT COALESCE(string_agg(x::text, E'\n' ORDER BY x::text), '') FROM ` + table + ` x`).Scan(&rows); err != nil {
			t.Fatal(err)
		}
		all[table] = rows
	}
	var next string
	if err := db.QueryRow(`SELECT last_value || ' ' || is_called FROM audit_ids`).Scan(&next); err != nil {
		t.Fatal(err)
	}
	all["audit_ids"] = next
	return all
}

func TestASchemaThatWasUsedIsAsTheMigrationsLeaveIt(t *testing.T) {
	fresh := pgAddress(t)
	mustMigrate(t, fresh, newest(t))
	w := &world{address: usedAddress(t), clock: bottest.NewClock()}
	w.open(t)
	w.mustCasus(t)
	w.mustCheckpoint(t)
	w.store.Close()
	if want, got := contents(t, fresh), contents(t, usedAddress(t)); !maps.Equal(got, want) {
		t.Errorf("emptied: %v\nfresh: %v", got, want)
	}
}

// made is a SQLite file with all its tables and nothing in it.
var made = sync.OnceValue(func() []byte {
	dir, err := os.MkdirTemp("", "sqlstore-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "bot.db")
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		panic(err)
	}
	_, err = provider(process{}, db, true).Up(context.Background())
	if err = errors.Join(err, db.Close()); err != nil {
		panic(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return data
})

// madeAddress is a SQLite file of its own with its tables, which is copied and not
// made by a dozen transactions that each wait for the disk.
func madeAddress(t testing.TB) string {
	t.Helper()
	address := sqliteAddress(t)
	if err := os.WriteFile(strings.TrimPrefix(address, "sqlite:"), made(), 0o600); err != nil {
		t.Fatal(err)
	}
	return address
}
