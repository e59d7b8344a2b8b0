package rules

import (
	"slices"
	"strings"
)

// Reading is a rule that rests on an interpretation of ours, which a region may
// adopt.
type Reading struct {
	Code   string
	Source string
	Mark   string // with an "I" in it
	Text   string // Dutch, as people read it with a no; blank: it has no sentence without its facts
}

// Readings lists them, ordered by code, each code once.
func (b *Bundle) Readings() []Reading {
	var all []Reading
	add := func(r Reason) {
		if r.Code != "" && strings.Contains(r.Mark, "I") && !slices.ContainsFunc(all, func(o Reading) bool { return o.Code == r.Code }) {
			all = append(all, Reading{Code: r.Code, Source: r.Source, Mark: r.Mark, Text: r.Text})
		}
	}
	for _, q := range b.questions {
		for _, c := range q.clauses {
			add(c.reason)
			add(c.ground)
		}
	}
	slices.SortFunc(all, func(x, y Reading) int { return strings.Compare(x.Code, y.Code) })
	return all
}
