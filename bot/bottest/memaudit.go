package bottest

import (
	"slices"

	"github.com/convenantbot/convenantbot/bot"
)

// Record implements bot.Tx.
func (tx *memTx) Record(e bot.Entry) (bot.Entry, error) {
	if !tx.write {
		return bot.Entry{}, errView
	}
	if e.Act == "" {
		return bot.Entry{}, &bot.InvalidError{Field: "entry", Reason: "no act"}
	}
	if e.At.IsZero() {
		e.At = tx.now()
	}
	e.Reasons = slices.Clone(e.Reasons)
	e.Seq = int64(len(tx.state.entries)) + 1
	tx.state.entries = append(tx.state.entries, e)
	return e, nil
}

// Entries implements bot.Tx.
func (tx *memTx) Entries(ref bot.Ref, after int64, limit int) ([]bot.Entry, error) {
	var out []bot.Entry
	for _, e := range tx.state.entries {
		if e.Seq > after && (ref == "" || e.Casus == ref) && (limit <= 0 || len(out) < limit) {
			e.Reasons = slices.Clone(e.Reasons)
			out = append(out, e)
		}
	}
	return out, nil
}
