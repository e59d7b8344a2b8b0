package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// The acts on the procesregie.
const (
	ActLeadChanged  Act = "lead_changed"
	ActLeadOffered  Act = "lead_offered"
	ActLeadDeclined Act = "lead_declined"
	ActDeputyNamed  Act = "deputy_named"
	ActLeadMissing  Act = "lead_missing"
)

const (
	actLead     = "lead"      // send the form about the procesregie
	actTakeLead = "take_lead" // press "I take it", "no", or "take over now"
	actNameLead = "name_lead" // press "name somebody", and send its form
)

// What can be done in the form about the procesregie.
const (
	leadGive     = "give"
	leadDeputy   = "deputy"
	leadNoDeputy = "no_deputy"
	leadClaim    = "claim"
	leadAway     = "away"
)

const fieldTo = "to"

// leadDays is how long somebody can say yes to the procesregie.
const leadDays = 14

// commandLead is "/casus regie": hand the procesregie over, name a deputy, take
// over as deputy, or say that the procesregisseur is not there.
func (b *Bot) commandLead(ctx context.Context, t *turn, e Event, rest string) error {
	return b.askIn(ctx, t, e, rest, MayAskLead, Ticket{Action: actLead}, func(tx Tx, h here, _ *Ticket) (Form, error) {
		what := b.leadChoices(h)
		to, err := b.colleagues(tx, h.casus, h.who.ID)
		if err != nil {
			return Form{}, err
		}
		w, none := text.LeadForm, text.None{}
		form := Form{Title: w.Title.Say(none), Send: w.Send.Say(none), Intro: w.Intro.Say(text.LeadArgs{Ref: string(h.casus.Ref),
			Now: b.functionOrNobody(tx, h.casus, h.casus.Coordinator), Deputy: b.functionOrNobody(tx, h.casus, h.casus.Deputy)}),
			Fields: []Field{{Name: fieldWhat, Label: w.What.Say(none), Kind: Choice, Options: options(what, text.LeadWhat), Default: what[:1]}}}
		if h.May(MayLead) && len(to) > 0 {
			form.Fields = append(form.Fields, Field{Name: fieldTo, Label: w.To.Say(none), Help: w.ToHelp.Say(none), Kind: Choice, Options: to, Optional: true})
		}
		return form, nil
	})
}

// leadChoices is what somebody may do with the procesregie now.
func (b *Bot) leadChoices(h here) []string {
	var what []string
	if h.May(MayClaimLead) {
		what = append(what, leadClaim)
	}
	if h.May(MayLead) {
		what = append(what, leadGive, leadDeputy)
		if h.casus.Deputy != "" {
			what = append(what, leadNoDeputy)
		}
	}
	if h.who.ID != h.casus.Coordinator {
		what = append(what, leadAway)
	}
	return what
}

// colleagues lists the professionals who take part now, but one.
func (b *Bot) colleagues(tx Tx, casus Casus, but PersonID) ([]Option, error) {
	var all []Option
	for _, m := range casus.Private.Members {
		if m.Role != Professional || m.ID == but || m.Account == "" {
			continue
		}
		why, err := b.endedBecause(tx, m)
		if err != nil {
			return nil, err
		}
		if why == "" {
			all = append(all, Option{string(m.ID), plain.Short(b.functionOf(tx, casus, m.ID), 75)})
		}
	}
	return all, nil
}

func (b *Bot) functionOrNobody(tx Tx, casus Casus, id PersonID) string {
	if id == "" {
		return text.LeadNobody.Say(text.None{})
	}
	return plain.Escape(b.functionOf(tx, casus, id))
}

// submitLead does what was chosen.
func (b *Bot) submitLead(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayAskLead, func(tx Tx, h here) error {
		casus, what := h.casus, s.Value(fieldWhat)
		if casus.Status != Open && casus.Status != Closed {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		}
		if !slices.Contains(b.leadChoices(h), what) {
			return &InvalidError{Field: fieldWhat, Reason: text.WrongChoice.Say(text.None{})}
		}
		args := text.LeadArgs{Ref: string(casus.Ref)}
		switch what {
		case leadGive, leadDeputy:
			to, err := b.chosenColleague(tx, h, s.Value(fieldTo))
			if err != nil {
				return err
			}
			args.Function = plain.Escape(b.functionOf(tx, casus, to.ID))
			if what == leadGive {
				answer.Text = text.LeadAsked.Say(args)
				return b.offerLead(tx, casus, to, h.who, ticket.Token)
			}
			answer.Text = text.DeputySaved.Say(args)
			return b.nameDeputy(tx, casus, to, h.who)
		case leadNoDeputy:
			answer.Text = text.DeputyGone.Say(args)
			return b.nameDeputy(tx, casus, Member{}, h.who)
		case leadClaim:
			answer.Text = text.LeadTaken.Say(args)
			return b.setLead(tx, casus, h.who, "claimed")
		}
		answer.Text = text.LeadAwaySaved.Say(args)
		if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActLeadMissing}); err != nil {
			return err
		}
		return b.findLeader(tx, casus, casus.Coordinator, ticket.Token)
	})
	return answer, err
}

