package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/fault"
)

// releaseTerm is how long a proposal to release a hold may be agreed to, in days.
const releaseTerm = 30

// tellOfHold tells the room that there is a hold, without its reason, and those
// who watch over the casus with it.
func (b *Bot) tellOfHold(tx Tx, casus Casus, hold Hold, why DecisionID) error {
	button, err := b.whyOf(tx, casus.Ref, why, "")
	if err != nil {
		return err
	}
	m := Message{Text: text.HoldShown.Say(text.ReleaseArgs{Ref: string(casus.Ref), Reason: plain.Escape(hold.Reason)}), Buttons: []Button{button}}
	if casus.Room != "" && casus.Status != Archived {
		open := Message{Text: text.HoldPlaced.Say(text.CasusArgs{Ref: string(casus.Ref), Room: casus.Ref.Room()}), Buttons: []Button{button}}
		if err := b.later(tx, casus.Ref, "held:"+hold.ID, speech{Platform: casus.Platform, Channel: casus.Room, Message: open}); err != nil {
			return err
		}
	}
	return b.everyGuardian(tx, casus, "hold:"+hold.ID, m)
}

// commandRelease is "/casus vrijgeven": the first of two who release a hold.
func (b *Bot) commandRelease(ctx context.Context, t *turn, e Event, rest string) error {
	return b.askIn(ctx, t, e, rest, MayHold, Ticket{Action: actReleaseHold}, func(tx Tx, h here, _ *Ticket) (Form, error) {
		holds, err := tx.Holds(h.casus.Ref)
		if err != nil {
			return Form{}, err
		}
		var live []Option
		for _, hold := range holds {
			if hold.ReleasedAt.IsZero() {
				label := text.HoldLabel.Say(text.HoldLabelArgs{Placed: hold.PlacedAt, Reason: plain.Short(hold.Reason, 60)})
				live = append(live, Option{hold.ID, label})
			}
		}
		if len(live) == 0 {
			return Form{}, &InvalidError{Reason: text.HoldNone.Say(text.None{})}
		}
		w, none := text.ReleaseForm, text.None{}
		return Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{
			{Name: "hold", Label: w.Hold.Say(none), Kind: Choice, Options: live, Default: []string{live[0].Value}},
			{Name: "reason", Label: w.Reason.Say(none), Help: w.ReasonHelp.Say(none), Kind: LongText},
		}}, nil
	})
}

// submitRelease asks everybody else who may decide on it.
func (b *Bot) submitRelease(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	answer := FormAnswer{Text: text.ReleaseAsked.Say(text.None{})}
	err := b.submitIn(ctx, ticket, s, MayHold, func(tx Tx, h here) error {
		return b.proposeRelease(tx, h, s.Value("hold"), s.Value("reason"), ticket.Token)
	})
	return answer, err
}

// proposeRelease asks everybody else who may decide on it, once for key. ErrConflict:
// there is no such hold.
func (b *Bot) proposeRelease(tx Tx, h here, id, reason, key string) error {
	casus := h.casus
	reason = strings.TrimSpace(reason)
	if !plain.LongEnough(reason) || !plain.Readable(reason) {
		return &InvalidError{Field: "reason", Reason: text.Wrong.Reason.Say(text.None{})}
	}
	hold, err := liveHold(tx, casus.Ref, id)
	if err != nil {
		return err
	}
	told, err := b.toGuardians(tx, casus, "release:"+key, func(g guardian) (Message, bool, error) {
		if g.ID == h.who.ID {
			return Message{}, false, nil
		}
		token, err := b.ticket(tx, Ticket{Action: actReleaseHold, Casus: casus.Ref, Object: hold.ID, For: g.Account,
			Body: encode(releaseOf{By: h.who.ID}), Expires: b.Now().AddDate(0, 0, releaseTerm)})
		args := text.ReleaseArgs{Ref: string(casus.Ref), Reason: plain.Escape(reason), Placed: hold.PlacedAt}
		return Message{Text: text.HoldReleaseAsk.Say(args),
			Buttons: []Button{{Label: text.HoldReleaseDo.Say(text.None{}), Ticket: token, Danger: true}}}, true, err
	})
	if err != nil {
		return err
	}
	if told == 0 {
		return &InvalidError{Field: "reason", Reason: text.ReleaseNobody.Say(text.None{})}
	}
	return b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActReleaseProposed, Object: hold.ID})
}

