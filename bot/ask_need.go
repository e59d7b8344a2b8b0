package bot

import (
	"context"

	"github.com/convenantbot/convenantbot/bot/suppose"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/rules"
)

// told is what pressing one of the buttons below a question says.
type told struct {
	Asked asked
	Tells suppose.Sketch
}

// needButtons are the answers to the one thing that a case lacks. Each can be
// pressed once; trying another one afterwards is fine.
func (b *Bot) needButtons(tx Tx, e Event, a asked, need string) ([]Button, error) {
	var buttons []Button
	add := func(label string, k suppose.Sketch) error {
		token, err := b.ticket(tx, Ticket{Action: actNeed, For: e.User, Body: encode(told{a, k})})
		buttons = append(buttons, Button{Label: label, Ticket: token})
		return err
	}
	var err error
	offer := func(label string, k suppose.Sketch) {
		if err == nil {
			err = add(label, k)
		}
	}
	switch need {
	case suppose.NeedAge:
		for _, v := range suppose.Bands {
			offer(text.BandName(v), suppose.Sketch{Age: v})
		}
	case suppose.NeedSector:
		for _, v := range rules.Sectors {
			offer(text.SectorName(v), suppose.Sketch{Sector: v})
		}
	case suppose.NeedKind:
		for _, v := range rules.DataKinds {
			offer(text.DataKindName(v), suppose.Sketch{Kind: v})
		}
	case suppose.NeedRecipients:
		for _, v := range []suppose.Reach{suppose.Inside, suppose.Outside} {
			offer(text.ReachName(string(v)), suppose.Sketch{Reach: v})
		}
	}
	return buttons, err
}

// toldByButton answers a question again with what a button added.
func (b *Bot) toldByButton(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	body, err := decode[told](ticket.Body)
	if err != nil {
		return err
	}
	a := body.Asked
	a.Known, a.ticket = a.Known.With(body.Tells), ticket.Token
	return b.answer(ctx, t, e, a)
}

// chosenTopic answers the topic that somebody chose from those that came near.
func (b *Bot) chosenTopic(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	a, err := decode[asked](ticket.Body)
	if err != nil {
		return err
	}
	return b.answer(ctx, t, e, asked{Topic: ticket.Object, Root: a.Root, ticket: ticket.Token})
}
