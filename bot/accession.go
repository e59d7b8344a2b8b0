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

// An organisation becomes a party in two steps by two people: somebody of a party
// notes the signed accession form, and somebody else, who has seen it too, makes it
// known to all parties. Until then nobody acts for it.
//
// Source: PAR-04; that two people do it is our reading (mark I), as with the release
// of a hold: who joins can be let into rooms about children. The operator's file
// stays another way in.
const (
	ActPartySigned    Act = "party_signed"    // its form was noted
	ActPartyAnnounced Act = "party_announced" // the other parties were told, and from now on it is one
)

const (
	actAccede   = "accede"         // send the form about an accession
	actAnnounce = "announce_party" // press "make it known", the second of two
)

// The fields of the form about an accession.
const (
	fieldOrgName   = "name"
	fieldSignedOn  = "signed_on"
	fieldMandate   = "mandate"
	fieldAppointee = "appointee"
	fieldDPO       = "dpo"
)

// accedeDays is how long the second person has.
const accedeDays = 30

// sponsors lists the parties for which somebody speaks; only they may have others in.
func (b *Bot) sponsors(tx Tx, who caller) ([]Organisation, error) {
	orgs, err := b.speaksFor(tx, who, MayAccede)
	return slices.DeleteFunc(orgs, func(o Organisation) bool { return !b.isParty(o) }), err
}

// askAccede is "/convenant partijen toetreden".
func (b *Bot) askAccede(ctx context.Context, t *turn, e Event) error {
	var form Form
	if err := b.Store.View(ctx, func(tx Tx) error {
		who, err := b.who(tx, e.Platform, e.User)
		if err != nil {
			return err
		}
		if mine, err := b.sponsors(tx, who); err != nil || len(mine) == 0 {
			return errors.Join(lackedRight{MayAccede}, err)
		}
		all, err := tx.Organisations()
		if err != nil {
			return err
		}
		known := slices.DeleteFunc(all, b.isParty)
		w, none := text.AccedeForm, text.None{}
		form = Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none)}
		if len(known) > 0 {
			form.Fields = append(form.Fields, Field{Name: fieldOrg, Label: w.Org.Say(none), Help: w.OrgHelp.Say(none), Kind: Choice, Options: orgOptions(known), Optional: true})
		}
		form.Fields = append(form.Fields,
			Field{Name: fieldOrgName, Label: w.Name.Say(none), Help: w.NameHelp.Say(none), Kind: ShortText, Max: 80, Optional: len(known) > 0},
			Field{Name: fieldSignedOn, Label: w.Signed.Say(none), Kind: Date},
			Field{Name: fieldMandate, Label: w.Mandate.Say(none), Help: w.MandateHelp.Say(none), Kind: ShortText, Max: 60},
			Field{Name: fieldAppointee, Label: w.Appointee.Say(none), Help: w.AppointeeHelp.Say(none), Kind: Users},
			Field{Name: fieldDPO, Label: w.DPO.Say(none), Help: w.DPOHelp.Say(none), Kind: Users, Optional: true})
		return nil
	}); err != nil {
		return err
	}
	return b.openForm(ctx, t, e, form, Ticket{Action: actAccede})
}

