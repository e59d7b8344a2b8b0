package bottest

import (
	"errors"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

func (b *bench) consent(c bot.Casus, id string) bot.Consent {
	now := b.now()
	return bot.Consent{ID: id, Casus: c.Ref, Giver: "g1", Capacity: "gezag", Decision: bot.Given, Discloser: "aanbieder-x", Recipients: []bot.OrgID{"school-a"},
		Kinds: []bot.DataKind{bot.Health}, Purpose: "ondersteuningsplan", How: "gesprek", NotedBy: "p1", GivenAt: now, ExpiresAt: now.AddDate(0, 6, 0)}
}

func (b *bench) agreement(c bot.Casus, id string) bot.Agreement {
	return bot.Agreement{ID: id, Casus: c.Ref, Giver: "g1", Decision: bot.Given, Covers: []bot.OrgID{"school-a", "s1"}, How: "brief", NotedBy: "p1", GivenAt: b.now()}
}

var consentTests = []storeTest{
	{"consents and agreements come back in the order of adding", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.AddConsent(b.consent(c, "z")), tx.AddConsent(b.consent(c, "a")), tx.AddAgreement(b.agreement(c, "z")), tx.AddAgreement(b.agreement(c, "a")))
		})
		b.mustView(t, func(tx bot.Tx) error {
			consents, err1 := tx.Consents(c.Ref)
			agreements, err2 := tx.Agreements(c.Ref)
			same(t, "Consents", consents, []bot.Consent{b.consent(c, "z"), b.consent(c, "a")})
			same(t, "Agreements", agreements, []bot.Agreement{b.agreement(c, "z"), b.agreement(c, "a")})
			return errors.Join(err1, err2)
		})
	}},
	{"they stay with their casus", func(t *testing.T, b *bench) {
		one, two := b.mustCasus(t), b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.AddConsent(b.consent(one, "c1")), tx.AddConsent(b.consent(two, "c1")))
		})
		b.refused(t, "of no casus", bot.ErrNotFound, func(tx bot.Tx) error { return tx.AddConsent(b.consent(bot.Casus{Ref: "C-2026-0099"}, "c1")) })
		b.refused(t, "of no casus", bot.ErrNotFound, func(tx bot.Tx) error { _, err := tx.Consents("C-2026-0099"); return err })
		b.mustView(t, func(tx bot.Tx) error {
			got, err := tx.Consents(two.Ref)
			same(t, "Consents", got, []bot.Consent{b.consent(two, "c1")})
			return err
		})
	}},
	{"nothing is overwritten", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.AddConsent(b.consent(c, "c1")), tx.AddAgreement(b.agreement(c, "a1")))
		})
		b.refused(t, "AddConsent again", bot.ErrConflict, func(tx bot.Tx) error { return tx.AddConsent(b.consent(c, "c1")) })
		b.refused(t, "AddAgreement again", bot.ErrConflict, func(tx bot.Tx) error { return tx.AddAgreement(b.agreement(c, "a1")) })
	}},
	{"withdrawing sets the moment once", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		at := b.now().Add(time.Hour)
		b.mustUpdate(t, func(tx bot.Tx) error {
			return errors.Join(tx.AddConsent(b.consent(c, "c1")), tx.AddConsent(b.consent(c, "c2")), tx.AddAgreement(b.agreement(c, "a1")),
				tx.WithdrawConsent(c.Ref, "c1", at), tx.WithdrawAgreement(c.Ref, "a1", at))
		})
		b.refused(t, "WithdrawConsent again", bot.ErrConflict, func(tx bot.Tx) error { return tx.WithdrawConsent(c.Ref, "c1", at.Add(time.Hour)) })
		b.refused(t, "WithdrawAgreement again", bot.ErrConflict, func(tx bot.Tx) error { return tx.WithdrawAgreement(c.Ref, "a1", at) })
		b.refused(t, "WithdrawConsent of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.WithdrawConsent(c.Ref, "c9", at) })
		b.mustView(t, func(tx bot.Tx) error {
			consents, err1 := tx.Consents(c.Ref)
			agreements, err2 := tx.Agreements(c.Ref)
			withdrawn, ended := b.consent(c, "c1"), b.agreement(c, "a1")
			withdrawn.WithdrawnAt, ended.WithdrawnAt = at, at
			same(t, "Consents", consents, []bot.Consent{withdrawn, b.consent(c, "c2")})
			same(t, "Agreements", agreements, []bot.Agreement{ended})
			return errors.Join(err1, err2)
		})
	}},
}
