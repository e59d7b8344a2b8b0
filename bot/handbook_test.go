package bot_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

func TestEveryCommandStandsInTheHandbook(t *testing.T) {
	w := newWorld(t)
	w.command(ib, "common", "convenant", "help")
	front := w.lastTold(ib)
	if strings.Contains(front, "Andere opdrachten") {
		t.Error("some commands stand in no chapter; add them to the table in handbook.go")
	}
	var pages []string
	for _, name := range []string{"vragen", "starten", "deelnemers", "toestemming", "kaart", "delen", "kluis", "overleg", "afsluiten", "gegevens", "toezicht", "overig"} {
		w.command(ib, "common", "convenant", "help "+name)
		pages = append(pages, w.lastTold(ib))
	}
	all := strings.Join(pages, "\n")
	for _, s := range bot.Suggestions() {
		if s.Word == "help" {
			continue
		}
		call := "`/" + s.Command + " " + s.Word
		if !strings.Contains(all, call+"`") && !strings.Contains(all, call+" [") {
			t.Errorf("/%s %s stands in no chapter", s.Command, s.Word)
		}
		// Who asks for help on a command gets a page that has it.
		w.command(ib, "common", "convenant", "help "+s.Word)
		if !strings.Contains(w.lastTold(ib), "/"+s.Command+" "+s.Word) && !strings.Contains(w.lastTold(ib), "Dit kun je typen") {
			t.Errorf("help %s: %q", s.Word, w.lastTold(ib))
		}
	}
}

func TestTheHandbookIsLeafedThroughByButtons(t *testing.T) {
	w := newWorld(t)
	w.command(ib, "common", "casus", "help")
	w.wantTold(ib, "Kies een onderwerp")
	w.press(ib, "Toestemming regelen")
	if last := w.lastTold(ib); !strings.Contains(last, "/casus toestemming") || !strings.Contains(last, "vanaf 16 de jongere zelf") {
		t.Errorf("the chapter: %q", last)
	}
	w.press(ib, "Iets delen")
	if last := w.lastTold(ib); !strings.Contains(last, "/casus verkeerd") {
		t.Errorf("the next chapter: %q", last)
	}
}

func TestAskingForTheHandbook(t *testing.T) {
	for topic, want := range map[string]string{
		"":                    "Kies een onderwerp",
		"procesregisseur":     "Handboek voor: procesregisseur",
		"FG":                  "Handboek voor: FG of beslisser",
		"/casus intrekken":    "Toestemming regelen",
		"bestand":             "Iets delen",
		"Inzage?":             "Rechten van mensen",
		"iets over wissen":    "Afsluiten en bewaren",
		"quantummechanica":    "Dat onderwerp ken ik niet",
		"documenten":          "Toezicht en beheer",
		"ouder":               "Handboek voor: ouder, jongere of steunfiguur",
		"leerplichtambtenaar": "Handboek voor: leerplichtambtenaar",
		"gezinsspecialist":    "Handboek voor: jeugdhulpverlener of gezinsspecialist",
	} {
		w := newWorld(t)
		w.command(nobody, "common", "convenant", strings.TrimSpace("help "+topic))
		if last := w.lastTold(nobody); !strings.Contains(last, want) {
			t.Errorf("help %s: %q, want %q", topic, last, want)
		}
	}
}

// B1: short sentences, and a page that fits on a screen.
func TestTheHandbookIsReadable(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"vragen", "starten", "deelnemers", "toestemming", "delen", "overleg", "afsluiten", "gegevens", "toezicht"} {
		w.command(ib, "common", "convenant", "help "+name)
		page := w.lastTold(ib)
		body, _, _ := strings.Cut(page, "**Dit kun je typen**")
		if n := len([]rune(page)); n > 2200 {
			t.Errorf("%s has %d characters", name, n)
		}
		for _, sentence := range strings.FieldsFunc(body, func(r rune) bool { return slices.Contains([]rune(".!?\n:"), r) }) {
			if n := len(strings.Fields(sentence)); n > 27 {
				t.Errorf("%s: a sentence of %d words: %q", name, n, sentence)
			}
		}
	}
}

// What a page tells people to type exists, in both languages.
func TestTheHandbookSendsNobodyToACommandThatIsNotThere(t *testing.T) {
	calls := map[string]bool{"convenant help": true}
	for _, s := range bot.Suggestions() {
		calls[s.Command+" "+s.Word] = true
	}
	typed := regexp.MustCompile("`/((?:casus|convenant) [a-z-]+)")
	seen := 0
	for _, name := range []string{"vragen", "starten", "deelnemers", "toestemming", "kaart", "delen", "kluis", "uitzondering", "overleg", "afsluiten", "gegevens", "overzicht", "toezicht"} {
		seen += sentTo(t, calls, typed, name, text.ChapterBody(name))
	}
	for _, r := range bot.HandbookRoles() {
		seen += sentTo(t, calls, typed, r.Name, text.RoleDuty(r.Name))
	}
	if seen < 40 {
		t.Errorf("%d commands were found in the pages", seen)
	}
}

func sentTo(t *testing.T, calls map[string]bool, typed *regexp.Regexp, name, both string) int {
	t.Helper()
	n := 0
	for _, lang := range []text.Lang{text.NL, text.EN} {
		for _, m := range typed.FindAllStringSubmatch(text.For(lang, both), -1) {
			if n++; !calls[m[1]] {
				t.Errorf("%s sends people to /%s, which there is not", name, m[1])
			}
		}
	}
	return n
}
