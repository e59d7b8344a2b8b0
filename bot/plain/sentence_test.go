package plain

import (
	"strings"
	"testing"
)

func TestASentenceIsOneLineThatSaysSomething(t *testing.T) {
	for s, want := range map[string]bool{
		"Passende hulp":         true,
		"7":                     true,
		strings.Repeat("é", 20): true,
		strings.Repeat("é", 21): false,
		"":                      false,
		"...":                   false,
		"one\ntwo":              false,
		"tab\there":             false,
		"turned \u202earound":   false,
		"\xff":                  false,
	} {
		if got := Sentence(s, 20); got != want {
			t.Errorf("Sentence(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestWhatIsReadableMayHaveLines(t *testing.T) {
	for s, want := range map[string]bool{
		"one\r\ntwo\tthree": true, "": true, "bell\a": false, "turned \u2066around": false, "\xff": false,
	} {
		if got := Readable(s); got != want {
			t.Errorf("Readable(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestAReasonHasTenToThreeThousandCharacters(t *testing.T) {
	for n, want := range map[int]bool{0: false, 9: false, 10: true, 3000: true, 3001: false} {
		if got := LongEnough(strings.Repeat("é", n)); got != want {
			t.Errorf("LongEnough of %d characters = %v, want %v", n, got, want)
		}
	}
}

func TestShortKeepsWhatFits(t *testing.T) {
	for s, want := range map[string]string{"": "", "vijf!": "vijf!", "zessen": "zess…", "éééééé": "éééé…"} {
		if got := Short(s, 5); got != want {
			t.Errorf("Short(%q, 5) = %q, want %q", s, got, want)
		}
	}
}
