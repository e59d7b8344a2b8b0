package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/names"
	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// The acts on the family's part in a casus. Their object is who it is about.
const (
	ActFamilyInvited Act = "family_invited" // let in, or takes part on paper
	ActHearing       Act = "hearing_noted"
)

const (
	actFamily  = "family"  // send the form that lets a parent, young person or supporter in
	actHearing = "hearing" // press "note it", and send the form about being invited and heard
)

// How a parent, young person or supporter takes part. On paper they are in no
// room: the procesregisseur sends invitation and minutes, and notes it.
const (
	throughGuest = "guest" // a guest account of the chat
	throughTeam  = "team"  // an account in a team of their own
	throughPaper = "paper" // no account at all
)

var throughs = []string{throughGuest, throughTeam, throughPaper}

// What is noted of the family's part.
const (
	noteInvited    = "invited"
	noteNotInvited = "not_invited"
	noteHeard      = "heard"
	noteNotHeard   = "not_heard"
	noteMinutes    = "minutes" // got the minutes, on paper
	notePaper      = "paper"   // takes part without an account
)

var hearingNotes = []string{noteInvited, noteNotInvited, noteHeard, noteNotHeard, noteMinutes}

// FamilyNote is something about the part of a parent, the young person or a
// supporter: invited, heard, or why not. Who may be heard has a right to it.
//
// Source: model convenant, annex 3 (S1, S2): parents and young people from 12 are
// invited, every child is heard.
type FamilyNote struct {
	Who    PersonID
	What   string
	On     string // plain date YYYY-MM-DD
	How    string // as with a consent; blank: not said
	Reason string // why not
	By     PersonID
	At     time.Time
}

const newSupporter = "s" // in the form: somebody who supports, not known yet

// familyOptions lists those of the family, and with fresh a new supporter.
func (b *Bot) familyOptions(casus Casus, fresh bool) []Option {
	all := []Option{{string(casus.Private.YoungPerson.ID), text.TheYoungPerson.Say(text.None{})}}
	for _, h := range slices.Concat(casus.Private.Authority, casus.Private.Supporters) {
		all = append(all, Option{string(h.ID), plain.Short(h.Label, 60)})
	}
	if fresh {
		all = append(all, Option{newSupporter, text.NewSupporter.Say(text.None{})})
	}
	return all
}

// commandFamily is "/casus uitnodigen": a parent, the young person or a supporter
// takes part.
func (b *Bot) commandFamily(ctx context.Context, t *turn, e Event, rest string) error {
	return b.askIn(ctx, t, e, rest, MayLead, Ticket{Action: actFamily}, func(_ Tx, h here, _ *Ticket) (Form, error) {
		if h.casus.Status != Open {
			return Form{}, &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(h.casus.Ref)})}
		}
		w, none := text.FamilyForm, text.None{}
		return Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{
			{Name: fieldWho, Label: w.Who.Say(none), Kind: Choice, Options: b.familyOptions(h.casus, true)},
			{Name: "through", Label: w.Through.Say(none), Help: w.ThroughHelp.Say(none), Kind: Choice, Options: options(throughs, text.ThroughName)},
			{Name: fieldUser, Label: w.User.Say(none), Help: w.UserHelp.Say(none), Kind: Users, Optional: true},
			{Name: "label", Label: w.Label.Say(none), Help: w.LabelHelp.Say(none), Kind: ShortText, Optional: true},
			{Name: fieldAgreed, Label: w.Agreed.Say(none), Help: w.AgreedHelp.Say(none), Kind: Choices, Optional: true,
				Options: b.familyOptions(Casus{Private: Private{YoungPerson: h.casus.Private.YoungPerson, Authority: h.casus.Private.Authority}}, false)},
			{Name: fieldAgreedOn, Label: text.OpenForm.AgreedOn.Say(none), Help: text.OpenForm.AgreedOnHelp.Say(none), Kind: Date, Optional: true},
			{Name: fieldAgreedHow, Label: text.OpenForm.AgreedHow.Say(none), Help: text.OpenForm.AgreedHowHelp.Say(none), Kind: Choice, Optional: true,
				Options: options(givenHow, text.HowName)},
		}}, nil
	})
}

