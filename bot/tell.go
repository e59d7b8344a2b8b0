package bot

import (
	"context"
	"errors"
	"fmt"
)

// speech is something to be said, as a job remembers it.
type speech struct {
	Platform string
	Channel  ChannelID // in this channel …
	User     UserID    // … or to this person alone; both: whispered in the channel
	Message  Message
	Pin      bool
}

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
	switch {
	case s.Channel != "" && s.User != "":
		err = p.Whisper(ctx, s.Channel, s.User, s.Message)
	case s.User != "":
		var id MessageID
		if id, err = p.Tell(ctx, s.User, s.Message, t.job.ID); err == nil && t.job.Casus != "" {
			return t.Commit(ctx, func(tx Tx) error { return b.remember(tx, t.job.Casus, id) })
		}
	default:
		var id MessageID
		if id, err = p.Post(ctx, s.Channel, s.Message, t.job.ID); err == nil && s.Pin {
			err = p.Pin(ctx, id)
		}
	}
	if errors.Is(err, ErrNotFound) {
		return nil // the room or the person is gone: there is nobody to tell
	}
	return err
}

// reply answers to the person who sent an event: in the same place, and
// where others are present only for their eyes.
func (b *Bot) reply(tx Tx, ref Ref, e Event, m Message) error {
	s := speech{Platform: e.Platform, Channel: e.Channel, User: e.User, Message: m}
	if e.Direct {
		s.User = ""
		var err error
		if s.Message.Text, err = withAlias(tx, ref, e.User, m.Text); err != nil {
			return err
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
