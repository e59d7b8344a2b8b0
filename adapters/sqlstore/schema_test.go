package sqlstore_test

import (
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

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
