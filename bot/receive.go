package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/internal/fault"
)

func eventKey(e Event) string { return e.Platform + ":" + e.ID }

// Receive stores the event with the job that handles it and returns; see
// Incoming.
func (b *Bot) Receive(ctx context.Context, e Event) error {
	if e.ID == "" || e.Platform == "" {
		return &InvalidError{Field: "event", Reason: "no id"}
	}
	if b.isEcho(ctx, e) {
		return nil // delivered twice
	}
	e.At = b.Now()
	if _, err := b.intake.store(ctx, b, e); err != nil {
		return fmt.Errorf("receive: %w", err)
	}
	fault.Hit("receive.stored")
	return nil
}

// handleEvent handles one event of the inbox.
func (b *Bot) handleEvent(ctx context.Context, t *turn) error {
	var e Event
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		e, err = tx.Event(t.job.Object)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return nil // handled already
	}
	if err != nil {
		return fmt.Errorf("handle event: %w", err)
	}
	switch e.Kind {
	case Said:
		if e.Direct && len(e.Files) > 0 {
			err = b.given(ctx, t, e)
		} else {
			err = b.answerQuestion(ctx, t, e)
		}
	case Command:
		err = b.command(ctx, t, e)
	case Pressed:
		err = b.pressed(ctx, t, e)
	case Slipped:
		err = b.slippedIn(ctx, t, e)
	case Joined, Left, Changed:
		err = b.roomChanged(ctx, t, e)
	}
	return err
}

// finish ends the turn of an event together with f, and drops its content.
func (b *Bot) finish(ctx context.Context, t *turn, e Event, f func(tx Tx) error) error {
	return t.Commit(ctx, func(tx Tx) error {
		if f != nil {
			if err := f(tx); err != nil {
				return err
			}
		}
		return tx.DropEvent(eventKey(e))
	})
}
