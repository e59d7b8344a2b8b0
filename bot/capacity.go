package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

const actActAs = "act_as" // press in which capacity one takes part

// The fields with which a capacity is chosen.
const (
	fieldActsAs = "acts_as" // of the form for a new casus: the opener's own
	fieldFor    = "for"     // of the form for a new member: for which organisation they come
)

// candidateAs is the person behind an account in the one capacity that fits.
// ErrNotFound: none that counts; ErrConflict: more than one, and they have to say
// which.
func (b *Bot) candidateAs(tx Tx, platform string, user UserID, fits func(Appointment) bool) (Member, error) {
	p, err := tx.PersonByAccount(Account{Platform: platform, User: user})
	if err != nil {
		return Member{}, err
	}
	var found []Appointment
	for _, a := range p.Counting(b.Now()) {
		if fits(a) {
			found = append(found, a)
		}
	}
	switch len(found) {
	case 0:
		return Member{}, ErrNotFound
	case 1:
		return b.memberAs(p.ID, user, found[0]), nil
	}
	return Member{}, ErrConflict
}

// memberAs is a professional in the capacity of an appointment.
func (b *Bot) memberAs(id PersonID, user UserID, a Appointment) Member {
	return Member{ID: id, Account: user, Role: Professional, Organisation: a.Organisation, Sector: a.Sector,
		Function: a.Function, Task: a.Task, Involved: true, Since: b.Now()}
}

// capacitiesOf lists the capacities in which somebody can act now.
func (b *Bot) capacitiesOf(tx Tx, platform string, user UserID) ([]Option, error) {
	p, err := tx.PersonByAccount(Account{Platform: platform, User: user})
	if err != nil {
		return nil, goneOrNil(err)
	}
	var all []Option
	for _, a := range p.Counting(b.Now()) {
		all = append(all, Option{a.ID, plain.Short(a.Function+", "+b.plainOrgName(tx, a.Organisation), 75)})
	}
	return all, nil
}

func (b *Bot) plainOrgName(tx Tx, id OrgID) string {
	if org, err := tx.Organisation(id); err == nil && org.Name != "" {
		return org.Name
	}
	return string(id)
}

// actsAsField asks somebody with more than one capacity which one counts here.
// Who has one is not asked.
func (b *Bot) actsAsField(tx Tx, platform string, user UserID) ([]Field, error) {
	all, err := b.capacitiesOf(tx, platform, user)
	if err != nil || len(all) < 2 {
		return nil, err
	}
	w, none := text.CapacityForm, text.None{}
	return []Field{{Name: fieldActsAs, Label: w.ActsAs.Say(none), Help: w.ActsAsHelp.Say(none), Kind: Choice, Options: all}}, nil
}

// forField asks for which organisation somebody comes, where somebody works for
// two. It is optional: left out, they are asked themselves.
func (b *Bot) forField(tx Tx) ([]Field, error) {
	people, err := tx.People()
	if err != nil {
		return nil, err
	}
	var orgs []Option
	for _, p := range people {
		counting := p.Counting(b.Now())
		if len(counting) < 2 {
			continue
		}
		for _, a := range counting {
			o := Option{string(a.Organisation), plain.Short(b.plainOrgName(tx, a.Organisation), 60)}
			if !slices.Contains(orgs, o) {
				orgs = append(orgs, o)
			}
		}
	}
	if len(orgs) == 0 {
		return nil, nil
	}
	w, none := text.CapacityForm, text.None{}
	return []Field{{Name: fieldFor, Label: w.For.Say(none), Help: w.ForHelp.Say(none), Kind: Choice, Options: orgs, Optional: true}}, nil
}

// chosenCandidate is candidate in the capacity that a form names; without one, and with several
// capacities, it is ErrConflict.
func (b *Bot) chosenCandidate(tx Tx, s Submission, user UserID) (Member, error) {
	actsAs, org := s.Value(fieldActsAs), OrgID(s.Value(fieldFor))
	switch {
	case user == s.User && actsAs != "":
		return b.candidateAs(tx, s.Platform, user, func(a Appointment) bool { return a.ID == actsAs })
	case user != s.User && org != "":
		m, err := b.candidateAs(tx, s.Platform, user, func(a Appointment) bool { return a.Organisation == org })
		if errors.Is(err, ErrNotFound) {
			return m, &InvalidError{Field: fieldFor, Reason: text.CapacityForm.WrongFor.Say(text.None{})}
		}
		return m, err
	}
	return b.candidate(tx, s.Platform, user)
}

