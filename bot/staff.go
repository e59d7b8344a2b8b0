package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/names"
	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

const actStaff = "staff" // press "change" below who works where, and send its form

// sectors are the capacities in which somebody can work, in the order in which
// people see them.
var sectors = []Sector{Education, Attendance, SWV, YouthCare, YouthHealth, NeighbourhoodTeam}

// The fields of the form about who works where.
const (
	fieldWhat     = "what"
	fieldWho      = "who"
	fieldUser     = "user"
	fieldInSector = "sector"
	fieldFunction = "function"
	fieldTask     = "task"
)

// commandStaff is "/convenant medewerkers": whom an organisation appointed to
// decide sees who works there, and confirms or ends it.
func (b *Bot) commandStaff(ctx context.Context, t *turn, e Event, _ string) error {
	var orgs []Organisation
	var people []Person
	if err := b.Store.View(ctx, func(tx Tx) error {
		who, err := b.who(tx, e.Platform, e.User)
		if err != nil {
			return err
		}
		if orgs, err = b.speaksFor(tx, who, MayStaff); err != nil {
			return err
		}
		orgs = slices.DeleteFunc(orgs, func(o Organisation) bool { return !b.isParty(o) })
		if len(orgs) == 0 {
			return lackedRight{MayStaff}
		}
		people, err = tx.People()
		return err
	}); err != nil {
		return err
	}
	names, err := b.namesOf(ctx, e.Platform, people, orgs)
	if err != nil {
		return err
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		for i, o := range orgs {
			m, err := b.staffMessage(tx, o, people, names, e.User)
			if err != nil {
				return err
			}
			// A list of people is for the asker alone, wherever they asked.
			id := fmt.Sprintf("staff:%s:%d", eventKey(e), i)
			if err := b.later(tx, "", id, speech{Platform: e.Platform, User: e.User, Message: m}); err != nil {
				return err
			}
		}
		return nil
	})
}

// namesOf asks the platform what people call those who work for the
// organisations. They are shown and not kept.
func (b *Bot) namesOf(ctx context.Context, platform string, people []Person, orgs []Organisation) (map[PersonID]string, error) {
	p, err := b.platform(platform)
	if err != nil {
		return nil, err
	}
	names := map[PersonID]string{}
	for _, one := range people {
		if !slices.ContainsFunc(one.Appointments, func(a Appointment) bool {
			return slices.ContainsFunc(orgs, func(o Organisation) bool { return o.ID == a.Organisation })
		}) {
			continue
		}
		names[one.ID] = text.SomebodyUnknown.Say(text.None{})
		for _, a := range one.Accounts {
			if a.Platform != platform {
				continue
			}
			name, err := p.DisplayName(ctx, a.User)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return nil, err
			}
			if err == nil {
				names[one.ID] = plain.Escape(name)
			}
		}
	}
	return names, nil
}

func (b *Bot) staffMessage(tx Tx, o Organisation, people []Person, names map[PersonID]string, user UserID) (Message, error) {
	args := text.StaffArgs{Organisation: plain.Escape(o.Name)}
	var all []posting
	for _, p := range people {
		for _, a := range p.Appointments {
			if a.Organisation != o.ID {
				continue
			}
			line := text.StaffLine{Name: names[p.ID], Function: plain.Escape(a.Function), Sector: text.SectorName(string(a.Sector)), Until: a.ConfirmedUntil,
				Lapsed: a.Lapsed(b.Now()), Ended: !a.EndedAt.IsZero() && !a.EndedAt.After(b.Now())}
			args.People = append(args.People, line)
			if !line.Ended {
				all = append(all, posting{p.ID, a.ID})
			}
		}
	}
	m := Message{Text: text.Staff.Say(args)}
	if len(all) > 0 {
		button, err := b.confirmButton(tx, o.ID, user, all)
		if err != nil {
			return m, err
		}
		m.Buttons = append(m.Buttons, button)
	}
	token, err := b.ticket(tx, Ticket{Action: actStaff, Object: string(o.ID), For: user})
	m.Buttons = append(m.Buttons, Button{Label: text.StaffChange.Say(text.None{}), Ticket: token})
	return m, err
}

