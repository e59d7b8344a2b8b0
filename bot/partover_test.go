package bot_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// What somebody could still do whose part in a casus is over, with what they had
// open or had been sent: in each case they stayed known as somebody who took part,
// and that was taken for taking part.

// left has the organisation of somebody leave the convenant today.
func (w *world) left(org string) {
	w.t.Helper()
	w.command(officer, "common", "convenant", "partijen uittreden")
	if a := w.send(officer, map[string][]string{"org": {org}, "on": {w.clock.Now().Format("2006-01-02")}, "sure": {"true"}}); len(a.Errors) > 0 {
		w.t.Fatal(a.Errors)
	}
}

func TestAFormThatWasOpenRecordsNoConsentOnceItsSendersPartIsOver(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	w.command(carer, casus.Room, "casus", "toestemming")
	w.left("aanbieder")
	before := w.count(casus.Ref, bot.ActConsentRecorded)
	if a := w.send(carer, aConsent("g1", "authority")); a.Errors[""] == "" {
		t.Errorf("the consent was taken: %+v", a)
	}
	if n := w.count(casus.Ref, bot.ActConsentRecorded); n != before {
		t.Errorf("%d consents in the log, want %d", n, before)
	}
}

func TestAFileThatWaitedIsNotDecidedOnceItsPostersPartIsOver(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	_ = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen")
	w.press(ib, "Zeg wat erin staat")
	w.takeOut(casus.Ref, ib)
	if a := w.send(ib, map[string][]string{"kinds": {"ordinary"}}); a.Errors[""] == "" {
		t.Errorf("the file was taken: %+v", a)
	}
	if got := w.visible(lpa, casus.Room); len(got) > 0 {
		t.Errorf("the room sees %v", got)
	}
}

func TestNobodyWritesInARoomTheyDoNotBelongIn(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	// The moment between coming in and being put out: the gate asks, and the room
	// still has them.
	for _, who := range []bot.UserID{guide, stray, "admin-of-the-server"} {
		a, err := w.bot.Posting(t.Context(), bot.Posting{Platform: bottest.ChatName, Channel: casus.Room, User: who, Text: "Klik even op deze afspraak.", Protected: true})
		if err != nil || a.Allow || !strings.Contains(a.Text, "Je doet niet mee") {
			t.Errorf("%s: %+v, %v", who, a, err)
		}
	}
	w.takeOut(casus.Ref, lpa)
	a, err := w.bot.Posting(t.Context(), bot.Posting{Platform: bottest.ChatName, Channel: casus.Room, User: lpa, Text: "Nog één ding.", Protected: true})
	if err != nil || a.Allow {
		t.Errorf("whose part is over: %+v, %v", a, err)
	}
	if a, err := w.bot.Upload(t.Context(), bot.Upload{Platform: bottest.ChatName, Channel: casus.Room, User: lpa, Name: "a.txt", Size: 3, Protected: true}, strings.NewReader("abc")); err != nil || a.Allow || !strings.Contains(a.Text, "Je doet niet mee") {
		t.Errorf("a file of whose part is over: %+v, %v", a, err)
	}
	if n := w.count(casus.Ref, bot.ActRefused); n != 5 {
		t.Errorf("%d refusals in the log, want 5: %v", n, w.acts(casus.Ref))
	}
}

