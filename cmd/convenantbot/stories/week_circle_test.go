package stories

import "fmt"

// statutoryTask: the parents agree to the school and not to the others. Who comes
// by law comes all the same, and nobody else does.
func (w *week) statutoryTask() {
	c := w.open(w.child(set("kind", "verzuimoverleg"), set("purpose", "Weer naar school"), set("members", w.lpa.id(), w.doctor.id()),
		set("agreed_except", w.lpa.id(), w.doctor.id())), w.lpa)
	w.ib.hears("Casus "+c.ref+": nog niet iedereen is toegevoegd", "jeugdarts")
	if n := w.ib.count(c.room, "jeugdarts"); n != 0 {
		w.t.Errorf("the room speaks of who is not in it %d times", n)
	}
	// Nor later, while nobody agreed; and not somebody whose sector has no part.
	w.ib.does(c.room, "/casus deelnemer", values{"members": {w.doctor.id()}})
	w.ib.does(c.room, "/casus deelnemer", values{"members": {w.carer.id()}})
	// His own facts he may bring in; the school's would reach him without a yes.
	w.lpa.brings(c, "verzuim.txt", "drie dagen afwezig", "ordinary")
	w.ib.sees(c.room, "drie dagen afwezig")
	w.ib.brings(c, "klas.txt", "vaak te laat in de les", "ordinary")
	w.ib.hears("klas.txt", "Nodig is nog een ja van", "moeder")
	w.lpa.sees(c.room, "drie dagen afwezig")
	w.doctor.in(c.room, false)
	w.carer.in(c.room, false)
	w.expect(c.ref, "member_added", 1, "statutory_task")
	w.expect(c.ref, "member_refused", 3, "")
	w.expect(c.ref, "file_posted", 1, "")
}

// fallsIll: a deputy was named, takes over, and leads; who is ill leads no more.
func (w *week) fallsIll() {
	c := w.open(w.child(set("members", w.lpa.id(), w.doctor.id(), w.guide.id())), w.lpa, w.doctor, w.guide)
	w.guide.command(c.room, "/casus fase F2")
	w.guide.hears("Dit kan alleen de procesregisseur")
	w.ib.command(c.room, "/casus regie")
	w.ib.fill(values{"what": {"deputy"}, "to": {w.ib.choice("to", "SWV-consulent")}})
	w.guide.hears("Casus "+c.ref, "jij bent plaatsvervanger")
	// A colleague notices that nobody leads.
	w.doctor.does(c.room, "/casus regie", values{"what": {"away"}})
	w.guide.press("Ik neem nu over", c.ref)
	w.guide.hears("Jij bent nu procesregisseur van casus " + c.ref)
	w.doctor.finds(c.room, "de procesregie is nu bij", "SWV-consulent")
	w.guide.command(c.room, "/casus fase F2")
	w.doctor.finds(c.room, "is nu in fase")
	// Better again, the ib'er is a professional among others, until it is handed back.
	w.ib.command(c.room, "/casus sluit")
	w.ib.hears("Dit kan alleen de procesregisseur")
	w.guide.command(c.room, "/casus regie")
	w.guide.fill(values{"what": {"give"}, "to": {w.guide.choice("to", "intern begeleider")}})
	w.ib.press("Ja, ik neem het over", c.ref)
	w.ib.hears("Jij bent nu procesregisseur van casus " + c.ref)
	w.expect(c.ref, "deputy_named", 1, "")
	w.expect(c.ref, "lead_missing", 1, "")
	w.expect(c.ref, "lead_changed", 1, "claimed")
	w.expect(c.ref, "lead_changed", 1, "accepted")
}

