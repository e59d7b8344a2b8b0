package sqlstore_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/audit"
)

func (w *world) looked(t *testing.T, ref bot.Ref) {
	t.Helper()
	w.mustUpdate(t, func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{Casus: ref, At: w.clock.Now(), Actor: "p-nosy", Act: bot.ActRead, Outcome: "done"})
		return err
	})
}

func TestWhatTheLogSaysGoesAfterItsTermAndTheProofStays(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		const day = 24 * time.Hour
		w.store.Terms = sqlstore.Terms{Access: 100 * day, Casus: 200 * day}
		kept, gone := w.mustCasus(t), w.mustCasus(t)
		w.looked(t, kept)
		w.mustUpdate(t, func(tx bot.Tx) error {
			_, err := tx.Record(bot.Entry{At: w.clock.Now(), Act: bot.ActDirectory, Outcome: "done"})
			return errors.Join(err, tx.SaveOrganisation(bot.Organisation{ID: "school-a", Name: "School A"}),
				tx.SavePerson(bot.Person{ID: "p1", Accounts: []bot.Account{{Platform: "x", User: "u1"}}}))
		})
		w.mustCheckpoint(t)
		w.erase(t, gone)
		if n, err := w.store.RemoveBodies(t.Context()); n != 0 || err != nil {
			t.Fatalf("on the first day %d went, %v", n, err)
		}
		w.mustCheckpoint(t)
		before, err := w.store.Prove(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(100 * day)
		w.looked(t, kept) // not of a term that is over
		if n, err := w.store.RemoveBodies(t.Context()); n != 0 || err != nil {
			t.Fatalf("exactly at the term %d went, %v", n, err)
		}
		w.clock.Advance(time.Second)
		if n, err := w.store.RemoveBodies(t.Context()); n != 1 || err != nil {
			t.Fatalf("past the term of access %d went, %v; want the one look", n, err)
		}
		w.clock.Advance(100 * day)
		n, err := w.store.RemoveBodies(t.Context())
		if err != nil || n < 5 {
			t.Fatalf("past the term of the erased casus %d went, %v", n, err)
		}
		w.mustCheckpoint(t)
		w.mustView(t, func(tx bot.Tx) error {
			for ref, want := range map[bot.Ref]bool{kept: true, gone: false} {
				entries, err := tx.Entries(ref, 0, 0)
				if err != nil || want != (len(entries) > 1) {
					t.Errorf("%s has %d entries that can be read, %v", ref, len(entries), err)
				}
			}
			return nil
		})
		r, err := w.store.Verify(t.Context())
		if err != nil || !r.OK() || r.Removed != int64(n)+1 {
			t.Errorf("Verify = %+v, %v", r, err)
		}
		if _, _, err := before.Check(w.store.PublicKey()); err != nil {
			t.Errorf("a proof from before: %v", err)
		}
		var out bytes.Buffer
		if err := w.store.Export(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		if c, err := audit.CheckExport(&out, w.store.PublicKey(), nil); err != nil || c.Size != r.Size {
			t.Errorf("the export: %+v, %v", c, err)
		}
		// The second look was under no checkpoint before: nothing would have proven it.
		for _, want := range []int{1, 0} {
			if again, err := w.store.RemoveBodies(t.Context()); again != want || err != nil {
				t.Errorf("again %d went, %v, want %d", again, err, want)
			}
		}
	})
}

func TestARecordThatTheLogDoesNotKnowIsSeenAlsoAfterTermsAreOver(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		w.store.Terms = sqlstore.Terms{Access: 24 * time.Hour}
		ref := w.mustCasus(t)
		w.looked(t, ref)
		w.mustCheckpoint(t)
		w.clock.Advance(48 * time.Hour)
		if n, err := w.store.RemoveBodies(t.Context()); n != 1 || err != nil {
			t.Fatalf("RemoveBodies = %d, %v", n, err)
		}
		db := w.raw(t)
		w.disarm(t, db)
		mustExec(t, db, `DELETE FROM audit_bodies WHERE id = (SELECT MIN(id) FROM audit_entries WHERE chain = 'casus/C-2026-0001' AND seq = 2)`)
		r, err := w.store.Verify(t.Context())
		if err != nil || r.OK() {
			t.Errorf("Verify = %+v, %v; want the consent without an entry named", r, err)
		}
	})
}