// chosenColleague is the member whom somebody chose.
func (b *Bot) chosenColleague(tx Tx, h here, id string) (Member, error) {
	all, err := b.colleagues(tx, h.casus, h.who.ID)
	if err != nil {
		return Member{}, err
	}
	if !slices.ContainsFunc(all, func(o Option) bool { return o.Value == id }) {
		return Member{}, &InvalidError{Field: fieldTo, Reason: text.LeadForm.WrongTo.Say(text.None{})}
	}
	i := slices.IndexFunc(h.casus.Private.Members, func(m Member) bool { return string(m.ID) == id })
	return h.casus.Private.Members[i], nil
}

// leadOffer is what the buttons of an offer remember.
type leadOffer struct {
	From PersonID // who led when it was made
	By   UserID   // who hears how it ended
}

// offerLead asks somebody to take the procesregie. Nothing changes until they
// say yes.
func (b *Bot) offerLead(tx Tx, casus Casus, to Member, by caller, id string) error {
	var buttons []Button
	for _, answer := range []struct {
		object string
		label  text.Message[text.None]
	}{{"yes", text.LeadYes}, {"no", text.LeadNo}} {
		token, err := b.ticket(tx, Ticket{Action: actTakeLead, Casus: casus.Ref, Object: answer.object, For: to.Account,
			Body: encode(leadOffer{casus.Coordinator, by.Account}), Expires: b.Now().AddDate(0, 0, leadDays)})
		if err != nil {
			return err
		}
		buttons = append(buttons, Button{Label: answer.label.Say(text.None{}), Ticket: token})
	}
	m := Message{Text: text.LeadOffered.Say(text.LeadArgs{Ref: string(casus.Ref), Room: casus.RoomName()}), Buttons: buttons}
	return errors.Join(b.record(tx, by, Entry{Casus: casus.Ref, Act: ActLeadOffered, Object: string(to.ID)}),
		b.later(tx, casus.Ref, "lead:"+id, speech{Platform: casus.Platform, User: to.Account, Message: m}))
}

// takeLead is the answer to an offer, or the deputy's button. It counts only
// while nobody else took the procesregie since.
func (b *Bot) takeLead(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	offer, err := decode[leadOffer](ticket.Body)
	if err != nil {
		return err
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		casus, err := tx.Casus(ticket.Casus)
		if err != nil {
			return gone(err)
		}
		right := MayAskLead
		if ticket.Object == leadClaim {
			right = MayClaimLead
		}
		h, err := b.at(tx, e.Platform, casus, e.User, right)
		if err != nil {
			return err
		}
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return &InvalidError{Reason: text.ButtonUsed.Say(text.None{})}
		}
		args := text.LeadArgs{Ref: string(casus.Ref), Function: plain.Escape(b.functionOf(tx, casus, h.who.ID))}
		switch {
		case casus.Status != Open && casus.Status != Closed:
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		case casus.Coordinator != offer.From:
			return &InvalidError{Reason: text.LeadMoved.Say(args)}
		case ticket.Object == "no":
			if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActLeadDeclined}); err != nil {
				return err
			}
			told := speech{Platform: casus.Platform, User: offer.By, Message: Message{Text: text.LeadDeclined.Say(args)}}
			return errors.Join(b.later(tx, casus.Ref, "declined:"+eventKey(e), told),
				b.reply(tx, casus.Ref, e, Message{Text: text.LeadNoSaved.Say(args)}))
		}
		how := "accepted"
		if ticket.Object == leadClaim {
			how = "claimed"
		}
		return errors.Join(b.setLead(tx, casus, h.who, how), b.reply(tx, casus.Ref, e, Message{Text: text.LeadTaken.Say(args)}))
	})
}

// setLead makes who the procesregisseur, and tells everybody.
func (b *Bot) setLead(tx Tx, casus Casus, who caller, how string) error {
	before := casus.Coordinator
	casus.Coordinator, casus.LastActivityAt = who.ID, b.Now()
	if casus.Deputy == who.ID {
		casus.Deputy = ""
	}
	casus, err := tx.SaveCasus(casus)
	if err != nil {
		return err
	}
	if err := b.record(tx, who, Entry{Casus: casus.Ref, Act: ActLeadChanged, Object: string(who.ID), Reasons: []string{how, "before:" + string(before)}}); err != nil {
		return err
	}
	m := Message{Text: text.LeadChanged.Say(text.LeadArgs{Ref: string(casus.Ref), Function: plain.Escape(b.functionOf(tx, casus, who.ID))})}
	return b.toEverybody(tx, casus, fmt.Sprintf("lead:%s:%d", casus.Ref, casus.Version), m)
}

// toEverybody says m in the room, or to each member when there is none now.
func (b *Bot) toEverybody(tx Tx, casus Casus, id string, m Message) error {
	if casus.Room != "" && casus.Status != Archived {
		return b.later(tx, casus.Ref, id, speech{Platform: casus.Platform, Channel: casus.Room, Message: m})
	}
	users, err := b.allowed(tx, casus)
	for _, user := range users {
		err = errors.Join(err, b.later(tx, casus.Ref, id+":"+string(user), speech{Platform: casus.Platform, User: user, Message: m}))
	}
	return err
}

