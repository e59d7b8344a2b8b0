package bottest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

var jobTests = []storeTest{
	{"a job comes back with its body", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		j := bot.Job{ID: "j1", Kind: bot.JobTell, Casus: c.Ref, Object: "f1", Body: []byte("hallo"), RunAt: b.now()}
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddJob(j) })
		b.mustView(t, func(tx bot.Tx) error {
			jobs, err := tx.JobsOf(c.Ref)
			same(t, "JobsOf", jobs, []bot.Job{j})
			return err
		})
		got := b.mustClaim(t)
		j.Token = got.Token
		same(t, "ClaimJob", got, j)
	}},
	{"a known id leaves one job, also when it is done", func(t *testing.T, b *bench) {
		add := func() {
			b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell, RunAt: b.now()}) })
		}
		add()
		add()
		j := b.mustClaim(t)
		add()
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.FinishJob(j) })
		add()
		b.noClaim(t)
	}},
	{"jobs of a casus are listed earliest first, without those done", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			var errs []error
			for i, id := range []string{"late", "first", "mid"} {
				errs = append(errs, tx.AddJob(bot.Job{ID: id, Kind: bot.JobTell, Casus: c.Ref, RunAt: b.now().Add(time.Duration([]int{5, 0, 3}[i]) * time.Minute)}))
			}
			return errors.Join(append(errs, tx.AddJob(bot.Job{ID: "other", Kind: bot.JobTell, RunAt: b.now()}))...)
		})
		ids := func() string {
			var ids []string
			b.mustView(t, func(tx bot.Tx) error {
				jobs, err := tx.JobsOf(c.Ref)
				for _, j := range jobs {
					ids = append(ids, j.ID)
				}
				return err
			})
			return strings.Join(ids, " ")
		}
		same(t, "JobsOf", ids(), "first mid late")
		j := b.mustClaim(t)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.FinishJob(j) })
		same(t, "JobsOf", ids(), "mid late")
	}},
	{"a retry gives the turn back and counts", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error {
			return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell, Body: []byte("x"), RunAt: b.now()})
		})
		j := b.mustClaim(t)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.RetryJob(j, b.now().Add(time.Minute), "busy") })
		b.noClaim(t)
		b.Pass(time.Minute)
		again := b.mustClaim(t)
		if again.Attempts != 1 || again.Token <= j.Token || string(again.Body) != "x" {
			t.Errorf("claimed again: %+v, want one attempt, a greater token and its body", again)
		}
	}},
	{"a buried job waits for a person", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error {
			return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell, Body: []byte("x"), RunAt: b.now()})
		})
		j := b.mustClaim(t)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.BuryJob(j, "internal") })
		b.Pass(24 * time.Hour)
		b.noClaim(t)
		b.due(t, 0, 1)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.MoveJob("j1", b.now()) })
		b.due(t, 1, 0)
		if again := b.mustClaim(t); again.Attempts != 0 || string(again.Body) != "x" {
			t.Errorf("revived: %+v, want a fresh start with its body", again)
		}
	}},
	{"a waiting job can be moved, a done one revived, in the transaction that ended it too", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error {
			return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobRetain, Body: []byte("x"), RunAt: b.now()})
		})
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.MoveJob("j1", b.now().Add(time.Hour)) })
		b.noClaim(t)
		b.Pass(time.Hour)
		j := b.mustClaim(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.FinishJob(j), tx.MoveJob("j1", b.now().Add(time.Hour)))
		})
		b.noClaim(t)
		b.Pass(time.Hour)
		again := b.mustClaim(t)
		if string(again.Body) != "x" {
			t.Errorf("the body of a job that was planned again is %q, want x", again.Body)
		}
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.FinishJob(again) })
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.MoveJob("j1", b.now()) })
		b.mustClaim(t)
		b.refused(t, "MoveJob of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.MoveJob("j9", b.now()) })
	}},
	{"an old token ends nothing", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell, RunAt: b.now()}) })
		old := b.mustClaim(t)
		b.Pass(2 * time.Minute)
		fresh := b.mustClaim(t)
		for name, end := range map[string]func(tx bot.Tx) error{
			"FinishJob": func(tx bot.Tx) error { return tx.FinishJob(old) },
			"RetryJob":  func(tx bot.Tx) error { return tx.RetryJob(old, b.now(), "busy") },
			"BuryJob":   func(tx bot.Tx) error { return tx.BuryJob(old, "busy") },
		} {
			b.refused(t, name, bot.ErrConflict, end)
		}
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.FinishJob(fresh) })
		b.refused(t, "FinishJob twice", bot.ErrConflict, func(tx bot.Tx) error { return tx.FinishJob(fresh) })
		b.refused(t, "FinishJob of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.FinishJob(bot.Job{ID: "j9"}) })
	}},
	{"a lapsed lease that nobody took over can still be finished", func(t *testing.T, b *bench) {
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddJob(bot.Job{ID: "j1", Kind: bot.JobTell, RunAt: b.now()}) })
		j := b.mustClaim(t)
		b.Pass(time.Hour)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.FinishJob(j) })
		b.noClaim(t)
	}},
}
