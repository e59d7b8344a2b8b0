package plain

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestAFileNameIsThatAndNothingMore(t *testing.T) {
	for s, want := range map[string]string{
		"verslag.pdf":            "verslag.pdf",
		"../../etc/verslag.pdf":  "verslag.pdf",
		`C:\map\verslag.pdf`:     "verslag.pdf",
		"ver\u202eslag\x00.pdf ": "verslag.pdf",
		"":                       "document",
		"..":                     "document",
		"/":                      "document",
		"\xff":                   "document",
	} {
		if got := FileName(s); got != want {
			t.Errorf("FileName(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestALongFileNameKeepsItsExtension(t *testing.T) {
	for s, ends := range map[string]string{
		strings.Repeat("é", 200) + ".pdf":                         "é.pdf",
		strings.Repeat("é", 200) + "." + strings.Repeat("x", 200): "é", // no extension that anybody uses
	} {
		if got := FileName(s); utf8.RuneCountInString(got) != maxName || !strings.HasSuffix(got, ends) {
			t.Errorf("FileName of %d characters = %q", utf8.RuneCountInString(s), got)
		}
	}
}

func TestAnEntryStaysInItsFolder(t *testing.T) {
	for s, want := range map[string]string{
		"verslag.pdf": "verslag.pdf", "../../verslag.pdf": "verslag.pdf", `..\verslag.pdf`: "verslag.pdf",
		"a:b*c?.pdf": "a_b_c_.pdf", "...": "bestand", "": "bestand", ". .": "bestand",
	} {
		if got := EntryName(s); got != want {
			t.Errorf("EntryName(%q) = %q, want %q", s, got, want)
		}
	}
}
