package knowledge

import (
	"context"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// The limits for quoting: how much of a question's weight must stand in a
// passage, and how many passages of one article are quoted at most. They were
// chosen on half of testdata/own/questions.jsonl; the other half was kept apart.
const (
	leastCovered = 0.56
	leastLiteral = 0.45 // of the weight, by the very words
	mostQuoted   = 4
)

// quoted is one passage that answers a question.
type quoted struct {
	shelved
	covered float64 // part of the question's weight that stands in it, 0..1
	named   bool    // the question names its article
	against bool    // it says otherwise than the first one does
}

var (
	askedArticle = regexp.MustCompile(`\b(?:artikel|art)\.? ?(\d+[a-z]?(?:\.\d+[a-z]?)*)\b(?:,? (?:lid|onder) (\d{1,2})\b)?`)
	lidOfArticle = regexp.MustCompile(`\b(?:lid (\d{1,2})|(eerste|tweede|derde|vierde|vijfde|zesde) lid)\b`)
	lawNames     = regexp.MustCompile(`\b(jeugdwet|leerplichtwet|lpw|avg|uavg|wpo|wvo|wvo2020|bw|burgerlijk wetboek|wgbo|wmo|wpg|ivrk|grondwet|wet big|awb)\b`)
)

// own looks in the imported documents. It returns nothing when the base has no
// library or nothing in it answers.
func (b *Base) own(ctx context.Context, question string) ([]quoted, error) {
	if b.library == nil {
		return nil, nil
	}
	sh, err := b.library.shelf(ctx)
	if err != nil || sh == nil {
		return nil, err
	}
	if list, rest := sh.byArticle(question); len(list) > 0 {
		return b.withAgainst(list, rest), nil
	}
	ranked, err := b.ownRanked(ctx, sh, question, 20)
	if err != nil || len(ranked) == 0 || ranked[0].covered < leastCovered {
		return nil, err
	}
	// A second passage is quoted when it says as much, from another place.
	n := 1
	if len(ranked) > 1 && ranked[1].covered >= ranked[0].covered-0.02 && ranked[1].covered > 0.8 {
		n = 2
	}
	return b.withAgainst(ranked[:n:n], ranked[1:]), nil
}

// withAgainst adds what another document says to the contrary, right after the
// first: that is then what there is to tell.
func (b *Base) withAgainst(list, others []quoted) []quoted {
	o := b.against(list[0], others)
	if o == nil {
		return list
	}
	other := *o
	other.against = true
	return []quoted{list[0], other}
}

// byArticle finds the article that a question names, and what the article of
// that number says in the other documents.
func (sh *shelf) byArticle(question string) (list, rest []quoted) {
	s := flat(question)
	m := askedArticle.FindStringSubmatch(strings.ReplaceAll(s, "art. ", "art "))
	if m == nil {
		return nil, nil
	}
	lid := m[2]
	if lid == "" {
		if l := lidOfArticle.FindStringSubmatch(s); l != nil {
			if lid = l[1]; lid == "" {
				lid = itoa(ordinals[l[2]])
			}
		}
	}
	law := lawNames.FindString(s)
	byDoc := map[string][]quoted{}
	var order []string
	for _, i := range sh.articles[m[1]] {
		p := sh.passages[i]
		if law != "" && !strings.Contains(flat(p.doc.Title+" "+p.doc.Name), law) || lid != "" && p.text.Paragraph != lid {
			continue
		}
		if byDoc[p.doc.ID] == nil {
			order = append(order, p.doc.ID)
		}
		byDoc[p.doc.ID] = append(byDoc[p.doc.ID], quoted{p, 1, true, false})
	}
	if len(order) == 0 {
		return nil, nil
	}
	// Of several documents the one whose name is in the question, else the one
	// imported last.
	asked := map[string]bool{}
	for _, w := range words(question) {
		asked[w] = true
	}
	named := func(id string) int {
		n := 0
		for _, w := range words(byDoc[id][0].doc.Title + " " + byDoc[id][0].doc.Name) {
			if len(w) > 3 && asked[w] {
				n++
			}
		}
		return n
	}
	sort.SliceStable(order, func(i, j int) bool {
		if a, c := named(order[i]), named(order[j]); a != c {
			return a > c
		}
		return byDoc[order[i]][0].doc.Imported.After(byDoc[order[j]][0].doc.Imported)
	})
	for _, id := range order[1:] {
		rest = append(rest, byDoc[id]...)
	}
	list = byDoc[order[0]]
	return list[:min(len(list), mostQuoted)], rest
}

// ownRanked ranks passages by how much of the question's weight stands in them.
func (b *Base) ownRanked(ctx context.Context, sh *shelf, question string, most int) ([]quoted, error) {
	written := words(question)
	ws := append([]string(nil), written...)
	toks := b.words.tokens(ws, true)
	var asked []token
	for _, t := range toks {
		if !grammar[t.text] {
			asked = append(asked, token{t.text, t.weight * b.weigh(t.text)})
		}
	}
	// A word that only the document knows must not be corrected away.
	for i, w := range written {
		if ws[i] != w {
			asked = append(asked, token{stem(w), b.weigh(stem(w))})
		}
	}
	sort.SliceStable(asked, func(i, j int) bool { return asked[i].weight > asked[j].weight })
	found, err := sh.index.search(ctx, asked[:min(len(asked), 16)], most)
	if err != nil {
		return nil, err
	}
	var near []shelved
	for _, i := range found {
		if i < len(sh.passages) {
			near = append(near, sh.passages[i])
		}
	}
	meant := b.meantPassages(ctx, near)
	out := make([]quoted, 0, len(near))
	for i, p := range near {
		out = append(out, quoted{p, min(1, b.coverage(written, ws, p)+float64(meant[i])), false, false})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].covered > out[j].covered })
	return out, nil
}

