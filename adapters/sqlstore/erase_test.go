package sqlstore_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// heap returns every byte that the database keeps: on SQLite all files beside
// each other, on PostgreSQL the files of all its tables.
func (w *world) heap(t testing.TB) []byte {
	t.Helper()
	var all []byte
	if w.sqlite() {
		err := filepath.Walk(filepath.Dir(w.path()), func(path string, info os.FileInfo, err error) error {
			if err != nil || info.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			all = append(all, data...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	db := w.raw(t)
	mustExec(t, db, `CHECKPOINT`)
	rows, err := db.Query(`SELECT pg_read_binary_file(pg_relation_filepath(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE (n.nspname = current_schema() OR n.nspname = 'pg_toast') AND c.relkind IN ('r', 't', 'i') AND pg_relation_filepath(c.oid) IS NOT NULL`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var data []byte
		if err := rows.Scan(&data); err != nil {
			t.Fatal(err)
		}
		all = append(all, data...)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// column reads one column of every row.
func (w *world) column(t testing.TB, query string, args ...any) [][]byte {
	t.Helper()
	rows, err := w.raw(t).Query(query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all [][]byte
	for rows.Next() {
		var data []byte
		if err := rows.Scan(&data); err != nil {
			t.Fatal(err)
		}
		all = append(all, data)
	}
	return all
}

func TestNothingPersonalIsReadableInAnyByte(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		ref := w.mustCasus(t)
		w.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.PutEvent(bot.Event{ID: "e1", Platform: "x", Text: mark("event"), User: bot.UserID(mark("user"))}),
				tx.SavePerson(bot.Person{ID: "p1", Accounts: []bot.Account{{Platform: "x", User: bot.UserID(mark("person"))}}}),
				tx.UseNonce(mark("nonce"), w.clock.Now()))
		})
		// The marks are there for whoever has the keys.
		w.mustView(t, func(tx bot.Tx) error {
			c, err := tx.Casus(ref)
			e, err2 := tx.Event("x:e1")
			if c.Private.Purpose != mark("purpose") || e.Text != mark("event") {
				t.Errorf("casus %+v, event %+v", c, e)
			}
			return errors.Join(err, err2)
		})
		heap := w.heap(t)
		if !bytes.Contains(heap, []byte(ref)) {
			t.Fatal("the search does not find what is in the clear")
		}
		if i := bytes.Index(heap, []byte("CANARY")); i >= 0 {
			t.Errorf("in the clear: %q", heap[i:min(len(heap), i+60)])
		}
	})
}

func TestErasingLeavesNeitherTheKeyNorWhatItSealed(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		// The younger one goes: its key is the last in its page, where nothing is moved
		// over it.
		other, ref := w.mustCasus(t), w.mustCasus(t)
		// The first page of sealed text and the whole wrapped key are looked for.
		boxes := w.column(t, `SELECT box FROM keys WHERE scope = $1`, "casus/"+string(ref))
		for _, table := range []string{"consents", "agreements", "files", "verdicts", "holds", "tickets", "blobs", "chunks"} {
			found := w.column(t, `SELECT sealed FROM `+table+` WHERE casus = $1`, string(ref))
			if len(found) == 0 {
				t.Fatalf("no rows in %s", table)
			}
			boxes = append(boxes, found...)
		}
		boxes = append(boxes, w.column(t, `SELECT body FROM jobs WHERE casus = $1`, string(ref))...)
		boxes = append(boxes, w.column(t, `SELECT sealed FROM casussen WHERE ref = $1`, string(ref))...)
		kept := w.column(t, `SELECT box FROM keys WHERE scope = $1`, "casus/"+string(other))[0]
		trace := func(box []byte) []byte { return box[9:min(len(box), 200)] }
		before := w.heap(t)
		for i, box := range boxes {
			if !bytes.Contains(before, trace(box)) {
				t.Fatalf("before: box %d is not found, so its absence would say nothing", i)
			}
		}
		reader, err := w.store.OpenBlob(t.Context(), ref, bot.FileID("f-"+ref))
		if err != nil {
			t.Fatal(err)
		}

		w.erase(t, ref)
		if err := w.store.Scrub(t.Context()); err != nil {
			t.Fatal(err)
		}
		after := w.heap(t)
		if bytes.Contains(after, trace(boxes[0])) {
			t.Error("the wrapped key is still there")
		}
		for i, box := range boxes[1:] {
			// PostgreSQL's plain vacuum leaves bytes in its pages; without the key they
			// say nothing.
			if w.sqlite() && bytes.Contains(after, trace(box)) {
				t.Errorf("sealed bytes %d are still there", i+1)
			}
		}
		if !bytes.Contains(after, trace(kept)) {
			t.Error("the key of the other casus is gone too")
		}
		if _, err := io.ReadAll(reader); !errors.Is(err, bot.ErrGone) {
			t.Errorf("reading on after the erasure = %v, want ErrGone", err)
		}
		w.open(t)
		w.mustView(t, func(tx bot.Tx) error {
			c, err := tx.Casus(other)
			if c.Private.Purpose != mark("purpose") {
				t.Errorf("the other casus: %+v", c)
			}
			return err
		})
	})
}

