package knowledge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// together is a Shared in memory that can be away.
type together struct {
	mu     sync.Mutex
	number int64
	list   []Stored
	texts  map[string][]byte
	away   bool // nothing can be asked
	mute   bool // texts cannot be read
}

var errAway = errors.New("away")

func (s *together) set(f func()) { s.mu.Lock(); defer s.mu.Unlock(); f() }

func (s *together) Number(context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return 0, errAway
	}
	return s.number, nil
}

func (s *together) List(context.Context) ([]Stored, int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return nil, 0, errAway
	}
	return slices.Clone(s.list), s.number, nil
}

func (s *together) Text(_ context.Context, id string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away || s.mute {
		return nil, errAway
	}
	return bytes.Clone(s.texts[id]), nil
}

func (s *together) Change(_ context.Context, was int64, list []Stored, texts map[string][]byte) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return 0, errAway
	}
	if was != s.number {
		return 0, fmt.Errorf("changed meanwhile: %w", ErrBusy)
	}
	next := map[string][]byte{}
	for _, d := range list {
		next[d.ID] = s.texts[d.ID]
		if text, ok := texts[d.ID]; ok {
			next[d.ID] = text
		}
	}
	s.list, s.texts, s.number = slices.Clone(list), next, s.number+1
	return s.number, nil
}

