package bot

import (
	"context"
	"slices"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

const actStandIn = "stand_in" // send the form for a stand-in

// standInDays is how long somebody can stand in at most. Who takes part for
// longer is a member in their own right.
const standInDays = 31

// commandStandIn is "/casus vervanger": a colleague of the same organisation and
// sector takes somebody's place for a while.
func (b *Bot) commandStandIn(ctx context.Context, t *turn, e Event, rest string) error {
	return b.askIn(ctx, t, e, rest, MayStandIn, Ticket{Action: actStandIn}, func(tx Tx, h here, _ *Ticket) (Form, error) {
		whom, err := b.replaceable(tx, h)
		if err != nil {
			return Form{}, err
		}
		w, none := text.StandInForm, text.None{}
		return Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{
			{Name: fieldWho, Label: w.Whom.Say(none), Kind: Choice, Options: whom, Default: []string{whom[0].Value}},
			{Name: fieldUser, Label: w.User.Say(none), Help: w.UserHelp.Say(none), Kind: Users},
			{Name: "until", Label: w.Until.Say(none), Help: w.UntilHelp.Say(none), Kind: Date, Default: []string{b.today()}},
		}}, nil
	})
}

// replaceable lists whose place may be taken: one's own, and everybody's by who
// leads the casus. Somebody who was not confirmed again, or left, has none.
func (b *Bot) replaceable(tx Tx, h here) ([]Option, error) {
	var all []Option
	for _, m := range h.casus.Private.Members {
		own := m.Account == h.who.Account
		if m.Role != Professional || !own && !h.May(MayLead) {
			continue
		}
		why, err := b.endedBecause(tx, m)
		if err != nil {
			return nil, err
		}
		if why != "" || m.StandsInFor != "" {
			continue
		}
		o := Option{string(m.ID), plain.Short(b.functionOf(tx, h.casus, m.ID), 75)}
		if own {
			all = slices.Insert(all, 0, o)
		} else {
			all = append(all, o)
		}
	}
	if len(all) == 0 {
		return nil, lackedRight{MayStandIn}
	}
	return all, nil
}

// submitStandIn lets the stand-in in until the end of the day that was chosen.
// They are no new party: what was shared with their organisation may be read by
// them, so they keep the room.
func (b *Bot) submitStandIn(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	p, err := b.platform(s.Platform)
	if err != nil {
		return FormAnswer{}, err
	}
	user := UserID(s.Value(fieldUser))
	active, err := activeInside(ctx, p, user, fieldUser)
	if err != nil {
		return FormAnswer{}, err
	}
	var answer FormAnswer
	err = b.submitIn(ctx, ticket, s, MayStandIn, func(tx Tx, h here) error {
		casus, w, none := h.casus, text.StandInForm, text.None{}
		if casus.Status != Open {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		}
		whom, err := b.replaceable(tx, h)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(casus.Private.Members, func(m Member) bool { return string(m.ID) == s.Value(fieldWho) })
		if i < 0 || !slices.ContainsFunc(whom, func(o Option) bool { return o.Value == s.Value(fieldWho) }) {
			return &InvalidError{Field: fieldWho, Reason: text.WrongChoice.Say(none)}
		}
		if !active {
			return &InvalidError{Field: fieldUser, Reason: text.Wrong.Inactive.Say(none)}
		}
		day := s.Value("until")
		until, err := endOfDay(day)
		if err != nil || day < b.today() || until.After(b.Now().AddDate(0, 0, standInDays)) {
			return &InvalidError{Field: "until", Reason: w.WrongUntil.Say(none)}
		}
		place := casus.Private.Members[i]
		m, err := b.candidateAs(tx, s.Platform, user, func(a Appointment) bool { return a.Organisation == place.Organisation && a.Sector == place.Sector })
		if err != nil {
			return &InvalidError{Field: fieldUser, Reason: w.WrongUser.Say(none)}
		}
		m.Until, m.StandsInFor = until, place.ID
		v, err := b.judgeJoin(ctx, tx, casus, m, h.who.ID, nil)
		if err != nil {
			return err
		}
		if !v.allows() {
			answer.Text = v.text()
			return b.tellNotAdded(tx, h, casus, m, v, ticket.Token)
		}
		if casus, _, err = b.takeIn(tx, casus, m, true); err != nil {
			return err
		}
		if err := b.recordVerdict(tx, h.who, casus.Ref, ActMemberAdded, string(m.ID), v); err != nil {
			return err
		}
		args := text.StandInArgs{Ref: string(casus.Ref), Room: casus.RoomName(), Until: until, Function: plain.Escape(place.Function)}
		answer.Text = text.StandInSaved.Say(args)
		if err := b.later(tx, casus.Ref, "stand_in:"+ticket.Token, speech{Platform: casus.Platform, User: user, Message: Message{Text: text.StandInYou.Say(args)}}); err != nil {
			return err
		}
		// Gone when the day is over, and not only at the next round.
		return tx.AddJob(Job{ID: "members:" + string(casus.Ref) + ":" + ticket.Token, Kind: JobMembers, Casus: casus.Ref, RunAt: until.Add(1e9)})
	})
	return answer, err
}
