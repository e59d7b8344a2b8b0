package plain

import "regexp"

// What chat platforms make a link or a picture of by itself, without a mark that
// could be escaped: an address, one that begins with www, a channel by its name,
// and a face between colons. A mark of no width keeps each apart.
var (
	leading = regexp.MustCompile(`~|://|(?i:\bwww\.)`)
	drawn   = regexp.MustCompile(`:([A-Za-z_+-]|\d+:)`)
)

// apart has no width: people read what stands there, platforms see two things.
const apart = "\u200b"

// leadsNowhere keeps a stranger's text from becoming a link or a picture.
func leadsNowhere(s string) string {
	s = leading.ReplaceAllStringFunc(s, func(m string) string {
		if m == "://" {
			return ":" + apart + "//"
		}
		if m == "~" {
			return m + apart
		}
		return m[:len(m)-1] + apart + "."
	})
	return drawn.ReplaceAllString(s, ":"+apart+"$1")
}
