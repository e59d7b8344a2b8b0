package bot

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/convenantbot/convenantbot/bot/text"
)

// plainSentence reports whether s is something a person wrote on one line: not
// empty, at most limit characters, valid text without control characters or
// invisible direction marks that would make it read as something else.
func plainSentence(s string, limit int) bool {
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

// readable reports whether every sign of s can be shown for what it is: valid
// text, without control signs other than the end of a line or a tab, and without
// marks that turn the direction of reading around.
func readable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
	})
}

// isYes reports whether somebody wrote a plain yes.
func isYes(s string) bool {
	s = strings.ToLower(strings.Trim(s, " .!"))
	return s == "ja" || s == "yes"
}

// escapeMarkdown takes the meaning out of characters with which a stranger's
// text could look like ours.
func escapeMarkdown(s string) string { return text.Each(s, escapeLine) }

func escapeLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\r' || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, s)
	return strings.NewReplacer("\\", "\\\\", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[", "]", "\\]",
		"<", "&lt;", ">", "&gt;", "#", "\\#", "!", "\\!", "@", "@\u200b", "\n", " ", "\r", " ").Replace(leadsNowhere(s))
}
