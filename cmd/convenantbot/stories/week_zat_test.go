package stories

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// preparesTheZAT: from the zorgteam's fixed circle eight casussen and one agenda,
// each with its own room and its own circle.
func (w *week) preparesTheZAT() {
	first := w.open(w.child(set("kind", "zat"), set("purpose", "Samen kijken wat helpt"),
		set("members", w.lpa.id(), w.doctor.id(), w.home.id(), w.guide.id())), w.lpa, w.doctor, w.home, w.guide)
	w.ib.does(first.room, "/casus kring", values{"name": {"ZAT onderbouw"}})
	w.ib.hears("De kring ZAT onderbouw is bewaard met 5 deelnemers")
	w.expect(first.ref, "circle_saved", 0, "") // it is of the school and of no casus
	w.expect("", "circle_saved", 1, "")

	// The eight: the circle is filled in, what differs is not.
	began := time.Now()
	w.ib.does(w.common, "/casus reeks", nil)
	for n := range 8 {
		form := w.ib.form()
		for name, want := range map[string][]string{"kind": {"zat"}, "purpose": {"Samen kijken wat helpt"}, "school": {school}, "coordinator": {w.ib.id()}} {
			if got := form[name].value; !slices.Equal(got, want) {
				w.t.Fatalf("young person %d: the field %s has %q, want %q of the circle", n+1, name, got, want)
			}
		}
		for _, name := range []string{"born", "holder1", "agreed", "agreed_on"} {
			if got := form[name].value; len(got) > 0 {
				w.t.Fatalf("young person %d: the field %s has %q, want nothing: it is about one young person", n+1, name, got)
			}
		}
		circle := form["members"].value
		if want := []string{w.lpa.id(), w.doctor.id(), w.home.id(), w.guide.id()}; len(circle) != 4 || slices.ContainsFunc(want, func(id string) bool { return !slices.Contains(circle, id) }) {
			w.t.Fatalf("young person %d: the circle is %v, want %v", n+1, circle, want)
		}
		v := w.child(func(v values) { delete(v, "members"); delete(v, "kind"); delete(v, "purpose"); delete(v, "school") })
		v["born"] = []string{fmt.Sprintf("201%d-04-0%d", 7+n%2, n+1)}
		if n == 2 { // the wijkteam does not know this one
			v["members"] = []string{w.lpa.id(), w.doctor.id(), w.guide.id()}
		}
		w.ib.fill(v)
	}
	refs := w.ib.fresh(8)
	w.t.Logf("eight young people were filled in in %s", time.Since(began).Round(time.Millisecond))

	// One agenda.
	day := w.thursday()
	w.ib.command(w.common, "/casus agenda")
	offered := w.ib.form()["casussen"].choices
	for _, ref := range append([]string{first.ref}, refs...) {
		if !slices.ContainsFunc(offered, func(c [2]string) bool { return c[0] == ref }) {
			w.t.Fatalf("the agenda offers %v, want %s too", offered, ref)
		}
	}
	plan := values{"casussen": refs, "day": {day}, "time": {"13:00"}, "duration": {"20"}, "place": {"lokaal 3"}, "anyway": {"true"}}
	bad := clone(plan)
	bad["casussen"] = append([]string{refs[0]}, refs...)
	if wrong := w.ib.try(bad); wrong["casussen"] == "" {
		w.t.Fatalf("the same young person twice: %v, want it refused", wrong)
	}
	w.ib.fill(plan)
	w.ib.hears("De agenda van", refs[0], refs[7])
	var rooms []casus
	for n, ref := range refs {
		c := casus{ref: ref}
		people := []*worker{w.lpa, w.doctor, w.home, w.guide}
		if n == 2 {
			people = []*worker{w.lpa, w.doctor, w.guide}
		}
		w.ready(&c, people...)
		rooms = append(rooms, c)
		at := time.Date(2000, 1, 1, 13, 20*n, 0, 0, time.UTC).Format("15:04")
		w.ib.finds(c.room, "overleg op", at, "20 minuten", "lokaal 3")
		for _, other := range refs {
			if other != ref && w.ib.count(c.room, other) > 0 {
				w.t.Errorf("the room of %s speaks of %s", ref, other)
			}
		}
		w.expect(ref, "casus_opened", 1, "")
		w.expect(ref, "meeting_planned", 1, "")
	}
	w.expect(first.ref, "meeting_planned", 0, "")

	// Each sees their own day, and no more.
	for _, p := range []struct {
		who  *worker
		want int
	}{{w.lpa, 8}, {w.home, 7}, {w.carer, 0}} {
		p.who.command(w.common, "/casus agenda "+day)
		if p.want == 0 {
			p.who.hears("staat geen overleg van een casus waar jij in zit")
			continue
		}
		p.who.hears("**Agenda van", refs[0], refs[7])
		got := 0
		for _, text := range p.who.told() {
			if strings.Contains(text, "**Agenda van") {
				got = strings.Count(text, "casus C-")
			}
		}
		if got != p.want {
			w.t.Errorf("%s sees %d meetings on %s, want %d", p.who.id(), got, day, p.want)
		}
	}
	// The file for their own calendar names nobody.
	w.doctor.hears("Overleg van casus " + refs[7])
	var invites []string
	until(w.t, "the doctor has a calendar file of each", patience, func() bool {
		invites = slices.DeleteFunc(w.doctor.papers(), func(text string) bool { return !strings.Contains(text, "BEGIN:VEVENT") })
		return len(invites) == 8
	}, func() string { return fmt.Sprint(len(invites)) })
	for _, text := range invites {
		for _, bad := range []string{"moeder", "vader", "Waterrijk", "Linde", "ATTENDEE", "ORGANIZER", "intern begeleider", "Samen kijken"} {
			if strings.Contains(text, bad) {
				w.t.Errorf("the calendar file says %q:\n%s", bad, text)
			}
		}
	}
	w.prepares(rooms[0])
}

// prepares: of one of the eight the ib'er notes who does what, and the one asked
// finds it among what is theirs.
func (w *week) prepares(c casus) {
	w.ib.command(c.room, "/casus afspraak vraagt na of de groep past")
	w.ib.fill(values{"actor": {w.ib.choice("actor", "SWV-consulent")}})
	w.lpa.finds(c.room, "**Afspraak:**", "vraagt na of de groep past", "SWV-consulent")
	w.guide.command(w.common, "/casus mijn")
	w.guide.hears("**Mijn casussen**", c.ref, "afspraak: vraagt na of de groep past", "Overleg:")
	w.guide.command(c.room, "/casus afspraken")
	w.guide.press("Klaar, nummer 1", c.ref)
	w.guide.hears("Afgevinkt: vraagt na of de groep past")
	w.expect(c.ref, "action_point_noted", 1, "")
	w.expect(c.ref, "action_point_done", 1, "")
}
