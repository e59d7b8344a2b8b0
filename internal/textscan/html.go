package textscan

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// inline are the elements within which a word runs on.
var inline = []string{"a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "em", "font", "i", "ins", "del", "kbd", "mark",
	"nobr", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}

// shown are the attributes of HTML whose value people see or follow.
var shown = []string{"alt", "title", "href", "content", "value", "placeholder", "aria-label", "label", "action"}

// html scans a page: the text, the attributes that people see, and comments.
// Scripts and styles are text to it as well, since a script can write a number.
func (s *scan) html(page string) error {
	var b strings.Builder
	var aside []string
	tokens := html.NewTokenizer(strings.NewReader(page))
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			break // a page has no wrong form; its end is the only error
		}
		token := tokens.Token()
		switch kind {
		case html.TextToken:
			b.WriteString(token.Data)
		case html.CommentToken:
			aside = append(aside, token.Data)
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			if !slices.Contains(inline, token.Data) {
				b.WriteByte('\n')
			}
			for _, a := range token.Attr {
				if slices.Contains(shown, a.Key) {
					aside = append(aside, a.Val)
				}
			}
		}
	}
	if err := s.check(b.String()); err != nil {
		return err
	}
	return s.check(strings.Join(aside, "\n"))
}
