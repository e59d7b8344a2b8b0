package bot

import (
	"context"
	"errors"
	"strings"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// commandStatus is "/casus status": in a room the state of its casus and what is
// still needed, elsewhere the casussen one is in.
func (b *Bot) commandStatus(ctx context.Context, t *turn, e Event, rest string) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		h, err := b.pointed(tx, e, rest, MayRead)
		if err != nil {
			return err
		}
		c := h.casus
		if !b.aboutSomebody(c.Kind) {
			said, err := b.shapeStatus(tx, h)
			if err != nil {
				return err
			}
			if err := b.record(tx, h.who, Entry{Casus: c.Ref, Act: ActRead}); err != nil {
				return err
			}
			return b.reply(tx, c.Ref, e, Message{Text: said})
		}
		args := text.StatusArgs{Ref: string(c.Ref), Kind: text.KindName(string(c.Kind)), Phase: text.PhaseName(string(c.Phase)),
			Status: text.StatusName(string(c.Status)), Days: b.termOf(c.Kind)}
		r, err := b.judgeRetain(ctx, tx, c)
		if err != nil {
			return err
		}
		args.Next = r.Due
		if next, ok := c.NextMeeting(b.Now()); ok {
			args.Meeting = next.At
		}
		args.Points = len(c.OpenPoints())
		if day, age, ok := b.birthday(c, b.Now()); ok && c.Status == Open && h.Standings[Leads] {
			args.Birthday = text.AskedBirthday.Say(text.BirthdayArgs{Day: day, Age: age})
		}
		if args.Needed, err = b.neededForStatus(ctx, tx, h); err != nil {
			return err
		}
		if m, ok := c.Member(e.User); ok && m.Role == Professional && c.Status == Open {
			for _, kind := range []DataKind{Ordinary, Sensitive, Health} {
				v, err := b.judgeShare(ctx, tx, c, File{Poster: m.ID, Account: e.User, Kinds: []DataKind{kind}})
				if err != nil {
					return err
				}
				args.Kinds = append(args.Kinds, text.StatusKind{Kind: text.DataKindName(string(kind)), Allowed: v.allows(),
					Refused: v.refuses(), Missing: b.labels(c, v.Missing), Why: v.text()})
			}
		}
		holds, err := tx.Holds(c.Ref)
		if err != nil {
			return err
		}
		for _, hold := range holds {
			args.Held = args.Held || hold.ReleasedAt.IsZero()
		}
		if _, err := tx.Record(Entry{Casus: c.Ref, At: b.Now(), Actor: h.who.ID, OnBehalf: h.who.Organisation, Act: ActRead, Outcome: outcomeDone}); err != nil {
			return err
		}
		kept, err := b.keepingText(tx, h)
		if err != nil {
			return err
		}
		return b.reply(tx, c.Ref, e, Message{Text: join([]string{text.StatusOf.Say(args), b.hearingText(h), kept})})
	})
}

// commandInvite is "/casus deelnemer".
func (b *Bot) commandInvite(ctx context.Context, t *turn, e Event, rest string) error {
	none := text.None{}
	w := text.InviteForm
	form := Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{
		{Name: fieldMembers, Label: w.Member.Say(none), Help: w.MemberHelp.Say(none), Kind: Users},
		{Name: fieldAgreed, Label: w.Agreed.Say(none), Help: w.AgreedHelp.Say(none), Kind: Choices, Optional: true,
			Options: []Option{{"g1", text.OpenForm.Holder1.Say(none)}, {"g2", text.OpenForm.Holder2.Say(none)}, {"yp", text.OpenForm.YoungPerson.Say(none)}}},
		{Name: fieldAgreedOn, Label: text.OpenForm.AgreedOn.Say(none), Help: text.OpenForm.AgreedOnHelp.Say(none), Kind: Date, Optional: true},
		{Name: fieldAgreedHow, Label: text.OpenForm.AgreedHow.Say(none), Help: text.OpenForm.AgreedHowHelp.Say(none), Kind: Choice, Optional: true,
			Options: options(givenHow, text.HowName)},
	}}
	return b.askIn(ctx, t, e, rest, MayLead, Ticket{Action: actInvite}, func(tx Tx, h here, _ *Ticket) (Form, error) {
		if !b.aboutSomebody(h.casus.Kind) {
			form.Fields = form.Fields[:1] // there is nobody who could agree
		}
		which, err := b.forField(tx)
		form.Fields = append(form.Fields, which...)
		return form, err
	})
}

