package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/fault"
)

// The fields of the form for a consent.
const (
	fieldGiver      = "giver"
	fieldCapacity   = "capacity"
	fieldDecision   = "decision"
	fieldRecipients = "recipients"
	fieldGivenOn    = "given_on"
	fieldExpiresOn  = "expires_on"
	fieldHow        = "how"
)

// capacities are the capacities in which somebody says yes or no.
var capacities = []string{"authority", "young_person", "guardian", "curator"}

// commandConsent is "/casus toestemming".
func (b *Bot) commandConsent(ctx context.Context, t *turn, e Event, _ string) error {
	casus, err := b.casusOfRoom(ctx, e.Platform, e.Channel)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return errNoCasus
	}
	if err != nil {
		return err
	}
	return b.askConsent(ctx, t, e, casus.Ref, "")
}

// discloser is somebody of the organisation whose secrecy a consent would lift.
func (b *Bot) discloser(tx Tx, platform string, ref Ref, user UserID) (here, Member, error) {
	casus, err := tx.Casus(ref)
	if err != nil {
		return here{}, Member{}, err
	}
	// Whose part is over says nothing for their organisation any more, also not with
	// a form that they had open.
	m, ok, err := b.presentMember(tx, casus, user)
	if err != nil {
		return here{}, m, err
	}
	h := here{casus: casus}
	if h.who, err = b.who(tx, platform, user); err != nil {
		return h, m, err
	}
	if h.Standings, err = b.standings(tx, h.who, casus); err != nil {
		return h, m, err
	}
	h.Standings[OfDiscloser] = ok && m.Role == Professional
	if !h.May(MayNoteConsent) {
		return h, m, lackedRight{MayNoteConsent}
	}
	return h, m, nil
}

// askConsentByButton is askConsent from below a refused file.
func (b *Bot) askConsentByButton(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	return b.askConsent(ctx, t, e, ticket.Casus, ticket.Object)
}

// askConsent opens the form that records a consent. file, when not blank, is the
// waiting file that it is for: the form then proposes what that file needs.
func (b *Bot) askConsent(ctx context.Context, t *turn, e Event, ref Ref, file string) error {
	var form Form
	err := b.Store.View(ctx, func(tx Tx) error {
		h, m, err := b.discloser(tx, e.Platform, ref, e.User)
		if err != nil {
			return err
		}
		if h.casus.Status != Open {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(ref)})}
		}
		var kinds []string
		if file != "" {
			if f, err := tx.File(FileID(file)); err == nil {
				for _, k := range f.Kinds {
					kinds = append(kinds, string(k))
				}
			} else if !errors.Is(err, ErrNotFound) {
				return err
			}
		}
		form, err = b.consentForm(tx, h.casus, m, kinds)
		return err
	})
	if err != nil {
		return err
	}
	return b.openForm(ctx, t, e, form, Ticket{Action: actConsent, Casus: ref, Object: file})
}

func (b *Bot) consentForm(tx Tx, casus Casus, m Member, kinds []string) (Form, error) {
	org, err := tx.Organisation(m.Organisation)
	if err != nil {
		return Form{}, err
	}
	recipients, err := b.recipientOptions(tx, casus, m)
	if err != nil {
		return Form{}, err
	}
	var all []string
	for _, r := range recipients {
		all = append(all, r.Value)
	}
	none := text.None{}
	w := text.ConsentForm
	givers := append([]Option{{string(casus.Private.YoungPerson.ID), text.TheYoungPerson.Say(none)}}, holderOptions(casus)...)
	inAYear := b.Now().In(amsterdam).AddDate(1, 0, 0).Format(time.DateOnly)
	fields := []Field{
		{Name: fieldGiver, Label: w.Giver.Say(none), Help: w.GiverHelp.Say(none), Kind: Choice, Options: givers},
		{Name: fieldCapacity, Label: w.Capacity.Say(none), Help: w.CapacityHelp.Say(none), Kind: Choice, Options: options(capacities, text.CapacityName)},
		{Name: fieldDecision, Label: w.Decision.Say(none), Kind: Choice, Default: []string{string(Given)},
			Options: []Option{{string(Given), w.Yes.Say(none)}, {string(Refused), w.No.Say(none)}}},
	}
	if len(recipients) > 0 {
		fields = append(fields, Field{Name: fieldRecipients, Label: w.Recipients.Say(none), Help: w.RecipientsHelp.Say(none), Kind: Choices, Options: recipients, Default: all})
	}
	fields = append(fields,
		Field{Name: fieldKinds, Label: w.Kinds.Say(none), Help: w.KindsHelp.Say(none), Kind: Choices, Default: kinds,
			Options: options([]string{string(Ordinary), string(Sensitive), string(Health)}, text.DataKindName)},
		Field{Name: fieldPurpose, Label: w.Purpose.Say(none), Help: w.PurposeHelp.Say(none), Kind: ShortText, Default: []string{casus.Private.Purpose}},
		Field{Name: fieldGivenOn, Label: w.GivenOn.Say(none), Help: w.GivenOnHelp.Say(none), Kind: Date, Default: []string{b.today()}},
		Field{Name: fieldExpiresOn, Label: w.ExpiresOn.Say(none), Help: w.ExpiresOnHelp.Say(none), Kind: Date, Default: []string{inAYear}},
		Field{Name: fieldHow, Label: w.How.Say(none), Help: w.HowHelp.Say(none), Kind: Choice, Options: options(givenHow, text.HowName)},
	)
	return Form{Title: w.Title.Say(none), Send: w.Send.Say(none),
		Intro: w.Intro.Say(text.ConsentIntroArgs{Ref: string(casus.Ref), Organisation: org.Name}), Fields: fields}, nil
}

