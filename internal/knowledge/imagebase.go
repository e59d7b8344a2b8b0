package knowledge

import (
	"encoding/json"
)

// What of a base goes into its image, and in which order. Packing and unpacking
// stand side by side, since they must agree.

func (p *packer) base(b *Base) {
	p.count(len(b.facts))
	for _, code := range sortedKeys(b.facts) {
		f := b.facts[code]
		p.texts([]string{f.Code, string(f.Mark), f.Text, f.Source, f.Page})
	}
	p.count(len(b.entries))
	for _, e := range b.entries {
		p.texts([]string{e.Code, e.Title, e.Answer, e.More, e.Source, string(e.Mark), e.Region, e.file})
		for _, list := range [][]string{e.Asks, e.Keys, e.Also, e.Related, e.Contacts} {
			p.texts(list)
		}
	}
	p.texts(b.outside)
	// Weights are few and have a form of their own already.
	p.json(b.judge)
	p.json(b.second)
	p.vocabulary(b.words)
	p.names(b.rank.names)
	p.ranker(b.rank)
	p.profiles(b.profiles)
	p.model(b.alarm)
	p.model(b.foreign)
	p.model(b.foreignLetters)
}

func (u *unpacker) base() *Base {
	b := &Base{}
	n := u.size()
	b.facts = make(map[string]Fact, n)
	for range n {
		s := u.fields(5)
		b.facts[s[0]] = Fact{Code: s[0], Mark: Mark(s[1]), Text: s[2], Source: s[3], Page: s[4]}
	}
	n = u.size()
	b.entries, b.at = make([]Entry, n), make(map[string]int, n)
	for i := range b.entries {
		s := u.fields(8)
		b.entries[i] = Entry{Code: s[0], Title: s[1], Answer: s[2], More: s[3], Source: s[4], Mark: Mark(s[5]), Region: s[6], file: s[7],
			Asks: u.texts(), Keys: u.texts(), Also: u.texts(), Related: u.texts(), Contacts: u.texts()}
		b.at[s[0]] = i
	}
	b.outside = u.texts()
	u.json(&b.judge)
	u.json(&b.second)
	b.words = u.vocabulary()
	called := u.names()
	b.rank = u.ranker(b.words, called, len(b.entries))
	b.profiles = u.profiles()
	b.alarm = u.model(b.words, called)
	b.foreign = u.model(b.words, called)
	b.foreignLetters = u.model(b.words, called)
	return b
}

func (p *packer) names(n *names) {
	p.count(n.count())
	for i := range n.count() {
		p.text(n.name(int32(i)))
	}
}

func (u *unpacker) names() *names {
	n := &names{text: u.said, ends: make([]uint32, u.size())}
	end := 0
	for i := range n.ends {
		end += len(u.text())
		n.ends[i] = uint32(end)
	}
	if u.failed {
		return namesOf(nil)
	}
	n.text = n.text[:end]
	n.place()
	return n
}

// fields reads a list of which the length is known.
func (u *unpacker) fields(n int) []string {
	s := u.texts()
	if len(s) != n {
		u.failed = true
		return make([]string, n)
	}
	return s
}

func (p *packer) json(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // numbers and texts of our own
	}
	p.text(string(b))
}

func (u *unpacker) json(into any) {
	if json.Unmarshal([]byte(u.text()), into) != nil {
		u.failed = true
	}
}

func (p *packer) vocabulary(v *vocabulary) {
	p.lists(v.concepts)
	p.lists(v.prefixes)
	p.count(v.longest)
	// In the order in which they were learned: it decides between equals.
	for n := range 64 {
		p.count(len(v.byLength[n]))
		for _, w := range v.byLength[n] {
			f := v.forms[w]
			p.text(w)
			p.count(v.known[w])
			p.text(f.stem)
			p.texts(f.parts)
			p.flag(f.stop)
			p.flag(f.isNumber)
			p.signed(f.number)
		}
	}
}

func (u *unpacker) vocabulary() *vocabulary {
	v := &vocabulary{frozen: true}
	v.concepts, v.prefixes, v.longest = u.lists(), u.lists(), u.count()
	v.known, v.byLength, v.parts, v.forms = make(map[string]int, 1<<13), map[int][]string{}, make(map[string]bool, 1<<13), make(map[string]form, 1<<13)
	for n := range 64 {
		list := make([]string, u.size())
		for i := range list {
			w := u.text()
			list[i] = w
			v.known[w] = u.count()
			v.forms[w] = form{stem: u.text(), parts: u.texts(), stop: u.flag(), isNumber: u.flag(), number: u.signed()}
			if len(w) >= 4 && !stopWords[w] {
				v.parts[w] = true
			}
		}
		if len(list) > 0 {
			v.byLength[n] = list
		}
	}
	v.list()
	return v
}

