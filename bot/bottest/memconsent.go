package bottest

import (
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// AddAgreement implements bot.Tx.
func (tx *memTx) AddAgreement(a bot.Agreement) error {
	return add(tx, tx.state.Agreements, a.Casus, keyOf(a.Casus, a.ID), a)
}

// Agreements implements bot.Tx.
func (tx *memTx) Agreements(ref bot.Ref) ([]bot.Agreement, error) {
	return of(tx, tx.state.Agreements, ref, func(a bot.Agreement) bot.Ref { return a.Casus })
}

// AddConsent implements bot.Tx.
func (tx *memTx) AddConsent(c bot.Consent) error {
	return add(tx, tx.state.Consents, c.Casus, keyOf(c.Casus, c.ID), c)
}

// Consents implements bot.Tx.
func (tx *memTx) Consents(ref bot.Ref) ([]bot.Consent, error) {
	return of(tx, tx.state.Consents, ref, func(c bot.Consent) bot.Ref { return c.Casus })
}

// WithdrawConsent implements bot.Tx.
func (tx *memTx) WithdrawConsent(ref bot.Ref, id string, at time.Time) error {
	return end(tx, tx.state.Consents, ref, id, at, func(c *bot.Consent) *time.Time { return &c.WithdrawnAt })
}

// WithdrawAgreement implements bot.Tx.
func (tx *memTx) WithdrawAgreement(ref bot.Ref, id string, at time.Time) error {
	return end(tx, tx.state.Agreements, ref, id, at, func(a *bot.Agreement) *time.Time { return &a.WithdrawnAt })
}
