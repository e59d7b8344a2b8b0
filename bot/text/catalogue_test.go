package text

import (
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

func TestEveryMessageHasATextInEveryLanguage(t *testing.T) {
	b, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	for lang, texts := range b.texts {
		for code, zero := range declared {
			tmpl := texts[code]
			if tmpl == nil {
				t.Errorf("%s: no text for %s", lang, code)
				continue
			}
			var out strings.Builder
			if err := tmpl.Execute(&out, zero); err != nil {
				t.Errorf("%s: %s does not fit its arguments: %v", lang, code, err)
			}
		}
		for code := range texts {
			if _, ok := declared[code]; !ok {
				t.Errorf("%s: %s is used by no message", lang, code)
			}
		}
	}
}

func TestDatesAreWrittenOutInAmsterdamTime(t *testing.T) {
	// 23:30 UTC on 31 May is the next day in Amsterdam.
	at := mustTime(t, "2026-05-31T23:30:00Z")
	if got, want := date(NL)(at), "1 juni 2026"; got != want {
		t.Errorf("date = %q, want %q", got, want)
	}
	for day, want := range map[string][2]string{"2026-11-22": {"22 november 2026", "22 November 2026"}, "2028-02-29": {"29 februari 2028", "29 February 2028"},
		"2026-02-30": {"2026-02-30", "2026-02-30"}, "": {"", ""}, "binnenkort": {"binnenkort", "binnenkort"}} {
		if nl, en := date(NL)(day), date(EN)(day); nl != want[0] || en != want[1] {
			t.Errorf("date(%q) = %q and %q, want %q", day, nl, en, want)
		}
	}
	if got, want := moment(NL)(at), "1 juni 2026 om 01:30 uur"; got != want {
		t.Errorf("moment = %q, want %q", got, want)
	}
}

// "1 bestand(en)" leaves it to the reader to choose.
func TestWhatIsCountedIsOneOrMore(t *testing.T) {
	for n, want := range map[int]string{0: "0 bestanden zijn", 1: "1 bestand is", 2: "2 bestanden zijn"} {
		if got := count(n, "bestand is", "bestanden zijn"); got != want {
			t.Errorf("count(%d) = %q, want %q", n, got, want)
		}
	}
	texts, err := readTexts(files)
	if err != nil {
		t.Fatal(err)
	}
	either := regexp.MustCompile(`\pL\((en|n|s|den|es|ies)\)`)
	for lang, all := range texts {
		for code, said := range all {
			if found := either.FindString(said); found != "" {
				t.Errorf("%s: %s says %q: count writes one or more", lang, code, found)
			}
		}
	}
}

func TestWhatIsNoTextOfTheCatalogueIsRefused(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"a code twice":   {"nl/a.yaml": {Data: []byte("a: een\n")}, "nl/b.yaml": {Data: []byte("a: twee\n")}},
		"no template":    {"nl/a.yaml": {Data: []byte("a: '{{if}}'\n")}},
		"a function off": {"en/a.yaml": {Data: []byte("a: '{{unknown .}}'\n")}},
	} {
		if _, err := load(files); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A text becomes a template when it is first said, which many may do at once.
func TestManySayTheSameForTheFirstTime(t *testing.T) {
	for code := range declared {
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				if first := lookup(EN, code); first == nil || first != lookup(EN, code) {
					t.Errorf("%s: no template, or another each time", code)
				}
			})
		}
		wait.Wait()
	}
	if lookup(NL, "no such code") != nil || lookup("de", "help.intro") != nil {
		t.Error("a code or a language that is not there has a template")
	}
}
