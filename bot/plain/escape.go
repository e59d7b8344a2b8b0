package plain

import (
	"strings"
	"unicode"

	"github.com/convenantbot/convenantbot/bot/text"
)

// Escape takes the meaning out of characters with which a stranger's text could
// look like ours: marks, addresses of people and rooms, links and pictures. It
// becomes one line, and reads as it was written. A text of our own catalogue is
// escaped in each language that it is in.
func Escape(s string) string { return text.Each(s, escapeLine) }

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
