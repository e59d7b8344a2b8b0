package stories

import (
	"strings"
	"time"
)

// conclusion: the jeugdarts has secrecy of her own. Nobody else can record the
// yes that lifts it.
func (w *week) conclusion() {
	c := w.open(w.child(set("holder2"), set("agreed", "g1")), w.lpa, w.doctor, w.carer)
	w.discuss(c)
	w.ib.command(c.room, "/casus afspraak geeft een conclusie: kan de leerling hele dagen naar school?")
	w.ib.fill(values{"actor": {w.ib.choice("actor", "jeugdarts")}})
	w.doctor.finds(c.room, "**Afspraak:**", "geeft een conclusie", "jeugdarts")
	const name, text = "conclusie.txt", "de leerling kan hele dagen naar school"
	w.doctor.brings(c, name, text, "health")
	w.doctor.hears(name, "Nodig is nog een ja van", "moeder")

	// The carer's note lifts the carer's secrecy, and not the doctor's.
	w.carer.does(c.room, "/casus toestemming", yes("g1", "authority", "conversation"))
	w.carer.hears("De toestemming is vastgelegd")
	w.ib.sees(c.room)
	// The ib'er has none to lift, and a yes of nobody in the casus is none.
	w.doctor.press("Toestemming vastleggen", name)
	if wrong := w.doctor.try(yes("g2", "authority", "conversation")); wrong["giver"] == "" {
		w.t.Errorf("a yes of somebody without authority: %v, want it refused", wrong)
	}
	if wrong := w.doctor.try(yes("g1", "young_person", "conversation")); wrong["capacity"] == "" {
		w.t.Errorf("a mother's yes as young person: %v, want it refused", wrong)
	}
	w.doctor.fill(yes("g1", "authority", "conversation"))
	w.doctor.hears("Het wachtende bestand wordt nu geplaatst")
	w.ib.sees(c.room, text)
	w.lpa.sees(c.room, text)
	// The mother may have it on paper.
	w.doctor.press("Bewijs om te printen", c.ref)
	w.doctor.hears("hier is het bewijs om te printen")
	w.doctor.command(c.room, "/casus afspraken")
	w.doctor.press("Klaar, nummer 1", c.ref)
	w.doctor.hears("Afgevinkt: geeft een conclusie")
	w.expect(c.ref, "consent_recorded", 2, "")
	w.expect(c.ref, "file_posted", 1, "")
	w.expect(c.ref, "yes_receipt_made", 1, "")
}

// atTheDoor: text counts too. The first message of the wijkteam is held until
// there is a yes; with one, given by phone, it may be said.
func (w *week) atTheDoor() {
	c := w.open(w.child(set("members", w.lpa.id(), w.home.id())), w.lpa, w.home)
	const said = "Het gezin heeft sinds maandag hulp thuis."
	if refused := w.home.say(c.room, said); !all(refused, []string{"nog niet geplaatst"}) {
		w.t.Fatalf("the first message of the wijkteam: %q, want it held", refused)
	}
	w.home.hears("Je bericht in", c.code(), "nog niet geplaatst", "moeder")
	if n := w.ib.count(c.room, said); n != 0 {
		w.t.Fatalf("the message that was held is read")
	}
	// She rings the father, who says no; then she stands at the mother's door, who
	// says yes. One objects, so both are asked.
	w.home.press("Toestemming vastleggen", c.code())
	w.home.fill(yes("g2", "authority", "phone", set("kinds", "ordinary"), set("decision", "refused")))
	w.home.hears("De weigering is vastgelegd")
	w.home.does(c.room, "/casus toestemming", yes("g1", "authority", "conversation", set("kinds", "ordinary", "sensitive")))
	if refused := w.home.say(c.room, said); !all(refused, []string{"nog niet geplaatst"}) {
		w.t.Fatalf("with one who objects: %q, want it held", refused)
	}
	// The father rings back.
	w.home.does(c.room, "/casus toestemming", yes("g2", "authority", "phone", set("kinds", "ordinary")))
	until(w.t, "the message may be said", patience, func() bool { return w.home.say(c.room, said) == "" }, func() string { return tail(w.said(), 2000) })
	w.ib.finds(c.room, said)
	// Whoever looks later sees how it was given, and by whose hand it stands there.
	w.home.command(c.room, "/casus bewijs")
	w.home.choice("yes", "moeder: Gewone gegevens", "namens de persoon genoteerd (in een gesprek)")
	w.lpa.command(c.room, "/casus bewijs")
	for _, c := range w.lpa.form()["yes"].choices {
		if strings.Contains(c[1], "Gewone gegevens") {
			w.t.Errorf("somebody of another organisation can have the proof of %q", c[1])
		}
	}
	w.expect(c.ref, "message_held", 2, "not_covered")
	w.expect(c.ref, "consent_recorded", 2, "")
	w.expect(c.ref, "consent_refused", 1, "")
}

