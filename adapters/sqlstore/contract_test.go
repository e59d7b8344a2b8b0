package sqlstore_test

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

var master = bytes.Repeat([]byte{7}, 32)

func mustOpen(t testing.TB, o sqlstore.Options) *sqlstore.Store {
	t.Helper()
	if o.Masters == nil {
		o.Masters = [][]byte{master}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s, err := sqlstore.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func sqliteAddress(t testing.TB) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "bot.db")
}

// verified looks at the log after a test: whatever the contract did, it holds.
// Records that the test wrote without an entry are its own doing.
func verified(t *testing.T, s *sqlstore.Store) {
	t.Cleanup(func() {
		if t.Failed() {
			return
		}
		if _, err := s.Sequence(context.Background()); err != nil {
			t.Errorf("Sequence: %v", err)
		}
		report, err := s.Verify(context.Background())
		if err != nil {
			t.Errorf("Verify: %v", err)
		}
		for _, b := range report.Breaks {
			if b.Kind != "added" {
				t.Errorf("Verify: %+v", b)
			}
		}
	})
}

func TestTheStoreOnSQLite(t *testing.T) {
	bottest.Store(t, func(t *testing.T) bottest.StoreBench {
		clock := bottest.NewClock()
		s := mustOpen(t, sqlstore.Options{Address: madeAddress(t), Now: clock.Now})
		verified(t, s)
		return bottest.StoreBench{Store: s, Now: clock.Now, Pass: clock.Advance}
	})
}

var _ bot.Store = (*sqlstore.Store)(nil)
