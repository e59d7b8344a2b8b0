package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
)

func TestOfTwoCopiesOneLooksAfterTheLogAndTheOtherGoesOn(t *testing.T) {
	o := sqlstore.Options{Address: pgAddress(t), Careless: true}
	stores := []*sqlstore.Store{mustOpen(t, o), mustOpen(t, o)}
	var stops []func()
	held := func() string {
		t.Helper()
		l, err := stores[0].TakeLease(t.Context(), "log", "somebody", time.Millisecond)
		if err == nil {
			if err := stores[0].EndLease(t.Context(), l); err != nil {
				t.Fatal(err)
			}
			return "nobody"
		}
		if !errors.Is(err, bot.ErrBusy) {
			t.Fatal(err)
		}
		return "one"
	}
	inTree := func(object string) {
		t.Helper()
		var seq int64
		if err := stores[0].Update(t.Context(), func(tx bot.Tx) error {
			e, err := tx.Record(bot.Entry{Act: bot.ActDirectory, Object: object, Outcome: "done"})
			seq = e.Seq
			return err
		}); err != nil {
			t.Fatal(err)
		}
		db := mustSQL(t, o.Address)
		for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			var n int
			if err := db.QueryRow(`SELECT count(*) FROM audit_leaves WHERE entry = $1`, seq).Scan(&n); err != nil {
				t.Fatal(err)
			}
			if n == 1 {
				return
			}
		}
		t.Fatalf("entry %s never came into the tree", object)
	}
	if got := held(); got != "nobody" {
		t.Errorf("before: %s has the duty", got)
	}
	for _, s := range stores {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx, nil) }()
		stops = append(stops, func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("Run = %v", err)
			}
		})
		inTree("started") // so that the first one has the duty before the second comes
	}
	if got := held(); got != "one" {
		t.Errorf("while they run: %s has the duty", got)
	}
	stops[0]()
	inTree("by the other")
	stops[1]()
	if got := held(); got != "nobody" {
		t.Errorf("after both stopped: %s has the duty", got)
	}
}

func TestADutyOfAProcessThatDiedIsFreeAtTheNextStartOnSQLite(t *testing.T) {
	address := sqliteAddress(t)
	s := mustOpen(t, sqlstore.Options{Address: address})
	if _, err := s.TakeLease(t.Context(), "rounds", "dead", time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, err := s.TakeLease(t.Context(), "rounds", "next", time.Hour); !errors.Is(err, bot.ErrBusy) {
		t.Fatalf("TakeLease = %v, want ErrBusy", err)
	}
	s.Close()
	s = mustOpen(t, sqlstore.Options{Address: address})
	if l, err := s.TakeLease(t.Context(), "rounds", "next", time.Hour); err != nil || l.Token < 2 {
		t.Errorf("TakeLease after a restart = %+v, %v", l, err)
	}
}

func mustSQL(t testing.TB, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
