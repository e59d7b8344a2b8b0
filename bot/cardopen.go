package bot

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/convenantbot/convenantbot/bot/pincode"
	"github.com/convenantbot/convenantbot/bot/text"
)

// The acts on a card. Their object is the card; who acts on the page is the one
// whose card it is.
const (
	ActCardMade    Act = "card_made"
	ActCardTried   Act = "card_tried" // a PIN was tried, right or wrong
	ActCardOpened  Act = "card_opened"
	ActCardPIN     Act = "card_pin_chosen"
	ActCardLeft    Act = "card_left" // the reader closed the page
	ActCardEnded   Act = "card_ended"
	ActParentsSee  Act = "parents_see_changed" // by a young person of 16 or older
	ActSafetyStop  Act = "safety_outreach_stopped"
	ActSafetyAgain Act = "safety_outreach_resumed"
)

// The limits on opening cards, of all copies together.
var (
	cardRateAll  = Rate{Burst: 60, Every: 5 * time.Second}
	cardRateFrom = Rate{Burst: 10, Every: 2 * time.Minute}
)

// CardOpening is a try to open a card.
type CardOpening struct {
	Code, PIN string // as typed
	From      string // a name for where it comes from that says nothing to who reads it: letters and digits
}

// OpenCard opens a card with the code on paper and the PIN. Every reason why not
// is the same ErrForbidden and takes about as long: a code that does not exist, a
// card that is over, a wrong PIN. ErrBusy: there were too many tries from there, or
// altogether. ErrUnavailable: tries cannot be counted now, so there are none.
//
// A second opening closes the page of the first: a card that is shared shows.
func (b *Bot) OpenCard(ctx context.Context, o CardOpening) (CardPass, error) {
	if err := b.spendTry(ctx, o.From); err != nil {
		return CardPass{}, err
	}
	code, ok1 := pincode.ParseCode(o.Code)
	pin, ok2 := pincode.ParsePIN(o.PIN)
	if !ok1 || !ok2 {
		pin = ""
	}
	// The try counts before the PIN is looked at, so that many at once are no more
	// tries than one after the other.
	var card Card
	err := b.update(ctx, func(tx Tx) error {
		card = Card{}
		k, err := tx.CardByCode(code)
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) || err == nil && !k.alive(b.Now()) {
			return nil
		}
		if err != nil {
			return err
		}
		r, err := b.readerOf(tx, k)
		if errors.Is(err, ErrForbidden) {
			return nil
		}
		if err != nil {
			return err
		}
		k.Tries++
		card = k
		return errors.Join(tx.SaveCard(k), b.record(tx, r.who(), Entry{Casus: k.Casus, Act: ActCardTried, Object: k.ID}))
	})
	if err != nil {
		return CardPass{}, fmt.Errorf("open a card: %w", err)
	}
	if !pincode.Check(card.PIN, pin) || card.ID == "" {
		if card.Tries >= CardTries {
			err = b.update(ctx, func(tx Tx) error { return b.guessed(tx, card.ID) })
		}
		return CardPass{}, errors.Join(ErrForbidden, err)
	}
	var pass CardPass
	err = b.update(ctx, func(tx Tx) error {
		k, err := tx.Card(card.ID)
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
			return ErrForbidden
		}
		if err != nil {
			return err
		}
		r, err := b.readerOf(tx, k)
		if err != nil {
			return err
		}
		if !k.EndedAt.IsZero() || !b.Now().Before(k.ExpiresAt) {
			return ErrForbidden
		}
		k.Tries, k.Session, k.SessionAt = 0, make([]byte, 32), b.Now()
		rand.Read(k.Session)
		pass = passOf(k, b.Now())
		return errors.Join(tx.SaveCard(k), b.record(tx, r.who(), Entry{Casus: k.Casus, Act: ActCardOpened, Object: k.ID}))
	})
	return pass, err
}

