package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// askDays is how long ahead an organisation is asked to confirm again who works
// there, and remindDays how long ahead it is reminded. In calendar days.
const (
	askDays    = 14
	remindDays = 5
)

// The acts on appointments. Their object is the appointment.
const (
	ActAppointed   Act = "appointment_added"
	ActReconfirmed Act = "appointment_confirmed"
	ActUnappointed Act = "appointment_ended"
	ActConfirmAsk  Act = "confirmation_asked"
)

// JobAppointments is the daily look at who was not confirmed for long.
const JobAppointments JobKind = "appointments"

const actConfirm = "confirm_staff" // press "they all still work here"

// confirmedUntil is until when a confirmation of the moment at counts: a quarter,
// and the time in which the organisation is asked.
func (b *Bot) confirmedUntil(at time.Time) time.Time {
	return at.In(amsterdam).AddDate(0, 0, b.Region.Terms.ConfirmDays()+askDays)
}

// planAppointments plans the look of today, once.
func (b *Bot) planAppointments(tx Tx) error {
	return tx.AddJob(Job{ID: "appointments:" + b.today(), Kind: JobAppointments, RunAt: b.Now()})
}

// posting is one appointment with whose it is.
type posting struct {
	Person      PersonID
	Appointment string // its id
}

// dueOf lists the appointments at an organisation that have to be confirmed
// again, and how urgent that is: 0 nothing, 1 it is asked, 2 reminded, 3 some do
// not count any more.
func (b *Bot) dueStaff(people []Person, org OrgID) (due []posting, stage int, first time.Time) {
	now := b.Now()
	for _, p := range people {
		for _, a := range p.Appointments {
			if a.Organisation != org || a.ConfirmedUntil.IsZero() || !a.Counts(now) && !a.Lapsed(now) {
				continue
			}
			left := a.ConfirmedUntil.In(amsterdam)
			if left.AddDate(0, 0, -askDays).After(now) {
				continue
			}
			s := 1
			if !left.AddDate(0, 0, -remindDays).After(now) {
				s = 2
			}
			if a.Lapsed(now) {
				s = 3
			}
			stage = max(stage, s)
			if first.IsZero() || a.ConfirmedUntil.Before(first) {
				first = a.ConfirmedUntil
			}
			due = append(due, posting{p.ID, a.ID})
		}
	}
	return due, stage, first
}

// lookAtAppointments asks each organisation to confirm again who works there,
// and has the rooms looked at of everybody who does not count any more.
func (b *Bot) lookAtAppointments(ctx context.Context, t *turn) error {
	return t.Commit(ctx, func(tx Tx) error {
		people, err := tx.People()
		if err != nil {
			return err
		}
		orgs, err := tx.Organisations()
		if err != nil {
			return err
		}
		var gone []PersonID
		for _, p := range people {
			if slices.ContainsFunc(p.Appointments, func(a Appointment) bool {
				i := slices.IndexFunc(orgs, func(o Organisation) bool { return o.ID == a.Organisation })
				return !a.Counts(b.Now()) || i < 0 || b.hasLeft(orgs[i])
			}) {
				gone = append(gone, p.ID)
			}
		}
		for _, o := range orgs {
			if b.hasLeft(o) {
				continue
			}
			if err := b.askStaff(tx, people, o); err != nil {
				return err
			}
		}
		return b.planMembers(tx, b.today(), gone...)
	})
}

// askStaff asks whom the organisation appointed; without one its FG hears that
// nobody can confirm. The same question is put once.
func (b *Bot) askStaff(tx Tx, people []Person, o Organisation) error {
	due, stage, first := b.dueStaff(people, o.ID)
	if len(due) == 0 {
		return nil
	}
	id := fmt.Sprintf("confirm:%s:%d:%d:%d", o.ID, stage, first.Unix(), len(due))
	args := text.StaffDueArgs{Organisation: plain.Escape(o.Name), Until: first, Late: stage == 3, Again: stage == 2}
	for _, d := range due {
		args.People = append(args.People, staffLine(people, d))
	}
	asked := false
	tell := func(person PersonID, m func(a Account) (Message, error)) error {
		if person == "" {
			return nil
		}
		p, err := tx.Person(person)
		if err != nil {
			return goneOrNil(err)
		}
		for _, a := range p.Accounts {
			if b.platforms[a.Platform] == nil {
				continue // one to sign in with, where nobody can be told anything
			}
			message, err := m(a)
			if err != nil {
				return err
			}
			asked = true
			if err := b.later(tx, "", id+":"+string(a.User), speech{Platform: a.Platform, User: a.User, Message: message}); err != nil {
				return err
			}
		}
		return nil
	}
	err := tell(o.Appointee, func(a Account) (Message, error) {
		button, err := b.confirmButton(tx, o.ID, a.User, due)
		return Message{Text: text.StaffDue.Say(args), Buttons: []Button{button}}, err
	})
	if err == nil && !asked {
		err = tell(o.DPO, func(Account) (Message, error) { return Message{Text: text.StaffNobody.Say(args)}, nil })
	}
	if err != nil {
		return err
	}
	_, err = tx.Record(Entry{At: b.Now(), Act: ActConfirmAsk, Object: string(o.ID), Reasons: []string{fmt.Sprintf("people:%d", len(due)), fmt.Sprintf("asked:%v", asked)}, Outcome: outcomeDone})
	return err
}

