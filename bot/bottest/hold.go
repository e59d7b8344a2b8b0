package bottest

import (
	"errors"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

var holdTests = []storeTest{
	{"holds come in the order of placing and are released once", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		one := bot.Hold{ID: "z", Casus: c.Ref, Reason: "klacht", PlacedBy: "p5", PlacedAt: b.now()}
		two := bot.Hold{ID: "a", Casus: c.Ref, Reason: "bezwaar", PlacedBy: "p6", PlacedAt: b.now()}
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.AddHold(one), tx.AddHold(two), tx.ReleaseHold(c.Ref, "z", b.now().Add(time.Hour)))
		})
		one.ReleasedAt = b.now().Add(time.Hour)
		b.mustView(t, func(tx bot.Tx) error {
			all, err := tx.Holds(c.Ref)
			same(t, "Holds", all, []bot.Hold{one, two})
			return err
		})
		b.refused(t, "ReleaseHold again", bot.ErrConflict, func(tx bot.Tx) error { return tx.ReleaseHold(c.Ref, "z", b.now()) })
		b.refused(t, "ReleaseHold of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.ReleaseHold(c.Ref, "q", b.now()) })
		b.refused(t, "AddHold again", bot.ErrConflict, func(tx bot.Tx) error { return tx.AddHold(two) })
		b.refused(t, "AddHold of no casus", bot.ErrNotFound, func(tx bot.Tx) error { return tx.AddHold(bot.Hold{ID: "x", Casus: "C-2026-0099"}) })
	}},
}
