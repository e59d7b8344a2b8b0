package main

import (
	"context"
	"slices"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/knowledge"
	"github.com/convenantbot/convenantbot/rules"
)

// verdicts lets the knowledge base ask the rules about a case in a question. The
// command line and the running bot use the same one.
type verdicts struct{ cases *bot.Suppositions }

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
	return verdicts{bot.NewSuppositions(judge.New(policy, packs), region, now)}, nil
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
		k.Reach = bot.Inside
		in, need, left, err := v.cases.Suppose(ctx, k)
		if err != nil || left > 0 {
			return asked(need, left, err)
		}
		k.Reach = bot.Outside
		out, need, left, err := v.cases.Suppose(ctx, k)
		if err != nil || left > 0 {
			return asked(need, left, err)
		}
		if in.Text() == out.Text() {
			return verdictOf(in, text.For(text.NL, in.Text())), "", nil
		}
		told := verdictOf(in, text.Reaches.NL(text.ReachesArgs{Inside: in.Text(), Outside: out.Text()}))
		told.Effect = bot.Strictest(in, out).Effect.String()
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
func verdictOf(s bot.Supposed, words string) knowledge.Verdict {
	return knowledge.Verdict{Effect: s.Effect.String(), Rule: s.Rule, Text: words}
}

// The words in which a case says who reads along when nobody was named.
const (
	readInside  = "inside"
	readOutside = "outside"
)

// sketchOf is a case in the words of the bot.
func sketchOf(c knowledge.Case) bot.Sketch {
	k := bot.Sketch{Shares: c.Shares, Law: c.Law, Age: bot.BandOf(c.Age), Sector: bot.Sector(c.Sector), Kind: bot.DataKind(c.Kind)}
	for _, r := range c.Recipients {
		switch {
		case r == readInside:
			k.Reach = bot.Inside
		case slices.Contains(bot.Sectors, bot.Sector(r)):
			k.Recipients = append(k.Recipients, bot.Sector(r))
		default:
			k.Reach = bot.Outside // "outside", and whatever we do not know
		}
	}
	if c.Outside {
		k.Reach = bot.Outside
	}
	return k
}

// caseOf is a sketch in the words of the knowledge base.
func caseOf(k bot.Sketch) knowledge.Case {
	ages := map[string]int{bot.Under12: 8, bot.From12: 13, bot.From16: 16, bot.From18: 18}
	c := knowledge.Case{Shares: k.Shares, Law: k.Law, Age: -1, Sector: string(k.Sector), Kind: string(k.Kind), Outside: k.Reach == bot.Outside}
	if age, ok := ages[k.Age]; ok {
		c.Age = age
	}
	for _, r := range k.Recipients {
		c.Recipients = append(c.Recipients, string(r))
	}
	switch k.Reach {
	case bot.Inside:
		c.Recipients = append(c.Recipients, readInside)
	case bot.Outside:
		c.Recipients = append(c.Recipients, readOutside)
	}
	return c
}
