package bottest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// mustClaim claims the next job for a minute.
func (b *bench) mustClaim(t testing.TB) bot.Job {
	t.Helper()
	j, err := b.Store.ClaimJob(b.ctx, b.now(), time.Minute)
	if err != nil {
		t.Fatalf("ClaimJob: %v", err)
	}
	return j
}

func (b *bench) noClaim(t testing.TB) {
	t.Helper()
	if j, err := b.Store.ClaimJob(b.ctx, b.now(), time.Minute); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("ClaimJob = %+v, %v, want ErrNotFound", j, err)
	}
}

func (b *bench) due(t testing.TB, due, buried int) {
	t.Helper()
	b.mustView(t, func(tx bot.Tx) error {
		d, r, err := tx.DueJobs(b.now())
		if d != due || r != buried {
			t.Errorf("DueJobs = %d, %d, want %d, %d", d, r, due, buried)
		}
		return err
	})
}

var claimTests = []storeTest{
	{"the earliest job that is due comes first", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.AddJob(bot.Job{ID: "now", Kind: bot.JobTell, RunAt: b.now()}), tx.AddJob(bot.Job{ID: "before", Kind: bot.JobTell, RunAt: b.now().Add(-time.Second)}),
				tx.AddJob(bot.Job{ID: "later", Kind: bot.JobTell, RunAt: b.now().Add(time.Microsecond)}))
		})
		b.due(t, 2, 0)
		same(t, "first", b.mustClaim(t).ID, "before")
		same(t, "second", b.mustClaim(t).ID, "now")
		b.noClaim(t)
		b.due(t, 0, 0)
	}},
	{"a casus has one job at work at a time", func(t *testing.T, b *bench) {
		one, two := b.mustCasus(t), b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.AddJob(bot.Job{ID: "a1", Kind: bot.JobTell, Casus: one.Ref, RunAt: b.now().Add(-3 * time.Second)}),
				tx.AddJob(bot.Job{ID: "a2", Kind: bot.JobTell, Casus: one.Ref, RunAt: b.now().Add(-2 * time.Second)}),
				tx.AddJob(bot.Job{ID: "b1", Kind: bot.JobTell, Casus: two.Ref, RunAt: b.now().Add(-time.Second)}))
		})
		first := b.mustClaim(t)
		same(t, "first", first.ID, "a1")
		same(t, "second", b.mustClaim(t).ID, "b1")
		b.noClaim(t)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.FinishJob(first) })
		same(t, "third", b.mustClaim(t).ID, "a2")
	}},
	{"a lease lasts to its end and not longer", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell, RunAt: b.now()}) })
		first := b.mustClaim(t)
		b.Pass(time.Minute - time.Microsecond)
		b.noClaim(t)
		b.Pass(time.Microsecond)
		again := b.mustClaim(t)
		if again.ID != "j1" || again.Token <= first.Token || again.Attempts != 1 {
			t.Errorf("claimed again: %+v, want a greater token and the lapse counted", again)
		}
	}},
	{"who takes over a casus shuts out the lapsed holder of another job of it", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			return tx.AddJob(bot.Job{ID: "slow", Kind: bot.JobTell, Casus: c.Ref, RunAt: b.now()})
		})
		slow := b.mustClaim(t)
		b.Pass(2 * time.Minute)
		b.mustUpdate(t, func(tx bot.Tx) error {
			return tx.AddJob(bot.Job{ID: "urgent", Kind: bot.JobTell, Casus: c.Ref, RunAt: slow.RunAt.Add(-time.Hour)})
		})
		same(t, "claimed", b.mustClaim(t).ID, "urgent")
		b.refused(t, "FinishJob of the lapsed one", bot.ErrConflict, func(tx bot.Tx) error { return tx.FinishJob(slow) })
	}},
	{"a job whose workers never come back is put before a person", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddJob(bot.Job{ID: "poison", Kind: bot.JobTell, RunAt: b.now()}) })
		for range bot.MaxAttempts {
			b.mustClaim(t)
			b.Pass(time.Hour)
		}
		b.noClaim(t)
		b.due(t, 0, 1)
	}},
	{"each job is claimed once under concurrency, and a casus never twice", func(t *testing.T, b *bench) {
		b.workOff(t, func(int, []string) ([]bot.Job, error) { return b.one() })
	}},
}

// workOff has four workers claim jobs with claim and finish them, until all of the
// jobs j0, j1 … of three casussen (one of them none) were seen. None may be claimed
// twice, and no casus may have two at work.
func (b *bench) workOff(t testing.TB, claim func(worker int, names []string) ([]bot.Job, error)) {
	t.Helper()
	refs := []bot.Ref{b.mustCasus(t).Ref, b.mustCasus(t).Ref, ""}
	const jobs = 30
	var names []string
	for i := range jobs {
		names = append(names, fmt.Sprint("j", i))
		b.mustJobs(t, bot.Job{ID: names[i], Casus: refs[i%3], RunAt: b.now()})
	}
	var mu sync.Mutex
	busy, seen := map[bot.Ref]bool{}, map[string]int{}
	begin := func(j bot.Job) {
		mu.Lock()
		defer mu.Unlock()
		if seen[j.ID]++; seen[j.ID] > 1 {
			t.Errorf("job %s was claimed twice", j.ID)
		}
		if j.Casus != "" && busy[j.Casus] {
			t.Errorf("casus %s has two jobs at work", j.Casus)
		}
		busy[j.Casus] = true
	}
	finish := func(j bot.Job) error {
		return b.Store.Update(b.ctx, func(tx bot.Tx) error {
			mu.Lock()
			busy[j.Casus] = false
			mu.Unlock()
			return tx.FinishJob(j)
		})
	}
	over := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(seen) == jobs
	}
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for !over() {
				got, err := claim(worker, names)
				if err != nil && !errors.Is(err, bot.ErrNotFound) {
					t.Errorf("claiming: %v", err)
					return
				}
				for _, j := range got {
					begin(j)
				}
				for _, j := range got {
					if err := finish(j); err != nil {
						t.Errorf("FinishJob: %v", err)
						return
					}
				}
			}
		})
	}
	group.Wait()
}

// one claims the next job.
func (b *bench) one() ([]bot.Job, error) {
	j, err := b.Store.ClaimJob(b.ctx, b.now(), time.Minute)
	if err != nil {
		return nil, err
	}
	return []bot.Job{j}, nil
}
