package bot_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/dossier"
	"github.com/convenantbot/convenantbot/bot/text"
)

// answered is what one parent gets on a request for access.
func (w *world) answered(casus bot.Casus, about string) (dossier.Dossier, string) {
	w.t.Helper()
	id := mustIdentity(w.t)
	w.askAccess(casus, about, id.Recipient().String())
	w.press(officer, "Akkoord met inzage")
	var request string
	w.view(func(tx bot.Tx) error {
		all, err := tx.Matters(casus.Ref)
		for _, m := range all {
			if m.Kind == bot.AccessRequest && m.About == bot.PersonID(about) {
				request = m.ID
			}
		}
		return err
	})
	out, err := w.bot.Export(w.t.Context(), bot.ExportOrder{Ref: casus.Ref, By: "root", Request: request})
	if err != nil {
		w.t.Fatal(err)
	}
	files := unseal(w.t, id, out.Sealed)
	var d dossier.Dossier
	if err := json.Unmarshal([]byte(files["overzicht.json"]), &d); err != nil {
		w.t.Fatal(err)
	}
	return d, files["overzicht.json"] + files["overzicht.html"]
}

// acts are the codes of what was done in the chapter of the log, which has their names.
func actsIn(d dossier.Dossier) (all []string) {
	codes := map[string]string{}
	for _, a := range bot.Acts() {
		codes[text.For(text.NL, text.ActName(string(a)))] = string(a)
	}
	for _, item := range d.Items {
		if strings.HasPrefix(item.ID, "entry-") {
			all = append(all, codes[item.Lines[0].Value]+" "+item.Lines[1].Value)
		}
	}
	return all
}

// One parent's answer held the other's objection word for word, since it was about
// the child for whom both decide, and the log in it told when the other had opened a
// card and that they had said no.
func TestOneParentReadWhatTheOtherHadSaidInAnAnswerToAccess(t *testing.T) {
	w := newWorld(t)
	w.pages = "https://bot.example.org"
	w.start()
	casus := w.open(newCasus(func(v map[string][]string) { v["born"], v["agreed"] = []string{"2017-05-01"}, []string{"g1", "g2"} }))
	w.discuss(casus)
	w.clock.Advance(time.Minute)
	pass, _ := w.aCard(casus, "g2")
	pass, err := w.bot.ChooseCardPIN(t.Context(), pass.Pass, pass.CSRF, theirPIN, theirPIN)
	if err != nil {
		t.Fatal(err)
	}
	done, pass, err := w.bot.DecideCard(t.Context(), pass.Pass, pass.CSRF, bot.CardDecision{Discloser: "ggd", Answers: map[string]bot.Decision{bot.CardCell(bot.Health, "school-a"): bot.Refused}})
	if err != nil || done.No != 1 {
		t.Fatalf("DecideCard = %+v, %v", done, err)
	}
	if _, err := w.bot.ObjectCard(t.Context(), pass.Pass, pass.CSRF, "", "Kanariebezwaar: ik vertrouw haar niet."); err != nil {
		t.Fatal(err)
	}
	w.settle()
	d, all := w.answered(casus, "g1")
	if strings.Contains(all, "Kanariebezwaar") {
		t.Error("the other parent's objection stands in it")
	}
	for _, act := range actsIn(d) {
		for _, not := range []string{"card_", "consent_refused", "request_received vader"} {
			if strings.HasPrefix(act, not) {
				t.Errorf("the log in it tells %q", act)
			}
		}
	}
	if !strings.Contains(all, "jeugdarts") || len(actsIn(d)) == 0 {
		t.Error("who takes part, and what was done in the casus, is told to who decides for the child")
	}
	// To whom it belongs it is told.
	d, all = w.answered(casus, "g2")
	if acts := strings.Join(actsIn(d), "\n"); !strings.Contains(all, "Kanariebezwaar") || !strings.Contains(acts, "consent_refused") || !strings.Contains(acts, "card_made") {
		t.Errorf("the parent's own words are not in the answer to that parent:\n%s", acts)
	}
}

// From 16 a parent does not decide, and sees on their card what the young person lets
// them see. In an answer to a request for access they read all the same which help
// there was, and day by day what was done.
func TestAParentOfSomebodyOfSixteenReadInAnAnswerWhoSatThere(t *testing.T) {
	for see, want := range map[string]bool{bot.ParentsSeeNothing: false, bot.ParentsSeeTable: true} {
		w := newWorld(t)
		casus := w.open(newCasus(func(v map[string][]string) { v["born"] = []string{"2009-05-01"} }))
		w.change(t, casus.Ref, func(_ bot.Tx, c *bot.Casus) error { c.Private.ParentsSee = see; return nil })
		d, all := w.answered(casus, "g1")
		if got := strings.Contains(all, "jeugdarts"); got != want {
			t.Errorf("parents see %q: who sits there is told: %v, want %v", see, got, want)
		}
		for _, act := range actsIn(d) {
			if strings.HasPrefix(act, "phase_changed") || strings.HasPrefix(act, "casus_opened") || strings.HasPrefix(act, "file_") {
				t.Errorf("parents see %q: the log in it tells %q", see, act)
			}
		}
	}
}

// A parent with whom contact was stopped got, on a request for access, the hour and
// place of every meeting, and which professional had put out their card.
func TestAParentWithWhomContactWasStoppedReadWhereTheOthersMeet(t *testing.T) {
	w := newWorld(t)
	w.pages = "https://bot.example.org"
	w.start()
	casus := w.open(newCasus(func(v map[string][]string) { v["born"] = []string{"2017-05-01"} }))
	w.command(ib, casus.Room, "casus", "overleg")
	if a := w.send(ib, map[string][]string{"day": {"2026-03-17"}, "time": {"15:30"}, "duration": {"45"}, "place": {"kanariekamer 3"}}); len(a.Errors) > 0 {
		t.Fatalf("meeting: %v", a.Errors)
	}
	w.aCard(casus, "g1")
	w.command(lpa, casus.Room, "casus", "veiligheid")
	if a := w.send(lpa, map[string][]string{"who": {"g1"}, "what": {"stop"}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	w.settle()
	d, all := w.answered(casus, "g1")
	for _, not := range []string{"kanariekamer", "card_ended", "safety", "jeugdarts"} {
		if strings.Contains(all, not) {
			t.Errorf("the answer tells %q", not)
		}
	}
	for _, act := range actsIn(d) {
		if !strings.HasSuffix(act, " moeder") {
			t.Errorf("the log in it tells %q", act)
		}
	}
}
