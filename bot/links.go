package bot

import (
	"context"
	"errors"
	"strings"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/textscan"
)

// links lists what a text leads to that counts as a document: pictures, files on a
// drive, and messages in the rooms of other casussen. A message of this room, or
// of a channel that is none of ours, is an ordinary link.
func (b *Bot) links(ctx context.Context, casus Casus, said string) ([]textscan.Link, error) {
	var found []textscan.Link
	for _, l := range textscan.FindLinks(said) {
		if l.Kind == textscan.LinkMessage {
			other, err := b.elsewhere(ctx, casus, MessageID(l.Message))
			if err != nil {
				return nil, err
			}
			if !other {
				continue
			}
		}
		found = append(found, l)
	}
	return found, nil
}

// elsewhere reports whether a message stands in the room of another casus. One that
// cannot be found stands in no room of ours: the bot is in all of them.
func (b *Bot) elsewhere(ctx context.Context, casus Casus, message MessageID) (bool, error) {
	p, err := b.platform(casus.Platform)
	if err != nil {
		return false, err
	}
	l, ok := p.(Locator)
	if !ok {
		return true, nil
	}
	where, _, err := l.Locate(ctx, message)
	switch {
	case errors.Is(err, ErrNotFound), errors.Is(err, ErrForbidden):
		return false, nil
	case err != nil:
		return false, err
	case where == casus.Room:
		return false, nil
	}
	_, err = b.casusOfRoom(ctx, casus.Platform, where)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, ignoreGone(err)
}

func ignoreGone(err error) error {
	if errors.Is(err, ErrGone) {
		return nil
	}
	return err
}

// linked judges a message by where it leads. What counts as a document is named to
// its writer and goes the way of a document: held, classified, decided by the same
// rules, and posted with the message as a file once it may. The zero Answer with no
// text: it leads nowhere that matters.
func (b *Bot) linked(ctx context.Context, casus Casus, p Posting) (Answer, error) {
	found, err := b.links(ctx, casus, p.Text)
	if err != nil || len(found) == 0 {
		return Answer{}, err
	}
	var args text.LinksArgs
	for _, l := range found {
		args.Links = append(args.Links, text.LinkArgs{Kind: text.LinkKind(string(l.Kind)), Host: plain.Escape(l.Host)})
	}
	if p.Changes != "" {
		err := b.update(ctx, func(tx Tx) error { return b.recordRefusal(tx, casus.Ref, p.Platform, p.User, "link") })
		return Answer{Text: text.LinkChange.Say(args)}, err
	}
	answer, err := b.Upload(ctx, Upload{Platform: p.Platform, Channel: p.Channel, User: p.User, Name: text.LinkFile.Say(text.None{}),
		Size: int64(len(p.Text)), At: p.At, Protected: p.Protected}, strings.NewReader(p.Text))
	if err != nil {
		return Answer{}, err
	}
	return Answer{Text: strings.TrimSpace(text.LinkHeld.Say(args) + "\n\n" + answer.Text)}, nil
}
