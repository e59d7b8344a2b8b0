package bottest

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// AddMatter implements bot.Tx.
func (tx *memTx) AddMatter(m bot.Matter) error {
	return add(tx, tx.state.Matters, m.Casus, keyOf(m.Casus, m.ID), m)
}

// Matters implements bot.Tx.
func (tx *memTx) Matters(ref bot.Ref) ([]bot.Matter, error) {
	return of(tx, tx.state.Matters, ref, func(m bot.Matter) bot.Ref { return m.Casus })
}

// SaveMatter implements bot.Tx.
func (tx *memTx) SaveMatter(m bot.Matter) error {
	if err := tx.known(m.Casus); err != nil {
		return err
	}
	old, err := get[ordered[bot.Matter]](tx.state.Matters, keyOf(m.Casus, m.ID))
	if err != nil {
		return err
	}
	if !old.Value.DoneAt.IsZero() {
		return bot.ErrConflict
	}
	old.Value = m
	put(tx.state.Matters, keyOf(m.Casus, m.ID), old)
	return nil
}

// CountCasussen implements bot.Tx.
func (tx *memTx) CountCasussen(statuses ...bot.Status) (int, error) {
	refs, err := tx.CasusRefs("", 0, statuses...)
	return len(refs), err
}

// SetDue implements bot.Tx.
func (tx *memTx) SetDue(ref bot.Ref, at time.Time) error {
	if !tx.write {
		return errView
	}
	if _, ok := tx.state.Casussen[string(ref)]; !ok {
		return bot.ErrNotFound
	}
	put(tx.state.Dues, string(ref), at)
	return nil
}

// Due implements bot.Tx.
func (tx *memTx) Due(ref bot.Ref) (time.Time, error) {
	if _, ok := tx.state.Casussen[string(ref)]; !ok {
		return time.Time{}, bot.ErrNotFound
	}
	at, err := get[time.Time](tx.state.Dues, string(ref))
	if errors.Is(err, bot.ErrNotFound) {
		return time.UnixMicro(1), nil // not worked out yet
	}
	return at, err
}

// DueRefs implements bot.Tx.
func (tx *memTx) DueRefs(at time.Time) ([]bot.Ref, error) {
	type due struct {
		ref bot.Ref
		at  time.Time
	}
	refs, err := tx.CasusRefs("", 0)
	var dues []due
	for _, ref := range refs {
		when, err := get[time.Time](tx.state.Dues, string(ref))
		switch {
		case errors.Is(err, bot.ErrNotFound): // not worked out yet
			dues = append(dues, due{ref: ref})
		case err != nil:
			return nil, err
		case !when.IsZero() && !when.After(at):
			dues = append(dues, due{ref, when})
		}
	}
	slices.SortFunc(dues, func(a, b due) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.ref, b.ref)) })
	var out []bot.Ref
	for _, d := range dues {
		out = append(out, d.ref)
	}
	return out, err
}

// RefsWithoutJob implements bot.Tx.
func (tx *memTx) RefsWithoutJob(prefix string, limit int, statuses ...bot.Status) ([]bot.Ref, error) {
	refs, err := tx.CasusRefs("", 0, statuses...)
	if err != nil {
		return nil, err
	}
	var out []bot.Ref
	for _, ref := range refs {
		j, err := get[memJob](tx.state.Jobs, prefix+string(ref))
		if errors.Is(err, bot.ErrNotFound) || err == nil && (j.State == "done" || j.State == "buried") {
			out = append(out, ref)
		} else if err != nil {
			return nil, err
		}
	}
	return out[:min(len(out), limit)], nil
}

// DueKept implements bot.Tx.
func (tx *memTx) DueKept(at time.Time) ([]bot.Kept, error) {
	refs, err := tx.DueRefs(at)
	var out []bot.Kept
	for _, ref := range refs {
		c, err1 := tx.Casus(ref)
		holds, err2 := tx.Holds(ref)
		matters, err3 := tx.Matters(ref)
		err = errors.Join(err, err1, err2, err3)
		out = append(out, bot.Kept{Casus: c, Holds: holds, Matters: matters})
	}
	return out, err
}
