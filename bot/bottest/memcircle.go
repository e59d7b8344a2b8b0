package bottest

import (
	"slices"

	"github.com/convenantbot/convenantbot/bot"
)

// RefsOf implements bot.Tx.
func (tx *memTx) RefsOf(id bot.PersonID) ([]bot.Ref, error) {
	found, err := all(tx.state.Casussen, func(c bot.Casus) bool {
		return slices.ContainsFunc(c.Private.Members, func(m bot.Member) bool { return m.ID == id })
	})
	var refs []bot.Ref
	for _, c := range found {
		refs = append(refs, c.Ref)
	}
	return refs, err
}

// SaveCircle implements bot.Tx.
func (tx *memTx) SaveCircle(c bot.Circle) error {
	if !tx.write {
		return errView
	}
	if c.ID == "" {
		return &bot.InvalidError{Field: "circle", Reason: "no id"}
	}
	if old, err := tx.Circle(c.ID); err == nil && old.Organisation != c.Organisation {
		return bot.ErrConflict
	}
	put(tx.state.Circles, c.ID, c)
	return nil
}

// Circle implements bot.Tx.
func (tx *memTx) Circle(id string) (bot.Circle, error) {
	return get[bot.Circle](tx.state.Circles, id)
}

// CirclesOf implements bot.Tx.
func (tx *memTx) CirclesOf(org bot.OrgID) ([]bot.Circle, error) {
	return all(tx.state.Circles, func(c bot.Circle) bool { return c.Organisation == org })
}

// DropCircle implements bot.Tx.
func (tx *memTx) DropCircle(id string) error {
	if !tx.write {
		return errView
	}
	delete(tx.state.Circles, id)
	return nil
}
