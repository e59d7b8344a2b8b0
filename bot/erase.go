package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/fault"
	"github.com/convenantbot/convenantbot/rules"
)

// erase removes a casus: what stands on the platform, then our own records and
// the key that could read them, and leaves a receipt.
//
// Erasing is the one thing the bot can't undo, so a rule that fails to evaluate
// refuses, and so does every answer but a plain "erase". It is asked before
// anything is touched, and again in the transaction that destroys the key. From
// the first moment on the casus is marked, so that a hold that comes too late is
// refused openly and not lost.
func (b *Bot) erase(ctx context.Context, t *turn) error {
	ref := t.job.Casus
	var casus Casus
	goOn := false
	err := b.update(ctx, func(tx Tx) (err error) {
		goOn = false
		if casus, err = tx.Casus(ref); err != nil {
			return err
		}
		if casus.Status == Erased {
			return nil
		}
		r, err := b.judgeRetain(ctx, tx, casus)
		if err != nil || r.Action != rules.Erase {
			return err
		}
		goOn = true
		if casus.ErasingSince.IsZero() {
			casus.ErasingSince = b.Now()
			casus, err = tx.SaveCasus(casus)
		}
		return err
	})
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("erase %s: %w", ref, err)
	}
	if !goOn {
		return nil // held, or not due any more
	}
	fault.Hit("erase.marked")
	receipt := Receipt{}
	if casus.Room != "" || len(casus.Private.Former) > 0 {
		p, err := b.platform(casus.Platform)
		if err != nil {
			return err
		}
		if casus.Room != "" {
			if receipt, err = p.EraseRoom(ctx, casus.Room); errors.Is(err, ErrNotFound) {
				err = nil
			}
		}
		if err == nil {
			err = eraseFormer(ctx, p, casus, &receipt)
		}
		// Also when it failed half way, what is gone is gone.
		if err := errors.Join(err, b.noteGone(context.WithoutCancel(ctx), ref, receipt)); err != nil {
			return fmt.Errorf("erase %s: %w", ref, err)
		}
		fault.Hit("erase.after_platform")
	}
	if err := b.unsayAll(ctx, casus, &receipt); err != nil {
		return fmt.Errorf("erase %s: %w", ref, err)
	}
	fault.Hit("erase.after_unsay")
	return b.destroy(ctx, t, casus, receipt)
}

// noteGone adds what was removed from the platform to what was before.
func (b *Bot) noteGone(ctx context.Context, ref Ref, r Receipt) error {
	if r.Posts+r.Files == 0 {
		return nil
	}
	return b.update(ctx, func(tx Tx) error {
		c, err := tx.Casus(ref)
		if err != nil {
			return err
		}
		c.Private.Gone.Posts += r.Posts
		c.Private.Gone.Files += r.Files
		_, err = tx.SaveCasus(c)
		return err
	})
}

// destroy removes our own records of a casus whose room is gone.
func (b *Bot) destroy(ctx context.Context, t *turn, casus Casus, receipt Receipt) error {
	ref := casus.Ref
	err := b.update(ctx, func(tx Tx) error {
		c, err := tx.Casus(ref)
		if err != nil {
			return err
		}
		r, err := b.judgeRetain(ctx, tx, c)
		if err != nil || r.Action != rules.Erase {
			return fmt.Errorf("erase %s: %w", ref, errors.Join(ErrForbidden, err))
		}
		receipt.Casus, receipt.Kind, receipt.At, receipt.Policy = ref, c.Kind, b.Now(), r.Policy
		receipt.Posts, receipt.Files = c.Private.Gone.Posts, c.Private.Gone.Files
		receipt.HandedOver = c.handedOver()
		users, err := b.allowed(tx, c)
		if err != nil {
			return err
		}
		if receipt.Records, err = tx.EraseCasus(ref, receipt); err != nil {
			return fmt.Errorf("erase %s: %w", ref, err)
		}
		if _, err := tx.Record(Entry{Casus: ref, At: b.Now(), Act: ActErased, Policy: r.Policy, Reasons: append(retentionCodes(r), receipt.Remains...), Outcome: outcomeDone}); err != nil {
			return err
		}
		// What is told now must outlive the casus, so it belongs to none.
		m := Message{Text: text.Erased.Say(text.ErasedArgs{Ref: string(ref), Posts: receipt.Posts, Files: receipt.Files,
			Remains: text.RemainNames(receipt.Remains)})}
		for _, user := range users {
			if err := b.later(tx, "", fmt.Sprintf("erased:%s:%s", ref, user), speech{Platform: c.Platform, User: user, Message: m}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	fault.Hit("erase.destroyed")
	t.over = true // the job went with the casus
	return nil
}
