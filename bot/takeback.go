package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
)

// Author is a platform that can list what somebody said in a room.
type Author interface {
	// PostsOf lists the messages of user in the room from since on that can still
	// be seen, oldest first, at most limit. A room that is not there is ErrNotFound.
	PostsOf(ctx context.Context, room ChannelID, user UserID, since time.Time, limit int) ([]MessageID, error)
}

// maxTakenBack is how many messages are taken back at once.
const maxTakenBack = 500

// takeBackOf is what a button to take back remembers. Since is zero for "the
// last hour" as it is when the button is pressed.
type takeBackOf struct{ Since time.Time }

// commandTakeBack is "/casus neem-terug": take back what the asker said in this
// room. Anybody may who is in the room, also when it is closed: hiding is the
// safe side.
func (b *Bot) commandTakeBack(ctx context.Context, t *turn, e Event, rest string) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		h, err := b.room(tx, e.Platform, e.Channel, e.User, MayTakeBack)
		if err != nil {
			return err
		}
		midnight, err := startOfDay(b.today())
		if err != nil {
			return err
		}
		offers := []struct {
			label text.Message[text.None]
			since time.Time
		}{{text.TakeBackHour, time.Time{}}, {text.TakeBackDay, midnight}, {text.TakeBackAll, h.casus.OpenedAt}}
		if rest = strings.TrimSpace(rest); rest != "" {
			clock, err := time.ParseInLocation("2006-01-02 15:04", b.today()+" "+strings.ReplaceAll(rest, ".", ":"), amsterdam)
			if err != nil || clock.After(b.Now()) {
				return &InvalidError{Reason: text.WrongSince.Say(text.None{})}
			}
			offers = offers[:1]
			offers[0].label, offers[0].since = text.TakeBackSince, clock
		}
		m := Message{Text: text.TakeBackAsk.Say(text.RoomSaidArgs{Line: b.roomLine(tx, h.casus, e.User)})}
		for _, o := range offers {
			token, err := b.ticket(tx, Ticket{Action: actTakeBack, Casus: h.casus.Ref, For: e.User, Body: encode(takeBackOf{o.since})})
			if err != nil {
				return err
			}
			m.Buttons = append(m.Buttons, Button{Label: o.label.Say(text.None{}), Ticket: token, Danger: true})
		}
		return b.reply(tx, h.casus.Ref, e, m)
	})
}

// takeBackOwn takes everything out of sight that somebody said in a room since a
// moment, for everybody, with their files.
func (b *Bot) takeBackOwn(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	casus, err := b.casus(ctx, ticket.Casus)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) || err == nil && (casus.Room == "" || casus.Status == Erased) {
		return errNoCasus
	}
	if err != nil {
		return err
	}
	from := takeBackOf{}
	if len(ticket.Body) > 0 {
		if from, err = decode[takeBackOf](ticket.Body); err != nil {
			return err
		}
	}
	if from.Since.IsZero() {
		from.Since = b.Now().Add(-time.Hour)
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	l, ok := p.(Author)
	if !ok {
		return &InvalidError{Reason: text.TakeBackNot.Say(text.None{})}
	}
	posts, err := l.PostsOf(ctx, casus.Room, e.User, from.Since, maxTakenBack)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return fmt.Errorf("take back: %w", err)
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		if err := tx.UseTicket(ticket.Token, b.Now()); errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
			return &InvalidError{Reason: text.ButtonUsed.Say(text.None{})}
		} else if err != nil {
			return err
		}
		h, err := b.at(tx, e.Platform, casus, e.User, MayTakeBack)
		if err != nil {
			return err
		}
		args := text.TakenBackArgs{Ref: string(casus.Ref), Room: casus.Ref.Room(), Since: from.Since}
		files, err := tx.FilesOf(casus.Ref)
		if err != nil {
			return err
		}
		mine := func(f File) bool { return f.Account == e.User && (f.State == Posted || f.State == Approved) }
		for _, f := range files {
			if !mine(f) || f.At.Before(from.Since) && !slices.Contains(posts, f.Message) {
				continue
			}
			posts = slices.DeleteFunc(slices.Clone(posts), func(id MessageID) bool { return id == f.Message })
			if err := f.Move(Withdrawn); err != nil {
				return err
			}
			if err := errors.Join(tx.SaveFile(f), b.planHiding(tx, f)); err != nil {
				return err
			}
			args.Files++
		}
		for _, id := range posts {
			job := Job{ID: fmt.Sprintf("hide_message:%s:%s", casus.Ref, id), Kind: JobHideMessage, Casus: casus.Ref, Object: string(id), RunAt: b.Now()}
			if err := tx.AddJob(job); err != nil {
				return err
			}
			args.Messages++
		}
		if args.Messages+args.Files == 0 {
			return b.reply(tx, casus.Ref, e, Message{Text: text.NothingToTakeBack.Say(args)})
		}
		return errors.Join(
			b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActTakenBack,
				Reasons: []string{fmt.Sprintf("messages:%d", args.Messages), fmt.Sprintf("files:%d", args.Files)}}),
			b.reply(tx, casus.Ref, e, Message{Text: text.TakenBack.Say(args)}))
	})
}
