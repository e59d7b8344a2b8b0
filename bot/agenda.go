package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// maxAgenda is how many young people can be planned in a row.
const maxAgenda = 12

// leads lists the open casussen that somebody leads, with the right to do so now,
// ordered by code.
func (b *Bot) leads(tx Tx, platform string, user UserID) ([]here, error) {
	who, err := b.who(tx, platform, user)
	if err != nil || who.ID == "" {
		return nil, err
	}
	refs, err := tx.RefsOf(who.ID)
	if err != nil {
		return nil, err
	}
	var all []here
	for _, ref := range refs {
		casus, err := tx.Casus(ref)
		if errors.Is(err, ErrGone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if casus.Status != Open || casus.Platform != platform {
			continue
		}
		h, err := b.at(tx, platform, casus, user, MayLead)
		if errors.Is(err, ErrForbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, nil
}

// commandAgenda is "/casus agenda": without a day it plans several casussen one
// after another; with one it shows what is planned on that day. Each keeps its own
// room and its own circle.
func (b *Bot) commandAgenda(ctx context.Context, t *turn, e Event, rest string) error {
	if rest != "" {
		return b.showAgenda(ctx, t, e, rest)
	}
	var form Form
	err := b.Store.View(ctx, func(tx Tx) error {
		mine, err := b.leads(tx, e.Platform, e.User)
		if err != nil {
			return err
		}
		if len(mine) == 0 {
			return &InvalidError{Reason: text.AgendaNone.Say(text.None{})}
		}
		w, none := text.AgendaForm, text.None{}
		casussen := Field{Name: fieldCasussen, Label: w.Casussen.Say(none), Help: w.CasussenHelp.Say(none), Kind: Choices}
		for _, h := range mine {
			casussen.Options = append(casussen.Options, Option{string(h.casus.Ref), text.AgendaOption.Say(b.agendaLine(h.casus, Meeting{}))})
		}
		form = Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: append([]Field{casussen}, whenFields(Meeting{}, "20")...)}
		return nil
	})
	if err != nil {
		return err
	}
	return b.openForm(ctx, t, e, form, Ticket{Action: actAgenda})
}

func (b *Bot) agendaLine(c Casus, m Meeting) text.AgendaLine {
	return text.AgendaLine{Ref: string(c.Ref), Kind: text.KindName(string(c.Kind)), Phase: text.PhaseName(string(c.Phase)), At: m.At,
		Minutes: int(m.Duration / time.Minute), Parties: len(c.Organisations()), Place: plain.Escape(m.Place)}
}

// submitAgenda plans the chosen casussen one after another, in the order in which
// they were chosen: all of them or none.
func (b *Bot) submitAgenda(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.update(ctx, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		mine, err := b.leads(tx, s.Platform, s.User)
		if err != nil {
			return err
		}
		chosen := s.Values[fieldCasussen]
		switch {
		case len(chosen) == 0:
			return &InvalidError{Field: fieldCasussen, Reason: text.WrongChoice.Say(text.None{})}
		case len(chosen) > maxAgenda:
			return &InvalidError{Field: fieldCasussen, Reason: text.AgendaTooMany.Say(text.AgendaTooManyArgs{Most: maxAgenda})}
		}
		m, err := b.readWhen(s)
		if err != nil {
			return err
		}
		var args text.AgendaArgs
		for i, ref := range chosen {
			at := slices.IndexFunc(mine, func(h here) bool { return string(h.casus.Ref) == ref })
			if at < 0 || slices.Contains(chosen[:i], ref) {
				return &InvalidError{Field: fieldCasussen, Reason: text.WrongChoice.Say(text.None{})}
			}
			if err := namesNobody(mine[at].casus, fieldPlace, m.Place); err != nil {
				return err
			}
			one := m
			one.At = m.At.Add(time.Duration(i) * m.Duration)
			if err := b.saveMeeting(tx, mine[at].who, mine[at].casus, one); err != nil {
				return err
			}
			args.Lines = append(args.Lines, b.agendaLine(mine[at].casus, one))
		}
		args.Day = m.At
		answer.Text = text.AgendaSaved.Say(args)
		return nil
	})
	return answer, err
}

// showAgenda shows the meetings of one day, of the casussen that somebody is in.
func (b *Bot) showAgenda(ctx context.Context, t *turn, e Event, rest string) error {
	day := strings.TrimSpace(rest)
	switch strings.ToLower(day) {
	case "vandaag":
		day = b.today()
	case "morgen":
		day = b.Now().In(amsterdam).AddDate(0, 0, 1).Format(time.DateOnly)
	}
	at, err := startOfDay(day)
	if err != nil {
		return &InvalidError{Reason: text.AgendaDay.Say(text.None{})}
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		who, err := b.who(tx, e.Platform, e.User)
		if err != nil {
			return err
		}
		all, err := b.casussenOf(tx, e.Platform, who)
		if err != nil {
			return err
		}
		args := text.AgendaArgs{Day: at}
		s := speech{Platform: e.Platform, Channel: e.Channel, User: e.User, Direct: e.Direct}
		for _, c := range all {
			for _, m := range c.Private.Meetings {
				if !m.Cancelled && m.At.In(amsterdam).Format(time.DateOnly) == day {
					args.Lines, s.About = append(args.Lines, b.agendaLine(c, m)), append(s.About, c.Ref)
				}
			}
		}
		slices.SortStableFunc(args.Lines, func(a, b text.AgendaLine) int { return a.At.Compare(b.At) })
		s.Message.Text = text.Agenda.Say(args)
		return b.later(tx, "", "reply:"+eventKey(e), s)
	})
}

// casussenOf lists the casussen in which somebody is now and which are still
// there, ordered by code.
func (b *Bot) casussenOf(tx Tx, platform string, who caller) ([]Casus, error) {
	if who.ID == "" {
		return nil, nil
	}
	refs, err := tx.RefsOf(who.ID)
	if err != nil {
		return nil, err
	}
	var all []Casus
	for _, ref := range refs {
		c, err := tx.Casus(ref)
		if errors.Is(err, ErrGone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if (c.Status == Open || c.Status == Closed) && c.Platform == platform && b.isHere(tx, c, who.Account) {
			all = append(all, c)
		}
	}
	return all, nil
}
