package sqlstore_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// status reads what a casus is.
func (w *world) status(t testing.TB, ref bot.Ref) (status bot.Status) {
	t.Helper()
	err := w.store.View(t.Context(), func(tx bot.Tx) error {
		c, err := tx.Casus(ref)
		status = c.Status
		return err
	})
	if err != nil && !errors.Is(err, bot.ErrGone) {
		t.Fatal(err)
	}
	return status
}

// The whole of it: a backup, an erasure, an older database put back.
func TestAfterARestoreErasedStaysErasedAndTheLogNamesTheGap(t *testing.T) {
	w := &world{address: sqliteAddress(t), clock: bottest.NewClock()}
	w.open(t)
	gone, kept := w.mustCasus(t), w.mustCasus(t)
	dir, keys := filepath.Join(t.TempDir(), "copy"), filepath.Join(t.TempDir(), "keys")
	beside := mustOpen(t, sqlstore.Options{Address: w.address, Now: w.clock.Now, ReadOnly: true})
	if err := beside.Backup(t.Context(), dir, keys); err != nil {
		t.Fatal(err)
	}
	if err := beside.Backup(t.Context(), dir, keys); !errors.Is(err, os.ErrExist) {
		t.Errorf("a second backup over the first = %v, want ErrExist", err)
	}
	beside.Close()
	w.erase(t, gone)
	outside, _, err := w.store.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.store.Close()

	if err := sqlstore.PutBack(dir, w.path()); !errors.Is(err, bot.ErrConflict) {
		t.Fatalf("over a database that is there = %v, want ErrConflict", err)
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		os.Remove(w.path() + end)
	}
	if err := sqlstore.PutBack(dir, w.path()); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(w.path())
	if err != nil || !bytes.Contains(raw, []byte(gone)) {
		t.Fatalf("the copy does not hold the casus, so its absence would say nothing: %v", err)
	}
	w.open(t)
	if r := w.store.Restored; r.ErasedAgain != 1 || r.To < r.From || r.To == 0 {
		t.Errorf("Restored = %+v, want one erased again and a gap", r)
	}
	if w.status(t, gone) != bot.Erased || w.status(t, kept) != bot.Open {
		t.Errorf("%s is %s, %s is %s", gone, w.status(t, gone), kept, w.status(t, kept))
	}
	w.mustView(t, func(tx bot.Tx) error {
		r, err := tx.Receipt(gone)
		if err != nil || r.Signed == "" {
			t.Errorf("receipt = %+v, %v; want it as it was signed", r, err)
		}
		entries, err := tx.Entries("", 0, 0)
		last := entries[len(entries)-1]
		if last.Act != bot.ActRestored || !strings.Contains(strings.Join(last.Reasons, " "), "gap:") {
			t.Errorf("the last entry = %+v, want it to name the gap", last)
		}
		return err
	})
	if n := len(w.column(t, `SELECT box FROM keys WHERE scope = $1`, "casus/"+string(gone))); n != 0 {
		t.Error("its key came back")
	}
	if r, err := w.store.Verify(t.Context()); err != nil || !r.OK() {
		t.Errorf("Verify = %+v, %v; want the log whole in itself", r.Breaks, err)
	}
	if r, err := w.store.Verify(t.Context(), outside); err != nil || r.OK() {
		t.Errorf("Verify against a checkpoint from before the restore holds: %v", err)
	}
	// A second start finds nothing to do, and codes are not used twice.
	w.open(t)
	if w.store.Restored != (sqlstore.Restored{}) {
		t.Errorf("second start: Restored = %+v", w.store.Restored)
	}
	if fresh := w.mustCasus(t); fresh == gone || fresh == kept {
		t.Errorf("the code %s was used again", fresh)
	}
}