// askStaffForm opens the form from below the list.
func (b *Bot) askStaffForm(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	var form Form
	org := OrgID(ticket.Object)
	var people []Person
	var o Organisation
	if err := b.Store.View(ctx, func(tx Tx) (err error) {
		if _, o, err = b.staffer(tx, e.Platform, e.User, org); err != nil {
			return err
		}
		people, err = tx.People()
		return err
	}); err != nil {
		return err
	}
	names, err := b.namesOf(ctx, e.Platform, people, []Organisation{o})
	if err != nil {
		return err
	}
	var who []Option
	for _, p := range people {
		for _, a := range p.Appointments {
			if a.Organisation == org && (a.EndedAt.IsZero() || a.EndedAt.After(b.Now())) {
				who = append(who, Option{a.ID, plain.Short(names[p.ID]+" – "+a.Function, 75)})
			}
		}
	}
	w, none := text.StaffForm, text.None{}
	form = Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{
		{Name: fieldWhat, Label: w.What.Say(none), Kind: Choice, Options: options([]string{"confirm", "end", "add"}, text.StaffWhat)},
	}}
	if len(who) > 0 {
		form.Fields = append(form.Fields, Field{Name: fieldWho, Label: w.Who.Say(none), Help: w.WhoHelp.Say(none), Kind: Choices, Options: who, Optional: true})
	}
	form.Fields = append(form.Fields,
		Field{Name: fieldUser, Label: w.User.Say(none), Help: w.UserHelp.Say(none), Kind: Users, Optional: true},
		Field{Name: fieldInSector, Label: w.Sector.Say(none), Help: w.SectorHelp.Say(none), Kind: Choice, Options: options(texts(sectors), text.SectorName), Optional: true},
		Field{Name: fieldFunction, Label: w.Function.Say(none), Help: w.FunctionHelp.Say(none), Kind: ShortText, Optional: true},
		Field{Name: fieldTask, Label: w.Task.Say(none), Help: w.TaskHelp.Say(none), Kind: ShortText, Optional: true})
	return b.openForm(ctx, t, e, form, Ticket{Action: actStaff, Object: string(org)})
}

// submitStaff confirms, ends or adds.
func (b *Bot) submitStaff(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	p, err := b.platform(s.Platform)
	if err != nil {
		return FormAnswer{}, err
	}
	active := false
	if user := UserID(s.Value(fieldUser)); user != "" {
		if active, err = p.Active(ctx, user); err != nil {
			return FormAnswer{}, err
		}
	}
	var answer FormAnswer
	err = b.update(ctx, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		who, org, err := b.staffer(tx, s.Platform, s.User, OrgID(ticket.Object))
		if err != nil {
			return err
		}
		switch s.Value(fieldWhat) {
		case "confirm", "end":
			chosen, err := chosenStaff(tx, org.ID, s.Values[fieldWho])
			if err != nil {
				return err
			}
			if s.Value(fieldWhat) == "end" {
				answer.Text, err = b.endStaff(tx, who, org, chosen)
				return err
			}
			n, err := b.reconfirm(tx, who, org, chosen)
			answer.Text = text.StaffConfirmed.Say(text.StaffConfirmedArgs{People: n, Until: b.confirmedUntil(b.Now())})
			return err
		case "add":
			answer.Text, err = b.addStaff(tx, who, org, s, active)
			return err
		}
		return &InvalidError{Field: fieldWhat, Reason: text.WrongChoice.Say(text.None{})}
	})
	return answer, err
}