// recipientOptions lists who receives what a member brings in: the other
// organisations, and parents and supporters who read along (A4). Naming one that
// turns out not to be needed does no harm.
func (b *Bot) recipientOptions(tx Tx, casus Casus, from Member) ([]Option, error) {
	var all []Option
	add := func(value, label string) {
		if !slices.ContainsFunc(all, func(o Option) bool { return o.Value == value }) {
			all = append(all, Option{value, label})
		}
	}
	for _, m := range casus.Private.Members {
		switch {
		case m.Role == Professional && (m.Organisation != from.Organisation || m.Sector != from.Sector):
			org, err := tx.Organisation(m.Organisation)
			if err != nil {
				return nil, err
			}
			add(string(m.Organisation), org.Name)
		case m.Role == Parent || m.Role == Supporter:
			add(string(m.ID), b.labels(casus, []string{string(m.ID)})[0])
		}
	}
	return all, nil
}

// submitConsent records a yes or a no.
func (b *Bot) submitConsent(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.update(ctx, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		h, m, err := b.discloser(tx, s.Platform, ticket.Casus, s.User)
		if err != nil {
			return err
		}
		c, err := b.readConsent(tx, h.casus, m, s)
		if err != nil {
			return err
		}
		c.ID, c.Casus, c.NotedBy = b.NewID(), h.casus.Ref, h.who.ID
		if err := tx.AddConsent(c); err != nil {
			return err
		}
		act := ActConsentRecorded
		if c.Decision == Refused {
			act = ActConsentRefused
		}
		e := Entry{Casus: c.Casus, Act: act, Object: c.ID}
		if c.Decision == Refused {
			e.Decision = DecisionID(b.NewID())
		}
		if err := b.record(tx, h.who, e); err != nil {
			return err
		}
		if err := b.yesNoted(tx, h.casus, h.who, yes{ID: c.ID, Giver: c.Giver}); err != nil {
			return err
		}
		answer.Text = text.ConsentSaved.Say(text.None{})
		if c.Decision == Refused {
			answer.Text = text.RefusalSaved.Say(text.None{})
			hidden, err := b.withdrawFiles(tx, h.casus, c.ID, h.who.Account, e.Decision)
			if hidden > 0 {
				answer.Text += " " + text.FilesHidden.Say(text.HiddenArgs{Ref: string(h.casus.Ref), Files: hidden})
			}
			return err
		}
		posted, err := b.decideWaiting(ctx, tx, h.who, h.casus)
		if posted > 0 {
			answer.Text = text.ConsentSavedPosting.Say(text.None{})
		}
		return err
	})
	if err == nil {
		fault.Hit("consent.committed")
	}
	return answer, err
}

