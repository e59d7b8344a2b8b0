package bottest

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// mustFill gives a casus one of everything.
func (b *bench) mustFill(t testing.TB, c bot.Casus) {
	t.Helper()
	id := string(c.Ref)
	b.mustUpdate(t, func(tx bot.Tx) error {
		return errors.Join(
			tx.AddConsent(b.consent(c, "c1")), tx.AddAgreement(b.agreement(c, "a1")),
			tx.AddFile(b.file(c, bot.FileID("f-"+id))),
			tx.AddVerdict(bot.Verdict{ID: bot.DecisionID("d-" + id), Casus: c.Ref, Facts: []byte("{}")}),
			tx.AddHold(bot.Hold{ID: "h1", Casus: c.Ref, Reason: "klacht", PlacedAt: b.now()}),
			tx.ReleaseHold(c.Ref, "h1", b.now()),
			tx.AddTicket(bot.Ticket{Token: "t-" + id, Casus: c.Ref, Body: []byte("secret"), Expires: b.now().Add(time.Hour)}),
			tx.AddJob(bot.Job{ID: "j-" + id, Kind: bot.JobErase, Casus: c.Ref, RunAt: b.now()}),
			tx.AddJob(bot.Job{ID: "k-" + id, Kind: bot.JobTell, Casus: c.Ref, Body: []byte("hallo"), RunAt: b.now().Add(time.Minute)}))
	})
	if _, err := b.Store.PutBlob(b.ctx, c.Ref, bot.FileID("f-"+id), strings.NewReader("bytes")); err != nil {
		t.Fatal(err)
	}
}

