package judge

import (
	"context"
	"slices"

	"github.com/convenantbot/convenantbot/rules"
)

// Possibility is what would follow if the document were of one kind.
type Possibility struct {
	Kind    string
	Verdict rules.Verdict
}

// OK reports whether the dialog should offer the kind: it would not be refused.
func (p Possibility) OK() bool { return p.Verdict.Effect != rules.Refuse }

// Possible judges the document as each of the five kinds, light to heavy, for
// the dialog that asks for a classification (A17): the kinds that could pass,
// and of the others why they cannot.
func (j *Judge) Possible(ctx context.Context, in *ShareInput) ([]Possibility, error) {
	return j.possibilities(ctx, j.Bundle(), in)
}

func (j *Judge) possibilities(ctx context.Context, b *rules.Bundle, in *ShareInput) ([]Possibility, error) {
	out := make([]Possibility, 0, len(rules.DataKinds))
	for _, kind := range rules.DataKinds {
		one := *in
		one.Document.Kinds = []string{kind}
		f, err := j.shareFacts(ctx, b, &one)
		if err != nil {
			return nil, err
		}
		v, err := b.Share(ctx, f)
		if err != nil {
			return nil, err
		}
		out = append(out, Possibility{Kind: kind, Verdict: v})
	}
	return out, nil
}

// possible counts the kinds that would not be refused.
func (j *Judge) possible(ctx context.Context, b *rules.Bundle, in *ShareInput) (int, error) {
	all, err := j.possibilities(ctx, b, in)
	if err != nil {
		return 0, err
	}
	return len(slices.DeleteFunc(all, func(p Possibility) bool { return !p.OK() })), nil
}
