package blocks

import (
	"html"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// blunt stands behind a character that would begin or end a style and is meant
// as itself. It has no width. Slack has no other way to say so.
const blunt = "\u200b"

// Markdown turns the Markdown that all platforms share into Slack's mrkdwn.
// Whatever stands in it, the result addresses nobody and has no link but those
// that s makes in Markdown to an address on the web or for mail.
func Markdown(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = mrkdwnLine(line)
	}
	return strings.Join(lines, "\n")
}

// Escape writes a plain text such that Slack shows it as it is.
func Escape(s string) string { return escaper.Replace(s) }

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// mrkdwnLine translates one line: what it begins with, and the rest.
func mrkdwnLine(line string) string {
	body := strings.TrimLeft(line, " \t")
	indent := line[:len(line)-len(body)]
	switch {
	case strings.HasPrefix(body, "> "):
		return indent + "> " + mrkdwnLine(body[2:])
	case body == ">":
		return indent + ">"
	case strings.HasPrefix(body, "- "), strings.HasPrefix(body, "* "), strings.HasPrefix(body, "+ "):
		return indent + "• " + inline(body[2:])
	}
	if title := strings.TrimLeft(body, "#"); title != body && strings.HasPrefix(title, " ") && len(body)-len(title) <= 6 {
		if title = strings.TrimSpace(title); title != "" && !strings.ContainsAny(title, "*`\\[") {
			return indent + "*" + inline(title) + "*"
		}
		return indent + inline(title)
	}
	return indent + inline(body)
}

// inline translates the styles and links of a line.
func inline(s string) string {
	var b strings.Builder
	bold, italic := false, false
	last := rune(0) // before where we are, of the source
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		rest := s[i:]
		switch {
		case r == '\\' && len(rest) > 1 && isPunct(rest[1]):
			b.WriteString(plain(rune(rest[1])))
			n = 2
		case r == '&':
			if at := strings.IndexByte(rest, ';'); at > 1 && at < 10 {
				if said := html.UnescapeString(rest[:at+1]); said != rest[:at+1] {
					for _, one := range said {
						b.WriteString(plain(one))
					}
					n = at + 1
					break
				}
			}
			b.WriteString("&amp;")
		case r == '`':
			if code, used, ok := codeSpan(rest); ok {
				b.WriteString("`" + Escape(code) + "`")
				n = used
			} else {
				b.WriteString(plain(r))
			}
		case strings.HasPrefix(rest, "**") && (bold || closes(rest[2:], "**")):
			bold = !bold
			b.WriteByte('*')
			n = 2
		case (r == '_' || r == '*') && italic && !wordAt(rest[1:]) || (r == '_' || r == '*') && !italic && !isWord(last) && closes(rest[1:], string(r)):
			italic = !italic
			b.WriteByte('_')
		case r == '[' || strings.HasPrefix(rest, "!["):
			if label, to, used, ok := link(strings.TrimPrefix(rest, "!")); ok {
				b.WriteString(anchor(label, to))
				if n = used; r == '!' {
					n++
				}
			} else {
				b.WriteString(plain(r))
			}
		default:
			if (r == '_' || r == '~' || r == '*') && isWord(last) && wordAt(rest[n:]) {
				b.WriteRune(r) // inside a word it styles nothing
			} else {
				b.WriteString(plain(r))
			}
		}
		last, _ = utf8.DecodeLastRuneInString(s[:i+n])
		i += n
	}
	if italic { // what was opened is closed, so that nothing runs on
		b.WriteByte('_')
	}
	if bold {
		b.WriteByte('*')
	}
	return b.String()
}

// plain is a character that is meant as itself.
func plain(r rune) string {
	switch r {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '*', '_', '~', '`':
		return string(r) + blunt
	case utf8.RuneError, 0:
		return "\uFFFD"
	}
	return string(r)
}

func isPunct(c byte) bool {
	return c < utf8.RuneSelf && (unicode.IsPunct(rune(c)) || unicode.IsSymbol(rune(c)))
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func wordAt(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return isWord(r)
}

// closes reports whether a style that begins before s ends in it: mark stands
// behind something, and nothing is opened in vain.
func closes(s, mark string) bool {
	if s == "" || s[0] == ' ' || strings.HasPrefix(s, mark) {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '`':
			if _, used, ok := codeSpan(s[i:]); ok {
				i += used - 1
			}
		case strings.HasPrefix(s[i:], mark) && i > 0 && s[i-1] != ' ' && (len(mark) > 1 || !wordAt(s[i+1:])):
			return true
		}
	}
	return false
}

// codeSpan is what stands between the backticks that s begins with.
func codeSpan(s string) (code string, used int, ok bool) {
	ticks := len(s) - len(strings.TrimLeft(s, "`"))
	fence := s[:ticks]
	end := strings.Index(s[ticks:], fence)
	if end <= 0 {
		return "", 0, false
	}
	code = s[ticks : ticks+end]
	if strings.ContainsRune(code, '`') || strings.TrimSpace(code) == "" {
		return "", 0, false
	}
	return strings.ReplaceAll(code, "\x00", "\uFFFD"), ticks + end + ticks, true
}

// link reads [label](to) at the beginning of s.
func link(s string) (label, to string, used int, ok bool) {
	depth, end := 0, -1
	for i := 0; i < len(s) && end < 0; i++ {
		switch s[i] {
		case '\\':
			i++
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				end = i
			}
		}
	}
	if end < 2 || end+1 >= len(s) || s[end+1] != '(' {
		return "", "", 0, false
	}
	close := strings.IndexByte(s[end+2:], ')')
	if close < 0 {
		return "", "", 0, false
	}
	return s[1:end], s[end+2 : end+2+close], end + 2 + close + 1, true
}

// anchor is a link as Slack writes it, or its label alone when it leads nowhere
// that a person should be sent to.
func anchor(label, to string) string {
	shown := strings.NewReplacer("|", "¦").Replace(inline(label))
	u, err := url.Parse(to)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "mailto") || (u.Scheme != "mailto" && u.Host == "") || strings.ContainsAny(to, "<>|\" \t`") {
		return shown
	}
	if strings.TrimSpace(shown) == "" || strings.ContainsRune(shown, '<') {
		return "<" + Escape(to) + ">"
	}
	return "<" + Escape(to) + "|" + shown + ">"
}
