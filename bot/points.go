package bot

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/paper"
	"github.com/convenantbot/convenantbot/internal/textscan"
)

// The fields of the form for an action point.
const (
	fieldPoint = "point"
	fieldActor = "actor"
	fieldByDay = "by"
)

// maxPoints is how many action points a casus may have that are not done.
const maxPoints = 50

// personName is what people in a room call somebody of the casus: a professional
// by function and organisation, the others by their place in the family. It names
// nobody.
func (b *Bot) personName(tx Tx, casus Casus, id PersonID) string {
	for _, m := range casus.Private.Members {
		if m.ID == id && m.Role == Professional {
			return plain.Escape(m.Function) + ", " + b.orgName(tx, m.Organisation)
		}
	}
	return b.labels(casus, []string{string(id)})[0]
}

// promisers lists those who can promise something: everybody in the room, and the
// family also when they are not in it.
func (b *Bot) promisers(tx Tx, casus Casus) []Option {
	var all []Option
	add := func(id PersonID) {
		if id != "" && !slices.ContainsFunc(all, func(o Option) bool { return o.Value == string(id) }) {
			all = append(all, Option{string(id), b.personName(tx, casus, id)})
		}
	}
	for _, m := range casus.Private.Members {
		if m.Account != "" && b.isPresent(tx, m) {
			add(m.ID)
		}
	}
	for _, h := range casus.Private.Authority {
		add(h.ID)
	}
	add(casus.Private.YoungPerson.ID)
	return all
}

// commandPoint is "/casus afspraak": note who does what, and when.
func (b *Bot) commandPoint(ctx context.Context, t *turn, e Event, rest string) error {
	return b.askIn(ctx, t, e, "", MayWork, Ticket{Action: actPoint}, func(tx Tx, h here, _ *Ticket) (Form, error) {
		if h.casus.Status != Open {
			return Form{}, &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(h.casus.Ref)})}
		}
		w, none := text.PointForm, text.None{}
		what := Field{Name: fieldPoint, Label: w.What.Say(none), Help: w.WhatHelp.Say(none), Kind: ShortText}
		if plain.Sentence(rest, 150) {
			what.Default = []string{rest}
		}
		who := Field{Name: fieldActor, Label: w.Who.Say(none), Kind: Choice, Options: b.promisers(tx, h.casus)}
		by := Field{Name: fieldByDay, Label: w.By.Say(none), Kind: Date, Default: []string{b.Now().In(amsterdam).AddDate(0, 0, 14).Format(time.DateOnly)}}
		return Form{Title: w.Title.Say(none), Intro: w.Intro.Say(text.CasusArgs{Ref: string(h.casus.Ref)}), Send: w.Send.Say(none), Fields: []Field{what, who, by}}, nil
	})
}

// submitPoint keeps an action point and says it in the room.
func (b *Bot) submitPoint(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayWork, func(tx Tx, h here) error {
		casus := h.casus
		if casus.Status != Open {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		}
		p := ActionPoint{ID: b.NewID(), What: strings.TrimSpace(s.Value(fieldPoint)), Who: PersonID(s.Value(fieldActor)), By: s.Value(fieldByDay),
			NotedBy: h.who.ID, NotedAt: b.Now()}
		_, err := startOfDay(p.By)
		switch {
		case !plain.Sentence(p.What, 150) || textscan.FindBSN(p.What):
			return &InvalidError{Field: fieldPoint, Reason: text.WrongPoint.What.Say(text.None{})}
		case !slices.ContainsFunc(b.promisers(tx, casus), func(o Option) bool { return o.Value == string(p.Who) }):
			return &InvalidError{Field: fieldActor, Reason: text.WrongChoice.Say(text.None{})}
		case err != nil || p.By < b.today() || p.By > b.Now().AddDate(2, 0, 0).Format(time.DateOnly):
			return &InvalidError{Field: fieldByDay, Reason: text.WrongPoint.By.Say(text.None{})}
		case len(casus.OpenPoints()) >= maxPoints:
			return &InvalidError{Reason: text.WrongPoint.Many.Say(text.None{})}
		}
		if err := namesNobody(casus, fieldPoint, p.What); err != nil {
			return err
		}
		casus.Private.ActionPoints = append(casus.Private.ActionPoints, p)
		casus.LastActivityAt = b.Now()
		if casus, err = tx.SaveCasus(casus); err != nil {
			return err
		}
		if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActPointNoted, Object: p.ID}); err != nil {
			return err
		}
		args := b.pointLine(tx, casus, p)
		answer.Text = text.PointSaved.Say(text.None{})
		return b.later(tx, casus.Ref, "point:"+p.ID, speech{Platform: casus.Platform, Channel: casus.Room, Message: Message{Text: text.PointNoted.Say(args)}})
	})
	return answer, err
}

// namesNobody refuses a line for the room in which somebody of the casus is named,
// and says how it could be written.
func namesNobody(casus Casus, field, line string) error {
	if len(FindKnown(casus, line)) == 0 {
		return nil
	}
	return &InvalidError{Field: field, Reason: text.NamesSomebody.Say(text.NamesSomebodyArgs{Instead: plain.Escape(WithoutKnown(casus, line, false))})}
}

func (b *Bot) pointLine(tx Tx, casus Casus, p ActionPoint) text.PointLine {
	by, err := startOfDay(p.By)
	if err != nil {
		by = p.NotedAt // written by an earlier version
	}
	return text.PointLine{Ref: string(casus.Ref), What: plain.Escape(p.What), Who: b.personName(tx, casus, p.Who), By: by, Done: p.DoneAt,
		Late: p.DoneAt.IsZero() && p.By < b.today()}
}

