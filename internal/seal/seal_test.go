package seal_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/seal"
	"pgregory.net/rapid"
)

var november = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func master(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func mustRing(t testing.TB, epochs seal.Epochs, now func() time.Time, masters ...[]byte) *seal.Ring {
	t.Helper()
	r, err := seal.NewRing(masters, epochs, now)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func fixed(at time.Time) func() time.Time { return func() time.Time { return at } }

func mustNew(t testing.TB, r *seal.Ring, scope string) (*seal.Key, seal.Wrapped) {
	t.Helper()
	k, w, err := r.New(context.Background(), scope)
	if err != nil {
		t.Fatal(err)
	}
	return k, w
}

func mustSeal(t testing.TB, k *seal.Key, p seal.Place, s string) []byte {
	t.Helper()
	b, err := k.Seal(p, []byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var here = seal.Place{Table: "casussen", Column: "sealed", Scope: "casus/a", Row: "a", Schema: 1}

func TestWhatIsSealedOpensInItsOwnPlaceOnly(t *testing.T) {
	r := mustRing(t, &seal.Memory{}, fixed(november), master(1))
	k, _ := mustNew(t, r, "casus/a")
	box := mustSeal(t, k, here, "Noor de Vries")
	if bytes.Contains(box, []byte("Noor")) {
		t.Fatal("sealed value shows its text")
	}
	got, err := k.Open(here, box)
	if err != nil || string(got) != "Noor de Vries" {
		t.Fatalf("Open = %q, %v", got, err)
	}
	for name, move := range map[string]func(*seal.Place){
		"another table":        func(p *seal.Place) { p.Table = "consents" },
		"another column":       func(p *seal.Place) { p.Column = "note" },
		"another row":          func(p *seal.Place) { p.Row = "b" },
		"another shape":        func(p *seal.Place) { p.Schema = 2 },
		"another clear column": func(p *seal.Place) { p.Clear = []string{"closed"} },
		"another casus":        func(p *seal.Place) { p.Scope = "casus/b" },
		"table and column joined otherwise": func(p *seal.Place) {
			p.Table, p.Column = "casussens", "ealed"
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := here
			move(&p)
			if _, err := k.Open(p, box); !errors.Is(err, seal.ErrSealed) {
				t.Errorf("Open(%v) = %v, want ErrSealed", p, err)
			}
		})
	}
}

func TestEveryChangedByteIsSeen(t *testing.T) {
	r := mustRing(t, &seal.Memory{}, fixed(november), master(1))
	k, _ := mustNew(t, r, "casus/a")
	box := mustSeal(t, k, here, "tekst")
	for i := range box {
		changed := bytes.Clone(box)
		changed[i] ^= 1
		if _, err := k.Open(here, changed); !errors.Is(err, seal.ErrSealed) {
			t.Fatalf("byte %d changed: Open = %v, want ErrSealed", i, err)
		}
	}
	for n := range box {
		if _, err := k.Open(here, box[:n]); !errors.Is(err, seal.ErrSealed) {
			t.Fatalf("cut to %d bytes: Open = %v, want ErrSealed", n, err)
		}
	}
}

func TestTheKeyOfAnotherCasusDoesNotOpen(t *testing.T) {
	r := mustRing(t, &seal.Memory{}, fixed(november), master(1))
	a, _ := mustNew(t, r, "casus/a")
	again, _ := mustNew(t, r, "casus/a")
	box := mustSeal(t, a, here, "tekst")
	if _, err := again.Open(here, box); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("a second key of the same scope: %v, want ErrSealed", err)
	}
}

func TestAStoredKeyOpensAgainAndOnlyAsItself(t *testing.T) {
	ctx := context.Background()
	epochs := &seal.Memory{}
	k, w := mustNew(t, mustRing(t, epochs, fixed(november), master(1)), "casus/a")
	box := mustSeal(t, k, here, "tekst")

	later := mustRing(t, epochs, fixed(november), master(1))
	back, err := later.Open(ctx, w)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := back.Open(here, box); err != nil || string(got) != "tekst" {
		t.Fatalf("Open = %q, %v", got, err)
	}
	moved := w
	moved.Scope = "casus/b"
	if _, err := later.Open(ctx, moved); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("wrapped key moved to another scope: %v, want ErrSealed", err)
	}
	other := mustRing(t, epochs, fixed(november), master(2))
	if _, err := other.Open(ctx, w); !errors.Is(err, seal.ErrMaster) {
		t.Errorf("another master key: %v, want ErrMaster", err)
	}
}

func TestADestroyedKeyDoesNothingAnyMore(t *testing.T) {
	r := mustRing(t, &seal.Memory{}, fixed(november), master(1))
	k, _ := mustNew(t, r, "casus/a")
	box := mustSeal(t, k, here, "tekst")
	k.Destroy()
	k.Destroy()
	if _, err := k.Open(here, box); !errors.Is(err, seal.ErrDestroyed) {
		t.Errorf("Open = %v, want ErrDestroyed", err)
	}
	if _, err := k.Seal(here, nil); !errors.Is(err, seal.ErrDestroyed) {
		t.Errorf("Seal = %v, want ErrDestroyed", err)
	}
	if _, err := k.Commit([]byte("x")); !errors.Is(err, seal.ErrDestroyed) {
		t.Errorf("Commit = %v, want ErrDestroyed", err)
	}
	if _, err := k.Lookup("account", "x"); !errors.Is(err, seal.ErrDestroyed) {
		t.Errorf("Lookup = %v, want ErrDestroyed", err)
	}
	var zero seal.Key
	if _, err := zero.Open(here, box); !errors.Is(err, seal.ErrDestroyed) {
		t.Errorf("zero Key: Open = %v, want ErrDestroyed", err)
	}
}

func TestADroppedEpochTakesItsKeysWithItAndRewrappedOnesLive(t *testing.T) {
	ctx := context.Background()
	now := november
	epochs := &seal.Memory{}
	r := mustRing(t, epochs, func() time.Time { return now }, master(1))
	kept, wKept := mustNew(t, r, "casus/kept")
	_, wLeft := mustNew(t, r, "casus/left")
	place := here
	place.Scope = "casus/kept"
	box := mustSeal(t, kept, place, "tekst")

	if err := r.DropEpoch(ctx, "2026-11"); err == nil {
		t.Fatal("the current epoch could be dropped")
	}
	now = now.AddDate(0, 1, 0)
	next, err := r.Rewrap(ctx, wKept)
	if err != nil {
		t.Fatal(err)
	}
	if next.Epoch != "2026-12" || next.Key != wKept.Key || bytes.Equal(next.Box, wKept.Box) {
		t.Fatalf("Rewrap = %+v, want the same key under 2026-12", next)
	}
	if err := r.DropEpoch(ctx, "2026-11"); err != nil {
		t.Fatal(err)
	}
	for name, ring := range map[string]*seal.Ring{
		"this process":    r,
		"another process": mustRing(t, epochs, func() time.Time { return now }, master(1)),
	} {
		back, err := ring.Open(ctx, next)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := back.Open(place, box); err != nil || string(got) != "tekst" {
			t.Errorf("%s: rewrapped key: Open = %q, %v", name, got, err)
		}
		for _, w := range []seal.Wrapped{wKept, wLeft} {
			if _, err := ring.Open(ctx, w); !errors.Is(err, seal.ErrDestroyed) {
				t.Errorf("%s: wrap of a dropped epoch: %v, want ErrDestroyed", name, err)
			}
		}
	}
}

func TestADamagedWrapIsNotRewrapped(t *testing.T) {
	r := mustRing(t, &seal.Memory{}, fixed(november), master(1))
	_, w := mustNew(t, r, "casus/a")
	w.Box[len(w.Box)-1] ^= 1
	if _, err := r.Rewrap(context.Background(), w); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("Rewrap = %v, want ErrSealed", err)
	}
}

