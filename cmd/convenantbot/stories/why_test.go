package stories

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Whatever was decided on a file in the try-out, its owner opens why: a no, a wait
// and a yes. Each explanation says what was decided, what was looked at and whom to
// turn to. What is taken back says so itself.
func TestEveryDecisionOnAFileOpensItsExplanation(t *testing.T) {
	mustBinary(t)
	bot, base := tryOut(t, t.TempDir())
	sanne, daan := become(t, base, "sanne"), become(t, base, "daan")
	sanne.say("algemeen", "/casus nieuw")
	sanne.fill(values{"kind": {"mdo"}, "purpose": {"Samen een plan maken"}, "born": {"2013-05-01"}, "school": {"school-de-linde"},
		"members": {"daan"}, "holder1": {"moeder"}, "holder2": {"vader"}, "checked": {"register"},
		"agreed": {"g1", "g2", "yp"}, "agreed_on": {"2026-02-20"}, "agreed_how": {"conversation"}, "invited": {"ja"}})
	until(t, "Daan has a room", patience, func() bool { return len(daan.rooms()) == 1 }, bot.said)
	room := daan.rooms()[0]
	share := func(name, kind string) {
		t.Helper()
		if got := daan.upload(room, name, []byte("verzonnen: "+name)); !strings.Contains(got, "nog niet geplaatst") {
			t.Fatalf("upload %s: %q, want it held", name, got)
		}
		daan.press("Zeg wat erin staat", name)
		daan.fill(values{"kinds": {kind}})
	}
	// explained waits for an explanation that is about name, says effect and is whole.
	explained := func(name, effect string) {
		t.Helper()
		until(t, "it is explained: "+effect, patience, func() bool {
			return slices.ContainsFunc(strings.Split(daan.told(), "\n---\n"), func(told string) bool {
				for _, part := range []string{"**Waarom? Casus", `"` + name + `"`, "was het besluit: **" + effect + "**", "**Waar ik naar keek**", "Leg het voor aan de FG", "Noem het nummer"} {
					if !strings.Contains(told, part) {
						return false
					}
				}
				return true
			})
		}, daan.told)
	}

	// A no: health, before the phase of talking about it.
	share("te-vroeg.txt", "health")
	daan.press("Waarom?", "te-vroeg.txt")
	explained("te-vroeg.txt", "niet delen")

	// A wait: nobody said yes yet. It can be opened more than once.
	share("verslag.txt", "ordinary")
	daan.press("Waarom?", "verslag.txt")
	explained("verslag.txt", "nog niet delen, er ontbreekt een ja")

	// A yes, once everybody did.
	today := time.Now()
	for _, g := range givers {
		daan.press("Toestemming vastleggen", "verslag.txt")
		daan.fill(values{"giver": {g[0]}, "capacity": {g[1]}, "decision": {"given"}, "recipients": {"school-de-linde"}, "kinds": {"ordinary"},
			"purpose": {"Samen een plan maken"}, "given_on": {today.Format(time.DateOnly)}, "expires_on": {today.AddDate(0, 10, 0).Format(time.DateOnly)}, "how": {"conversation"}})
	}
	until(t, "the file is there", patience, func() bool { return len(sanne.files(room)) == 1 }, daan.told)
	daan.say(room, "/casus waarom")
	explained("verslag.txt", "delen mag")

	// Taken back: it is out of sight, and who shared it is told why.
	daan.say(room, "/casus intrekken")
	f := daan.shown()
	daan.fill(values{"consent": {f.Fields[0].Options[0].Value}})
	until(t, "the file is out of sight", patience, func() bool { return len(sanne.files(room)) == 0 }, bot.said)
	daan.wasTold("is ingetrokken. Er wordt niets nieuws meer gedeeld op grond hiervan. 1 bestand(en) zijn meteen uit het zicht gehaald")
}
