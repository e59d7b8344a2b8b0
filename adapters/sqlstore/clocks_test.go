package sqlstore_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
)

// In a fault run the clock of one of three copies jumped an hour ahead. What it
// put off for a second waited an hour for all three.
func TestACopyWhoseClockIsWrongDoesNothingUntilItIsRight(t *testing.T) {
	var wrong atomic.Int64
	s, err := sqlstore.Open(t.Context(), sqlstore.Options{Address: pgAddress(t), Masters: [][]byte{bytes.Repeat([]byte{7}, 32)}, Careless: true,
		Now: func() time.Time { return time.Now().Add(time.Duration(wrong.Load())) }, MaxApart: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	works := func() error {
		look := s.View(t.Context(), func(tx bot.Tx) error { _, err := tx.Organisations(); return err })
		_, claim := s.ClaimJob(t.Context(), time.Now(), time.Minute)
		if errors.Is(claim, bot.ErrNotFound) {
			claim = nil
		}
		write := s.Update(t.Context(), func(bot.Tx) error { return nil })
		if (look == nil) != (write == nil) || (look == nil) != (claim == nil) {
			t.Errorf("looking: %v, writing: %v, claiming: %v; want them all to work or none", look, write, claim)
		}
		return errors.Join(look, write, claim)
	}
	for _, test := range []struct {
		wrong time.Duration
		want  error
	}{
		{0, nil}, {30 * time.Second, nil}, {-30 * time.Second, nil},
		{time.Hour, bot.ErrUnavailable}, {0, nil}, {-time.Hour, bot.ErrUnavailable}, {90 * time.Second, bot.ErrUnavailable}, {0, nil},
	} {
		wrong.Store(int64(test.wrong))
		if err := works(); !errors.Is(err, test.want) || test.want == nil && err != nil {
			t.Errorf("with a clock that is wrong by %s: %v, want %v", test.wrong, err, test.want)
		}
	}
}

func TestACopyWhoseClockIsWrongDoesNotStart(t *testing.T) {
	o := sqlstore.Options{Address: pgAddress(t), Masters: [][]byte{bytes.Repeat([]byte{7}, 32)}, Careless: true,
		Now: func() time.Time { return time.Now().Add(-time.Hour) }, MaxApart: time.Minute}
	if s, err := sqlstore.Open(t.Context(), o); !errors.Is(err, bot.ErrUnavailable) {
		if err == nil {
			s.Close()
		}
		t.Errorf("Open: %v, want ErrUnavailable", err)
	}
	// The same two clocks agree where the database's is taken to be wrong as well.
	o.DatabaseAhead = -time.Hour
	s, err := sqlstore.Open(context.WithoutCancel(t.Context()), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	s.Close()
}

func TestOneFileHasOneClock(t *testing.T) {
	s, err := sqlstore.Open(t.Context(), sqlstore.Options{Address: "sqlite:" + filepath.Join(t.TempDir(), "bot.db"), Masters: [][]byte{bytes.Repeat([]byte{7}, 32)},
		Now: func() time.Time { return time.Now().Add(-time.Hour) }, MaxApart: time.Minute})
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	s.Close()
}
