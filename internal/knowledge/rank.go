package knowledge

import (
	"math"
	"slices"
	"sort"
	"strings"
)

// ranker finds the entries whose phrasings are nearest to a question. It is
// learned from the phrasings when the base is built: each phrasing (and title,
// answer and key) is a point in a space of word stems, concepts, numbers and
// letter groups, weighted by how few entries use them. An entry's score
// blends its nearest phrasing, the mean of its best few, and its centroid.
type ranker struct {
	words    *vocabulary
	ids      map[string]int32   // stems, concepts, numbers and letter groups
	pairs    map[[2]int32]int32 // two concepts in one text
	groups   map[string][]int32 // the letter groups of each word of the base
	idf      []float32
	postings [][]posting // feature -> documents
	owner    []int32     // document -> entry; outside is len(entries)
	centroid [][]posting // feature -> entries
	single   []bool      // feature is a word, number or concept; no pair, no letters
	kinds    []uint8     // feature -> what kind it is, see stemKind and on
	sorts    []uint8     // document -> what sort of text it is
	texts    []int       // entry -> how many texts stand for it
	often    [][]posting // feature -> entries, with the part of their texts that have it
	classes  int
}

// The kinds of feature.
const (
	stemKind uint8 = iota
	conceptKind
	numberKind
	pairKind
	letterKind
	articleKind
	kindCount
)

// The sorts of text that stand for an entry.
const (
	askedSort uint8 = iota
	aroundSort
	titleSort
	answerSort
	factSort
	sortCount
)

// kindOf tells the kind of a feature by its name.
func kindOf(name string) uint8 {
	switch {
	case name[0] == '~':
		return letterKind
	case strings.HasPrefix(name, "art:"):
		return articleKind
	case strings.HasPrefix(name, "#age"), name[0] == '=':
		return numberKind
	case name[0] == '#':
		return conceptKind
	}
	return stemKind
}

type posting struct {
	at     int32
	weight float32
}

// tuning holds the numbers that cross-validation chose (see eval).
type tuning struct {
	concept, pair, letters           float32 // weight of a feature against a stem's 1
	nearest, few, centre             float32 // blend inside the ranker
	bag                              float32 // part of the question that all texts of an entry together know
	damp                             float64 // how a word's count in an entry is damped
	segment                          float32 // weight of a line of words.yaml as a document
	index                            float32 // the Bleve index's part of the blend
	enough, least                    float32 // entries are told until their chances sum to enough, each having at least least
	answer, title, fact, key, source float32 // weight of a document that is no phrasing
}

var tuned = tuning{
	concept: 1.5, pair: 0.75, letters: 0.4, damp: 0.5,
	nearest: 0.1, few: 0.15, centre: 0.5, bag: 0.25, index: 0.2, enough: 0.92, least: 0.02,
	answer: 0.8, title: 0.9, fact: 0.7, key: 0.9, segment: 1, source: 0.5,
}

// grammar concepts say how a question is put, not what it is about.
var grammar = map[string]bool{"#niet": true, "#mag": true, "#moet": true, "#wie": true, "#kind": true, "#delen": true, "#gegevens": true}

// sample is one text that stands for an entry.
type sample struct {
	text     string
	owner    int
	weight   float32
	sort     uint8 // what it is of the entry, see askedSort and on
	phrasing bool  // a whole question
	plain    bool  // a phrasing of the entry's own file, by which alarms are told from questions
	taught   bool  // its words are words of the base, by which typos are mended
	words    []string
	tokens   []token
}

// letterGroups are the groups of four letters in a word, its ends marked.
func letterGroups(w string) []string {
	padded := "^" + w + "$"
	out := make([]string, 0, len(padded))
	for i := 0; i+4 <= len(padded); i++ {
		out = append(out, "~"+padded[i:i+4])
	}
	return out
}

