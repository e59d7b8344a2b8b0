package sqlstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// inMemory is a bucket that is the same each time the store is opened.
func inMemory(o *bottest.MemObjects) func(string) (bot.Objects, error) {
	return func(string) (bot.Objects, error) { return o, nil }
}

func TestTheStoreWithABucketOnSQLite(t *testing.T) {
	bottest.Store(t, func(t *testing.T) bottest.StoreBench {
		clock := bottest.NewClock()
		s := mustOpen(t, sqlstore.Options{Address: madeAddress(t), Now: clock.Now, Objects: inMemory(&bottest.MemObjects{Now: clock.Now})})
		verified(t, s)
		return bottest.StoreBench{Store: s, Now: clock.Now, Pass: clock.Advance}
	})
}

// bucketed runs a test on both databases with a bucket.
func bucketed(t *testing.T, test func(t *testing.T, w *world, o *bottest.MemObjects)) {
	engines(t, func(t *testing.T, w *world) {
		o := &bottest.MemObjects{Now: w.clock.Now}
		w.bucket = inMemory(o)
		w.open(t)
		test(t, w, o)
	})
}

func objectsIn(t *testing.T, o *bottest.MemObjects) (names []string) {
	t.Helper()
	if err := o.EachObject(t.Context(), func(name string, _ time.Time) error { names = append(names, name); return nil }); err != nil {
		t.Fatal(err)
	}
	return names
}

func mustFind(t *testing.T, s *sqlstore.Store, remove bool, want sqlstore.InBucket) {
	t.Helper()
	got, err := s.LookAtObjects(t.Context(), remove)
	if err != nil || got != want {
		t.Errorf("LookAtObjects(%v) = %+v, %v; want %+v", remove, got, err, want)
	}
}

