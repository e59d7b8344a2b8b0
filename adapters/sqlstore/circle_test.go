package sqlstore_test

import (
	"slices"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

// A database of an earlier version has casussen and no list of who is in them.
func TestCasussenFromBeforeTheListAreListedAtTheNextStart(t *testing.T) {
	engines(t, func(t *testing.T, w *world) {
		var want []bot.Ref
		if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
			want = nil
			for range 3 {
				c, err := tx.AddCasus(bot.Casus{Kind: bot.MDO, Status: bot.Open, Private: bot.Private{Members: []bot.Member{{ID: "pa"}}}}, 2026)
				if err != nil {
					return err
				}
				want = append(want, c.Ref)
			}
			_, err := tx.EraseCasus(want[0], bot.Receipt{})
			want = want[1:]
			return err
		}); err != nil {
			t.Fatal(err)
		}
		db := w.raw(t)
		mustExec(t, db, `DELETE FROM memberships`)
		mustExec(t, db, `UPDATE casussen SET listed = 0, watched = 0 WHERE status <> 'erased'`)
		w.open(t)
		var got []bot.Ref
		if err := w.store.View(t.Context(), func(tx bot.Tx) (err error) { got, err = tx.RefsOf("pa"); return err }); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("RefsOf = %v, want %v", got, want)
		}
	})
}
