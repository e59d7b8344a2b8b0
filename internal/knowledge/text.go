package knowledge

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/dutch"
)

// fold lowers the case, takes accents off and turns typographic quotes into
// plain ones, so that "één", "Eén" and "een" are one word.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		r = unicode.ToLower(r)
		switch {
		case r < 128:
			b.WriteByte(byte(r))
		case strings.ContainsRune("àáâãäå", r):
			b.WriteByte('a')
		case strings.ContainsRune("èéêë", r):
			b.WriteByte('e')
		case strings.ContainsRune("ìíîï", r):
			b.WriteByte('i')
		case strings.ContainsRune("òóôõö", r):
			b.WriteByte('o')
		case strings.ContainsRune("ùúûü", r):
			b.WriteByte('u')
		case r == 'ç':
			b.WriteByte('c')
		case r == 'ñ':
			b.WriteByte('n')
		case r == 'ĳ':
			b.WriteString("ij")
		case r == '’' || r == '‘' || r == '`' || r == '´':
			b.WriteByte('\'')
		case unicode.Is(unicode.Mn, r) || r == '\u00ad' || r == '\u200b':
			// combining marks, soft hyphens and zero-width spaces say nothing
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// words splits folded text in runs of letters and runs of digits. "16-jarige"
// becomes 16 and jarige; "ib'er" stays one word, without its apostrophe;
// "7.3.11" and "b&w" stay whole.
func words(s string) []string {
	s = fold(s)
	var out []string
	var cur []rune
	kind := 0 // 1 letters, 2 digits
	flush := func() {
		if len(cur) > 0 {
			out = append(out, strings.TrimRight(string(cur), ".&'"))
		}
		cur, kind = cur[:0], 0
	}
	rs := []rune(s)
	for i, r := range rs {
		next := rune(0)
		if i+1 < len(rs) {
			next = rs[i+1]
		}
		switch {
		case unicode.IsLetter(r):
			if kind == 2 {
				flush()
			}
			kind = 1
			cur = append(cur, r)
		case unicode.IsDigit(r):
			if kind == 1 {
				flush()
			}
			kind = 2
			cur = append(cur, r)
		case r == '\'' && kind == 1 && unicode.IsLetter(next):
			// "ib'er", "foto's": one word
		case r == '&' && kind == 1 && unicode.IsLetter(next):
			cur = append(cur, r)
		case r == '.' && kind == 2 && unicode.IsDigit(next):
			cur = append(cur, r)
		default:
			flush()
		}
	}
	flush()
	return out
}

var numberWords = map[string]int{
	"een": 1, "twee": 2, "drie": 3, "vier": 4, "vijf": 5, "zes": 6, "zeven": 7, "acht": 8, "negen": 9, "tien": 10,
	"elf": 11, "twaalf": 12, "dertien": 13, "veertien": 14, "vijftien": 15, "zestien": 16, "zeventien": 17,
	"achttien": 18, "negentien": 19, "twintig": 20, "eenentwintig": 21, "tweeentwintig": 22, "drieentwintig": 23,
	"dertig": 30, "zestig": 60, "zeventig": 70, "tweeenzeventig": 72, "negentig": 90,
}

// number reads a number written in digits or as a Dutch word, also inside
// "twaalfjarige". "een" is left alone, since it is nearly always an article.
func number(w string) (int, bool) {
	if n, err := strconv.Atoi(w); err == nil {
		return n, true
	}
	if w == "een" {
		return 0, false
	}
	if n, ok := numberWords[w]; ok {
		return n, true
	}
	for _, suffix := range []string{"jarige", "jarig", "plusser", "plussers", "jarigen"} {
		if head, ok := strings.CutSuffix(w, suffix); ok {
			if n, ok := numberWords[head]; ok {
				return n, true
			}
		}
	}
	return 0, false
}

// stem is the Dutch Snowball stem; short words and numbers stay as they are.
func stem(w string) string {
	if len(w) < 4 || w[0] >= '0' && w[0] <= '9' {
		return w
	}
	env := snowballstem.NewEnv(w)
	dutch.Stem(env)
	return env.Current()
}

var stopWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`de het een en of in op te ten ter van voor met aan dat die dit deze er is was zijn waren ben bent wordt worden werd
		heb hebt heeft hebben had hadden ik je jij jou jouw u uw hij zij ze haar hem hen hun we wij ons onze jullie mijn mij me men
		als dan om bij uit naar door over ook nog wel al zo maar toch eens even eigenlijk gewoon nou dus want omdat hoe wat waar welke welk
		iets iemand daar hier toen nu zal zou zouden gaat gaan ga doen doet doe deed moet moeten mag mogen kan kunnen kun wil willen wilt
		t s n m d es hoor graag alleen heel erg veel meer tot tegen onder na af eruit erover ervan daarvan daarvoor
		hiervan hiervoor waarvan waarover waarin waarbij daarin daarbij soort steeds vaak altijd ooit straks
		hallo hoi dag groet groetjes bedankt alvast dank weet weten zeg zegt klopt beetje stel even vraag vragen`) {
		m[w] = true
	}
	return m
}()
