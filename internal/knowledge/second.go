package knowledge

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"
)

// The second stage looks at the best candidates of the first once more, with
// signs that only mean something when candidates are compared: by which kind
// of feature each is near, whether it is the kind of answer that was asked for
// (who, how long, may I …), and what the question has that the candidate has
// not. A small network, trained on held-out phrasings and on questions, makes
// one number of them. Its weights stand in second.json.

// secondStage is how many candidates are looked at again.
const secondStage = 20

// intents are the ways in which a question can be put; each is known by words
// that the ranker itself passes over.
var intents = []struct {
	name string
	re   pattern
}{
	{"who", mustPattern(`\b(wie|wiens|door wie|welke (persoon|functie|partij|organisatie|instantie)|bij wie|van wie|aan wie|met wie)\b`)},
	{"long", mustPattern(`\b(hoe ?lang|hoeveel (jaar|jaren|dagen|weken|maanden|tijd|uur)|bewaartermijn\w*|termijn\w*|wanneer (mag|moet|kan|gooi|gooit|wordt|worden)( \w+){0,6} weg|tot wanneer|hoe snel|binnen (welke|hoeveel)|jaren|bewaar\w*|bewaren)\b`)},
	{"when", mustPattern(`\b(wanneer|vanaf|tot welke|op welk moment|hoe laat|sinds|datum|welk jaar)\b`)},
	{"may", mustPattern(`\b(mag|mogen|magt|toegestaan|verboden|oke|kan ik|kunnen we|kunnen wij|zomaar|stiekem|gewoon)\b`)},
	{"must", mustPattern(`\b(moet|moeten|verplicht|verplichting|hoeft|hoeven|nodig|plicht|hoef)\b`)},
	{"what", mustPattern(`\b(wat is|wat zijn|wat betekent|wat houdt|begrip|betekenis|omschrijving|definitie|wat bedoel\w*|wat verstaan|wat wordt)\b`)},
	{"where", mustPattern(`\b(waar staat|waar vind|welk artikel|welke bepaling|artikel|art|lid|bijlage|hoofdstuk|waar is)\b`)},
	{"why", mustPattern(`\b(waarom|hoezo|waarvoor|waartoe|reden|met welk doel|bedoeling)\b`)},
	{"which", mustPattern(`\b(welke|welk|wat voor|wat voor soort|noem|lijst|opsomming)\b`)},
	{"how", mustPattern(`\b(hoe|op welke manier|stappen|werkwijze|aanpak|procedure)\b`)},
	{"not", mustPattern(`\b(niet|geen|nooit|zonder|weiger\w*|tegen|nee)\b`)},
	{"right", mustPattern(`\b(recht|rechten|inzage|inzien|klacht|klagen|bezwaar|kopie|afschrift)\b`)},
	{"wrong", mustPattern(`\b(toch|klopt het|is het waar|alleen maar|dus|he|he\?|altijd)\b`)},
	{"i", mustPattern(`\b(ik|mij|mijn|me|wij|we|ons|onze)\b`)},
}

// Bits of what intentsOf returns, by the order of intents.
const (
	asksRuling  = 1<<0 | 1<<1 | 1<<3 | 1<<4 // who, how long, may, must
	asksMeaning = 1 << 5
)

// intentsOf says in which ways a text asks, one bit each.
func intentsOf(s string) uint32 {
	s = strings.Join(words(s), " ")
	var bits uint32
	for i, in := range intents {
		if in.re.MatchString(s) {
			bits |= 1 << i
		}
	}
	return bits
}

// profile is what the second stage knows of an entry.
type profile struct {
	asked   [intentCount]float32 // log of how much more often its phrasings ask this way than all do
	unasked [intentCount]float32 // the same for not asking this way
	theme   int
	page    int
	open    bool // not confirmed
	reading bool // an interpretation
	region  bool
	number  bool  // its answer names a number
	near    []int // entries it leans on or names as related
}

const intentCount = 14

// glossaryPage is the page of the definitions, as a profile has it.
const glossaryPage = 1

