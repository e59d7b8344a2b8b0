package main

import (
	"context"
	"slices"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/bot/suppose"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/knowledge"
	"github.com/convenantbot/convenantbot/rules"
)

// verdicts lets the knowledge base ask the rules about a case in a question. The
// command line and the running bot use the same one.
type verdicts struct{ cases *suppose.Cases }

var _ knowledge.Verdicts = verdicts{}

// openVerdicts judges by the bundle of a directory (blank: the built-in one).
func openVerdicts(dir, region string) (verdicts, error) {
	policy, err := loadBundle(dir)
	if err != nil {
		return verdicts{}, &exitError{exitBadInput, err}
	}
	_, packs, err := loadRegion(region)
	if err != nil {
		return verdicts{}, err
	}
	return verdicts{suppose.New(judge.New(policy, packs), region, now)}, nil
}

// mostAsked is how many things may be missing for the bot to ask them one after
// the other. With more the general answer is better, and the guided flow.
const mostAsked = 2

// Judge implements knowledge.Verdicts. Where only organisations were named it is
// told both what holds within an overleg and what holds when others read along,
// and the effect is the stricter of the two.
func (v verdicts) Judge(ctx context.Context, c knowledge.Case) (knowledge.Verdict, string, error) {
	k := sketchOf(c)
	if len(k.Recipients) > 0 && k.Reach == "" {
		k.Reach = suppose.Inside
		in, need, left, err := v.cases.Suppose(ctx, k)
		if err != nil || left > 0 {
			return asked(need, left, err)
		}
		k.Reach = suppose.Outside
		out, need, left, err := v.cases.Suppose(ctx, k)
		if err != nil || left > 0 {
			return asked(need, left, err)
		}
		if in.Text() == out.Text() {
			return verdictOf(in, text.For(text.NL, in.Text())), "", nil
		}
		told := verdictOf(in, text.Reaches.NL(text.ReachesArgs{Inside: in.Text(), Outside: out.Text()}))
		told.Effect = suppose.Strictest(in, out).Effect.String()
		return told, "", nil
	}
	found, need, left, err := v.cases.Suppose(ctx, k)
	if err != nil || left > 0 {
		return asked(need, left, err)
	}
	return verdictOf(found, text.For(text.NL, found.Text())), "", nil
}

// asked is the answer to a case that is not whole. The verdict without a rule
// leaves it to the general answer.
func asked(need string, left int, err error) (knowledge.Verdict, string, error) {
	if left > mostAsked {
		need = ""
	}
	return knowledge.Verdict{Effect: rules.Refuse.String()}, need, err
}

// verdictOf is what the knowledge base may tell of a supposed case.
func verdictOf(s suppose.Answer, words string) knowledge.Verdict {
	return knowledge.Verdict{Effect: s.Effect.String(), Rule: s.Rule, Text: words}
}

// The words in which a case says who reads along when nobody was named.
const (
	readInside  = "inside"
	readOutside = "outside"
)

// sketchOf is a case in the words of suppose.
func sketchOf(c knowledge.Case) suppose.Sketch {
	k := suppose.Sketch{Shares: c.Shares, Law: c.Law, Age: suppose.BandOf(c.Age), Sector: c.Sector, Kind: c.Kind}
	for _, r := range c.Recipients {
		switch {
		case r == readInside:
			k.Reach = suppose.Inside
		case slices.Contains(rules.Sectors, r):
			k.Recipients = append(k.Recipients, r)
		default:
			k.Reach = suppose.Outside // "outside", and whatever we do not know
		}
	}
	if c.Outside {
		k.Reach = suppose.Outside
	}
	return k
}

// caseOf is a sketch in the words of the knowledge base.
func caseOf(k suppose.Sketch) knowledge.Case {
	ages := map[string]int{suppose.Under12: 8, suppose.From12: 13, suppose.From16: 16, suppose.From18: 18}
	c := knowledge.Case{Shares: k.Shares, Law: k.Law, Age: -1, Sector: k.Sector, Kind: k.Kind, Outside: k.Reach == suppose.Outside}
	if age, ok := ages[k.Age]; ok {
		c.Age = age
	}
	c.Recipients = append(c.Recipients, k.Recipients...)
	switch k.Reach {
	case suppose.Inside:
		c.Recipients = append(c.Recipients, readInside)
	case suppose.Outside:
		c.Recipients = append(c.Recipients, readOutside)
	}
	return c
}