// With the list given, the same holds on PostgreSQL, whose own tools put it back.
func TestTheListOfWhatWasErasedIsObeyedBeforeAnythingIsServed(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		ref := w.mustCasus(t) // held, too
		list := filepath.Join(t.TempDir(), "erased.list")
		line := `{"torn":` + "\n" + `{"scope":"casus/` + string(ref) + `","key":"0123456789abcdef","at":1770000000000000}` + "\n" +
			`{"scope":"casus/C-2026-0777","key":"0123456789abcdef","at":1770000000000000}` + "\n"
		if err := os.WriteFile(list, []byte(line), 0o600); err != nil {
			t.Fatal(err)
		}
		w.store.Close()
		w.store = mustOpen(t, sqlstore.Options{Address: w.address, Now: w.clock.Now, LeaseClock: w.clock.Now, Careless: true, ErasedList: list})
		if w.status(t, ref) != bot.Erased || w.store.Restored.ErasedAgain != 1 {
			t.Errorf("it is %s, Restored = %+v", w.status(t, ref), w.store.Restored)
		}
		if r, err := w.store.Verify(t.Context()); err != nil || !r.OK() {
			t.Errorf("Verify = %+v, %v", r.Breaks, err)
		}
		if fresh := w.mustCasus(t); fresh != "C-2026-0778" {
			t.Errorf("the next code is %s, want C-2026-0778: 0777 was given out before", fresh)
		}
	})
}

func TestKeysTurnEachMonthAndAnEpochDiesWithItsBackups(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		w.store.Close()
		o := sqlstore.Options{Address: w.address, Now: w.clock.Now, LeaseClock: w.clock.Now, Careless: true, BackupTerm: 35 * 24 * time.Hour}
		w.store = mustOpen(t, o)
		ref := w.mustCasus(t)
		old := w.clock.Now().UTC().Format("2006-01")
		rotate := func(rewrapped, dropped int) {
			t.Helper()
			r, err := w.store.Rotate(context.Background())
			if err != nil || r.Rewrapped != rewrapped || len(r.Dropped) != dropped {
				t.Fatalf("Rotate = %+v, %v; want %d wrapped anew, %d dropped", r, err, rewrapped, dropped)
			}
		}
		rotate(0, 0)
		w.clock.Set(w.clock.Now().AddDate(0, 1, 0))
		rotate(2, 0)
		w.clock.Advance(35*24*time.Hour - time.Second)
		w.store.Rotate(context.Background()) // a month has begun again meanwhile
		if _, err := w.store.Epochs.Load(context.Background(), old); err != nil {
			t.Fatalf("the key of %s died before the backups' term: %v", old, err)
		}
		w.clock.Advance(time.Second)
		rotate(0, 1)
		if _, err := w.store.Epochs.Load(context.Background(), old); err == nil {
			t.Errorf("the key of %s outlived the backups", old)
		}
		w.store.Close()
		w.store = mustOpen(t, o)
		if w.status(t, ref) != bot.Open {
			t.Error("the casus does not open any more")
		}
		w.mustView(t, func(tx bot.Tx) error {
			n := 0
			entries, err := tx.Entries("", 0, 0)
			for _, e := range entries {
				if e.Act == bot.ActKeysRotated {
					n++
				}
			}
			if n < 2 {
				t.Errorf("the log has %d turns of the keys, want each one", n)
			}
			return err
		})
	})
}

func TestBytesOfAnUploadThatBrokeOffAreGoneWithinTheHour(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		ref := w.mustCasus(t)
		put := func(id bot.FileID) {
			if _, err := w.store.PutBlob(t.Context(), ref, id, strings.NewReader("bytes")); err != nil {
				t.Fatal(err)
			}
		}
		put("lost") // the process died before the file was recorded
		there := func(id bot.FileID) bool {
			if err := w.store.Clean(t.Context()); err != nil {
				t.Fatal(err)
			}
			r, err := w.store.OpenBlob(t.Context(), ref, id)
			if err == nil {
				r.Close()
			}
			return err == nil
		}
		w.clock.Advance(30 * time.Minute)
		if !there("lost") {
			t.Error("bytes of an upload that may still be going on are gone")
		}
		w.clock.Advance(20 * time.Minute)
		if there("lost") {
			t.Error("they are still there after 50 minutes")
		}
		if !there(bot.FileID("f-" + ref)) {
			t.Error("the bytes of a known file are gone")
		}
	})
}
