package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// parent lets the mother take part with an account of her own.
func (w *world) parent(ref bot.Ref) bot.UserID {
	w.t.Helper()
	if err := w.store.Update(w.t.Context(), func(tx bot.Tx) error {
		c, err := tx.Casus(ref)
		if err != nil {
			return err
		}
		c.Private.Authority[0].Account = nobody
		c.Private.Members = append(c.Private.Members, bot.Member{ID: "g1", Account: nobody, Role: bot.Parent, Involved: true, Since: w.clock.Now()})
		_, err = tx.SaveCasus(c)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	if err := w.chat.AddToRoom(w.t.Context(), w.casus(ref).Room, nobody); err != nil {
		w.t.Fatal(err)
	}
	w.settle()
	return nobody
}

// papers lists the files that the bot gave to user alone.
func (w *world) papers(user bot.UserID) (all []bottest.SeenFile) {
	w.t.Helper()
	seen, err := w.person(user).SeeDirect()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range seen {
		all = append(all, s.Files...)
	}
	return all
}

// options lists what the form that user sees lets them choose, by value.
func (w *world) options(user bot.UserID) map[string]string {
	w.t.Helper()
	form, err := w.person(user).OpenForm()
	if err != nil {
		w.t.Fatal(err)
	}
	all := map[string]string{}
	for _, o := range form.Fields[0].Options {
		all[o.Value] = o.Label
	}
	return all
}

func TestAYesIsMarkedAsGivenByThePersonOrNotedForThem(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	for how, mark := range map[string]string{"phone": "namens de persoon genoteerd (door de telefoon)", "form": "door de persoon zelf gegeven"} {
		v := aConsent("g2", "authority")
		v["how"] = []string{how}
		if a := w.consent(casus, v); len(a.Errors) > 0 {
			t.Fatal(a.Errors)
		}
		w.command(carer, casus.Room, "casus", "intrekken")
		found := false
		for _, label := range w.options(carer) {
			found = found || strings.Contains(label, mark)
		}
		if !found {
			t.Errorf("no yes by %s is marked %q: %v", how, mark, w.options(carer))
		}
	}
}

func TestTheGiverGetsAReceiptAndSaysThatItIsTheirs(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	mother := w.parent(casus.Ref)
	v := aConsent("g1", "authority")
	v["how"] = []string{"phone"}
	v["recipients"] = append(v["recipients"], "g1")
	if a := w.consent(casus, v); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	// She has it at once, on paper too; nobody else in the room has.
	got := w.papers(mother)
	if len(got) != 1 || got[0].Name != "bewijs-C-2026-0001.pdf" {
		t.Fatalf("the giver was given %v", got)
	}
	page := strings.Join(pages(t, got[0].Data), "\n")
	wantIn(t, page, "Bewijsvanuwantwoord", "moeder", "Organisatieaanbieder", "namensdepersoongenoteerd", "jeugdhulpverlener")
	if n := len(w.papers(ib)) + len(w.papers(lpa)) + len(w.papers(carer)); n != 0 {
		t.Errorf("%d receipts went to others", n)
	}
	w.press(mother, "Klopt, dit heb ik gezegd")
	w.command(carer, casus.Room, "casus", "bewijs")
	for _, label := range w.options(carer) {
		if strings.Contains(label, "Gezondheid") {
			wantIn(t, label, "door de persoon zelf gegeven")
		}
	}
	if w.count(casus.Ref, bot.ActYesAffirmed) != 1 {
		t.Errorf("log = %v", w.acts(casus.Ref))
	}
	w.press(mother, "Klopt, dit heb ik gezegd")
	w.wantTold(mother, "Deze knop")

	// Who noted it can print it for somebody without an account.
	w.press(carer, "Bewijs om te printen")
	if got := w.papers(carer); len(got) != 1 {
		t.Errorf("who noted it was given %v", got)
	}
	// Who neither gave nor noted it, and is of another organisation, cannot.
	w.command(guide, casus.Room, "casus", "bewijs")
	if _, err := w.person(guide).OpenForm(); err == nil {
		t.Error("somebody outside got the form")
	}
	w.command(doctor, casus.Room, "casus", "bewijs")
	for value := range w.options(doctor) {
		if !strings.HasPrefix(value, "agreement:") {
			t.Errorf("another organisation may have the receipt of %s", value)
		}
	}
	var consent string
	w.view(func(tx bot.Tx) error {
		all, err := tx.Consents(casus.Ref)
		consent = all[0].ID
		return err
	})
	if a := w.send(doctor, map[string][]string{"yes": {consent}}); len(a.Errors) == 0 {
		t.Errorf("a forged choice was answered with %+v", a)
	}
	if n := len(w.papers(doctor)); n != 0 {
		t.Errorf("%d receipts went to another organisation", n)
	}
}

func TestAnAgreementIsWithdrawnByCommandAndThePostingStops(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus(func(v map[string][]string) { v["agreed"], v["born"] = []string{"g1"}, []string{"2016-05-01"} }))
	w.discuss(casus)
	mother := w.parent(casus.Ref)
	_ = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen afwezig")
	w.classify(ib, "ordinary")
	if len(w.visible(lpa, casus.Room)) != 1 {
		t.Fatal("with the agreement the file is not there")
	}

	// Wednesday: she withdraws it herself.
	w.clock.Advance(24 * time.Hour)
	w.command(mother, casus.Room, "casus", "intrekken")
	mine := w.options(mother)
	if len(mine) != 1 {
		t.Fatalf("she may withdraw %v, want her agreement", mine)
	}
	for value := range mine {
		if a := w.send(mother, map[string][]string{"consent": {value}}); !strings.Contains(a.Text, "instemming met dit overleg is ingetrokken") {
			t.Fatalf("answer %+v", a)
		}
	}
	w.wantTold(ib, "heeft zijn instemming met dit overleg ingetrokken")
	wantNotIn(t, w.lastTold(ib), "moeder")
	if w.count(casus.Ref, bot.ActAgreementEnded) != 1 {
		t.Errorf("log = %v", w.acts(casus.Ref))
	}

	// Thursday: nothing new goes.
	w.clock.Advance(24 * time.Hour)
	_ = w.upload(ib, casus.Room, "verzuim2.txt", "vier dagen afwezig")
	w.classify(ib, "ordinary")
	if n := len(w.visible(lpa, casus.Room)); n != 1 {
		t.Errorf("%d files in the room, want the one of before", n)
	}
	w.command(mother, casus.Room, "casus", "intrekken")
	wantIn(t, w.lastTold(mother), "geen toestemming die jij nu kunt intrekken")
}

func TestWhoHasNotAgreedYetStandsOnNoSurfaceOfOthers(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus(func(v map[string][]string) { v["agreed"] = []string{"g1", "yp"} }))
	w.discuss(casus)
	w.relative(casus.Ref)
	_ = w.upload(carer, casus.Room, "verslag.txt", "een verslag")
	w.classify(carer, "health")
	w.says(carer, casus.Room, "Hij is bij ons bekend.")
	for _, user := range []bot.UserID{lpa, nobody} {
		for _, line := range []string{"status", "nodig", "nodig gezondheid", "formulier", "bewijs", "intrekken", "toestemming", "neem-terug", "bijnaam"} {
			w.command(user, casus.Room, "casus", line)
		}
		w.says(user, casus.Room, "Wie moet er nog ja zeggen?")
		told := strings.Join(append(w.told(user), w.mustSee(user, casus.Room)...), "\n")
		for _, who := range []string{"moeder", "vader", "ja van de jongere"} {
			if strings.Contains(told, who) {
				t.Errorf("%s reads %q:\n%s", user, who, told)
			}
		}
		if user == lpa {
			wantIn(t, told, "nog niet rond")
		}
	}
	if !slices.ContainsFunc(w.told(carer), func(s string) bool { return strings.Contains(s, "vader") }) {
		t.Error("who must act was not told who is missing")
	}
}