func TestOnlyNoiseGoesToTheBucket(t *testing.T) {
	bucketed(t, func(t *testing.T, w *world, o *bottest.MemObjects) {
		ref := w.mustCasus(t)
		before := len(objectsIn(t, o))
		data := bytes.Repeat([]byte(mark("bytes")), 60_000) // of more than one piece
		if _, err := w.store.PutBlob(t.Context(), ref, "file-of-noor", bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
		names := objectsIn(t, o)
		if len(names)-before != len(data)>>20+1 {
			t.Errorf("%d bytes became %d objects", len(data), len(names)-before)
		}
		for _, name := range names {
			if strings.Contains(name, "noor") || strings.Contains(name, string(ref)) {
				t.Errorf("the name %s tells something", name)
			}
			sealed, err := o.GetObject(t.Context(), name, 1<<30)
			if err != nil || bytes.Contains(sealed, []byte(mark("bytes"))) {
				t.Errorf("the object %s can be read, %v", name, err)
			}
		}
		var rows int
		if err := w.raw(t).QueryRow(`SELECT count(*) FROM chunks WHERE length(sealed) > 0`).Scan(&rows); err != nil || rows > 0 {
			t.Errorf("%d pieces lie in the database as well, %v", rows, err)
		}
	})
}

func TestWhatIsErasedIsGoneFromTheBucketAndTheRestStays(t *testing.T) {
	bucketed(t, func(t *testing.T, w *world, o *bottest.MemObjects) {
		gone, stays := w.mustCasus(t), w.mustCasus(t)
		for _, ref := range []bot.Ref{gone, stays} {
			if _, err := w.store.PutBlob(t.Context(), ref, bot.FileID("x-"+ref), strings.NewReader("bytes")); err != nil {
				t.Fatal(err)
			}
		}
		n := len(objectsIn(t, o))
		w.erase(t, gone)
		if left := len(objectsIn(t, o)); left != n/2 {
			t.Errorf("%d of %d objects are left", left, n)
		}
		mustFind(t, w.store, false, sqlstore.InBucket{Kept: n / 2})
	})
}

var errAway = fmt.Errorf("no bucket: %w", bot.ErrUnavailable)

func TestErasingDoesNotWaitForABucketThatIsAwayAndRemovesLater(t *testing.T) {
	bucketed(t, func(t *testing.T, w *world, o *bottest.MemObjects) {
		ref := w.mustCasus(t)
		n := len(objectsIn(t, o))
		o.Fail = func(string, string) error { return errAway }
		w.erase(t, ref)
		o.Fail = nil
		mustFind(t, w.store, false, sqlstore.InBucket{Waiting: n})
		if err := w.store.Clean(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustFind(t, w.store, false, sqlstore.InBucket{})
	})
}

func TestAPutThatTheBucketRefusesLeavesNothing(t *testing.T) {
	bucketed(t, func(t *testing.T, w *world, o *bottest.MemObjects) {
		ref := w.mustCasus(t)
		n := len(objectsIn(t, o))
		puts := 0
		full := fmt.Errorf("quota: %w: %w", bot.ErrFull, bot.ErrUnavailable)
		o.Fail = func(act, _ string) error {
			if act != "put" {
				return nil
			}
			if puts++; puts == 3 {
				return full
			}
			return nil
		}
		_, err := w.store.PutBlob(t.Context(), ref, "big", bytes.NewReader(make([]byte, 5<<20)))
		if !errors.Is(err, bot.ErrFull) || !errors.Is(err, bot.ErrUnavailable) {
			t.Errorf("PutBlob = %v, want ErrFull", err)
		}
		if left := len(objectsIn(t, o)); left != n {
			t.Errorf("%d objects were left behind", left-n)
		}
		var rows int
		if err := w.raw(t).QueryRow(`SELECT count(*) FROM chunks WHERE file = 'big'`).Scan(&rows); err != nil || rows > 0 {
			t.Errorf("%d rows were left behind, %v", rows, err)
		}
	})
}

// A process that dies leaves what it was at: the rows of a piece with or without its
// object, and never an object without its row.
func TestADyingProcessLeavesNoObjectThatIsNotFound(t *testing.T) {
	for _, died := range []string{"before the object", "after the object"} {
		t.Run(died, func(t *testing.T) {
			bucketed(t, func(t *testing.T, w *world, o *bottest.MemObjects) {
				ref := w.mustCasus(t)
				n := len(objectsIn(t, o))
				dead := errors.New("died")
				o.Fail = func(act, name string) error {
					if act == "put" && died == "after the object" && len(objectsIn2(o)) == n {
						return nil
					}
					if act == "each" {
						return nil
					}
					return dead
				}
				// The raw connection takes the write that would tidy up: a trigger refuses it.
				guard := refuseDeletes(t, w)
				if _, err := w.store.PutBlob(t.Context(), ref, "f", bytes.NewReader(make([]byte, 3<<20))); err == nil {
					t.Fatal("the put went through")
				}
				guard()
				o.Fail = nil
				w.open(t)
				w.clock.Advance(2 * time.Hour)
				if err := w.store.Clean(t.Context()); err != nil {
					t.Fatal(err)
				}
				if left := len(objectsIn(t, o)); left != n {
					t.Errorf("%d objects are left", left-n)
				}
				mustFind(t, w.store, false, sqlstore.InBucket{Kept: n})
			})
		})
	}
}

func objectsIn2(o *bottest.MemObjects) (names []string) {
	fail := o.Fail
	o.Fail = nil
	_ = o.EachObject(context.Background(), func(name string, _ time.Time) error { names = append(names, name); return nil })
	o.Fail = fail
	return names
}

// refuseDeletes has the database refuse to remove pieces, until the function it
// returns is called: as if the process were gone.
func refuseDeletes(t *testing.T, w *world) func() {
	t.Helper()
	db := w.raw(t)
	if w.sqlite() {
		mustExec(t, db, `CREATE TRIGGER dead BEFORE DELETE ON chunks BEGIN SELECT RAISE(ABORT, 'dead'); END`)
		return func() { mustExec(t, db, `DROP TRIGGER dead`) }
	}
	mustExec(t, db, `CREATE FUNCTION dead() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'dead'; END $$`)
	mustExec(t, db, `CREATE TRIGGER dead BEFORE DELETE ON chunks FOR EACH ROW EXECUTE FUNCTION dead()`)
	return func() { mustExec(t, db, `DROP FUNCTION dead() CASCADE`) }
}

func TestWhatNoRowKnowsIsRemovedAWeekLaterAndNotBefore(t *testing.T) {
	bucketed(t, func(t *testing.T, w *world, o *bottest.MemObjects) {
		w.mustCasus(t)
		n := len(objectsIn(t, o))
		if err := o.PutObject(t.Context(), "stray", []byte("x")); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(7*24*time.Hour - time.Second)
		mustFind(t, w.store, true, sqlstore.InBucket{Kept: n, Stray: 1})
		w.clock.Advance(time.Second)
		mustFind(t, w.store, false, sqlstore.InBucket{Kept: n, Stray: 1})
		mustFind(t, w.store, true, sqlstore.InBucket{Kept: n, Stray: 1, Removed: 1})
		mustFind(t, w.store, true, sqlstore.InBucket{Kept: n})
	})
}

func TestAPieceThatIsMissingIsGoneAndSaid(t *testing.T) {
	bucketed(t, func(t *testing.T, w *world, o *bottest.MemObjects) {
		ref := w.mustCasus(t)
		if _, err := w.store.PutBlob(t.Context(), ref, "f", strings.NewReader("bytes")); err != nil {
			t.Fatal(err)
		}
		for _, name := range objectsIn(t, o) {
			if err := o.DropObject(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		r, err := w.store.OpenBlob(t.Context(), ref, "f")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if _, err := io.ReadAll(r); !errors.Is(err, bot.ErrGone) {
			t.Errorf("read = %v, want ErrGone", err)
		}
		if in, err := w.store.LookAtObjects(t.Context(), false); err != nil || in.Missing == 0 || in.Kept > 0 {
			t.Errorf("LookAtObjects = %+v, %v", in, err)
		}
	})
}

func TestFilesCanBeReadAfterTheSettingChangedAndNotWithoutTheBucket(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		ref := w.mustCasus(t)
		put := func(id bot.FileID) {
			t.Helper()
			if _, err := w.store.PutBlob(t.Context(), ref, id, strings.NewReader("bytes of "+string(id))); err != nil {
				t.Fatal(err)
			}
		}
		read := func(id bot.FileID) (string, error) {
			r, err := w.store.OpenBlob(t.Context(), ref, id)
			if err != nil {
				return "", err
			}
			defer r.Close()
			data, err := io.ReadAll(r)
			return string(data), err
		}
		put("inside")
		w.bucket = inMemory(&bottest.MemObjects{Now: w.clock.Now})
		w.open(t)
		put("outside")
		for _, id := range []bot.FileID{"inside", "outside"} {
			if got, err := read(id); err != nil || got != "bytes of "+string(id) {
				t.Errorf("%s = %q, %v", id, got, err)
			}
		}
		if _, err := w.store.Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(40 * 24 * time.Hour)
		if _, err := w.store.Rotate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, err := read("outside"); err != nil || got != "bytes of outside" {
			t.Errorf("after the keys were turned: %q, %v", got, err)
		}
		w.bucket = nil
		w.open(t)
		if _, err := read("outside"); !errors.Is(err, bot.ErrUnavailable) {
			t.Errorf("without the bucket: %v, want ErrUnavailable", err)
		}
		if got, err := read("inside"); err != nil || got != "bytes of inside" {
			t.Errorf("inside = %q, %v", got, err)
		}
		if needs, err := w.store.NeedsBucket(t.Context()); err != nil || !needs {
			t.Errorf("NeedsBucket = %v, %v", needs, err)
		}
	})
}
