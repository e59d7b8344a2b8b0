package text

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var pagePlace = regexp.MustCompile(`\{[a-z]+\}`)

func TestThePageOfACardIsCompleteInEveryLanguage(t *testing.T) {
	all, err := loadPages()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 6 {
		t.Fatalf("the page speaks %d languages, want 6", len(all))
	}
	dutch := all[0]
	for _, l := range all {
		if got, want := slices.Sorted(maps.Keys(l.words)), slices.Sorted(maps.Keys(dutch.words)); !slices.Equal(got, want) {
			t.Errorf("%s: other codes than Dutch: %v", l.Code, differ(got, want))
		}
		for code, said := range l.words {
			// What the page says of a language that nobody has checked is said in it.
			if want := code == "foot.checked" && l.Checked; (strings.TrimSpace(said) == "") != want {
				t.Errorf("%s: %s is blank, or is not", l.Code, code)
			}
			got, want := pagePlace.FindAllString(said, -1), pagePlace.FindAllString(dutch.words[code], -1)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s fills in %v, Dutch %v", l.Code, code, got, want)
			}
			if l.Code != "nl" && len(strings.Fields(said)) > 2 && said == dutch.words[code] {
				t.Errorf("%s: %s is still Dutch: %q", l.Code, code, said)
			}
			if strings.ContainsFunc(said, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '<' }) {
				t.Errorf("%s: %s has signs that steer: %q", l.Code, code, said)
			}
		}
		if l.Name == "" || l.Dir != "ltr" && l.Dir != "rtl" || (l.Code == "ar") != (l.Dir == "rtl") {
			t.Errorf("%s: name %q, direction %q", l.Code, l.Name, l.Dir)
		}
		if checked := l.Code == "nl" || l.Code == "en"; l.Checked != checked {
			t.Errorf("%s: checked by a native reader = %v, want %v: the page must not claim it", l.Code, l.Checked, checked)
		}
	}
}

func differ(a, b []string) (all []string) {
	for _, x := range slices.Concat(a, b) {
		if slices.Contains(a, x) != slices.Contains(b, x) {
			all = append(all, x)
		}
	}
	return all
}

// What is written in another script really is: a file that was mixed up would
// pass every other check.
func TestEachLanguageIsInItsOwnScript(t *testing.T) {
	for code, script := range map[string]*unicode.RangeTable{"ar": unicode.Arabic, "uk": unicode.Cyrillic} {
		l, _ := PageLangCalled(code)
		for key, said := range l.words {
			if !strings.HasPrefix(key, "_") && said != "" && !strings.ContainsFunc(said, func(r rune) bool { return unicode.Is(script, r) }) && !pagePlace.MatchString(said) && key != "open.pin" {
				t.Errorf("%s: %s = %q", code, key, said)
			}
		}
	}
}

func TestSayFillsInAndNeverBreaks(t *testing.T) {
	l, ok := PageLangCalled("en")
	if got, want := l.Say("answers.until", "date", "01-02-2026"), "Holds until 01-02-2026"; !ok || got != want {
		t.Errorf("Say = %q, want %q", got, want)
	}
	if got := l.Say("no.such.code"); got != "no.such.code" {
		t.Errorf("Say of nothing = %q", got)
	}
	if l, ok := PageLangCalled("xx"); ok || l.Code != "nl" {
		t.Errorf("an unknown language is %q, %v", l.Code, ok)
	}
}