func TestTheFGOfAnOrganisationThatLeftReadsNothingAnyMore(t *testing.T) {
	w := newWorld(t)
	r := register()
	fg := bot.Person{ID: "p-fg", Accounts: []bot.Account{{Platform: bottest.ChatName, User: guide}}}
	for i := range r.Organisations {
		if r.Organisations[i].ID == "aanbieder" {
			r.Organisations[i].DPO, r.Organisations[i].Appointee = "p-fg", "p-fg"
		}
	}
	r.People = slices.DeleteFunc(r.People, func(p bot.Person) bool { return p.ID == "p-guide" })
	fg.ID = "p-guide" // somebody who only watches
	r.People = append(r.People, fg)
	for i := range r.Organisations {
		if r.Organisations[i].DPO == "p-fg" {
			r.Organisations[i].DPO, r.Organisations[i].Appointee = "p-guide", "p-guide"
		}
	}
	w.load(r)
	casus := w.open(newCasus())
	w.command(guide, "common", "casus", "status "+string(casus.Ref))
	w.wantTold(guide, "C-2026-0001")
	w.command(guide, "common", "convenant", "partijen uittreden")
	if a := w.send(guide, map[string][]string{"org": {"aanbieder"}, "on": {w.clock.Now().Format("2006-01-02")}, "sure": {"true"}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	w.command(guide, "common", "casus", "status "+string(casus.Ref))
	if all := w.told(guide); !strings.Contains(all[len(all)-1], "Ik ken geen casus C-2026-0001 waarvoor jij") {
		t.Errorf("they read %q", all[len(all)-1])
	}
	before := len(w.told(guide))
	w.hold(casus.Ref)
	if now := w.told(guide); len(now) != before {
		t.Errorf("they were told %q", now[before:])
	}
}

func TestWhosePartIsOverHearsNothingOfTheClosingAndTheErasing(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.takeOut(casus.Ref, carer)
	before := len(w.told(carer))
	w.command(ib, casus.Room, "casus", "overleg")
	w.send(ib, map[string][]string{"day": {"2026-03-12"}, "time": {"14:30"}, "duration": {"60"}})
	w.close(casus)
	for _, m := range w.casus(casus.Ref).Private.Members {
		if m.Account != carer {
			w.press(m.Account, "Wij hebben overgenomen")
		}
	}
	w.later(61) // a hand-over that nobody confirms waits for a person
	if now := w.told(carer); len(now) != before {
		t.Errorf("they were told:\n%s", strings.Join(now[before:], "\n---\n"))
	}
}

func TestTheAnswerToARequestGoesToNobodyWhosePartIsOver(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.asks(lpa, casus.Room, "erasure", "g1")
	w.takeOut(casus.Ref, lpa)
	before := len(w.told(lpa))
	if a := w.decides(officer, map[string][]string{"outcome": {"rejected"}, "note": {"De leerplicht moet dit bewaren."}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	if now := w.told(lpa); len(now) != before {
		t.Errorf("who noted it and left was told %q", now[before:])
	}
	w.wantTold(ib, "De leerplicht moet dit bewaren.") // who leads passes it on
}

// In a room in which nobody is named a first name alone was let through.
func TestALoneFirstNameDoesNotStandInAListOrPolicyRoom(t *testing.T) {
	for _, room := range []struct {
		what, kind string
	}{{"lijst", "alle_kinderen_in_beeld"}, {"beleid", "tom_beleidstafel"}} {
		w := newWorld(t)
		casus, a := w.shape(room.what, map[string][]string{"kind": {room.kind}, "purpose": {"Cijfers bespreken"}, "members": {string(guide)}})
		if len(a.Errors) > 0 {
			t.Fatalf("%s: %v", room.what, a.Errors)
		}
		for _, said := range []string{"Sem komt niet meer", "Vandaag Noa gesproken", "de ouders van Mees"} {
			if posted, why := w.says(casus.Private.Members[0].Account, casus.Room, said); posted || !strings.Contains(why, "als een naam") {
				t.Errorf("%s: %q: %v, %q", room.what, said, posted, why)
			}
		}
		for _, said := range []string{"Dinsdag is er overleg in Leusden", "De storm is voorbij", "AKB-12 wacht op een plek"} {
			if posted, why := w.says(casus.Private.Members[0].Account, casus.Room, said); !posted {
				t.Errorf("%s: %q was refused: %q", room.what, said, why)
			}
		}
	}
}

// A calendar file cannot be taken back, and a place could name the family.
func TestTheCalendarFileSaysNotAtWhoseHome(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	for _, place := range []string{"thuis bij Sem", "familie Bakker thuis", "bij S. Bakker"} {
		w.command(ib, casus.Room, "casus", "overleg")
		if a := w.send(ib, map[string][]string{"day": {"2026-03-12"}, "time": {"14:30"}, "duration": {"60"}, "place": {place}}); a.Errors["place"] == "" {
			t.Errorf("%q was taken as a place: %+v", place, a)
		}
	}
	w.command(ib, casus.Room, "casus", "overleg")
	if a := w.send(ib, map[string][]string{"day": {"2026-03-12"}, "time": {"14:30"}, "duration": {"60"}, "place": {"Basisschool Het Kompas, lokaal 3"}}); len(a.Errors) > 0 {
		t.Errorf("a school as a place: %v", a.Errors)
	}
}