// weigh is how telling a token is; one that the base does not know tells most.
func (b *Base) weigh(text string) float32 {
	if id := b.rank.feature(text); id >= 0 {
		return b.rank.idf[id]
	}
	return 6
}

// coverage is the part of a question's weight that a passage has: a word counts
// whole when the passage has it, and for less when it only has one that means
// the same. A word of the document's title, which all its passages share, says
// nothing for or against one of them. Under two words of weight nothing is
// covered, unless the passage is what the one word means.
func (b *Base) coverage(written, corrected []string, p shelved) float64 {
	have := map[string]bool{}
	for _, t := range b.words.tokens(words(strings.TrimPrefix(p.text.Heading, p.doc.Title)+" "+p.text.Text), false) {
		have[t.text] = true
	}
	named := map[string]bool{}
	for _, w := range words(p.doc.Title) {
		named[stem(w)] = true
	}
	total, got, literal := 0.0, 0.0, 0.0
	matched, asked := 0, 0
	telling := ""
	for i, w := range corrected {
		if stopWords[w] || len(w) < 2 {
			continue
		}
		weight, hit := 0.0, 0.0
		for _, t := range b.words.tokens([]string{w}, false) {
			if grammar[t.text] {
				continue
			}
			x := float64(b.weigh(t.text))
			if t.text[0] != '#' {
				weight = max(weight, x)
			} else {
				weight = max(weight, x*0.8)
			}
			if have[t.text] {
				switch {
				case t.text[0] == '#':
					hit = max(hit, 0.75)
				case t.weight < 1:
					hit = max(hit, 0.7)
				default:
					hit = 1
				}
			}
		}
		if written[i] != w && have[stem(written[i])] {
			hit = 1
		}
		if hit < 1 && (named[stem(w)] || named[stem(written[i])]) {
			continue
		}
		if weight > 1.5 {
			asked++
			telling = written[i]
		}
		total += weight
		got += weight * hit
		if hit == 1 {
			literal += weight
		}
		if hit > 0 && weight > 1.5 {
			matched++
		}
	}
	if asked == 1 && matched == 1 && means(p.text.Text, telling) {
		return got / total
	}
	if total == 0 || matched < 2 {
		return 0
	}
	if literal < leastLiteral*total {
		// A long passage has something like nearly every word.
		return min(got/total, leastCovered-0.01)
	}
	return got / total
}