// chosenStaff finds the appointments at org with these ids.
func chosenStaff(tx Tx, org OrgID, ids []string) ([]posting, error) {
	people, err := tx.People()
	if err != nil {
		return nil, err
	}
	var chosen []posting
	for _, p := range people {
		for _, a := range p.Appointments {
			if a.Organisation == org && slices.Contains(ids, a.ID) {
				chosen = append(chosen, posting{p.ID, a.ID})
			}
		}
	}
	if len(chosen) == 0 || len(chosen) != len(ids) {
		return nil, &InvalidError{Field: fieldWho, Reason: text.StaffForm.WrongWho.Say(text.None{})}
	}
	return chosen, nil
}

// endStaff ends appointments now. Their rooms are looked at at once.
func (b *Bot) endStaff(tx Tx, who caller, org Organisation, chosen []posting) (string, error) {
	said := ""
	var people []PersonID
	for _, c := range chosen {
		p, err := tx.Person(c.Person)
		if err != nil {
			return "", err
		}
		for i := range p.Appointments {
			a := &p.Appointments[i]
			if a.ID != c.Appointment || a.Organisation != org.ID || !a.EndedAt.IsZero() {
				continue
			}
			a.EndedAt = b.Now()
			said = join([]string{said, text.StaffEnded.Say(text.StaffLine{Function: plain.Escape(a.Function), Sector: text.SectorName(string(a.Sector))})})
			if err := b.record(tx, who, Entry{Act: ActUnappointed, Object: a.ID}); err != nil {
				return "", err
			}
		}
		if err := tx.SavePerson(p); err != nil {
			return "", err
		}
		people = append(people, p.ID)
	}
	return said, b.planMembers(tx, fmt.Sprintf("ended:%d", b.Now().UnixNano()), people...)
}

// addStaff notes that somebody works for the organisation. They are found by
// their account and by nothing else.
func (b *Bot) addStaff(tx Tx, who caller, org Organisation, s Submission, active bool) (string, error) {
	w := text.StaffForm
	wrong := func(field string, why text.Message[text.None]) (string, error) {
		return "", &InvalidError{Field: field, Reason: why.Say(text.None{})}
	}
	user := UserID(s.Value(fieldUser))
	if user == "" || !active || len(s.Values[fieldUser]) != 1 {
		return wrong(fieldUser, w.WrongUser)
	}
	a := Appointment{ID: b.NewID(), Organisation: org.ID, Sector: Sector(s.Value(fieldInSector)), Function: strings.TrimSpace(s.Value(fieldFunction)),
		Task: strings.TrimSpace(s.Value(fieldTask)), ConfirmedBy: string(who.ID), ConfirmedAt: b.Now(), ConfirmedUntil: b.confirmedUntil(b.Now()), Own: true}
	switch {
	case !slices.Contains(sectors, a.Sector):
		return wrong(fieldInSector, w.WrongSector)
	case !plain.Sentence(a.Function, 60) || names.Personal(a.Function):
		return wrong(fieldFunction, w.WrongFunction)
	case !plain.Sentence(a.Task, 60) || names.Personal(a.Task):
		return wrong(fieldTask, w.WrongTask)
	}
	account := Account{Platform: s.Platform, User: user}
	p, err := tx.PersonByAccount(account)
	if errors.Is(err, ErrNotFound) {
		p = Person{ID: PersonID("p-" + b.NewID()), Accounts: []Account{account}}
	} else if err != nil {
		return "", err
	}
	if slices.ContainsFunc(p.Counting(b.Now()), func(x Appointment) bool { return x.Organisation == a.Organisation && x.Sector == a.Sector }) {
		return wrong(fieldUser, w.Known)
	}
	p.Appointments = append(p.Appointments, a)
	if err := tx.SavePerson(p); err != nil {
		return "", err
	}
	if err := b.record(tx, who, Entry{Act: ActAppointed, Object: a.ID}); err != nil {
		return "", err
	}
	return text.StaffSaved.Say(text.StaffLine{Function: plain.Escape(a.Function), Sector: text.SectorName(string(a.Sector)), Until: a.ConfirmedUntil}), nil
}
