package plain

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/convenantbot/convenantbot/bot/text"
)

// Sentence reports whether s is something a person wrote on one line: not
// empty, at most limit characters, valid text without control characters or
// invisible direction marks that would make it read as something else.
func Sentence(s string, limit int) bool {
	if s == "" || !utf8.ValidString(s) || utf8.RuneCountInString(s) > limit {
		return false
	}
	letters := false
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return false
		}
		letters = letters || unicode.IsLetter(r) || unicode.IsDigit(r)
	}
	return letters
}

// Readable reports whether every sign of s can be shown for what it is: valid
// text, without control signs other than the end of a line or a tab, and without
// marks that turn the direction of reading around.
func Readable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
	})
}

// LongEnough reports whether somebody gave a reason that says something: 10 to
// 3000 characters.
func LongEnough(reason string) bool {
	n := utf8.RuneCountInString(reason)
	return n >= 10 && n <= 3000
}

// Short cuts s to at most n characters, in each language that it is in.
func Short(s string, n int) string {
	return text.Each(s, func(s string) string {
		if r := []rune(s); len(r) > n {
			return string(r[:n-1]) + "…"
		}
		return s
	})
}
