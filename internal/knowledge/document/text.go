package document

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// decode reads bytes as text: UTF-8, UTF-16 with a mark, or else the Western
// code page of old Windows programs.
func decode(raw []byte) (string, error) {
	switch {
	case bytes.HasPrefix(raw, []byte{0xef, 0xbb, 0xbf}):
		raw = raw[3:]
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}), bytes.HasPrefix(raw, []byte{0xfe, 0xff}):
		units := make([]uint16, 0, len(raw)/2)
		little := raw[0] == 0xff
		for i := 2; i+1 < len(raw); i += 2 {
			u := uint16(raw[i])<<8 | uint16(raw[i+1])
			if little {
				u = uint16(raw[i+1])<<8 | uint16(raw[i])
			}
			units = append(units, u)
		}
		return string(utf16.Decode(units)), nil
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		return "", refuse(Mismatch, "dit is geen tekst")
	}
	if utf8.Valid(raw) {
		return string(raw), nil
	}
	var b strings.Builder
	odd := 0
	for _, c := range raw {
		switch {
		case c >= 0x80 && c <= 0x9f:
			b.WriteRune(windows[c-0x80])
		case c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f':
			odd++
		default:
			b.WriteRune(rune(c))
		}
	}
	if odd*100 > len(raw) {
		return "", refuse(Mismatch, "dit is geen tekst")
	}
	return b.String(), nil
}

// windows are the characters 0x80 to 0x9f of the Western code page.
var windows = [32]rune{'€', ' ', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', ' ', 'Ž', ' ', ' ', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', ' ', 'ž', 'Ÿ'}

var (
	listMark  = regexp.MustCompile(`^(\s*)([-*•+o–]|\d{1,2}[.)]|[a-z][.)])\s+(\S.*)$`)
	numbered  = regexp.MustCompile(`^(\d+(?:\.\d+)*)\.?\s+(\p{Lu}\S*(?:\s+\S+){0,8})$`)
	atxHead   = regexp.MustCompile(`^(#{1,6})\s+(.*?)\s*#*$`)
	tableRule = regexp.MustCompile(`^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$`)
	mdLink    = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
	mdMark    = regexp.MustCompile("\\*\\*|__|`|~~")
	mdStar    = regexp.MustCompile(`(^|[\s(])[*_]([^*_]+)[*_]($|[\s).,;:!?])`)
)

// readText reads plain text: paragraphs end at an empty line, at a list item
// and at what looks like a heading.
func readText(s string) []block {
	var out []block
	var open []string
	flush := func() {
		if len(open) > 0 {
			out = append(out, block{text: strings.Join(open, " ")})
		}
		open = nil
	}
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n\n").Replace(s), "\n")
	for i, line := range lines {
		t := strings.TrimSpace(line)
		alone := (i == 0 || strings.TrimSpace(lines[i-1]) == "") && (i+1 == len(lines) || strings.TrimSpace(lines[i+1]) == "")
		switch {
		case t == "":
			flush()
		case headLine(t, alone):
			flush()
			out = append(out, block{kind: heading, level: headLevel(t), text: t})
		case listMark.MatchString(line):
			flush()
			open = []string{t}
		default:
			open = append(open, t)
		}
	}
	flush()
	return out
}

// headLine reports whether a line of plain text is a heading.
func headLine(t string, alone bool) bool {
	if m := articleHead.FindStringSubmatch(t); m != nil {
		return titleLike(m[2])
	}
	if !alone || len(t) > 90 || strings.ContainsAny(t[len(t)-1:], ".,;:") {
		return false
	}
	if numbered.MatchString(t) {
		return true
	}
	letters, upper := 0, 0
	for _, r := range t {
		if unicode.IsLetter(r) {
			letters++
			if unicode.IsUpper(r) {
				upper++
			}
		}
	}
	first, _ := utf8.DecodeRuneInString(t)
	return letters > 3 && (upper == letters || unicode.IsUpper(first) && len(strings.Fields(t)) <= 7)
}

func headLevel(t string) int {
	if articleHead.MatchString(t) {
		return 3
	}
	if m := numbered.FindStringSubmatch(t); m != nil {
		return 2 + strings.Count(m[1], ".")
	}
	return 2
}

// readMarkdown reads headings, paragraphs, lists, tables and blocks of code.
func readMarkdown(s string) []block {
	var out []block
	var open []string
	flush := func() {
		if len(open) > 0 {
			out = append(out, block{text: bare(strings.Join(open, " "))})
		}
		open = nil
	}
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	if len(lines) > 0 && strings.TrimSpace(lines[0]) == "---" { // settings in front of the text
		for i := 1; i < len(lines) && i < 100; i++ {
			if strings.TrimSpace(lines[i]) == "---" {
				lines = lines[i+1:]
				break
			}
		}
	}
	table, inTable, inCode := 0, false, false
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		t := strings.TrimSpace(line)
		if strings.HasPrefix(t, "```") || strings.HasPrefix(t, "~~~") {
			flush()
			inCode = !inCode
			continue
		}
		if inCode {
			open = append(open, t)
			continue
		}
		if m := atxHead.FindStringSubmatch(t); m != nil {
			flush()
			inTable = false
			out = append(out, block{kind: heading, level: len(m[1]), text: bare(m[2])})
			continue
		}
		if len(open) == 1 && t != "" && (strings.Trim(t, "=") == "" || len(t) > 2 && strings.Trim(t, "-") == "") {
			level := 1
			if t[0] == '-' {
				level = 2
			}
			out = append(out, block{kind: heading, level: level, text: bare(open[0])})
			open = nil
			continue
		}
		if strings.Contains(t, "|") && (inTable || i+1 < len(lines) && tableRule.MatchString(lines[i+1])) {
			if tableRule.MatchString(t) {
				continue
			}
			flush()
			if !inTable {
				table, inTable = table+1, true
			}
			out = append(out, block{kind: row, table: table, text: cells(strings.Split(strings.Trim(t, "|"), "|"))})
			continue
		}
		inTable = false
		switch m := listMark.FindStringSubmatch(line); {
		case t == "":
			flush()
		case m != nil:
			flush()
			b := block{kind: item, level: len(strings.ReplaceAll(m[1], "\t", "    ")) / 2, text: bare(m[3])}
			if !strings.ContainsAny(m[2], "-*•+o–") {
				b.label = m[2]
			}
			// The lines that follow belong to the item.
			for i+1 < len(lines) && strings.TrimSpace(lines[i+1]) != "" && !listMark.MatchString(lines[i+1]) && !atxHead.MatchString(strings.TrimSpace(lines[i+1])) {
				i++
				b.text += " " + bare(strings.TrimSpace(lines[i]))
			}
			out = append(out, b)
		default:
			open = append(open, strings.TrimPrefix(t, "> "))
		}
	}
	flush()
	return out
}

// bare takes the marks of markdown off.
func bare(s string) string {
	s = mdLink.ReplaceAllString(s, "$1")
	s = mdMark.ReplaceAllString(s, "")
	return mdStar.ReplaceAllString(s, "$1$2$3")
}

// cells joins the cells of a row.
func cells(list []string) string {
	for i, c := range list {
		list[i] = plain(bare(c))
	}
	return strings.Join(list, " | ")
}
