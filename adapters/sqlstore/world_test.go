package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	_ "modernc.org/sqlite"
)

// engines runs a test on both databases. open may be called again with the same
// address: the store is then opened anew.
func engines(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	for name, address := range map[string]func(t testing.TB) string{"SQLite": sqliteAddress, "PostgreSQL": pgAddress} {
		t.Run(name, func(t *testing.T) {
			w := &world{address: address(t), clock: bottest.NewClock()}
			w.open(t)
			test(t, w)
		})
	}
}

// world is a store with somebody who can reach around it.
type world struct {
	address string
	clock   *bottest.Clock
	store   *sqlstore.Store
	bucket  func(string) (bot.Objects, error) // nil: none
}

func (w *world) open(t testing.TB) {
	t.Helper()
	if w.store != nil {
		w.store.Close()
	}
	w.store = mustOpen(t, sqlstore.Options{Address: w.address, Now: w.clock.Now, LeaseClock: w.clock.Now, Careless: true, Objects: w.bucket})
}

func (w *world) sqlite() bool { return strings.HasPrefix(w.address, "sqlite:") }

func (w *world) path() string { return strings.TrimPrefix(w.address, "sqlite:") }

// raw is a connection of somebody with the rights of the database's owner.
func (w *world) raw(t testing.TB) *sql.DB {
	t.Helper()
	driver, dsn := "pgx", w.address
	if w.sqlite() {
		driver, dsn = "sqlite", (&url.URL{Scheme: "file", Opaque: w.path(), RawQuery: "_pragma=busy_timeout(5000)"}).String()
	}
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// disarm removes every trigger that guards the log.
func (w *world) disarm(t testing.TB, db *sql.DB) {
	t.Helper()
	if !w.sqlite() {
		mustExec(t, db, `DROP FUNCTION audit_kept() CASCADE`)
		return
	}
	rows, err := db.Query(`SELECT name FROM sqlite_master WHERE type = 'trigger'`)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	rows.Close()
	for _, name := range names {
		mustExec(t, db, "DROP TRIGGER "+name)
	}
}

func mustExec(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := db.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func (w *world) mustUpdate(t testing.TB, f func(tx bot.Tx) error) {
	t.Helper()
	if err := w.store.Update(context.Background(), f); err != nil {
		t.Fatalf("Update: %v", err)
	}
}

func (w *world) mustView(t testing.TB, f func(tx bot.Tx) error) {
	t.Helper()
	if err := w.store.View(context.Background(), f); err != nil {
		t.Fatalf("View: %v", err)
	}
}

// mark makes a text that is easily found again in a heap of bytes.
func mark(field string) string { return "CANARY-" + field + "-Noor-de-Vries" }

// mustCasus adds a casus with a mark in every field that is personal, each act
// with its entry.
func (w *world) mustCasus(t testing.TB) bot.Ref {
	t.Helper()
	now := w.clock.Now()
	var ref bot.Ref
	w.mustUpdate(t, func(tx bot.Tx) error {
		c, err := tx.AddCasus(bot.Casus{Kind: bot.MDO, Phase: "F3", Status: bot.Open, Platform: "playground", Coordinator: "p1", OpenedAt: now,
			Private: bot.Private{Purpose: mark("purpose"), YoungPerson: bot.YoungPerson{ID: "yp", Born: mark("born"), Account: bot.UserID(mark("account"))},
				Authority: []bot.Holder{{ID: "g1", Label: mark("label")}}, Members: []bot.Member{{ID: "p1", Function: mark("function")}}}}, 2026)
		if err != nil {
			return err
		}
		ref = c.Ref
		_, err = tx.Record(bot.Entry{Casus: ref, At: now, Actor: "p1", Act: bot.ActCasusOpened, Outcome: "done"})
		return err
	})
	id := string(ref)
	w.mustUpdate(t, func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{Casus: ref, At: now, Actor: "p1", Act: bot.ActConsentRecorded, Object: "c1", Outcome: "done"})
		return errors.Join(err,
			tx.AddConsent(bot.Consent{ID: "c1", Casus: ref, Giver: "g1", Purpose: mark("consent"), How: mark("how"), GivenAt: now}),
			tx.AddAgreement(bot.Agreement{ID: "a1", Casus: ref, Giver: "g1", How: mark("agreement"), GivenAt: now}))
	})
	w.mustUpdate(t, func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{Casus: ref, At: now, Actor: "p1", Act: bot.ActFileDecided, Object: "f-" + id, Decision: bot.DecisionID("d-" + id), Outcome: "done"})
		return errors.Join(err,
			tx.AddFile(bot.File{ID: bot.FileID("f-" + id), Casus: ref, State: bot.Quarantined, At: now, ExpiresAt: now.Add(time.Hour), Name: mark("filename"), Text: mark("text")}),
			tx.AddVerdict(bot.Verdict{ID: bot.DecisionID("d-" + id), Casus: ref, At: now, Facts: []byte(mark("facts"))}),
			tx.AddTicket(bot.Ticket{Token: mark("token") + id, Casus: ref, Body: []byte(mark("ticket")), Expires: now.Add(time.Hour)}),
			tx.AddJob(bot.Job{ID: "j-" + id, Kind: bot.JobTell, Casus: ref, Body: []byte(mark("job")), RunAt: now}))
	})
	w.mustUpdate(t, func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{Casus: ref, At: now, Actor: "p5", Act: bot.ActHoldPlaced, Object: "h1", Outcome: "done"})
		return errors.Join(err, tx.AddHold(bot.Hold{ID: "h1", Casus: ref, Reason: mark("hold"), PlacedAt: now}))
	})
	if _, err := w.store.PutBlob(context.Background(), ref, bot.FileID("f-"+id), strings.NewReader(strings.Repeat(mark("bytes"), 20_000))); err != nil {
		t.Fatal(err)
	}
	return ref
}

// erase releases the hold and erases the casus, each with its entry.
func (w *world) erase(t testing.TB, ref bot.Ref) {
	t.Helper()
	now := w.clock.Now()
	w.mustUpdate(t, func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{Casus: ref, At: now, Act: bot.ActHoldReleased, Object: "h1", Outcome: "done"})
		return errors.Join(err, tx.ReleaseHold(ref, "h1", now))
	})
	w.mustUpdate(t, func(tx bot.Tx) error {
		n, err := tx.EraseCasus(ref, bot.Receipt{At: now})
		_, err2 := tx.Record(bot.Entry{Casus: ref, At: now, Act: bot.ActErased, Object: fmt.Sprint(n), Outcome: "done"})
		return errors.Join(err, err2)
	})
}

func (w *world) mustCheckpoint(t testing.TB) string {
	t.Helper()
	signed, _, err := w.store.Checkpoint(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return signed
}
