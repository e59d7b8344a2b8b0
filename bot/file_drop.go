package bot

import (
	"context"
	"errors"

	"github.com/convenantbot/convenantbot/bot/text"
)

// dropFile throws a waiting file away because its poster says so.
func (b *Bot) dropFile(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	done := false
	err := b.finish(ctx, t, e, func(tx Tx) error {
		m := text.FileWaitsNoMore
		_, f, err := b.held(tx, ticket, e.User)
		if err == nil {
			m, done = text.FileDropped, true
			if err := b.forget(tx, f); err != nil {
				return err
			}
		} else if !errors.Is(err, ErrNotFound) {
			return err
		}
		return b.reply(tx, ticket.Casus, e, Message{Text: m.Say(text.None{})})
	})
	if err != nil || !done {
		return err
	}
	return b.Store.DropBlob(ctx, ticket.Casus, FileID(ticket.Object))
}

// forget marks a waiting file as gone; its bytes are dropped after the
// transaction.
func (b *Bot) forget(tx Tx, f File) error {
	if err := f.Move(Gone); err != nil {
		return err
	}
	_, err := tx.Record(Entry{Casus: f.Casus, At: b.Now(), Actor: f.Poster, Act: ActFileErased, Object: string(f.ID), Outcome: outcomeDone})
	return errors.Join(err, tx.SaveFile(f))
}

// sweepFile removes a file that waited too long in quarantine.
func (b *Bot) sweepFile(ctx context.Context, t *turn) error {
	if err := t.Commit(ctx, func(tx Tx) error {
		f, err := tx.File(FileID(t.job.Object))
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
			return nil
		}
		if err != nil || f.State != Quarantined || f.ExpiresAt.After(b.Now()) {
			return err
		}
		return b.forget(tx, f)
	}); err != nil {
		return err
	}
	return b.Store.DropBlob(ctx, t.job.Casus, FileID(t.job.Object))
}
