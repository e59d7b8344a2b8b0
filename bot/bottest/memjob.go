package bottest

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

type memJob struct {
	Job   bot.Job
	State string
	Until time.Time
	Cause string
}

// openJobs is all for the jobs that are not done. After a busy test there are many
// and each is looked at at every turn, so what was decoded once is remembered by
// its bytes, which never change.
func (s *memState) openJobs(keep func(memJob) bool) ([]memJob, error) {
	var out []memJob
	for _, key := range slices.Sorted(maps.Keys(s.Jobs)) {
		data := s.Jobs[key]
		j, known := s.decoded.Load(&data[0])
		if !known {
			one, err := get[memJob](s.Jobs, key)
			if err != nil {
				return nil, err
			}
			j = one
			s.decoded.Store(&data[0], j)
		}
		one := j.(memJob)
		if one.State != "done" && keep(one) {
			one.Job.Body = slices.Clone(one.Job.Body)
			out = append(out, one)
		}
	}
	return out, nil
}

// ClaimJob implements bot.Store.
func (s *MemStore) ClaimJob(ctx context.Context, now time.Time, lease time.Duration) (job bot.Job, err error) {
	err = s.update(ctx, func(tx *memTx) error {
		due, err := tx.due(now)
		if err != nil {
			return err
		}
		for _, j := range due {
			if job, err = tx.lease(j, lease); err != nil || job.ID != "" {
				return err
			}
		}
		return nil
	})
	if err == nil && job.ID == "" {
		err = bot.ErrNotFound
	}
	return job, err
}

// AddJob implements bot.Tx.
func (tx *memTx) AddJob(j bot.Job) error {
	if !tx.write {
		return errView
	}
	if j.ID == "" || j.Kind == "" {
		return &bot.InvalidError{Field: "job", Reason: "no id"}
	}
	if _, ok := tx.state.Jobs[j.ID]; ok {
		return nil
	}
	if j.Body != nil && j.Casus != "" {
		if err := tx.there(j.Casus); err != nil {
			return err
		}
	}
	j.Attempts, j.Token = 0, 0
	put(tx.state.Jobs, j.ID, memJob{Job: j, State: "waiting"})
	return nil
}

// turn changes a job of which j is the newest claim.
func (tx *memTx) turn(j bot.Job, change func(*memJob)) error {
	if !tx.write {
		return errView
	}
	stored, err := get[memJob](tx.state.Jobs, j.ID)
	if err != nil {
		return err
	}
	if stored.Job.Token != j.Token || stored.State == "done" || stored.State == "buried" {
		return bot.ErrConflict
	}
	stored.Until = time.Time{}
	change(&stored)
	put(tx.state.Jobs, j.ID, stored)
	return nil
}

// FinishJob implements bot.Tx.
func (tx *memTx) FinishJob(j bot.Job) error {
	if tx.finished == nil {
		tx.finished = map[string]bool{}
	}
	tx.finished[j.ID] = true
	return tx.turn(j, func(m *memJob) { m.State = "done" })
}

// dropBodies forgets what finished jobs carried.
func (tx *memTx) dropBodies() {
	for id := range tx.finished {
		if j, err := get[memJob](tx.state.Jobs, id); err == nil && j.State == "done" {
			j.Job.Body = nil
			put(tx.state.Jobs, id, j)
		}
	}
}

// RetryJob implements bot.Tx.
func (tx *memTx) RetryJob(j bot.Job, at time.Time, cause string) error {
	return tx.turn(j, func(m *memJob) {
		m.State, m.Job.RunAt, m.Cause, m.Job.Attempts = "waiting", at, cause, m.Job.Attempts+1
	})
}

// BuryJob implements bot.Tx.
func (tx *memTx) BuryJob(j bot.Job, cause string) error {
	return tx.turn(j, func(m *memJob) { m.State, m.Cause, m.Job.Attempts = "buried", cause, m.Job.Attempts+1 })
}

// MoveJob implements bot.Tx.
func (tx *memTx) MoveJob(id string, at time.Time) error {
	if !tx.write {
		return errView
	}
	j, err := get[memJob](tx.state.Jobs, id)
	if err != nil {
		return err
	}
	if j.State == "done" || j.State == "buried" {
		j.State, j.Job.Attempts = "waiting", 0
	}
	j.Job.RunAt = at
	put(tx.state.Jobs, id, j)
	return nil
}

// JobsOf implements bot.Tx.
func (tx *memTx) JobsOf(ref bot.Ref) ([]bot.Job, error) {
	found, err := tx.state.openJobs(func(j memJob) bool { return j.Job.Casus == ref && j.State != "done" })
	slices.SortStableFunc(found, func(a, b memJob) int { return a.Job.RunAt.Compare(b.Job.RunAt) })
	var jobs []bot.Job
	for _, j := range found {
		jobs = append(jobs, j.Job)
	}
	return jobs, err
}

// due lists the jobs that may be claimed, earliest first.
func (tx *memTx) due(now time.Time) ([]memJob, error) {
	clock := tx.now()
	live := func(j memJob) bool { return j.State == "leased" && j.Until.After(clock) }
	busy := map[bot.Ref]bool{}
	jobs, err := tx.state.openJobs(func(j memJob) bool {
		if live(j) && j.Job.Casus != "" {
			busy[j.Job.Casus] = true
		}
		return (j.State == "waiting" || j.State == "leased") && !live(j) && !j.Job.RunAt.After(now)
	})
	jobs = slices.DeleteFunc(jobs, func(j memJob) bool { return busy[j.Job.Casus] })
	slices.SortStableFunc(jobs, func(a, b memJob) int { return a.Job.RunAt.Compare(b.Job.RunAt) })
	return jobs, err
}

// shutOut takes the turn from lapsed holders of other jobs of the same casus.
func (tx *memTx) shutOut(j bot.Job) error {
	others, err := tx.state.openJobs(func(o memJob) bool {
		return o.State == "leased" && o.Job.Casus == j.Casus && j.Casus != "" && o.Job.ID != j.ID
	})
	for _, o := range others {
		o.State, o.Cause = "waiting", "lapsed"
		o.Job.Token++
		o.Job.Attempts++
		put(tx.state.Jobs, o.Job.ID, o)
	}
	return err
}

// DueJobs implements bot.Tx.
func (tx *memTx) DueJobs(now time.Time) (due, buried int, err error) {
	jobs, err := tx.due(now)
	if err != nil {
		return 0, 0, err
	}
	dead, err := tx.state.openJobs(func(j memJob) bool { return j.State == "buried" })
	return len(jobs), len(dead), err
}