func TestWhoDecidesForAnOrganisationIsNotChangedOutsideTheProgram(t *testing.T) {
	for name, tamper := range map[string]string{
		"organisation": `UPDATE organisations SET clear = REPLACE(clear, 'p-officer', 'p-villain')`,
		"seal":         `UPDATE organisations SET version = 0, sealed = NULL`,
		"person":       `UPDATE persons SET appointed = 1 - appointed`,
		"person gone":  `DELETE FROM persons`,
	} {
		t.Run(name, func(t *testing.T) {
			engines(t, func(t *testing.T, w *world) {
				for range 2 {
					w.mustUpdate(t, func(tx bot.Tx) error {
						_, err := tx.Record(bot.Entry{At: w.clock.Now(), Act: bot.ActDirectory, Outcome: "done"})
						return errors.Join(err, tx.SaveOrganisation(bot.Organisation{ID: "school-a", Name: "School A", DPO: "p-officer"}), tx.SavePerson(bot.Person{ID: "p1"}))
					})
				}
				if r, err := w.store.Verify(t.Context()); err != nil || !r.OK() || r.Records != 2 {
					t.Fatalf("Verify = %+v, %v", r, err)
				}
				mustExec(t, w.raw(t), tamper)
				if r, err := w.store.Verify(t.Context()); err != nil || r.OK() {
					t.Errorf("Verify = %+v, %v; want it named", r, err)
				}
			})
		})
	}
}

func TestJobsAndEventsThatAreDoneGoAfterAMonthAndThoseOfALivingCasusStay(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		ref := w.mustCasus(t)
		add := func(id string, kind bot.JobKind, ref bot.Ref) {
			w.mustUpdate(t, func(tx bot.Tx) error {
				_, err := tx.Record(bot.Entry{At: w.clock.Now(), Act: bot.ActRead, Outcome: "done"})
				return errors.Join(err, tx.AddJob(bot.Job{ID: id, Kind: kind, Casus: ref, RunAt: w.clock.Now()}))
			})
		}
		add("loose", bot.JobEvent, "")
		add("look", bot.JobReconcile, ref)
		add("told", bot.JobTell, ref)
		for {
			job, err := w.store.ClaimJob(t.Context(), w.clock.Now(), time.Minute)
			if errors.Is(err, bot.ErrNotFound) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			w.mustUpdate(t, func(tx bot.Tx) error {
				_, err := tx.Record(bot.Entry{At: w.clock.Now(), Act: bot.ActRead, Outcome: "done"})
				return errors.Join(err, tx.FinishJob(job))
			})
		}
		add("waits", bot.JobEvent, "")
		w.mustUpdate(t, func(tx bot.Tx) error {
			_, err := tx.Record(bot.Entry{At: w.clock.Now(), Act: bot.ActRead, Outcome: "done"})
			return errors.Join(err, tx.PutEvent(bot.Event{Platform: "x", ID: "handled", At: w.clock.Now()}),
				tx.PutEvent(bot.Event{Platform: "x", ID: "open", At: w.clock.Now()}), tx.DropEvent("x:handled"))
		})
		left := func() string {
			var all []string
			for _, query := range []string{`SELECT id FROM jobs ORDER BY id`, `SELECT id FROM events ORDER BY id`} {
				rows, err := w.raw(t).Query(query)
				if err != nil {
					t.Fatal(err)
				}
				for rows.Next() {
					var id string
					if err := rows.Scan(&id); err != nil {
						t.Fatal(err)
					}
					all = append(all, id)
				}
				rows.Close()
			}
			return strings.Join(all, " ")
		}
		w.clock.Advance(29 * 24 * time.Hour)
		if err := w.store.Clean(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := left(); got != "j-C-2026-0001 look loose told waits x:handled x:open" {
			t.Errorf("before the month: %s", got)
		}
		w.clock.Advance(2 * 24 * time.Hour)
		if err := w.store.Clean(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := left(); got != "j-C-2026-0001 told waits x:open" {
			t.Errorf("after the month: %s", got)
		}
	})
}