// submitAccede notes the signed form and puts it before a second person.
func (b *Bot) submitAccede(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	p, err := b.platform(s.Platform)
	if err != nil {
		return FormAnswer{}, err
	}
	active := map[string]bool{}
	for _, field := range []string{fieldAppointee, fieldDPO} {
		for _, user := range s.Values[field] {
			if active[user], err = p.Active(ctx, UserID(user)); err != nil {
				return FormAnswer{}, err
			}
		}
	}
	var answer FormAnswer
	err = b.update(ctx, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		who, err := b.who(tx, s.Platform, s.User)
		if err != nil {
			return err
		}
		mine, err := b.sponsors(tx, who)
		if err != nil || len(mine) == 0 {
			return errors.Join(lackedRight{MayAccede}, err)
		}
		org, err := b.readAccession(tx, s, active)
		if err != nil {
			return err
		}
		if err := tx.SaveOrganisation(org); err != nil {
			return err
		}
		who.Organisation = mine[0].ID
		if err := b.record(tx, who, Entry{Act: ActPartySigned, Object: string(org.ID), Reasons: []string{"signed:" + org.SignedAt}}); err != nil {
			return err
		}
		args := text.AccessionArgs{Name: plain.Escape(org.Name), Signed: org.SignedAt, Mandate: plain.Escape(org.Mandate)}
		asked, err := b.toSpeakers(tx, "accede:"+ticket.Token, func(id PersonID, a Account) (Message, bool, error) {
			if id == who.ID {
				return Message{}, false, nil
			}
			token, err := b.ticket(tx, Ticket{Action: actAnnounce, Object: string(org.ID), For: a.User, Body: encode(accessionOf{who.ID, org.SignedAt}),
				Expires: b.Now().AddDate(0, 0, accedeDays)})
			return Message{Text: text.AccessionAsk.Say(args), Buttons: []Button{{Label: text.AccessionButton.Say(text.None{}), Ticket: token}}}, true, err
		})
		if err != nil {
			return err
		}
		if asked == 0 {
			return &InvalidError{Reason: text.AccessionNobody.Say(text.None{})}
		}
		answer.Text = text.AccessionNoted.Say(args)
		return nil
	})
	return answer, err
}

// accessionOf is what the second person's button remembers.
type accessionOf struct {
	By     PersonID
	Signed string
}

// readAccession reads the form. A mistake is an *InvalidError at its field.
func (b *Bot) readAccession(tx Tx, s Submission, active map[string]bool) (Organisation, error) {
	w := text.AccedeForm
	wrong := func(field string, why text.Message[text.None]) (Organisation, error) {
		return Organisation{}, &InvalidError{Field: field, Reason: why.Say(text.None{})}
	}
	all, err := tx.Organisations()
	if err != nil {
		return Organisation{}, err
	}
	var org Organisation
	name := strings.TrimSpace(s.Value(fieldOrgName))
	if id := s.Value(fieldOrg); id != "" {
		i := slices.IndexFunc(all, func(o Organisation) bool { return string(o.ID) == id && !b.isParty(o) })
		if i < 0 {
			return wrong(fieldOrg, text.WrongChoice)
		}
		org = all[i]
	} else {
		id := orgID(name)
		switch {
		case !plain.Sentence(name, 80) || id == "":
			return wrong(fieldOrgName, w.WrongName)
		case slices.ContainsFunc(all, func(o Organisation) bool { return o.ID == id || strings.EqualFold(o.Name, name) }):
			return wrong(fieldOrgName, w.KnownName)
		}
		org = Organisation{ID: id, Name: name}
	}
	signed, mandate := s.Value(fieldSignedOn), strings.TrimSpace(s.Value(fieldMandate))
	if _, err := startOfDay(signed); err != nil || signed > b.today() || org.LeftAt != "" && signed <= org.LeftAt {
		return wrong(fieldSignedOn, w.WrongSigned)
	}
	if !plain.Sentence(mandate, 60) || names.Personal(mandate) || names.First(mandate) != "" {
		return wrong(fieldMandate, w.WrongMandate)
	}
	org.SignedAt, org.AnnouncedAt, org.Mandate, org.LeftAt = signed, "", mandate, ""
	for _, one := range []struct {
		field string
		to    *PersonID
	}{{fieldAppointee, &org.Appointee}, {fieldDPO, &org.DPO}} {
		users := s.Values[one.field]
		if len(users) == 0 && one.field == fieldDPO {
			continue
		}
		if len(users) != 1 || !active[users[0]] {
			return wrong(one.field, w.WrongUser)
		}
		if *one.to, err = b.personOf(tx, Account{Platform: s.Platform, User: UserID(users[0])}); err != nil {
			return org, err
		}
	}
	return org, nil
}

