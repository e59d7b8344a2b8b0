package bottest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// claimThese claims by name, for a minute, and returns the ids.
func (b *bench) claimThese(t testing.TB, ids ...string) (jobs []bot.Job, got, busy []string) {
	t.Helper()
	jobs, busy, err := b.Store.ClaimThese(b.ctx, ids, b.now(), time.Minute)
	if err != nil {
		t.Fatalf("ClaimThese(%v): %v", ids, err)
	}
	for _, j := range jobs {
		got = append(got, j.ID)
	}
	slices.Sort(got)
	slices.Sort(busy)
	return jobs, got, busy
}

func (b *bench) mustJobs(t testing.TB, jobs ...bot.Job) {
	t.Helper()
	b.mustUpdate(t, func(tx bot.Tx) error {
		var errs []error
		for _, j := range jobs {
			j.Kind = bot.JobTell
			errs = append(errs, tx.AddJob(j))
		}
		return errors.Join(errs...)
	})
}

var namedTests = []storeTest{
	{"jobs are claimed by name, with what they carry, and nothing else is", func(t *testing.T, b *bench) {
		b.mustJobs(t, bot.Job{ID: "a", RunAt: b.now(), Body: []byte("x"), Object: "o"}, bot.Job{ID: "b", RunAt: b.now()}, bot.Job{ID: "c", RunAt: b.now().Add(-time.Hour)})
		jobs, got, busy := b.claimThese(t, "a", "b", "nobody")
		if !slices.Equal(got, []string{"a", "b"}) || busy != nil {
			t.Fatalf("ClaimThese = %v, busy %v, want a b", got, busy)
		}
		a := jobs[slices.IndexFunc(jobs, func(j bot.Job) bool { return j.ID == "a" })]
		if string(a.Body) != "x" || a.Object != "o" || a.Kind != bot.JobTell || a.Token != 1 {
			t.Errorf("claimed %+v", a)
		}
		same(t, "what is left", b.mustClaim(t).ID, "c")
		b.noClaim(t)
		if _, got, busy := b.claimThese(t, "a", "b", "c"); got != nil || busy != nil {
			t.Errorf("a second time: %v, busy %v, want none", got, busy)
		}
		if _, got, busy := b.claimThese(t); got != nil || busy != nil {
			t.Errorf("of none: %v, %v", got, busy)
		}
	}},
	{"what is not due, done or buried is not claimed by name", func(t *testing.T, b *bench) {
		b.mustJobs(t, bot.Job{ID: "later", RunAt: b.now().Add(time.Microsecond)}, bot.Job{ID: "done", RunAt: b.now()}, bot.Job{ID: "buried", RunAt: b.now()})
		jobs, _, _ := b.claimThese(t, "done", "buried")
		b.mustUpdate(t, func(tx bot.Tx) error {
			for _, j := range jobs {
				end := tx.FinishJob
				if j.ID == "buried" {
					end = func(j bot.Job) error { return tx.BuryJob(j, "busy") }
				}
				if err := end(j); err != nil {
					return err
				}
			}
			return nil
		})
		if _, got, busy := b.claimThese(t, "later", "done", "buried"); got != nil || busy != nil {
			t.Errorf("ClaimThese = %v, busy %v, want none", got, busy)
		}
		b.Pass(time.Microsecond)
		if _, got, _ := b.claimThese(t, "later", "done", "buried"); !slices.Equal(got, []string{"later"}) {
			t.Errorf("then ClaimThese = %v, want later", got)
		}
	}},
	{"in the place of a job of a casus comes the earliest of it, one at a time", func(t *testing.T, b *bench) {
		one, two := b.mustCasus(t).Ref, b.mustCasus(t).Ref
		b.mustJobs(t, bot.Job{ID: "one1", Casus: one, RunAt: b.now().Add(-3 * time.Second)}, bot.Job{ID: "one2", Casus: one, RunAt: b.now().Add(-2 * time.Second)},
			bot.Job{ID: "one3", Casus: one, RunAt: b.now()}, bot.Job{ID: "two1", Casus: two, RunAt: b.now()}, bot.Job{ID: "none", RunAt: b.now()})
		jobs, got, busy := b.claimThese(t, "one3", "one2", "two1", "none")
		if !slices.Equal(got, []string{"none", "one1", "two1"}) || !slices.Equal(busy, []string{"one2", "one3"}) {
			t.Fatalf("ClaimThese = %v, busy %v, want none one1 two1 and one2 one3", got, busy)
		}
		if _, got, busy := b.claimThese(t, "one2"); got != nil || !slices.Equal(busy, []string{"one2"}) {
			t.Errorf("while the casus is at work: %v, busy %v", got, busy)
		}
		first := jobs[slices.IndexFunc(jobs, func(j bot.Job) bool { return j.ID == "one1" })]
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.FinishJob(first) })
		if _, got, busy := b.claimThese(t, "one3", "one2"); !slices.Equal(got, []string{"one2"}) || !slices.Equal(busy, []string{"one3"}) {
			t.Errorf("then ClaimThese = %v, busy %v, want one2 and one3", got, busy)
		}
	}},
	{"a lapsed turn can be claimed by name, with a greater token", func(t *testing.T, b *bench) {
		ref := b.mustCasus(t).Ref
		b.mustJobs(t, bot.Job{ID: "slow", Casus: ref, RunAt: b.now()}, bot.Job{ID: "alone", RunAt: b.now()})
		first, _, _ := b.claimThese(t, "slow", "alone")
		b.Pass(time.Minute)
		again, got, _ := b.claimThese(t, "slow", "alone")
		if !slices.Equal(got, []string{"alone", "slow"}) {
			t.Fatalf("ClaimThese = %v, want both", got)
		}
		for _, j := range again {
			if j.Token != 2 || j.Attempts != 1 {
				t.Errorf("claimed again: %+v, want a greater token and the lapse counted", j)
			}
		}
		for _, old := range first {
			b.refused(t, "FinishJob of "+old.ID, bot.ErrConflict, func(tx bot.Tx) error { return tx.FinishJob(old) })
		}
	}},
	{"one that never comes back is buried also when it is claimed by name", func(t *testing.T, b *bench) {
		b.mustJobs(t, bot.Job{ID: "poison", RunAt: b.now()})
		for range bot.MaxAttempts {
			if _, got, _ := b.claimThese(t, "poison"); len(got) != 1 {
				t.Fatalf("ClaimThese = %v", got)
			}
			b.Pass(time.Hour)
		}
		if _, got, busy := b.claimThese(t, "poison"); got != nil || busy != nil {
			t.Errorf("ClaimThese = %v, %v, want none", got, busy)
		}
		b.due(t, 0, 1)
	}},
	{"a turn is kept by who has it, and by nobody else", func(t *testing.T, b *bench) {
		b.mustJobs(t, bot.Job{ID: "j", RunAt: b.now()})
		keep := func(j bot.Job, want error) {
			t.Helper()
			if err := b.Store.KeepJob(b.ctx, j, time.Minute); !errors.Is(err, want) {
				t.Errorf("KeepJob(%d) = %v, want %v", j.Token, err, want)
			}
		}
		j := b.mustClaim(t)
		b.Pass(50 * time.Second)
		keep(j, nil)
		b.Pass(50 * time.Second)
		b.noClaim(t)
		b.Pass(10 * time.Second)
		next := b.mustClaim(t)
		keep(j, bot.ErrConflict)
		keep(next, nil)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.FinishJob(next) })
		keep(next, bot.ErrConflict)
		keep(bot.Job{ID: "nobody"}, bot.ErrConflict)
	}},
	{"by name and by looking no job is claimed twice, and no casus has two", func(t *testing.T, b *bench) {
		b.workOff(t, func(worker int, names []string) ([]bot.Job, error) {
			if worker == 0 {
				return b.one()
			}
			jobs, _, err := b.Store.ClaimThese(b.ctx, names, b.now(), time.Minute)
			return jobs, err
		})
	}},
}
