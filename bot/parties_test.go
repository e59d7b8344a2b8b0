package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"pgregory.net/rapid"
)

// alsoAppoint gives somebody another appointment, confirmed a moment ago.
func (w *world) alsoAppoint(user bot.UserID, org bot.OrgID, sector bot.Sector, function string) {
	w.t.Helper()
	var p bot.Person
	w.view(func(tx bot.Tx) (err error) {
		p, err = tx.PersonByAccount(bot.Account{Platform: bottest.ChatName, User: user})
		return err
	})
	w.ids++
	p.Appointments = append(p.Appointments, bot.Appointment{ID: "more-" + string(user) + "-" + string(sector), Organisation: org, Sector: sector, Function: function,
		Task: "taak", ConfirmedBy: "hr", ConfirmedAt: w.clock.Now().Add(-time.Hour)})
	w.load(bot.Register{People: []bot.Person{p}})
}

func (w *world) load(r bot.Register) {
	w.t.Helper()
	if err := w.bot.LoadRegister(w.t.Context(), r); err != nil {
		w.t.Fatalf("LoadRegister: %v", err)
	}
	w.settle()
}

func (w *world) inside(room bot.ChannelID) []bot.UserID {
	w.t.Helper()
	users, err := w.chat.RoomMembers(w.t.Context(), room)
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Sort(users)
	return users
}

func (w *world) wantInside(room bot.ChannelID, want ...bot.UserID) {
	w.t.Helper()
	slices.Sort(want)
	if got := w.inside(room); !slices.Equal(got, want) {
		w.t.Errorf("in the room are %v, want %v", got, want)
	}
}

// staff does something in the form about who works for an organisation.
func (w *world) staff(by bot.UserID, org string, values map[string][]string) bot.FormAnswer {
	w.t.Helper()
	w.command(by, "common", "convenant", "medewerkers")
	seen, err := w.person(by).SeeDirect()
	if err != nil {
		w.t.Fatal(err)
	}
	for i := len(seen) - 1; i >= 0; i-- {
		if strings.Contains(seen[i].Text, "Wie werkt er voor Organisatie "+org) {
			if err := w.person(by).Press(seen[i].ID, "Wijzig"); err != nil {
				w.t.Fatal(err)
			}
			w.settle()
			return w.send(by, values)
		}
	}
	w.t.Fatalf("%s sees no list of %s:\n%s", by, org, strings.Join(w.told(by), "\n---\n"))
	return bot.FormAnswer{}
}

func TestAnOrganisationLeavesAndItsPeopleAreOutAtOnce(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	other := w.open(newCasus(func(v map[string][]string) { v["members"] = []string{string(doctor)} }))
	w.command(officer, "common", "convenant", "partijen uittreden")
	if a := w.send(officer, map[string][]string{"org": {"aanbieder"}, "on": {w.clock.Now().Format(time.DateOnly)}, "sure": {"true"}}); len(a.Errors) > 0 {
		t.Fatalf("leave: %v", a.Errors)
	}
	w.wantInside(casus.Room, ib, lpa, doctor)
	w.wantInside(other.Room, ib, doctor)
	w.wantTold(carer, "geen partij meer")
	w.wantTold(ib, "Is er iemand anders nodig?")
	if n := w.count(casus.Ref, bot.ActMemberEnded); n != 1 {
		t.Errorf("the log has %d ended members, want 1: %v", n, w.acts(casus.Ref))
	}
	if w.count(other.Ref, bot.ActMemberEnded) != 0 {
		t.Error("a casus without the organisation was touched")
	}
	// Somebody puts them back by hand.
	if err := w.person(lpa).Add(casus.Room, carer); err != nil {
		t.Fatal(err)
	}
	w.settle()
	w.wantInside(casus.Room, ib, lpa, doctor)
	// Every other way is closed as well.
	w.command(carer, casus.Room, "casus", "status")
	w.wantTold(carer, "Een casus zien kan alleen wie meedoet")
	w.command(carer, "common", "casus", "nieuw")
	if _, err := w.person(carer).OpenForm(); err == nil {
		t.Error("who works for an organisation that left can open a casus")
	}
}

