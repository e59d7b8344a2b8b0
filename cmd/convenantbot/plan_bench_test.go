package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
)

// manyCasussen makes a store with n casussen, of which due are due today. Those
// that are not due are rows that nobody opens: copies of one of them, put beside
// the program, since making a million the long way takes an hour.
func manyCasussen(b *testing.B, n, due int) (*bot.Bot, *sqlstore.Store) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "bot.db")
	master := make([]byte, 32)
	rand.Read(master)
	at := time.Date(2026, 6, 1, 3, 0, 0, 0, time.UTC)
	p := parts{Address: "sqlite:" + path, Masters: [][]byte{master}, Region: "model", Now: func() time.Time { return at }}
	robot, store, err := build(context.Background(), p)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	for done := 0; done < due+1; {
		err := store.Update(context.Background(), func(tx bot.Tx) error {
			for range min(200, due+1-done) {
				when := at.AddDate(0, 0, -8)
				if done == due {
					when = at // the one that is copied is not due
				}
				c, err := tx.AddCasus(bot.Casus{Region: "model", Kind: bot.MDO, Phase: "F7", Status: bot.Closed, Platform: "x", OpenedAt: when, LastActivityAt: when, ClosedAt: when,
					Private: bot.Private{Purpose: "een plan", Members: make([]bot.Member, 6), Handovers: []bot.Handover{{Organisation: "a", ConfirmedAt: when}}}}, 2025)
				if err != nil {
					return err
				}
				if err := tx.SetDue(c.Ref, when.AddDate(0, 0, 7)); err != nil {
					return err
				}
				if _, err := tx.Record(bot.Entry{Casus: c.Ref, At: when, Act: bot.ActCasusClosed}); err != nil {
					return err
				}
				done++
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO casussen (ref, status, platform, room, version, clear, sealed, due_at)
		SELECT printf('C-2026-%08d', i), status, platform, '', version, clear, sealed, due_at + i FROM n, (SELECT * FROM casussen ORDER BY ref DESC LIMIT 1)`, n-due-1); err != nil {
		b.Fatal(err)
	}
	// As it is in daily life: a million rows do not stand in the journal.
	if err := store.Scrub(context.Background()); err != nil {
		b.Fatal(err)
	}
	return robot, store
}

// The plan over 1,000,000 casussen with 1,000 due: at most 100 ms, and at most
// 1.2 × that over 100,000.
func BenchmarkThePlan(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprintf("casussen=%d", n), func(b *testing.B) {
			robot, store := manyCasussen(b, n, 1000)
			if err := store.View(b.Context(), func(tx bot.Tx) error {
				all, err := tx.CountCasussen()
				if all != n {
					b.Fatalf("%d casussen, want %d", all, n)
				}
				return err
			}); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				plan, err := robot.Plan(b.Context(), robot.Now())
				if err != nil || len(plan) != 1000 {
					b.Fatalf("%d due, %v", len(plan), err)
				}
			}
		})
	}
}
