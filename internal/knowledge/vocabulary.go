package knowledge

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"sync"
)

// token is one unit of meaning in a text: a word stem, a concept ("#dossier"),
// an age band ("#age16") or a number ("=20"). Weight says how sure we are that
// the writer meant it: a corrected typo counts less than a written word.
type token struct {
	text   string
	weight float32
}

// vocabulary knows the words of the knowledge base and of the synonyms. It
// turns a text into tokens; it is read-only after it was built.
type vocabulary struct {
	concepts map[string][]string // stems joined by a space -> concepts
	prefixes map[string][]string // "meld" from "meld*" -> concepts
	starts   []string            // the prefixes, in order
	longest  int                 // words in the longest phrase
	known    map[string]int      // word -> times seen in the base
	byLength map[int][]string    // known words by length, for typos
	parts    map[string]bool     // words that may be part of a compound
	forms    map[string]form     // what is known of a written word; filled while building, then only read
	frozen   bool

	printOnce sync.Once
	print     string // see fingerprint
}

// form is what one written word comes down to.
type form struct {
	stem     string
	parts    []string // of a compound
	stop     bool
	number   int
	isNumber bool
}

// form looks a word up, or works it out.
func (v *vocabulary) form(w string) form {
	if f, ok := v.forms[w]; ok {
		return f
	}
	f := v.workOut(w)
	if !v.frozen {
		v.forms[w] = f
	}
	return f
}

func (v *vocabulary) workOut(w string) form {
	var f form
	f.number, f.isNumber = number(w)
	if f.isNumber {
		f.stem = strconv.Itoa(f.number)
	} else {
		f.stem = stem(w)
	}
	f.stop = stopWords[w]
	f.parts = v.split(w)
	return f
}

// freeze works out the forms of all words that were learned, on every core.
// After it the vocabulary is only read.
func (v *vocabulary) freeze() {
	all := make([]string, 0, len(v.known))
	for w := range v.known {
		if _, ok := v.forms[w]; !ok {
			all = append(all, w)
		}
	}
	forms := make([]form, len(all))
	everyCore(len(all), func(i int) { forms[i] = v.workOut(all[i]) })
	for i, w := range all {
		v.forms[w] = forms[i]
	}
	v.frozen = true
}

func newVocabulary(synonyms map[string][]string) *vocabulary {
	v := &vocabulary{
		concepts: map[string][]string{}, prefixes: map[string][]string{},
		known: map[string]int{}, byLength: map[int][]string{}, parts: map[string]bool{}, forms: map[string]form{},
	}
	names := make([]string, 0, len(synonyms))
	for name := range synonyms {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		for _, phrase := range synonyms[name] {
			if head, ok := strings.CutSuffix(phrase, "*"); ok {
				v.prefixes[fold(head)] = append(v.prefixes[fold(head)], "#"+name)
				continue
			}
			ws := words(phrase)
			if len(ws) == 0 {
				continue
			}
			for i, w := range ws {
				v.learn(w)
				ws[i] = phraseStem(w)
			}
			key := strings.Join(ws, " ")
			if !contains(v.concepts[key], "#"+name) {
				v.concepts[key] = append(v.concepts[key], "#"+name)
			}
			v.longest = max(v.longest, len(ws))
		}
	}
	v.list()
	return v
}

// list puts the prefixes in order, so that a text always gives the same tokens.
func (v *vocabulary) list() { v.starts = sortedKeys(v.prefixes) }

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// phraseStem is the stem used to compare phrases; number words become digits.
func phraseStem(w string) string {
	if n, ok := number(w); ok {
		return fmt.Sprint(n)
	}
	return stem(w)
}

// learn adds a written word to the vocabulary.
func (v *vocabulary) learn(w string) {
	if len(w) < 2 || w[0] >= '0' && w[0] <= '9' {
		return
	}
	v.known[w]++
	if v.known[w] == 1 {
		v.byLength[len(w)] = append(v.byLength[len(w)], w)
		if len(w) >= 4 && !stopWords[w] {
			v.parts[w] = true
		}
	}
}

// split takes a compound apart in two known words, with or without a linking
// s, e or en between them; the longest first part wins. It gives nil when the
// word is no compound of known words.
func (v *vocabulary) split(w string) []string {
	if len(w) < 8 {
		return nil
	}
	for i := len(w) - 4; i >= 4; i-- {
		tail := w[i:]
		if !v.parts[tail] {
			continue
		}
		head := w[:i]
		if v.parts[head] {
			return []string{head, tail}
		}
		for _, link := range []string{"s", "e", "en", "n"} {
			if h, ok := strings.CutSuffix(head, link); ok && len(h) >= 3 && v.parts[h] {
				return []string{h, tail}
			}
		}
	}
	return nil
}

// correct finds the known word nearest to an unknown one: one change for words
// from five letters, two from nine; the first letter must be right, or the
// first two swapped. Of equally near words the most used wins.
func (v *vocabulary) correct(w string) (string, bool) {
	if len(w) < 5 {
		return "", false
	}
	limit := 1
	if len(w) >= 9 {
		limit = 2
	}
	best, bestDistance, bestCount := "", limit+1, 0
	for n := len(w) - limit; n <= len(w)+limit; n++ {
		for _, k := range v.byLength[n] {
			if k[0] != w[0] && (len(k) < 2 || k[0] != w[1] || k[1] != w[0]) {
				continue
			}
			d := distance(w, k, limit)
			if d < bestDistance || d == bestDistance && v.known[k] > bestCount {
				best, bestDistance, bestCount = k, d, v.known[k]
			}
		}
	}
	return best, bestDistance <= limit
}

