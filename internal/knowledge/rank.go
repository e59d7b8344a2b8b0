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
	names    *names             // the first of them are those of features
	ids      []int32            // name -> feature: stems, concepts, numbers and letter groups
	pairs    map[[2]int32]int32 // two concepts in one text
	idf      []float32
	postings lists[short] // feature -> documents
	owner    []int32      // document -> entry; outside is len(entries)
	centroid lists[short] // feature -> entries
	single   []bool       // feature is a word, number or concept; no pair, no letters
	kinds    []uint8      // feature -> what kind it is, see stemKind and on
	sorts    []uint8      // document -> what sort of text it is
	texts    []int        // entry -> how many texts stand for it
	often    lists[short] // feature -> entries, with how many of their texts have it
	classes  int

	// What it was learned from, kept by who built it: an image holds this.
	given  lists[posting] // feature -> documents, with the weight in each
	weight []float32      // document -> what it counts for
	learns *learns        // while it learns
}

// learns is what a ranker knows besides while it learns.
type learns struct {
	ids    map[string]int32
	groups map[string][]int32 // the letter groups of each word
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
func (r *ranker) features(ws []string, toks []token, t *tuning, add func(id int32, w float32, name string)) {
	learning := r.learns != nil
	id := func(name string) int32 {
		if !learning {
			return r.feature(name)
		}
		id, ok := r.learns.ids[name]
		if !ok {
			id = r.next(kindOf(name))
			r.learns.ids[name] = id
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
		if !learning {
			for _, g := range letterGroups(w) {
				if i := id(g); i >= 0 {
					add(i, t.letters, "~")
				}
			}
			continue
		}
		groups, ok := r.learns.groups[w]
		if !ok {
			for _, g := range letterGroups(w) {
				groups = append(groups, id(g))
			}
			r.learns.groups[w] = groups
		}
		for _, g := range groups {
			add(g, t.letters, "~")
		}
	}
}

// feature is the id of a named feature, -1 for one that no text has.
func (r *ranker) feature(name string) int32 {
	if n, ok := r.names.find(name); ok && int(n) < len(r.ids) {
		return r.ids[n]
	}
	return -1
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
	r := &ranker{words: v, pairs: make(map[[2]int32]int32, 1<<13), owner: make([]int32, len(docs)), sorts: make([]uint8, len(docs)), classes: classes,
		learns: &learns{make(map[string]int32, 1<<15), make(map[string][]int32, 1<<13)}}
	rows := make([]sparse, len(docs))
	df := []int32{}
	last := []int32{}
	for d, doc := range docs {
		r.owner[d], r.sorts[d] = int32(doc.owner), doc.sort
		r.features(doc.words, doc.tokens, t, func(id int32, w float32, _ string) {
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
	everyCore(len(rows), func(d int) { rows[d].join() })
	for d := range rows {
		for _, id := range rows[d].id {
			counts[id]++
		}
	}
	all := int32(0)
	r.given, r.weight = newLists[posting](len(df), 0), make([]float32, len(docs))
	for id, n := range counts {
		counts[id] = all // where the next of the list goes
		all += n
		r.given.ends = append(r.given.ends, uint32(all))
	}
	r.given.items = make([]posting, all)
	for d, row := range rows {
		r.weight[d] = docs[d].weight
		for i, id := range row.id {
			r.given.items[counts[id]] = posting{int32(d), row.weight[i]}
			counts[id]++
		}
	}
	r.name()
	r.settle(r.given, r.weight, t.damp)
	return r
}

// name ends the learning: features have their names in the order of their ids.
func (r *ranker) name() {
	called := make([]string, len(r.kinds))
	for name, id := range r.learns.ids {
		called[id] = name
	}
	list := make([]string, 0, len(r.learns.ids))
	for id, name := range called {
		if name != "" {
			list, r.ids = append(list, name), append(r.ids, int32(id))
		}
	}
	r.names, r.learns = namesOf(list), nil
}

// settle makes what is asked of a ranker from what the texts say: given holds the
// weights that each text gives its features, and weight what each text counts for.
// Postings then hold what a text adds to a score, and the centroids and r.often
// follow from them. Sums are made in one order, so that the same texts always give
// the same.
func (r *ranker) settle(given lists[posting], weight []float32, damp float64) {
	length := make([]float64, len(r.owner))
	for id := range r.idf {
		for _, p := range given.of(int32(id)) {
			w := p.weight * r.idf[id]
			length[p.at] += float64(w) * float64(w)
		}
	}
	part := make([]float32, len(r.owner))
	r.texts = make([]int, r.classes)
	for d, sum := range length {
		part[d] = 1
		if sum > 0 {
			part[d] = float32(1 / math.Sqrt(sum))
		}
		if class := int(r.owner[d]); class < r.classes { // what is outside has no centre
			r.texts[class]++
		}
	}
	r.postings = newLists[short](len(r.idf), len(given.items))
	r.often = newLists[short](len(r.idf), len(given.items)/8)
	centroid := newLists[posting](len(r.idf), len(given.items)/2)
	sum, have := make([]float32, r.classes), make([]int, r.classes)
	norm := make([]float64, r.classes)
	var seen []int32
	for id := range r.idf {
		seen = seen[:0]
		for _, p := range given.of(int32(id)) {
			w := p.weight * r.idf[id]
			w *= part[p.at]
			w *= weight[p.at]
			r.postings.items = append(r.postings.items, shortOf(p.at, w))
			class := r.owner[p.at]
			if int(class) >= r.classes {
				continue
			}
			if have[class] == 0 {
				seen = append(seen, class)
				sum[class] = 0
			}
			have[class]++
			sum[class] += w
		}
		r.postings.end()
		slices.Sort(seen)
		for _, class := range seen {
			// A damped count: a word in ten phrasings is not ten times the sign
			// that it is in one.
			w := float32(math.Pow(float64(sum[class]), damp))
			norm[class] += float64(w) * float64(w)
			centroid.items = append(centroid.items, posting{class, w})
			if r.single[id] {
				r.often.items = append(r.often.items, short{uint16(class), uint16(have[class])})
			}
			have[class] = 0
		}
		centroid.end()
		r.often.end()
	}
	root := make([]float32, r.classes)
	for class, n := range norm {
		root[class] = float32(math.Sqrt(n))
	}
	r.centroid = newLists[short](len(r.idf), len(centroid.items))
	for id := range r.idf {
		for _, p := range centroid.of(int32(id)) {
			if root[p.at] != 0 {
				r.centroid.items = append(r.centroid.items, shortOf(p.at, p.weight/root[p.at]))
			}
		}
		r.centroid.end()
	}
	r.often.clip()
}

// share is the part of an entry's texts that have a feature.
func (r *ranker) share(p short) float32 { return float32(p.half) / float32(r.texts[p.at]) }

// sparse is a text as feature ids with weights.
type sparse struct {
	id     []int32
	weight []float32
}

func (s *sparse) add(id int32, w float32) {
	s.id = append(s.id, id)
	s.weight = append(s.weight, w)
}

// join puts the ids in order and joins equal ones.
func (s *sparse) join() {
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
	r.features(ws, toks, t, func(id int32, w float32, name string) {
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
		for _, p := range r.postings.of(id) {
			docs[p.at] += w * p.weight()
		}
		for _, p := range r.centroid.of(id) {
			centre[p.at] += w * p.weight()
			near[p.at].kinds[kind] += w * p.weight()
		}
		if r.single[id] {
			tokens++
			all := background
			for _, p := range r.often.of(id) {
				all += float64(r.share(p)) / float64(r.classes)
			}
			for _, p := range r.often.of(id) {
				near[p.at].likely += float32(math.Log(1 + float64(r.share(p))/(8*all)))
				near[p.at].bags[kind] += w * w
				near[p.at].rare = max(near[p.at].rare, r.idf[id])
				if kind == articleKind {
					near[p.at].article += r.idf[id]
				}
			}
		}
		if r.single[id] {
			bagged += w * w
			for _, p := range r.centroid.of(id) {
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
