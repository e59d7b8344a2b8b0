package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/bot/text"
)

// slippedIn handles that a file stood in a room without an approval, as can
// happen while the gate is away. Whoever noticed has taken the message away; here
// it is put out of reach by every other way too, and recorded as what it is.
func (b *Bot) slippedIn(ctx context.Context, t *turn, e Event) error {
	casus, err := b.casusOfRoom(ctx, e.Platform, e.Channel)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return b.finish(ctx, t, e, nil)
	}
	if err != nil {
		return err
	}
	p, err := b.platform(e.Platform)
	if err != nil {
		return err
	}
	if err := p.Hide(ctx, e.Message); err != nil {
		return fmt.Errorf("hide what slipped in: %w", err)
	}
	seen := b.exposed(ctx, p, casus.Room, "", e.Message)
	return b.finish(ctx, t, e, func(tx Tx) error {
		who, err := b.who(tx, e.Platform, e.User)
		if err != nil {
			return err
		}
		args := b.roomArgs(tx, casus, "", who, seen)
		m := Message{Text: text.FileSlipped.NL(args)}
		return errors.Join(
			b.record(tx, who, Entry{Casus: casus.Ref, Act: ActFileSlipped, Object: string(e.Message), Reasons: seen.codes(), Outcome: outcomeRefused}),
			b.toCoordinator(tx, casus, "slipped:"+eventKey(e), m),
			b.everyGuardian(tx, casus, "slipped:"+eventKey(e)+":guardian", m))
	})
}