// submitInvite adds a member, when the rules for joining allow it.
func (b *Bot) submitInvite(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	w := text.Wrong
	user := UserID(s.Value(fieldMembers))
	p, err := b.platform(s.Platform)
	if err != nil {
		return FormAnswer{}, err
	}
	active, err := activeInside(ctx, p, user, fieldMembers)
	if err != nil {
		return FormAnswer{}, err
	}
	// What is in the room is asked of the platform before the transaction.
	known, err := b.casus(ctx, ticket.Casus)
	if err != nil {
		return FormAnswer{}, err
	}
	history := b.hasHistory(ctx, known)
	var answer FormAnswer
	err = b.submitIn(ctx, ticket, s, MayLead, func(tx Tx, h here) error {
		casus := h.casus
		if !active {
			return &InvalidError{Field: fieldMembers, Reason: w.Inactive.Say(text.None{})}
		}
		m, err := b.chosenCandidate(tx, s, user)
		if errors.Is(err, ErrConflict) {
			answer.Text = text.CapacityAsked.Say(text.None{})
			return b.askCapacity(tx, casus, user, s.User, ticket.Token)
		}
		if err != nil {
			return asInvalid(err, fieldMembers)
		}
		fresh, err := b.readAgreements(tx, s, casus)
		if err != nil {
			return err
		}
		known, err := tx.Agreements(casus.Ref)
		if err != nil {
			return err
		}
		v, err := b.judgeEntry(ctx, tx, casus, m, h.who.ID, append(known, fresh...))
		if err != nil {
			return err
		}
		for _, a := range fresh {
			// A new party needs an agreement of its own; it covers only them.
			a.Casus, a.Covers = casus.Ref, []OrgID{m.Organisation}
			if err := tx.AddAgreement(a); err != nil {
				return err
			}
		}
		if !v.allows() {
			answer.Text = v.text()
			return b.tellNotAdded(tx, h, casus, m, v, ticket.Token)
		}
		casus, moved, err := b.takeIn(tx, casus, m, history && !isPolicy(casus.Kind))
		if err != nil {
			return err
		}
		answer.Text = text.MemberAdded.Say(text.CasusArgs{Ref: string(casus.Ref), Room: casus.RoomName()})
		if moved {
			answer.Text = text.MemberFresh.Say(text.CasusArgs{Ref: string(casus.Ref), Room: casus.RoomName()})
		}
		return b.recordEntry(tx, h.who, casus, ActMemberAdded, string(m.ID), v)
	})
	return answer, err
}

// commandHold is "/casus bewaar".
func (b *Bot) commandHold(ctx context.Context, t *turn, e Event, rest string) error {
	w := text.HoldForm
	form := Form{Title: w.Title.Say(text.None{}), Intro: w.Intro.Say(text.None{}), Send: w.Send.Say(text.None{}), Fields: []Field{
		{Name: "reason", Label: w.Reason.Say(text.None{}), Help: w.ReasonHelp.Say(text.None{}), Kind: LongText},
	}}
	return b.askIn(ctx, t, e, rest, MayHold, Ticket{Action: actHold}, func(Tx, here, *Ticket) (Form, error) { return form, nil })
}

// submitHold places a hold. It is refused openly when erasing has begun.
func (b *Bot) submitHold(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayHold, func(tx Tx, h here) error {
		answer.Text = text.HoldPlaced.Say(text.CasusArgs{Ref: string(h.casus.Ref), Room: h.casus.Ref.Room()})
		return b.placeHold(ctx, tx, h, s.Value("reason"))
	})
	return answer, err
}

// placeHold places a hold for who is here. An *InvalidError: the reason says too
// little, or erasing has begun.
func (b *Bot) placeHold(ctx context.Context, tx Tx, h here, reason string) error {
	casus := h.casus
	if !casus.ErasingSince.IsZero() {
		return &InvalidError{Field: "reason", Reason: text.HoldTooLate.Say(text.None{})}
	}
	reason = strings.TrimSpace(reason)
	if !plain.LongEnough(reason) || !plain.Readable(reason) {
		return &InvalidError{Field: "reason", Reason: text.Wrong.Reason.Say(text.None{})}
	}
	hold := Hold{ID: b.NewID(), Casus: casus.Ref, Reason: reason, PlacedBy: h.who.ID, PlacedAt: b.Now()}
	if err := tx.AddHold(hold); err != nil {
		return err
	}
	why, err := b.decideRetention(ctx, tx, casus)
	if err != nil {
		return err
	}
	if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActHoldPlaced, Object: hold.ID, Decision: why}); err != nil {
		return err
	}
	return errors.Join(b.tellOfHold(tx, casus, hold, why), b.planRetention(ctx, tx, casus))
}