func (b *Bot) readConsent(tx Tx, casus Casus, m Member, s Submission) (Consent, error) {
	w := text.Wrong
	wrong := func(field string, why text.Message[text.None]) (Consent, error) {
		return Consent{}, &InvalidError{Field: field, Reason: why.Say(text.None{})}
	}
	if casus.Status != Open {
		return Consent{}, &InvalidError{Field: "", Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
	}
	c := Consent{Giver: PersonID(s.Value(fieldGiver)), Capacity: s.Value(fieldCapacity), Discloser: m.Organisation,
		Decision: Decision(s.Value(fieldDecision)), How: s.Value(fieldHow), Purpose: strings.TrimSpace(s.Value(fieldPurpose))}
	young := c.Giver == casus.Private.YoungPerson.ID
	if !young && !slices.ContainsFunc(casus.Private.Authority, func(h Holder) bool { return h.ID == c.Giver }) {
		return wrong(fieldGiver, w.Giver)
	}
	if !slices.Contains(capacities, c.Capacity) || young != (c.Capacity == "young_person") {
		return wrong(fieldCapacity, w.Capacity)
	}
	if c.Decision != Given && c.Decision != Refused {
		return wrong(fieldDecision, w.Decision)
	}
	offered, err := b.recipientOptions(tx, casus, m)
	if err != nil {
		return c, err
	}
	for _, r := range s.Values[fieldRecipients] {
		if !slices.ContainsFunc(offered, func(o Option) bool { return o.Value == r }) {
			return wrong(fieldRecipients, w.Recipients)
		}
		c.Recipients = append(c.Recipients, OrgID(r))
	}
	if len(c.Recipients) == 0 && len(offered) > 0 {
		return wrong(fieldRecipients, w.Recipients)
	}
	for _, k := range s.Values[fieldKinds] {
		if !slices.Contains([]string{string(Ordinary), string(Sensitive), string(Health)}, k) {
			return wrong(fieldKinds, w.Kinds)
		}
		c.Kinds = append(c.Kinds, DataKind(k))
	}
	if len(c.Kinds) == 0 {
		return wrong(fieldKinds, w.Kinds)
	}
	if !plain.Sentence(c.Purpose, 150) {
		return wrong(fieldPurpose, w.Sentence)
	}
	if c.GivenAt, err = b.givenAt(s.Value(fieldGivenOn)); err != nil {
		return wrong(fieldGivenOn, w.GivenOn)
	}
	if c.ExpiresAt, err = endOfDay(s.Value(fieldExpiresOn)); err != nil || !c.ExpiresAt.After(b.Now()) {
		return wrong(fieldExpiresOn, w.ExpiresOn)
	}
	if c.ExpiresAt.After(b.Now().AddDate(2, 0, 0)) {
		return wrong(fieldExpiresOn, w.ExpiresLate)
	}
	if !slices.Contains(givenHow, c.How) {
		return wrong(fieldHow, w.How)
	}
	return c, nil
}

// decideWaiting looks again at the classified files that wait in this casus: a
// new consent may be what they waited for. It returns how many will be posted.
func (b *Bot) decideWaiting(ctx context.Context, tx Tx, who caller, casus Casus) (int, error) {
	files, err := tx.FilesOf(casus.Ref)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, f := range files {
		if f.State != Quarantined || len(f.Kinds) == 0 || !f.ExpiresAt.After(b.Now()) {
			continue
		}
		v, err := b.judgeShare(ctx, tx, casus, f)
		if err != nil {
			return n, err
		}
		if !v.allows() {
			continue
		}
		if _, _, err := b.decideFile(ctx, tx, who, casus, f); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// commandWithdraw is "/casus intrekken".
func (b *Bot) commandWithdraw(ctx context.Context, t *turn, e Event, rest string) error {
	return b.askIn(ctx, t, e, rest, MayRead, Ticket{Action: actWithdraw}, func(tx Tx, h here, _ *Ticket) (Form, error) {
		all, err := b.yesses(tx, h.casus)
		if err != nil {
			return Form{}, err
		}
		var live []Option
		for _, y := range all {
			if y.lives(b.Now()) && b.mayEnd(h, y) {
				live = append(live, Option{y.value(), b.yesLabel(tx, h.casus, y)})
			}
		}
		if len(live) == 0 {
			return Form{}, &InvalidError{Reason: text.NothingToWithdraw.Say(text.None{})}
		}
		w := text.WithdrawForm
		return Form{Title: w.Title.Say(text.None{}), Intro: w.Intro.Say(text.None{}), Send: w.Send.Say(text.None{}),
			Fields: []Field{{Name: "consent", Label: w.Consent.Say(text.None{}), Kind: Choice, Options: live}}}, nil
	})
}

// consentLabel is how a consent stands in a list to choose from.
func (b *Bot) consentLabel(tx Tx, casus Casus, c Consent) string {
	args := text.ConsentLabelArgs{Giver: b.labels(casus, []string{string(c.Giver)})[0], Until: c.ExpiresAt}
	for _, k := range c.Kinds {
		args.Kinds = append(args.Kinds, text.DataKindName(string(k)))
	}
	if org, err := tx.Organisation(c.Discloser); err == nil {
		args.Organisation = org.Name
	}
	return text.ConsentLabel.Say(args)
}

// submitWithdrawal ends a consent at this moment and takes out of sight what
// rested on it. What was shared before stays lawful; whether it is removed is
// for a person to decide.
func (b *Bot) submitWithdrawal(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	hidden := 0
	answer := text.Withdrawn.Say(text.WithdrawnArgs{})
	err := b.submitIn(ctx, ticket, s, MayRead, func(tx Tx, h here) error {
		hidden = 0
		casus := h.casus
		y, err := b.findYes(tx, casus, s.Value("consent"))
		if errors.Is(err, ErrNotFound) || err == nil && !b.mayEnd(h, y) {
			return lackedRight{MayWithdraw}
		}
		if err != nil {
			return err
		}
		if y.Agreement {
			answer = text.AgreementEnded.Say(text.None{})
			return errors.Join(tx.WithdrawAgreement(casus.Ref, y.ID, b.Now()),
				b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActAgreementEnded, Object: y.ID}),
				b.toCoordinator(tx, casus, "agreement_ended:"+y.ID, Message{Text: text.AgreementEndTold.Say(text.CasusArgs{Ref: string(casus.Ref)})}))
		}
		if err := tx.WithdrawConsent(casus.Ref, y.ID, b.Now()); err != nil {
			return err
		}
		why := DecisionID(b.NewID())
		if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActConsentEnded, Object: y.ID, Decision: why}); err != nil {
			return err
		}
		hidden, err = b.withdrawFiles(tx, casus, y.ID, h.who.Account, why)
		answer = text.Withdrawn.Say(text.WithdrawnArgs{Files: hidden})
		return err
	})
	if err != nil {
		return FormAnswer{}, err
	}
	fault.Hit("withdraw.committed")
	return FormAnswer{Text: answer}, nil
}

