package story

import (
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/adapters/playground"
	"github.com/convenantbot/convenantbot/cmd/convenantbot/storybook"
	"github.com/convenantbot/convenantbot/deploy"
	"github.com/convenantbot/convenantbot/internal/browsertest"
)

// mustMake writes the storybook into a folder, as the command does.
func mustMake(t *testing.T) (dir string, names []string) {
	t.Helper()
	files, err := fs.Sub(deploy.Samples, "samples")
	if err != nil {
		t.Fatal(err)
	}
	people, err := playground.ReadSamples(files)
	if err != nil {
		t.Fatal(err)
	}
	book, err := storybook.Make(people)
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for name, data := range book.Files {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir, slices.Sorted(maps.Keys(book.Files))
}

// measured are the pages of texts that axe looks at. They are all made by the same
// template, and it takes seconds over each.
var measured = []string{"tekst-say.html", "tekst-names.html", "tekst-absence.html"}

// looked reports whether axe looks at a page of the bot's own. The card is made by the
// same templates in each language, and two stand for all of them: Dutch, and Arabic,
// which is written from right to left.
func looked(name string) bool {
	for _, lang := range []string{"en", "tr", "pl", "uk"} {
		if strings.HasPrefix(name, "pagina-kaart-") && strings.HasSuffix(name, "-"+lang+".html") {
			return false
		}
	}
	return true
}

func TestEveryPageOfTheStorybookIsReadByEverybody(t *testing.T) {
	dir, names := mustMake(t)
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(server.Close)
	b := browsertest.Start(t)
	desk, phone := b.Open(server.URL+"/opdrachten.html", 1280, 900), b.Open(server.URL+"/opdrachten.html", 390, 844)
	for _, name := range names {
		if filepath.Ext(name) != ".html" {
			continue
		}
		at := server.URL + "/" + name
		if name == "index.html" {
			at = server.URL + "/"
		}
		picture := "storybook-" + strings.TrimSuffix(strings.ReplaceAll(name, "/", "-"), ".html")
		own := strings.HasPrefix(name, "pagina-") && !strings.HasPrefix(name, "pagina-s-")
		if own && !looked(name) {
			continue
		}
		desk.Go(at)
		if !own && !strings.HasPrefix(name, "tekst-") || slices.Contains(measured, name) {
			desk.Axe(name)
		}
		desk.Fits(name)
		desk.Glance(picture)
		// As narrow as a page is at 400%.
		phone.Resize(map[bool]int{true: 320, false: 390}[own], 844)
		phone.Go(at)
		if own {
			// Where there is least room. The name of who reads a document is drawn faintly
			// all over it on purpose, and stands above it as words.
			phone.Axe(name+" on a phone", ".mark")
		}
		phone.Fits(name + " on a phone")
		phone.Glance(picture + "-telefoon")
	}
	desk.Calm()
	phone.Calm()
	if out := b.Outside(); len(out) > 0 {
		t.Errorf("the storybook asks elsewhere: %v", out)
	}
}

func TestTheStorybookIsSearchedByWordsAndByCode(t *testing.T) {
	dir, _ := mustMake(t)
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(server.Close)
	b := browsertest.Start(t)
	p := b.Open(server.URL+"/", 1280, 900)
	p.Fill("#zoek", "say.held")
	p.Sees("#treffers li", "say.held")
	p.Fill("#zoek", "burgerservicenummer")
	p.Sees("#treffers li", "M01")
	p.Axe("what was found")
	p.Fill("#zoek", "quantummechanica")
	p.Sees("#gevonden", "0 gevonden")
	p.Fill("#zoek", "M01")
	p.Follow("#treffers a", "M01")
	p.Until("the item", `() => location.hash === "#M01" && !!document.querySelector(":target")`)
	// From a folder, without a server, it works as well.
	p.May("file://")
	p.Go("file://" + filepath.Join(dir, "index.html"))
	p.Fill("#zoek", "consent data")
	p.Until("something is found", `() => document.querySelectorAll("#treffers li").length > 0`)
	p.Calm()
	if out := b.Outside(); len(out) > 0 {
		t.Errorf("the storybook asks elsewhere: %v", out)
	}
}

// What can be done with a row stands at its end, and used to be out of sight there.
func TestATableOfTheOverviewIsReadOnAPhoneWithoutScrollingSideways(t *testing.T) {
	dir, names := mustMake(t)
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(server.Close)
	p := browsertest.Start(t).Open(server.URL+"/pagina-overzicht-begin.html", 320, 740)
	tables := 0
	for _, name := range names {
		if !strings.HasPrefix(name, "pagina-overzicht-") {
			continue
		}
		p.Go(server.URL + "/" + name)
		p.MustEval(`() => { for (const d of document.querySelectorAll("main details")) d.open = true }`)
		tables += p.MustEval(`() => document.querySelectorAll("[role=table]").length`).Int()
		if wide := p.MustEval(`() => [...document.querySelectorAll("[role=table] tbody *")].filter((e) => !e.closest(".weg") && e.getBoundingClientRect().right > innerWidth).map((e) => e.outerHTML.slice(0, 100))`).Arr(); len(wide) > 0 {
			t.Errorf("%s: out of sight: %v", name, wide)
		}
	}
	if tables < 15 {
		t.Errorf("%d tables were looked at", tables)
	}
	p.Calm()
}