// commandPoints is "/casus afspraken": what was promised, with a button for what
// the asker may tick off.
func (b *Bot) commandPoints(ctx context.Context, t *turn, e Event, rest string) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		h, err := b.pointed(tx, e, rest, MayRead)
		if err != nil {
			return err
		}
		m, err := b.pointsMessage(tx, h)
		if err != nil {
			return err
		}
		if err := b.record(tx, h.who, Entry{Casus: h.casus.Ref, Act: ActRead}); err != nil {
			return err
		}
		return b.reply(tx, h.casus.Ref, e, m)
	})
}

// maxButtons is how many buttons stand below one message.
const maxButtons = 5

func (b *Bot) pointsMessage(tx Tx, h here) (Message, error) {
	args := text.PointsArgs{Ref: string(h.casus.Ref)}
	var m Message
	me, _ := h.casus.Member(h.who.Account)
	for _, p := range h.casus.OpenPoints() {
		line := b.pointLine(tx, h.casus, p)
		line.Number = len(args.Open) + 1
		args.Open = append(args.Open, line)
		if h.casus.Status != Open || len(m.Buttons) == maxButtons || me.ID == "" || p.Who != me.ID && !h.Standings[Leads] {
			continue
		}
		token, err := b.ticket(tx, Ticket{Action: actPointDone, Casus: h.casus.Ref, Object: p.ID, For: h.who.Account, Expires: b.Now().AddDate(0, 1, 0)})
		if err != nil {
			return m, err
		}
		m.Buttons = append(m.Buttons, Button{Label: text.PointDoneButton.Say(line), Ticket: token})
	}
	for _, p := range h.casus.Private.ActionPoints {
		if !p.DoneAt.IsZero() {
			args.Done = append(args.Done, b.pointLine(tx, h.casus, p))
		}
	}
	m.Text = text.Points.Say(args)
	return m, nil
}

// pointDone ticks off an action point: by who promised it, or by who leads.
func (b *Bot) pointDone(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		casus, err := tx.Casus(ticket.Casus)
		if err != nil {
			return err
		}
		h, err := b.at(tx, e.Platform, casus, e.User, MayRead)
		if err != nil {
			return err
		}
		if casus.Status != Open {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		}
		me, _ := casus.Member(e.User)
		i := slices.IndexFunc(casus.Private.ActionPoints, func(p ActionPoint) bool { return p.ID == ticket.Object })
		if i < 0 || !casus.Private.ActionPoints[i].DoneAt.IsZero() || tx.UseTicket(ticket.Token, b.Now()) != nil {
			return &InvalidError{Reason: text.ButtonUsed.Say(text.None{})}
		}
		p := &casus.Private.ActionPoints[i]
		if me.ID == "" || p.Who != me.ID && !h.Standings[Leads] {
			return lackedRight{MayWork}
		}
		p.DoneAt, p.DoneBy = b.Now(), me.ID
		casus.LastActivityAt = b.Now()
		if casus, err = tx.SaveCasus(casus); err != nil {
			return err
		}
		if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActPointDone, Object: p.ID}); err != nil {
			return err
		}
		return b.reply(tx, casus.Ref, e, Message{Text: text.PointTicked.Say(b.pointLine(tx, casus, *p))})
	})
}

// commandMinutes is "/casus verslag": the agreements of this casus on paper, for
// the asker's own file. The bot keeps none of its own.
func (b *Bot) commandMinutes(ctx context.Context, t *turn, e Event, rest string) error {
	var ref Ref
	var doc *paper.Document
	err := b.Store.View(ctx, func(tx Tx) error {
		h, err := b.pointed(tx, e, rest, MayRead)
		if err != nil {
			return err
		}
		if len(h.casus.Private.ActionPoints) == 0 {
			return &InvalidError{Reason: text.MinutesNone.Say(text.None{})}
		}
		ref, doc = h.casus.Ref, b.minutes(tx, h.casus)
		return nil
	})
	if err != nil {
		return err
	}
	return b.givePaper(ctx, t, e, ref, doc, "afspraken-"+string(ref)+".pdf", text.MinutesHere.Say(text.CasusArgs{Ref: string(ref)}), ActMinutesMade)
}

func (b *Bot) minutes(tx Tx, casus Casus) *paper.Document {
	w, none := text.MinutesPaper, text.None{}
	base := text.MinutesArgs{Ref: string(casus.Ref), Kind: text.KindName(string(casus.Kind)), Phase: text.PhaseName(string(casus.Phase)), Made: b.Now()}
	sheet := paper.Sheet{Title: w.Title.NL(base), Intro: []string{w.Intro.NL(base)},
		Facts: []paper.Fact{{Label: w.Phase.NL(none), Text: base.Phase}, {Label: w.Purpose.NL(none), Text: casus.Private.Purpose}}}
	for _, m := range casus.Private.Meetings {
		if !m.Cancelled {
			sheet.Facts = append(sheet.Facts, paper.Fact{Label: w.Meeting.NL(none), Text: text.MomentNL(m.At)})
		}
	}
	var orgs []string
	for _, id := range casus.Organisations() {
		orgs = append(orgs, b.plainOrg(tx, id))
	}
	sheet.Facts = append(sheet.Facts, paper.Fact{Label: w.Parties.NL(none), Text: text.ListNL(orgs)})
	for _, p := range casus.Private.ActionPoints {
		line := b.pointLine(tx, casus, p)
		line.What = p.What // paper has no Markdown
		sheet.Sections = append(sheet.Sections, paper.Section{Heading: line.What, Text: w.Line.NL(line)})
	}
	return &paper.Document{Title: w.Title.NL(base), Lang: "nl-NL", Footer: w.Footer.NL(base), Made: b.Now(), Sheets: []paper.Sheet{sheet}}
}
