package sqlstore_test

import (
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
)

// mustMark leaves in the database what a newer version leaves when it migrates.
func mustMark(t *testing.T, db *sql.DB, version int64) {
	t.Helper()
	if _, err := db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, true)`, version); err != nil {
		t.Fatal(err)
	}
}

func TestAnOlderOneThatRunsGoesOnBesideANewerOneThatOnlyAdded(t *testing.T) {
	address := pgAddress(t)
	older := mustOpen(t, sqlstore.Options{Address: address, Careless: true})
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	use := func(nonce string) error {
		return older.Update(t.Context(), func(tx bot.Tx) error { return tx.UseNonce(nonce, time.Now()) })
	}

	mustMark(t, db, 999) // the last of this generation
	if err := errors.Join(older.Fits(t.Context()), use("a")); err != nil {
		t.Errorf("beside tables of the same generation: %v", err)
	}
	if s, err := sqlstore.Open(t.Context(), sqlstore.Options{Address: address, Masters: [][]byte{master}, Now: time.Now, Careless: true}); !errors.Is(err, bot.ErrConflict) {
		t.Errorf("started anew beside them: %v, want ErrConflict", err)
		s.Close()
	}
	mustMark(t, db, 1000) // the first of the next
	if err := older.Fits(t.Context()); !errors.Is(err, bot.ErrConflict) {
		t.Errorf("beside tables of a newer generation: Fits = %v, want ErrConflict", err)
	}
}