func TestTheMasterKeyCanBeReplacedWithoutAStop(t *testing.T) {
	ctx := context.Background()
	epochs := &seal.Memory{}
	_, w := mustNew(t, mustRing(t, epochs, fixed(november), master(1)), "casus/a")
	both := mustRing(t, epochs, fixed(november), master(2), master(1))
	if n, err := both.RewrapEpochs(ctx); n != 1 || err != nil {
		t.Fatalf("RewrapEpochs = %d, %v, want 1", n, err)
	}
	if n, err := both.RewrapEpochs(ctx); n != 0 || err != nil {
		t.Fatalf("second RewrapEpochs = %d, %v, want 0", n, err)
	}
	if _, err := mustRing(t, epochs, fixed(november), master(2)).Open(ctx, w); err != nil {
		t.Errorf("new master key: %v", err)
	}
	if _, err := mustRing(t, epochs, fixed(november), master(1)).Open(ctx, w); !errors.Is(err, seal.ErrMaster) {
		t.Errorf("old master key: %v, want ErrMaster", err)
	}
}

func TestAMasterKeyHas32Bytes(t *testing.T) {
	for _, n := range []int{0, 16, 31, 33} {
		if _, err := seal.NewRing([][]byte{make([]byte, n)}, &seal.Memory{}, time.Now); err == nil {
			t.Errorf("%d bytes were taken", n)
		}
	}
	if _, err := seal.NewRing(nil, &seal.Memory{}, time.Now); err == nil {
		t.Error("no master key was taken")
	}
}