// personOf is the person behind an account; one that is in no directory is put
// there, without any work.
func (b *Bot) personOf(tx Tx, a Account) (PersonID, error) {
	p, err := tx.PersonByAccount(a)
	if errors.Is(err, ErrNotFound) {
		p = Person{ID: PersonID("p-" + b.NewID()), Accounts: []Account{a}}
		err = tx.SavePerson(p)
	}
	return p.ID, err
}

// orgID is the id of a new organisation, from its name; blank: it has no letters.
func orgID(name string) OrgID {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return OrgID(strings.Join(words, "-"))
}

// toSpeakers leaves a message for everybody who speaks for a party, on each of their
// accounts, and returns to how many people.
func (b *Bot) toSpeakers(tx Tx, id string, message func(PersonID, Account) (Message, bool, error)) (int, error) {
	orgs, err := tx.Organisations()
	if err != nil {
		return 0, err
	}
	var seen []PersonID
	told := 0
	for _, o := range orgs {
		if !b.isParty(o) {
			continue
		}
		for _, who := range []PersonID{o.Appointee, o.DPO} {
			if who == "" || slices.Contains(seen, who) {
				continue
			}
			seen = append(seen, who)
			p, err := tx.Person(who)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return told, err
			}
			reached := false
			for _, a := range p.Accounts {
				if b.platforms[a.Platform] == nil {
					continue // one to sign in with, where nobody can be told anything
				}
				m, ok, err := message(who, a)
				if err != nil {
					return told, err
				}
				if !ok {
					continue
				}
				reached = true
				if err := b.later(tx, "", fmt.Sprintf("%s:%s:%s", id, a.Platform, a.User), speech{Platform: a.Platform, User: a.User, Message: m}); err != nil {
					return told, err
				}
			}
			if reached {
				told++
			}
		}
	}
	return told, nil
}

// announceParty is the second of two. From this day on the organisation is a party.
func (b *Bot) announceParty(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	noted, err := decode[accessionOf](ticket.Body)
	if err != nil {
		return err
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		who, err := b.who(tx, e.Platform, e.User)
		if err != nil {
			return err
		}
		mine, err := b.sponsors(tx, who)
		if err != nil || len(mine) == 0 {
			return errors.Join(lackedRight{MayAccede}, err)
		}
		if noted.By == "" || noted.By == who.ID {
			return &InvalidError{Reason: text.AccessionSelf.Say(text.None{})}
		}
		// The first must still speak for a party too.
		if first, err := b.sponsors(tx, caller{ID: noted.By}); err != nil || len(first) == 0 {
			return errors.Join(lackedRight{MayAccede}, err)
		}
		org, err := tx.Organisation(OrgID(ticket.Object))
		if err != nil {
			return gone(err)
		}
		used := tx.UseTicket(ticket.Token, b.Now())
		if used != nil || org.AnnouncedAt != "" || org.SignedAt != noted.Signed || org.LeftAt != "" {
			return &InvalidError{Reason: text.ButtonUsed.Say(text.None{})}
		}
		org.AnnouncedAt = b.today()
		if err := tx.SaveOrganisation(org); err != nil {
			return err
		}
		who.Organisation = mine[0].ID
		if err := b.record(tx, who, Entry{Act: ActPartyAnnounced, Object: string(org.ID), Reasons: []string{"signed:" + org.SignedAt, "noted_by:" + string(noted.By)}}); err != nil {
			return err
		}
		args := text.AccessionArgs{Name: plain.Escape(org.Name), Signed: org.SignedAt, Mandate: plain.Escape(org.Mandate)}
		// The new party's own people are among those who are told.
		_, err = b.toSpeakers(tx, "party:"+string(org.ID)+":"+org.SignedAt, func(id PersonID, _ Account) (Message, bool, error) {
			m := args
			m.Yours = id == org.Appointee
			return Message{Text: text.AccessionTold.Say(m)}, true, nil
		})
		return errors.Join(err, b.reply(tx, "", e, Message{Text: text.AccessionDone.Say(args)}))
	})
}
