package bot_test

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ledongthuc/pdf"

	"github.com/convenantbot/convenantbot/bot"
)

var codeOnPaper = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}`)

// aCard has who leads make a card, and opens it with the PIN that is said.
func (w *world) aCard(casus bot.Casus, who string) (pass bot.CardPass, code string) {
	w.t.Helper()
	w.command(ib, casus.Room, "casus", "kaart")
	a := w.send(ib, map[string][]string{"what": {"make"}, "who": {who}, "seen": {"document"}})
	_, pin, ok := strings.Cut(a.Text, "pincode: ")
	if !ok {
		w.t.Fatalf("no PIN in %q, %v", a.Text, a.Errors)
	}
	all := w.given(ib)
	paper := all[len(all)-1]
	r, err := pdf.NewReader(bytes.NewReader(paper.Data), int64(len(paper.Data)))
	if err != nil {
		w.t.Fatal(err)
	}
	said, err := r.Page(1).GetPlainText(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	code = codeOnPaper.FindString(strings.Join(strings.Fields(said), ""))
	if pass, err = w.bot.OpenCard(w.t.Context(), bot.CardOpening{Code: code, PIN: pin[:6], From: "desk"}); err != nil {
		w.t.Fatalf("OpenCard: %v", err)
	}
	return pass, code
}

const theirPIN = "190473"

// Every act on a card at every moment: y is done, n is the one refusal that says
// nothing, and i is wrong in a way that the reader may know.
func TestWhatACardMayDoAndWhen(t *testing.T) {
	status := func(s bot.Status) func(w *world, c bot.Casus) {
		return func(w *world, c bot.Casus) {
			w.change(w.t, c.Ref, func(_ bot.Tx, c *bot.Casus) error { c.Status, c.ClosedAt = s, w.clock.Now(); return nil })
		}
	}
	for _, c := range []struct {
		name string
		own  bool // a PIN of their own was chosen
		set  func(w *world, c bot.Casus)
		want string // look, say, affirm, receipt, withdraw, ask, object, let parents see, choose a PIN
	}{
		{"before a PIN of their own", false, nil, "ynnnnnnny"},
		{"open", true, nil, "yyyyyyyny"},
		{"open and held", true, func(w *world, c bot.Casus) { w.hold(c.Ref) }, "yyyyyyyny"},
		{"closed", true, status(bot.Closed), "ynyyyyyny"},
		{"archived", true, status(bot.Archived), "ynyyyyyny"},
		{"erased", true, func(w *world, c bot.Casus) {
			if err := w.store.Update(w.t.Context(), func(tx bot.Tx) error {
				_, err := tx.Record(bot.Entry{Casus: c.Ref, At: w.clock.Now(), Act: bot.ActErased, Outcome: "done"})
				_, err2 := tx.EraseCasus(c.Ref, bot.Receipt{Casus: c.Ref, Kind: c.Kind, At: w.clock.Now()})
				return errors.Join(err, err2)
			}); err != nil {
				w.t.Fatal(err)
			}
		}, "nnnnnnnnn"},
		{"the page was left alone", true, func(w *world, _ bot.Casus) { w.clock.Advance(bot.CardIdle + time.Second) }, "nnnnnnnnn"},
		{"a second short of that", true, func(w *world, _ bot.Casus) { w.clock.Advance(bot.CardIdle - time.Second) }, "yyyyyyyny"},
		{"the card was taken back", true, func(w *world, c bot.Casus) {
			w.command(lpa, c.Room, "casus", "kaart")
			w.send(lpa, map[string][]string{"what": {"end"}, "who": {"g1"}})
		}, "nnnnnnnnn"},
		{"contact was stopped", true, func(w *world, c bot.Casus) {
			w.command(lpa, c.Room, "casus", "veiligheid")
			w.send(lpa, map[string][]string{"who": {"g1"}, "what": {"stop"}})
		}, "nnnnnnnnn"},
		{"contact with the other was stopped", true, func(w *world, c bot.Casus) {
			w.command(lpa, c.Room, "casus", "veiligheid")
			w.send(lpa, map[string][]string{"who": {"g2"}, "what": {"stop"}})
		}, "yyyyyyyny"},
		{"authority is over", true, func(w *world, c bot.Casus) {
			w.change(w.t, c.Ref, func(_ bot.Tx, c *bot.Casus) error {
				c.Private.Authority = c.Private.Authority[1:]
				return nil
			})
		}, "nnnnnnnnn"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.pages = "https://bot.example.org"
			w.start()
			// Of nine: those with authority decide.
			casus := w.open(newCasus(func(v map[string][]string) {
				v["born"], v["agreed"] = []string{"2017-05-01"}, []string{"g1", "g2"}
			}))
			w.discuss(casus)
			w.consent(casus, aConsent("g1", "authority"))
			w.clock.Advance(time.Minute)
			pass, _ := w.aCard(casus, "g1")
			ctx := t.Context()
			if c.own {
				next, err := w.bot.ChooseCardPIN(ctx, pass.Pass, pass.CSRF, theirPIN, theirPIN)
				if err != nil {
					t.Fatal(err)
				}
				pass = next
			}
			var yes, agreed string
			w.view(func(tx bot.Tx) error {
				consents, err := tx.Consents(casus.Ref)
				agreements, err2 := tx.Agreements(casus.Ref)
				if err := errors.Join(err, err2); err != nil {
					return err
				}
				yes = consents[0].ID
				for _, a := range agreements {
					if a.Giver == "g1" {
						agreed = "agreement:" + a.ID
					}
				}
				return nil
			})
			if c.set != nil {
				c.set(w, casus)
			}
			acts := []struct {
				name string
				do   func(p bot.CardPass) error
			}{
				{"look", func(p bot.CardPass) error { _, _, err := w.bot.Card(ctx, p.Pass); return err }},
				{"say", func(p bot.CardPass) error {
					_, _, err := w.bot.DecideCard(ctx, p.Pass, p.CSRF, bot.CardDecision{Discloser: "ggd", Answers: map[string]bot.Decision{bot.CardCell(bot.Health, "school-a"): bot.Given}})
					return err
				}},
				{"affirm", func(p bot.CardPass) error { _, err := w.bot.AffirmCard(ctx, p.Pass, p.CSRF, agreed); return err }},
				{"receipt", func(p bot.CardPass) error { _, _, _, err := w.bot.CardReceipt(ctx, p.Pass, p.CSRF, yes); return err }},
				{"withdraw", func(p bot.CardPass) error { _, _, err := w.bot.WithdrawCard(ctx, p.Pass, p.CSRF, yes); return err }},
				{"ask", func(p bot.CardPass) error {
					_, err := w.bot.AskCard(ctx, p.Pass, p.CSRF, bot.AccessRequest, "Ik wil graag alles lezen.")
					return err
				}},
				{"object", func(p bot.CardPass) error {
					_, err := w.bot.ObjectCard(ctx, p.Pass, p.CSRF, "", "Ik ben het hier niet mee eens.")
					return err
				}},
				{"let parents see", func(p bot.CardPass) error {
					_, err := w.bot.SetParentsSee(ctx, p.Pass, p.CSRF, bot.ParentsSeeTable)
					return err
				}},
				{"choose a PIN", func(p bot.CardPass) error {
					_, err := w.bot.ChooseCardPIN(ctx, p.Pass, p.CSRF, "275819", "275819")
					return err
				}},
			}
			for i, a := range acts {
				// A form of another page, or made up, does nothing at any moment.
				if a.name != "look" {
					if err := a.do(bot.CardPass{Pass: pass.Pass, CSRF: "made up"}); !errors.Is(err, bot.ErrForbidden) {
						t.Errorf("%s with a token that is made up: %v", a.name, err)
					}
				}
				err := a.do(pass)
				var invalid *bot.InvalidError
				got := byte('e')
				switch {
				case err == nil:
					got = 'y'
				case errors.Is(err, bot.ErrForbidden):
					got = 'n'
				case errors.As(err, &invalid):
					got = 'i'
				}
				if got != c.want[i] {
					t.Errorf("%s: %c (%v), want %c", a.name, got, err, c.want[i])
				}
			}
		})
	}
}
