package bot_test

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// twoSpeakers is a world in which the gemeente has somebody of its own who decides.
func twoSpeakers(t *testing.T) (*world, bot.Register) {
	t.Helper()
	w := newWorld(t)
	r := register()
	for i := range r.Organisations {
		if r.Organisations[i].ID == "gemeente" {
			r.Organisations[i].Appointee = "p-lpa"
		}
	}
	w.load(r)
	return w, r
}

func (w *world) accede(by bot.UserID, change map[string][]string) bot.FormAnswer {
	w.t.Helper()
	w.command(by, "common", "convenant", "partijen toetreden")
	v := map[string][]string{"org": {"outside"}, "signed_on": {"2026-03-01"}, "mandate": {"bestuurder"}, "appointee": {string(stray)}}
	for name, value := range change {
		v[name] = value
	}
	return w.send(by, v)
}

// An organisation could only become a party by the operator's file.
func TestAnOrganisationJoinsByTwoPeopleAndAllPartiesHearOfIt(t *testing.T) {
	w, r := twoSpeakers(t)
	for _, user := range []bot.UserID{ib, nobody, stray} {
		w.command(user, "common", "convenant", "partijen toetreden")
		if all := w.told(user); len(all) == 0 || !strings.Contains(all[len(all)-1], "Een organisatie aanmelden kan alleen") {
			t.Errorf("%s, who decides for no party, reads %q", user, all)
		}
	}
	for field, bad := range map[string][]string{"org": {"gemeente"}, "signed_on": {"2026-12-01"}, "mandate": {"Jan de Vries"}, "appointee": nil, "dpo": {"bestaat-niet"}} {
		if a := w.accede(officer, map[string][]string{field: bad}); a.Errors[field] == "" {
			t.Errorf("%s = %q was taken: %+v", field, bad, a)
		}
	}
	if a := w.accede(officer, nil); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	party := func() bool {
		w.command(stray, "common", "casus", "nieuw")
		all := w.told(stray)
		return len(all) == 0 || !strings.Contains(all[len(all)-1], "geen casus openen")
	}
	if party() {
		t.Error("it counts as a party before it was made known")
	}
	w.press(lpa, "Maak bekend")
	w.wantTold(lpa, "is vanaf nu partij")
	w.wantTold(officer, "Nieuwe partij: Praktijk Buiten")
	w.wantTold(stray, "Jij beslist voor deze organisatie")
	if !party() {
		t.Error("it does not count as a party after it was made known")
	}
	if acts := w.installationActs(); !strings.Contains(acts, "party_signed") || !strings.Contains(acts, "party_announced") {
		t.Errorf("the log has %s", acts)
	}
	// The file, written before, takes nothing of it back.
	w.load(r)
	w.view(func(tx bot.Tx) error {
		o, err := tx.Organisation("outside")
		if o.SignedAt != "2026-03-01" || o.AnnouncedAt == "" || o.Appointee != "p-stray" || o.Mandate != "bestuurder" {
			t.Errorf("after the file it is %+v", o)
		}
		return err
	})
}

func TestNobodyLetsAnOrganisationInAlone(t *testing.T) {
	w, _ := twoSpeakers(t)
	// A second account is the same person.
	p := bot.Person{ID: "p-officer", Accounts: []bot.Account{{Platform: bottest.ChatName, User: officer}, {Platform: bottest.ChatName, User: guide}}}
	r := register()
	for i := range r.People {
		if r.People[i].ID == "p-guide" {
			r.People[i].Accounts = nil
		}
	}
	w.load(bot.Register{People: append(r.People, p)})
	if a := w.accede(officer, nil); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	for _, user := range []bot.UserID{officer, guide} {
		for _, said := range w.told(user) {
			if strings.Contains(said, "wil toetreden") {
				t.Errorf("%s, who noted it, is asked to make it known: %q", user, said)
			}
		}
	}
	// Whoever noted it must still decide for a party when the second one presses.
	org := bot.Register{}
	for _, o := range register().Organisations {
		if o.ID != "outside" {
			o.DPO, o.Appointee = "p-lpa", "p-lpa"
			org.Organisations = append(org.Organisations, o)
		}
	}
	w.load(org)
	w.press(lpa, "Maak bekend")
	w.wantTold(lpa, "Een organisatie aanmelden kan alleen")
	// With nobody else there is no accession by the chat.
	alone := newWorld(t)
	if a := alone.accede(officer, nil); !strings.Contains(a.Errors[""], "Vraag de beheerder") {
		t.Errorf("alone: %+v", a)
	}
	alone.view(func(tx bot.Tx) error {
		o, err := tx.Organisation("outside")
		if o.SignedAt != "" {
			t.Errorf("it was refused, and %+v was kept", o)
		}
		return err
	})
}

func TestWhoLeftSignsAnewAndANewOneGetsAnIDOfItsOwn(t *testing.T) {
	w, _ := twoSpeakers(t)
	casus := w.open(newCasus())
	w.left("ggd")
	if a := w.accede(officer, map[string][]string{"org": {"ggd"}, "signed_on": {"2026-03-02"}}); a.Errors["signed_on"] == "" {
		t.Errorf("with the form of before: %+v", a)
	}
	w.later(1)
	if a := w.accede(officer, map[string][]string{"org": {"ggd"}, "signed_on": {"2026-03-03"}, "appointee": {string(doctor)}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	// One person alone must not make somebody a guardian of what was before.
	w.command(doctor, "common", "casus", "status "+string(casus.Ref))
	if all := w.told(doctor); !strings.Contains(all[len(all)-1], "Ik ken geen casus") {
		t.Errorf("before the second person, who was named as deciding reads %q", all[len(all)-1])
	}
	w.press(lpa, "Maak bekend")
	w.command(doctor, "common", "casus", "nieuw")
	if _, err := w.person(doctor).OpenForm(); err != nil {
		t.Errorf("who came back cannot open a casus: %v", w.told(doctor))
	}
	if a := w.accede(officer, map[string][]string{"org": nil, "name": {"Jeugdteam De Brug"}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	if a := w.accede(officer, map[string][]string{"org": nil, "name": {"jeugdteam de brug"}}); a.Errors["name"] == "" {
		t.Errorf("the same name twice: %+v", a)
	}
	w.view(func(tx bot.Tx) error {
		o, err := tx.Organisation("jeugdteam-de-brug")
		if err != nil || o.Name != "Jeugdteam De Brug" {
			t.Errorf("the new one is %+v, %v", o, err)
		}
		return nil
	})
}
