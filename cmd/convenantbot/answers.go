package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/knowledge"
	"github.com/convenantbot/convenantbot/internal/rephrase"
)

// answers lets the bot ask the knowledge base.
type answers struct {
	base     *knowledge.Base
	verdicts knowledge.Verdicts
	words    *rephrase.Client // nil: no language model
}

var _ bot.Answers = answers{}

// Answer answers a question; see bot.Answers.
func (a answers) Answer(ctx context.Context, q bot.Question) (bot.Reply, error) {
	if q.Topic != "" {
		found, ok := a.base.About(q.Topic)
		if !ok {
			return bot.Reply{}, fmt.Errorf("topic %q: %w", q.Topic, bot.ErrNotFound)
		}
		return a.reply(found, knowledge.Case{Age: -1}), nil
	}
	question := knowledge.Question{Text: q.Text, Region: q.Region, Verdicts: a.verdicts, Closed: q.Room}
	known := caseOf(q.Known)
	if knowledge.FollowsUp(q.Text) {
		// The question that a follow-up goes with is the last that stood alone; what
		// was said after it counts for more.
		for i := len(q.Before) - 1; i >= 0; i-- {
			known = known.Within(knowledge.Recognise(q.Before[i]))
			if question.Previous = q.Before[i]; !knowledge.FollowsUp(q.Before[i]) {
				break
			}
		}
	}
	question.Case = &known
	found, err := a.base.Ask(ctx, question)
	if err != nil {
		return bot.Reply{}, err
	}
	r := a.reply(found, knowledge.Recognise(q.Text).Within(known))
	if a.words != nil && !q.Room && simple(r) {
		// Whatever goes wrong, our own words are there.
		if said, err := a.words.Rephrase(ctx, strings.Split(r.Text, "\n\n")); err == nil {
			r.Text, r.Reworded = said, true
		}
	}
	return r, nil
}

// simple reports whether a language model may touch the wording: it is an answer
// from verified facts alone, about no case, with no doubt that must be heard, and
// not about somebody's safety.
func simple(r bot.Reply) bool {
	if r.Abstained || r.Private || r.Safety || r.Need != "" || r.Case.Shares || len(r.Citations) == 0 {
		return false
	}
	for _, c := range r.Citations {
		if c.Mark != string(knowledge.Verified) {
			return false
		}
	}
	return true
}

// reply is an answer in the words of the bot.
func (a answers) reply(found knowledge.Answer, c knowledge.Case) bot.Reply {
	r := bot.Reply{Text: found.Text, Abstained: found.Abstained, Private: found.Private || found.Safety, Safety: found.Safety,
		Case: sketchOf(c), Need: found.Need}
	for _, c := range found.Citations {
		r.Citations = append(r.Citations, bot.Citation{Fact: c.Fact, Kind: c.Kind, Source: c.Source, Quote: c.Quote, Mark: string(c.Mark)})
	}
	if found.Abstained {
		for _, t := range found.Topics {
			r.Topics = append(r.Topics, bot.Topic{Code: t.Code, Title: t.Title})
		}
	}
	switch {
	case len(found.Citations) > 0:
		if e, ok := a.base.Entry(found.Citations[0].Fact); ok {
			r.Topic = bot.Topic{Code: e.Code, Title: e.Title}
		}
	case len(found.Topics) > 0:
		r.Topic = bot.Topic{Code: found.Topics[0].Code, Title: found.Topics[0].Title}
	}
	return r
}
