package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// waitMost is how many days an organisation may have erasing wait.
const waitMost = 30

// askWait opens the form with which an organisation asks for time.
func (b *Bot) askWait(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	err := b.Store.View(ctx, func(tx Tx) error {
		casus, m, err := b.handingOver(tx, e, ticket)
		if err != nil {
			return err
		}
		return b.mayWait(tx, casus, m.Organisation)
	})
	if err != nil {
		return err
	}
	w, none := text.WaitForm, text.None{}
	form := Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{
		{Name: "days", Label: w.Days.Say(none), Kind: Choice, Options: []Option{{"7", "7"}, {"14", "14"}, {strconv.Itoa(waitMost), strconv.Itoa(waitMost)}}, Default: []string{"14"}},
		{Name: "reason", Label: w.Reason.Say(none), Help: w.ReasonHelp.Say(none), Kind: LongText},
	}}
	return b.openForm(ctx, t, e, form, Ticket{Action: actHandoverWait, Casus: ticket.Casus, Object: ticket.Object})
}

// mayWait refuses a second wish of the same organisation: a wait is bounded, and
// several in a row would not be.
func (b *Bot) mayWait(tx Tx, casus Casus, org OrgID) error {
	if !casus.ErasingSince.IsZero() {
		return &InvalidError{Reason: text.HoldTooLate.Say(text.None{})}
	}
	for _, h := range casus.Private.Handovers {
		if h.Organisation == org && !h.Wait.Until.IsZero() {
			named, err := tx.Organisation(org)
			if err != nil {
				return err
			}
			return &InvalidError{Reason: text.TakeOverTwice.Say(text.TakeOverArgs{Ref: string(casus.Ref), Organisation: named.Name, Until: h.Wait.Until})}
		}
	}
	return nil
}

// submitWait has erasing wait for a bounded time, and tells everybody who watches
// over the casus.
func (b *Bot) submitWait(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayHandOver, func(tx Tx, h here) error {
		_, m, err := b.ofOrganisation(tx, s.Platform, h.casus, s.User, OrgID(ticket.Object))
		if err != nil {
			return err
		}
		if err := b.mayWait(tx, h.casus, m.Organisation); err != nil {
			return err
		}
		days, err := strconv.Atoi(s.Value("days"))
		if err != nil || days < 1 || days > waitMost {
			return &InvalidError{Field: "days", Reason: text.WrongChoice.Say(text.None{})}
		}
		reason := strings.TrimSpace(s.Value("reason"))
		if !plain.LongEnough(reason) {
			return &InvalidError{Field: "reason", Reason: text.Wrong.Reason.Say(text.None{})}
		}
		now := b.Now()
		wait := Wait{From: now, Until: now.In(amsterdam).AddDate(0, 0, days), Reason: reason, By: m.ID}
		casus := h.casus
		casus.Private.Handovers = slices.Clone(withHandover(casus.Private.Handovers, m.Organisation))
		for i := range casus.Private.Handovers {
			if casus.Private.Handovers[i].Organisation == m.Organisation {
				casus.Private.Handovers[i].Wait = wait
			}
		}
		if casus, err = tx.SaveCasus(casus); err != nil {
			return err
		}
		if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActHandoverWait, Object: string(m.Organisation), Reasons: []string{fmt.Sprintf("days:%d", days)}}); err != nil {
			return err
		}
		org, err := tx.Organisation(m.Organisation)
		if err != nil {
			return err
		}
		answer.Text = text.TakeOverBlocked.Say(text.TakeOverArgs{Ref: string(casus.Ref), Organisation: org.Name, Until: wait.Until, Reason: plain.Escape(reason)})
		told := Message{Text: answer.Text}
		return errors.Join(b.planRetention(ctx, tx, casus), b.toCoordinator(tx, casus, "wait:"+ticket.Token, told), b.everyGuardian(tx, casus, "wait:"+ticket.Token, told))
	})
	return answer, err
}

// confirmed is since when an organisation's word counts for the rules: not while
// it asked to wait. The zero time: it does not count now.
func (h Handover) confirmed(now time.Time) time.Time {
	if h.Wait.Until.After(now) {
		return time.Time{}
	}
	return h.ConfirmedAt
}

// waitEnds is the first moment after now at which an organisation's wish to wait
// ends; the zero time when there is none.
func (c Casus) waitEnds(now time.Time) time.Time {
	var first time.Time
	for _, h := range c.Private.Handovers {
		if h.Wait.Until.After(now) && (first.IsZero() || h.Wait.Until.Before(first)) {
			first = h.Wait.Until
		}
	}
	return first
}
