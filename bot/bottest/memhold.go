package bottest

import (
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// AddHold implements bot.Tx.
func (tx *memTx) AddHold(h bot.Hold) error {
	return add(tx, tx.state.Holds, h.Casus, keyOf(h.Casus, h.ID), h)
}

// Holds implements bot.Tx.
func (tx *memTx) Holds(ref bot.Ref) ([]bot.Hold, error) {
	return of(tx, tx.state.Holds, ref, func(h bot.Hold) bot.Ref { return h.Casus })
}

// ReleaseHold implements bot.Tx.
func (tx *memTx) ReleaseHold(ref bot.Ref, id string, at time.Time) error {
	return end(tx, tx.state.Holds, ref, id, at, func(h *bot.Hold) *time.Time { return &h.ReleasedAt })
}