// standsIn: a colleague whom the organisation confirmed today reads along with
// what the organisation may read, for a day.
func (w *week) standsIn() {
	c := w.open(w.child(set("members", w.lpa.id(), w.carer.id())), w.lpa, w.carer)
	w.lpa.brings(c, "tweedagen.txt", "twee dagen afwezig", "ordinary")
	w.carer.sees(c.room, "twee dagen afwezig")
	w.carer.command(c.room, "/casus vervanger")
	if wrong := w.carer.try(values{"user": {w.outsider.id()}}); wrong["user"] == "" {
		w.t.Errorf("a stand-in of another practice: %v, want it refused", wrong)
	}
	w.manager.command(w.common, "/convenant medewerkers")
	w.manager.press("Wijzig", "Wie werkt er voor")
	w.manager.fill(values{"what": {"add"}, "user": {w.outsider.id()}, "sector": {"youth_care"}, "function": {"jeugdhulpverlener"}, "task": {"jeugdhulp"}})
	w.carer.does(c.room, "/casus vervanger", values{"user": {w.outsider.id()}, "until": {w.date(0)}})
	w.outsider.hears("Casus "+c.ref, "jij vervangt de jeugdhulpverlener")
	w.outsider.in(c.room, true)
	w.outsider.sees(c.room, "twee dagen afwezig")
	w.carer.in(c.room, true)

	w.forward(1)
	w.outsider.in(c.room, false)
	w.outsider.hears("Casus "+c.ref, "je doet niet meer mee", "De afgesproken tijd is voorbij")
	w.carer.in(c.room, true)
	// Put back by hand, they are gone again.
	w.lpa.add(c.room, w.outsider)
	w.outsider.in(c.room, false)
	w.expect(c.ref, "member_added", 4, "")
	w.expect(c.ref, "member_ended", 1, "over")
	w.expect(c.ref, "member_put_out", 1, "over")
	w.expect(c.ref, "stranger_removed", 1, "") // when put back
}

// leaves: from the moment on nobody of the organisation is in any room or acts,
// and every casus of theirs is told.
func (w *week) leaves() {
	c := w.open(w.child(set("members", w.lpa.id(), w.home.id())), w.lpa, w.home)
	other := w.open(w.child(set("members", w.home.id(), w.doctor.id())), w.home, w.doctor)
	w.lpa.command(w.common, "/convenant partijen uittreden")
	if wrong := w.lpa.try(values{"on": {w.date(0)}, "sure": {"true"}, "org": {team}}); len(wrong) == 0 {
		w.t.Fatal("somebody of another organisation has the wijkteam leave")
	}
	w.home.command(w.common, "/convenant partijen uittreden")
	if wrong := w.home.try(values{"org": {team}, "on": {w.date(0)}, "sure": {}}); wrong["sure"] == "" {
		w.t.Fatalf("without being sure: %v, want it refused", wrong)
	}
	w.home.fill(values{"org": {team}, "on": {w.date(0)}, "sure": {"true"}})
	for _, one := range []casus{c, other} {
		w.home.in(one.room, false)
		w.home.hears("Casus "+one.ref, "je doet niet meer mee", "geen partij meer")
		w.ib.hears("Casus "+one.ref, "doet niet meer mee", "Is er iemand anders nodig?")
		w.expect(one.ref, "member_ended", 1, "party_left")
	}
	w.doctor.in(other.room, true)
	w.lpa.add(c.room, w.home)
	w.home.in(c.room, false)
	w.home.command(w.common, "/casus nieuw")
	w.home.hears("Jij kunt hier geen casus openen")
	w.lpa.command(w.common, "/convenant partijen")
	w.lpa.hears("**Partijen van het convenant**", fmt.Sprintf("geen partij meer sinds %d ", w.today().Day()))
	// A new casus with them in it is one without them.
	third := w.open(w.child(set("members", w.lpa.id(), w.home.id()), set("agreed_except", w.home.id())), w.lpa)
	w.ib.hears("Casus "+third.ref+": nog niet iedereen is toegevoegd", "gezinsspecialist")
	w.expect("", "party_left", 1, "")
	w.expect(c.ref, "member_put_out", 1, "party_left")
	w.expect(c.ref, "stranger_removed", 1, "") // when put back
	w.expect(third.ref, "member_refused", 1, "")
}