// means reports whether a passage begins with a word as a list of terms does,
// "Regievoerder: de medewerker die …".
func means(passage, word string) bool {
	term, _, found := strings.Cut(passage, ":")
	if !found {
		return false
	}
	ws := words(term)
	return len(ws) > 0 && len(ws) <= 3 && stem(ws[len(ws)-1]) == stem(word)
}

// withOwn puts what the region's own documents say in front of an answer. What
// the rules say of a case stays first, and where they refuse outright nothing is
// quoted that could read as leave.
func (b *Base) withOwn(a Answer, list []quoted, c Case) Answer {
	if len(list) == 0 || a.Safety {
		return a
	}
	if rule, _ := hardRefusal(c); rule != "" && c.Shares {
		return a
	}
	var text strings.Builder
	var cites []Citation
	if len(list) == 2 && list[1].against {
		text.WriteString("Let op: uw eigen documenten zeggen hier niet hetzelfde. Welke van de twee geldt, weet ik niet; vraag het de FG of wie de documenten beheert.\n")
	}
	for i, q := range list {
		if i > 0 {
			text.WriteByte('\n')
		}
		where := q.text.Place
		if where != "" {
			where = ", " + where
		}
		if i == 0 {
			fmt.Fprintf(&text, "In uw eigen document “%s”%s staat: “%s”", q.doc.Title, where, q.text.Text)
		} else {
			fmt.Fprintf(&text, "En in “%s”%s: “%s”", q.doc.Title, where, q.text.Text)
		}
		cites = append(cites, Citation{Fact: q.doc.ID + "#" + itoa(q.number), Kind: "quote",
			Source: fmt.Sprintf("%s (%s, versie %d)%s", q.doc.Title, q.doc.Name, q.doc.Version, where), Quote: q.text.Text, Mark: Verified})
	}
	switch {
	case a.Abstained:
		a = Answer{Text: text.String() + "\n\nDit is letterlijk overgenomen. Twijfelt u wat het voor uw situatie betekent, vraag dan de FG.",
			Confidence: max(b.judge.Threshold, min(0.95, list[0].covered)), Contacts: []string{"fg"}, Topics: a.Topics, Need: a.Need}
	case strings.HasPrefix(a.Text, "In deze situatie: "):
		a.Text += "\n\n" + text.String()
	default:
		if list[0].named {
			// Who asks for an article wants that article: of ours the nearest is
			// enough beside it.
			a.Text, _, _ = strings.Cut(a.Text, "\n\n")
			a.Citations = a.Citations[:min(len(a.Citations), 1)]
		}
		a.Text = text.String() + "\n\nOnze samenvatting van het model: " + a.Text
		a.Confidence = max(a.Confidence, min(0.95, list[0].covered))
	}
	a.Citations = append(cites, a.Citations...)
	return a
}

// stands reports whether a quote stands literally in the passage it names.
func (b *Base) stands(c Citation) bool {
	if b.library == nil {
		return false
	}
	id, text, ok := strings.Cut(c.Fact, "#")
	number, err := strconv.Atoi(text)
	if !ok || err != nil {
		return false
	}
	b.library.mu.Lock()
	defer b.library.mu.Unlock()
	if b.library.open == nil {
		return false
	}
	doc := b.library.open.docs[id]
	return doc != nil && number >= 1 && number <= len(doc.Passages) && c.Quote != "" && strings.Contains(doc.Passages[number-1].Text, c.Quote)
}

// Preview returns the passages of imported documents nearest to a text.
func (l *Library) Preview(ctx context.Context, text string) ([]Preview, error) {
	sh, err := l.shelf(ctx)
	if err != nil || sh == nil {
		return nil, err
	}
	list, _ := sh.byArticle(text)
	if len(list) == 0 {
		if list, err = l.base.ownRanked(ctx, sh, text, 20); err != nil {
			return nil, err
		}
	}
	var out []Preview
	for _, q := range list[:min(len(list), 5)] {
		out = append(out, Preview{q.doc.Name, q.text.Place, q.text.Text, q.covered, q.covered >= leastCovered})
	}
	return out, nil
}

// Preview is a passage near a text, for who looks after the library.
type Preview struct {
	Name, Place, Text string
	Covered           float64 // part of the text's weight that stands in it, 0..1
	Quoted            bool    // enough to be quoted in an answer
}
