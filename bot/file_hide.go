package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/internal/fault"
)

// planHiding leaves a file to be taken out of sight. That it has no message yet
// says only that nobody could write down whether it stands there.
func (b *Bot) planHiding(tx Tx, f File) error {
	if f.Vault && f.Chosen {
		return b.planCardsBack(tx, f, "")
	}
	return tx.AddJob(Job{ID: "hide_file:" + string(f.ID) + ":" + string(f.Message), Kind: JobHideFile, Casus: f.Casus, Object: string(f.ID), RunAt: b.Now()})
}

// hideFile takes a withdrawn file out of sight for everybody. Of one that was
// approved and has no message nobody knows whether it was posted: who posted it
// may have died, or be paused with the bytes in its hands. So the platform is
// told that nothing may stand there, nor come.
func (b *Bot) hideFile(ctx context.Context, t *turn) error {
	var f File
	var casus Casus
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		if f, err = tx.File(FileID(t.job.Object)); err != nil {
			return err
		}
		casus, err = tx.Casus(f.Casus)
		return err
	})
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) || (err == nil && f.State != Withdrawn) {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	found := false
	if f.Vault {
		found = f.Message == ""
		f.Message, err = b.hideCard(ctx, p, casus, f)
	} else if f.Message == "" {
		f.Message, err = p.Retract(ctx, casus.Room, postKey(f))
		found = f.Message != ""
	} else {
		err = p.Hide(ctx, f.Message)
	}
	if err != nil {
		return fmt.Errorf("hide file %s: %w", f.ID, err)
	}
	fault.Hit("hide_file.after_hide")
	if f.Message == "" {
		return nil // it never stood there, and will not
	}
	return t.Commit(ctx, func(tx Tx) error {
		if found {
			now, err := tx.File(f.ID)
			if err != nil {
				return err
			}
			now.Message = f.Message
			if err := tx.SaveFile(now); err != nil {
				return err
			}
		}
		_, err := tx.Record(Entry{Casus: f.Casus, At: b.Now(), Act: ActFileWithdrawn, Object: string(f.ID), Outcome: outcomeDone})
		return err
	})
}