// features reads a text as weighted features. While learning, new ones get an
// id; later an unknown one is reported with id -1 and its name.
func (r *ranker) features(ws []string, toks []token, t *tuning, learning bool, add func(id int32, w float32, name string)) {
	id := func(name string) int32 {
		id, ok := r.ids[name]
		if !ok {
			if !learning {
				return -1
			}
			id = r.next(kindOf(name))
			r.ids[name] = id
			r.single[id] = name[0] != '~'
		}
		return id
	}
	var concepts [16]int32
	n := 0
	for _, tok := range toks {
		i := id(tok.text)
		if tok.text[0] != '#' {
			add(i, tok.weight, tok.text)
			continue
		}
		add(i, t.concept*tok.weight, tok.text)
		if i >= 0 && !grammar[tok.text] && tok.weight > 0.7 {
			if n < len(concepts) {
				concepts[n] = i
			}
			n++
		}
	}
	if n <= len(concepts) {
		for i, a := range concepts[:n] {
			for _, b := range concepts[i+1 : n] {
				key := [2]int32{min(a, b), max(a, b)}
				p, ok := r.pairs[key]
				if !ok {
					if !learning {
						continue
					}
					p = r.next(pairKind)
					r.pairs[key] = p
				}
				add(p, t.pair, "")
			}
		}
	}
	for _, w := range ws {
		if len(w) < 4 || stopWords[w] {
			continue
		}
		groups, ok := r.groups[w]
		if !ok {
			for _, g := range letterGroups(w) {
				if i := id(g); i >= 0 {
					groups = append(groups, i)
				}
			}
			if learning {
				r.groups[w] = groups
			}
		}
		for _, g := range groups {
			add(g, t.letters, "~")
		}
	}
}

// next hands out a new feature id.
func (r *ranker) next(kind uint8) int32 {
	r.single = append(r.single, false)
	r.kinds = append(r.kinds, kind)
	return int32(len(r.single) - 1)
}

