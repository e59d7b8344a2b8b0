package storybook

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

// shownBy says for each template of a page of ours in which file of the storybook it
// is shown, by something that only it makes.
var shownBy = map[string][2]string{
	"card/card.html:page":                 {"pagina-kaart-open-nl.html", "<!doctype html>"},
	"card/card.html:csrf":                 {"pagina-kaart-jongere-nl.html", `name="csrf"`},
	"card/card.html:told":                 {"pagina-kaart-ouder-nl.html", `class="done"`},
	"card/card.html:open":                 {"pagina-kaart-open-nl.html", `name="code"`},
	"card/card.html:pin":                  {"pagina-kaart-pin-nl.html", `name="again"`},
	"card/card.html:home":                 {"pagina-kaart-jongere-nl.html", `id="s-seats"`},
	"card/card.html:ask":                  {"pagina-kaart-toestemming-nl.html", `value="refused"`},
	"card/card.html:objection":            {"pagina-kaart-bezwaar-nl.html", `name="seat"`},
	"card/card.html:request":              {"pagina-kaart-verzoek-nl.html", `name="kind"`},
	"dashboard/overzicht.html:head":       {"pagina-overzicht-in.html", "<title>"},
	"dashboard/overzicht.html:plain":      {"pagina-overzicht-uit.html", "<h1>"},
	"dashboard/overzicht.html:in":         {"pagina-overzicht-in.html", `name="link"`},
	"dashboard/inloggen.html:inloggen":    {"pagina-overzicht-inloggen.html", `class="knop hoofd"`},
	"dashboard/overzicht.html:ask":        {"pagina-overzicht-doe-bewaar.html", `name="sure"`},
	"dashboard/overzicht.html:chart":      {"pagina-overzicht-begin.html", "<svg"},
	"dashboard/overzicht.html:rows":       {"pagina-overzicht-casussen.html", "C-2026-0042"},
	"dashboard/overzicht.html:view":       {"pagina-overzicht-begin.html", "<nav"},
	"vault/bring.html:":                   {"pagina-kluis-breng.html", `type="file"`},
	"vault/closed.html:":                  {"pagina-kluis-weg.html", `role="status"`},
	"vault/read.html:":                    {"pagina-kluis-lezen.html", `class="mark"`},
	"vault/ready.html:":                   {"pagina-kluis-klaar.html", "<button"},
	"plan.html:":                          {"pagina-plan.html", "<svg"},
	"../../bot/receipt.html:":             {"pagina-bewijs.html", "C-2026-0042"},
	"dashboard/overzicht.html:verify":     {},
	"dashboard/overzicht.html:verified":   {},
	"../playground/web/form.html:form":    {"formulier-starten.html", "<form novalidate>"},
	"../playground/web/chat.html:message": {"tekst-say.html", `class="msg`},
}

// unshown are templates without a page of their own here, and why.
var unshown = map[string]string{
	"dashboard/overzicht.html:verify":   "it is written while the log is read",
	"dashboard/overzicht.html:verified": "it is written while the log is read",
}

func TestEveryTemplateOfAPageIsShown(t *testing.T) {
	book, err := Make(mustPeople(t))
	if err != nil {
		t.Fatal(err)
	}
	define := regexp.MustCompile(`\{\{-? ?define "([^"]+)"`)
	root := filepath.Join("..", "..", "..", "adapters", "web")
	var found []string
	err = filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".html" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		found = append(found, filepath.ToSlash(name)+":")
		if parts := define.FindAllSubmatch(data, -1); len(parts) > 0 {
			found = found[:len(found)-1]
			for _, p := range parts {
				found = append(found, filepath.ToSlash(name)+":"+string(p[1]))
			}
		}
		return err
	})
	if err != nil || len(found) < 15 {
		t.Fatalf("%d templates were found: %v", len(found), err)
	}
	for _, name := range found {
		where, ok := shownBy[name]
		switch {
		case !ok:
			t.Errorf("the template %s is shown nowhere; add a page to pages.go", name)
		case unshown[name] != "":
		case !strings.Contains(string(book.Files[where[0]]), where[1]):
			t.Errorf("%s does not show the template %s", where[0], name)
		}
	}
	for name := range shownBy {
		if !strings.HasPrefix(name, "..") && !slices.Contains(found, name) {
			t.Errorf("there is no template %s any more", name)
		}
	}
}

func TestEveryViewTableAndActOfTheOverviewIsShown(t *testing.T) {
	book, err := Make(mustPeople(t))
	if err != nil {
		t.Fatal(err)
	}
	all, columns := "", map[string]bool{}
	for _, v := range bot.DashViews() {
		if _, ok := dashTables[v]; !ok {
			t.Errorf("the view %q has no sample; add it to canned.go", v)
		}
		page := string(book.Files["pagina-overzicht-"+v+".html"])
		if page == "" {
			t.Errorf("the view %q is not shown", v)
		}
		all += page
	}
	for _, tables := range dashTables {
		for _, table := range tables {
			for _, c := range strings.Fields(table.columns) {
				columns[c] = true
			}
		}
	}
	for _, s := range text.Samples() {
		name, ok := strings.CutPrefix(s.Code, "dash.table_")
		if ok && !strings.Contains(all, `id="`+name+`-titel"`) {
			t.Errorf("the table %q is not shown", name)
		}
		if act, ok := strings.CutPrefix(s.Code, "dash.ask_"); ok && book.Files["pagina-overzicht-doe-"+act+".html"] == nil {
			t.Errorf("the page that asks before %q is not shown", act)
		}
		// These two are those of what was found, which comes from elsewhere.
		if name, ok = strings.CutPrefix(s.Code, "dash.col_"); ok && !columns[name] && !slices.Contains([]string{"found", "level", "fix", "do", "day"}, name) {
			t.Errorf("the column %q is not shown", name)
		}
	}
}

func TestTheCardIsShownInEachOfItsLanguages(t *testing.T) {
	book, err := Make(mustPeople(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range text.PageLangs() {
		page := string(book.Files["pagina-kaart-jongere-"+l.Code+".html"])
		if !strings.Contains(page, `lang="`+l.Code+`"`) || !strings.Contains(page, `dir="`+l.Dir+`"`) || !strings.Contains(page, l.Say("seats.title")) {
			t.Errorf("the card is not shown in %s", l.Code)
		}
	}
	words := string(book.Files["tekst-pagina-kaart.html"])
	for _, code := range text.PageCodes() {
		if !strings.Contains(words, `id="kaart.`+code+`"`) {
			t.Errorf("the words of %s are not shown", code)
		}
	}
}

// A text in two languages is told apart by characters that nobody may come to see.
func TestNoPageShowsWhatOnlyTheProgramReads(t *testing.T) {
	book, err := Make(mustPeople(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, page := range book.Files {
		if i := bytes.IndexFunc(page, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\r' }); i >= 0 && strings.HasSuffix(name, ".html") {
			t.Errorf("%s has %q", name, page[max(0, i-40):min(len(page), i+80)])
		}
	}
}
