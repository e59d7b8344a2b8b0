package sqlstore

import (
	"errors"
	"fmt"

	"github.com/convenantbot/convenantbot/bot"
)

// A card is found by the keyed hash of its code; the code itself is nowhere.
func (t *tx) cardHash(code string) (string, error) {
	return t.store.install.Lookup("card", code)
}

// AddCard implements bot.Cards.
func (t *tx) AddCard(k bot.Card) error {
	if k.ID == "" || k.Code == "" {
		return &bot.InvalidError{Field: "card", Reason: "no id or code"}
	}
	if err := t.known(k.Casus); err != nil {
		return wrap("add card", err)
	}
	hash, err := t.cardHash(k.Code)
	if err != nil {
		return wrap("add card", err)
	}
	k.Code = ""
	pos, err := t.next("cards", k.Casus)
	if err != nil {
		return wrap("add card", err)
	}
	sealed, err := t.sealJSON(yesPlace("cards", k.Casus, k.ID, pos, 1), k)
	if err != nil {
		return wrap("add card", err)
	}
	if err := t.one(fmt.Errorf("add card: its id or code is known: %w", bot.ErrConflict),
		`INSERT INTO cards (casus, id, code, pos, version, sealed) VALUES ($1, $2, $3, $4, 1, $5) ON CONFLICT DO NOTHING`,
		string(k.Casus), k.ID, hash, pos, sealed); err != nil {
		return err
	}
	t.wrote("cards", string(k.Casus)+"/"+k.ID, 1, k.Casus)
	return nil
}

// Card implements bot.Cards.
func (t *tx) Card(id string) (bot.Card, error) {
	return t.card(`SELECT casus, id, pos, version, sealed FROM cards WHERE id = $1`, id)
}

// CardByCode implements bot.Cards.
func (t *tx) CardByCode(code string) (bot.Card, error) {
	hash, err := t.cardHash(code)
	if err != nil {
		return bot.Card{}, wrap("read card", err)
	}
	return t.card(`SELECT casus, id, pos, version, sealed FROM cards WHERE code = $1`, hash)
}

func (t *tx) card(query, key string) (bot.Card, error) {
	var casus, id string
	var pos, version int64
	var sealed []byte
	if err := t.row(query, key).Scan(&casus, &id, &pos, &version, &sealed); err != nil {
		return bot.Card{}, wrap("read card", err)
	}
	var k bot.Card
	err := t.openJSON(yesPlace("cards", bot.Ref(casus), id, pos, version), sealed, &k)
	return k, wrap("read card", err)
}

// CardsOf implements bot.Cards.
func (t *tx) CardsOf(ref bot.Ref) ([]bot.Card, error) {
	all, err := yesses[bot.Card](t, "cards", ref)
	return all, wrap("read cards", err)
}

// SaveCard implements bot.Cards.
func (t *tx) SaveCard(k bot.Card) error {
	k.Code = ""
	err := withdraw(t, "cards", k.Casus, k.ID, func(old *bot.Card) bool {
		*old = k
		return true
	})
	if errors.Is(err, bot.ErrNotFound) {
		return fmt.Errorf("save card: %w", err)
	}
	return wrap("save card", err)
}
