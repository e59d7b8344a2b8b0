package bottest

import (
	"github.com/convenantbot/convenantbot/bot"
)

// AddCard implements bot.Tx.
func (tx *memTx) AddCard(k bot.Card) error {
	if k.ID == "" || k.Code == "" {
		return &bot.InvalidError{Field: "card", Reason: "no id or code"}
	}
	if err := tx.known(k.Casus); err != nil {
		return err
	}
	known, err := all(tx.state.Cards, func(r ordered[bot.Card]) bool { return r.Value.Code == k.Code })
	if err != nil {
		return err
	}
	if len(known) > 0 {
		return bot.ErrConflict
	}
	return add(tx, tx.state.Cards, k.Casus, k.ID, k)
}

// Card implements bot.Tx.
func (tx *memTx) Card(id string) (bot.Card, error) {
	r, err := get[ordered[bot.Card]](tx.state.Cards, id)
	r.Value.Code = ""
	return r.Value, err
}

// CardByCode implements bot.Tx.
func (tx *memTx) CardByCode(code string) (bot.Card, error) {
	found, err := all(tx.state.Cards, func(r ordered[bot.Card]) bool { return r.Value.Code == code })
	if err != nil {
		return bot.Card{}, err
	}
	if len(found) == 0 || code == "" {
		return bot.Card{}, bot.ErrNotFound
	}
	found[0].Value.Code = ""
	return found[0].Value, nil
}

// CardsOf implements bot.Tx.
func (tx *memTx) CardsOf(ref bot.Ref) ([]bot.Card, error) {
	found, err := of(tx, tx.state.Cards, ref, func(k bot.Card) bot.Ref { return k.Casus })
	for i := range found {
		found[i].Code = ""
	}
	return found, err
}

// SaveCard implements bot.Tx.
func (tx *memTx) SaveCard(k bot.Card) error {
	if err := tx.known(k.Casus); err != nil {
		return err
	}
	old, err := get[ordered[bot.Card]](tx.state.Cards, k.ID)
	if err != nil {
		return err
	}
	if old.Value.Casus != k.Casus {
		return bot.ErrNotFound
	}
	k.Code = old.Value.Code
	old.Value = k
	put(tx.state.Cards, k.ID, old)
	return nil
}
