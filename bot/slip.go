package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/textscan"
)

// ActMessageSlipped is a text that stood in a room for a while and would have been
// stopped, had the gate been there.
const ActMessageSlipped Act = "message_slipped_in"

// stillThere is the code that something that slipped in could not be taken away.
const stillThere = "still_there"

// AfterTheFact is a platform that shows everything before the bot is asked. Whoever
// posts something there by hand is told how it is done, since they met no gate.
type AfterTheFact interface{ AfterTheFact() }

// Sweeper judges what was said while nobody could be asked.
type Sweeper interface {
	// Swept judges the text of a message that stands in a room already. It is not
	// held for its writer; the platform must take it out of sight unless Allow is
	// true, and report it as Slipped. An error is neither: ask again.
	Swept(ctx context.Context, p Posting) (Answer, error)
}

var _ Sweeper = (*Bot)(nil)

// Swept implements Sweeper. Whether the room was open at that moment is not known
// any more, so only the text counts; a room that is none of a casus is left alone.
func (b *Bot) Swept(ctx context.Context, p Posting) (Answer, error) {
	casus, err := b.casusOfRoom(ctx, p.Platform, p.Channel)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return Answer{Allow: true}, nil
	}
	if err != nil {
		return Answer{}, fmt.Errorf("swept: %w", err)
	}
	if textscan.FindBSN(p.Text) {
		return Answer{}, nil
	}
	links, err := b.links(ctx, casus, p.Text)
	if err != nil || len(links) > 0 {
		return Answer{}, err
	}
	what := nothing
	err = b.Store.View(ctx, func(tx Tx) error {
		what, _, err = b.weigh(ctx, tx, casus, p.User, heldSaid{Text: p.Text})
		return err
	})
	return Answer{Allow: err == nil && what == nothing}, err
}

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
	err = p.Hide(ctx, e.Message)
	// Where the bot has no right to take away what others post, it stays and that is
	// what is recorded; its poster can take it away, and is asked to.
	stays := errors.Is(err, ErrForbidden)
	if err != nil && !stays {
		return fmt.Errorf("hide what slipped in: %w", err)
	}
	seen := b.exposed(ctx, p, casus.Room, "", e.Message)
	_, after := p.(AfterTheFact)
	return b.finish(ctx, t, e, func(tx Tx) error {
		who, err := b.who(tx, e.Platform, e.User)
		if err != nil {
			return err
		}
		args, act := b.roomArgs(tx, casus, "", who, seen), ActFileSlipped
		m := Message{Text: text.FileSlipped.Say(args)}
		if len(e.Files) == 0 {
			act, m.Text = ActMessageSlipped, text.MessageSlipped.Say(args)
		}
		reasons := seen.codes()
		if stays {
			reasons, m.Text = append(reasons, stillThere), text.SlippedStays.Say(args)
		}
		id := DecisionID(b.NewID())
		why, err := b.whyOf(tx, casus.Ref, id, "")
		if err != nil {
			return err
		}
		m.Buttons = []Button{why}
		var help error
		if after && e.User != "" {
			yours := Message{Text: text.SlippedYours.Say(text.SlippedArgs{Ref: string(casus.Ref), File: len(e.Files) > 0, Stays: stays})}
			if b.isHere(tx, casus, e.User) {
				yours.Buttons = []Button{why}
			}
			help = b.later(tx, casus.Ref, "slipped:"+eventKey(e)+":poster", speech{Platform: casus.Platform, User: e.User, Message: yours})
		}
		return errors.Join(help,
			b.record(tx, who, Entry{Casus: casus.Ref, Act: act, Object: string(e.Message), Decision: id, Reasons: reasons, Outcome: outcomeRefused}),
			b.toCoordinator(tx, casus, "slipped:"+eventKey(e), m),
			b.everyGuardian(tx, casus, "slipped:"+eventKey(e)+":guardian", m))
	})
}