// staffLine is an appointment as a list shows it, without a name: function,
// sector and until when.
func staffLine(people []Person, d posting) text.StaffLine {
	for _, p := range people {
		for _, a := range p.Appointments {
			if p.ID == d.Person && a.ID == d.Appointment {
				return text.StaffLine{Function: plain.Escape(a.Function), Sector: text.SectorName(string(a.Sector)), Until: a.ConfirmedUntil}
			}
		}
	}
	return text.StaffLine{}
}

func (b *Bot) confirmButton(tx Tx, org OrgID, user UserID, due []posting) (Button, error) {
	token, err := b.ticket(tx, Ticket{Action: actConfirm, Object: string(org), For: user, Body: encode(due), Expires: b.Now().AddDate(0, 0, 2*askDays)})
	return Button{Label: text.StaffConfirm.Say(text.None{}), Ticket: token}, err
}

// confirmByButton confirms everybody whom the message named.
func (b *Bot) confirmByButton(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	due, err := decode[[]posting](ticket.Body)
	if err != nil {
		return err
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		who, org, err := b.staffer(tx, e.Platform, e.User, OrgID(ticket.Object))
		if err != nil {
			return err
		}
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return &InvalidError{Reason: text.ButtonUsed.Say(text.None{})}
		}
		n, err := b.reconfirm(tx, who, org, due)
		if err != nil {
			return err
		}
		return b.reply(tx, "", e, Message{Text: text.StaffConfirmed.Say(text.StaffConfirmedArgs{People: n, Until: b.confirmedUntil(b.Now())})})
	})
}

// staffer is somebody who decides for the organisation who works there.
func (b *Bot) staffer(tx Tx, platform string, user UserID, org OrgID) (caller, Organisation, error) {
	who, err := b.who(tx, platform, user)
	if err != nil {
		return who, Organisation{}, err
	}
	all, err := b.speaksFor(tx, who, MayStaff)
	if err != nil {
		return who, Organisation{}, err
	}
	i := slices.IndexFunc(all, func(o Organisation) bool { return o.ID == org })
	if i < 0 || !b.isParty(all[i]) {
		return who, Organisation{}, lackedRight{MayStaff}
	}
	who.Organisation = org
	return who, all[i], nil
}

// reconfirm confirms appointments at org again, as of now. One that ended
// meanwhile stays ended. It returns how many were confirmed.
func (b *Bot) reconfirm(tx Tx, who caller, org Organisation, due []posting) (int, error) {
	var back []PersonID
	n := 0
	for _, d := range due {
		p, err := tx.Person(d.Person)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return n, err
		}
		i := slices.IndexFunc(p.Appointments, func(a Appointment) bool { return a.ID == d.Appointment && a.Organisation == org.ID })
		if i < 0 || !p.Appointments[i].EndedAt.IsZero() {
			continue
		}
		a := &p.Appointments[i]
		if a.Lapsed(b.Now()) {
			back = append(back, p.ID)
		}
		a.ConfirmedAt, a.ConfirmedBy, a.ConfirmedUntil = b.Now(), string(who.ID), b.confirmedUntil(b.Now())
		if err := tx.SavePerson(p); err != nil {
			return n, err
		}
		if err := b.record(tx, who, Entry{Act: ActReconfirmed, Object: a.ID}); err != nil {
			return n, err
		}
		n++
	}
	return n, b.planMembers(tx, fmt.Sprintf("back:%d", b.Now().UnixNano()), back...)
}
