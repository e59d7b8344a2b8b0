package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/bot/text"
)

// saidFor is a message that is to be posted for its writer, as its job remembers
// it.
type saidFor struct {
	User   UserID
	Text   string
	Thread MessageID
}

// The buttons below a message that was held.
func (b *Bot) sayWithCode(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	return b.sayHeld(ctx, t, e, ticket, func(c Casus, h heldSaid) heldSaid {
		h.Text, h.Named = WithoutKnown(c, h.Text, false), true
		return h
	}, "code")
}

func (b *Bot) sayWithInitials(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	return b.sayHeld(ctx, t, e, ticket, func(c Casus, h heldSaid) heldSaid {
		h.Text, h.Named = WithoutKnown(c, h.Text, true), true
		return h
	}, "initials")
}

func (b *Bot) sayAsIs(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	return b.sayHeld(ctx, t, e, ticket, func(_ Casus, h heldSaid) heldSaid { h.Named = true; return h }, "as_is")
}

func (b *Bot) sayProcess(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	return b.sayHeld(ctx, t, e, ticket, func(_ Casus, h heldSaid) heldSaid { return h }, "process")
}

// sayHeld posts a message that was held, changed by change, unless something
// else stands in its way. how is its writer's choice, for the record. Of the
// buttons below one message only one works, once.
func (b *Bot) sayHeld(ctx context.Context, t *turn, e Event, ticket Ticket, change func(Casus, heldSaid) heldSaid, how string) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		used := &InvalidError{Reason: text.SaidWaitsNoMore.Say(text.None{})}
		kept, err := tx.Ticket(ticket.Object, b.Now())
		if err == nil {
			err = tx.UseTicket(ticket.Object, b.Now())
		}
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict) || errors.Is(err, ErrGone) {
			return used
		}
		if err != nil {
			return err
		}
		casus, err := tx.Casus(ticket.Casus)
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
			return used
		}
		if err != nil {
			return err
		}
		h, err := b.at(tx, e.Platform, casus, e.User, MayShare)
		if err != nil {
			return err
		}
		if casus.Status != Open {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		}
		held, err := decode[heldSaid](kept.Body)
		if err != nil {
			return err
		}
		held = change(casus, held)
		if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActMessageJudged, Reasons: []string{how}}); err != nil {
			return err
		}
		what, v, err := b.weigh(ctx, tx, casus, e.User, held)
		if err != nil {
			return err
		}
		if what == notCovered && how == "process" {
			m, _ := casus.Member(e.User)
			casus.Private.Words = append(casus.Private.Words, OwnWord{Who: m.ID, Basis: b.talkBasis(casus, v), At: b.Now()})
			if casus, err = tx.SaveCasus(casus); err != nil {
				return err
			}
			what = nothing
		}
		if what != nothing {
			return b.holdSaid(tx, casus, h.who, held, what, v)
		}
		p, err := b.platform(casus.Platform)
		if err != nil {
			return err
		}
		if _, ok := p.(Voice); !ok {
			return b.reply(tx, casus.Ref, e, Message{Text: text.SaySendAgain.Say(text.None{})})
		}
		job := Job{ID: "say_for:" + b.NewID(), Kind: JobSayFor, Casus: casus.Ref, RunAt: b.Now(),
			Body: encode(saidFor{User: e.User, Text: held.Text, Thread: held.Thread})}
		return errors.Join(tx.AddJob(job), b.reply(tx, casus.Ref, e, Message{Text: text.SaidComing.Say(text.CasusArgs{Ref: string(casus.Ref), Room: casus.Ref.Room()})}))
	})
}

// sayFor posts a message for its writer.
func (b *Bot) sayFor(ctx context.Context, t *turn) error {
	casus, err := b.casus(ctx, t.job.Casus)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) || err == nil && casus.Status != Open {
		return nil
	}
	if err != nil {
		return err
	}
	s, err := decode[saidFor](t.job.Body)
	if err != nil {
		return fmt.Errorf("say for somebody: %w", err)
	}
	if _, ok, err := b.takesPart(ctx, casus, s.User); err != nil || !ok {
		return err
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	v, ok := p.(Voice)
	if !ok {
		return nil
	}
	if _, err := v.SayFor(ctx, casus.Room, s.User, s.Thread, s.Text, t.job.ID); err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrForbidden) {
		return fmt.Errorf("say for somebody: %w", err)
	}
	return nil
}
