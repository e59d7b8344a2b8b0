package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

func TestOwnPostsAreTakenBackForAllInOneClick(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	w.says(ib, casus.Room, "van vanochtend")
	w.clock.Advance(2 * time.Hour)
	w.says(ib, casus.Room, "Sanne Jansen, diagnose autisme")
	w.says(lpa, casus.Room, "van een ander")
	_ = w.upload(ib, casus.Room, "verslag.txt", "drie dagen")
	w.classify(ib, "ordinary")
	if len(w.visible(lpa, casus.Room)) != 1 {
		t.Fatal("the file is not there")
	}

	w.command(ib, casus.Room, "casus", "neem-terug")
	wantIn(t, w.lastTold(ib), "**C-2026-0001** · Organisatie school-a · Multidisciplinair overleg (MDO) · 4 partijen")
	w.press(ib, "Haal mijn laatste uur terug")
	wantIn(t, w.lastTold(ib), "1 bericht en 1 bestand")
	if _, there := w.stands(lpa, casus.Room, "Sanne Jansen, diagnose autisme"); there || len(w.visible(lpa, casus.Room)) != 0 {
		t.Error("what was taken back is still there")
	}
	for user, text := range map[bot.UserID]string{ib: "van vanochtend", lpa: "van een ander"} {
		if _, there := w.stands(lpa, casus.Room, text); !there {
			t.Errorf("the message of %s %q is gone too", user, text)
		}
	}
	if w.count(casus.Ref, bot.ActTakenBack) != 1 || w.count(casus.Ref, bot.ActMessageHidden) != 1 || w.count(casus.Ref, bot.ActFileWithdrawn) != 1 {
		t.Errorf("log = %v", w.acts(casus.Ref))
	}

	// The button worked once; the others take the rest.
	w.press(ib, "Haal mijn laatste uur terug")
	wantIn(t, w.lastTold(ib), "Deze knop")
	w.press(ib, "Haal alles van vandaag terug")
	if _, there := w.stands(lpa, casus.Room, "van vanochtend"); there {
		t.Error("the message of this morning is still there")
	}
	if _, there := w.stands(lpa, casus.Room, "van een ander"); !there {
		t.Error("somebody else's message is gone")
	}
	w.press(ib, "Haal al mijn berichten terug")
	wantIn(t, w.lastTold(ib), "Er is dus niets teruggehaald")
	if w.count(casus.Ref, bot.ActTakenBack) != 2 {
		t.Errorf("log = %v", w.acts(casus.Ref))
	}
}

func TestTakingBackFromATimeOn(t *testing.T) {
	w := newWorld(t) // it is noon in Amsterdam
	casus := w.open(newCasus())
	w.says(ib, casus.Room, "eerder")
	w.clock.Advance(30 * time.Minute)
	w.says(ib, casus.Room, "later")
	for _, wrong := range []string{"gisteren", "25:00", "23:59", "C-2026-0001"} {
		w.command(ib, casus.Room, "casus", "neem-terug "+wrong)
		wantIn(t, w.lastTold(ib), "Dat tijdstip begrijp ik niet")
	}
	at := w.clock.Now().In(mustAmsterdam(t)).Add(-5 * time.Minute).Format("15.04")
	w.command(ib, casus.Room, "casus", "neem-terug "+at)
	w.press(ib, "Haal terug vanaf dit tijdstip")
	if _, there := w.stands(lpa, casus.Room, "later"); there {
		t.Error("it is still there")
	}
	if _, there := w.stands(lpa, casus.Room, "eerder"); !there {
		t.Error("what was said before is gone")
	}
}