func TestLookupsAndCommitments(t *testing.T) {
	r := mustRing(t, &seal.Memory{}, fixed(november), master(1))
	a, _ := mustNew(t, r, "installation")
	b, _ := mustNew(t, r, "installation")
	look := func(k *seal.Key, kind, v string) string {
		s, err := k.Lookup(kind, v)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if first, again := look(a, "account", "u1"), look(a, "account", "u1"); first != again {
		t.Error("the same value is not found again")
	}
	if look(a, "account", "u1") == look(a, "channel", "u1") || look(a, "account", "u1") == look(b, "account", "u1") {
		t.Error("a lookup hash says the same in another use or installation")
	}
	commit := func(parts ...string) string {
		var bs [][]byte
		for _, p := range parts {
			bs = append(bs, []byte(p))
		}
		s, err := a.Commit(bs...)
		if err != nil {
			t.Fatal(err)
		}
		return string(s)
	}
	if commit("ab", "c") == commit("a", "bc") || commit("abc") == commit("ab", "c") {
		t.Error("parts of a commitment run into each other")
	}
}

func TestErrorsHoldNothingPersonal(t *testing.T) {
	r := mustRing(t, &seal.Memory{}, fixed(november), master(1))
	k, w := mustNew(t, r, "casus/Noor")
	p := seal.Place{Table: "casussen", Column: "sealed", Scope: "casus/Noor", Row: "Noor", Schema: 1}
	box := mustSeal(t, k, p, "Noor")
	box[20] ^= 1
	_, err1 := k.Open(p, box)
	w.Box[20] ^= 1
	_, err2 := r.Open(context.Background(), w)
	k.Destroy()
	_, err3 := k.Seal(p, []byte("Noor"))
	for _, err := range []error{err1, err2, err3} {
		if err == nil || strings.Contains(err.Error(), "Noor") {
			t.Errorf("error %v", err)
		}
	}
}

func TestEpochsOnDisk(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "epochs")
	d, err := seal.NewDir(path)
	if err != nil {
		t.Fatal(err)
	}
	_, w := mustNew(t, mustRing(t, d, fixed(november), master(1)), "casus/a")
	if kept, err := d.Store(ctx, "2026-11", []byte("late")); err != nil || string(kept) == "late" {
		t.Fatalf("a second Store = %q, %v, want the first key", kept, err)
	}
	if err := d.Replace(ctx, "2026-10", []byte("x")); !errors.Is(err, seal.ErrNoEpoch) {
		t.Errorf("Replace of an epoch that is not there: %v, want ErrNoEpoch", err)
	}
	info, err := os.Stat(filepath.Join(path, "2026-11.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v, want 0600", info.Mode(), err)
	}
	again, err := seal.NewDir(path)
	if err != nil {
		t.Fatal(err)
	}
	later := mustRing(t, again, fixed(november.AddDate(0, 1, 0)), master(1))
	if _, err := later.Open(ctx, w); err != nil {
		t.Fatalf("after a restart: %v", err)
	}
	if err := later.DropEpoch(ctx, "2026-11"); err != nil {
		t.Fatal(err)
	}
	if err := again.Drop(ctx, "2026-11"); err != nil {
		t.Errorf("second Drop: %v", err)
	}
	if names, err := again.List(ctx); len(names) != 0 || err != nil {
		t.Errorf("List = %v, %v, want none", names, err)
	}
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.NewDir(path); err == nil {
		t.Error("a directory that others can read was taken")
	}
}

func TestAnyTextComesBackAsItWas(t *testing.T) {
	r := mustRing(t, &seal.Memory{}, fixed(november), master(1))
	k, _ := mustNew(t, r, "casus/a")
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		box, err := k.Seal(here, plain)
		if err != nil {
			t.Fatal(err)
		}
		got, err := k.Open(here, box)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("Open = %x, %v, want %x", got, err, plain)
		}
	})
}

func BenchmarkSealAndOpen4KiB(b *testing.B) {
	r := mustRing(b, &seal.Memory{}, fixed(november), master(1))
	k, _ := mustNew(b, r, "casus/a")
	plain := make([]byte, 4096)
	for b.Loop() {
		box, err := k.Seal(here, plain)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := k.Open(here, box); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenKey(b *testing.B) {
	r := mustRing(b, &seal.Memory{}, fixed(november), master(1))
	_, w := mustNew(b, r, "casus/a")
	for b.Loop() {
		if _, err := r.Open(context.Background(), w); err != nil {
			b.Fatal(err)
		}
	}
}
