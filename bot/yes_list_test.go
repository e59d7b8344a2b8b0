package bot_test

import (
	"strings"
	"testing"
	"time"
)

// A no and a yes that was withdrawn read as a yes in the list to choose a proof
// from.
func TestTheListOfProofsSaysWhatIsANoAndWhatWasWithdrawn(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.discuss(casus)
	no := aConsent("g1", "authority")
	no["decision"] = []string{"refused"}
	for _, v := range []map[string][]string{no, aConsent("g2", "authority"), aConsent("yp", "young_person")} {
		if a := w.consent(casus, v); len(a.Errors) > 0 {
			t.Fatal(a.Errors)
		}
		w.clock.Advance(time.Minute)
	}
	w.command(carer, casus.Room, "casus", "intrekken")
	for value, label := range w.options(carer) {
		if strings.HasPrefix(label, "Nee") {
			t.Errorf("a no can be withdrawn: %s", label)
		}
		if strings.HasPrefix(label, "vader: Gezondheid") {
			if a := w.send(carer, map[string][]string{"consent": {value}}); len(a.Errors) > 0 {
				t.Fatal(a.Errors)
			}
		}
	}
	w.command(carer, casus.Room, "casus", "bewijs")
	seen := map[string]int{}
	for _, label := range w.options(carer) {
		if !strings.Contains(label, "Gezondheid") {
			continue
		}
		no, gone := strings.HasPrefix(label, "Nee van "), strings.Contains(label, "ingetrokken op")
		for who, want := range map[string][2]bool{"moeder": {true, false}, "vader": {false, true}, "de jongere": {false, false}} {
			if !strings.Contains(label, who) {
				continue
			}
			if seen[who]++; no != want[0] || gone != want[1] {
				t.Errorf("%q reads as a no %v and as withdrawn %v, want %v", label, no, gone, want)
			}
		}
	}
	if len(seen) != 3 {
		t.Errorf("the list has %v, want all three", seen)
	}
}
