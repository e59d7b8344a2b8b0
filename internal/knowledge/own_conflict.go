package knowledge

import (
	"regexp"
	"strconv"
	"strings"
)

// Two documents of a region may say different things about one matter, and who
// asks must then hear both. What is recognised is plain: two passages of
// different documents on the same subject, of which one names other amounts of
// the same unit, or one forbids or denies what the other says. Whatever needs
// more than their words to be seen as a contradiction is not recognised; the
// nearest passage is quoted then, as before.

// The limits of the same subject. They were chosen on the pairs of
// own_conflict_test.go.
const (
	alsoCovered   = 0.35 // of the question's weight must stand in the other passage too
	sharedSubject = 0.5  // of the lighter passage's weight must stand in the other
	sharedSaying  = 0.65 // the same, where only a denial differs
	nearlyAll     = 0.9  // the same, for passages of few words
)

// against finds the first passage of another document that plainly says
// otherwise about what was asked than q does, or nil.
func (b *Base) against(q quoted, others []quoted) *quoted {
	for i := range others {
		o := &others[i]
		if o.doc.ID == q.doc.ID || !o.named && o.covered < alsoCovered {
			continue
		}
		if b.contradict(q.text.Text, o.text.Text) {
			return o
		}
	}
	return nil
}

// contradict reports whether two passages plainly disagree.
func (b *Base) contradict(one, two string) bool {
	shared, matched := b.sameSubject(one, two)
	if matched < 2 || shared < sharedSubject {
		return false
	}
	if amountsDiffer(amounts(one), amounts(two)) {
		return true
	}
	return denied(one) != denied(two) && (shared >= sharedSaying && matched >= 3 || shared >= nearlyAll)
}

// sameSubject is the part of the lighter passage's weight that both have, and
// how many telling words that is. Amounts and denials are left out: in those
// they may differ.
func (b *Base) sameSubject(one, two string) (shared float64, matched int) {
	weigh := func(s string) (map[string]float64, float64) {
		out := map[string]float64{}
		total := 0.0
		for _, w := range words(amountRE.ReplaceAllString(lowered(s), " ")) {
			if stopWords[w] || len(w) < 3 || denying.MatchString(w) {
				continue
			}
			st := stem(w)
			if _, seen := out[st]; seen {
				continue
			}
			// A word that the base does not know is no more telling than its rarest:
			// of most words of a document that is all we know.
			out[st] = float64(b.weigh(st))
			total += out[st]
		}
		return out, total
	}
	a, totalA := weigh(one)
	c, totalC := weigh(two)
	least := min(totalA, totalC)
	if least == 0 {
		return 0, 0
	}
	both := 0.0
	for w, x := range a {
		if _, ok := c[w]; ok {
			both += x
			if x > 1.5 {
				matched++
			}
		}
	}
	return both / least, matched
}

var (
	amountRE = regexp.MustCompile(`\b(?:(vanaf|onder|boven|ouder dan|jonger dan|leeftijd van|tot) )?(een half|half|anderhalf|\d{1,4}|[a-zé]+) (werkdag(?:en)?|schooldag(?:en)?|dag(?:en)?|etma(?:al|len)|weken|week|maand(?:en)?|kwarta(?:al|len)|ja(?:ar|ren)|uur|uren|minu(?:ut|ten)|procent|personen|professionals|deelnemers)\b`)
	denying  = regexp.MustCompile(`^(niet|geen|nooit|nergens|verboden|uitgesloten|ontoegestaan)$`)
	denials  = regexp.MustCompile(`\b(niet|geen|nooit|nergens|verboden|uitgesloten)\b`)
)

// lowered is a text in small letters; figures keep their place in it.
func lowered(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// denied reports whether a passage forbids or denies, once: two denials may
// cancel each other, and who can tell.
func denied(s string) bool { return len(denials.FindAllString(lowered(s), -1))%2 == 1 }

// amounts are the amounts in a passage by kind of unit, each in one unit of its kind.
func amounts(s string) map[string]map[int]bool {
	out := map[string]map[int]bool{}
	for _, m := range amountRE.FindAllStringSubmatch(lowered(s), -1) {
		n, ok := numberOf(m[2])
		if !ok {
			continue
		}
		kind, size := unitOf(m[3])
		if m[2] == "een half" || m[2] == "half" {
			n, size = size/2, 1
		} else if m[2] == "anderhalf" {
			n, size = size+size/2, 1
		}
		if m[1] != "" && m[1] != "tot" && kind == "maanden" && strings.HasPrefix(m[3], "ja") {
			kind = "leeftijd" // "vanaf twaalf jaar" is no term
		}
		if out[kind] == nil {
			out[kind] = map[int]bool{}
		}
		out[kind][n*size] = true
	}
	return out
}

// amountsDiffer reports whether of some kind both name amounts and share none.
func amountsDiffer(one, two map[string]map[int]bool) bool {
	for kind, list := range one {
		other := two[kind]
		if len(other) == 0 {
			continue
		}
		same := false
		for n := range list {
			same = same || other[n]
		}
		if !same {
			return true
		}
	}
	return false
}

// unitOf is the kind of a unit and how many of the kind's own unit it is: days
// for days and weeks, months for what is longer.
func unitOf(unit string) (kind string, size int) {
	switch {
	case strings.HasPrefix(unit, "werkdag"), strings.HasPrefix(unit, "schooldag"):
		return "werkdagen", 1
	case strings.HasPrefix(unit, "dag"), strings.HasPrefix(unit, "etma"):
		return "dagen", 1
	case strings.HasPrefix(unit, "we"):
		return "dagen", 7
	case strings.HasPrefix(unit, "maand"):
		return "maanden", 1
	case strings.HasPrefix(unit, "kwarta"):
		return "maanden", 3
	case strings.HasPrefix(unit, "ja"):
		return "maanden", 12
	case strings.HasPrefix(unit, "uur"), strings.HasPrefix(unit, "uren"):
		return "minuten", 60
	case strings.HasPrefix(unit, "minu"):
		return "minuten", 1
	case unit == "procent":
		return "procent", 1
	}
	return "mensen", 1
}

// numberOf reads a number in figures or as a word up to twenty-odd.
func numberOf(s string) (int, bool) {
	if n, err := strconv.Atoi(s); err == nil {
		return n, true
	}
	n, ok := numbersByName[s]
	return n, ok
}

var numbersByName = map[string]int{
	"een half": 0, "half": 0, "anderhalf": 0,
	"een": 1, "één": 1, "twee": 2, "drie": 3, "vier": 4, "vijf": 5, "zes": 6, "zeven": 7, "acht": 8, "negen": 9, "tien": 10,
	"elf": 11, "twaalf": 12, "dertien": 13, "veertien": 14, "vijftien": 15, "zestien": 16, "zeventien": 17, "achttien": 18,
	"negentien": 19, "twintig": 20, "dertig": 30, "veertig": 40, "vijftig": 50, "zestig": 60, "negentig": 90, "honderd": 100,
}
