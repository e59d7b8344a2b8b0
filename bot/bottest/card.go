package bottest

import (
	"errors"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

var cardTests = []storeTest{
	{"a card is found by its id and its code, and never tells the code", func(t *testing.T, b *bench) {
		c, other := b.mustCasus(t), b.mustCasus(t)
		one := bot.Card{ID: "z", Casus: c.Ref, Code: "code-1", Holder: "g1", PIN: []byte{1, 2}, MadeBy: "p1", MadeAt: b.now(), ExpiresAt: b.now().Add(time.Hour)}
		two := bot.Card{ID: "a", Casus: c.Ref, Code: "code-2", Holder: "yp"}
		far := bot.Card{ID: "f", Casus: other.Ref, Code: "code-3", Holder: "g1"}
		b.mustUpdate(t, func(tx bot.Tx) error { return errors.Join(tx.AddCard(one), tx.AddCard(two), tx.AddCard(far)) })
		one.Tries, one.Session, one.SessionAt = 3, []byte{9}, b.now()
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.SaveCard(one) })
		one.Code, two.Code = "", ""
		b.mustView(t, func(tx bot.Tx) error {
			all, err1 := tx.CardsOf(c.Ref)
			same(t, "CardsOf", all, []bot.Card{one, two})
			byID, err2 := tx.Card("z")
			same(t, "Card", byID, one)
			byCode, err3 := tx.CardByCode("code-1")
			same(t, "CardByCode", byCode, one)
			return errors.Join(err1, err2, err3)
		})
	}},
	{"a card that is not there is not found, and none is added twice", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		k := bot.Card{ID: "k", Casus: c.Ref, Code: "code"}
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddCard(k) })
		b.refused(t, "AddCard with the same code", bot.ErrConflict, func(tx bot.Tx) error { return tx.AddCard(bot.Card{ID: "l", Casus: c.Ref, Code: "code"}) })
		b.refused(t, "AddCard with the same id", bot.ErrConflict, func(tx bot.Tx) error { return tx.AddCard(bot.Card{ID: "k", Casus: c.Ref, Code: "other"}) })
		b.refused(t, "SaveCard of none", bot.ErrNotFound, func(tx bot.Tx) error { return tx.SaveCard(bot.Card{ID: "q", Casus: c.Ref}) })
		b.refused(t, "AddCard of no casus", bot.ErrNotFound, func(tx bot.Tx) error { return tx.AddCard(bot.Card{ID: "q", Casus: "C-1999-0001", Code: "q"}) })
		b.mustView(t, func(tx bot.Tx) error {
			for what, err := range map[string]error{"Card": second(tx.Card("q")), "Card of nothing": second(tx.Card("")), "CardByCode": second(tx.CardByCode("CODE")), "CardByCode of nothing": second(tx.CardByCode(""))} {
				if !errors.Is(err, bot.ErrNotFound) {
					t.Errorf("%s = %v, want ErrNotFound", what, err)
				}
			}
			return nil
		})
	}},
	{"cards go with the casus", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddCard(bot.Card{ID: "k", Casus: c.Ref, Code: "code"}) })
		b.mustUpdate(t, func(tx bot.Tx) error {
			n, err := tx.EraseCasus(c.Ref, bot.Receipt{})
			same(t, "records", n, 1)
			return err
		})
		b.refused(t, "AddCard", bot.ErrGone, func(tx bot.Tx) error { return tx.AddCard(bot.Card{ID: "n", Casus: c.Ref, Code: "n"}) })
		b.mustView(t, func(tx bot.Tx) error {
			if err := second(tx.CardByCode("code")); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("CardByCode = %v, want ErrNotFound", err)
			}
			if _, err := tx.CardsOf(c.Ref); !errors.Is(err, bot.ErrGone) {
				t.Errorf("CardsOf = %v, want ErrGone", err)
			}
			return nil
		})
	}},
	{"of tries at once none is forgotten", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		b.mustUpdate(t, func(tx bot.Tx) error { return tx.AddCard(bot.Card{ID: "k", Casus: c.Ref, Code: "code"}) })
		const n = 8
		done := make(chan error, n)
		for range n {
			go func() {
				done <- b.Store.Update(b.ctx, func(tx bot.Tx) error {
					k, err := tx.CardByCode("code")
					if err != nil {
						return err
					}
					k.Tries++
					return tx.SaveCard(k)
				})
			}()
		}
		for range n {
			if err := <-done; err != nil {
				t.Errorf("Update: %v", err)
			}
		}
		b.mustView(t, func(tx bot.Tx) error {
			k, err := tx.Card("k")
			same(t, "tries", k.Tries, n)
			return err
		})
	}},
}
