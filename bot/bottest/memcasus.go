package bottest

import (
	"fmt"
	"slices"

	"github.com/convenantbot/convenantbot/bot"
)

// AddCasus implements bot.Tx.
func (tx *memTx) AddCasus(c bot.Casus, year int) (bot.Casus, error) {
	if !tx.write {
		return bot.Casus{}, errView
	}
	if c.Status == bot.Erased {
		return bot.Casus{}, bot.ErrConflict
	}
	tx.state.codes[year]++
	c.Ref, c.Version = bot.Ref(fmt.Sprintf("C-%04d-%04d", year, tx.state.codes[year])), 1
	if err := tx.freeRoom(c); err != nil {
		return bot.Casus{}, err
	}
	put(tx.state.Casussen, string(c.Ref), c)
	return c, nil
}

func (tx *memTx) freeRoom(c bot.Casus) error {
	other, err := tx.CasusByRoom(c.Platform, c.Room)
	if err == nil && other.Ref != c.Ref {
		return bot.ErrConflict
	}
	return nil
}

// Casus implements bot.Tx.
func (tx *memTx) Casus(ref bot.Ref) (bot.Casus, error) {
	return get[bot.Casus](tx.state.Casussen, string(ref))
}

// CasusByRoom implements bot.Tx.
func (tx *memTx) CasusByRoom(platform string, room bot.ChannelID) (bot.Casus, error) {
	found, err := all(tx.state.Casussen, func(c bot.Casus) bool { return c.Platform == platform && c.Room == room && room != "" })
	if err == nil && len(found) == 0 {
		err = bot.ErrNotFound
	}
	if err != nil {
		return bot.Casus{}, err
	}
	return found[0], nil
}

// SaveCasus implements bot.Tx.
func (tx *memTx) SaveCasus(c bot.Casus) (bot.Casus, error) {
	if err := tx.known(c.Ref); err != nil {
		return bot.Casus{}, err
	}
	stored, err := tx.Casus(c.Ref)
	if err != nil {
		return bot.Casus{}, err
	}
	if stored.Version != c.Version || c.Status == bot.Erased {
		return bot.Casus{}, bot.ErrConflict
	}
	if err := tx.freeRoom(c); err != nil {
		return bot.Casus{}, err
	}
	c.Version++
	put(tx.state.Casussen, string(c.Ref), c)
	return c, nil
}

// CasusRefs implements bot.Tx.
func (tx *memTx) CasusRefs(after bot.Ref, limit int, statuses ...bot.Status) ([]bot.Ref, error) {
	found, err := all(tx.state.Casussen, func(c bot.Casus) bool {
		return c.Ref > after && (len(statuses) == 0 || slices.Contains(statuses, c.Status))
	})
	var refs []bot.Ref
	for _, c := range found {
		if limit <= 0 || len(refs) < limit {
			refs = append(refs, c.Ref)
		}
	}
	return refs, err
}