// relative reads who of the family is meant.
func relative(casus *Casus, who, label string) (PersonID, Role, error) {
	if who == string(casus.Private.YoungPerson.ID) {
		return PersonID(who), TheYoung, nil
	}
	for _, h := range casus.Private.Authority {
		if who == string(h.ID) {
			return h.ID, Parent, nil
		}
	}
	for _, h := range casus.Private.Supporters {
		if who == string(h.ID) {
			return h.ID, Supporter, nil
		}
	}
	if who != newSupporter {
		return "", "", &InvalidError{Field: fieldWho, Reason: text.WrongChoice.Say(text.None{})}
	}
	if !plain.Sentence(label, 60) || names.Personal(label) {
		return "", "", &InvalidError{Field: "label", Reason: text.FamilyForm.WrongLabel.Say(text.None{})}
	}
	id := PersonID(fmt.Sprintf("s%d", len(casus.Private.Supporters)+1))
	casus.Private.Supporters = append(casus.Private.Supporters, Holder{ID: id, Label: label})
	return id, Supporter, nil
}

// submitFamily lets them in when the rules of joining allow it.
func (b *Bot) submitFamily(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	w, none := text.FamilyForm, text.None{}
	p, err := b.platform(s.Platform)
	if err != nil {
		return FormAnswer{}, err
	}
	before, err := b.casus(ctx, ticket.Casus)
	if err != nil {
		return FormAnswer{}, err
	}
	user, through := UserID(s.Value(fieldUser)), s.Value("through")
	active := false
	if user != "" {
		if active, err = activeInside(ctx, p, user, fieldUser); err != nil {
			return FormAnswer{}, err
		}
	}
	history := b.hasHistory(ctx, before)
	var answer FormAnswer
	err = b.submitIn(ctx, ticket, s, MayLead, func(tx Tx, h here) error {
		casus := h.casus
		if casus.Status != Open {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		}
		id, role, err := relative(&casus, s.Value(fieldWho), strings.TrimSpace(s.Value("label")))
		if err != nil {
			return err
		}
		switch {
		case !slices.Contains(throughs, through):
			return &InvalidError{Field: "through", Reason: text.WrongChoice.Say(none)}
		case through == throughPaper && user != "":
			return &InvalidError{Field: fieldUser, Reason: w.WrongPaper.Say(none)}
		case through != throughPaper && !active:
			return &InvalidError{Field: fieldUser, Reason: w.WrongUser.Say(none)}
		}
		if stopped(casus, id) {
			return &InvalidError{Field: fieldWho, Reason: text.FamilyStopped.Say(none)}
		}
		if user != "" {
			// An account of work is for work: who is a professional elsewhere takes part
			// in their own casus with an account of their own.
			who, err := tx.PersonByAccount(Account{Platform: s.Platform, User: user})
			if err == nil && len(who.Counting(b.Now())) > 0 {
				return &InvalidError{Field: fieldUser, Reason: w.WrongWork.Say(none)}
			}
			if err := goneOrNil(err); err != nil {
				return err
			}
			if m, ok := casus.Member(user); ok && m.ID != id && m.Ended == "" {
				return &InvalidError{Field: fieldUser, Reason: w.WrongUser.Say(none)}
			}
		}
		m := Member{ID: id, Account: user, Role: role, Involved: true, Since: b.Now(), Through: through}
		fresh, err := b.readAgreements(tx, s, casus)
		if err != nil {
			return err
		}
		for i := range fresh {
			fresh[i].Casus, fresh[i].Covers = casus.Ref, []OrgID{OrgID(id)}
		}
		known, err := tx.Agreements(casus.Ref)
		if err != nil {
			return err
		}
		v, err := b.judgeJoin(ctx, tx, casus, m, h.who.ID, append(known, fresh...))
		if err != nil {
			return err
		}
		if !v.allows() {
			answer.Text = v.text()
			return b.tellNotAdded(tx, h, casus, m, v, ticket.Token)
		}
		for _, a := range fresh {
			if err := tx.AddAgreement(a); err != nil {
				return err
			}
		}
		if err := b.recordVerdict(tx, h.who, casus.Ref, ActFamilyInvited, string(m.ID), v); err != nil {
			return err
		}
		answer.Text, err = b.letFamilyIn(tx, casus, m, h.who, history)
		return err
	})
	return answer, err
}

