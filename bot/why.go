package bot

import (
	"context"
	"errors"
	"slices"

	"github.com/convenantbot/convenantbot/bot/text"
)

// Every decision that somebody is told of can be opened: what was looked at, what was
// missing, what bore it and with which source, and whether it would be the same today.
//
// A decision stands in the log under an id. With it goes the verdict when the rules
// took it (why_rules.go); what the bot holds to by itself, whatever the rules say, is
// in the entry alone (why_own.go). Who may open it is whom it is told to, for as long
// as they would still be told (why_reader.go).

// whyMonths is for how long a decision can be opened by its button.
const whyMonths = 1

// decided stores the verdict on a file and remembers with the file which it was.
// The caller keeps the file.
func (b *Bot) decided(tx Tx, who caller, f *File, v verdict) error {
	id, err := b.addVerdict(tx, who, f.Casus, ActFileDecided, string(f.ID), v)
	f.Decision = id
	return err
}

// whyButton opens the explanation of what was decided on a file.
func (b *Bot) whyButton(tx Tx, f File) (Button, error) {
	return b.whyOf(tx, f.Casus, f.Decision, f.Account)
}

// whyOf opens the explanation of a decision. user, when not blank, is the only one
// who may press; whoever may is asked again when it is pressed.
func (b *Bot) whyOf(tx Tx, ref Ref, id DecisionID, user UserID) (Button, error) {
	token, err := b.ticket(tx, Ticket{Action: actWhy, Casus: ref, Object: string(id), For: user, Expires: b.Now().AddDate(0, whyMonths, 0)})
	return Button{Label: text.WhyButton.Say(text.None{}), Ticket: token}, err
}

// withWhy is m with the button that opens the explanation of what it tells of.
func (b *Bot) withWhy(tx Tx, m Message, ref Ref, id DecisionID, user UserID) (Message, error) {
	button, err := b.whyOf(tx, ref, id, user)
	m.Buttons = append(slices.Clone(m.Buttons), button)
	return m, err
}

// commandWhy is "/casus waarom": how the last decision came about that concerns who
// asks, of whichever kind.
func (b *Bot) commandWhy(ctx context.Context, t *turn, e Event, _ string) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		h, err := b.room(tx, e.Platform, e.Channel, e.User, MayRead)
		if err != nil {
			return err
		}
		all, err := tx.Entries(h.casus.Ref, 0, 0)
		if err != nil {
			return err
		}
		for _, taken := range slices.Backward(all) {
			ok, err := b.mayKnow(tx, h, taken)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			// What cannot be explained any more does not stand before what can.
			if err := b.tellWhy(ctx, tx, e, h, taken); !errors.Is(err, ErrNotFound) {
				return whyGone(h.casus.Ref, err)
			}
		}
		return whyNothing(h.casus.Ref)
	})
}

// whyByButton is the same for one decision. It can be pressed again.
func (b *Bot) whyByButton(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		h, err := b.whyReader(tx, e, ticket)
		if err != nil {
			return err
		}
		all, err := tx.Entries(h.casus.Ref, 0, 0)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(taken Entry) bool {
			return taken.Decision == DecisionID(ticket.Object) && whyReaders[taken.Act] != nil
		})
		if i < 0 {
			return whyNothing(h.casus.Ref)
		}
		ok, err := b.mayKnow(tx, h, all[i])
		if err != nil {
			return err // nobody was refused: it is tried again
		}
		if !ok {
			return ErrForbidden
		}
		return whyGone(h.casus.Ref, b.tellWhy(ctx, tx, e, h, all[i]))
	})
}

func whyNothing(ref Ref) error {
	return &InvalidError{Reason: text.WhyNothing.Say(text.CasusArgs{Ref: string(ref)})}
}

// whyGone is err, or that nothing is left to explain when the casus went.
func whyGone(ref Ref, err error) error {
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return whyNothing(ref)
	}
	return err
}

// tellWhy answers how a decision came about, and records that it was read.
// ErrNotFound or ErrGone: nothing is known of it any more.
func (b *Bot) tellWhy(ctx context.Context, tx Tx, e Event, h here, taken Entry) error {
	args := text.WhyArgs{Ref: string(h.casus.Ref), At: taken.At, Number: string(taken.Decision)}
	if err := b.explainTaken(ctx, tx, h, taken, &args); err != nil {
		return err
	}
	if err := b.record(tx, h.who, Entry{Casus: h.casus.Ref, Act: ActRead, Object: taken.Object, Decision: taken.Decision}); err != nil {
		return err
	}
	return b.reply(tx, h.casus.Ref, e, Message{Text: text.Why.Say(args)})
}

// explainTaken fills in what was looked at and what followed: by the verdict when
// there is one.
func (b *Bot) explainTaken(ctx context.Context, tx Tx, h here, taken Entry, args *text.WhyArgs) error {
	v, err := tx.Verdict(taken.Decision)
	if errors.Is(err, ErrNotFound) {
		return b.explainOwn(tx, h, taken, args)
	}
	if err != nil {
		return err
	}
	return b.explainVerdict(ctx, tx, h, taken, v, args)
}
