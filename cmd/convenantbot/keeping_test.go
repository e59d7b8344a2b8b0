package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/bot/suppose"
	"github.com/convenantbot/convenantbot/internal/knowledge"
)

// newReplica is a bot with the library in dir, in a chat of its own: two of them
// on one folder are two replicas of one installation.
func newReplica(t testing.TB, dir string, options ...knowledge.Option) *talk {
	t.Helper()
	base, err := knowledge.Open(nil, append([]knowledge.Option{knowledge.WithLibrary(dir, func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) })}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { base.Library().Close() })
	policy, err := loadBundle("")
	if err != nil {
		t.Fatal(err)
	}
	pack, packs, err := loadRegion("model")
	if err != nil {
		t.Fatal(err)
	}
	clock := bottest.NewClock()
	ids := 0
	j := judge.New(policy, packs)
	w := &talk{t: t, chat: bottest.NewChat("mentor", "collega", "fg")}
	w.bot = bot.New(bot.Needs{Store: bottest.NewMemStore(clock.Now), Platforms: []bot.Platform{w.chat}, Judge: j,
		Answers: answers{base: base, verdicts: verdicts{suppose.New(j, pack.ID, clock.Now)}}, Library: keepingOf(base),
		Scan: scanner{}, Region: pack, Now: clock.Now, NewID: func() string { ids++; return fmt.Sprint("id", ids) }})
	w.chat.Connect(w.bot)
	if err := w.bot.LoadRegister(t.Context(), bot.Register{
		Organisations: []bot.Organisation{{ID: "gemeente", Name: "Gemeente", SignedAt: "2025-09-01", AnnouncedAt: "2025-09-15", DPO: "p-fg"}},
		People:        []bot.Person{{ID: "p-fg", Accounts: []bot.Account{{Platform: bottest.ChatName, User: "fg"}}}},
	}); err != nil {
		t.Fatal(err)
	}
	return w
}

// gives lets the FG give a file and returns what the bot said last.
func (w *talk) gives(name string, data []byte) bottest.Seen {
	w.t.Helper()
	if err := w.chat.Person("fg").(bottest.Giver).Give("", name, data); err != nil {
		w.t.Fatal(err)
	}
	w.settle()
	return w.toFG()
}

func (w *talk) toFG() bottest.Seen {
	w.t.Helper()
	seen, err := w.chat.Person("fg").SeeDirect()
	if err != nil || len(seen) == 0 {
		w.t.Fatalf("the FG was told nothing, %v", err)
	}
	return seen[len(seen)-1]
}

// presses presses a button in the last message to the FG.
func (w *talk) presses(label string) bottest.Seen {
	w.t.Helper()
	if err := w.chat.Person("fg").Press(w.toFG().ID, label); err != nil {
		w.t.Fatalf("press %q: %v", label, err)
	}
	w.settle()
	return w.toFG()
}