// spendTry takes one try, first of where it comes from and then of all.
func (b *Bot) spendTry(ctx context.Context, from string) error {
	if b.TryLimits == nil {
		return ErrUnavailable
	}
	for _, l := range []struct {
		name string
		rate Rate
	}{{"card:from:" + from, cardRateFrom}, {"card:all", cardRateAll}} {
		pace := Pace{Name: l.name, Rate: l.rate, Own: b.TryLimits, Copies: b.Copies}
		if b.Coordination != nil {
			pace.Shared = b.Coordination
		}
		wait, err := pace.spend(ctx)
		if err != nil {
			return errors.Join(ErrUnavailable, err)
		}
		if wait > 0 {
			return ErrBusy
		}
	}
	return nil
}

// guessed ends a card of which the PIN was tried too often, and says so to who
// leads.
func (b *Bot) guessed(tx Tx, id string) error {
	k, err := tx.Card(id)
	if err != nil || !k.EndedAt.IsZero() || k.Tries < CardTries {
		return goneOrNil(ignoreGone(err))
	}
	casus, err := tx.Casus(k.Casus)
	if err != nil {
		return err
	}
	m := Message{Text: text.CardGuessed.Say(text.CardArgs{Ref: string(k.Casus), Who: b.labels(casus, []string{string(k.Holder)})[0], Tries: CardTries})}
	return errors.Join(b.endCard(tx, caller{}, k, cardGuessed), b.toCoordinator(tx, casus, "card_guessed:"+k.ID, m))
}

// endCard ends a card, and the page that is open on it.
func (b *Bot) endCard(tx Tx, who caller, k Card, why string) error {
	k.EndedAt, k.Why, k.Session = b.Now(), why, nil
	return errors.Join(tx.SaveCard(k), b.record(tx, who, Entry{Casus: k.Casus, Act: ActCardEnded, Object: k.ID, Reasons: []string{why}}))
}

// endCards ends every card of holder, or of everybody when it is blank, that could
// still be used. It returns how many.
func (b *Bot) endCards(tx Tx, who caller, ref Ref, holder PersonID, why string) (int, error) {
	all, err := tx.CardsOf(ref)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, k := range all {
		if holder != "" && k.Holder != holder || !k.EndedAt.IsZero() || !b.Now().Before(k.ExpiresAt) {
			continue
		}
		if err := b.endCard(tx, who, k, why); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// ChooseCardPIN replaces the PIN that was said at the desk by one of the holder's
// own. Until then a card can do nothing else, and after it the card lives for
// CardTerm. *InvalidError: "pin" or "again" is no good, its reason a code of the
// page's catalogue.
func (b *Bot) ChooseCardPIN(ctx context.Context, pass, csrf, pin, again string) (CardPass, error) {
	chosen, ok1 := pincode.ParsePIN(pin)
	second, ok2 := pincode.ParsePIN(again)
	if !ok1 || pincode.Easy(chosen) {
		return b.onAnyCard(ctx, pass, csrf, func(Tx, cardReader) error { return &InvalidError{Field: "pin", Reason: "wrong.pin_easy"} })
	}
	if !ok2 || chosen != second {
		return b.onAnyCard(ctx, pass, csrf, func(Tx, cardReader) error { return &InvalidError{Field: "again", Reason: "wrong.pin_again"} })
	}
	hash := pincode.Hash(chosen)
	return b.onAnyCard(ctx, pass, csrf, func(tx Tx, r cardReader) error {
		k := r.card
		if !k.Own && pincode.Check(k.PIN, chosen) {
			return &InvalidError{Field: "pin", Reason: "wrong.pin_same"}
		}
		if !k.Own {
			k.ExpiresAt = b.Now().In(amsterdam).AddDate(0, 0, CardTerm)
		}
		k.PIN, k.Own = hash, true
		return errors.Join(tx.SaveCard(k), b.record(tx, r.who(), Entry{Casus: k.Casus, Act: ActCardPIN, Object: k.ID}))
	})
}

// LeaveCard closes the page. A page that is closed already is no error.
func (b *Bot) LeaveCard(ctx context.Context, pass, csrf string) error {
	_, err := b.onAnyCard(ctx, pass, csrf, func(tx Tx, r cardReader) error {
		k := r.card
		k.Session = nil
		return errors.Join(tx.SaveCard(k), b.record(tx, r.who(), Entry{Casus: k.Casus, Act: ActCardLeft, Object: k.ID}))
	})
	if errors.Is(err, ErrForbidden) {
		return nil
	}
	return err
}
