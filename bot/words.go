package bot

import (
	"strings"
	"unicode"
	"unicode/utf8"
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

// isYes reports whether somebody wrote a plain yes.
func isYes(s string) bool {
	s = strings.ToLower(strings.Trim(s, " .!"))
	return s == "ja" || s == "yes"
}

// escapeMarkdown takes the meaning out of characters with which a stranger's
// text could look like ours.
func escapeMarkdown(s string) string {
	return strings.NewReplacer("\\", "\\\\", "*", "\\*", "_", "\\_", "`", "\\`", "[", "\\[", "]", "\\]",
		"<", "&lt;", ">", "&gt;", "#", "\\#", "!", "\\!", "@", "@\u200b", "\n", " ", "\r", " ").Replace(s)
}
