package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// toldWithout fails when one of the parts stands in what a person was told last.
func (w *world) toldWithout(user bot.UserID, parts ...string) {
	w.t.Helper()
	for _, p := range parts {
		if strings.Contains(w.lastTold(user), p) {
			w.t.Errorf("%s is told %q, with %q in it", user, w.lastTold(user), p)
		}
	}
}

func TestWhyAFileWaits(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	_ = w.upload(carer, casus.Room, "verslag.txt", "een behandelverslag")
	w.classify(carer, "health")
	w.consent(casus, aConsent("g1", "authority"))
	w.clock.Advance(time.Minute)

	w.press(carer, "Waarom?")
	for _, part := range []string{"nog niet delen, er ontbreekt een ja", "12 tot en met 15 jaar", "Jeugdhulp", "toestemming ontbreekt van de jongere, moeder en vader", "alleen deelnemers"} {
		w.wantTold(carer, part)
	}
	w.toldWithout(carer, "sindsdien veranderd")
	f := w.lastFile(casus)
	if f.Decision == "" || !strings.Contains(w.lastTold(carer), string(f.Decision)) {
		t.Errorf("the decision %q is not named", f.Decision)
	}
	// The button works again, and the command says the same.
	before := w.lastTold(carer)
	w.clock.Advance(time.Minute)
	w.press(carer, "Waarom?")
	w.command(carer, casus.Room, "casus", "waarom")
	if got := w.lastTold(carer); got != before {
		t.Errorf("the command says %q, the button %q", got, before)
	}
	// Somebody else reads nothing of it: only their own, such as that they may take part.
	w.command(ib, casus.Room, "casus", "waarom")
	w.wantTold(ib, "was het besluit: **meedoen mag**")
	w.toldWithout(ib, "verslag.txt", string(f.Decision))
	// It is read, so it is in the log.
	read := 0
	for _, e := range w.of(casus.Ref, bot.ActRead) {
		if e.Decision == f.Decision {
			read++
		}
	}
	if read != 3 {
		t.Errorf("%d readings in the log, want 3", read)
	}
}

func TestWhyAFileWasRefusedUnread(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	_ = w.upload(carer, casus.Room, "overzicht.txt", "nummer 111222333")
	w.command(carer, casus.Room, "casus", "waarom")
	w.wantTold(carer, "**niet delen**")
	w.wantTold(carer, "burgerservicenummer")
}

func TestWhosePartIsOverReadsNoReasons(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	_ = w.upload(carer, casus.Room, "verslag.txt", "een behandelverslag")
	w.classify(carer, "health")
	n := len(w.of(casus.Ref, bot.ActRead))
	w.takeOut(casus.Ref, carer)
	w.press(carer, "Waarom?")
	if got := len(w.of(casus.Ref, bot.ActRead)); got != n {
		t.Errorf("whose part is over reads why")
	}
}
