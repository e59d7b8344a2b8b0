package text

import (
	"strings"
	"testing"
	"time"
)

func TestATextIsReadInTheLanguageOfItsReader(t *testing.T) {
	said := PhaseName("F3") + ", " + KindName("mdo")
	nl, en := For(NL, said), For(EN, said)
	if nl == en || Unread(nl) || Unread(en) || strings.Contains(en, nl) {
		t.Errorf("For(NL) = %q, For(EN) = %q; want each its own", nl, en)
	}
	// A text within a text follows the same reader, also within a message in one
	// language.
	args := StatusArgs{Ref: "C-2026-0001", Kind: KindName("mdo"), Next: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	for l, other := range map[Lang]Lang{NL: EN, EN: NL} {
		for _, got := range []string{For(l, StatusOf.Say(args)), StatusOf.In(l, args)} {
			if !strings.Contains(got, kindNames.in(l, "mdo")) || strings.Contains(got, kindNames.in(other, "mdo")) || Unread(got) {
				t.Errorf("in %s: %q", l, got)
			}
		}
	}
	if got := For(EN, "gewoon"); got != "gewoon" {
		t.Errorf("For = %q, want what people wrote as it is", got)
	}
}

func TestEachChangesEveryLanguageOfAText(t *testing.T) {
	cut := func(s string) string { return s[:3] }
	said := Each(KindName("verzuimoverleg"), cut)
	for _, l := range []Lang{NL, EN} {
		if got, want := For(l, said), kindNames.in(l, "verzuimoverleg")[:3]; got != want {
			t.Errorf("in %s: %q, want %q", l, got, want)
		}
	}
}

func TestWhatIsReadLeavesItsSourceAsItWas(t *testing.T) {
	type page struct {
		Title string
		Lines []string
		By    map[string]string
		Next  *page
		at    time.Time
	}
	said := KindName("ot")
	was := page{Title: said, Lines: []string{said}, By: map[string]string{"": said}, Next: &page{Title: said}, at: time.Unix(1, 0)}
	got, want := Read(EN, was), For(EN, said)
	if got.Title != want || got.Lines[0] != want || got.By[""] != want || got.Next.Title != want || !got.at.Equal(was.at) {
		t.Errorf("Read = %+v, want %q everywhere", got, want)
	}
	if was.Title != said || was.Lines[0] != said || was.By[""] != said || was.Next.Title != said {
		t.Error("Read changed what it was given")
	}
}

func TestALocaleIsALanguageOfTheCatalogueOrDutch(t *testing.T) {
	for locale, want := range map[string]Lang{"en": EN, "en-GB": EN, "en_US": EN, "EN": EN, "nl": NL, "nl-BE": NL, "": NL, "de": NL, "eng": NL, "tlh": NL} {
		if got := LangOf(locale); got != want {
			t.Errorf("LangOf(%q) = %s, want %s", locale, got, want)
		}
	}
}
