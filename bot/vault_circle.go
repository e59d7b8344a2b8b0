package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// circleFor works out with whom a file may be shared that may not be shared with
// everybody: the professionals of each organisation and sector on their own, and
// of those as many as the rules let through together. Empty: nobody, or there is
// no vault.
func (b *Bot) circleFor(ctx context.Context, tx Tx, casus Casus, f File) ([]PersonID, error) {
	poster, ok := casus.Member(f.Account)
	if b.Pages == "" || !ok || poster.Role != Professional || len(f.Kinds) == 0 {
		return nil, nil
	}
	groups, err := b.placesIn(tx, casus, f)
	if err != nil {
		return nil, err
	}
	f.Vault, f.Chosen = true, true
	may := func(who []PersonID) (bool, error) {
		f.For = who
		v, err := b.judgeShare(ctx, tx, casus, f)
		return err == nil && v.allows(), err
	}
	var circle []PersonID
	for _, g := range groups {
		// One more at a time: what is right for each need not be right for all.
		more := slices.Concat(circle, g.people)
		ok, err := may(more)
		if err != nil {
			return nil, err
		}
		if ok {
			circle = more
		}
	}
	return circle, nil
}

// placeIn are the professionals of one organisation with one task who could read a
// file besides its poster.
type placeIn struct {
	org    OrgID
	sector Sector
	people []PersonID
}

// placesIn lists them, in the order in which they came in.
func (b *Bot) placesIn(tx Tx, casus Casus, f File) ([]placeIn, error) {
	var all []placeIn
	for _, m := range casus.Private.Members {
		here, err := b.stillHere(tx, casus, m)
		if err != nil {
			return nil, err
		}
		if !here || m.Role != Professional || m.ID == f.Poster {
			continue
		}
		i := slices.IndexFunc(all, func(p placeIn) bool { return p.org == m.Organisation && p.sector == m.Sector })
		if i < 0 {
			i = len(all)
			all = append(all, placeIn{org: m.Organisation, sector: m.Sector})
		}
		all[i].people = append(all[i].people, m.ID)
	}
	return all, nil
}

// offerCircle adds the smaller circle to what a poster is told of a refused file.
// false: there is none.
func (b *Bot) offerCircle(ctx context.Context, tx Tx, casus Casus, f File, m *Message) (bool, error) {
	circle, err := b.circleFor(ctx, tx, casus, f)
	if err != nil || len(circle) == 0 {
		return false, err
	}
	token, err := b.ticket(tx, Ticket{Action: actCircleFor, Casus: casus.Ref, Object: string(f.ID), For: f.Account, Body: encode(circle), Expires: f.ExpiresAt})
	if err != nil {
		return false, err
	}
	args := text.VaultCircleArgs{Ref: string(casus.Ref)}
	for _, id := range circle {
		args.With = append(args.With, plain.Escape(b.functionOf(tx, casus, id)))
	}
	m.Text += "\n\n" + text.VaultCircle.Say(args)
	m.Buttons = append(m.Buttons, Button{Label: text.VaultCircleDo.Say(text.None{}), Ticket: token})
	return true, nil
}

// shareWithCircle is a press on "share with who may". What was proposed is worked
// out again: who presses shares with those whom they read of, or with nobody.
func (b *Bot) shareWithCircle(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	proposed, err := decode[[]PersonID](ticket.Body)
	if err != nil {
		return err
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		casus, f, err := b.held(tx, ticket, e.User)
		if errors.Is(err, ErrNotFound) {
			return b.reply(tx, ticket.Casus, e, Message{Text: text.FileWaitsNoMore.Say(text.None{})})
		}
		if err != nil {
			return err
		}
		circle, err := b.circleFor(ctx, tx, casus, f)
		if err != nil {
			return err
		}
		if !slices.Equal(circle, proposed) {
			m := Message{Text: text.VaultCircleMoved.Say(text.None{})}
			if _, err := b.offerCircle(ctx, tx, casus, f, &m); err != nil {
				return err
			}
			return b.reply(tx, casus.Ref, e, m)
		}
		f.Vault, f.Chosen, f.For = true, true, circle
		who, err := b.who(tx, e.Platform, e.User)
		if err != nil {
			return err
		}
		answer, drop, err := b.decideFile(ctx, tx, who, casus, f)
		if err != nil {
			return err
		}
		if drop {
			return fmt.Errorf("share %s with a circle: %w", f.ID, ErrConflict)
		}
		return b.reply(tx, casus.Ref, e, Message{Text: answer.Text})
	})
}