// newRanker learns from docs; classes is the number of entries, and a document
// of owner classes stands for what lies outside the subject.
func newRanker(v *vocabulary, docs []sample, classes int, t *tuning) *ranker {
	r := &ranker{words: v, ids: make(map[string]int32, 1<<15), pairs: make(map[[2]int32]int32, 1<<13), groups: make(map[string][]int32, 1<<13), owner: make([]int32, len(docs)), sorts: make([]uint8, len(docs)), classes: classes}
	rows := make([]sparse, len(docs))
	df := []int32{}
	last := []int32{}
	for d, doc := range docs {
		r.owner[d], r.sorts[d] = int32(doc.owner), doc.sort
		r.features(doc.words, doc.tokens, t, true, func(id int32, w float32, _ string) {
			for int(id) >= len(df) {
				df = append(df, 0)
				last = append(last, -1)
			}
			// Count classes, not phrasings: a word that all phrasings of one
			// entry share is its best sign, not a common word.
			if last[id] != int32(doc.owner) {
				last[id] = int32(doc.owner)
				df[id]++
			}
			rows[d].add(id, w)
		})
	}
	r.idf = make([]float32, len(df))
	counts := make([]int32, len(df))
	for id, n := range df {
		r.idf[id] = float32(math.Log(float64(classes+2) / float64(n)))
	}
	everyCore(len(rows), func(d int) { rows[d].finish(r.idf) })
	for d := range rows {
		for _, id := range rows[d].id {
			counts[id]++
		}
	}
	r.postings = make([][]posting, len(df))
	for id, n := range counts {
		r.postings[id] = make([]posting, 0, n)
	}
	centres := make([]map[int32]float32, classes+1)
	having := make([]map[int32]float32, classes)
	r.texts = make([]int, classes)
	for d, row := range rows {
		for i, id := range row.id {
			r.postings[id] = append(r.postings[id], posting{int32(d), shorten(row.weight[i] * docs[d].weight)})
		}
		if docs[d].owner == classes {
			continue // what is outside has no centre
		}
		c := centres[docs[d].owner]
		if c == nil {
			c = make(map[int32]float32, 256)
			centres[docs[d].owner] = c
		}
		have := having[docs[d].owner]
		if have == nil {
			have = make(map[int32]float32, 256)
			having[docs[d].owner] = have
		}
		r.texts[docs[d].owner]++
		for i, id := range row.id {
			c[id] += row.weight[i] * docs[d].weight
			if r.single[id] {
				have[id]++
			}
		}
	}
	r.often = make([][]posting, len(df))
	for class, have := range having {
		for id, n := range have {
			r.often[id] = append(r.often[id], posting{int32(class), n / float32(r.texts[class])})
		}
	}
	r.centroid = make([][]posting, len(df))
	for class, c := range centres {
		// In order, so that the same texts give the same sums.
		ids := make([]int32, 0, len(c))
		for id := range c {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		// A damped count: a word in ten phrasings is not ten times the sign
		// that it is in one.
		norm := 0.0
		for _, id := range ids {
			w := float32(math.Pow(float64(c[id]), t.damp))
			c[id] = w
			norm += float64(w) * float64(w)
		}
		if norm == 0 {
			continue
		}
		n := float32(math.Sqrt(norm))
		for _, id := range ids {
			r.centroid[id] = append(r.centroid[id], posting{int32(class), shorten(c[id] / n)})
		}
	}
	return r
}

// sparse is a text as feature ids with weights, of unit length once finished.
type sparse struct {
	id     []int32
	weight []float32
}

func (s *sparse) add(id int32, w float32) {
	s.id = append(s.id, id)
	s.weight = append(s.weight, w)
}

// finish joins equal ids, weighs them by idf and makes the length one.
func (s *sparse) finish(idf []float32) {
	sort.Sort(byID(*s))
	n := 0
	for i := range s.id {
		if n > 0 && s.id[n-1] == s.id[i] {
			s.weight[n-1] = max(s.weight[n-1], s.weight[i])
			continue
		}
		s.id[n], s.weight[n] = s.id[i], s.weight[i]
		n++
	}
	s.id, s.weight = s.id[:n], s.weight[:n]
	sum := 0.0
	for i, id := range s.id {
		s.weight[i] *= idf[id]
		sum += float64(s.weight[i]) * float64(s.weight[i])
	}
	if sum > 0 {
		f := float32(1 / math.Sqrt(sum))
		for i := range s.weight {
			s.weight[i] *= f
		}
	}
}

type byID sparse

func (s byID) Len() int           { return len(s.id) }
func (s byID) Less(i, j int) bool { return s.id[i] < s.id[j] }
func (s byID) Swap(i, j int) {
	s.id[i], s.id[j] = s.id[j], s.id[i]
	s.weight[i], s.weight[j] = s.weight[j], s.weight[i]
}

// ranking is what the ranker thinks of one question.
type ranking struct {
	score   []float32 // per entry
	parts   [][4]float32
	nearest []float32 // per entry, its nearest phrasing
	outside float32   // nearest text that lies outside the subject
	covered float32   // part of the question's weight that the base knows, 0..1
	length  int       // features of the question that carry meaning
	near    []nearness
}

// nearness is how near a question is to one entry, by kind of feature and by
// sort of text; the second stage weighs these anew.
type nearness struct {
	kinds   [kindCount]float32 // of the centroid
	bags    [kindCount]float32 // part of the question's features of a kind that the entry has
	sorts   [sortCount]float32 // of the nearest text of a sort
	likely  float32            // log of how much likelier the question's tokens are in this entry's texts than in all, per token
	rare    float32            // the rarest token of the question that the entry has
	article float32            // weight of the articles that the question names and the entry has
}

// rank scores every entry for a question.
func (r *ranker) rank(ws []string, toks []token, t *tuning) ranking {
	var q sparse
	unknown := 0.0
	maxIDF := math.Log(float64(r.classes + 2))
	length := 0
	r.features(ws, toks, t, false, func(id int32, w float32, name string) {
		if name != "~" {
			length++
		}
		if id < 0 {
			if name[0] != '#' && name[0] != '~' {
				unknown += float64(w) * float64(w) * maxIDF * maxIDF
			}
			return
		}
		q.add(id, w)
	})
	sort.Sort(byID(q))
	known := 0.0
	n := 0
	for i := range q.id {
		if n > 0 && q.id[n-1] == q.id[i] {
			continue
		}
		q.id[n], q.weight[n] = q.id[i], q.weight[i]*r.idf[q.id[i]]
		known += float64(q.weight[n]) * float64(q.weight[n])
		n++
	}
	q.id, q.weight = q.id[:n], q.weight[:n]
	out := ranking{score: make([]float32, r.classes), parts: make([][4]float32, r.classes), nearest: make([]float32, r.classes), length: length}
	if known == 0 {
		return out
	}
	out.covered = float32(known / (known + unknown))
	// The unknown part makes the question longer, so that a question of which
	// hardly a word is known is near to nothing.
	f := float32(1 / math.Sqrt(known+0.35*unknown))
	docs := make([]float32, len(r.owner))
	centre := make([]float32, r.classes+1)
	bag := make([]float32, r.classes)
	bagged := float32(0.0001)
	near := make([]nearness, r.classes)
	var kindTotal [kindCount]float32
	tokens := float32(0)
	const background = 0.002 // how often a token stands in a text of any entry, at least
	for i, id := range q.id {
		w := q.weight[i] * f
		kind := r.kinds[id]
		kindTotal[kind] += w * w
		for _, p := range r.postings[id] {
			docs[p.at] += w * p.weight
		}
		for _, p := range r.centroid[id] {
			centre[p.at] += w * p.weight
			near[p.at].kinds[kind] += w * p.weight
		}
		if r.single[id] {
			tokens++
			all := background
			for _, p := range r.often[id] {
				all += float64(p.weight) / float64(r.classes)
			}
			for _, p := range r.often[id] {
				near[p.at].likely += float32(math.Log(1 + float64(p.weight)/(8*all)))
				near[p.at].bags[kind] += w * w
				near[p.at].rare = max(near[p.at].rare, r.idf[id])
				if kind == articleKind {
					near[p.at].article += r.idf[id]
				}
			}
		}
		if r.single[id] {
			bagged += w * w
			for _, p := range r.centroid[id] {
				bag[p.at] += w * w
			}
		}
	}
	unknownShare := float32(0.35*unknown) * f * f
	type top struct{ a, b, c float32 }
	best := make([]top, r.classes+1)
	for d, s := range docs {
		if s == 0 {
			continue
		}
		if at := r.owner[d]; int(at) < r.classes {
			near[at].sorts[r.sorts[d]] = max(near[at].sorts[r.sorts[d]], s)
		}
		b := &best[r.owner[d]]
		switch {
		case s > b.a:
			b.a, b.b, b.c = s, b.a, b.b
		case s > b.b:
			b.b, b.c = s, b.b
		case s > b.c:
			b.c = s
		}
	}
	for i := range near {
		for k := range near[i].bags {
			near[i].bags[k] /= kindTotal[k] + 0.0001
		}
		near[i].likely /= tokens + 1
	}
	out.near = near
	for i := range out.score {
		b := best[i]
		out.nearest[i] = b.a
		out.parts[i] = [4]float32{b.a, (b.a + b.b + b.c) / 3, centre[i], bag[i] / (bagged + unknownShare)}
		p := out.parts[i]
		out.score[i] = t.nearest*p[0] + t.few*p[1] + t.centre*p[2] + t.bag*p[3]
	}
	out.outside = best[r.classes].a
	return out
}
