package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/fault"
)

// planPosting leaves an approved file to be posted.
func (b *Bot) planPosting(tx Tx, f File) error {
	return tx.AddJob(Job{ID: "post_file:" + string(f.ID), Kind: JobPostFile, Casus: f.Casus, Object: string(f.ID), RunAt: b.Now()})
}

// judgePosting is judgeShare for a file that is to stand in the room, or stands there.
// Where there is not even a question, since whoever shared it takes no part any more,
// the answer is no.
func (b *Bot) judgePosting(ctx context.Context, tx Tx, casus Casus, f File) (verdict, error) {
	v, err := b.judgeShare(ctx, tx, casus, f)
	var wrong *judge.FieldError
	if errors.As(err, &wrong) {
		return verdict{Verdict: b.Judge.Bundle().Refusal(), about: "share", failed: true, region: b.Region}, nil
	}
	return v, err
}

// postFile posts an approved file for its poster. It is judged again at this
// moment: a consent that was withdrawn since its approval stops it. And once more
// when it stands there, in the transaction that notes it: what ended in between, of
// whatever kind, takes it out of sight again.
func (b *Bot) postFile(ctx context.Context, t *turn) error {
	id := FileID(t.job.Object)
	var casus Casus
	var f File
	var v verdict
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		if f, err = tx.File(id); err != nil {
			return err
		}
		if casus, err = tx.Casus(f.Casus); err != nil {
			return err
		}
		others, err := tx.FilesOf(f.Casus)
		if err != nil {
			return err
		}
		if f.Shown == "" {
			f.Shown = neutralName(casus, f, others, b.Now())
		}
		if f.State == Approved {
			v, err = b.judgePosting(ctx, tx, casus, f)
		}
		return err
	})
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("post file %s: %w", id, err)
	}
	if f.State != Approved {
		return nil
	}
	if !v.allows() {
		return b.takeBack(ctx, t, casus, f, v)
	}
	if f.Vault {
		return b.postCard(ctx, t, casus, f)
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	content, err := b.Store.OpenBlob(ctx, f.Casus, f.ID)
	if err != nil {
		return fmt.Errorf("post file %s: %w", id, err)
	}
	defer content.Close()
	fault.Hit("post_file.before_post")
	doc := Document{Poster: f.Account, Name: f.Shown, Size: f.Size, Hash: f.Hash, Text: f.Text}
	message, err := p.PostFile(ctx, casus.Room, doc, content, postKey(f))
	if err != nil {
		return fmt.Errorf("post file %s: %w", id, err)
	}
	fault.Hit("post_file.after_post")
	err = t.Commit(ctx, func(tx Tx) error {
		shown := f.Shown
		if f, err = tx.File(id); err != nil {
			return err
		}
		if f.State == Withdrawn && f.Message == message {
			return nil // and it is out of sight already
		}
		f.Message, f.Shown = message, shown
		if f.State == Withdrawn {
			// A consent was withdrawn while the file was being posted: out of sight with it.
			return errors.Join(tx.SaveFile(f), b.planHiding(tx, f))
		}
		casus, err := tx.Casus(f.Casus)
		if err != nil {
			return err
		}
		v, err := b.judgePosting(ctx, tx, casus, f)
		if err != nil {
			return err
		}
		if !v.allows() {
			return b.takeBackIn(tx, casus, f, v)
		}
		if err := f.Move(Posted); err != nil {
			return err
		}
		casus.LastActivityAt = b.Now()
		if _, err := tx.SaveCasus(casus); err != nil {
			return err
		}
		_, err = tx.Record(Entry{Casus: f.Casus, At: b.Now(), Actor: f.Poster, Act: ActFilePosted, Object: string(f.ID), Outcome: outcomeDone})
		return errors.Join(err, tx.SaveFile(f))
	})
	if err != nil {
		return err
	}
	fault.Hit("post_file.committed")
	// The room has the bytes now; ours were only for the wait.
	return b.Store.DropBlob(ctx, f.Casus, f.ID)
}

// takeBack withdraws an approval that does not hold any more.
func (b *Bot) takeBack(ctx context.Context, t *turn, casus Casus, f File, v verdict) error {
	return t.Commit(ctx, func(tx Tx) error { return b.takeBackIn(tx, casus, f, v) })
}

func (b *Bot) takeBackIn(tx Tx, casus Casus, f File, v verdict) error {
	if err := f.Move(Withdrawn); err != nil {
		return err
	}
	if err := b.decided(tx, caller{}, &f, v); err != nil {
		return err
	}
	why, err := b.whyButton(tx, f)
	if err != nil {
		return err
	}
	m := Message{Buttons: []Button{why}, Text: text.FileRefused.Say(text.RefusedArgs{Ref: string(casus.Ref), Name: plain.Escape(f.Name), Why: v.text()})}
	return errors.Join(tx.SaveFile(f), b.planHiding(tx, f),
		b.later(tx, casus.Ref, "back:"+string(f.ID), speech{Platform: casus.Platform, User: f.Account, Message: m}))
}

// postKey is under which a file is posted, once.
func postKey(f File) string { return "file:" + string(f.ID) }
