package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// directly gives a command in somebody's own conversation with the bot, where the
// answer stays.
func (w *world) directly(user bot.UserID, name, line string) {
	w.t.Helper()
	w.receive(bot.Event{ID: "direct-" + name + line + w.clock.Now().Format(time.RFC3339Nano), Platform: bottest.ChatName, Kind: bot.Command, User: user,
		Channel: w.chat.DirectOf(user), Direct: true, Name: name, Text: line})
	w.settle()
}

// A nickname is often the child's own name, and what was promised is about the
// child. Both stood in private answers and in the digest of the morning, which
// stayed when the casus was erased.
func TestNoPrivateAnswerAndNoDigestOutlivesTheCasusItTellsOf(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.command(lpa, casus.Room, "casus", "bijnaam Kanarie")
	w.command(lpa, casus.Room, "casus", "afspraak")
	if a := w.send(lpa, map[string][]string{"point": {"Belt de kanariekweker"}, "actor": {"p-lpa"}, "by": {"2026-03-04"}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	w.directly(lpa, "casus", "mijn")
	w.directly(lpa, "casus", "afspraken "+string(casus.Ref))
	w.directly(lpa, "casus", "agenda 2026-03-12")
	if err := w.bot.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.clock.Set(at(t, "2026-03-04 08:00"))
	w.settle()
	held := func() (n int) {
		for _, s := range w.told(lpa) {
			if !strings.Contains(s, "is vernietigd") && (strings.Contains(s, "Kanarie") || strings.Contains(s, "kanariekweker")) {
				n++
			}
		}
		return n
	}
	if n := held(); n < 3 {
		t.Fatalf("%d messages tell of it before, want at least three:\n%s", n, strings.Join(w.told(lpa), "\n---\n"))
	}
	w.chat.ForgetWhispers() // they are kept nowhere
	w.close(casus)
	w.handedOver(casus.Ref)
	w.later(60)
	if w.count(casus.Ref, bot.ActErased) != 1 {
		t.Fatalf("it was not erased: %v", w.acts(casus.Ref))
	}
	if n := held(); n != 0 {
		t.Errorf("%d messages still tell of it:\n%s", n, strings.Join(w.told(lpa), "\n---\n"))
	}
}

// A circle is kept when its casus is gone and is read by colleagues who were not in
// it; the purpose of the casus went along with whoever it named.
func TestACircleTakesNobodysNameOutOfTheCasus(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus(func(v map[string][]string) { v["purpose"] = []string{"Een plan voor Sem Bakker"} }))
	w.known(ib, casus, map[string][]string{"young": {"Kyra"}})
	for _, name := range []string{"Overleg over Kyra", "Kring van Sem Bakker", "C-2026-0001"} {
		w.command(ib, casus.Room, "casus", "kring")
		if a := w.send(ib, map[string][]string{"name": {name}}); a.Errors["name"] == "" {
			t.Errorf("%q was taken as a name: %+v", name, a)
		}
	}
	if a := w.send(ib, map[string][]string{"name": {"ZAT onderbouw"}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	w.view(func(tx bot.Tx) error {
		all, err := tx.CirclesOf("school-a")
		if len(all) != 1 || all[0].Purpose != "" {
			t.Errorf("circles = %+v, want one without the purpose that names somebody", all)
		}
		return err
	})
}

// A file is posted under a neutral name; the list of what can be taken over showed
// the name that its poster had given it to every other organisation.
func TestNobodyElseReadsUnderWhichNameAFileCameIn(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	_ = w.upload(ib, casus.Room, "Verslag Sem Bakker.txt", "drie dagen")
	w.classify(ib, "ordinary")
	w.close(casus)
	w.press(lpa, "Kies wat wij overnemen")
	form, err := w.person(lpa).OpenForm()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range form.Fields {
		if slices.ContainsFunc(f.Options, func(o bot.Option) bool { return strings.Contains(o.Label, "Sem") }) {
			t.Errorf("%s offers %v", f.Name, f.Options)
		}
	}
}

// Whoever asked to see what is kept got neither what was promised about them, nor
// the meetings, nor the names that the bot looks for.
func TestAnAnswerToARequestHoldsWhatWasPlannedAndPromisedAndIsKnown(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.known(ib, casus, map[string][]string{"young": {"Kyra Jansen"}, "others": {"Piet Jansen"}})
	w.command(ib, casus.Room, "casus", "overleg")
	w.send(ib, map[string][]string{"day": {"2026-03-12"}, "time": {"14:30"}, "duration": {"60"}, "place": {"kamer 12"}})
	w.command(lpa, casus.Room, "casus", "afspraak")
	w.send(lpa, map[string][]string{"point": {"Belt de orthopedagoog"}, "actor": {"p-lpa"}, "by": {"2026-03-05"}})
	w.command(lpa, casus.Room, "casus", "afspraak")
	w.send(lpa, map[string][]string{"point": {"Regelt vervoer"}, "actor": {"g2"}, "by": {"2026-03-05"}})
	w.command(lpa, casus.Room, "casus", "bijnaam Kanarie")
	id := mustIdentity(t)
	w.askAccess(casus, "g1", id.Recipient().String())
	w.press(officer, "Akkoord met inzage")
	out, err := w.bot.Export(t.Context(), bot.ExportOrder{Ref: casus.Ref, By: "root"})
	if err != nil {
		t.Fatal(err)
	}
	page := unseal(t, id, out.Sealed)["overzicht.html"]
	for _, want := range []string{"Belt de orthopedagoog", "12-03-2026 14:30", "kamer 12", "Kyra Jansen", "Kanarie"} {
		if !strings.Contains(page, want) {
			t.Errorf("the answer lacks %q", want)
		}
	}
	// What the other parent promised, and names that may be anybody's, wait for a person.
	for _, not := range []string{"Regelt vervoer", "Piet Jansen"} {
		if strings.Contains(page, not) {
			t.Errorf("the answer has %q, of somebody else", not)
		}
	}
}

// That somebody asked something about their own data stood in everybody's status.
func TestAStatusTellsOfARequestOnlyToWhoMadeItAndWhoMustAct(t *testing.T) {
	w, casus := familyWorld(t)
	w.command(child, casus.Room, "casus", "gegevens")
	if a := w.send(child, map[string][]string{"kind": {"access"}, "about": {"yp"}, "text": {"Ik wil weten wat er staat."}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	for user, want := range map[bot.UserID]bool{child: true, ib: true, mother: false, support: false, lpa: false} {
		w.command(user, casus.Room, "casus", "status")
		all := w.told(user)
		if got := strings.Contains(all[len(all)-1], "Wacht op een mens"); got != want {
			t.Errorf("%s reads of the request: %v, want %v", user, got, want)
		}
	}
}

// The answer of the platform was lost after it had removed the room. The second try
// found nothing there, and the signed receipt said that nothing had been.
func TestAReceiptSaidThatNothingWasThereAfterALostAnswer(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	_ = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen afwezig")
	w.classify(ib, "ordinary")
	w.close(casus)
	w.handedOver(casus.Ref)
	lost := 0
	w.chat.Lose = func(call string) error {
		if call == "EraseRoom" && lost == 0 {
			lost++
			return bot.ErrUnavailable
		}
		return nil
	}
	w.later(60)
	w.clock.Advance(time.Hour)
	w.settle()
	var receipt bot.Receipt
	w.view(func(tx bot.Tx) (err error) { receipt, err = tx.Receipt(casus.Ref); return err })
	if lost != 1 || receipt.Files != 1 || receipt.Posts < 2 {
		t.Errorf("after %d lost answers the receipt tells of %d messages and %d files, want all of them and 1", lost, receipt.Posts, receipt.Files)
	}
}
