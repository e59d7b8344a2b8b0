package knowledge

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/knowledge/document"
)

const regional = `# Privacyconvenant regio Voorbeeld

## Artikel 9 Bewaren en vernietigen

1. Partijen bewaren verslagen van een casusoverleg ten hoogste zes maanden na de laatste bespreking.
2. De procesregisseur vernietigt het gedeelde verslag binnen tien werkdagen na het einde van die termijn.

## Artikel 19 Opzeggen

Een partij die opzegt, neemt een opzegtermijn van drie maanden in acht.

## Artikel 20 Nummers

Ja, dat mag: het BSN van een leerling delen met de jeugdhulp in het overleg.
`

func at(day int) func() time.Time {
	return func() time.Time { return time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC) }
}

func mustOpenWith(t testing.TB, dir string) *Base {
	t.Helper()
	// A copy of the one base, with a library of its own: what was learned is only read.
	own := *mustBuiltIn(t)
	b := &own
	WithLibrary(dir, at(21))(b)
	t.Cleanup(func() {
		if err := b.Library().Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func source(name, text string) Source {
	return Source{Name: name, R: strings.NewReader(text), Size: int64(len(text))}
}

func mustImport(t testing.TB, l *Library, sources ...Source) []Imported {
	t.Helper()
	done, err := l.Import(t.Context(), sources, nil)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func TestAnOwnDocumentIsQuotedWordForWordAndComesFirst(t *testing.T) {
	b := mustOpenWith(t, filepath.Join(t.TempDir(), "library"))
	before := mustAsk(t, b, Question{Text: "wat is de opzegtermijn voor een partij"})
	if len(before.Citations) > 0 && before.Citations[0].Kind == "quote" {
		t.Fatalf("quoted from an empty library: %+v", before)
	}
	mustImport(t, b.Library(), source("regio.md", regional))
	for _, tt := range []struct{ question, place, quote string }{
		{"wat staat er in artikel 9 lid 2", "artikel 9 lid 2", "binnen tien werkdagen"},
		{"het tweede lid van art. 9?", "artikel 9 lid 2", "binnen tien werkdagen"},
		{"artikel 19", "artikel 19", "drie maanden"},
		{"hoeveel maanden opzegtermijn geldt voor een partij die opzegt", "artikel 19", "drie maanden"},
		{"hoe lang bewaren partijen verslagen van een casusoverleg", "artikel 9 lid 1", "zes maanden"},
	} {
		a := mustAsk(t, b, Question{Text: tt.question})
		if a.Abstained || len(a.Citations) == 0 {
			t.Errorf("Ask(%q) = %+v, want a quote", tt.question, a)
			continue
		}
		c := a.Citations[0]
		if c.Kind != "quote" || !strings.Contains(c.Source, tt.place) || !strings.Contains(c.Quote, tt.quote) ||
			!strings.Contains(a.Text, "“"+c.Quote+"”") || !strings.Contains(regional, strings.SplitN(c.Quote, "\n", 2)[0]) {
			t.Errorf("Ask(%q) cites %+v in %q", tt.question, c, a.Text)
		}
	}
	// Both sources are shown where the base answers too.
	a := mustAsk(t, b, Question{Text: "wat staat er in artikel 9"})
	if !strings.Contains(a.Text, "Onze samenvatting van het model:") || a.Citations[len(a.Citations)-1].Kind != "summary" {
		t.Errorf("only one source: %+v", a)
	}
	if len(a.Citations) < 3 {
		t.Errorf("not both paragraphs of article 9: %+v", a.Citations)
	}
}

func TestADocumentDoesNotAnswerWhatIsNotInIt(t *testing.T) {
	b := mustOpenWith(t, t.TempDir())
	mustImport(t, b.Library(), source("regio.md", regional))
	for _, q := range []string{
		"hoe laat gaat de bus naar school",
		"wat kost een abonnement",
		"vertel iets over artikel 5 van de leerplichtwet",
		"wat zegt artikel 9 van de avg",
		"wat is een mdo",
		"vanaf welke leeftijd beslist een jongere zelf",
	} {
		a := mustAsk(t, b, Question{Text: q})
		for _, c := range a.Citations {
			if c.Kind == "quote" {
				t.Errorf("Ask(%q) quotes %q", q, c.Quote)
			}
		}
	}
}

func TestADocumentNeverPermitsWhatTheRulesRefuse(t *testing.T) {
	b := mustOpenWith(t, t.TempDir())
	mustImport(t, b.Library(), source("regio.md", regional))
	a := mustAsk(t, b, Question{Text: "mag ik het BSN van een leerling delen met de jeugdhulp in het overleg?"})
	if strings.Contains(a.Text, "dat mag: het BSN") || a.Abstained {
		t.Errorf("answer %q", a.Text)
	}
}

func TestAQuoteThatIsNotInItsDocumentStopsTheAnswer(t *testing.T) {
	b := mustOpenWith(t, t.TempDir())
	done := mustImport(t, b.Library(), source("regio.md", regional))
	mustAsk(t, b, Question{Text: "artikel 19"})
	good := Citation{Fact: done[0].ID + "#3", Kind: "quote", Quote: "een opzegtermijn van drie maanden"}
	if !b.stands(good) {
		t.Error("a literal quote does not stand")
	}
	for _, c := range []Citation{
		{Fact: good.Fact, Kind: "quote", Quote: "een opzegtermijn van vier maanden"},
		{Fact: good.Fact, Kind: "quote"},
		{Fact: done[0].ID + "#1", Kind: "quote", Quote: good.Quote},
		{Fact: done[0].ID + "#99", Kind: "quote", Quote: good.Quote},
		{Fact: "doc-other#3", Kind: "quote", Quote: good.Quote},
		{Fact: "INF-03", Kind: "quote", Quote: good.Quote},
	} {
		if b.stands(c) {
			t.Errorf("stands(%+v)", c)
		}
	}
}

func TestANewVersionReplacesTheOldOne(t *testing.T) {
	dir := t.TempDir()
	b := mustOpenWith(t, dir)
	lib := b.Library()
	mustImport(t, lib, source("regio.md", regional))
	if again := mustImport(t, lib, source("sub/regio.md", regional)); !again[0].Unchanged || again[0].Version != 1 {
		t.Errorf("the same file again: %+v", again)
	}
	if next := mustImport(t, lib, source("Regio.md", strings.ReplaceAll(regional, "drie maanden", "vijf maanden"))); next[0].Version != 2 {
		t.Errorf("a changed file: %+v", next)
	}
	a := mustAsk(t, b, Question{Text: "artikel 19"})
	if !strings.Contains(a.Text, "vijf maanden") || strings.Contains(a.Text, "drie maanden") {
		t.Errorf("answer %q", a.Text)
	}
	list, err := lib.List(t.Context())
	if err != nil || len(list) != 2 || list[0].Version != 2 || list[0].Replaced || !list[1].Replaced {
		t.Errorf("List = %+v, %v", list, err)
	}
	if wrong := lib.Check(t.Context()); len(wrong) > 0 {
		t.Errorf("Check = %v", wrong)
	}
	// Another process, such as a running bot, sees it at its next question.
	other := mustOpenWith(t, dir)
	if a := mustAsk(t, other, Question{Text: "artikel 19"}); !strings.Contains(a.Text, "vijf maanden") {
		t.Errorf("another process: %q", a.Text)
	}
	if err := lib.Remove(t.Context(), "regio.md"); err != nil {
		t.Fatal(err)
	}
	for _, b := range []*Base{b, other} {
		if a := mustAsk(t, b, Question{Text: "artikel 19"}); strings.Contains(a.Text, "maanden in acht") {
			t.Errorf("removed, and still quoted: %q", a.Text)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "doc-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if err := lib.Remove(t.Context(), "regio.md"); !errors.Is(err, ErrNoDocument) {
		t.Errorf("Remove again = %v", err)
	}
}

func TestABadFileChangesNothing(t *testing.T) {
	dir := t.TempDir()
	b := mustOpenWith(t, dir)
	mustImport(t, b.Library(), source("regio.md", regional))
	before := mustTree(t, dir)
	_, err := b.Library().Import(t.Context(), []Source{source("goed.md", regional), source("stuk.docx", "PK\x03\x04"), source("plaatje.png", "x"), source("GOED.md", regional)}, nil)
	var bad *document.Error
	if !errors.As(err, &bad) {
		t.Fatalf("Import = %v", err)
	}
	for _, name := range []string{"stuk.docx: ", "plaatje.png: ", "GOED.md: "} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q does not name %s", err, name)
		}
	}
	if after := mustTree(t, dir); after != before {
		t.Errorf("was %s, is %s", before, after)
	}
}

func TestTwoDoNotChangeTheLibraryAtOnce(t *testing.T) {
	b := mustOpenWith(t, t.TempDir())
	unlock, err := b.Library().lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Library().Import(t.Context(), []Source{source("regio.md", regional)}, nil); !errors.Is(err, ErrBusy) {
		t.Errorf("Import = %v, want ErrBusy", err)
	}
	unlock()
	mustImport(t, b.Library(), source("regio.md", regional))
}

// What a crash left behind is not read, and swept at the next change.
func TestACrashHalfwayLeavesTheOldLibrary(t *testing.T) {
	dir := t.TempDir()
	b := mustOpenWith(t, dir)
	mustImport(t, b.Library(), source("regio.md", regional))
	for _, name := range []string{"index-half/store", "doc-half-v1.json", ".new-123"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if a := mustAsk(t, mustOpenWith(t, dir), Question{Text: "artikel 19"}); !strings.Contains(a.Text, "drie maanden") {
		t.Errorf("answer %q", a.Text)
	}
	mustImport(t, b.Library(), source("ander.md", regional))
	if _, err := os.Stat(filepath.Join(dir, "index-half")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the half index is still there: %v", err)
	}
}

// mustTree lists the files under dir with their sizes.
func mustTree(t testing.TB, dir string) string {
	t.Helper()
	var out strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(path) == "lock" {
			return err
		}
		info, err := d.Info()
		if err == nil {
			fmt.Fprintf(&out, "%s %d\n", path, info.Size())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// An imported document must not be quoted at everything that shares a few words
// with it: the evaluation's questions are not about this one.
func TestADocumentIsSeldomQuotedWhereItDoesNotBelong(t *testing.T) {
	b := mustOpenWith(t, t.TempDir())
	mustImport(t, b.Library(), source("regio.md", regional))
	questions := append(mustQuestions(t, "eval/questions.jsonl"), mustQuestions(t, "eval/fresh.jsonl")...)
	quotes, right := 0, 0
	for _, s := range mustScore(t, b, questions) {
		if s.Right {
			right++
		}
		if len(s.Answer.Citations) > 0 && s.Answer.Citations[0].Kind == "quote" {
			quotes++
		}
	}
	if quotes*100 > 2*len(questions) || right*100 < 89*len(questions) {
		t.Errorf("%d quotes and %d right of %d questions", quotes, right, len(questions))
	}
}

func mustScore(t testing.TB, b *Base, questions []EvalQuestion) []Scored {
	t.Helper()
	scored, err := b.Score(t.Context(), questions)
	if err != nil {
		t.Fatal(err)
	}
	return scored
}
