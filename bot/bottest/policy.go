package bottest

import (
	"errors"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

var policyTests = []storeTest{
	{"the bundle that was activated last is the active one, whole", func(t *testing.T, b *bench) {
		b.mustView(t, func(tx bot.Tx) error {
			if _, err := tx.ActivePolicy(); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("ActivePolicy of none = %v, want ErrNotFound", err)
			}
			return nil
		})
		one := bot.Policy{Hash: "sha256:1", Files: map[string][]byte{"share.yaml": []byte("a: 1")}, ProposedBy: "start", ProposedAt: b.now()}
		two := bot.Policy{Hash: "sha256:2", Files: map[string][]byte{"share.yaml": []byte("a: 2")}, ProposedBy: "beheer", ProposedAt: b.now(), Loosens: true}
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.AddPolicy(one), tx.AddPolicy(two), tx.ActivatePolicy(two.Hash, "p9", b.now()), tx.ActivatePolicy(one.Hash, "", b.now()))
		})
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddPolicy(bot.Policy{Hash: one.Hash, ProposedBy: "somebody else"}) })
		one.ActiveFrom, two.ActiveFrom, two.ApprovedBy = b.now(), b.now(), "p9"
		b.mustView(t, func(tx bot.Tx) error {
			active, err1 := tx.ActivePolicy()
			other, err2 := tx.Policy(two.Hash)
			same(t, "ActivePolicy", active, one)
			same(t, "Policy", other, two)
			return errors.Join(err1, err2)
		})
		b.refused(t, "ActivatePolicy of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.ActivatePolicy("sha256:3", "", b.now()) })
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.ActivatePolicy(two.Hash, "p9", b.now()) })
		late := bot.Policy{Hash: "sha256:0", Files: one.Files, ProposedBy: "beheer", ProposedAt: b.now().Add(time.Hour), Loosens: true}
		early := bot.Policy{Hash: "sha256:4", Files: one.Files, ProposedBy: "beheer", ProposedAt: b.now()}
		b.mustUpdate(t, func(tx bot.Tx) error { return errors.Join(tx.AddPolicy(late), tx.AddPolicy(early)) })
		b.mustView(t, func(tx bot.Tx) error {
			waiting, err := tx.WaitingPolicies()
			same(t, "WaitingPolicies", waiting, []bot.Policy{early, late})
			return err
		})
		b.mustView(t, func(tx bot.Tx) error {
			active, err := tx.ActivePolicy()
			same(t, "ActivePolicy", active, two)
			return err
		})
	}},
	{"verdicts of the last days come in the order of taking", func(t *testing.T, b *bench) {
		at := b.now()
		var want []bot.Verdict
		for i, id := range []bot.DecisionID{"z", "a", "m"} {
			v := bot.Verdict{ID: id, At: at.Add(time.Duration(i) * time.Hour), About: "share", Effect: "allow", Facts: []byte(`{}`)}
			b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddVerdict(v) })
			want = append(want, v)
		}
		b.mustView(t, func(tx bot.Tx) error {
			from, err1 := tx.VerdictsSince(at.Add(time.Hour), 0)
			first, err2 := tx.VerdictsSince(at, 1)
			same(t, "VerdictsSince", from, want[1:])
			same(t, "VerdictsSince with a limit", first, want[:1])
			return errors.Join(err1, err2)
		})
	}},
}