// mustShare opens a base whose library follows s, with a folder of its own.
func mustShare(t testing.TB, s *together, dir string) *Base {
	t.Helper()
	b, err := Open(nil, WithLibrary(dir, at(21)), ShareLibrary(s))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Library().Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// quotes reports whether the article of notice is quoted with these words.
func quotes(t testing.TB, b *Base, words string) bool {
	t.Helper()
	return strings.Contains(mustAsk(t, b, Question{Text: "artikel 19"}).Text, words)
}

func TestWhatOneCopyTakesInOrOutTheOtherQuotesOrNotFromTheNextQuestionOn(t *testing.T) {
	s := &together{}
	dirs := []string{filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")}
	one, other := mustShare(t, s, dirs[0]), mustShare(t, s, dirs[1])
	if quotes(t, other, "maanden in acht") {
		t.Fatal("quoted from an empty library")
	}
	mustImport(t, one.Library(), source("regio.md", regional))
	for i, b := range []*Base{one, other} {
		if !quotes(t, b, "drie maanden in acht") {
			t.Errorf("copy %d does not quote what was taken in", i)
		}
	}
	if again := mustImport(t, other.Library(), source("regio.md", regional)); !again[0].Unchanged || again[0].Version != 1 {
		t.Errorf("the same file given to the other copy: %+v", again)
	}
	if next := mustImport(t, other.Library(), source("Regio.md", strings.ReplaceAll(regional, "drie maanden", "vijf maanden"))); next[0].Version != 2 {
		t.Errorf("a changed file given to the other copy: %+v", next)
	}
	for i, b := range []*Base{one, other} {
		if !quotes(t, b, "vijf maanden in acht") || quotes(t, b, "drie maanden in acht") {
			t.Errorf("copy %d does not quote the new version alone", i)
		}
		list, err := b.Library().List(t.Context())
		if err != nil || len(list) != 2 || list[0].Version != 2 || list[0].Replaced || !list[1].Replaced {
			t.Errorf("copy %d: List = %+v, %v", i, list, err)
		}
		if wrong := b.Library().Check(t.Context()); len(wrong) > 0 {
			t.Errorf("copy %d: Check = %v", i, wrong)
		}
	}
	if err := one.Library().Remove(t.Context(), "REGIO.md"); err != nil {
		t.Fatal(err)
	}
	for i, b := range []*Base{one, other} {
		if quotes(t, b, "maanden in acht") {
			t.Errorf("copy %d quotes what was removed", i)
		}
		if left, err := filepath.Glob(filepath.Join(dirs[i], "doc-*")); err != nil || len(left) > 0 {
			t.Errorf("copy %d still has %v, %v", i, left, err)
		}
	}
	if err := other.Library().Remove(t.Context(), "regio.md"); !errors.Is(err, ErrNoDocument) {
		t.Errorf("Remove again = %v, want ErrNoDocument", err)
	}
}

// A copy whose folder cannot be brought up to date quotes what is still true, and
// nothing that was taken out or replaced meanwhile.
func TestACopyThatCannotFollowQuotesNothingThatWasTakenOut(t *testing.T) {
	s := &together{}
	one, other := mustShare(t, s, t.TempDir()), mustShare(t, s, t.TempDir())
	mustImport(t, one.Library(), source("regio.md", regional))
	if !quotes(t, other, "drie maanden in acht") {
		t.Fatal("not quoted")
	}
	s.set(func() { s.mute = true })
	mustImport(t, one.Library(), source("ander.md", strings.ReplaceAll(regional, "Artikel 19", "Artikel 29")))
	if !quotes(t, other, "drie maanden in acht") {
		t.Error("a document that nothing happened to is not quoted because another one came")
	}
	mustImport(t, one.Library(), source("regio.md", strings.ReplaceAll(regional, "drie maanden", "vijf maanden")))
	if quotes(t, other, "drie maanden in acht") {
		t.Error("a document that was replaced is quoted")
	}
	s.set(func() { s.mute = false })
	if !quotes(t, other, "vijf maanden in acht") {
		t.Error("once it can follow, the new version is not quoted")
	}
	s.set(func() { s.away = true })
	if quotes(t, other, "maanden in acht") {
		t.Error("quoted while nobody can tell whether it still counts")
	}
	if a := mustAsk(t, other, Question{Text: "Vanaf welke leeftijd beslist een jongere zelf?"}); a.Abstained {
		t.Error("the built-in base does not answer either")
	}
	if _, err := one.Library().Import(t.Context(), []Source{source("nieuw.md", regional)}, nil); !errors.Is(err, errAway) {
		t.Errorf("Import = %v, want that it is away", err)
	}
	s.set(func() { s.away = false })
	if list, err := one.Library().List(t.Context()); err != nil || len(list) != 3 {
		t.Errorf("List = %+v, %v; want three versions", list, err)
	}
}

// Before there was a place for all copies each had its own folder. What is in the
// first one that comes goes there; nothing of it returns after it was removed.
func TestTheDocumentsOfBeforeGoWhereAllCopiesFindThem(t *testing.T) {
	dir := t.TempDir()
	mustImport(t, mustOpenWith(t, dir).Library(), source("regio.md", regional), source("ander.md", strings.ReplaceAll(regional, "Artikel 19", "Artikel 29")))
	stray := t.TempDir()
	mustImport(t, mustOpenWith(t, stray).Library(), source("zwerver.md", strings.ReplaceAll(regional, "drie maanden", "tien maanden")))
	s := &together{}
	one, other := mustShare(t, s, dir), mustShare(t, s, t.TempDir())
	if err := one.Library().Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !quotes(t, other, "drie maanden in acht") {
		t.Error("the other copy does not quote what was in the folder")
	}
	for _, name := range []string{"regio.md", "ander.md"} {
		if err := other.Library().Remove(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	late := mustShare(t, s, stray)
	if quotes(t, late, "maanden in acht") || s.number != 3 || len(s.list) != 0 {
		t.Errorf("a folder that comes later brought back %+v at %d", s.list, s.number)
	}
}

func TestOfTwoCopiesThatTakeInAtOnceNothingIsLost(t *testing.T) {
	s := &together{}
	bases := []*Base{mustShare(t, s, t.TempDir()), mustShare(t, s, t.TempDir())}
	var group sync.WaitGroup
	for i, b := range bases {
		group.Go(func() {
			name := fmt.Sprintf("doc-%d.md", i)
			for {
				_, err := b.Library().Import(t.Context(), []Source{source(name, regional)}, nil)
				if err == nil {
					return
				}
				if !errors.Is(err, ErrBusy) {
					t.Errorf("Import = %v", err)
					return
				}
			}
		})
	}
	group.Wait()
	for i, b := range bases {
		if list, err := b.Library().List(t.Context()); err != nil || len(list) != 2 {
			t.Errorf("copy %d: List = %+v, %v; want both", i, list, err)
		}
		if err := b.Library().Follow(t.Context()); err != nil {
			t.Error(err)
		}
		if wrong := b.Library().Check(t.Context()); len(wrong) > 0 {
			t.Errorf("copy %d: Check = %v", i, wrong)
		}
	}
}

// A process that dies between the change and its own folder makes up for it.
func TestAFolderThatWasLeftHalfwayIsMadeUpFor(t *testing.T) {
	s := &together{}
	dir := t.TempDir()
	mustImport(t, mustShare(t, s, dir).Library(), source("regio.md", regional))
	files, err := filepath.Glob(filepath.Join(dir, "doc-*.json"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	for _, gone := range []string{filepath.Join(dir, "library.json"), files[0]} {
		if err := os.Remove(gone); err != nil {
			t.Fatal(err)
		}
	}
	if !quotes(t, mustShare(t, s, dir), "drie maanden in acht") {
		t.Error("not quoted from a folder that lacks it")
	}
}
