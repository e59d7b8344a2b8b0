package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
)

// speech is something to be said, as a job remembers it.
type speech struct {
	Platform string
	Channel  ChannelID // in this channel …
	User     UserID    // … or to this person alone; both: whispered in the channel
	Direct   bool      `json:",omitempty"` // Channel is the direct conversation of User with the bot, and nothing is whispered
	Message  Message
	Pin      bool

	// About are casussen of which it tells something, besides that of its job: it is
	// taken back when one of them is erased.
	About []Ref `json:",omitempty"`
	// Compose names what is told when it is not a Message: its text is made when it
	// is said, so that nothing of it waits outside the casussen that it is about.
	Compose string    `json:",omitempty"`
	At      time.Time `json:",omitzero"` // of which moment
}

// What can be composed when it is said.
const (
	composeMine   = "mine"
	composeDigest = "digest"
)

// later leaves s to be said after the transaction, once for id.
func (b *Bot) later(tx Tx, ref Ref, id string, s speech) error {
	if s.User != "" {
		var err error
		if s.Message.Text, err = withAlias(tx, ref, s.User, s.Message.Text); err != nil {
			return err
		}
	}
	return tx.AddJob(Job{ID: "tell:" + id, Kind: JobTell, Casus: ref, Body: encode(s), RunAt: b.Now()})
}

// speak says what a transaction left to be said.
func (b *Bot) speak(ctx context.Context, t *turn) error {
	s, err := decode[speech](t.job.Body)
	if err != nil {
		return fmt.Errorf("speak: %w", err)
	}
	p, err := b.platform(s.Platform)
	if err != nil {
		return err
	}
	if s.Channel == "" && s.User == "" {
		// It is for a room that was not made yet when this was left to be said.
		if s.Channel, err = b.roomOf(ctx, t.job.Casus); errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
			return nil
		} else if err != nil {
			return fmt.Errorf("speak: %w", err)
		}
		if s.Channel == "" {
			return t.Replan(ctx, b.Now().Add(roomPause), nil)
		}
	}
	if s.Compose != "" {
		if err := b.composeNow(ctx, &s); err != nil {
			return fmt.Errorf("speak: %w", err)
		}
		if s.Message.Text == "" {
			return nil // nothing is left to tell
		}
	}
	l := text.NL // what is said to all
	if s.User != "" {
		l = b.langOf(ctx, s.Platform, s.User)
	}
	s.Message = readMessage(l, s.Message)
	var id MessageID
	switch {
	case s.Channel != "" && s.User != "" && !s.Direct:
		err = p.Whisper(ctx, s.Channel, s.User, s.Message)
	case s.User != "" && !s.Direct:
		if id, err = p.Tell(ctx, s.User, s.Message, t.job.ID); err == nil && t.job.Casus != "" {
			s.About = append(s.About, t.job.Casus)
		}
	default:
		if id, err = p.Post(ctx, s.Channel, s.Message, t.job.ID); err == nil && s.Pin {
			err = p.Pin(ctx, id)
		}
	}
	if err == nil && id != "" && len(s.About) > 0 {
		return t.Commit(ctx, func(tx Tx) error {
			for _, ref := range s.About {
				if err := b.remember(tx, ref, id); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if errors.Is(err, ErrNotFound) {
		return nil // the room or the person is gone: there is nobody to tell
	}
	return err
}

// roomPause is how long what is for a room waits that is still being made.
const roomPause = 2 * time.Second

// roomOf is the room of a casus; blank: it is still being made.
func (b *Bot) roomOf(ctx context.Context, ref Ref) (room ChannelID, err error) {
	err = b.Store.View(ctx, func(tx Tx) error {
		c, err := tx.Casus(ref)
		room = c.Room
		return err
	})
	return room, err
}

// composeNow makes the text of s, of what is known now.
func (b *Bot) composeNow(ctx context.Context, s *speech) error {
	return b.Store.View(ctx, func(tx Tx) (err error) {
		switch s.Compose {
		case composeMine:
			s.Message.Text, s.About, err = b.mineText(ctx, tx, s.Platform, s.User)
		case composeDigest:
			s.Message.Text, err = b.digestText(ctx, tx, *s)
		}
		return err
	})
}

// replyComposed is reply for what is composed when it is said.
func (b *Bot) replyComposed(tx Tx, e Event, what string) error {
	return b.later(tx, "", "reply:"+eventKey(e), speech{Platform: e.Platform, Channel: e.Channel, User: e.User, Direct: e.Direct, Compose: what})
}

// reply answers to the person who sent an event: in the same place, and
// where others are present only for their eyes.
func (b *Bot) reply(tx Tx, ref Ref, e Event, m Message) error {
	return b.replyAbout(tx, ref, e, m)
}

// replyAbout is reply where what is said names casussen too.
func (b *Bot) replyAbout(tx Tx, ref Ref, e Event, m Message, named ...Ref) error {
	s := speech{Platform: e.Platform, Channel: e.Channel, User: e.User, Message: m}
	if s.Direct = e.Direct; s.Direct {
		s.About = named // it stays there, outside the rooms that are erased
		if ref != "" && !slices.Contains(named, ref) {
			s.About = append([]Ref{ref}, named...)
		}
	}
	return b.later(tx, ref, "reply:"+eventKey(e), s)
}

// ticket gives out the right to press one button or send one form.
func (b *Bot) ticket(tx Tx, t Ticket) (string, error) {
	t.Token = b.NewID()
	if t.Expires.IsZero() {
		t.Expires = b.Now().Add(ticketTerm)
	}
	return t.Token, tx.AddTicket(t)
}
