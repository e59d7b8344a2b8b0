package bot

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Unsayer is a platform on which the bot can take back for good what it told
// somebody in private. Without one the receipt says that it stays.
type Unsayer interface {
	// Unsay removes a message of the bot for good. One that is gone is no error.
	Unsay(ctx context.Context, message MessageID) error
}

// unsayYears is how far ahead a job waits that is done when the casus is erased,
// and only lists a message until then. No casus lives that long.
const unsayYears = 100

// remember notes a message that was told in private about a casus: it may name a
// file or hold a reason, and it stands outside the room that is erased.
func (b *Bot) remember(tx Tx, ref Ref, id MessageID) error {
	return b.rememberUntil(tx, ref, id, time.Time{})
}

// rememberUntil is remember for a message that is taken back at until already,
// whatever becomes of the casus; the zero time is when the casus is erased.
func (b *Bot) rememberUntil(tx Tx, ref Ref, id MessageID, until time.Time) error {
	if until.IsZero() {
		until = b.Now().AddDate(unsayYears, 0, 0)
	}
	err := tx.AddJob(Job{ID: "unsay:" + string(id) + ":" + string(ref), Kind: JobUnsay, Casus: ref, Object: string(id), RunAt: until})
	if errors.Is(err, ErrGone) {
		return nil
	}
	return err
}

// unsayAll takes back everything that was told in private about a casus.
func (b *Bot) unsayAll(ctx context.Context, casus Casus, receipt *Receipt) error {
	var jobs []Job
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		jobs, err = tx.JobsOf(casus.Ref)
		return err
	})
	if err != nil {
		return err
	}
	remains := false
	for _, j := range jobs {
		if j.Kind != JobUnsay {
			continue
		}
		p, err := b.platform(casus.Platform)
		if err != nil {
			return err
		}
		u, ok := p.(Unsayer)
		if !ok {
			remains = true
			continue
		}
		if err := u.Unsay(ctx, MessageID(j.Object)); errors.Is(err, ErrForbidden) {
			remains = true
		} else if err != nil {
			return fmt.Errorf("take back a message: %w", err)
		}
	}
	if remains {
		receipt.Remains = append(receipt.Remains, RemainDirect)
	}
	return nil
}

// unsay is the job of one message, for when its moment comes after all.
func (b *Bot) unsay(ctx context.Context, t *turn) error {
	casus, err := b.casus(ctx, t.job.Casus)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	if u, ok := p.(Unsayer); ok {
		return u.Unsay(ctx, MessageID(t.job.Object))
	}
	return nil
}
