package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/text"
)

// askHandovers asks the people of each organisation, in private, to say that
// they have taken over what they must keep themselves; what that is they choose
// item by item. Without that word nothing is erased (R6): the room may hold the
// only copy.
func (b *Bot) askHandovers(tx Tx, casus Casus) error {
	for _, m := range casus.Private.Members {
		if m.Role != Professional || m.Account == "" || !b.isPresent(tx, m) {
			continue
		}
		org, err := tx.Organisation(m.Organisation)
		if err != nil {
			return err
		}
		var buttons []Button
		for _, one := range []struct {
			action string
			label  text.Message[text.None]
		}{{actTakeOver, text.TakeOverButton}, {actHandover, text.HandoverButton}, {actHandoverWait, text.WaitButton}} {
			token, err := b.ticket(tx, Ticket{Action: one.action, Casus: casus.Ref, Object: string(m.Organisation), For: m.Account,
				Expires: b.Now().AddDate(handoverYears, 0, 0)})
			if err != nil {
				return err
			}
			buttons = append(buttons, Button{Label: one.label.Say(text.None{}), Ticket: token})
		}
		s := speech{Platform: casus.Platform, User: m.Account, Message: Message{
			Text: strings.TrimSpace(text.HandoverAsk.Say(text.HandoverArgs{Ref: string(casus.Ref), Organisation: org.Name})+
				" "+text.HandoverTermText(string(m.Sector))) + " " + text.HandoverNotLegal.Say(text.None{}),
			Buttons: buttons,
		}}
		if err := b.later(tx, casus.Ref, fmt.Sprintf("handover:%s:%s:%d", casus.Ref, m.Account, casus.ClosedAt.Unix()), s); err != nil {
			return err
		}
	}
	return nil
}

// handoverYears is how long the button works: longer than any term, since the
// casus waits for it.
const handoverYears = 5

// confirmHandover records an organisation's word, once. A colleague who says it
// again hears the same and changes nothing.
func (b *Bot) confirmHandover(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	org := OrgID(ticket.Object)
	return b.finish(ctx, t, e, func(tx Tx) error {
		casus, err := tx.Casus(ticket.Casus)
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
			return b.reply(tx, "", e, Message{Text: text.ButtonUsed.Say(text.None{})})
		}
		if err != nil {
			return err
		}
		h, err := b.at(tx, e.Platform, casus, e.User, MayHandOver)
		if err != nil {
			return err
		}
		if m, ok := casus.Member(e.User); !ok || m.Organisation != org {
			return lackedRight{MayHandOver}
		}
		named, err := tx.Organisation(org)
		if err != nil {
			return err
		}
		changed := false
		for i, one := range casus.Private.Handovers {
			if one.Organisation == org && one.ConfirmedAt.IsZero() {
				casus.Private.Handovers[i].ConfirmedAt, changed = b.Now(), true
			}
		}
		if changed {
			if casus, err = tx.SaveCasus(casus); err != nil {
				return err
			}
			if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActHandedOver, Object: string(org)}); err != nil {
				return err
			}
			if err := b.planRetention(ctx, tx, casus); err != nil {
				return err
			}
		}
		return b.reply(tx, casus.Ref, e, Message{Text: text.HandoverDone.Say(text.HandoverArgs{Ref: string(casus.Ref), Organisation: named.Name})})
	})
}

// handoverLines is what the status and the receipt say of taking over.
func (b *Bot) handoverLines(tx Tx, casus Casus) ([]text.HandoverLine, error) {
	if casus.Status != Closed && casus.Status != Archived {
		return nil, nil
	}
	var lines []text.HandoverLine
	for _, h := range casus.Private.Handovers {
		org, err := tx.Organisation(h.Organisation)
		if err != nil {
			return nil, err
		}
		l := text.HandoverLine{Organisation: org.Name, ConfirmedAt: h.ConfirmedAt, Items: len(h.Taken)}
		for _, g := range h.grounds() {
			l.Grounds = append(l.Grounds, text.TakeOverGroundName(g))
		}
		if h.Wait.Until.After(b.Now()) {
			l.BlockedUntil = h.Wait.Until
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func (h Handover) grounds() []string {
	var all []string
	for _, t := range h.Taken {
		if !slices.Contains(all, t.Ground) {
			all = append(all, t.Ground)
		}
	}
	slices.Sort(all)
	return all
}

// handedOver is what the receipt keeps of it: no items, only how many.
func (c Casus) handedOver() []HandedOver {
	var all []HandedOver
	for _, h := range c.Private.Handovers {
		all = append(all, HandedOver{Organisation: h.Organisation, ConfirmedAt: h.ConfirmedAt, Items: len(h.Taken), Grounds: h.grounds()})
	}
	return all
}