// restedOn tells which files rested on the yes that ended with the consent of this id:
// on itself when it was taken back. When it is a no, on a yes which it undid, as far as
// the no touches them (A13): to who says it a no is the same as taking back a yes, so it
// does the same.
func restedOn(tx Tx, ref Ref, id string) (func(File) bool, error) {
	consents, err := tx.Consents(ref)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(consents, func(c Consent) bool { return c.ID == id })
	if i < 0 || consents[i].Decision != Refused {
		return func(f File) bool { return slices.Contains(f.RestsOn, id) }, nil
	}
	no := consents[i]
	var undone []string
	for _, c := range consents {
		touched := slices.ContainsFunc(c.Recipients, func(r OrgID) bool { return slices.Contains(no.Recipients, r) })
		if c.Decision == Given && c.Giver == no.Giver && c.Discloser == no.Discloser && c.Purpose == no.Purpose && touched && !c.GivenAt.After(no.GivenAt) {
			undone = append(undone, c.ID)
		}
	}
	return func(f File) bool {
		return slices.ContainsFunc(f.RestsOn, func(id string) bool { return slices.Contains(undone, id) }) &&
			slices.ContainsFunc(f.Kinds, func(k DataKind) bool { return slices.Contains(no.Kinds, k) })
	}, nil
}

// withdrawFiles withdraws the files that rested on the yes which ended with a consent,
// and tells the procesregisseur that there is something to decide, and who shared them
// that they are out of sight. by, who ended it, reads it in the answer; blank: they have
// no account. why is the decision that ended it.
func (b *Bot) withdrawFiles(tx Tx, casus Casus, consent string, by UserID, why DecisionID) (int, error) {
	rested, err := restedOn(tx, casus.Ref, consent)
	if err != nil {
		return 0, err
	}
	files, err := tx.FilesOf(casus.Ref)
	if err != nil {
		return 0, err
	}
	n, of := 0, map[UserID]int{}
	for _, f := range files {
		if (f.State != Posted && f.State != Approved) || !rested(f) {
			continue
		}
		if err := f.Move(Withdrawn); err != nil {
			return n, err
		}
		if err := errors.Join(tx.SaveFile(f), b.planHiding(tx, f)); err != nil {
			return n, err
		}
		n++
		of[f.Account]++
	}
	if n == 0 {
		return 0, nil
	}
	m, err := b.withWhy(tx, Message{Text: text.FilesHidden.Say(text.HiddenArgs{Ref: string(casus.Ref), Files: n})}, casus.Ref, why, "")
	if err != nil {
		return n, err
	}
	delete(of, by)
	return n, errors.Join(b.toCoordinator(tx, casus, "hidden:"+consent, m), b.tellHidden(tx, casus, consent, of, why))
}

// tellHidden tells who shared files that they are out of sight: how many there are of
// each, and not whose yes ended. Who leads hears of all of them, and who takes no part
// any more of none.
func (b *Bot) tellHidden(tx Tx, casus Casus, consent string, of map[UserID]int, why DecisionID) error {
	lead, led, err := b.leader(tx, casus)
	if err != nil {
		return err
	}
	for user, n := range of {
		m, here, err := b.presentMember(tx, casus, user)
		if err != nil {
			return err
		}
		if !here || led && m.ID == lead.ID {
			continue
		}
		told, err := b.withWhy(tx, Message{Text: text.YoursHidden.Say(text.HiddenArgs{Ref: string(casus.Ref), Files: n})}, casus.Ref, why, user)
		if err != nil {
			return err
		}
		if err := b.later(tx, casus.Ref, "hidden:"+consent+":"+string(user), speech{Platform: casus.Platform, User: user, Message: told}); err != nil {
			return err
		}
	}
	return nil
}
