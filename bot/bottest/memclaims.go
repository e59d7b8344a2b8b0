package bottest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// lease gives the turn at a job that is due. A blank one was buried.
func (tx *memTx) lease(j memJob, term time.Duration) (bot.Job, error) {
	if j.State == "leased" {
		j.Job.Attempts++
	}
	if j.Job.Attempts >= bot.MaxAttempts {
		j.State, j.Cause = "buried", "lapsed"
		put(tx.state.Jobs, j.Job.ID, j)
		return bot.Job{}, nil
	}
	if err := tx.shutOut(j.Job); err != nil {
		return bot.Job{}, err
	}
	j.Job.Token++
	j.State, j.Until = "leased", tx.now().Add(term)
	put(tx.state.Jobs, j.Job.ID, j)
	return j.Job, nil
}

// ClaimThese implements bot.Store.
func (s *MemStore) ClaimThese(ctx context.Context, ids []string, now time.Time, lease time.Duration) (claimed []bot.Job, busy []string, err error) {
	err = s.update(ctx, func(tx *memTx) error {
		seen := map[bot.Ref]bool{}
		for _, id := range ids {
			named, err := get[memJob](tx.state.Jobs, id)
			if errors.Is(err, bot.ErrNotFound) || err == nil && (named.State == "done" || named.State == "buried" || named.Job.RunAt.After(now)) {
				continue
			}
			if err != nil {
				return err
			}
			casus := named.Job.Casus
			took := ""
			if !seen[casus] || casus == "" {
				due, err := tx.due(now)
				if err != nil {
					return err
				}
				at := slices.IndexFunc(due, func(j memJob) bool {
					return casus != "" && j.Job.Casus == casus || j.Job.ID == id
				})
				if at >= 0 {
					job, err := tx.lease(due[at], lease)
					if err != nil {
						return err
					}
					if took = job.ID; took != "" {
						claimed = append(claimed, job)
					}
				}
			}
			seen[casus] = true
			if casus != "" && took != id && !slices.ContainsFunc(claimed, func(j bot.Job) bool { return j.ID == id }) {
				busy = append(busy, id)
			}
		}
		return nil
	})
	return claimed, busy, err
}

// KeepJob implements bot.Store.
func (s *MemStore) KeepJob(ctx context.Context, job bot.Job, lease time.Duration) error {
	return s.update(ctx, func(tx *memTx) error {
		j, err := get[memJob](tx.state.Jobs, job.ID)
		if err != nil || j.State != "leased" || j.Job.Token != job.Token {
			return errors.Join(bot.ErrConflict, err)
		}
		j.Until = tx.now().Add(lease)
		put(tx.state.Jobs, job.ID, j)
		return nil
	})
}
