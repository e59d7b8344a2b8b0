package sqlstore_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

func TestTheStoreOnPostgreSQL(t *testing.T) {
	bottest.Store(t, func(t *testing.T) bottest.StoreBench {
		clock := bottest.NewClock()
		s := mustOpen(t, sqlstore.Options{Address: usedAddress(t), Now: clock.Now, LeaseClock: clock.Now, Careless: true, Trace: contractSent})
		verified(t, s)
		contractSent.listen(true)
		t.Cleanup(func() {
			_ = s.Clean(context.Background())
			contractSent.listen(false)
		})
		return bottest.StoreBench{Store: s, Now: clock.Now, Pass: clock.Advance}
	})
}

func TestAPostgreSQLThatMayLoseWritesIsRefused(t *testing.T) {
	s, err := sqlstore.Open(t.Context(), sqlstore.Options{Address: pgAddress(t), Masters: [][]byte{master}, Now: time.Now})
	if err == nil {
		s.Close()
		t.Fatal("a database without fsync was taken")
	}
	if !strings.Contains(err.Error(), "must be on") {
		t.Errorf("Open = %v, want the setting that is wrong", err)
	}
}

func TestLeasesLapseByTheClockOfTheDatabase(t *testing.T) {
	// The process believes that it is years ago; the database knows better.
	s := mustOpen(t, sqlstore.Options{Address: pgAddress(t), Now: bottest.NewClock().Now, Careless: true})
	err := s.Update(t.Context(), func(tx bot.Tx) error {
		return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell, RunAt: time.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.ClaimJob(t.Context(), time.Now().Add(time.Hour), time.Microsecond)
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.ClaimJob(t.Context(), time.Now().Add(time.Hour), time.Hour)
	if err != nil || second.Token <= first.Token {
		t.Fatalf("ClaimJob = %+v, %v, want the lapsed job", second, err)
	}
	if j, err := s.ClaimJob(t.Context(), time.Now().Add(time.Hour), time.Hour); err == nil {
		t.Errorf("a live lease was claimed: %+v", j)
	}
}

func TestTwoReplicasStartTogether(t *testing.T) {
	address := pgAddress(t)
	stores := make([]*sqlstore.Store, 3)
	errs := make(chan error, len(stores))
	for i := range stores {
		go func() {
			s, err := sqlstore.Open(context.Background(), sqlstore.Options{Address: address, Masters: [][]byte{master}, Now: time.Now, Careless: true})
			stores[i] = s
			errs <- err
		}()
	}
	for range stores {
		if err := <-errs; err != nil {
			t.Errorf("Open: %v", err)
		}
	}
	for _, s := range stores {
		if s == nil {
			t.FailNow()
		}
		defer s.Close()
		if s.PublicKey() != stores[0].PublicKey() {
			t.Error("replicas sign with different keys")
		}
	}
	if err := stores[0].Update(t.Context(), func(tx bot.Tx) error {
		return tx.SavePerson(bot.Person{ID: "p1", Accounts: []bot.Account{{Platform: "x", User: "u1"}}})
	}); err != nil {
		t.Fatal(err)
	}
	if err := stores[1].View(t.Context(), func(tx bot.Tx) error {
		_, err := tx.PersonByAccount(bot.Account{Platform: "x", User: "u1"})
		return err
	}); err != nil {
		t.Errorf("the other replica: %v", err)
	}
}
