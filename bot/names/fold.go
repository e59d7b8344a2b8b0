package names

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// invisible reports whether r shows nothing: with it a name looks whole and is
// not.
func invisible(r rune) bool { return unicode.Is(unicode.Cf, r) }

// fold takes case, accents and invisible characters out of a word.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r), invisible(r):
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ø' || r == 'Ø':
			b.WriteByte('o')
		case r == 'ł' || r == 'Ł':
			b.WriteByte('l')
		case r == 'ı':
			b.WriteByte('i')
		case r == 'æ' || r == 'Æ':
			b.WriteString("ae")
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// word is one word of a text, with where it stands in bytes.
type word struct {
	start, end int
	text       string // folded, without the apostrophe and s of a genitive
	capital    bool   // begins with a capital
	caps       bool   // is of two capitals or more and nothing else
	first      bool   // begins a sentence or a line
	joined     bool   // only spaces, dots and hyphens stand between it and the word before it
	dot        bool   // a dot follows
}

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || invisible(r)
}

// apostrophe reports whether r joins two parts of one word.
func apostrophe(r rune) bool { return r == '\'' || r == '’' || r == '‘' || r == '`' || r == '´' }

// split cuts a text into words.
func split(s string) []word {
	var all []word
	first, joined := true, false
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !wordRune(r) || invisible(r) {
			switch {
			case r == '.' && len(all) > 0 && all[len(all)-1].end == i:
				all[len(all)-1].dot = true
				// The dot of an initial ends no sentence.
				first = first || utf8.RuneCountInString(all[len(all)-1].text) > 1
			case strings.ContainsRune(".!?:;\n\r\t•*>|–—\"“”«»()", r):
				first, joined = true, false
			case r == ',' && len(all) > 0:
				// "Vries, Sam de" is one name.
			case r != ' ' && r != '-' && r != '\u00a0' && r != '_' && !invisible(r):
				joined = false
			}
			i += n
			continue
		}
		start := i
		for i < len(s) {
			r, n := utf8.DecodeRuneInString(s[i:])
			if apostrophe(r) {
				next, _ := utf8.DecodeRuneInString(s[i+n:])
				if !unicode.IsLetter(next) {
					break
				}
			} else if !wordRune(r) {
				break
			}
			i += n
		}
		raw := s[start:i]
		w := word{start: start, end: i, first: first, joined: joined}
		w.text, w.capital, w.caps = bare(raw)
		all = append(all, w)
		first, joined = false, true
	}
	return all
}

// bare is a word folded and without its genitive, and how it is written.
func bare(raw string) (text string, capital, caps bool) {
	letters := 0
	caps = true
	for _, r := range raw {
		if !unicode.IsLetter(r) {
			continue
		}
		if letters == 0 {
			capital = unicode.IsUpper(r)
		}
		letters++
		caps = caps && unicode.IsUpper(r)
	}
	text = fold(raw)
	if i := strings.IndexFunc(text, apostrophe); i > 0 && text[i+runeLen(text[i:]):] == "s" {
		text = text[:i]
	}
	text = strings.Map(func(r rune) rune {
		if apostrophe(r) {
			return -1
		}
		return r
	}, text)
	return text, capital, caps && letters > 1
}

func runeLen(s string) int { _, n := utf8.DecodeRuneInString(s); return n }

// slip reports whether a is b with at most most slips of the finger: a letter
// too many, too few, another one, or two that changed places.
func slip(a, b string, most int) bool {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d > most || -d > most {
		return false
	}
	two, one := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range one {
		one[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row := make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(one[j]+1, row[j-1]+1, one[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
		two, one = one, row
	}
	return one[len(y)] <= most
}
