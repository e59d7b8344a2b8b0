package bot

import (
	"context"
	"errors"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// questionTerm is how long a FG may read the text of a question.
const questionTerm = 180 * 24 * time.Hour

// maxReleased is how many of those texts are shown at once.
const maxReleased = 20

// maxLabel is how long the label of a button may be, in characters.
const maxLabel = 60

// rating is what a button below an answer remembers. Text is blank when there is
// nothing that may be shown to anyone else.
type rating struct {
	Text  string
	Topic Topic
	Good  bool
}

// feedbackButtons are the buttons below an answer: whether it helps, or, where
// the bot did not know, the topics that come near and the way to the FG. personal:
// the text says who somebody is and never leaves the conversation.
func (b *Bot) feedbackButtons(tx Tx, e Event, a asked, r Reply, personal bool) (buttons []Button, err error) {
	if r.Abstained && r.Private {
		return nil, nil
	}
	add := func(label string, k Ticket) {
		if err != nil {
			return
		}
		var token string
		k.For = e.User
		token, err = b.ticket(tx, k)
		buttons = append(buttons, Button{Label: plain.Short(label, maxLabel), Ticket: token})
	}
	about := rating{Text: a.Text, Topic: r.Topic}
	if personal {
		about.Text = ""
	}
	if r.Abstained {
		for _, topic := range r.Topics {
			add(topic.Title, Ticket{Action: actTopic, Object: topic.Code, Body: encode(asked{Root: a.Root})})
		}
		if about.Text != "" && r.Need == "" {
			add(text.ReleaseAskButton.Say(text.None{}), Ticket{Action: actReleaseAsk, Body: encode(about)})
		}
		return buttons, err
	}
	good := about
	good.Good = true
	add(text.HelpsButton.Say(text.None{}), Ticket{Action: actRate, Object: eventKey(e), Body: encode(good)})
	add(text.WrongButton.Say(text.None{}), Ticket{Action: actRate, Object: eventKey(e), Body: encode(about)})
	return buttons, err
}

// rate counts a rating, once for an answer. What was asked is shown to its asker
// before anybody else could read it.
func (b *Bot) rate(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	r, err := decode[rating](ticket.Body)
	if err != nil {
		return err
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		switch err := tx.UseNonce("rated:"+ticket.Object, b.Now().Add(2*ticketTerm)); {
		case errors.Is(err, ErrConflict):
			return b.reply(tx, t.job.Casus, e, Message{Text: text.RatedBefore.Say(text.None{})})
		case err != nil:
			return err
		case r.Good:
			return b.reply(tx, t.job.Casus, e, Message{Text: text.RatedGood.Say(text.None{})})
		}
		if err := tx.CountQuestion(r.Topic, Unhelpful); err != nil {
			return err
		}
		if r.Text == "" {
			return b.reply(tx, t.job.Casus, e, Message{Text: text.RatedCounted.Say(text.None{})})
		}
		return b.offerRelease(tx, t, e, r, text.RatedWrong)
	})
}

// askRelease shows somebody their question before the FG may read it.
func (b *Bot) askRelease(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	r, err := decode[rating](ticket.Body)
	if err != nil {
		return err
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		return b.offerRelease(tx, t, e, r, text.ReleaseAsk)
	})
}

func (b *Bot) offerRelease(tx Tx, t *turn, e Event, r rating, words text.Message[text.QuoteArgs]) error {
	token, err := b.ticket(tx, Ticket{Action: actRelease, Object: b.NewID(), For: e.User, Body: encode(r)})
	if err != nil {
		return err
	}
	return b.reply(tx, t.job.Casus, e, Message{Text: words.Say(text.QuoteArgs{Text: plain.Escape(r.Text)}),
		Buttons: []Button{{Label: text.ReleaseButton.Say(text.None{}), Ticket: token}}})
}

// release lets the FG read a question, without who asked it.
func (b *Bot) release(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	r, err := decode[rating](ticket.Body)
	if err != nil {
		return err
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		if err := tx.ReleaseQuestion(ReleasedQuestion{ID: ticket.Object, Topic: r.Topic, Text: r.Text, At: b.Now(), Expires: b.Now().Add(questionTerm)}); err != nil {
			return err
		}
		if _, err := tx.Record(Entry{At: b.Now(), Act: ActReleased, Object: ticket.Object, Outcome: outcomeDone}); err != nil {
			return err
		}
		return b.reply(tx, t.job.Casus, e, Message{Text: text.Released.Say(text.None{})})
	})
}

// commandQuestions is "/convenant vragen": where a good answer was missing. It is
// for a FG; what it shows names no asker.
func (b *Bot) commandQuestions(ctx context.Context, t *turn, e Event, _ string) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		who, err := b.who(tx, e.Platform, e.User)
		if err != nil {
			return err
		}
		standings, err := b.standingsAnywhere(tx, who)
		if err != nil {
			return err
		}
		if !standings.May(MayReadQuestions) {
			return lackedRight{MayReadQuestions}
		}
		counts, err := tx.QuestionCounts()
		if err != nil {
			return err
		}
		released, err := tx.ReleasedQuestions(b.Now())
		if err != nil {
			return err
		}
		if _, err := tx.Record(Entry{At: b.Now(), Actor: who.ID, Act: ActRead, Object: "questions", Outcome: outcomeDone}); err != nil {
			return err
		}
		return b.reply(tx, "", e, Message{Text: questionList(counts, released)})
	})
}

// standingsAnywhere is what somebody is with regard to the installation.
func (b *Bot) standingsAnywhere(tx Tx, who caller) (Standings, error) {
	s := Standings{}
	if who.ID == "" {
		return s, nil
	}
	orgs, err := tx.Organisations()
	for _, o := range orgs {
		s[DPOAnywhere] = s[DPOAnywhere] || o.DPO == who.ID && b.isParty(o)
	}
	return s, err
}

// questionList writes the counts, a line for each topic in the order of the most
// frequent lack, and the texts that were released.
func questionList(counts []QuestionCount, released []ReleasedQuestion) string {
	var args text.QuestionsArgs
	line := map[string]int{}
	for _, c := range counts {
		n, ok := line[c.Topic.Code]
		if !ok {
			n = len(args.Lines)
			line[c.Topic.Code] = n
			args.Lines = append(args.Lines, text.QuestionLine{Topic: topicName(c.Topic)})
		}
		if c.Why == Unhelpful {
			args.Lines[n].Wrong = c.Count
		} else {
			args.Lines[n].Unanswered = c.Count
		}
	}
	for i, q := range released {
		if i == maxReleased {
			break
		}
		args.Released = append(args.Released, text.ReleasedLine{Topic: topicName(q.Topic), Text: plain.Escape(q.Text)})
	}
	return text.QuestionList.Say(args)
}

func topicName(t Topic) string {
	if t.Code == "" {
		return text.OtherTopic.Say(text.None{})
	}
	return plain.Escape(t.Title) + " (" + t.Code + ")"
}
