package incoming

import (
	"regexp"
	"strings"
)

// marked are the parts of a text that Slack writes between angle brackets.
var marked = regexp.MustCompile(`<([^<>]*)>`)

// unescape is the order in which Slack's three names are read back.
var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")

// plain turns a text as Slack sends it into what the person wrote. Links keep
// their address as well as their label, so that nothing hides behind one; who is
// addressed stays as an id.
func plain(s string) string {
	var b strings.Builder
	last := 0
	for _, at := range marked.FindAllStringSubmatchIndex(s, -1) {
		b.WriteString(unescape.Replace(s[last:at[0]]))
		b.WriteString(part(s[at[2]:at[3]]))
		last = at[1]
	}
	b.WriteString(unescape.Replace(s[last:]))
	return b.String()
}

func part(s string) string {
	what, label, labelled := strings.Cut(s, "|")
	what, label = unescape.Replace(what), unescape.Replace(label)
	switch {
	case strings.HasPrefix(what, "@"), strings.HasPrefix(what, "#"):
		if labelled && label != "" {
			return what[:1] + label
		}
		return what
	case strings.HasPrefix(what, "!"):
		if labelled && label != "" {
			return label
		}
		name, _, _ := strings.Cut(what[1:], "^")
		return "@" + name
	}
	if !labelled || label == "" || strings.Contains(what, label) {
		return strings.TrimPrefix(strings.TrimPrefix(what, "tel:"), "mailto:")
	}
	return label + " " + what
}

// unmention takes our own mention out of a text as Slack sends it.
func unmention(s, self string) string {
	s = regexp.MustCompile(`<@`+regexp.QuoteMeta(self)+`(\|[^<>]*)?>`).ReplaceAllString(s, " ")
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\t' }), " ")
	return strings.TrimLeft(strings.TrimSpace(s), ":, ")
}
