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
	today := amsterdam(t, 0)
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
	daan.wasTold("is ingetrokken. Er wordt niets nieuws meer gedeeld op grond hiervan. 1 bestand is meteen uit het zicht gehaald")
}

// What was held and what becomes of a casus are decisions too: whoever is told of one
// opens why with the button below it, as often as they like.
func TestADecisionThatIsNotOnAFileOpensItsExplanation(t *testing.T) {
	mustBinary(t)
	bot, base := tryOut(t, t.TempDir())
	sanne, daan := become(t, base, "sanne"), become(t, base, "daan")
	sanne.say("algemeen", "/casus nieuw")
	sanne.fill(values{"kind": {"mdo"}, "purpose": {"Samen een plan maken"}, "born": {"2013-05-01"}, "school": {"school-de-linde"},
		"members": {"daan"}, "holder1": {"moeder"}, "holder2": {"vader"}, "checked": {"register"},
		"agreed": {"g1", "g2", "yp"}, "agreed_on": {"2026-02-20"}, "agreed_how": {"conversation"}, "invited": {"ja"}})
	until(t, "Daan has a room", patience, func() bool { return len(daan.rooms()) == 1 }, bot.said)
	room := daan.rooms()[0]
	// explained waits until n explanations stand there that have all parts.
	explained := func(who *window, n int, parts ...string) {
		t.Helper()
		parts = append(parts, "**Waarom? Casus", "**Waar ik naar keek**", "**En nu?**", "Leg het voor aan de FG", "Noem het nummer")
		until(t, "it is explained: "+parts[0], patience, func() bool {
			found := 0
			for _, told := range strings.Split(who.told(), "\n---\n") {
				if !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(told, part) }) {
					found++
				}
			}
			return found >= n
		}, who.told)
	}

	// Youth care may not say anything of the young person yet.
	if err := daan.act("bericht", map[string]any{"channel": room, "text": "Hij is bij ons bekend.", "tab": daan.tab()}, nil); err == nil {
		t.Fatal("what may not be said yet was posted")
	}
	for n := range 2 {
		daan.press("Waarom?", "Je bericht in")
		explained(daan, n+1, "je bericht", "was het besluit: **nog niet delen, er ontbreekt een ja**", "**Wat er nog ontbrak:** een ja van")
	}

	// Everybody in the room opens why it is kept now, and for how long.
	sanne.say(room, "/casus sluit")
	sanne.press("Ja, sluiten", "Wil je casus")
	for _, who := range []*window{daan, sanne} {
		who.place = room
		who.press("Waarom?", "is gesloten")
		explained(who, 1, "was het besluit: **bewaren** (bewaarregel", "Archiveren kan vanaf", "Deze regels gelden nog")
	}
}