func TestAnOrganisationThatLeavesLaterIsInUntilThen(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.command(officer, "common", "convenant", "partijen uittreden")
	day := w.clock.Now().AddDate(0, 0, 3).Format(time.DateOnly)
	if a := w.send(officer, map[string][]string{"org": {"aanbieder"}, "on": {day}, "sure": {"true"}}); len(a.Errors) > 0 {
		t.Fatalf("leave: %v", a.Errors)
	}
	w.wantInside(casus.Room, ib, lpa, carer, doctor)
	for range 3 {
		w.wantInside(casus.Room, ib, lpa, carer, doctor)
		w.clock.Advance(24 * time.Hour)
		w.round()
	}
	w.wantInside(casus.Room, ib, lpa, doctor)
}

func TestLeavingAsksForADayAndForBeingSureAndForTheRight(t *testing.T) {
	for _, c := range []struct {
		name, field string
		values      map[string][]string
	}{
		{"yesterday", "on", map[string][]string{"org": {"aanbieder"}, "on": {"2026-03-01"}, "sure": {"true"}}},
		{"no day", "on", map[string][]string{"org": {"aanbieder"}, "sure": {"true"}}},
		{"not sure", "sure", map[string][]string{"org": {"aanbieder"}, "on": {"2026-03-02"}}},
		{"an organisation of nobody", "", map[string][]string{"org": {"outside"}, "on": {"2026-03-02"}, "sure": {"true"}}},
	} {
		w := newWorld(t)
		w.command(officer, "common", "convenant", "partijen uittreden")
		if a := w.send(officer, c.values); a.Errors[c.field] == "" {
			t.Errorf("%s: %+v, want an error at %q", c.name, a, c.field)
		}
		w.view(func(tx bot.Tx) error {
			o, err := tx.Organisation("aanbieder")
			if o.LeftAt != "" {
				t.Errorf("%s: it left", c.name)
			}
			return err
		})
	}
	w := newWorld(t)
	w.command(carer, "common", "convenant", "partijen uittreden")
	w.wantTold(carer, "Uittreden meldt alleen de beslisser of de FG")
}

func TestTheRegisterOfPartiesSaysWhoIsAndWhoIsNot(t *testing.T) {
	w := newWorld(t)
	r := register()
	r.Organisations[0].Mandate = "bestuurder"
	w.load(bot.Register{Organisations: r.Organisations[:1]})
	w.command(lpa, "common", "convenant", "partijen")
	w.wantTold(lpa, "Organisatie school-a: partij, getekend op 1 september 2025 en bekendgemaakt op 15 september 2025; ondertekend door: bestuurder")
	w.wantTold(lpa, "Praktijk Buiten: niet toegetreden")
}

func TestWhatTheFileSaysDoesNotUndoThatAnOrganisationLeft(t *testing.T) {
	w := newWorld(t)
	r := register()
	left := r.Organisations[2]
	left.LeftAt = "2026-03-02"
	w.load(bot.Register{Organisations: []bot.Organisation{left}})
	w.load(r) // the operator's file, as before
	w.view(func(tx bot.Tx) error {
		o, err := tx.Organisation(left.ID)
		if o.LeftAt != "2026-03-02" {
			t.Errorf("after the file was read again it left on %q", o.LeftAt)
		}
		return err
	})
	again := left
	again.LeftAt, again.SignedAt, again.AnnouncedAt = "", "2026-03-03", "2026-03-03"
	w.load(bot.Register{Organisations: []bot.Organisation{again}})
	w.view(func(tx bot.Tx) error {
		o, err := tx.Organisation(left.ID)
		if o.LeftAt != "" {
			t.Errorf("after signing anew it still left on %q", o.LeftAt)
		}
		return err
	})
}

// quarterly is the register with who works where confirmed today, for a quarter.
func quarterly(w *world) bot.Register {
	r := register()
	for i := range r.People {
		for j := range r.People[i].Appointments {
			r.People[i].Appointments[j].ConfirmedAt = w.clock.Now().Add(-time.Hour)
		}
	}
	r.Lapses = true
	return r
}

