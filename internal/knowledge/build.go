package knowledge

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"sync"
)

// build indexes a checked base.
func build(r *raw) (*Base, error) {
	if len(r.entries) >= maxShort {
		return nil, fmt.Errorf("knowledge base: %d entries, under %d fit", len(r.entries), maxShort)
	}
	b := &Base{
		facts: r.facts, entries: r.entries, at: make(map[string]int, len(r.entries)),
		judge: r.confidence, second: r.second, outside: r.outside,
	}
	for i, e := range r.entries {
		b.at[e.Code] = i
	}
	b.words = newVocabulary(r.synonyms)
	docs := documents(r, &tuned)
	if len(docs) > maxShort {
		return nil, fmt.Errorf("knowledge base: %d texts, at most %d fit", len(docs), maxShort)
	}
	everyCore(len(docs), func(i int) { docs[i].words = words(docs[i].text) })
	for _, d := range docs {
		if d.taught {
			for _, w := range d.words {
				b.words.learn(w)
			}
		}
	}
	b.words.freeze()
	everyCore(len(docs), func(i int) { docs[i].tokens = b.words.tokens(docs[i].words, false) })
	// All that is learned comes from the same tokens, at the same time.
	type built struct {
		index *index
		err   error
	}
	done := make(chan built, 1)
	go func() {
		ix, err := newIndex(entryTerms(docs, len(r.entries)))
		done <- built{ix, err}
	}()
	learned := make(chan struct{})
	go func() {
		defer close(learned)
		b.learn(r, docs)
	}()
	b.profiles = profiles(r)
	b.rank = newRanker(b.words, docs, len(r.entries), &tuned)
	<-learned
	got := <-done
	if got.err != nil {
		return nil, got.err
	}
	b.index = got.index
	b.share()
	return b, nil
}

// share gives the ranker and the models their names together, those of the ranker
// first: most of them have the same.
func (b *Base) share() {
	models := []*alarmModel{b.alarm, b.foreign, b.foreignLetters}
	var list []string
	seen := map[string]bool{}
	for _, from := range []*names{b.rank.names, b.alarm.names, b.foreign.names, b.foreignLetters.names} {
		for i := range from.count() {
			if name := from.name(int32(i)); !seen[name] {
				seen[name] = true
				list = append(list, name)
			}
		}
	}
	b.rank.names = namesOf(list)
	for _, m := range models {
		weights := make([]float32, len(list))
		for i, name := range list {
			if at, ok := m.names.find(name); ok {
				weights[i] = m.weights[at]
			}
		}
		m.names, m.weights = b.rank.names, weights
	}
}

// everyCore calls do for 0 to n-1, shared among the cores.
func everyCore(n int, do func(i int)) {
	parts := runtime.GOMAXPROCS(0)
	var wait sync.WaitGroup
	for p := range parts {
		wait.Go(func() {
			for i := p; i < n; i += parts {
				do(i)
			}
		})
	}
	wait.Wait()
}

// learn trains the two models that tell a text apart by its words: one for
// alarms, one for what lies outside the subject.
func (b *Base) learn(r *raw, docs []sample) {
	var inside, outside, normal [][]string
	for _, d := range docs {
		switch {
		case d.owner == len(r.entries):
			outside = append(outside, d.words)
			normal = append(normal, d.words)
		case d.phrasing:
			inside = append(inside, d.words)
			if !aboutSafety[r.entries[d.owner].Code] {
				normal = append(normal, d.words)
			}
		}
	}
	var alarming, harmless [][]string
	for _, s := range r.safety.Alarming {
		alarming = append(alarming, words(s))
	}
	for _, s := range r.safety.Harmless {
		harmless = append(harmless, words(s))
	}
	var wait sync.WaitGroup
	wait.Go(func() { b.alarm = trainAlarm(b.words, alarming, harmless, normal) })
	wait.Go(func() { b.foreignLetters = trainOutside(b.words, true, outside, inside) })
	b.foreign = trainOutside(b.words, false, outside, inside)
	wait.Wait()
}

// articleRE finds the article of a law in a source: people who know their law
// ask for it by its number. The rest of a source would only add noise.
var articleRE = regexp.MustCompile(`artikel \d[\d.]*\w?( lid \d+)?`)

// theme is the first part of a code.
func theme(code string) string {
	t, _, _ := strings.Cut(code, "-")
	return t
}

// documents lists the texts that the ranker learns from.
func documents(r *raw, t *tuning) []sample {
	var docs []sample
	for i, e := range r.entries {
		for _, q := range e.Asks {
			docs = append(docs, sample{text: q, owner: i, weight: 1, sort: askedSort, phrasing: true, taught: true})
		}
		for _, k := range e.Keys {
			docs = append(docs, sample{text: k, owner: i, weight: t.key, sort: aroundSort})
		}
		for _, s := range strings.Split(r.around[e.Code], ", ") {
			if s != "" {
				docs = append(docs, sample{text: s, owner: i, weight: t.segment, sort: aroundSort, taught: true})
			}
		}
		docs = append(docs,
			sample{text: e.Title, owner: i, weight: t.title, sort: titleSort, taught: true},
			sample{text: e.Answer, owner: i, weight: t.answer, sort: answerSort, taught: true},
			sample{text: r.facts[e.Code].Text, owner: i, weight: t.fact, sort: factSort, taught: true})
		if places := strings.Join(articleRE.FindAllString(e.Source, -1), " "); places != "" {
			docs = append(docs, sample{text: places, owner: i, weight: t.source, sort: factSort})
		}
	}
	for _, q := range r.outside {
		docs = append(docs, sample{text: q, owner: len(r.entries), weight: 1, taught: true})
	}
	return docs
}

