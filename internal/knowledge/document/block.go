package document

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// block is one paragraph, heading, list item or table row, in reading order.
type block struct {
	kind  blockKind
	level int    // of a heading, 1 for the outermost; of a list item, from 0
	label string // of a list item as it is shown: "1.", "a."
	text  string
	page  int // of a pdf; 0 where there are none
	table int // number of the table a row belongs to, from 1
}

type blockKind int

const (
	paragraph blockKind = iota
	heading
	item
	row
)

// The sizes of a passage in characters: paragraphs are joined up to passage,
// and one that is longer than longest is cut between sentences.
const (
	passageSize = 700
	longestText = 1400
	// longestHead is how many bytes a heading or the head of a table may have. It is
	// told with every passage below it, so what is longer is read as a paragraph.
	longestHead = 1000
)

var (
	articleHead = regexp.MustCompile(`^(?i:artikel|art\.)\s+(\d+[a-z]?(?:\.\d+[a-z]?)*)\s*[.:–—-]?\s*(.*)$`)
	lidStart    = regexp.MustCompile(`^(?:(?i:lid)\s+(\d{1,2})\s*[.:)]?|(\d{1,2})(?:[.)]|\s*\.\s)|\((\d{1,2})\))\s+\S`)
	subLid      = regexp.MustCompile(`^(\d+[a-z]?)\.(\d{1,2})\.?\s+\S`) // "9.2 De gegevens …" inside article 9
)

// gather makes passages of blocks. Inside an article each numbered paragraph is
// a passage of its own, with the letters below it; elsewhere paragraphs under
// one heading are joined up to passageSize.
func gather(blocks []block) []Passage {
	var (
		out      []Passage
		heads    []string // by level
		article  string
		artLevel int
		lid      string
		text     strings.Builder
		page     int
		head     string // header row of the table
		table    int
	)
	flush := func() {
		if s := strings.TrimSpace(text.String()); s != "" {
			for _, part := range cut(s) {
				out = append(out, Passage{Place: place(article, lid, page, heads), Heading: strings.Join(nonEmpty(heads), " › "),
					Article: article, Paragraph: lid, Page: page, Text: part})
			}
		}
		text.Reset()
	}
	add := func(s string, p int) {
		if text.Len() == 0 {
			page = p
		} else {
			text.WriteByte('\n')
		}
		text.WriteString(s)
	}
	for _, b := range blocks {
		b.text = plain(b.text)
		if b.text == "" {
			continue
		}
		if b.kind == heading && len(b.text) > longestHead {
			b.kind = paragraph
		}
		shown := b.text
		if b.label != "" {
			shown = b.label + " " + b.text
		}
		if m := articleHead.FindStringSubmatch(b.text); m != nil && b.kind != row && (b.kind == heading || titleLike(m[2])) {
			flush()
			artLevel = b.level
			if b.kind != heading {
				artLevel = 6
			}
			article, lid = strings.ToLower(m[1]), ""
			heads = setHead(heads, artLevel, b.text)
			continue
		}
		if b.kind == heading {
			flush()
			heads = setHead(heads, b.level, b.text)
			if article != "" && b.level <= artLevel {
				article, lid = "", ""
			}
			continue
		}
		if b.kind == row {
			switch {
			case b.table != table:
				flush()
				table, head = b.table, b.text
				if len(head) > longestHead {
					head = ""
				}
			case text.Len()+len(b.text) > passageSize:
				flush()
				if head != "" {
					add(head, b.page)
				}
			}
			add(b.text, b.page)
			continue
		}
		table = 0
		if article != "" {
			if n := lidOf(article, b, shown); n != "" {
				flush()
				lid = n
				add(shown, b.page)
				continue
			}
			if text.Len()+len(shown) > longestText {
				flush()
			}
			add(shown, b.page)
			continue
		}
		if text.Len() > 0 && (text.Len()+len(shown) > passageSize || b.page != page) {
			flush()
		}
		add(shown, b.page)
	}
	flush()
	return out
}

// lidOf is the number of the paragraph that starts here, empty when none does.
func lidOf(article string, b block, shown string) string {
	if m := subLid.FindStringSubmatch(shown); m != nil && m[1] == article {
		return m[2]
	}
	if b.kind == item && b.level > 0 {
		return ""
	}
	if m := lidStart.FindStringSubmatch(shown); m != nil {
		return m[1] + m[2] + m[3]
	}
	return ""
}

// titleLike tells "Artikel 9 Bewaren" from "Artikel 9 bepaalt dat partijen …".
func titleLike(rest string) bool {
	if rest == "" {
		return true
	}
	first, _ := utf8.DecodeRuneInString(rest)
	return len(rest) < 90 && !unicode.IsLower(first) && !strings.HasSuffix(rest, ".") && !strings.HasPrefix(rest, "lid ")
}

func setHead(heads []string, level int, text string) []string {
	level = min(max(level, 1), 9)
	for len(heads) < level {
		heads = append(heads, "")
	}
	heads = heads[:level]
	heads[level-1] = text
	return heads
}

func nonEmpty(list []string) []string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// place says where a passage stands, as short as it can be looked up.
func place(article, lid string, page int, heads []string) string {
	var parts []string
	if article != "" {
		s := "artikel " + article
		if lid != "" {
			s += " lid " + lid
		}
		parts = append(parts, s)
	} else if list := nonEmpty(heads); len(list) > 0 {
		parts = append(parts, "onder “"+short(list[len(list)-1])+"”")
	}
	if page > 0 {
		parts = append(parts, fmt.Sprintf("pagina %d", page))
	}
	return strings.Join(parts, ", ")
}

func short(s string) string {
	if utf8.RuneCountInString(s) <= 80 {
		return s
	}
	return string([]rune(s)[:80]) + "…"
}

// cut splits a text that is too long between sentences.
func cut(s string) []string {
	var out []string
	for len(s) > longestText {
		at := -1
		for _, end := range []string{"\n", ". ", "; ", " "} {
			if i := strings.LastIndex(s[:longestText], end); i > longestText/3 {
				at = i + len(end)
				break
			}
		}
		if at < 0 {
			for at = longestText; !utf8.RuneStart(s[at]); at-- {
			}
		}
		out = append(out, strings.TrimSpace(s[:at]))
		s = s[at:]
	}
	if s = strings.TrimSpace(s); s != "" {
		out = append(out, s)
	}
	return out
}

// plain makes white space plain and drops what is not shown: control
// characters, soft hyphens, and marks that turn the direction of writing, by
// which a text could read differently from what it is.
func plain(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = true
			continue
		case unicode.IsControl(r), r == '\u00ad', r == '\ufeff', r == utf8.RuneError, r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2060' && r <= '\u2069':
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		b.WriteRune(r)
	}
	return b.String()
}

// title is the first heading that is no article, else the name of the file.
func title(blocks []block, name string) string {
	for _, b := range blocks[:min(len(blocks), 40)] {
		if t := plain(b.text); b.kind == heading && len(t) > 3 && !articleHead.MatchString(t) {
			return short(t)
		}
	}
	return strings.TrimSuffix(name, extension(name))
}

func extension(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		return name[i:]
	}
	return ""
}
