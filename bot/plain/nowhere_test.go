package plain

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestANameReadsAsItIsWritten(t *testing.T) {
	for _, name := range []string{"Basisschool De Linde", "10:30:12", "a : b", "verslag.pdf", "awww.nu", "~", "zie https://a.example/b, of www.a.example", ":smile: :100: ::a::", "WWW.A.EXAMPLE"} {
		if got := strings.ReplaceAll(leadsNowhere(name), apart, ""); got != name {
			t.Errorf("leadsNowhere(%q) reads %q", name, got)
		}
	}
	for _, name := range []string{"Basisschool De Linde", "om 10:30", "a : b", "verslag.pdf", "awww.nu"} {
		if got := leadsNowhere(name); got != name {
			t.Errorf("leadsNowhere(%q) = %q, want it as it was", name, got)
		}
	}
}

var lead = regexp.MustCompile(`(?i)~[a-z]|://|\bwww\.|:[a-z_+-]+:|:\d+:`)

func TestNoNameLeadsAnywhere(t *testing.T) {
	piece := rapid.SampledFrom([]string{"~", ":", "/", "//", "www", "WwW", ".", "http", "https://", "a", "algemeen", "100", "+1", "_", " ", "-", "é"})
	rapid.Check(t, func(t *rapid.T) {
		name := strings.Join(rapid.SliceOfN(piece, 0, 20).Draw(t, "pieces"), "")
		if got := leadsNowhere(name); lead.MatchString(got) {
			t.Fatalf("leadsNowhere(%q) = %q leads somewhere", name, got)
		}
	})
}