func TestKeysMoveToTheNextEpochAndTheOldOneDies(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		ref := w.mustCasus(t)
		old := w.clock.Now().UTC().Format("2006-01")
		w.clock.Set(w.clock.Now().AddDate(0, 1, 0))
		young := w.mustCasus(t)
		if err := w.store.DropEpoch(t.Context(), old); !errors.Is(err, bot.ErrConflict) {
			t.Fatalf("DropEpoch with live keys = %v, want ErrConflict", err)
		}
		if n, err := w.store.RewrapKeys(t.Context()); n != 2 || err != nil {
			t.Fatalf("RewrapKeys = %d, %v, want 2: the casus and the installation", n, err)
		}
		if n, err := w.store.RewrapKeys(t.Context()); n != 0 || err != nil {
			t.Fatalf("second RewrapKeys = %d, %v, want 0", n, err)
		}
		if err := w.store.DropEpoch(t.Context(), old); err != nil {
			t.Fatal(err)
		}
		w.open(t)
		w.mustView(t, func(tx bot.Tx) error {
			_, err1 := tx.Casus(ref)
			_, err2 := tx.Casus(young)
			return errors.Join(err1, err2)
		})
	})
}

func TestErrorsHoldNothingPersonal(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		ref := w.mustCasus(t)
		mustExec(t, w.raw(t), `UPDATE files SET clear = '{"x":"`+mark("clear")+`"}' WHERE casus = $1`, string(ref))
		err := w.store.View(t.Context(), func(tx bot.Tx) error { _, err := tx.FilesOf(ref); return err })
		if err == nil || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("error %v", err)
		}
		err = w.store.Update(t.Context(), func(tx bot.Tx) error {
			return errors.Join(tx.SavePerson(bot.Person{ID: "p1", Accounts: []bot.Account{{User: bot.UserID(mark("user"))}}}),
				tx.SavePerson(bot.Person{ID: "p2", Accounts: []bot.Account{{User: bot.UserID(mark("user"))}}}))
		})
		if err == nil || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("error %v", err)
		}
	})
}

// What was told in private is taken back by a job that waits a hundred years for its
// casus to be erased. It was marked as done then and kept, with the message and the
// casus in it, until those hundred years would be over.
func TestAfterAnErasureItStoodForAHundredYearsWhatHadBeenTold(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		ref := w.mustCasus(t)
		w.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(
				tx.AddJob(bot.Job{ID: "unsay:message-of-somebody:" + string(ref), Kind: bot.JobUnsay, Casus: ref, Object: "message-of-somebody", RunAt: w.clock.Now().AddDate(100, 0, 0)}),
				tx.AddJob(bot.Job{ID: "erase:" + string(ref), Kind: bot.JobErase, Casus: ref, RunAt: w.clock.Now()}))
		})
		// The job that erases is under way and ends afterwards; the others go.
		var erases bot.Job
		for erases.Kind != bot.JobErase {
			job, err := w.store.ClaimJob(t.Context(), w.clock.Now(), time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			if erases = job; job.Kind != bot.JobErase {
				w.mustUpdate(t, func(tx bot.Tx) error { return tx.FinishJob(job) })
			}
		}
		w.mustUpdate(t, func(tx bot.Tx) error {
			err := tx.ReleaseHold(ref, "h1", w.clock.Now())
			_, err2 := tx.EraseCasus(ref, bot.Receipt{})
			return errors.Join(err, err2, tx.FinishJob(erases))
		})
		if left := w.column(t, `SELECT id FROM jobs WHERE casus = $1`, string(ref)); len(left) != 1 || string(left[0]) != erases.ID {
			t.Errorf("of the erased casus there are still the jobs %q", left)
		}
	})
}
