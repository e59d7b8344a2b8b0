package main

import (
	"context"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/knowledge"
)

// answers lets the bot ask the knowledge base.
type answers struct {
	base     *knowledge.Base
	verdicts knowledge.Verdicts
}

var _ bot.Answers = answers{}

// Answer answers a question; see bot.Answers.
func (a answers) Answer(ctx context.Context, q bot.Question) (bot.Reply, error) {
	question := knowledge.Question{Text: q.Text, Region: q.Region, Verdicts: a.verdicts}
	if n := len(q.Before); n > 0 {
		question.Previous = q.Before[n-1]
	}
	found, err := a.base.Ask(ctx, question)
	if err != nil {
		return bot.Reply{}, err
	}
	reply := bot.Reply{Text: found.Text, Abstained: found.Abstained, Private: found.Private || found.Safety}
	for _, c := range found.Citations {
		reply.Citations = append(reply.Citations, bot.Citation{Fact: c.Fact, Kind: c.Kind, Source: c.Source, Quote: c.Quote, Mark: string(c.Mark)})
	}
	if found.Abstained {
		for _, t := range found.Topics {
			reply.Topics = append(reply.Topics, t.Title)
		}
	}
	return reply, nil
}
