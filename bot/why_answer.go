package bot

import (
	"context"
	"errors"

	"github.com/convenantbot/convenantbot/bot/text"
)

// whyAnswerButton opens why an answer to "may I share this here?" is what it is. What
// was asked is not kept: the button remembers the kind of data for as long as it works.
func (b *Bot) whyAnswerButton(tx Tx, ref Ref, kind DataKind, user UserID) (Button, error) {
	token, err := b.ticket(tx, Ticket{Action: actWhyAnswer, Casus: ref, Object: string(kind), For: user})
	return Button{Label: text.WhyButton.Say(text.None{}), Ticket: token}, err
}

// whyAnswer tells it, as it is now: the rules are asked again.
func (b *Bot) whyAnswer(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		h, err := b.whyReader(tx, e, ticket)
		if err != nil {
			return err
		}
		casus := h.casus
		m, ok, err := b.presentMember(tx, casus, e.User)
		if err != nil {
			return err
		}
		if !ok {
			return ErrForbidden
		}
		v, err := b.judgeShare(ctx, tx, casus, File{Casus: casus.Ref, Poster: m.ID, Account: e.User, Kinds: []DataKind{DataKind(ticket.Object)}})
		if err != nil {
			return err
		}
		args := text.WhyArgs{Ref: string(casus.Ref), At: b.Now()}
		if err := b.explainVerdict(ctx, tx, h, Entry{Act: ActRead}, v.stored(casus.Ref, h.who.ID, b.Now()), &args); err != nil {
			return err
		}
		args.About = text.WhyQuestion.Say(text.None{})
		return errors.Join(b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActRead, Policy: v.Policy, Reasons: v.codes()}),
			b.reply(tx, casus.Ref, e, Message{Text: text.Why.Say(args)}))
	})
}