// distance is the Damerau-Levenshtein distance (adjacent letters swapped count
// once), or limit+1 as soon as it must be more.
func distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	var buf [3][40]int
	if len(b) >= 40 {
		return limit + 1
	}
	prev2, prev, cur := &buf[0], &buf[1], &buf[2]
	for j := 0; j <= len(b); j++ {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, prev2[j-2]+1)
			}
			cur[j] = d
			least = min(least, d)
		}
		if least > limit {
			return limit + 1
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}

// tokens reads the words of a text. Typos are corrected, in ws too, only when asked: the base's own
// texts are written with care and define what is known.
func (v *vocabulary) tokens(ws []string, typos bool) []token {
	out := make([]token, 0, 3*len(ws))
	stems := make([]string, len(ws))
	forms := make([]form, len(ws))
	weights := make([]float32, len(ws))
	for i, w := range ws {
		weights[i] = 1
		f := v.form(w)
		if typos && !f.isNumber && !f.stop && f.parts == nil && v.known[w] == 0 && len(v.concepts[f.stem]) == 0 {
			if k, ok := v.correct(w); ok {
				ws[i], weights[i], f = k, 0.75, v.form(k)
			}
		}
		forms[i], stems[i] = f, f.stem
	}
	for i, w := range ws {
		f := forms[i]
		if f.isNumber {
			out = append(out, token{"=" + f.stem, 1})
			if age := v.age(ws, i, f.number); age != "" {
				out = append(out, token{age, 1})
			}
			out = append(out, article(ws, i)...)
			continue
		}
		if w[0] >= '0' && w[0] <= '9' {
			out = append(out, article(ws, i)...)
		}
		if !f.stop {
			out = append(out, token{f.stem, weights[i]})
		}
		if n := ordinals[w]; n > 0 && i+1 < len(ws) && numbered[ws[i+1]] {
			out = append(out, token{"=" + strconv.Itoa(n), 1})
		}
		for _, p := range f.parts {
			s := v.form(p).stem
			out = append(out, token{s, 0.6 * weights[i]})
			for _, c := range v.concepts[s] {
				out = append(out, token{c, 0.5 * weights[i]})
			}
		}
		if i+1 < len(ws) && !f.stop && !forms[i+1].stop {
			if joined := w + ws[i+1]; v.known[joined] > 0 {
				s := v.form(joined).stem
				out = append(out, token{s, 1})
				for _, c := range v.concepts[s] {
					out = append(out, token{c, 1})
				}
			}
		}
		for _, p := range v.starts {
			if strings.HasPrefix(w, p) {
				for _, c := range v.prefixes[p] {
					out = append(out, token{c, 1})
				}
			}
		}
	}
	for i := range stems {
		key := ""
		for n := 1; n <= v.longest && i+n <= len(stems); n++ {
			if n > 1 {
				key += " "
			}
			key += stems[i+n-1]
			for _, c := range v.concepts[key] {
				out = append(out, token{c, weights[i]})
			}
		}
	}
	return merge(out)
}

// ordinals before something that is numbered mean that number: "de derde
// bijlage" is bijlage 3. Elsewhere they do not: "een derde" is anybody.
var (
	ordinals = map[string]int{"eerste": 1, "tweede": 2, "derde": 3, "vierde": 4, "vijfde": 5, "zesde": 6, "zevende": 7, "achtste": 8, "negende": 9, "tiende": 10}
	numbered = map[string]bool{"bijlage": true, "aanhangsel": true, "appendix": true, "artikel": true, "lid": true, "stap": true, "fase": true, "bijvoegsel": true}
)

// article reads "artikel 9 lid 2" and "7.3.11, lid 3" at the number: a token for
// the article, and one for the article with its paragraph.
func article(ws []string, i int) []token {
	w := ws[i]
	named := i > 0 && (ws[i-1] == "artikel" || ws[i-1] == "art" || ws[i-1] == "artikelen")
	if !named && !strings.Contains(w, ".") {
		return nil
	}
	out := []token{{"art:" + w, 1}}
	if i+2 < len(ws) && ws[i+1] == "lid" {
		out = append(out, token{"art:" + w + "#" + ws[i+2], 1})
	}
	return out
}

// age says which band a number stands for when the text speaks of years of
// life: 12, 16 and 18 are where the rules change.
func (v *vocabulary) age(ws []string, i, n int) string {
	after, before := "", ""
	if i+1 < len(ws) {
		after = ws[i+1]
	}
	if i > 0 {
		before = ws[i-1]
	}
	life := strings.HasSuffix(ws[i], "jarige") || strings.HasPrefix(after, "jarig") || strings.HasPrefix(after, "plus") || after == "min" ||
		((after == "jaar" || after == "jr" || after == "j") && n < 19) ||
		before == "van" || before == "vanaf" || before == "onder" || before == "boven" || before == "is" || before == "bij" || before == "wordt" || before == "tot"
	if !life || n > 25 {
		return ""
	}
	switch {
	case n < 12:
		return "#age0"
	case n < 16:
		return "#age12"
	case n < 18:
		return "#age16"
	}
	return "#age18"
}

// merge keeps each token once, with its highest weight, in order of first appearance.
func merge(in []token) []token {
	at := make(map[string]int, len(in))
	out := in[:0]
	for _, t := range in {
		if j, ok := at[t.text]; ok {
			out[j].weight = max(out[j].weight, t.weight)
			continue
		}
		at[t.text] = len(out)
		out = append(out, t)
	}
	return out
}
