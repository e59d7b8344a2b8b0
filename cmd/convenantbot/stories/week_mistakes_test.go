package stories

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// wrongRoom: a BSN is seen by nobody. A name is found in the room whose casus it
// belongs to, and not in another one; there it is taken back.
func (w *week) wrongRoom() {
	mine := w.open(w.child(set("members", w.lpa.id())), w.lpa)
	wrong := w.open(w.child(set("members", w.guide.id())), w.guide)
	w.ib.does(mine.room, "/casus bekend", values{"young": {"Sietske van Oosterhout\nSietske"}})
	const bsn, named = "haar nummer is 111222333", "Sietske van Oosterhout heeft adhd en slikt pillen"
	stop := w.heardBy(w.guide, wrong.room)
	for _, c := range []casus{mine, wrong} {
		if refused := w.ib.say(c.room, bsn); !strings.Contains(refused, "burgerservicenummer") {
			w.t.Errorf("a BSN in %s: %q, want to hear why not", c.ref, refused)
		}
	}
	// In its own room it is held, and posted with the code.
	if refused := w.ib.say(mine.room, named); !strings.Contains(refused, "nog niet geplaatst") {
		w.t.Fatalf("a known name: %q, want it held", refused)
	}
	w.ib.press("Plaats met code", mine.ref)
	w.lpa.finds(mine.room, mine.ref+" heeft adhd")
	if n := w.lpa.count(mine.room, "Sietske"); n != 0 {
		w.t.Errorf("the name stands in its own room %d times", n)
	}
	// The wrong room does not know the name.
	w.ib.says(wrong.room, named)
	w.ib.says(wrong.room, "dit hoort hier niet")
	w.guide.says(wrong.room, "over wie gaat dit?")
	w.guide.finds(wrong.room, "Sietske van Oosterhout")
	w.ib.command(wrong.room, "/casus neem-terug")
	w.ib.press("Haal mijn laatste uur terug", wrong.ref)
	w.ib.hears("**Teruggehaald in", "2 berichten en 0 bestanden")
	for _, p := range []*worker{w.guide, w.ib} {
		until(w.t, "what was said is gone for "+p.id(), patience, func() bool { return p.count(wrong.room, "Sietske")+p.count(wrong.room, "dit hoort hier niet") == 0 }, nil)
	}
	w.guide.finds(wrong.room, "over wie gaat dit?") // somebody else's stays
	w.lpa.finds(mine.room, mine.ref+" heeft adhd")  // and so does the other room
	if said := stop(); slices.ContainsFunc(said, func(text string) bool { return strings.Contains(text, "111222333") }) {
		w.t.Errorf("the BSN was read for a moment")
	}
	w.expect(wrong.ref, "taken_back", 1, "messages:2")
	w.expect(mine.ref, "taken_back", 0, "")
	w.expect(mine.ref, "message_held", 1, "known_detail")
	w.expect(mine.ref, "known_details_told", 1, "")
}

// heardBy has somebody read a channel again and again until the returned function
// is called, which says what they ever read.
func (w *week) heardBy(p *worker, channel string) (said func() []string) {
	stop, done := make(chan struct{}), make(chan []string, 1)
	go func() {
		var ever []string
		for {
			texts, _ := p.reads(channel)
			for _, text := range texts {
				if !slices.Contains(ever, text) {
					ever = append(ever, text)
				}
			}
			select {
			case <-stop:
				done <- ever
				return
			default:
			}
		}
	}()
	return func() []string { close(stop); return <-done }
}

// together has people do something at the same moment.
func together(does ...func()) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for _, do := range does {
		wg.Go(func() { <-start; do() })
	}
	close(start)
	wg.Wait()
}

// sameSecond: nothing of what people do at once is lost or done twice.
func (w *week) sameSecond() {
	c := w.open(w.child(set("members", w.lpa.id(), w.doctor.id(), w.guide.id())), w.lpa, w.doctor, w.guide)
	people := []*worker{w.ib, w.lpa, w.doctor, w.guide}
	// Four agreements at once: all four stand there.
	var does []func()
	for i, p := range people {
		p.command(c.room, fmt.Sprintf("/casus afspraak neemt taak %d op zich", i+1))
		actor := p.choice("actor", "jeugdarts")
		does = append(does, func() { p.fill(values{"actor": {actor}}) })
	}
	together(does...)
	for i := range people {
		w.lpa.finds(c.room, "**Afspraak:**", fmt.Sprintf("neemt taak %d op zich", i+1))
	}
	w.expect(c.ref, "action_point_noted", 4, "")
	// Who promised and who leads tick the same one off: it is done once.
	w.doctor.command(c.room, "/casus afspraken")
	w.ib.command(c.room, "/casus afspraken")
	for _, p := range []*worker{w.doctor, w.ib} {
		p.hears("**Afspraken van casus " + c.ref + "**")
	}
	together(func() { w.doctor.press("Klaar, nummer 1", c.ref) }, func() { w.ib.press("Klaar, nummer 1", c.ref) })
	until(w.t, "one ticked it off and the other hears that it is done", patience, func() bool {
		return w.doctor.heard("Afgevinkt: neemt taak") != w.ib.heard("Afgevinkt: neemt taak")
	}, func() string {
		return strings.Join(w.doctor.told(), "\n---\n") + "\n=====\n" + strings.Join(w.ib.told(), "\n---\n")
	})
	w.expect(c.ref, "action_point_done", 1, "")

	// Procesregisseur and deputy close while somebody says what is in a file.
	w.ib.command(c.room, "/casus regie")
	w.ib.fill(values{"what": {"deputy"}, "to": {w.ib.choice("to", "SWV-consulent")}})
	if refused := w.lpa.upload(c.room, "vijfdagen.txt", []byte("vijf dagen afwezig")); !strings.Contains(refused, "nog niet geplaatst") {
		w.t.Fatalf("upload: %q, want it held", refused)
	}
	w.lpa.press("Zeg wat erin staat", "vijfdagen.txt")
	w.lpa.form()
	for _, p := range []*worker{w.ib, w.guide} {
		p.command(c.room, "/casus sluit")
		p.hears("Wil je casus " + c.ref + " sluiten?")
	}
	together(func() { w.ib.press("Ja, sluiten", c.ref) }, func() { w.guide.press("Ja, sluiten", c.ref) },
		func() { w.lpa.try(values{"kinds": {"ordinary"}, "absence": {"none"}}) })
	w.doctor.finds(c.room, "is gesloten.")
	if w.doctor.count(c.room, "is gesloten.") != 1 {
		w.t.Errorf("the room hears %d times that it is closed", w.doctor.count(c.room, "is gesloten."))
	}
	w.expect(c.ref, "casus_closed", 1, "")
	if refused := w.lpa.upload(c.room, "laat.txt", []byte("te laat")); refused == "" {
		w.t.Error("a closed casus takes a file")
	}
	if n := len(w.doctor.opens(c.room)); n > 1 {
		w.t.Errorf("the file stands there %d times", n)
	}
}
