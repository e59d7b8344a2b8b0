package bottest

import (
	"errors"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

var circleTests = []storeTest{
	{"the casussen of a person are found by who is in them now", func(t *testing.T, b *bench) {
		one, two, gone := b.mustCasus(t), b.mustCasus(t), b.mustCasus(t)
		join := func(c bot.Casus, ids ...bot.PersonID) bot.Casus {
			c.Private.Members = nil
			for _, id := range ids {
				c.Private.Members = append(c.Private.Members, bot.Member{ID: id, Account: bot.UserID("u-" + id), Role: bot.Professional})
			}
			b.mustUpdate(t, func(tx bot.Tx) (err error) { c, err = tx.SaveCasus(c); return err })
			return c
		}
		one, two, gone = join(one, "pa", "pb"), join(two, "pb", "pb"), join(gone, "pa")
		refs := func(id bot.PersonID) (refs []bot.Ref) {
			b.mustView(t, func(tx bot.Tx) (err error) { refs, err = tx.RefsOf(id); return err })
			return refs
		}
		same(t, "pa", refs("pa"), []bot.Ref{one.Ref, gone.Ref})
		same(t, "pb", refs("pb"), []bot.Ref{one.Ref, two.Ref})
		same(t, "somebody else", len(refs("p")), 0)
		join(one, "pb")
		b.mustUpdate(t, func(tx bot.Tx) error { _, err := tx.EraseCasus(gone.Ref, bot.Receipt{}); return err })
		same(t, "pa, who left one and whose other is erased", len(refs("pa")), 0)
	}},
	{"a new casus lists its members at once", func(t *testing.T, b *bench) {
		c := b.casus()
		c.Private.Members = []bot.Member{{ID: "px", Account: "ux", Role: bot.Professional}}
		b.mustUpdate(t, func(tx bot.Tx) (err error) { c, err = tx.AddCasus(c, 2026); return err })
		b.mustView(t, func(tx bot.Tx) error {
			refs, err := tx.RefsOf("px")
			same(t, "RefsOf", refs, []bot.Ref{c.Ref})
			return err
		})
	}},
	{"a circle is of one organisation and can be replaced and dropped", func(t *testing.T, b *bench) {
		zat := bot.Circle{ID: "b", Organisation: "school", Name: "ZAT", Kind: bot.ZAT, Purpose: "Samen kijken", Coordinator: "p1",
			Members: []bot.PersonID{"p1", "p2"}, SavedBy: "p1", SavedAt: b.now()}
		mdo := bot.Circle{ID: "a", Organisation: "school", Name: "mdo"}
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.SaveCircle(zat), tx.SaveCircle(mdo), tx.SaveCircle(bot.Circle{ID: "c", Organisation: "other"}))
		})
		zat.Members = append(zat.Members, "p3")
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.SaveCircle(zat) })
		b.mustView(t, func(tx bot.Tx) error {
			all, err := tx.CirclesOf("school")
			same(t, "CirclesOf", all, []bot.Circle{mdo, zat})
			got, err2 := tx.Circle("b")
			same(t, "Circle", got, zat)
			return errors.Join(err, err2)
		})
		b.refused(t, "SaveCircle for another organisation", bot.ErrConflict, func(tx bot.Tx) error {
			return tx.SaveCircle(bot.Circle{ID: "b", Organisation: "other"})
		})
		b.mustUpdate(t, func(tx bot.Tx) error { return errors.Join(tx.DropCircle("b"), tx.DropCircle("none")) })
		b.refused(t, "Circle after dropping", bot.ErrNotFound, func(tx bot.Tx) error { _, err := tx.Circle("b"); return err })
	}},
}