func (p *packer) ranker(r *ranker) {
	pairs := make([][2]int32, len(r.idf))
	for pair, id := range r.pairs {
		pairs[id] = pair
	}
	p.count(len(r.idf))
	for id, x := range r.idf {
		p.count(int(r.kinds[id]))
		p.float(x)
		if r.kinds[id] == pairKind {
			p.count(int(pairs[id][0]))
			p.count(int(pairs[id][1]))
		}
	}
	p.count(len(r.owner))
	for d, owner := range r.owner {
		p.count(int(owner))
		p.count(int(r.sorts[d]))
	}
	for _, w := range r.weight {
		p.float(w)
	}
	p.postings(r.given)
}

func (u *unpacker) ranker(v *vocabulary, called *names, classes int) *ranker {
	r := &ranker{words: v, classes: classes, names: called}
	n := u.size()
	r.pairs = make(map[[2]int32]int32, n/2)
	r.idf, r.kinds, r.single = make([]float32, n), make([]uint8, n), make([]bool, n)
	r.ids = make([]int32, 0, min(n, called.count()))
	for id := range r.idf {
		r.kinds[id] = uint8(u.count())
		r.idf[id] = u.float()
		if r.kinds[id] == pairKind {
			r.pairs[[2]int32{int32(u.count()), int32(u.count())}] = int32(id)
			continue
		}
		r.ids = append(r.ids, int32(id))
		r.single[id] = r.kinds[id] != letterKind
	}
	r.owner = make([]int32, u.size())
	r.sorts = make([]uint8, len(r.owner))
	for d := range r.owner {
		r.owner[d], r.sorts[d] = int32(u.count()), uint8(u.count())
		u.failed = u.failed || r.owner[d] < 0 || int(r.owner[d]) > classes || r.sorts[d] >= sortCount
	}
	weight := make([]float32, len(r.owner))
	for d := range weight {
		weight[d] = u.float()
	}
	given := u.postings(len(r.owner))
	if u.failed = u.failed || len(given.ends) != n || len(r.owner) > maxShort || classes >= maxShort || len(r.ids) > called.count(); u.failed {
		return r
	}
	r.settle(given, weight, tuned.damp)
	u.terms = termsOf(r, called)
	return r
}

// termsOf counts the terms of all texts of each entry from what a ranker knows.
func termsOf(r *ranker, called *names) []terms {
	all := make([]terms, r.classes)
	for number, id := range r.ids {
		for _, p := range r.often.of(id) {
			all[p.at].add(called.name(int32(number)), int(p.half))
		}
	}
	return all
}

func (p *packer) profiles(list []profile) {
	p.count(len(list))
	for _, x := range list {
		for k := range intentCount {
			p.float(x.asked[k])
			p.float(x.unasked[k])
		}
		p.count(x.theme)
		p.count(x.page)
		for _, b := range []bool{x.open, x.reading, x.region, x.number} {
			p.flag(b)
		}
		p.count(len(x.near))
		for _, n := range x.near {
			p.count(n)
		}
	}
}

func (u *unpacker) profiles() []profile {
	list := make([]profile, u.size())
	for i := range list {
		x := &list[i]
		for k := range intentCount {
			x.asked[k], x.unasked[k] = u.float(), u.float()
		}
		x.theme, x.page = u.count(), u.count()
		x.open, x.reading, x.region, x.number = u.flag(), u.flag(), u.flag(), u.flag()
		x.near = make([]int, u.size())
		for j := range x.near {
			x.near[j] = u.count()
		}
	}
	return list
}

func (p *packer) model(m *alarmModel) {
	p.flag(m.sensing)
	p.flag(m.letters)
	p.double(m.bias)
	for _, w := range m.weights {
		p.float(w)
	}
}

func (u *unpacker) model(v *vocabulary, called *names) *alarmModel {
	m := &alarmModel{words: v, names: called, sensing: u.flag(), letters: u.flag(), bias: u.double()}
	m.weights = make([]float32, called.count())
	for i := range m.weights {
		m.weights[i] = u.float()
	}
	return m
}
