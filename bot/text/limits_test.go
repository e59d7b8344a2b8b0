package text

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// The limits of a form, in characters, are the least of the platforms'.
// Mattermost takes a longer title, answers that all is well, and then its clients
// show nothing.
const (
	maxLabel = 24 // of a title, a field and the button
	maxHelp  = 150
	maxIntro = 3000
)

// free are texts that go with a form and stand nowhere where they could be too
// long: answers to choose from and what is said when something is wrong.
var free = []string{"form.consent.yes", "form.consent.no", "form.absence.", "form.mayshare.sector.known", ".wrong_link"}

func TestEveryFormFitsOnEveryPlatformInEveryLanguage(t *testing.T) {
	b, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	forms := 0
	for lang, texts := range b.texts {
		for code, zero := range declared {
			if !strings.HasPrefix(code, "form.") {
				continue
			}
			var out strings.Builder
			if err := texts[code].Execute(&out, zero); err != nil {
				t.Fatal(err)
			}
			n := utf8.RuneCountInString(strings.TrimSpace(out.String()))
			most := maxLabel
			switch {
			case strings.HasSuffix(code, ".help"):
				most = maxHelp
			case strings.HasSuffix(code, ".intro"), strings.HasSuffix(code, ".intro2"):
				most = maxIntro
			default:
				for _, part := range free {
					if strings.Contains(code, part) {
						most = maxHelp
					}
				}
			}
			if n == 0 || n > most {
				t.Errorf("%s: %s has %d characters, want 1 to %d: %s", lang, code, n, most, out.String())
			}
			if strings.HasSuffix(code, ".title") {
				forms++
			}
		}
	}
	if forms < 2*9 {
		t.Errorf("%d titles were looked at, want those of every form in both languages", forms)
	}
}