// actsFor is what the buttons remember: who invited.
type actsFor struct{ By UserID }

// askCapacity asks somebody with more than one capacity in which one they take
// part. They come in when they say so and the rules allow that one.
func (b *Bot) askCapacity(tx Tx, casus Casus, user UserID, by UserID, id string) error {
	all, err := b.capacitiesOf(tx, casus.Platform, user)
	if err != nil {
		return err
	}
	m := Message{Text: text.CapacityAsk.Say(text.CasusArgs{Ref: string(casus.Ref), Room: casus.RoomName()})}
	for _, o := range all {
		token, err := b.ticket(tx, Ticket{Action: actActAs, Casus: casus.Ref, Object: o.Value, For: user, Body: encode(actsFor{by}), Expires: b.Now().AddDate(0, 0, leadDays)})
		if err != nil {
			return err
		}
		label, _, _ := strings.Cut(o.Label, ",")
		if slices.ContainsFunc(all, func(x Option) bool { return x != o && strings.HasPrefix(x.Label, label+",") }) {
			_, label, _ = strings.Cut(o.Label, ", ") // the same function twice: then by organisation
		}
		m.Buttons = append(m.Buttons, Button{Label: plain.Short(label, 24), Ticket: token})
		m.Text += "\n- " + plain.Escape(o.Label)
	}
	return b.later(tx, casus.Ref, "capacity:"+id+":"+string(user), speech{Platform: casus.Platform, User: user, Message: m})
}

// actAs lets somebody in, in the capacity that they chose. Whoever invited them
// must still lead the casus.
func (b *Bot) actAs(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	invited, err := decode[actsFor](ticket.Body)
	if err != nil {
		return err
	}
	before, err := b.casus(ctx, ticket.Casus)
	if err != nil {
		return gone(err)
	}
	history := b.hasHistory(ctx, before)
	return b.finish(ctx, t, e, func(tx Tx) error {
		casus, err := tx.Casus(ticket.Casus)
		if err != nil {
			return gone(err)
		}
		h, err := b.at(tx, e.Platform, casus, invited.By, MayLead)
		if err != nil {
			return err
		}
		if casus.Status != Open {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		}
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return &InvalidError{Reason: text.ButtonUsed.Say(text.None{})}
		}
		m, err := b.candidateAs(tx, e.Platform, e.User, func(a Appointment) bool { return a.ID == ticket.Object })
		if err != nil {
			return asInvalid(err, "")
		}
		known, err := tx.Agreements(casus.Ref)
		if err != nil {
			return err
		}
		v, err := b.judgeEntry(ctx, tx, casus, m, h.who.ID, known)
		if err != nil {
			return err
		}
		args := text.CapacityArgs{Ref: string(casus.Ref), Function: plain.Escape(m.Function), Organisation: b.orgName(tx, m.Organisation)}
		if !v.allows() {
			args.Why = v.text()
			id, err := b.addEntry(tx, h.who, casus, ActMemberRefused, string(m.ID), v)
			if err != nil {
				return err
			}
			led, err := b.withWhy(tx, Message{Text: text.CapacityRefused.Say(args)}, casus.Ref, id, "")
			if err != nil {
				return err
			}
			return errors.Join(b.toCoordinator(tx, casus, "capacity:"+eventKey(e), led),
				b.reply(tx, casus.Ref, e, Message{Text: text.CapacityRefused.Say(args)}))
		}
		if casus, _, err = b.takeIn(tx, casus, m, history && !isPolicy(casus.Kind)); err != nil {
			return err
		}
		args.Room = casus.RoomName()
		return errors.Join(b.recordEntry(tx, h.who, casus, ActMemberAdded, string(m.ID), v),
			b.toCoordinator(tx, casus, "capacity:"+eventKey(e), Message{Text: text.CapacityJoined.Say(args)}),
			b.reply(tx, casus.Ref, e, Message{Text: text.CapacityYou.Say(args)}))
	})
}
