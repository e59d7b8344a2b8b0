package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// Cards of a file that is for some of the room went on inviting after it was gone.
func TestCardsInPrivateGoOutOfSightWithTheirFile(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(w *world, casus bot.Casus)
	}{
		{"a consent is withdrawn", func(w *world, casus bot.Casus) {
			var consents []bot.Consent
			w.view(func(tx bot.Tx) (err error) { consents, err = tx.Consents(casus.Ref); return err })
			w.command(carer, casus.Room, "casus", "intrekken")
			w.send(carer, map[string][]string{"consent": {consents[0].ID}})
		}},
		{"who brought it in takes it back", func(w *world, casus bot.Casus) {
			w.command(carer, casus.Room, "casus", "neem-terug")
			w.press(carer, "Haal mijn laatste uur terug")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, casus := forTheDoctor(t)
			for _, user := range []bot.UserID{doctor, carer} {
				if n := w.cardsOf(user); n != 1 {
					t.Fatalf("%s has %d cards, want 1", user, n)
				}
			}
			c.end(w, casus)
			for _, user := range []bot.UserID{doctor, carer} {
				if n := w.cardsOf(user); n != 0 {
					t.Errorf("%s still has %d cards", user, n)
				}
			}
			if f := w.lastFile(casus); f.State != bot.Withdrawn || w.count(casus.Ref, bot.ActFileWithdrawn) != 1 {
				t.Errorf("the file is %s, log %v", f.State, w.acts(casus.Ref))
			}
		})
	}
}

// forTheDoctor is a world with a file that was shared with the doctor alone.
func forTheDoctor(t testing.TB) (*world, bot.Casus) {
	t.Helper()
	w := newWorld(t)
	w.pages = "https://bot.example.org"
	w.start()
	casus := w.open(newCasus())
	w.discuss(casus)
	for _, giver := range [][2]string{{"yp", "young_person"}, {"g1", "authority"}, {"g2", "authority"}} {
		yes := aConsent(giver[0], giver[1])
		yes["recipients"] = []string{"ggd"}
		w.consent(casus, yes)
	}
	w.clock.Advance(time.Minute)
	w.inVault(casus)
	w.press(carer, "Deel met wie mag")
	return w, casus
}

// cardsOf counts the cards that somebody has in private.
func (w *world) cardsOf(user bot.UserID) int {
	w.t.Helper()
	n := 0
	for _, said := range w.told(user) {
		if strings.Contains(said, "Er ligt een document in de kluis") {
			n++
		}
	}
	return n
}

// The card was given and the answer got lost; before it is tried again the file is
// withdrawn.
func TestACardThatNobodyWroteDownGoesOutOfSightToo(t *testing.T) {
	w := newWorld(t)
	w.pages = "https://bot.example.org"
	w.start()
	casus := w.open(newCasus())
	w.discuss(casus)
	for _, giver := range [][2]string{{"yp", "young_person"}, {"g1", "authority"}, {"g2", "authority"}} {
		w.consent(casus, aConsent(giver[0], giver[1]))
	}
	w.clock.Advance(time.Minute)
	lost := false
	w.chat.Lose = func(call string) error {
		if call == "Post" && !lost {
			lost = true
			return bot.ErrUnavailable
		}
		return nil
	}
	f := w.inVault(casus)
	w.chat.Lose = nil
	seen := func() int {
		all, err := w.person(ib).See(casus.Room)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, s := range all {
			if strings.Contains(s.Text, "in de kluis") {
				n++
			}
		}
		return n
	}
	if f.State != bot.Approved || seen() != 1 {
		t.Fatalf("the file is %s with %d cards, want one that nobody wrote down", f.State, seen())
	}
	var consents []bot.Consent
	w.view(func(tx bot.Tx) (err error) { consents, err = tx.Consents(casus.Ref); return err })
	w.command(carer, casus.Room, "casus", "intrekken")
	w.send(carer, map[string][]string{"consent": {consents[0].ID}})
	w.clock.Advance(time.Hour)
	w.settle()
	if n := seen(); n != 0 {
		t.Errorf("the room still has %d cards", n)
	}
}