// profiles reads the profile of every entry.
func profiles(r *raw) []profile {
	out := make([]profile, len(r.entries))
	all := [intentCount]float64{}
	phrasings := 0.0
	counts := make([][intentCount]float64, len(r.entries))
	var asks []string
	var owner []int
	for i, e := range r.entries {
		for _, q := range e.Asks {
			asks, owner = append(asks, q), append(owner, i)
		}
	}
	bits := make([]uint32, len(asks))
	everyCore(len(asks), func(i int) { bits[i] = intentsOf(asks[i]) })
	for i, b := range bits {
		phrasings++
		for k := range intentCount {
			if b&(1<<k) != 0 {
				counts[owner[i]][k]++
				all[k]++
			}
		}
	}
	at := map[string]int{}
	for i, e := range r.entries {
		at[e.Code] = i
	}
	themes := map[string]int{}
	for i, e := range r.entries {
		p := &out[i]
		n := float64(len(e.Asks))
		for k := range intentCount {
			mean := (all[k] + 1) / (phrasings + 2)
			have := (counts[i][k] + 6*mean) / (n + 6)
			p.asked[k] = float32(math.Log(have / mean))
			p.unasked[k] = float32(math.Log((1 - have) / (1 - mean)))
		}
		if _, ok := themes[theme(e.Code)]; !ok {
			themes[theme(e.Code)] = len(themes)
		}
		p.theme = themes[theme(e.Code)]
		switch r.facts[e.Code].Page {
		case "convenant.md":
			p.page = 0
		case "glossary.md":
			p.page = glossaryPage
		default:
			p.page = 2
		}
		p.open, p.reading, p.region = e.Mark == Unconfirmed, e.Mark == Interpretation, e.Region != ""
		p.number = strings.ContainsAny(e.Answer, "0123456789")
		for _, list := range [][]string{e.Also, e.Related} {
			for _, c := range list {
				if j, ok := at[c]; ok && j != i {
					p.near = append(p.near, j)
				}
			}
		}
	}
	return out
}

const traitCount = 44

// traits are what the second stage sees of one candidate.
type traits [traitCount]float32

// look reads the signs of the candidates, best first, of one question.
func (b *Base) look(question string, ranked *ranking, found map[int]float32, list []candidate) []traits {
	asked := intentsOf(question)
	out := make([]traits, len(list))
	var most nearness
	var parts [4]float32
	top := list[0].score
	themes := map[int]float32{}
	mass := float32(0)
	place := make(map[int]int, len(list))
	for i, c := range list {
		place[c.entry] = i
		n := &ranked.near[c.entry]
		for k := range n.kinds {
			most.kinds[k] = max(most.kinds[k], n.kinds[k])
			most.bags[k] = max(most.bags[k], n.bags[k])
		}
		for k := range n.sorts {
			most.sorts[k] = max(most.sorts[k], n.sorts[k])
		}
		most.likely = max(most.likely, n.likely)
		most.rare = max(most.rare, n.rare)
		for k, x := range ranked.parts[c.entry] {
			parts[k] = max(parts[k], x)
		}
		w := float32(math.Exp(float64(12 * (c.score - top))))
		themes[b.profiles[c.entry].theme] += w
		mass += w
	}
	numbers := asked&(1<<1) != 0
	for i, c := range list {
		s := &out[i]
		n := &ranked.near[c.entry]
		p := &b.profiles[c.entry]
		k := 0
		put := func(x float32) {
			s[k] = x
			k++
		}
		share := func(x, most float32) float32 { return x / (most + 0.001) }
		put(c.score)
		put(share(c.score, top))
		put(1 / float32(i+1))
		put(share(ranked.parts[c.entry][0], parts[0]))
		put(share(ranked.parts[c.entry][1], parts[1]))
		put(share(ranked.parts[c.entry][2], parts[2]))
		put(share(ranked.parts[c.entry][3], parts[3]))
		put(ranked.parts[c.entry][0])
		put(ranked.parts[c.entry][3])
		put(found[c.entry])
		for j := range n.kinds[:articleKind] {
			put(n.kinds[j])
		}
		for j := range n.kinds[:articleKind] {
			put(share(n.kinds[j], most.kinds[j]))
		}
		for j := range n.bags[:3] {
			put(n.bags[j])
		}
		for j := range n.sorts {
			put(n.sorts[j])
		}
		for j := range n.sorts {
			put(share(n.sorts[j], most.sorts[j]))
		}
		put(n.likely)
		put(share(n.likely, most.likely))
		put(share(n.rare, most.rare))
		way := float32(0)
		for j := range intentCount {
			if asked&(1<<j) != 0 {
				way += p.asked[j]
			} else {
				way += p.unasked[j]
			}
		}
		put(way)
		put(themes[p.theme] / mass)
		near := float32(0)
		for _, j := range p.near {
			if at, ok := place[j]; ok {
				near = max(near, share(list[at].score, top))
			}
		}
		put(near)
		put(is(p.page == glossaryPage))
		put(is(p.page == 2))
		put(is(p.open))
		put(is(p.region))
		put(is(numbers && p.number))
	}
	return out
}

