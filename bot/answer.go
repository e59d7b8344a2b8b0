package bot

import (
	"context"
	"fmt"
	"strings"

	"github.com/convenantbot/convenantbot/bot/text"
)

// answerQuestion answers what somebody asked by a mention or directly.
func (b *Bot) answerQuestion(ctx context.Context, t *turn, e Event) error {
	m, private, err := b.answer(ctx, e.Text)
	if err != nil {
		return err
	}
	s := speech{Platform: e.Platform, Channel: e.Channel, Message: m}
	switch {
	case e.Direct:
		s.Message.Thread = e.Thread
	case private:
		// What is about a child in danger, or about one person, is not said where
		// others read along.
		s.Channel, s.User = "", e.User
	default:
		s.Message.Thread = e.Thread
		if s.Message.Thread == "" {
			s.Message.Thread = e.Message
		}
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		return b.later(tx, t.job.Casus, "answer:"+eventKey(e), s)
	})
}

// answer returns what the bot says to a question, and whether it is meant for
// the asker alone.
func (b *Bot) answer(ctx context.Context, question string) (m Message, private bool, err error) {
	if strings.TrimSpace(question) == "" {
		return Message{Text: text.HelpShort.NL(text.None{})}, false, nil
	}
	r, err := b.Answers.Answer(ctx, Question{Text: question, Region: b.Region.ID})
	if err != nil {
		return Message{}, false, fmt.Errorf("answer: %w", err)
	}
	return Message{Text: renderReply(r)}, r.Private, nil
}

// renderReply writes an answer with where it comes from. A summary is shown as
// ours, a quote as the source's own words, each with its mark.
func renderReply(r Reply) string {
	out := []string{r.Text}
	for i, c := range r.Citations {
		if i == maxCitations {
			break
		}
		args := text.CitationArgs{Fact: c.Fact, Source: c.Source, Quote: c.Quote, Mark: c.Mark}
		if c.Kind == "quote" {
			out = append(out, text.CitationQuote.NL(args))
		} else {
			out = append(out, text.CitationSummary.NL(args))
		}
	}
	if len(r.Topics) > 0 {
		var titles []string
		for _, t := range r.Topics {
			titles = append(titles, t.Title)
		}
		out = append(out, text.NearTopics.NL(text.TopicsArgs{Topics: titles}))
	}
	return strings.Join(out, "\n\n")
}

// maxCitations is how many sources are shown below one answer; more would hide
// the answer.
const maxCitations = 2
