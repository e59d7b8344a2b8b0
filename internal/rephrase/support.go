package rephrase

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// leastShared is how much of the content words of a sentence must stand in the
// sentence of ours that bears it.
const leastShared = 0.6

var (
	citedRE    = regexp.MustCompile(`([^.!?\[\]]+[.!?]?)\s*\[(\d{1,2})\]`)
	sentenceRE = regexp.MustCompile(`[^.!?;]+[.!?;]?`)
	wordRE     = regexp.MustCompile(`\p{L}+|\d+`)
	foreignRE  = regexp.MustCompile("https?:|www\\.|[`*_<>{}|@#\\\\]|\\]\\(")
)

// Words that turn a sentence around, and words that say how binding it is. They
// must be the same in both sentences. Each family has one name.
var weighty = map[string]string{
	"niet": "no", "geen": "no", "nooit": "no", "niemand": "no", "nergens": "no", "niets": "no", "evenmin": "no",
	"zonder": "without", "tenzij": "unless", "behalve": "unless", "alleen": "only", "slechts": "only", "uitsluitend": "only", "pas": "only",
	"mits": "if", "als": "if", "wanneer": "if", "indien": "if", "zolang": "if",
	"mag": "may", "mogen": "may", "toegestaan": "may", "moet": "must", "moeten": "must", "verplicht": "must", "hoeft": "need", "hoeven": "need",
	"kan": "can", "kunnen": "can", "altijd": "always", "ook": "",
	"beide": "both", "beiden": "both", "allebei": "both", "iedereen": "all", "alle": "all",
}

// small words carry no content.
var small = map[string]bool{}

func init() {
	for _, w := range strings.Fields(`de het een en of van voor met op in aan bij uit naar door om te dat die dit deze er dan zijn is was wordt worden
		je jij u uw jouw wij we hun hen zij ze hij haar ook nog wel zo hier daar daarom dus heeft hebben`) {
		small[w] = true
	}
}

// Supported keeps the sentences of said that a passage bears, in their order and
// without their numbers. ErrUnused: none is left, or a sentence of ours that
// restricts something is not told.
func Supported(said string, passages []string) (string, error) {
	var kept []string
	told := map[string]bool{} // sentences of ours that are borne out
	for _, m := range citedRE.FindAllStringSubmatch(said, -1) {
		n, err := strconv.Atoi(m[2])
		sentence := strings.TrimSpace(m[1])
		if err != nil || n < 1 || n > len(passages) || foreignRE.MatchString(sentence) {
			continue
		}
		source, ok := bears(passages[n-1], sentence)
		if !ok {
			continue
		}
		told[source] = true
		kept = append(kept, sentence)
	}
	if len(kept) == 0 {
		return "", fmt.Errorf("%w: no sentence stands in a passage", ErrUnused)
	}
	for _, p := range passages {
		for _, s := range sentenceRE.FindAllString(p, -1) {
			if s = strings.TrimSpace(s); len(weights(s)) > 0 && !told[s] {
				return "", fmt.Errorf("%w: a condition got lost", ErrUnused)
			}
		}
	}
	return strings.Join(kept, " "), nil
}

// bears finds the sentence of a passage that says what sentence says.
func bears(passage, sentence string) (string, bool) {
	mine := content(sentence)
	if len(mine) == 0 {
		return "", false
	}
	best, shared := "", 0.0
	for _, s := range sentenceRE.FindAllString(passage, -1) {
		theirs := content(s)
		n := 0
		for _, w := range mine {
			if slices.Contains(theirs, w) {
				n++
			}
		}
		if part := float64(n) / float64(len(mine)); part > shared {
			best, shared = strings.TrimSpace(s), part
		}
	}
	if shared < leastShared || !slices.Equal(weights(sentence), weights(best)) || !slices.Equal(numbers(sentence), numbers(best)) {
		return "", false
	}
	return best, true
}

func lower(s string) []string { return wordRE.FindAllString(strings.ToLower(s), -1) }

// content are the words that say what a sentence is about.
func content(s string) (out []string) {
	for _, w := range lower(s) {
		if _, heavy := weighty[w]; !heavy && !small[w] {
			out = append(out, w)
		}
	}
	return out
}

// weights are the families of weighty words in a sentence, sorted, as often as
// they occur.
func weights(s string) (out []string) {
	for _, w := range lower(s) {
		if family := weighty[w]; family != "" {
			out = append(out, family)
		}
	}
	slices.Sort(out)
	return out
}

// numbers are the numbers in a sentence, sorted and each once.
func numbers(s string) (out []string) {
	for _, w := range lower(s) {
		if w[0] >= '0' && w[0] <= '9' || spelled[w] != "" {
			if n := spelled[w]; n != "" {
				w = n
			}
			out = append(out, w)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

var spelled = map[string]string{"twee": "2", "drie": "3", "vier": "4", "vijf": "5", "zes": "6", "zeven": "7", "acht": "8", "negen": "9", "tien": "10",
	"elf": "11", "twaalf": "12", "veertien": "14", "vijftien": "15", "zestien": "16", "achttien": "18", "twintig": "20", "dertig": "30"}