func is(b bool) float32 {
	if b {
		return 1
	}
	return 0
}

// network is the second stage: the signs, a layer of hidden units, one number.
type network struct {
	Mean   []float32   `json:"mean"`
	Scale  []float32   `json:"scale"`
	Plain  []float32   `json:"plain"`  // sign -> number
	Hidden [][]float32 `json:"hidden"` // unit -> sign, the bias last
	Out    []float32   `json:"out"`    // unit -> number
}

// second is the second stage: a few networks that were trained from different
// starts, since their mean errs less than any of them.
type second []*network

// namesArticle is what it adds to a candidate's number that the question names its
// article: who does so wants that article, however the question is put.
const namesArticle = 6

// chances shares the chance of being right among the candidates. articles, when
// not nil, holds the weight of the articles that question and candidate share,
// times how well the first stage liked it.
func (s second) chances(list []traits, articles []float32) []float32 {
	if len(list) == 0 {
		return nil
	}
	sum := make([]float32, len(list))
	if articles != nil {
		if most := slices.Max(articles); most > 0 {
			for i, a := range articles {
				sum[i] = namesArticle * a / most
			}
		}
	}
	for _, n := range s {
		for i, z := range n.worth(list) {
			sum[i] += z / float32(len(s))
		}
	}
	top := sum[0]
	for _, z := range sum {
		top = max(top, z)
	}
	all := float32(0)
	for i, z := range sum {
		sum[i] = float32(math.Exp(float64(z - top)))
		all += sum[i]
	}
	for i := range sum {
		sum[i] /= all
	}
	return sum
}

func readSecond(files fs.FS, into *second) error {
	b, err := fs.ReadFile(files, "second.json")
	if err != nil {
		return err
	}
	var s second
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("knowledge base: second.json: %w", err)
	}
	for _, n := range s {
		ok := len(n.Mean) == traitCount && len(n.Scale) == traitCount && len(n.Plain) == traitCount && len(n.Out) == len(n.Hidden)
		for _, h := range n.Hidden {
			ok = ok && len(h) == traitCount+1
		}
		if !ok {
			return fmt.Errorf("knowledge base: second.json: needs %d weights to a unit", traitCount)
		}
	}
	*into = s
	return nil
}

// worth is the network's number for each candidate; higher is better.
func (n *network) worth(list []traits) []float32 {
	out := make([]float32, len(list))
	var x traits
	for i := range list {
		for j := range x {
			x[j] = (list[i][j] - n.Mean[j]) * n.Scale[j]
		}
		z := float32(0)
		for j, w := range n.Plain {
			z += w * x[j]
		}
		for h, ws := range n.Hidden {
			a := ws[traitCount]
			for j := range x {
				a += ws[j] * x[j]
			}
			if a > 0 {
				z += n.Out[h] * a
			}
		}
		out[i] = z
	}
	return out
}