// withdraws: the mother takes her own yes back with her own account, and it works
// at once and the day after.
func (w *week) withdraws() {
	c := w.open(w.child(set("holder2"), set("agreed", "g1"), set("members", w.lpa.id(), w.carer.id())), w.lpa, w.carer)
	w.ib.does(c.room, "/casus uitnodigen", values{"who": {"g1"}, "through": {"guest"}, "user": {w.mother.id()}})
	until(w.t, "the mother has a room", patience, func() bool { c.room = w.mother.room(c.ref); return c.room != "" }, func() string { return tail(w.said(), 2000) })
	w.discuss(c)
	w.carer.does(c.room, "/casus toestemming", yes("g1", "authority", "conversation"))
	w.mother.hears("er is vastgelegd dat jij ja hebt gezegd", c.ref)
	w.carer.brings(c, "woensdag.txt", "verslag van woensdag", "health")
	w.ib.sees(c.room, "verslag van woensdag")
	w.mother.sees(c.room, "verslag van woensdag")

	w.mother.command(c.room, "/casus intrekken")
	w.mother.fill(values{"consent": {w.mother.choice("consent", "Gezondheid")}})
	w.mother.hears("De toestemming is ingetrokken", "1 bestand is")
	w.ib.sees(c.room)
	w.mother.sees(c.room)
	w.ib.hears(c.ref, "uit het zicht")

	w.forward(1)
	w.carer.brings(c, "donderdag.txt", "verslag van donderdag", "health")
	w.carer.hears("donderdag.txt", "Nodig is nog een ja van", "moeder")
	w.ib.sees(c.room)
	w.carer.press("Gooi weg", "donderdag.txt")
	w.carer.hears("Het bestand is weggegooid")
	w.expect(c.ref, "consent_withdrawn", 1, "")
	w.expect(c.ref, "file_posted", 1, "")
	w.expect(c.ref, "file_withdrawn", 1, "")
}

// turnsSixteen: until the birthday both parents and the young person decide, from
// then on the young person alone, and what was said before does not count.
func (w *week) turnsSixteen() {
	birthday := w.today().AddDate(-16, 0, 2)
	c := w.open(w.child(set("born", birthday.Format(time.DateOnly)), set("agreed", "g1", "g2", "yp"), set("members", w.lpa.id(), w.carer.id())), w.lpa, w.carer)
	w.discuss(c)
	w.ib.command(w.common, "/casus mijn")
	w.ib.hears("**Mijn casussen**", c.ref, "de jongere wordt 16")
	for _, g := range givers {
		w.carer.does(c.room, "/casus toestemming", yes(g[0], g[1], "conversation"))
	}
	w.carer.brings(c, "eerste.txt", "verslag van het eerste overleg", "health")
	w.ib.sees(c.room, "verslag van het eerste overleg")

	w.forward(1) // the day before: nothing changed
	w.carer.brings(c, "tussen.txt", "verslag van de dag ervoor", "health")
	w.ib.sees(c.room, "verslag van het eerste overleg", "verslag van de dag ervoor")

	w.forward(1)
	w.carer.brings(c, "tweede.txt", "verslag van het tweede overleg", "health")
	w.carer.hears("tweede.txt", "Nodig is nog een ja van: **de jongere**")
	w.ib.sees(c.room, "verslag van het eerste overleg", "verslag van de dag ervoor")
	// A parent's yes is of no use any more.
	w.carer.does(c.room, "/casus toestemming", yes("g1", "authority", "conversation"))
	w.ib.sees(c.room, "verslag van het eerste overleg", "verslag van de dag ervoor")
	w.carer.does(c.room, "/casus toestemming", yes("yp", "young_person", "conversation"))
	w.ib.sees(c.room, "verslag van het eerste overleg", "verslag van de dag ervoor", "verslag van het tweede overleg")
	// The school's own agreement ended with the birthday as well.
	w.ib.brings(c, "school.txt", "twee keer te laat", "ordinary")
	w.ib.hears("school.txt", "Nodig is nog een ja van: **de jongere**")
	w.expect(c.ref, "file_posted", 3, "")
	w.expect(c.ref, "consent_recorded", 5, "")
}