// letFamilyIn puts m into the room, or notes that they take part on paper.
func (b *Bot) letFamilyIn(tx Tx, casus Casus, m Member, by caller, history bool) (string, error) {
	args := text.FamilyArgs{Ref: string(casus.Ref), Who: b.labels(casus, []string{string(m.ID)})[0]}
	if m.Account == "" {
		casus.Private.Family = append(casus.Private.Family, FamilyNote{Who: m.ID, What: notePaper, On: b.today(), By: by.ID, At: b.Now()})
		_, err := tx.SaveCasus(casus)
		return text.FamilyPaper.Say(args), err
	}
	if m.ID == casus.Private.YoungPerson.ID {
		casus.Private.YoungPerson.Account = m.Account
	}
	for _, list := range [][]Holder{casus.Private.Authority, casus.Private.Supporters} {
		for i := range list {
			if list[i].ID == m.ID {
				list[i].Account = m.Account
			}
		}
	}
	casus, moved, err := b.takeIn(tx, casus, m, history)
	if err != nil {
		return "", err
	}
	args.Room, args.Moved = casus.RoomName(), moved
	told := speech{Platform: casus.Platform, User: m.Account, Message: Message{Text: text.FamilyYou.Say(args)}}
	return text.FamilyIn.Say(args), b.later(tx, casus.Ref, fmt.Sprintf("family:%s:%s:%d", casus.Ref, m.ID, casus.Version), told)
}

// commandHearing is "/casus hoorrecht": who was invited and heard, or why not, and
// who got the minutes on paper.
func (b *Bot) commandHearing(ctx context.Context, t *turn, e Event, rest string) error {
	return b.askIn(ctx, t, e, rest, MayNoteHearing, Ticket{Action: actHearing}, func(_ Tx, h here, _ *Ticket) (Form, error) {
		return b.hearingForm(h.casus)
	})
}

// askHearing opens the same form from below the bot's question.
func (b *Bot) askHearing(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	return b.askIn(ctx, t, e, string(ticket.Casus), MayNoteHearing, Ticket{Action: actHearing}, func(_ Tx, h here, _ *Ticket) (Form, error) {
		return b.hearingForm(h.casus)
	})
}

func (b *Bot) hearingForm(casus Casus) (Form, error) {
	if casus.Status != Open {
		return Form{}, &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
	}
	w, none := text.HearingForm, text.None{}
	return Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{
		{Name: fieldWho, Label: w.Who.Say(none), Kind: Choice, Options: b.familyOptions(casus, false)},
		{Name: fieldWhat, Label: w.What.Say(none), Kind: Choice, Options: options(hearingNotes, text.HearingName)},
		{Name: "on", Label: w.On.Say(none), Kind: Date, Default: []string{b.today()}},
		{Name: fieldHow, Label: w.How.Say(none), Kind: Choice, Options: options(givenHow, text.HowName), Optional: true},
		{Name: "reason", Label: w.Reason.Say(none), Help: w.ReasonHelp.Say(none), Kind: ShortText, Optional: true},
	}}, nil
}

// submitHearing notes it.
func (b *Bot) submitHearing(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayNoteHearing, func(tx Tx, h here) error {
		casus, w, none := h.casus, text.HearingForm, text.None{}
		if casus.Status != Open {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		}
		n := FamilyNote{Who: PersonID(s.Value(fieldWho)), What: s.Value(fieldWhat), On: s.Value("on"), How: s.Value(fieldHow),
			Reason: strings.TrimSpace(s.Value("reason")), By: h.who.ID, At: b.Now()}
		not := n.What == noteNotInvited || n.What == noteNotHeard
		switch {
		case !slices.ContainsFunc(b.familyOptions(casus, false), func(o Option) bool { return o.Value == string(n.Who) }):
			return &InvalidError{Field: fieldWho, Reason: text.WrongChoice.Say(none)}
		case !slices.Contains(hearingNotes, n.What):
			return &InvalidError{Field: fieldWhat, Reason: text.WrongChoice.Say(none)}
		case not && !plain.Sentence(n.Reason, 150):
			return &InvalidError{Field: "reason", Reason: w.WrongReason.Say(none)}
		case n.Reason != "" && !plain.Sentence(n.Reason, 150):
			return &InvalidError{Field: "reason", Reason: text.Wrong.Sentence.Say(none)}
		case !not && !slices.Contains(givenHow, n.How):
			return &InvalidError{Field: fieldHow, Reason: text.Wrong.How.Say(none)}
		}
		if _, err := b.givenAt(n.On); err != nil {
			return &InvalidError{Field: "on", Reason: w.WrongDay.Say(none)}
		}
		casus.Private.Family = append(casus.Private.Family, n)
		casus.LastActivityAt = b.Now()
		casus, err := tx.SaveCasus(casus)
		if err != nil {
			return err
		}
		answer.Text = text.HearingSaved.Say(text.None{})
		if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActHearing, Object: string(n.Who), Reasons: []string{n.What}}); err != nil {
			return err
		}
		return b.planRetention(ctx, tx, casus)
	})
	return answer, err
}