func TestEachQuarterAnOrganisationIsAskedAndConfirmsWithOnePress(t *testing.T) {
	w := newWorld(t)
	w.load(quarterly(w))
	casus := w.open(newCasus())
	days := func(n int) {
		for range n {
			w.clock.Advance(24 * time.Hour)
			w.round()
		}
	}
	days(91)
	if strings.Contains(strings.Join(w.told(officer), ""), "Werken deze mensen nog") {
		t.Fatal("the organisation was asked before a quarter was over")
	}
	days(1)
	w.wantTold(officer, "Werken deze mensen nog bij Organisatie school-a?")
	asked := len(w.told(officer))
	days(3)
	if n := len(w.told(officer)); n != asked {
		t.Errorf("%d messages more in three days, want none", n-asked)
	}
	days(6)
	w.wantTold(officer, "Dit is een herinnering")
	seen, err := w.person(officer).SeeDirect()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range seen {
		if strings.Contains(s.Text, "herinnering") && strings.Contains(s.Text, "school-a") {
			if err := w.person(officer).Press(s.ID, "Zij werken hier nog"); err != nil {
				t.Fatal(err)
			}
		}
	}
	days(10)
	w.wantInside(casus.Room, ib)
}

func TestWhoWasNotConfirmedIsOutHearsWhyAndComesBackWhenConfirmed(t *testing.T) {
	w := newWorld(t)
	r := quarterly(w)
	w.load(r)
	casus := w.open(newCasus())
	// Everybody but the carer is confirmed again in time.
	w.clock.Advance(60 * 24 * time.Hour)
	for _, org := range []string{"school-a", "gemeente", "ggd"} {
		id := map[string]string{"school-a": "a-ib", "gemeente": "a-lpa", "ggd": "a-doctor"}[org]
		if a := w.staff(officer, org, map[string][]string{"what": {"confirm"}, "who": {id}}); len(a.Errors) > 0 {
			t.Fatalf("confirm: %v", a.Errors)
		}
	}
	w.clock.Advance(46*24*time.Hour - 3*time.Hour)
	w.round()
	w.wantInside(casus.Room, ib, lpa, carer, doctor)
	w.clock.Advance(2 * time.Hour)
	w.round()
	w.wantInside(casus.Room, ib, lpa, doctor)
	w.wantTold(carer, "niet op tijd opnieuw bevestigd")
	w.wantTold(ib, "niet op tijd opnieuw bevestigd")
	if err := w.upload(carer, casus.Room, "plan.txt", "x"); err == nil {
		t.Error("who was not confirmed could still share")
	}
	if a := w.staff(officer, "aanbieder", map[string][]string{"what": {"confirm"}, "who": {"a-carer"}}); len(a.Errors) > 0 {
		t.Fatalf("confirm: %v", a.Errors)
	}
	w.round()
	w.wantInside(casus.Room, ib, lpa, carer, doctor)
	w.wantTold(carer, "je doet weer mee")
	// The operator's file with its older date changes nothing.
	w.load(r)
	w.wantInside(casus.Room, ib, lpa, carer, doctor)
}

func TestWorkThatEndedIsOutAtOnceAndDoesNotComeBackByTheFile(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if a := w.staff(officer, "ggd", map[string][]string{"what": {"end"}, "who": {"a-doctor"}}); len(a.Errors) > 0 {
		t.Fatalf("end: %v", a.Errors)
	}
	w.wantInside(casus.Room, ib, lpa, carer)
	w.load(register())
	w.round()
	w.wantInside(casus.Room, ib, lpa, carer)
	w.wantTold(doctor, "dit werk is beëindigd")
}

func TestAnAppointeeAddsSomebodyAndTheyCanJoin(t *testing.T) {
	w := newWorld(t)
	good := map[string][]string{"what": {"add"}, "user": {string(nobody)}, "sector": {"attendance"}, "function": {"leerplichtambtenaar"}, "task": {"leerplicht"}}
	for field, bad := range map[string]string{"user": "ghost", "sector": "politiek", "function": "Jan Jansen", "task": "", "what": "dansen"} {
		v := map[string][]string{}
		for k, x := range good {
			v[k] = x
		}
		v[field] = []string{bad}
		if a := w.staff(officer, "gemeente", v); a.Errors[field] == "" {
			t.Errorf("%s %q: %+v, want an error there", field, bad, a)
		}
	}
	if a := w.staff(officer, "gemeente", good); len(a.Errors) > 0 {
		t.Fatalf("add: %v", a.Errors)
	}
	if a := w.staff(officer, "gemeente", good); a.Errors["user"] == "" {
		t.Errorf("add twice: %+v, want an error", a)
	}
	w.load(register()) // which knows nothing of them
	w.command(nobody, "common", "casus", "nieuw")
	if _, err := w.person(nobody).OpenForm(); err != nil {
		t.Errorf("who was added cannot open a casus: %v", err)
	}
}

