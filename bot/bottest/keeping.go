package bottest

import (
	"errors"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

var keepingTests = []storeTest{
	{"matters come in the order of adding and change until they are done", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		one := bot.Matter{ID: "z", Casus: c.Ref, Kind: bot.AccessRequest, Text: "inzage", About: "yp", By: "p1", At: b.now(), DueAt: b.now().Add(time.Hour)}
		two := bot.Matter{ID: "a", Casus: c.Ref, Kind: bot.Incident, Seen: []bot.PersonID{"p1", "p2"}, At: b.now()}
		b.mustUpdate(t, func(tx bot.Tx) error { return errors.Join(tx.AddMatter(one), tx.AddMatter(two)) })
		one.ApprovedBy, one.DoneAt = "p5", b.now()
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.SaveMatter(one) })
		b.mustView(t, func(tx bot.Tx) error {
			all, err := tx.Matters(c.Ref)
			same(t, "Matters", all, []bot.Matter{one, two})
			return err
		})
		b.refused(t, "SaveMatter of one that is done", bot.ErrConflict, func(tx bot.Tx) error { return tx.SaveMatter(one) })
		b.refused(t, "SaveMatter of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.SaveMatter(bot.Matter{ID: "q", Casus: c.Ref}) })
		b.refused(t, "AddMatter again", bot.ErrConflict, func(tx bot.Tx) error { return tx.AddMatter(two) })
	}},
	{"matters go with the casus", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddMatter(bot.Matter{ID: "m", Casus: c.Ref}) })
		b.mustUpdate(t, func(tx bot.Tx) error {
			n, err := tx.EraseCasus(c.Ref, bot.Receipt{})
			same(t, "records", n, 1)
			return err
		})
		b.refused(t, "AddMatter", bot.ErrGone, func(tx bot.Tx) error { return tx.AddMatter(bot.Matter{ID: "n", Casus: c.Ref}) })
		if err := b.Store.View(b.ctx, func(tx bot.Tx) error { _, err := tx.Matters(c.Ref); return err }); !errors.Is(err, bot.ErrGone) {
			t.Errorf("Matters = %v, want ErrGone", err)
		}
	}},
	{"a casus is due until it was worked out, and then at its moment", func(t *testing.T, b *bench) {
		fresh, soon, late, never, gone := b.mustCasus(t), b.mustCasus(t), b.mustCasus(t), b.mustCasus(t), b.mustCasus(t)
		at := b.now().Add(time.Hour)
		b.mustUpdate(t, func(tx bot.Tx) error {
			_, err := tx.EraseCasus(gone.Ref, bot.Receipt{})
			return errors.Join(err, tx.SetDue(soon.Ref, at), tx.SetDue(late.Ref, at.Add(time.Minute)), tx.SetDue(never.Ref, time.Time{}))
		})
		due := func(at time.Time) (refs []bot.Ref) {
			b.mustView(t, func(tx bot.Tx) (err error) { refs, err = tx.DueRefs(at); return err })
			return refs
		}
		same(t, "just before", due(at.Add(-time.Microsecond)), []bot.Ref{fresh.Ref})
		same(t, "at the moment", due(at), []bot.Ref{fresh.Ref, soon.Ref})
		same(t, "later", due(at.AddDate(50, 0, 0)), []bot.Ref{fresh.Ref, soon.Ref, late.Ref})
		b.refused(t, "SetDue of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.SetDue("C-2026-0099", at) })
		b.mustView(t, func(tx bot.Tx) error {
			n, err := tx.CountCasussen()
			open, err2 := tx.CountCasussen(bot.Open)
			same(t, "all", n, 5)
			same(t, "open", open, 4)
			return errors.Join(err, err2)
		})
	}},
	{"what is due comes with what holds it", func(t *testing.T, b *bench) {
		one, two, late := b.mustCasus(t), b.mustCasus(t), b.mustCasus(t)
		hold := bot.Hold{ID: "h", Casus: one.Ref, Reason: "klacht", PlacedAt: b.now()}
		matter := bot.Matter{ID: "m", Casus: two.Ref, Kind: bot.Incident, Text: "fout", At: b.now()}
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.AddHold(hold), tx.AddMatter(matter), tx.AddHold(bot.Hold{ID: "h", Casus: late.Ref}),
				tx.SetDue(one.Ref, b.now().Add(time.Second)), tx.SetDue(two.Ref, b.now()), tx.SetDue(late.Ref, b.now().Add(time.Hour)))
		})
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.DueKept(b.now().Add(time.Second))
			same(t, "DueKept", got, []bot.Kept{{Casus: two, Matters: []bot.Matter{matter}}, {Casus: one, Holds: []bot.Hold{hold}}})
			return err
		})
	}},
	{"casussen that lack a job are found", func(t *testing.T, b *bench) {
		none, has, done, buried := b.mustCasus(t), b.mustCasus(t), b.mustCasus(t), b.mustCasus(t)
		for _, c := range []bot.Casus{has, done, buried} {
			b.mustUpdate(t, func(tx bot.Tx) error {
				return tx.AddJob(bot.Job{ID: "x:" + string(c.Ref), Kind: bot.JobRetain, RunAt: b.now().Add(time.Hour)})
			})
		}
		for ref, end := range map[bot.Ref]func(bot.Tx, bot.Job) error{
			done.Ref:   func(tx bot.Tx, j bot.Job) error { return tx.FinishJob(j) },
			buried.Ref: func(tx bot.Tx, j bot.Job) error { return tx.BuryJob(j, "internal") },
		} {
			b.mustUpdate(t, func(tx bot.Tx) error { return tx.MoveJob("x:"+string(ref), b.now()) })
			j, err := b.Store.ClaimJob(b.ctx, b.now(), time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			b.mustUpdate(t, func(tx bot.Tx) error { return end(tx, j) })
		}
		b.mustView(t, func(tx bot.Tx) error {
			all, err := tx.RefsWithoutJob("x:", 10, bot.Open)
			same(t, "RefsWithoutJob", all, []bot.Ref{none.Ref, done.Ref, buried.Ref})
			one, err2 := tx.RefsWithoutJob("x:", 1, bot.Open)
			same(t, "at most one", one, []bot.Ref{none.Ref})
			closed, err3 := tx.RefsWithoutJob("x:", 10, bot.Closed)
			same(t, "closed ones", len(closed), 0)
			return errors.Join(err, err2, err3)
		})
	}},
}