func mustAmsterdam(t testing.TB) *time.Location {
	t.Helper()
	l, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestTakingBackIsForWhoIsInTheRoom(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.says(lpa, casus.Room, "iets")
	w.command(guide, casus.Room, "casus", "neem-terug")
	wantIn(t, w.lastTold(guide), "Terughalen kan alleen wie meedoet")
	w.command(ib, "common", "casus", "neem-terug")
	wantIn(t, w.lastTold(ib), "alleen in het kanaal")
	// In a closed room taking back still works.
	w.close(casus)
	w.command(lpa, casus.Room, "casus", "neem-terug")
	w.press(lpa, "Haal mijn laatste uur terug")
	if _, there := w.stands(ib, casus.Room, "iets"); there {
		t.Error("it is still there")
	}
}

func TestTheFirstMessageOfADayTellsItsWriterWhichRoomItIs(t *testing.T) {
	w := newWorld(t)
	casus, other := w.open(newCasus()), w.open(newCasus())
	heard := func(user bot.UserID, ref bot.Ref) int {
		return w.heardOf(user, "Je eerste bericht van vandaag in dit overleg: **"+string(ref))
	}
	for range 3 {
		w.says(lpa, casus.Room, "hallo")
	}
	w.says(ib, casus.Room, "hallo")
	w.says(lpa, other.Room, "hallo")
	if a, b, c := heard(lpa, casus.Ref), heard(ib, casus.Ref), heard(lpa, other.Ref); a != 1 || b != 1 || c != 1 {
		t.Errorf("told %d, %d and %d times, want once each", a, b, c)
	}
	w.start() // another process knows what was said
	w.says(lpa, casus.Room, "hallo")
	if n := heard(lpa, casus.Ref); n != 1 {
		t.Errorf("told %d times after a restart, want once", n)
	}
	w.clock.Advance(24 * time.Hour)
	w.says(lpa, casus.Room, "goedemorgen")
	if n := heard(lpa, casus.Ref); n != 2 {
		t.Errorf("told %d times, want again on the next day", n)
	}
	// A message that is refused tells nothing of the kind, and the button takes back.
	w.press(lpa, "Haal mijn laatste uur terug")
	if _, there := w.stands(ib, casus.Room, "goedemorgen"); there {
		t.Error("it is still there")
	}
}

func TestAnAliasIsForWhoGaveItAlone(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.command(lpa, casus.Room, "casus", "bijnaam blauwe fiets")
	wantIn(t, w.lastTold(lpa), "blauwe fiets", "Niemand anders ziet dat")
	w.command(lpa, casus.Room, "casus", "bekend")
	form, err := w.person(lpa).OpenForm()
	if err != nil || !strings.Contains(form.Intro, "C-2026-0001** (blauwe fiets)") && !strings.Contains(form.Intro, "C-2026-0001 (blauwe fiets)") {
		t.Errorf("the form says %q, %v", form.Intro, err)
	}
	w.command(lpa, casus.Room, "casus", "status")
	wantIn(t, w.lastTold(lpa), "blauwe fiets")

	w.command(ib, casus.Room, "casus", "bekend")
	if form, err := w.person(ib).OpenForm(); err != nil || strings.Contains(form.Intro, "fiets") {
		t.Errorf("somebody else reads %q, %v", form.Intro, err)
	}
	w.command(ib, casus.Room, "casus", "status")
	w.command(ib, casus.Room, "casus", "bijnaam")
	wantNotIn(t, strings.Join(w.told(ib), "\n"), "fiets")
	wantNotIn(t, strings.Join(w.mustSee(ib, casus.Room), "\n"), "fiets")

	// The FG of a party names it by its code, from anywhere.
	w.command(officer, "common", "casus", "bijnaam C-2026-0001 zaak één")
	wantIn(t, w.lastTold(officer), "zaak één")
	// Somebody outside does not learn that it exists.
	w.command(guide, "common", "casus", "bijnaam C-2026-0001 x y")
	if a := w.casus(casus.Ref).Private.Aliases; len(a) != 2 {
		t.Errorf("aliases: %v", a)
	}

	for _, wrong := range []string{strings.Repeat("x", 41), "C-2026-9999", "a\u202eb", "..."} {
		w.command(lpa, casus.Room, "casus", "bijnaam "+wrong)
		if a := w.casus(casus.Ref).Private.Aliases; len(a) != 2 || a[0].Name != "blauwe fiets" {
			t.Errorf("%q was taken: %v", wrong, a)
		}
	}
	w.command(lpa, casus.Room, "casus", "bijnaam weg")
	if a := w.casus(casus.Ref).Private.Aliases; len(a) != 1 {
		t.Errorf("aliases: %v", a)
	}
}