func TestOnlyWhomAnOrganisationAppointedConfirmsItsPeople(t *testing.T) {
	w := newWorld(t)
	for _, user := range []bot.UserID{ib, lpa, nobody, stray} {
		w.command(user, "common", "convenant", "medewerkers")
		w.wantTold(user, "Medewerkers bevestigt alleen de beslisser")
	}
	// Nor after it was taken away, with the form still open.
	w.command(officer, "common", "convenant", "medewerkers")
	w.press(officer, "Wijzig")
	r := register()
	for i := range r.Organisations {
		r.Organisations[i].Appointee = ""
	}
	w.load(bot.Register{Organisations: r.Organisations})
	if a := w.send(officer, map[string][]string{"what": {"end"}, "who": {"a-guide"}}); a.Errors[""] == "" {
		t.Errorf("the form of who is appointee no more: %+v, want a refusal", a)
	}
}

// Nobody whose appointment lapsed, ended, or whose organisation left is allowed
// in a room, whatever else is noted about them.
func TestNobodyWhoseAppointmentDoesNotCountIsAllowed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		now := w.clock.Now()
		moments := rapid.SampledFrom([]time.Time{{}, now.Add(-48 * time.Hour), now.Add(-time.Nanosecond), now, now.Add(time.Nanosecond), now.Add(48 * time.Hour)})
		days := rapid.SampledFrom([]string{"", "2026-03-01", "2026-03-02", "2026-03-03"})
		org := bot.Organisation{ID: "org", SignedAt: days.Draw(rt, "signed"), AnnouncedAt: days.Draw(rt, "announced"), LeftAt: days.Draw(rt, "left")}
		a := bot.Appointment{ID: "a", Organisation: rapid.SampledFrom([]bot.OrgID{"org", "school-a"}).Draw(rt, "at"),
			Sector:      rapid.SampledFrom([]bot.Sector{bot.YouthCare, bot.SWV}).Draw(rt, "sector"),
			ConfirmedAt: moments.Draw(rt, "confirmed"), EndedAt: moments.Draw(rt, "ended"), ConfirmedUntil: moments.Draw(rt, "until")}
		person := bot.Person{ID: "p-one", Accounts: []bot.Account{{Platform: bottest.ChatName, User: "one"}}, Appointments: []bot.Appointment{a}}
		m := bot.Member{ID: "p-one", Account: "one", Role: bot.Professional, Organisation: "org", Sector: bot.YouthCare, Until: moments.Draw(rt, "member until")}
		casus := bot.Casus{Status: bot.Open, Private: bot.Private{Members: []bot.Member{m}}}
		if err := w.store.Update(t.Context(), func(tx bot.Tx) error {
			if err := tx.SaveOrganisation(org); err != nil {
				return err
			}
			if rapid.Bool().Draw(rt, "known") {
				return tx.SavePerson(person)
			}
			person.Appointments = nil
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		var allowed []bot.UserID
		w.view(func(tx bot.Tx) (err error) { allowed, err = w.bot.AllowedIn(tx, casus); return err })
		party := org.SignedAt != "" && org.SignedAt <= "2026-03-02" && org.AnnouncedAt != "" && org.AnnouncedAt <= "2026-03-02" && (org.LeftAt == "" || org.LeftAt > "2026-03-02")
		counts := len(person.Appointments) == 1 && a.Organisation == "org" && a.Sector == bot.YouthCare && !a.ConfirmedAt.IsZero() && !a.ConfirmedAt.After(now) &&
			(a.EndedAt.IsZero() || a.EndedAt.After(now)) && (a.ConfirmedUntil.IsZero() || a.ConfirmedUntil.After(now))
		still := m.Until.IsZero() || m.Until.After(now)
		if want := party && counts && still; want != (len(allowed) == 1) {
			rt.Errorf("allowed %v, want %v (party %v, appointment counts %v, part not over %v)", allowed, want, party, counts, still)
		}
	})
}
