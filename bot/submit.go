package bot

import (
	"context"
	"errors"
)

// askIn opens a form about a casus: the one of the room, or the one that rest
// names. Whoever lacks the right gets ErrForbidden and no form. build reads what
// the form shows; it may fill in the Object, Body and Expires of the ticket.
func (b *Bot) askIn(ctx context.Context, t *turn, e Event, rest string, r Right, ticket Ticket, build func(tx Tx, h here, ticket *Ticket) (Form, error)) error {
	var form Form
	reading, cancel := context.WithTimeout(ctx, triggerTerm)
	defer cancel()
	err := b.Store.View(reading, func(tx Tx) error {
		h, err := b.pointed(tx, e, rest, r)
		if err != nil {
			return err
		}
		ticket.Casus = h.casus.Ref
		form, err = build(tx, h, &ticket)
		return err
	})
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return errFormExpired // a store that is this slow: nothing was done, and it can be tried again
	}
	if err != nil {
		return err
	}
	return b.openForm(ctx, t, e, form, ticket)
}

// submitIn keeps what f makes of a form about a casus, in one transaction in
// which the form is used up and the right is checked as it is now, not as it was
// when the form was opened.
func (b *Bot) submitIn(ctx context.Context, ticket Ticket, s Submission, r Right, f func(tx Tx, h here) error) error {
	return b.update(ctx, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return err
		}
		casus, err := tx.Casus(ticket.Casus)
		if err != nil {
			return err
		}
		h, err := b.at(tx, s.Platform, casus, s.User, r)
		if err != nil {
			return err
		}
		return f(tx, h)
	})
}