// releaseOf is what the button of the second person remembers.
type releaseOf struct{ By PersonID }

// liveHold returns a hold that was not released.
func liveHold(tx Tx, ref Ref, id string) (Hold, error) {
	holds, err := tx.Holds(ref)
	if err != nil {
		return Hold{}, err
	}
	i := slices.IndexFunc(holds, func(h Hold) bool { return h.ID == id && h.ReleasedAt.IsZero() })
	if i < 0 {
		return Hold{}, ErrConflict
	}
	return holds[i], nil
}

// releaseByButton is the second of two. Both must still have the right now; the
// terms start again no earlier than the grace period from this moment.
func (b *Bot) releaseByButton(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	err := b.finish(ctx, t, e, func(tx Tx) error {
		casus, err := tx.Casus(ticket.Casus)
		if err != nil {
			return err
		}
		h, err := b.at(tx, e.Platform, casus, e.User, MayHold)
		if err != nil {
			return err
		}
		first, err := decode[releaseOf](ticket.Body)
		if err != nil {
			return err
		}
		if err := b.mayBeSecond(tx, h, first.By); err != nil {
			return err
		}
		if err := tx.UseTicket(ticket.Token, b.Now()); err != nil {
			return &InvalidError{Reason: text.ButtonUsed.Say(text.None{})}
		}
		err = b.releaseSecond(ctx, tx, h, first.By, ticket.Object)
		if errors.Is(err, ErrConflict) {
			return &InvalidError{Reason: text.ButtonUsed.Say(text.None{})}
		}
		return err
	})
	if err == nil {
		fault.Hit("release.committed")
	}
	return err
}

// mayBeSecond makes sure that who is here is somebody else than first, and that
// first still watches over the casus.
func (b *Bot) mayBeSecond(tx Tx, h here, first PersonID) error {
	if first == "" || h.who.ID == first {
		return &InvalidError{Field: "hold", Reason: text.ReleaseSelf.Say(text.None{})}
	}
	if ok, err := b.watches(tx, h.casus, first); err != nil || !ok {
		return errors.Join(ErrForbidden, err)
	}
	return nil
}

// releaseSecond releases a hold that first proposed to release. ErrConflict: it is
// released already.
func (b *Bot) releaseSecond(ctx context.Context, tx Tx, h here, first PersonID, id string) error {
	casus := h.casus
	if err := b.mayBeSecond(tx, h, first); err != nil {
		return err
	}
	hold, err := liveHold(tx, casus.Ref, id)
	if err != nil {
		return err
	}
	if err := tx.ReleaseHold(casus.Ref, hold.ID, b.Now()); err != nil {
		return err
	}
	if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActHoldReleased, Object: hold.ID,
		Reasons: []string{"proposed_by:" + string(first)}}); err != nil {
		return err
	}
	m := Message{Text: text.HoldReleased.Say(text.ReleaseArgs{Ref: string(casus.Ref), Until: graceOf(b.Now())})}
	return errors.Join(b.planRetention(ctx, tx, casus),
		b.toCoordinator(tx, casus, "released:"+hold.ID, m), b.everyGuardian(tx, casus, "released:"+hold.ID, m))
}

// watches reports whether a person is still one of those who watch over a casus.
func (b *Bot) watches(tx Tx, casus Casus, id PersonID) (bool, error) {
	all, err := b.guardians(tx, casus)
	return slices.ContainsFunc(all, func(g guardian) bool { return g.ID == id }), err
}
