package bot_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/rules/bundle"
)

// change is one text of one file of a bundle replaced by another.
type change struct{ file, from, to string }

// changedBundle is the built-in bundle with changes.
func changedBundle(t testing.TB, changes ...change) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	found := 0
	err := fs.WalkDir(bundle.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(bundle.FS, name)
		for _, c := range changes {
			if name == c.file && strings.Contains(string(data), c.from) {
				data, found = []byte(strings.ReplaceAll(string(data), c.from, c.to)), found+1
			}
		}
		files[name] = &fstest.MapFile{Data: data, Mode: 0o444}
		return err
	})
	if err != nil || found != len(changes) {
		t.Fatalf("%d of %d changes were possible (%v)", found, len(changes), err)
	}
	return files
}

// remark changes nothing but the bundle's identity.
var remark = change{"bundle.yaml", "version:", "# a remark\nversion:"}

// looser lets a parent who does not represent the child bring in health.
var looser = []change{
	{"share.yaml", `facts.heaviest in ["ordinary", "none"]`, `facts.heaviest in ["ordinary", "none", "health"]`},
	{"tests/share.yaml", "standing: other, heaviest: health, parts: []}", "standing: other, heaviest: sensitive, parts: []}"},
}

func (w *world) startPolicy() {
	w.t.Helper()
	if err := w.bot.StartPolicy(w.t.Context(), bundle.FS); err != nil {
		w.t.Fatalf("StartPolicy: %v", err)
	}
}

// installationActs are the acts in the log that belong to no casus.
func (w *world) installationActs() string {
	w.t.Helper()
	var acts []string
	w.view(func(tx bot.Tx) error {
		entries, err := tx.Entries("", 0, 0)
		for _, e := range entries {
			if e.Casus == "" {
				acts = append(acts, string(e.Act))
			}
		}
		return err
	})
	return strings.Join(acts, " ")
}

func TestABundleThatLoosensNothingTakesEffectAtOnce(t *testing.T) {
	w := newWorld(t)
	w.startPolicy()
	before := w.bot.Judge.Bundle().Identity()
	p, err := w.bot.ProposePolicy(t.Context(), changedBundle(t, remark), "beheer")
	if err != nil || p.State != bot.PolicyActive || len(p.Changes) != 0 {
		t.Fatalf("ProposePolicy = %+v, %v; want it active", p, err)
	}
	if now := w.bot.Judge.Bundle().Identity(); now == before || now != p.Hash {
		t.Errorf("in use: %s, want %s", now, p.Hash)
	}
	if again, err := w.bot.ProposePolicy(t.Context(), changedBundle(t, remark), "beheer"); err != nil || again.State != bot.PolicySame {
		t.Errorf("ProposePolicy again = %+v, %v; want the same", again, err)
	}
	if got, want := w.installationActs(), "rules_activated rules_proposed rules_activated"; !strings.HasSuffix(got, want) {
		t.Errorf("the log says %s, want it to end with %s", got, want)
	}
}

func TestABundleThatLoosensWaitsForTheFG(t *testing.T) {
	w := newWorld(t)
	w.startPolicy()
	before := w.bot.Judge.Bundle().Identity()
	p, err := w.bot.ProposePolicy(t.Context(), changedBundle(t, looser...), "beheer")
	if err != nil || p.State != bot.PolicyWaiting {
		t.Fatalf("ProposePolicy = %s, %v; want it to wait", p.State, err)
	}
	if w.bot.Judge.Bundle().Identity() != before {
		t.Fatal("it is in use before anybody agreed")
	}
	w.settle()
	w.wantTold(officer, "laten meer toe")
	w.press(officer, "Akkoord met deze regels")
	if w.bot.Judge.Bundle().Identity() != p.Hash {
		t.Fatal("it is not in use after the FG agreed")
	}
	// Another replica follows on its next round.
	w.start()
	if err := w.bot.Round(t.Context()); err != nil || w.bot.Judge.Bundle().Identity() != p.Hash {
		t.Errorf("another replica uses %s, %v; want %s", w.bot.Judge.Bundle().Identity(), err, p.Hash)
	}
	// At a start the built-in bundle is a proposal like any other; it is stricter.
	w.start()
	w.startPolicy()
	if w.bot.Judge.Bundle().Identity() != before {
		t.Error("a stricter bundle did not take effect at the start")
	}
}

func TestABundleThatIsNotSoundChangesNothing(t *testing.T) {
	w := newWorld(t)
	w.startPolicy()
	before := w.bot.Judge.Bundle().Identity()
	for name, files := range map[string]fs.FS{
		"an effect that does not exist":            changedBundle(t, change{"share.yaml", "effect: refuse", "effect: perhaps"}),
		"an empty bundle":                          fstest.MapFS{},
		"a clause that its own cases find wanting": changedBundle(t, looser[0]),
	} {
		t.Run(name, func(t *testing.T) {
			if p, err := w.bot.ProposePolicy(t.Context(), files, "beheer"); err == nil {
				t.Errorf("ProposePolicy = %+v, want an error", p)
			}
			if w.bot.Judge.Bundle().Identity() != before {
				t.Error("the active bundle changed")
			}
		})
	}
}

func TestPastDecisionsAreReplayed(t *testing.T) {
	w := newWorld(t)
	w.startPolicy()
	casus := w.open(newCasus())
	_ = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen afwezig")
	w.classify(ib, "ordinary")
	cases, err := w.bot.PastCases(t.Context(), w.clock.Now().AddDate(0, 0, -1))
	if err != nil || len(cases) < 5 {
		t.Fatalf("PastCases = %d, %v; want four joins and a share", len(cases), err)
	}
	shares := 0
	for _, c := range cases {
		if c.Share == nil {
			continue
		}
		shares++
		v, err := w.bot.Judge.Bundle().Share(t.Context(), c.Share)
		if err != nil || v.Effect.String() != "allow" {
			t.Errorf("the replayed share = %s, %v; want allow", v.Effect, err)
		}
	}
	if shares != 1 {
		t.Errorf("%d shares, want the one", shares)
	}
	later, err := w.bot.PastCases(t.Context(), w.clock.Now().AddDate(0, 0, 1))
	if err != nil || len(later) != 0 {
		t.Errorf("PastCases of tomorrow = %d, %v; want none", len(later), err)
	}
}
