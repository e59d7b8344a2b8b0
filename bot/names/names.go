package names

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Known is what is known of the people of one casus, as people write it.
type Known struct {
	Names     []string // in full, such as "Sam de Vries" or "Vries, Sam de"
	Born      []string // plain dates YYYY-MM-DD; others are not looked for
	Addresses []string // street and number, with or without a postcode
	Phones    []string
}

// What says which kind of detail was found.
type What string

// The kinds of details.
const (
	Name    What = "name"
	Born    What = "born"
	Address What = "address"
	Phone   What = "phone"
)

// Hit is a detail in a text, from byte Start up to End. Index is its place in
// the list of Known that What names.
type Hit struct {
	Start, End int
	What       What
	Index      int
}

// person is one known name, taken apart.
type person struct {
	parts     []part
	particles map[string]bool // of this name
}

type part struct {
	text string
	word bool // it is a word too
}

// Finder looks for what is known. It never changes and may be shared.
type Finder struct {
	people    []person
	born      []day
	addresses []address
	phones    []string // digits, as within the country
}

// New prepares a Finder. What says nothing is left out: blanks, particles and
// single letters.
func New(k Known) *Finder {
	f := &Finder{}
	for _, n := range k.Names {
		p := person{particles: map[string]bool{}}
		for _, w := range split(n) {
			switch {
			case particles[w.text]:
				p.particles[w.text] = true
			case utf8.RuneCountInString(w.text) < 2:
			case !slices.ContainsFunc(p.parts, func(q part) bool { return q.text == w.text }):
				p.parts = append(p.parts, part{w.text, wordsToo[w.text]})
			}
		}
		f.people = append(f.people, p)
	}
	for _, b := range k.Born {
		f.born = append(f.born, readDay(b))
	}
	for _, a := range k.Addresses {
		f.addresses = append(f.addresses, readAddress(a))
	}
	for _, p := range k.Phones {
		f.phones = append(f.phones, national(digitsOf(p)))
	}
	return f
}

// Searches reports whether a line that a person wrote can be looked for as this
// kind of detail at all.
func Searches(what What, line string) bool {
	switch what {
	case Name:
		return len(New(Known{Names: []string{line}}).people[0].parts) > 0
	case Born:
		return readDay(line).year > 0
	case Address:
		a := readAddress(line)
		return a.code != "" || a.number != ""
	}
	return len(national(digitsOf(line))) >= 9
}

// Find lists every detail in text, in the order in which they stand; none
// overlaps another.
func (f *Finder) Find(text string) []Hit {
	words := split(text)
	var hits []Hit
	for i, p := range f.people {
		hits = append(hits, p.find(words, i)...)
	}
	hits = append(hits, f.findNumbers(text, words)...)
	return tidy(hits)
}

// tidy sorts hits and joins what overlaps under the one that begins first.
func tidy(hits []Hit) []Hit {
	slices.SortStableFunc(hits, func(a, b Hit) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	var all []Hit
	for _, h := range hits {
		if n := len(all); n > 0 && h.Start < all[n-1].End {
			all[n-1].End = max(all[n-1].End, h.End)
			continue
		}
		all = append(all, h)
	}
	return all
}

// sure says how well a word fits a part of a name.
type sure int

const (
	not    sure = iota
	nearby      // counts beside another part of the name
	yes
)

// find lists where this name stands in words.
func (p person) find(words []word, index int) []Hit {
	fits := make([]sure, len(words))
	for i := range words {
		fits[i] = p.fits(words, i)
	}
	// A part that is unsure by itself counts beside one that fits, or behind an
	// initial.
	for i := range words {
		if fits[i] != nearby {
			continue
		}
		beside := func(step int) bool {
			for j := i + step; j >= 0 && j < len(words); j += step {
				if !words[max(j, j-step)].joined {
					return false
				}
				if fits[j] > not && words[i].text != words[j].text {
					return true
				}
				if !p.particles[words[j].text] {
					return step < 0 && words[i].capital && initial(words[j])
				}
			}
			return false
		}
		if beside(-1) || beside(1) {
			fits[i] = yes
		}
	}
	var hits []Hit
	for i := 0; i < len(words); i++ {
		if fits[i] != yes {
			continue
		}
		from, to := i, i
		for from > 0 && words[from].joined && (p.particles[words[from-1].text] || initial(words[from-1])) {
			from--
		}
		for j := i + 1; j < len(words) && words[j].joined && (fits[j] > not || p.particles[words[j].text]); j++ {
			to = j
		}
		// A particle behind a name belongs to it only in "Vries, Sam de".
		for to > i && fits[to] == not && !trailing(words, i, to) {
			to--
		}
		hits = append(hits, Hit{words[from].start, words[to].end, Name, index})
		i = to
	}
	return hits
}

// trailing reports whether nothing but particles follow up to word to and the
// name ends there.
func trailing(words []word, from, to int) bool {
	return to-from >= 2 && (to == len(words)-1 || !words[to+1].joined)
}

// initial reports whether w is a letter that stands for a first name.
func initial(w word) bool { return w.capital && utf8.RuneCountInString(w.text) == 1 }

// fits says how well words[i] fits any part of the name.
func (p person) fits(words []word, i int) sure {
	w := words[i]
	best := not
	for _, q := range p.parts {
		best = max(best, q.fits(words, i, w))
	}
	return best
}

func (q part) fits(words []word, i int, w word) sure {
	same := w.text == q.text || w.capital && w.text == q.text+"s" && utf8.RuneCountInString(q.text) > 2
	if same && !q.word {
		return yes
	}
	if same {
		return asName(words, i)
	}
	n := utf8.RuneCountInString(q.text)
	most := 0
	switch {
	case n >= 9:
		most = 2
	case n >= 5:
		most = 1
	}
	if most == 0 || !w.capital || wordsToo[w.text] || utf8.RuneCountInString(w.text) < 4 || !sameStart(w.text, q.text) || !slip(w.text, q.text, most) {
		return not
	}
	if w.first && !(i+1 < len(words) && does[words[i+1].text]) {
		return nearby
	}
	return yes
}

// sameStart reports whether two words begin alike: with the same letter, or with
// two that changed places.
func sameStart(a, b string) bool {
	return a[0] == b[0] || len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0]
}

// asName says whether a word that is both stands as the name.
func asName(words []word, i int) sure {
	w := words[i]
	verb := i+1 < len(words) && words[i+1].joined && does[words[i+1].text]
	behind := i > 0 && w.joined && articles[words[i-1].text]
	switch {
	case !w.capital || w.caps:
		return nearby
	case behind:
		return nearby
	case w.first && !verb:
		return nearby
	}
	return yes
}

// Replace returns text with each hit replaced by what with says.
func Replace(text string, hits []Hit, with func(Hit) string) string {
	var b strings.Builder
	at := 0
	for _, h := range hits {
		b.WriteString(text[at:h.Start])
		b.WriteString(with(h))
		at = h.End
	}
	b.WriteString(text[at:])
	return b.String()
}

// Initials is a name by its first letters, such as "S.d.V." for "Sam de Vries";
// the surname that stands first before a comma comes last.
func Initials(name string) string {
	if last, first, ok := strings.Cut(name, ","); ok {
		name = strings.TrimSpace(first) + " " + strings.TrimSpace(last)
	}
	var b strings.Builder
	for _, w := range split(name) {
		r, _ := utf8.DecodeRuneInString(name[w.start:])
		if particles[w.text] {
			b.WriteString(strings.ToLower(string(r)))
		} else {
			b.WriteString(strings.ToUpper(string(r)))
		}
		b.WriteByte('.')
	}
	return b.String()
}