var eraseTests = []storeTest{
	{"erasing leaves the receipt and nothing personal", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustFill(t, c)
		c.Room, c.Status, c.ClosedAt = "room1", bot.Closed, b.now()
		b.mustUpdate(t, func(tx bot.Tx) (err error) { c, err = tx.SaveCasus(c); return err })
		receipt := bot.Receipt{Casus: c.Ref, Kind: c.Kind, At: b.now().Add(time.Hour), Posts: 4, Files: 1, Remains: []string{bot.RemainShell}, Policy: "sha256:1"}
		b.mustUpdate(t, func(tx bot.Tx) error {
			n, err := tx.EraseCasus(c.Ref, receipt)
			if n != 7 {
				t.Errorf("EraseCasus = %d records, want 7", n)
			}
			return err
		})
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.Casus(c.Ref)
			same(t, "Casus", got, bot.Casus{Ref: c.Ref, Region: c.Region, Kind: c.Kind, Phase: c.Phase, Status: bot.Erased, Version: c.Version + 1,
				OpenedAt: c.OpenedAt, LastActivityAt: c.LastActivityAt, ClosedAt: c.ClosedAt, ErasedAt: receipt.At})
			r, err2 := tx.Receipt(c.Ref)
			if r.KeyPrint == "" {
				t.Error("the receipt names no key")
			}
			receipt.Records, receipt.KeyPrint, receipt.Signed = 7, r.KeyPrint, r.Signed
			same(t, "Receipt", r, receipt)
			id := string(c.Ref)
			for name, want := range map[string]struct {
				err  error
				read func() error
			}{
				"Consents":    {bot.ErrGone, func() error { _, err := tx.Consents(c.Ref); return err }},
				"Agreements":  {bot.ErrGone, func() error { _, err := tx.Agreements(c.Ref); return err }},
				"FilesOf":     {bot.ErrGone, func() error { _, err := tx.FilesOf(c.Ref); return err }},
				"Holds":       {bot.ErrGone, func() error { _, err := tx.Holds(c.Ref); return err }},
				"File":        {bot.ErrNotFound, func() error { _, err := tx.File(bot.FileID("f-" + id)); return err }},
				"Verdict":     {bot.ErrNotFound, func() error { _, err := tx.Verdict(bot.DecisionID("d-" + id)); return err }},
				"Ticket":      {bot.ErrNotFound, func() error { _, err := tx.Ticket("t-"+id, b.now()); return err }},
				"CasusByRoom": {bot.ErrNotFound, func() error { _, err := tx.CasusByRoom(c.Platform, "room1"); return err }},
				"OpenBlob":    {bot.ErrGone, func() error { _, err := b.Store.OpenBlob(b.ctx, c.Ref, bot.FileID("f-"+id)); return err }},
			} {
				if err := want.read(); !errors.Is(err, want.err) {
					t.Errorf("%s after erasing = %v, want %v", name, err, want.err)
				}
			}
			return errors.Join(err, err2)
		})
	}},
	{"another casus stays whole", func(t *testing.T, b *bench) {
		c, other := b.mustCasus(t), b.mustCasus(t)
		b.mustFill(t, c)
		b.mustFill(t, other)
		b.mustUpdate(t, func(tx bot.Tx) error { _, err := tx.EraseCasus(c.Ref, bot.Receipt{}); return err })
		b.mustView(t, func(tx bot.Tx) error {
			got, err1 := tx.Casus(other.Ref)
			consents, err2 := tx.Consents(other.Ref)
			_, err3 := tx.File(bot.FileID("f-" + other.Ref))
			_, err4 := tx.Ticket("t-"+string(other.Ref), b.now())
			same(t, "Casus", got, other)
			same(t, "consents", len(consents), 1)
			return errors.Join(err1, err2, err3, err4)
		})
		same(t, "bytes", string(b.mustBlob(t, other.Ref, bot.FileID("f-"+other.Ref))), "bytes")
	}},
	{"nothing can be added to an erased casus", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error { _, err := tx.EraseCasus(c.Ref, bot.Receipt{}); return err })
		for name, add := range map[string]func(tx bot.Tx) error{
			"AddConsent":   func(tx bot.Tx) error { return tx.AddConsent(b.consent(c, "c1")) },
			"AddAgreement": func(tx bot.Tx) error { return tx.AddAgreement(b.agreement(c, "a1")) },
			"AddFile":      func(tx bot.Tx) error { return tx.AddFile(b.file(c, "f1")) },
			"AddVerdict":   func(tx bot.Tx) error { return tx.AddVerdict(bot.Verdict{ID: "d1", Casus: c.Ref}) },
			"AddHold":      func(tx bot.Tx) error { return tx.AddHold(bot.Hold{ID: "h1", Casus: c.Ref}) },
			"AddTicket":    func(tx bot.Tx) error { return tx.AddTicket(bot.Ticket{Token: "t", Casus: c.Ref}) },
			"AddJob": func(tx bot.Tx) error {
				return tx.AddJob(bot.Job{ID: "j", Kind: bot.JobTell, Casus: c.Ref, Body: []byte("x")})
			},
			"SaveCasus": func(tx bot.Tx) error { _, err := tx.SaveCasus(c); return err },
		} {
			b.refused(t, name, bot.ErrGone, add)
		}
		if _, err := b.Store.PutBlob(b.ctx, c.Ref, "f1", strings.NewReader("x")); !errors.Is(err, bot.ErrGone) {
			t.Errorf("PutBlob = %v, want ErrGone", err)
		}
	}},
	{"a live hold wins, a released one does not count", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddHold(bot.Hold{ID: "h1", Casus: c.Ref, PlacedAt: b.now()}) })
		b.refused(t, "EraseCasus", bot.ErrConflict, func(tx bot.Tx) error { _, err := tx.EraseCasus(c.Ref, bot.Receipt{}); return err })
		b.mustView(t, func(tx bot.Tx) error { _, err := tx.Casus(c.Ref); return err })
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.ReleaseHold(c.Ref, "h1", b.now()) })
		b.mustUpdate(t, func(tx bot.Tx) error { _, err := tx.EraseCasus(c.Ref, bot.Receipt{}); return err })
	}},
	{"a hold and an erasure at once end in one of the two", func(t *testing.T, b *bench) {
		for range 10 {
			c := b.mustCasus(t)
			var group sync.WaitGroup
			var held, erased error
			group.Go(func() {
				held = b.Store.Update(b.ctx, func(tx bot.Tx) error { return tx.AddHold(bot.Hold{ID: "h1", Casus: c.Ref, PlacedAt: b.now()}) })
			})
			group.Go(func() {
				erased = b.Store.Update(b.ctx, func(tx bot.Tx) error { _, err := tx.EraseCasus(c.Ref, bot.Receipt{}); return err })
			})
			group.Wait()
			switch {
			case held == nil && errors.Is(erased, bot.ErrConflict), erased == nil && errors.Is(held, bot.ErrGone):
			default:
				t.Errorf("hold: %v, erasure: %v, want exactly one to win", held, erased)
			}
		}
	}},
	{"erasing twice changes nothing", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		first := bot.Receipt{At: b.now(), Posts: 1}
		b.mustUpdate(t, func(tx bot.Tx) error { _, err := tx.EraseCasus(c.Ref, first); return err })
		b.mustUpdate(t, func(tx bot.Tx) error {
			n, err := tx.EraseCasus(c.Ref, bot.Receipt{At: b.now().Add(time.Hour), Posts: 9})
			same(t, "records", n, 0)
			r, err2 := tx.Receipt(c.Ref)
			same(t, "Posts", r.Posts, 1)
			return errors.Join(err, err2)
		})
		b.refused(t, "EraseCasus of none", bot.ErrNotFound, func(tx bot.Tx) error { _, err := tx.EraseCasus("C-2026-0099", bot.Receipt{}); return err })
		b.refused(t, "Receipt of none", bot.ErrNotFound, func(tx bot.Tx) error { _, err := tx.Receipt("C-2026-0099"); return err })
	}},
	{"the code of an erased casus is never used again", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error { _, err := tx.EraseCasus(c.Ref, bot.Receipt{}); return err })
		if next := b.mustCasus(t); next.Ref != "C-2026-0002" {
			t.Errorf("next code %s, want C-2026-0002", next.Ref)
		}
	}},
	{"the job that erases ends with the erasure, the others are over", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustFill(t, c)
		job, err := b.Store.ClaimJob(b.ctx, b.now(), time.Minute)
		if err != nil || job.ID != "j-"+string(c.Ref) {
			t.Fatalf("ClaimJob = %+v, %v", job, err)
		}
		b.mustUpdate(t, func(tx bot.Tx) error {
			_, err := tx.EraseCasus(c.Ref, bot.Receipt{})
			return errors.Join(err, tx.FinishJob(job))
		})
		b.mustView(t, func(tx bot.Tx) error {
			jobs, err := tx.JobsOf(c.Ref)
			same(t, "JobsOf", len(jobs), 0)
			return err
		})
	}},
}
