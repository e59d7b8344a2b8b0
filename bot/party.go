package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// hasLeft reports whether the organisation is no party of the convenant any more
// today in Amsterdam.
func (b *Bot) hasLeft(o Organisation) bool { return o.LeftAt != "" && o.LeftAt <= b.today() }

// The acts on the register of parties.
const (
	ActPartyLeft Act = "party_left"
)

const actLeave = "leave" // send the form with which an organisation leaves the convenant

// commandParties is "/convenant partijen": who is a party, since when and by whose
// mandate, and who left. Everybody may read it: parents are told it too (PAR-04).
func (b *Bot) commandParties(ctx context.Context, t *turn, e Event, rest string) error {
	switch strings.ToLower(rest) {
	case "uittreden":
		return b.askLeave(ctx, t, e)
	case "toetreden":
		return b.askAccede(ctx, t, e)
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		orgs, err := tx.Organisations()
		if err != nil {
			return err
		}
		var args text.PartiesArgs
		for _, o := range orgs {
			args.Parties = append(args.Parties, text.PartyLine{Name: plain.Escape(o.Name), Signed: o.SignedAt, Announced: o.AnnouncedAt,
				Mandate: plain.Escape(o.Mandate), Left: o.LeftAt, Counts: b.isParty(o), Watched: o.DPO != "", Decides: o.Appointee != ""})
		}
		return b.reply(tx, "", e, Message{Text: text.Parties.Say(args)})
	})
}

// speaksFor lists the organisations for which somebody may decide: who works
// there, and that it leaves.
func (b *Bot) speaksFor(tx Tx, who caller, r Right) ([]Organisation, error) {
	orgs, err := tx.Organisations()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(orgs, func(o Organisation) bool {
		s := Standings{AppointeeOfIt: who.ID != "" && o.Appointee == who.ID, DPOOfParty: who.ID != "" && o.DPO == who.ID}
		return !s.May(r)
	}), nil
}

func orgOptions(orgs []Organisation) []Option {
	var all []Option
	for _, o := range orgs {
		all = append(all, Option{string(o.ID), plain.Short(o.Name, 60)})
	}
	return all
}

// askLeave opens the form with which an organisation leaves.
func (b *Bot) askLeave(ctx context.Context, t *turn, e Event) error {
	var form Form
	if err := b.Store.View(ctx, func(tx Tx) error {
		who, err := b.who(tx, e.Platform, e.User)
		if err != nil {
			return err
		}
		orgs, err := b.speaksFor(tx, who, MayLeaveConvenant)
		if err != nil {
			return err
		}
		orgs = slices.DeleteFunc(orgs, func(o Organisation) bool { return o.LeftAt != "" })
		if len(orgs) == 0 {
			return lackedRight{MayLeaveConvenant}
		}
		w, none := text.LeaveForm, text.None{}
		form = Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{
			{Name: fieldOrg, Label: w.Org.Say(none), Kind: Choice, Options: orgOptions(orgs)},
			{Name: "on", Label: w.On.Say(none), Help: w.OnHelp.Say(none), Kind: Date, Default: []string{b.today()}},
			{Name: "sure", Label: w.Sure.Say(none), Help: w.SureHelp.Say(none), Kind: Tick},
		}}
		return nil
	}); err != nil {
		return err
	}
	return b.openForm(ctx, t, e, form, Ticket{Action: actLeave})
}

const fieldOrg = "org"

// submitLeave notes that an organisation leaves. From that day on nobody acts
// for it: its people lose their rooms at once.
func (b *Bot) submitLeave(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.update(ctx, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		who, err := b.who(tx, s.Platform, s.User)
		if err != nil {
			return err
		}
		orgs, err := b.speaksFor(tx, who, MayLeaveConvenant)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(orgs, func(o Organisation) bool { return string(o.ID) == s.Value(fieldOrg) })
		if i < 0 {
			return lackedRight{MayLeaveConvenant}
		}
		org := orgs[i]
		if org.LeftAt != "" {
			return ErrConflict
		}
		on := s.Value("on")
		if _, err := startOfDay(on); err != nil || on < b.today() {
			return &InvalidError{Field: "on", Reason: text.LeaveForm.WrongDay.Say(text.None{})}
		}
		if s.Value("sure") != "true" {
			return &InvalidError{Field: "sure", Reason: text.LeaveForm.NotSure.Say(text.None{})}
		}
		org.LeftAt = on
		if err := tx.SaveOrganisation(org); err != nil {
			return err
		}
		who.Organisation = org.ID
		if err := b.record(tx, who, Entry{Act: ActPartyLeft, Object: string(org.ID)}); err != nil {
			return err
		}
		answer.Text = text.PartyLeaves.Say(text.PartyLeftArgs{Name: plain.Escape(org.Name), On: on})
		return b.partyGone(tx, org, "left:"+on)
	})
	return answer, err
}

