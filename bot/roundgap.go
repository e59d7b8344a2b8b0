package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// looksPerSecond bounds how many rooms are looked at without an event. With more
// rooms than that allows in a minute each of them waits its turn.
const looksPerSecond = 10

func roundJob(ref Ref) string { return roundPrefix + string(ref) }

const roundPrefix = "round:"

// roundGap is the time between two looks at one room.
func (b *Bot) roundGap() time.Duration { return max(roundEvery, time.Duration(b.gap.Load())) }

// planRounds gives every room that can still have members a job that looks at it
// and comes back by itself. Only rooms that lack one cost anything; one that was
// buried begins again, since a room may not go unwatched.
func (b *Bot) planRounds(tx Tx) error {
	n, err := tx.CountCasussen(Open, Closed)
	if err != nil {
		return err
	}
	b.gap.Store(int64(n) * int64(time.Second) / looksPerSecond)
	refs, err := tx.RefsWithoutJob(roundPrefix, planPage, Open, Closed)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if err := tx.AddJob(Job{ID: roundJob(ref), Kind: JobReconcile, Casus: ref, RunAt: b.Now()}); err != nil {
			return err
		}
		if err := tx.MoveJob(roundJob(ref), b.Now()); err != nil {
			return err
		}
	}
	return nil
}

// lookAtRoom is reconcileRoom, and when it was the regular look it comes back. A
// platform that is away does not make the next look later.
func (b *Bot) lookAtRoom(ctx context.Context, t *turn) error {
	err := b.reconcileRoom(ctx, t)
	if !strings.HasPrefix(t.job.ID, roundPrefix) || t.over {
		return err
	}
	if err != nil && !errors.Is(err, ErrUnavailable) {
		return err
	}
	if err != nil {
		b.Log.Warn("a room could not be looked at", "casus", t.job.Casus, "error", err)
	}
	casus, err := b.casus(ctx, t.job.Casus)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) || err == nil && casus.Status != Open && casus.Status != Closed {
		return nil
	}
	if err != nil {
		return err
	}
	return t.Replan(ctx, b.Now().Add(b.roundGap()), nil)
}

// planReplan has everything worked out anew, once for each cause: every day, so
// that nothing is kept for ever because a job was lost, and whenever other rules
// take effect, whose terms may be shorter.
func (b *Bot) planReplan(tx Tx, cause string) error {
	return tx.AddJob(Job{ID: "replan:" + cause + ":", Kind: JobReplan, RunAt: b.Now()})
}

// replan works out anew when a page of casussen is due, and leaves the next page
// to the next job. Only what turns out different is written.
func (b *Bot) replan(ctx context.Context, t *turn) error {
	var refs, wrong []Ref
	var found []retentionDiffers
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		refs, wrong, found = nil, nil, nil
		if refs, err = tx.CasusRefs(Ref(t.job.Object), planPage, Open, Closed, Archived); err != nil {
			return err
		}
		wrong, found, err = b.misplanned(ctx, tx, refs)
		return err
	})
	if err != nil {
		return fmt.Errorf("replan: %w", err)
	}
	if len(wrong) > 0 {
		b.Log.Info("moments of retention were worked out anew", "changed", len(wrong))
	}
	for _, d := range found {
		if err := b.recordRetentionOnce(ctx, d.ref, d.policy, d.comparison); err != nil {
			return fmt.Errorf("replan: %w", err)
		}
	}
	for len(wrong) > 0 {
		n := min(len(wrong), 50)
		if err := b.update(ctx, func(tx Tx) error {
			for _, ref := range wrong[:n] {
				casus, err := tx.Casus(ref)
				if errors.Is(err, ErrGone) {
					continue
				}
				if err != nil {
					return err
				}
				if casus.Status == Erased {
					continue
				}
				if err := b.planRetention(ctx, tx, casus); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return fmt.Errorf("replan: %w", err)
		}
		wrong = wrong[n:]
	}
	if len(refs) < planPage {
		return nil
	}
	last := refs[len(refs)-1]
	id := strings.TrimSuffix(t.job.ID, t.job.Object)
	return t.Commit(ctx, func(tx Tx) error {
		return tx.AddJob(Job{ID: id + string(last), Kind: JobReplan, Object: string(last), RunAt: b.Now()})
	})
}

// misplanned are the casussen whose job is missing or waits for another moment
// than the rules name now. found are those about which a waiting bundle thinks
// otherwise.
func (b *Bot) misplanned(ctx context.Context, tx Tx, refs []Ref) (wrong []Ref, found []retentionDiffers, _ error) {
	for _, ref := range refs {
		casus, err := tx.Casus(ref)
		if err != nil {
			return nil, nil, err
		}
		r, err := b.judgeRetain(ctx, tx, casus)
		if err != nil {
			return nil, nil, err
		}
		differs, err := b.compareRetention(ctx, tx, casus, r)
		if err != nil {
			return nil, nil, err
		}
		if differs != nil {
			found = append(found, retentionDiffers{ref, r.Policy, differs})
		}
		due, err := tx.Due(ref)
		if err != nil {
			return nil, nil, err
		}
		jobs, err := tx.JobsOf(ref)
		if err != nil {
			return nil, nil, err
		}
		planned := false
		for _, j := range jobs {
			planned = planned || j.ID == retainJob(ref)
		}
		if !planned || !due.Equal(r.Due.Truncate(time.Microsecond)) {
			wrong = append(wrong, ref)
		}
	}
	return wrong, found, nil
}

// retentionDiffers is a casus about which another bundle thinks otherwise.
type retentionDiffers struct {
	ref    Ref
	policy string
	*comparison
}
