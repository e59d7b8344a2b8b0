package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/fault"
)

// phases are the phases of a casusoverleg, in order (domain/overlegvormen 2).
var phases = []Phase{"F0", "F1", "F2", "F3", "F4", "F5", "F6", "F7"}

// commandPhase is "/casus fase F3".
func (b *Bot) commandPhase(ctx context.Context, t *turn, e Event, rest string) error {
	to := Phase(strings.ToUpper(strings.TrimSpace(rest)))
	if to == "" {
		return b.showGuide(ctx, t, e)
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		h, err := b.room(tx, e.Platform, e.Channel, e.User, MayLead)
		if err != nil {
			return err
		}
		casus := h.casus
		if casus.Status != Open {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		}
		// F7 is for taking over and destroying: closing the casus leads there.
		if !slices.Contains(phases[:7], to) {
			return &InvalidError{Reason: text.PhaseUnknown.Say(text.None{})}
		}
		casus.Phase, casus.LastActivityAt = to, b.Now()
		if casus, err = tx.SaveCasus(casus); err != nil {
			return err
		}
		if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActPhaseChanged, Object: string(to)}); err != nil {
			return err
		}
		m := Message{Text: text.PhaseChanged.Say(text.PhaseArgs{Ref: string(casus.Ref), Phase: text.PhaseName(string(to))}) + "\n\n" + b.phaseGuide(casus)}
		return errors.Join(b.planRetention(ctx, tx, casus), b.askToHear(tx, casus),
			b.later(tx, casus.Ref, "phase:"+eventKey(e), speech{Platform: e.Platform, Channel: casus.Room, Message: m}))
	})
}

// commandClose is "/casus sluit": it asks once more, since everybody's room
// stops taking files.
func (b *Bot) commandClose(ctx context.Context, t *turn, e Event, _ string) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		h, err := b.room(tx, e.Platform, e.Channel, e.User, MayLead)
		if err != nil {
			return err
		}
		if h.casus.Status != Open {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(h.casus.Ref)})}
		}
		token, err := b.ticket(tx, Ticket{Action: actClose, Casus: h.casus.Ref, For: e.User})
		if err != nil {
			return err
		}
		return b.reply(tx, h.casus.Ref, e, Message{
			Text:    text.CloseAsk.Say(text.CloseArgs{Ref: string(h.casus.Ref), Days: b.termOf(h.casus.Kind)}),
			Buttons: []Button{{Label: text.CloseButton.Say(text.None{}), Ticket: token, Danger: true}},
		})
	})
}

// closeByButton closes the casus.
func (b *Bot) closeByButton(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	err := b.finish(ctx, t, e, func(tx Tx) error {
		err := tx.UseTicket(ticket.Token, b.Now())
		if errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
			return &InvalidError{Reason: text.ButtonUsed.Say(text.None{})}
		}
		if err != nil {
			return err
		}
		casus, err := tx.Casus(ticket.Casus)
		if err != nil {
			return err
		}
		h, err := b.at(tx, e.Platform, casus, e.User, MayLead)
		if err != nil {
			return err
		}
		if casus.Status != Open {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		}
		now := b.Now()
		casus.Status, casus.Phase, casus.ClosedAt, casus.LastActivityAt = Closed, "F7", now, now
		if casus, err = tx.SaveCasus(casus); err != nil {
			return err
		}
		why, err := b.decideRetention(ctx, tx, casus)
		if err != nil {
			return err
		}
		if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActCasusClosed, Decision: why}); err != nil {
			return err
		}
		m, err := b.withWhy(tx, Message{Text: text.Closed.Say(text.CloseArgs{Ref: string(casus.Ref), Days: b.termOf(casus.Kind)})}, casus.Ref, why, "")
		if err != nil {
			return err
		}
		return errors.Join(b.planRetention(ctx, tx, casus), b.askHandovers(tx, casus),
			b.later(tx, casus.Ref, fmt.Sprintf("closed:%s:%d", casus.Ref, casus.ClosedAt.Unix()), speech{Platform: e.Platform, Channel: casus.Room, Message: m}))
	})
	if err == nil {
		fault.Hit("close.committed")
	}
	return err
}