// partyGone leaves the consequences of an organisation's leaving, when its day
// has come: every casus with its people is looked at, now.
func (b *Bot) partyGone(tx Tx, org Organisation, cause string) error {
	if !b.hasLeft(org) {
		return nil // the daily look finds it
	}
	people, err := tx.People()
	if err != nil {
		return err
	}
	var of []PersonID
	for _, p := range people {
		if slices.ContainsFunc(p.Appointments, func(a Appointment) bool { return a.Organisation == org.ID }) {
			of = append(of, p.ID)
		}
	}
	return b.planMembers(tx, fmt.Sprintf("%s:%s", cause, org.ID), of...)
}

// mergeOrganisation is o as the operator's file has it, with what the
// organisation itself said since: that it left stays so until it signs anew.
func mergeOrganisation(old, o Organisation) Organisation {
	if o.LeftAt == "" && old.LeftAt != "" && o.SignedAt <= old.LeftAt {
		o.LeftAt = old.LeftAt
	}
	if o.Mandate == "" {
		o.Mandate = old.Mandate
	}
	// What was signed since the file was written came from the chat, and who decides
	// with it. A file that has the newer signing decides again, also to take it away.
	if o.SignedAt < old.SignedAt {
		o.SignedAt, o.AnnouncedAt, o.Mandate = old.SignedAt, old.AnnouncedAt, old.Mandate
		if o.LeftAt < old.SignedAt {
			o.LeftAt = old.LeftAt
		}
		o.DPO, o.Appointee = cmp.Or(o.DPO, old.DPO), cmp.Or(o.Appointee, old.Appointee)
	}
	return o
}

// mergePerson is p as the operator's file has it, with what organisations said
// since in the chat: whom they confirmed again, whose work ended, and who came.
// until works out when a confirmation is too old; nil: none ever is.
func (b *Bot) mergePerson(old, p Person, lapses bool) Person {
	known := map[string]Appointment{}
	for _, a := range old.Appointments {
		known[a.ID] = a
	}
	p.Appointments = slices.Clone(p.Appointments)
	for i := range p.Appointments {
		a := &p.Appointments[i]
		before, ok := known[a.ID]
		ok = ok && before.Organisation == a.Organisation && before.Sector == a.Sector
		if ok && before.EndedAt.After(a.ConfirmedAt) && a.EndedAt.IsZero() {
			a.EndedAt = before.EndedAt
		}
		if ok && before.ConfirmedAt.After(a.ConfirmedAt) {
			a.ConfirmedAt, a.ConfirmedBy, a.ConfirmedUntil = before.ConfirmedAt, before.ConfirmedBy, before.ConfirmedUntil
		} else if ok && before.ConfirmedAt.Equal(a.ConfirmedAt) {
			a.ConfirmedUntil = before.ConfirmedUntil
		}
		if lapses && a.ConfirmedUntil.IsZero() && !a.ConfirmedAt.IsZero() {
			a.ConfirmedUntil = b.confirmedUntil(a.ConfirmedAt)
			// Who was confirmed long ago is not shut out the moment that we begin to
			// count: their organisation is asked first.
			if soonest := b.Now().AddDate(0, 0, askDays); a.ConfirmedUntil.Before(soonest) {
				a.ConfirmedUntil = soonest
			}
		}
	}
	for _, a := range old.Appointments {
		if a.Own && !slices.ContainsFunc(p.Appointments, func(x Appointment) bool { return x.ID == a.ID }) {
			p.Appointments = append(p.Appointments, a)
		}
	}
	return p
}

// goneOrNil forgets that something is not there.
func goneOrNil(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