// candidate is one entry that may answer a question.
type candidate struct {
	entry int
	score float32
}

// retrieved is what retrieval found for one question.
type retrieved struct {
	best    []candidate // best first, at most ten
	signals [signalCount]float64
	chance  float64
	traits  []traits        // of what the first stage found, best first
	looked  []int           // the entries they belong to
	asked   uint32          // in which ways it asks, see intentsOf
	region  string          // of who asks
	named   map[string]bool // the regions that the question names
}

// telling keeps the tokens of a question that say most: the index need not
// look for what every entry has.
func (b *Base) telling(toks []token) []token {
	type rated struct {
		token
		worth float32
	}
	list := make([]rated, 0, len(toks))
	for _, t := range toks {
		if id := b.rank.feature(t.text); id >= 0 && !grammar[t.text] {
			list = append(list, rated{t, t.weight * b.rank.idf[id]})
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].worth > list[j].worth })
	out := make([]token, 0, 16)
	for i := range list {
		if i == 16 {
			break
		}
		out = append(out, list[i].token)
	}
	return out
}

// regionWords are the words by which a question names a region; an entry that
// holds in another region only is then out of the running.
var regionWords = map[string]string{"#amersfoort": "amersfoort", "#mvs": "mvs"}

// retrieve blends both rankers.
func (b *Base) retrieve(ctx context.Context, question, region string) (retrieved, error) {
	var out retrieved
	ws := words(question)
	toks := b.words.tokens(ws, true)
	ranked := b.rank.rank(ws, toks, &tuned)
	found, err := b.index.search(ctx, b.telling(toks), 25)
	if err != nil {
		return out, err
	}
	named := map[string]bool{}
	for _, t := range toks {
		if r := regionWords[t.text]; r != "" {
			named[r] = true
		}
	}
	meant := b.meant(ctx)
	for i, s := range ranked.score {
		s += tuned.index*found[i] + meant[i]
		e := &b.entries[i]
		s *= pagePrior(b.facts[e.Code].Page)
		if e.Region != "" {
			switch {
			case named[e.Region]:
				s += 0.04
			case len(named) > 0:
				s *= 0.6
			case region != "" && region != "model" && region != e.Region:
				s *= 0.85
			case region != e.Region:
				s *= 0.93
			}
		}
		if s > 0 {
			out.best = append(out.best, candidate{i, s})
		}
	}
	sort.Slice(out.best, func(i, j int) bool {
		if out.best[i].score != out.best[j].score {
			return out.best[i].score > out.best[j].score
		}
		return out.best[i].entry < out.best[j].entry
	})
	if len(out.best) > secondStage {
		out.best = out.best[:secondStage]
	}
	if len(out.best) == 0 {
		return out, nil
	}
	out.asked = intentsOf(question)
	out.region, out.named = region, named
	out.traits = b.look(question, &ranked, found, out.best)
	lead := out.best[0].score
	if len(out.best) > 1 {
		lead -= out.best[1].score
	}
	firstScore := out.best[0].score
	out.looked = make([]int, len(out.best))
	for i, c := range out.best {
		out.looked[i] = c.entry
	}
	if len(b.second) > 0 {
		articles := make([]float32, len(out.best))
		for i, c := range out.best {
			articles[i] = ranked.near[c.entry].article * c.score
		}
		for i, p := range b.second.chances(out.traits, articles) {
			out.best[i].score = p
		}
		sort.SliceStable(out.best, func(i, j int) bool { return out.best[i].score > out.best[j].score })
	}
	if len(out.best) > 10 {
		out.best = out.best[:10]
	}
	first := out.best[0]
	near := float64(ranked.nearest[first.entry])
	out.signals = [signalCount]float64{
		float64(firstScore),
		float64(lead),
		near,
		near - float64(ranked.outside),
		float64(ranked.covered),
		float64(found[first.entry]),
		math.Min(1, float64(ranked.length)/12),
		ratio(near, float64(ranked.outside)),
		b.outsideChance(ws),
		float64(ranked.parts[first.entry][3]),
		float64(first.score),
		float64(ranked.near[first.entry].bags[conceptKind]),
		float64(ranked.near[first.entry].bags[stemKind]),
		float64(ranked.near[first.entry].likely) / 3,
	}
	out.chance = b.judge.chance(out.signals)
	return out, nil
}

func ratio(a, b float64) float64 {
	if a+b == 0 {
		return 0
	}
	return a / (a + b)
}

// pagePrior prefers the convenant's own facts over our glossary and worksheets
// where both fit equally well.
func pagePrior(page string) float32 {
	switch page {
	case "convenant.md":
		return 1
	case "glossary.md":
		return 0.8
	}
	return 0.88
}

func wordedAsInterpretation(s string) bool {
	return strings.Contains(s, "FG") || strings.Contains(s, "functionaris gegevensbescherming")
}

func wordedAsUnconfirmed(s string) bool {
	return strings.Contains(strings.ToLower(s), "niet bevestigd")
}
