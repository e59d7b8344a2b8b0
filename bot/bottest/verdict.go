package bottest

import (
	"errors"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

var verdictTests = []storeTest{
	{"a verdict comes back with its facts", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		v := bot.Verdict{ID: "d1", Casus: c.Ref, At: b.now(), By: "p1", About: "share", Effect: "need_consent", Rule: "M40", Codes: []string{"missing"}, Policy: "sha256:1", Facts: []byte(`{"now":1}`)}
		loose := bot.Verdict{ID: "d2", At: b.now(), About: "join", Effect: "refuse", Facts: []byte(`{}`)}
		b.mustUpdate(t, func(tx bot.Tx) error { return errors.Join(tx.AddVerdict(v), tx.AddVerdict(loose)) })
		b.mustView(t, func(tx bot.Tx) error {
			one, err1 := tx.Verdict("d1")
			two, err2 := tx.Verdict("d2")
			same(t, "Verdict", one, v)
			same(t, "Verdict", two, loose)
			if _, err := tx.Verdict("d3"); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("Verdict(d3) = %v, want ErrNotFound", err)
			}
			return errors.Join(err1, err2)
		})
		b.refused(t, "AddVerdict again", bot.ErrConflict, func(tx bot.Tx) error { return tx.AddVerdict(v) })
		v.ID, v.Casus = "d9", "C-2026-0099"
		b.refused(t, "AddVerdict of no casus", bot.ErrNotFound, func(tx bot.Tx) error { return tx.AddVerdict(v) })
	}},
}
