package bottest

import (
	"errors"
	"sync"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

var auditTests = []storeTest{
	{"entries come back in order, of a casus or of all", func(t *testing.T, b *bench) {
		one, two := b.mustCasus(t), b.mustCasus(t)
		e := bot.Entry{Casus: one.Ref, At: b.now(), Actor: "p1", OnBehalf: "school-a", Act: bot.ActFileDecided, Object: "f1", Decision: "d1", Policy: "sha256:1",
			Reasons: []string{"M40", "missing"}, Outcome: "refused", Commitment: "abc"}
		var seqs []int64
		b.mustUpdate(t, func(tx bot.Tx) error {
			for range 3 {
				got, err := tx.Record(e)
				if err != nil {
					return err
				}
				seqs = append(seqs, got.Seq)
			}
			_, err := tx.Record(bot.Entry{Act: bot.ActDirectory, At: b.now(), Outcome: "done"})
			return err
		})
		if !(seqs[0] < seqs[1] && seqs[1] < seqs[2]) {
			t.Errorf("numbers %v do not grow", seqs)
		}
		b.mustView(t, func(tx bot.Tx) error {
			all, err1 := tx.Entries(one.Ref, 0, 0)
			if len(all) != 4 || all[0].Act != bot.ActCasusOpened {
				t.Fatalf("Entries of %s = %+v, want 4", one.Ref, all)
			}
			want := e
			want.Seq = seqs[0]
			same(t, "entry", all[1], want)
			others, err2 := tx.Entries(two.Ref, 0, 0)
			same(t, "entries of the other", len(others), 1)
			every, err3 := tx.Entries("", 0, 0)
			same(t, "entries of all", len(every), 6)
			after, err4 := tx.Entries(one.Ref, seqs[0], 1)
			if len(after) != 1 || after[0].Seq != seqs[1] {
				t.Errorf("Entries after %d, at most 1 = %+v", seqs[0], after)
			}
			return errors.Join(err1, err2, err3, err4)
		})
	}},
	{"an entry shares the fate of its act", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.refused(t, "Update", errUndo, func(tx bot.Tx) error {
			_, err := tx.Record(bot.Entry{Casus: c.Ref, Act: bot.ActCasusClosed})
			all, err2 := tx.Entries(c.Ref, 0, 0)
			same(t, "entries inside", len(all), 2)
			return errors.Join(err, err2, errUndo)
		})
		b.mustView(t, func(tx bot.Tx) error {
			all, err := tx.Entries(c.Ref, 0, 0)
			same(t, "entries after", len(all), 1)
			return err
		})
	}},
	{"who looked is among the entries of the casus", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			_, err := tx.Record(bot.Entry{Casus: c.Ref, Act: bot.ActRead, Actor: "p5", At: b.now()})
			return err
		})
		b.mustView(t, func(tx bot.Tx) error {
			all, err := tx.Entries(c.Ref, 0, 0)
			if len(all) != 2 || all[1].Act != bot.ActRead {
				t.Errorf("Entries = %+v", all)
			}
			return err
		})
	}},
	{"entries outlive the casus", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			_, err := tx.EraseCasus(c.Ref, bot.Receipt{})
			_, err2 := tx.Record(bot.Entry{Casus: c.Ref, Act: bot.ActErased, At: b.now(), Outcome: "done"})
			return errors.Join(err, err2)
		})
		b.mustView(t, func(tx bot.Tx) error {
			all, err := tx.Entries(c.Ref, 0, 0)
			same(t, "entries", len(all), 2)
			return err
		})
	}},
	{"no entry is lost under concurrency", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		var group sync.WaitGroup
		for i := range 4 {
			group.Go(func() {
				for range 10 {
					ref := c.Ref
					if i%2 == 1 {
						ref = ""
					}
					if err := b.Store.Update(b.ctx, func(tx bot.Tx) error {
						_, err := tx.Record(bot.Entry{Casus: ref, Act: bot.ActPhaseChanged, At: b.now()})
						return err
					}); err != nil {
						t.Errorf("Record: %v", err)
					}
				}
			})
		}
		group.Wait()
		b.mustView(t, func(tx bot.Tx) error {
			all, err := tx.Entries("", 0, 0)
			same(t, "entries", len(all), 41)
			for i := range all[1:] {
				if all[i].Seq >= all[i+1].Seq {
					t.Errorf("numbers %d and %d", all[i].Seq, all[i+1].Seq)
				}
			}
			return err
		})
	}},
}