func mustRead(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "internal", "knowledge", "testdata", "own", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestARegionsConvenantIsGivenQuotedReplacedAndRemovedInTheChat(t *testing.T) {
	w := newReplica(t, filepath.Join(t.TempDir(), "library"))
	const name = "convenant-waterlandse-kring.md"
	opzeggen := "Met welke opzegtermijn kan een partij het convenant opzeggen?"
	before := w.says(opzeggen, false)
	if strings.Contains(before.Text, "zes maanden") {
		t.Fatalf("known before it was given: %q", before.Text)
	}
	if at := w.gives(name, mustRead(t, name)); !strings.Contains(at.Text, "Convenant Jeugd en Onderwijs Waterlandse Kring") || !strings.Contains(at.Text, "12 artikelen") {
		t.Fatalf("looked at: %q", at.Text)
	}
	if at := w.presses("Neem op"); !strings.Contains(at.Text, "Opgenomen") {
		t.Fatalf("taken in: %q", at.Text)
	}
	// The article, asked for by its number.
	at := w.says("Wat staat er in artikel 6 lid 2?", false)
	if !strings.Contains(at.Text, "Aanmeldformulieren die niet tot een overleg leiden, worden na vier weken vernietigd.") || !strings.Contains(at.Text, "artikel 6 lid 2") {
		t.Errorf("the article: %q", at.Text)
	}
	// Where it differs it comes first, and both sources are shown.
	at = w.says(opzeggen, false)
	own, model := strings.Index(at.Text, "opzegtermijn van zes maanden"), strings.Index(at.Text, "Onze samenvatting van het model")
	if own < 0 || model < own {
		t.Errorf("the region's term does not come first with ours behind it: %q", at.Text)
	}
	if !strings.Contains(at.Text, name) || !strings.Contains(at.Text, "eigen samenvatting") {
		t.Errorf("not both sources: %q", at.Text)
	}
	// An article of several paragraphs leaves room for our source too.
	at = w.says("Wat staat er in artikel 11 over opzeggen?", false)
	if !strings.Contains(at.Text, "twee jaar") || !strings.Contains(at.Text, "eigen samenvatting") {
		t.Errorf("an article of two paragraphs: %q", at.Text)
	}
	// A new version takes the place of the old one from the next question on.
	changed := strings.Replace(string(mustRead(t, name)), "opzegtermijn van zes maanden", "opzegtermijn van negen maanden", 1)
	if at := w.gives(name, []byte(changed)); !strings.Contains(at.Text, "versie 2") {
		t.Fatalf("a new version: %q", at.Text)
	}
	w.presses("Neem op")
	if at = w.says(opzeggen, false); !strings.Contains(at.Text, "negen maanden") || strings.Contains(at.Text, "zes maanden") {
		t.Errorf("after the new version: %q", at.Text)
	}
	// Away, and the built-in answer is what is left.
	if err := w.chat.Person("fg").Command("common", "convenant", "kennis"); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if at := w.toFG(); !strings.Contains(at.Text, "1 oudere versies") {
		t.Fatalf("the list: %q", at.Text)
	}
	w.presses("Verwijder " + name)
	if at := w.presses("Ja, verwijder het"); !strings.Contains(at.Text, "met alle 2 versies") {
		t.Errorf("removed: %q", at.Text)
	}
	if at = w.says(opzeggen, false); at.Text != before.Text {
		t.Errorf("after it was removed: %q, want %q", at.Text, before.Text)
	}
}

func TestAnotherReplicaQuotesWhatWasGivenToTheFirst(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "library")
	first, second := newReplica(t, dir), newReplica(t, dir)
	question := "Binnen hoeveel weken reageert de klachtencommissie?"
	if at := second.says(question, false); strings.Contains(at.Text, "zes weken") {
		t.Fatalf("known before it was given: %q", at.Text)
	}
	const name = "convenant-waterlandse-kring.md"
	first.gives(name, mustRead(t, name))
	first.presses("Neem op")
	if at := second.says(question, false); !strings.Contains(at.Text, "De klachtencommissie reageert binnen zes weken.") {
		t.Errorf("the other replica: %q", at.Text)
	}
}

func TestWhatIsGivenIsReadAsWhatItIs(t *testing.T) {
	w := newReplica(t, filepath.Join(t.TempDir(), "library"))
	for name, tt := range map[string]struct{ data, want string }{
		"oud.doc":       {"x", "oud soort tekstbestand"},
		"plaatje.pdf":   {"\x89PNG\r\n", "de naam zegt pdf, maar de inhoud is png"},
		"leeg.txt":      {"", "leeg"},
		"gesloten.docx": {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "beveiligd met een wachtwoord"},
		"leerling.txt":  {"Leerling met BSN 111222333 komt ter sprake.", "burgerservicenummer"},
	} {
		at := w.gives(name, []byte(tt.data))
		if !strings.Contains(at.Text, tt.want) || !strings.Contains(at.Text, "niets veranderd") || len(at.Labels) != 0 {
			t.Errorf("%s: %q with %v, want %q", name, at.Text, at.Labels, tt.want)
		}
	}
}