// nameDeputy names who takes over when the procesregisseur is away; the zero
// member: nobody.
func (b *Bot) nameDeputy(tx Tx, casus Casus, to Member, by caller) error {
	casus.Deputy = to.ID
	casus, err := tx.SaveCasus(casus)
	if err != nil {
		return err
	}
	if err := b.record(tx, by, Entry{Casus: casus.Ref, Act: ActDeputyNamed, Object: string(to.ID)}); err != nil || to.ID == "" {
		return err
	}
	m := Message{Text: text.DeputyNamed.Say(text.LeadArgs{Ref: string(casus.Ref)})}
	return b.later(tx, casus.Ref, fmt.Sprintf("deputy:%s:%d", casus.Ref, casus.Version), speech{Platform: casus.Platform, User: to.Account, Message: m})
}

// withoutLeader asks for somebody to lead a casus whose procesregisseur or
// deputy takes no part any more.
func (b *Bot) withoutLeader(tx Tx, casus Casus) error {
	lead, ok, err := b.leader(tx, casus)
	if err != nil || ok && lead.ID == casus.Coordinator {
		return err
	}
	return b.findLeader(tx, casus, casus.Coordinator, fmt.Sprintf("%s:%d", casus.Ref, casus.Version))
}

// findLeader asks the deputy to take over, and those who watch over the casus to
// name somebody. away does not count as a deputy.
func (b *Bot) findLeader(tx Tx, casus Casus, away PersonID, id string) error {
	args := text.LeadArgs{Ref: string(casus.Ref)}
	asked := false
	for _, m := range casus.Private.Members {
		if m.ID != casus.Deputy || m.ID == away || m.Account == "" {
			continue
		}
		why, err := b.endedBecause(tx, m)
		if err != nil {
			return err
		}
		if why != "" {
			continue
		}
		token, err := b.ticket(tx, Ticket{Action: actTakeLead, Casus: casus.Ref, Object: leadClaim, For: m.Account,
			Body: encode(leadOffer{From: casus.Coordinator}), Expires: b.Now().AddDate(0, 0, leadDays)})
		if err != nil {
			return err
		}
		asked = true
		s := speech{Platform: casus.Platform, User: m.Account, Message: Message{Text: text.LeadForDeputy.Say(args),
			Buttons: []Button{{Label: text.LeadClaim.Say(text.None{}), Ticket: token}}}}
		if err := b.later(tx, casus.Ref, "away:"+id+":deputy", s); err != nil {
			return err
		}
	}
	if asked {
		return nil
	}
	_, err := b.toGuardians(tx, casus, "away:"+id, func(g guardian) (Message, bool, error) {
		token, err := b.ticket(tx, Ticket{Action: actNameLead, Casus: casus.Ref, For: g.Account, Expires: b.Now().AddDate(0, 0, 2*leadDays)})
		return Message{Text: text.LeadForGuardian.Say(args), Buttons: []Button{{Label: text.LeadName.Say(text.None{}), Ticket: token}}}, true, err
	})
	return err
}

// askNameLead opens the form in which a FG or appointee chooses whom to ask.
func (b *Bot) askNameLead(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	var form Form
	if err := b.Store.View(ctx, func(tx Tx) error {
		casus, err := tx.Casus(ticket.Casus)
		if err != nil {
			return gone(err)
		}
		if _, err := b.at(tx, e.Platform, casus, e.User, MayNameLead); err != nil {
			return err
		}
		to, err := b.colleagues(tx, casus, casus.Coordinator)
		if err != nil {
			return err
		}
		if len(to) == 0 {
			return &InvalidError{Reason: text.LeadNone.Say(text.LeadArgs{Ref: string(casus.Ref)})}
		}
		w, none := text.LeadForm, text.None{}
		form = Form{Title: w.Title.Say(none), Intro: text.LeadForGuardian.Say(text.LeadArgs{Ref: string(casus.Ref)}), Send: w.Send.Say(none),
			Fields: []Field{{Name: fieldTo, Label: w.To.Say(none), Help: w.ToHelp.Say(none), Kind: Choice, Options: to}}}
		return nil
	}); err != nil {
		return err
	}
	return b.openForm(ctx, t, e, form, Ticket{Action: actNameLead, Casus: ticket.Casus})
}

// submitNameLead asks the one who was chosen.
func (b *Bot) submitNameLead(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayNameLead, func(tx Tx, h here) error {
		if h.casus.Status != Open && h.casus.Status != Closed {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(h.casus.Ref)})}
		}
		to, err := b.chosenColleague(tx, h, s.Value(fieldTo))
		if err != nil {
			return err
		}
		answer.Text = text.LeadAsked.Say(text.LeadArgs{Ref: string(h.casus.Ref), Function: plain.Escape(b.functionOf(tx, h.casus, to.ID))})
		return b.offerLead(tx, h.casus, to, h.who, ticket.Token)
	})
	return answer, err
}