// hearingOf is what is known of each of the family: the newest that was noted.
func (b *Bot) hearingOf(casus Casus) []text.HearingLine {
	var lines []text.HearingLine
	for _, o := range b.familyOptions(casus, false) {
		line := text.HearingLine{ID: o.Value, Who: plain.Escape(o.Label)}
		for _, n := range casus.Private.Family {
			if string(n.Who) != o.Value {
				continue
			}
			said := text.HearingNote{What: text.HearingName(n.What), On: n.On, Reason: plain.Escape(n.Reason)}
			if n.How != "" {
				said.How = strings.ToLower(text.HowName(n.How))
			}
			switch n.What {
			case noteInvited, noteNotInvited:
				line.Invited = said
			case noteHeard, noteNotHeard:
				line.Heard = said
			case noteMinutes:
				line.Minutes = said
			case notePaper:
				line.Paper = true
			}
		}
		if line.Invited.What == "" {
			what := noteInvited
			reason := ""
			if !casus.Private.Invitation.Invited {
				what, reason = noteNotInvited, plain.Escape(casus.Private.Invitation.Reason)
			}
			line.Invited = text.HearingNote{What: text.HearingName(what), On: casus.OpenedAt.In(amsterdam).Format(time.DateOnly), Reason: reason}
		}
		lines = append(lines, line)
	}
	return lines
}

// hearingText is what the status says of it. Who leads reads all of it, a parent,
// young person or supporter what is noted of themselves, and the others only
// whether the young person was heard.
func (b *Bot) hearingText(h here) string {
	if !h.Standings[InRoom] || !b.aboutSomebody(h.casus.Kind) {
		return ""
	}
	lines := b.hearingOf(h.casus)
	if m, ok := h.casus.Member(h.who.Account); !h.May(MayLead) && ok {
		lines = slices.DeleteFunc(lines, func(l text.HearingLine) bool { return m.Role == Professional || l.ID != string(m.ID) })
	}
	return text.Hearing.Say(text.HearingArgs{Lines: lines, Heard: heard(h.casus)})
}

// heard reports whether it is known of the young person that they were heard, or
// why not.
func heard(casus Casus) bool {
	return slices.ContainsFunc(casus.Private.Family, func(n FamilyNote) bool {
		return n.Who == casus.Private.YoungPerson.ID && (n.What == noteHeard || n.What == noteNotHeard)
	})
}

// askToHear asks who leads to note how the young person was heard, when the
// casus comes to the phase before the one that needs it, and in that phase. It
// stops nothing: hearing is no condition of sharing (matrix, JONGERE horen).
func (b *Bot) askToHear(tx Tx, casus Casus) error {
	if casus.Phase != "F2" && casus.Phase != "F3" || heard(casus) || !b.aboutSomebody(casus.Kind) {
		return nil
	}
	lead, ok, err := b.leader(tx, casus)
	if err != nil || !ok {
		return err
	}
	token, err := b.ticket(tx, Ticket{Action: actHearing, Casus: casus.Ref, For: lead.Account, Expires: b.Now().AddDate(0, 0, 60)})
	if err != nil {
		return err
	}
	m := Message{Text: text.HearingAsk.Say(text.PhaseArgs{Ref: string(casus.Ref), Phase: text.PhaseName(string(casus.Phase))}),
		Buttons: []Button{{Label: text.HearingButton.Say(text.None{}), Ticket: token}}}
	return b.later(tx, casus.Ref, fmt.Sprintf("hear:%s:%s", casus.Ref, casus.Phase), speech{Platform: casus.Platform, User: lead.Account, Message: m})
}
