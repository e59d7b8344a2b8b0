package bot

import (
	"context"

	"github.com/convenantbot/convenantbot/bot/text"
)

// told is what pressing one of the buttons below a question says.
type told struct {
	Asked asked
	Tells Sketch
}

// needButtons are the answers to the one thing that a case lacks. Each can be
// pressed once; trying another one afterwards is fine.
func (b *Bot) needButtons(tx Tx, e Event, a asked, need string) ([]Button, error) {
	var buttons []Button
	add := func(label string, k Sketch) error {
		token, err := b.ticket(tx, Ticket{Action: actNeed, For: e.User, Body: encode(told{a, k})})
		buttons = append(buttons, Button{Label: label, Ticket: token})
		return err
	}
	var err error
	offer := func(label string, k Sketch) {
		if err == nil {
			err = add(label, k)
		}
	}
	switch need {
	case NeedAge:
		for _, v := range Bands {
			offer(text.BandName(v), Sketch{Age: v})
		}
	case NeedSector:
		for _, v := range Sectors {
			offer(text.SectorName(string(v)), Sketch{Sector: v})
		}
	case NeedKind:
		for _, v := range DataKinds {
			offer(text.DataKindName(string(v)), Sketch{Kind: v})
		}
	case NeedRecipients:
		for _, v := range []Reach{Inside, Outside} {
			offer(text.ReachName(string(v)), Sketch{Reach: v})
		}
	}
	return buttons, err
}

// unclear reports whether somebody asks about sharing and leaves so much open
// that only a general answer was possible; the guided flow is the way on then.
func (k Sketch) unclear() bool {
	return k.Shares && !k.Law && k.Kind != BSN && k.Kind != Criminal && (k.Kind == "" || k.Sector == "" || k.Age == "")
}

// with is k with what more says.
func (k Sketch) with(more Sketch) Sketch {
	if more.Age != "" {
		k.Age = more.Age
	}
	if more.Sector != "" {
		k.Sector = more.Sector
	}
	if more.Kind != "" {
		k.Kind = more.Kind
	}
	if more.Reach != "" {
		k.Reach = more.Reach
	}
	return k
}

// toldByButton answers a question again with what a button added.
func (b *Bot) toldByButton(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	body, err := decode[told](ticket.Body)
	if err != nil {
		return err
	}
	a := body.Asked
	a.Known, a.ticket = a.Known.with(body.Tells), ticket.Token
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
