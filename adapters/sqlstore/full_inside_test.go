package sqlstore

import (
	"database/sql"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/convenantbot/convenantbot/bot"
)

func TestADatabaseWithoutRoomIsFullAndOneThatIsAwayIsNot(t *testing.T) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	for _, q := range []string{`CREATE TABLE a (b BLOB)`, `PRAGMA max_page_count = 4`} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	_, noRoom := db.ExecContext(t.Context(), `INSERT INTO a VALUES (zeroblob(1000000))`)
	if noRoom == nil {
		t.Fatal("the database has room")
	}
	for _, c := range []struct {
		name string
		err  error
		full bool
	}{
		{"SQLite without room", noRoom, true},
		{"PostgreSQL without room", &pgconn.PgError{Code: "53100"}, true},
		{"PostgreSQL with too many connections", &pgconn.PgError{Code: "53300"}, false},
		{"PostgreSQL that stops", &pgconn.PgError{Code: "57P01"}, false},
	} {
		var d dialect
		got := d.kind(c.err)
		if !errors.Is(got, bot.ErrUnavailable) || errors.Is(got, bot.ErrFull) != c.full {
			t.Errorf("%s is %v; want it full: %v", c.name, got, c.full)
		}
	}
}
