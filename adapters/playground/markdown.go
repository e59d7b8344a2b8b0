package playground

import (
	"html"
	"html/template"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// markdown shows the small Markdown of bot.Message as HTML: paragraphs,
// **bold**, _italic_, `code`, > quotes, lists and links. Every character of the
// text goes through html.EscapeString; the only tags are the ones written out
// in this file, none has an attribute from the text but href, and href is http,
// https or mailto. mention says whether @name is somebody.
func markdown(text string, mention func(name string) bool) template.HTML {
	w := &markdownWriter{mention: mention}
	w.blocks(strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), 0)
	return template.HTML(w.b.String()) //nolint:gosec // the only place that writes HTML; see above
}

type markdownWriter struct {
	b       strings.Builder
	mention func(string) bool
}

// maxNesting is how deep quotes in quotes and bold in italic go; deeper is
// plain text.
const maxNesting = 4

var (
	bullet   = regexp.MustCompile(`^ {0,3}[-*•] +(.+)$`)
	numbered = regexp.MustCompile(`^ {0,3}\d{1,3}[.)] +(.+)$`)
)

func (w *markdownWriter) blocks(lines []string, depth int) {
	for i := 0; i < len(lines); {
		line := lines[i]
		switch {
		case strings.TrimSpace(line) == "":
			i++
		case strings.HasPrefix(line, ">") && depth < maxNesting:
			var quoted []string
			for ; i < len(lines) && strings.HasPrefix(lines[i], ">"); i++ {
				quoted = append(quoted, strings.TrimPrefix(strings.TrimPrefix(lines[i], ">"), " "))
			}
			w.b.WriteString("<blockquote>")
			w.blocks(quoted, depth+1)
			w.b.WriteString("</blockquote>")
		case strings.HasPrefix(line, "```"):
			var code []string
			for i++; i < len(lines) && !strings.HasPrefix(lines[i], "```"); i++ {
				code = append(code, lines[i])
			}
			i++ // the closing fence, or the end
			w.b.WriteString("<pre><code>" + html.EscapeString(strings.Join(code, "\n")) + "</code></pre>")
		case bullet.MatchString(line):
			i = w.items("ul", bullet, lines, i)
		case numbered.MatchString(line):
			i = w.items("ol", numbered, lines, i)
		default:
			w.b.WriteString("<p>")
			for first := true; i < len(lines) && w.plain(lines[i], depth); i++ {
				if !first {
					w.b.WriteString("<br>")
				}
				w.inline(strings.TrimLeft(lines[i], "# "), 0)
				first = false
			}
			w.b.WriteString("</p>")
		}
	}
}

// plain reports whether a line goes on with the paragraph before it.
func (w *markdownWriter) plain(line string, depth int) bool {
	return strings.TrimSpace(line) != "" && !(strings.HasPrefix(line, ">") && depth < maxNesting) &&
		!strings.HasPrefix(line, "```") && !bullet.MatchString(line) && !numbered.MatchString(line)
}

// items writes the list that begins at line i and returns the line after it. A
// line that is set in belongs to the item before it.
func (w *markdownWriter) items(tag string, item *regexp.Regexp, lines []string, i int) int {
	w.b.WriteString("<" + tag + ">")
	for i < len(lines) {
		m := item.FindStringSubmatch(lines[i])
		if m == nil {
			break
		}
		w.b.WriteString("<li>")
		w.inline(m[1], 0)
		for i++; i < len(lines) && strings.HasPrefix(lines[i], "  ") && strings.TrimSpace(lines[i]) != "" && item.FindString(lines[i]) == ""; i++ {
			w.b.WriteString("<br>")
			w.inline(strings.TrimSpace(lines[i]), 0)
		}
		w.b.WriteString("</li>")
	}
	w.b.WriteString("</" + tag + ">")
	return i
}

var (
	address = regexp.MustCompile(`^https?://[^\s<>"')\]]+`)
	link    = regexp.MustCompile(`^\[([^\[\]\n]+)\]\(([^()\s]+)\)`)
	atName  = regexp.MustCompile(`^@([a-z][a-z0-9-]*)`)
)

func (w *markdownWriter) inline(s string, depth int) {
	before := ' ' // the character before s[i], for the edges of words
	for i := 0; i < len(s); {
		rest := s[i:]
		edge := !unicode.IsLetter(before) && !unicode.IsDigit(before)
		n := 0
		switch {
		case rest[0] == '\\' && len(rest) > 1 && unicode.IsPunct(rune(rest[1])):
			w.b.WriteString(html.EscapeString(rest[1:2]))
			n = 2
		case rest[0] == '`':
			n = w.span(rest, "`", "code", -1)
		case strings.HasPrefix(rest, "**") && depth < maxNesting:
			n = w.span(rest, "**", "strong", depth)
		case rest[0] == '_' && edge && depth < maxNesting:
			if end := strings.IndexByte(rest[1:], '_'); end > 0 && !startsWord(rest[end+2:]) {
				n = w.span(rest, "_", "em", depth)
			}
		case rest[0] == '[':
			if m := link.FindStringSubmatch(rest); m != nil && w.anchor(m[2], m[1]) {
				n = len(m[0])
			}
		case rest[0] == '@' && edge:
			if m := atName.FindStringSubmatch(rest); m != nil && w.mention != nil && w.mention(m[1]) {
				w.b.WriteString(`<span class="mention">` + html.EscapeString(m[0]) + "</span>")
				n = len(m[0])
			}
		case rest[0] == 'h' && edge:
			if m := strings.TrimRight(address.FindString(rest), ".,;:!?"); m != "" && w.anchor(m, "") {
				n = len(m)
			}
		}
		if n == 0 {
			_, n = utf8.DecodeRuneInString(rest)
			w.b.WriteString(html.EscapeString(rest[:n]))
		}
		before, _ = utf8.DecodeLastRuneInString(s[:i+n])
		i += n
	}
}

func startsWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// span writes what stands between two marks; a negative depth writes it as it
// is. It returns how much of rest it took, nothing when there is no second mark.
func (w *markdownWriter) span(rest, mark, tag string, depth int) int {
	inner := rest[len(mark):]
	end := strings.Index(inner, mark)
	if end <= 0 {
		return 0
	}
	w.b.WriteString("<" + tag + ">")
	if depth < 0 {
		w.b.WriteString(html.EscapeString(inner[:end]))
	} else {
		w.inline(inner[:end], depth+1)
	}
	w.b.WriteString("</" + tag + ">")
	return end + 2*len(mark)
}

// anchor writes a link when its address is one that may be followed.
func (w *markdownWriter) anchor(to, label string) bool {
	u, err := url.Parse(to)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto") || (u.Scheme != "mailto" && u.Host == "") {
		return false
	}
	w.b.WriteString(`<a href="` + html.EscapeString(u.String()) + `" target="_blank" rel="noopener noreferrer nofollow">`)
	// A link in a link is no link: the label is text.
	w.b.WriteString(html.EscapeString(orElse(label, to)))
	w.b.WriteString("</a>")
	return true
}
