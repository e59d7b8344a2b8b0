package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/rules/region"
)

// at is a moment in Amsterdam.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	m, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// handed lists the names of the files that the bot gave user in private, and what
// the last one holds.
func (w *world) handed(user bot.UserID) (names []string, last []byte) {
	w.t.Helper()
	for _, f := range w.given(user) {
		names, last = append(names, f.Name), f.Data
	}
	return names, last
}

// labels lists the buttons below the last message to user alone.
func (w *world) labels(user bot.UserID) []string {
	w.t.Helper()
	seen, err := w.person(user).SeeDirect()
	if err != nil || len(seen) == 0 {
		w.t.Fatal("nothing was told", err)
	}
	return seen[len(seen)-1].Labels
}

func meeting(change ...func(map[string][]string)) map[string][]string {
	v := map[string][]string{"day": {"2026-03-12"}, "time": {"14:30"}, "duration": {"45"}, "place": {"School, lokaal 3"}}
	for _, f := range change {
		f(v)
	}
	return v
}

func TestAMeetingReachesEveryCalendarWithoutAName(t *testing.T) {
	w := newWorld(t)
	c := w.open(newCasus())
	w.command(ib, c.Room, "casus", "overleg")
	if a := w.send(ib, meeting()); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	for _, user := range []bot.UserID{ib, lpa, carer, doctor} {
		names, last := w.handed(user)
		if !slices.Equal(names, []string{"overleg-" + string(c.Ref) + ".ics"}) {
			t.Fatalf("%s has %v", user, names)
		}
		for _, want := range []string{"DTSTART:20260312T133000Z", "DTEND:20260312T141500Z", "SUMMARY:Casusoverleg " + string(c.Ref), "CLASS:PRIVATE"} {
			if !strings.Contains(string(last), want) {
				t.Errorf("no %s in\n%s", want, last)
			}
		}
		if strings.Contains(string(last), "2013") || strings.Contains(string(last), "moeder") {
			t.Error("something personal stands in a calendar")
		}
	}
	if n, _ := w.handed(officer); len(n) > 0 {
		t.Error("somebody outside the room has it")
	}

	w.command(ib, c.Room, "casus", "overleg")
	w.send(ib, meeting(func(v map[string][]string) { v["day"] = []string{"2026-03-13"} }))
	if _, last := w.handed(lpa); !strings.Contains(string(last), "SEQUENCE:1") {
		t.Errorf("a move does not replace what was in calendars:\n%s", last)
	}
	if got := w.casus(c.Ref).Private.Meetings; len(got) != 1 || !got[0].At.Equal(at(t, "2026-03-13 14:30")) {
		t.Errorf("meetings %+v, want one that moved", got)
	}
	w.command(ib, c.Room, "casus", "overleg")
	w.send(ib, map[string][]string{"call_off": {"true"}})
	if _, last := w.handed(lpa); !strings.Contains(string(last), "METHOD:CANCEL") {
		t.Errorf("calling off leaves it in calendars:\n%s", last)
	}
}

func TestAMeetingThatCannotBeIsRefusedAtItsField(t *testing.T) {
	w := newWorld(t)
	c := w.open(newCasus())
	pack := *w.bot.Region
	pack.Holidays = []region.Holiday{{Name: "voorjaarsvakantie", From: "2026-03-16", To: "2026-03-20"}}
	w.bot.Region = &pack
	set := func(field, value string) func(map[string][]string) {
		return func(v map[string][]string) { v[field] = []string{value} }
	}
	w.command(ib, c.Room, "casus", "overleg")
	for _, test := range []struct {
		field  string
		change func(map[string][]string)
	}{
		{"day", set("day", "gisteren")},
		{"day", set("day", "2026-03-02")}, // a minute ago, see below
		{"day", set("day", "2027-03-03")},
		{"time", set("time", "half drie")},
		{"time", set("time", "24:00")},
		{"duration", set("duration", "7")},
		{"anyway", set("day", "2026-03-14")}, // a Saturday
		{"anyway", set("day", "2026-03-18")}, // a holiday
		{"place", set("place", "bij 123456782 thuis")},
		{"place", set("place", strings.Repeat("x", 81))},
		{"call_off", set("call_off", "true")},
	} {
		values := meeting(test.change)
		if values["day"][0] == "2026-03-02" {
			values["time"] = []string{"11:59"}
		}
		a := w.send(ib, values)
		if _, ok := a.Errors[test.field]; !ok || len(w.casus(c.Ref).Private.Meetings) > 0 {
			t.Errorf("%v gives %v", values, a.Errors)
		}
	}
	// The night on which the clock goes forward has no 02:30.
	a := w.send(ib, meeting(set("day", "2026-03-29"), set("time", "02:30"), set("anyway", "true")))
	if a.Errors["time"] == "" {
		t.Errorf("an hour that does not exist was planned: %+v", a)
	}
	if a := w.send(ib, meeting(set("day", "2026-03-18"), set("anyway", "true"))); len(a.Errors) > 0 {
		t.Errorf("meant all the same, and refused: %v", a.Errors)
	}
	w.command(lpa, c.Room, "casus", "overleg")
	if _, err := w.person(lpa).OpenForm(); err == nil {
		t.Error("who does not lead can plan")
	}
}

func TestAnAgendaPlansYoungPeopleInARowEachWithItsOwnCircle(t *testing.T) {
	w := newWorld(t)
	one := w.open(newCasus())
	two := w.open(newCasus(func(v map[string][]string) { v["members"] = []string{string(doctor)} }))
	w.command(ib, "common", "casus", "agenda")
	values := meeting(func(v map[string][]string) {
		v["casussen"], v["duration"] = []string{string(two.Ref), string(one.Ref)}, []string{"20"}
	})
	if a := w.send(ib, values); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	for ref, want := range map[bot.Ref]string{two.Ref: "2026-03-12 14:30", one.Ref: "2026-03-12 14:50"} {
		if m, ok := w.casus(ref).NextMeeting(w.clock.Now()); !ok || !m.At.Equal(at(t, want)) {
			t.Errorf("%s is at %v, want %s", ref, m.At, want)
		}
	}
	if names, _ := w.handed(lpa); len(names) != 1 {
		t.Errorf("somebody of one circle has %v", names)
	}
	if names, _ := w.handed(doctor); len(names) != 2 {
		t.Errorf("somebody of both circles has %v", names)
	}
	// A foreign or repeated casus plans nothing at all.
	w.command(ib, "common", "casus", "agenda")
	for _, chosen := range [][]string{nil, {"C-2026-0099"}, {string(one.Ref), string(one.Ref)}} {
		a := w.send(ib, meeting(func(v map[string][]string) { v["casussen"], v["day"] = chosen, []string{"2026-03-17"} }))
		if a.Errors["casussen"] == "" {
			t.Errorf("%v was planned", chosen)
		}
	}
	if m, _ := w.casus(one.Ref).NextMeeting(w.clock.Now()); !m.At.Equal(at(t, "2026-03-12 14:50")) {
		t.Errorf("half a refused agenda was kept: %v", m.At)
	}
}

func TestWhoPromisedTicksOffAndNobodyElseButWhoLeads(t *testing.T) {
	w := newWorld(t)
	c := w.open(newCasus())
	note := func(who bot.PersonID, what string) bot.FormAnswer {
		w.command(doctor, c.Room, "casus", "afspraak")
		return w.send(doctor, map[string][]string{"point": {what}, "actor": {string(who)}, "by": {"2026-03-10"}})
	}
	if a := note("p-lpa", "Belt de school"); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	note("g1", "Gaat mee naar de open dag")
	for _, wrong := range []struct {
		field, what string
		who         bot.PersonID
	}{{"point", "", "p-lpa"}, {"point", "Belt 123456782", "p-lpa"}, {"point", "twee\nregels", "p-lpa"}, {"actor", "Belt", "p-officer"}, {"actor", "Belt", ""}} {
		if a := note(wrong.who, wrong.what); a.Errors[wrong.field] == "" {
			t.Errorf("%+v gives %v", wrong, a.Errors)
		}
	}
	w.command(lpa, c.Room, "casus", "afspraken")
	w.wantTold(lpa, "Belt de school")
	if n := len(w.labels(lpa)); n != 1 {
		t.Fatalf("somebody has %d buttons for one promise of their own", n)
	}
	w.command(ib, c.Room, "casus", "afspraken")
	if n := len(w.labels(ib)); n != 2 {
		t.Errorf("who leads has %d buttons, want 2", n)
	}
	w.press(lpa, "Klaar, nummer 1")
	if p := w.casus(c.Ref).Private.ActionPoints[0]; p.DoneBy != "p-lpa" {
		t.Errorf("%+v, want done", p)
	}
	w.press(ib, "Klaar, nummer 1") // was done meanwhile
	if n := w.count(c.Ref, bot.ActPointDone); n != 1 {
		t.Errorf("ticked off %d times", n)
	}
	w.command(doctor, c.Room, "casus", "verslag")
	names, data := w.handed(doctor)
	if !slices.Equal(names, []string{"afspraken-" + string(c.Ref) + ".pdf"}) || !strings.HasPrefix(string(data), "%PDF") {
		t.Errorf("the minutes are %v", names)
	}
}

func TestThePhaseSaysWhatItIsForAndWhatIsOpen(t *testing.T) {
	w := newWorld(t)
	c := w.open(newCasus())
	w.command(ib, c.Room, "casus", "fase F2")
	seen, err := w.person(lpa).See(c.Room)
	if err != nil {
		t.Fatal(err)
	}
	last := seen[len(seen)-1].Text
	for _, want := range []string{"welke grondslag", "ten hoogste", "leerplicht:", "Het overleg is gepland", "werkmodel"} {
		if !strings.Contains(last, want) {
			t.Errorf("no %q in\n%s", want, last)
		}
	}
	w.command(lpa, c.Room, "casus", "stappen")
	w.press(lpa, "Verdelen of afvinken")
	if a := w.send(lpa, map[string][]string{"step": {"planned"}, "owner": {"p-lpa"}}); a.Errors["step"] == "" {
		t.Error("what the bot sees for itself can be ticked off by hand")
	}
	if a := w.send(lpa, map[string][]string{"step": {"informed"}, "owner": {"g1"}}); a.Errors["owner"] == "" {
		t.Error("a line was given to a parent")
	}
	if a := w.send(lpa, map[string][]string{"step": {"informed"}, "owner": {"p-doctor"}, "done": {"true"}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	if s := w.casus(c.Ref).Private.Steps; len(s) != 1 || s[0].DoneBy != "p-lpa" {
		t.Errorf("steps %+v", s)
	}
}

func TestInTheMorningOneMessageTellsWhatIsAskedAndOnDaysOffNone(t *testing.T) {
	w := newWorld(t)
	pack := *w.bot.Region
	pack.Holidays = []region.Holiday{{Name: "voorjaarsvakantie", From: "2026-03-09", To: "2026-03-10"}}
	w.bot.Region = &pack
	c := w.open(newCasus())
	w.command(lpa, c.Room, "casus", "afspraak")
	w.send(lpa, map[string][]string{"point": {"Belt de school"}, "actor": {"p-lpa"}, "by": {"2026-03-05"}})
	w.command(ib, c.Room, "casus", "overleg")
	w.send(ib, meeting(func(v map[string][]string) { v["day"] = []string{"2026-03-12"} }))
	if err := w.bot.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.settle()
	digests := func(user bot.UserID) (n int) {
		for _, s := range w.told(user) {
			if strings.Contains(s, "Goedemorgen") {
				n++
			}
		}
		return n
	}
	upTo := func(moment string) {
		w.clock.Set(at(t, moment))
		w.settle()
	}
	upTo("2026-03-03 07:59")
	if digests(lpa) != 0 {
		t.Fatal("told before the hour")
	}
	upTo("2026-03-03 08:00") // nothing is due today or tomorrow
	if n := digests(lpa); n != 0 {
		t.Errorf("%d digests on a day that asks nothing", n)
	}
	upTo("2026-03-04 08:00") // due tomorrow
	w.wantTold(lpa, "afspraak: Belt de school, uiterlijk 5 maart 2026")
	if digests(lpa) != 1 || digests(doctor) != 0 {
		t.Errorf("%d and %d digests, want 1 and 0", digests(lpa), digests(doctor))
	}
	upTo("2026-03-05 08:00")
	upTo("2026-03-06 08:00") // it is late now, and was told
	if n := digests(lpa); n != 2 {
		t.Errorf("%d digests, want 2", n)
	}
	for _, free := range []string{"2026-03-07 08:00", "2026-03-08 08:00", "2026-03-09 08:00", "2026-03-10 08:00"} {
		upTo(free)
	}
	if n := digests(lpa); n != 2 {
		t.Errorf("%d digests after a weekend and a holiday, want 2", n)
	}
	upTo("2026-03-11 08:00") // the first working day of the week, the day before the meeting
	w.wantTold(lpa, "(te laat)")
	w.wantTold(doctor, "Overleg: 12 maart 2026 om 14:30 uur")
	if digests(lpa) != 3 || digests(doctor) != 1 {
		t.Errorf("%d and %d digests, want 3 and 1", digests(lpa), digests(doctor))
	}
}

func TestABirthdayThatChangesWhoDecidesIsToldAheadToWhoLeads(t *testing.T) {
	for _, test := range []struct {
		born string
		want string
	}{
		{"2010-04-13", "wordt 16 op 13 april 2026"}, // 42 days
		{"2010-04-14", ""},
		{"2014-03-03", "wordt 12 op 3 maart 2026"}, // tomorrow
		{"2008-03-20", "wordt 18 op 20 maart 2026"},
		{"2009-03-20", ""}, // seventeen changes nothing
	} {
		w := newWorld(t)
		w.open(newCasus(func(v map[string][]string) { v["born"] = []string{test.born} }))
		w.command(ib, "common", "casus", "mijn")
		w.command(lpa, "common", "casus", "mijn")
		leads := w.lastTold(ib)
		if got := strings.Contains(leads, test.want) && strings.Contains(leads, "de jongere wordt") == (test.want != ""); !got {
			t.Errorf("born %s: %s", test.born, leads)
		}
		if strings.Contains(w.lastTold(lpa), "de jongere wordt") {
			t.Error("told to who does not lead")
		}
	}
}

func TestEightPupilsAreReadyInARowWithOneCircle(t *testing.T) {
	w := newWorld(t)
	c := w.open(newCasus())
	w.command(ib, c.Room, "casus", "kring")
	if a := w.send(ib, map[string][]string{"name": {"ZAT onderbouw"}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	w.command(ib, "common", "casus", "reeks")
	form, err := w.person(ib).OpenForm()
	if err != nil {
		t.Fatal(err)
	}
	w.send(ib, map[string][]string{"circle": form.Fields[0].Default})
	for n := range 8 {
		form, err := w.person(ib).OpenForm()
		if err != nil {
			t.Fatalf("pupil %d: %v", n+1, err)
		}
		values := newCasus(func(v map[string][]string) { delete(v, "members"); delete(v, "kind"); delete(v, "purpose") })
		for _, f := range form.Fields {
			if len(f.Default) > 0 {
				values[f.Name] = f.Default
			}
		}
		if got := values["members"]; !slices.Equal(got, []string{string(lpa), string(carer), string(doctor)}) {
			t.Fatalf("pupil %d: the circle is %v", n+1, got)
		}
		if a := w.send(ib, values); len(a.Errors) > 0 {
			t.Fatalf("pupil %d: %v", n+1, a.Errors)
		}
	}
	if n := len(w.refs()); n != 9 {
		t.Errorf("%d casussen, want 9", n)
	}
	for _, ref := range w.refs()[1:] {
		if c := w.casus(ref); len(c.Private.Members) != 4 || c.Room == "" {
			t.Errorf("%s has %d members in room %q", ref, len(c.Private.Members), c.Room)
		}
	}
	// The circle of a school is nothing to another organisation.
	w.command(lpa, "common", "casus", "reeks")
	if _, err := w.person(lpa).OpenForm(); err == nil {
		t.Error("somebody else's circle can be used")
	}
}

func TestWhatIsNotedForTheRoomNamesNobody(t *testing.T) {
	w := newWorld(t)
	c := w.open(newCasus())
	if a := w.known(ib, c, map[string][]string{"young": {"Daan Vermeer"}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	w.command(doctor, c.Room, "casus", "afspraak")
	a := w.send(doctor, map[string][]string{"point": {"Belt de moeder van Daan Vermeer"}, "actor": {"p-lpa"}, "by": {"2026-03-10"}})
	if !strings.Contains(a.Errors["point"], string(c.Ref)) || strings.Contains(a.Errors["point"], "Vermeer") {
		t.Errorf("a name in an action point gives %v, want the code in its place", a.Errors)
	}
	w.command(ib, c.Room, "casus", "overleg")
	if a := w.send(ib, meeting(func(v map[string][]string) { v["place"] = []string{"Bij Daan Vermeer thuis"} })); a.Errors["place"] == "" {
		t.Error("a name stands in the place of a meeting")
	}
	w.command(lpa, c.Room, "casus", "bijnaam de voetballer")
	w.command(lpa, "common", "casus", "mijn")
	w.wantTold(lpa, "**"+string(c.Ref)+"** (de voetballer)")
	w.command(ib, "common", "casus", "mijn")
	if strings.Contains(w.lastTold(ib), "voetballer") {
		t.Error("somebody else's name for a casus is shown")
	}
}

func TestTheStatusTellsWhatComes(t *testing.T) {
	w := newWorld(t)
	c := w.open(newCasus(func(v map[string][]string) { v["born"] = []string{"2010-04-01"} }))
	w.command(ib, c.Room, "casus", "overleg")
	w.send(ib, meeting())
	w.command(lpa, c.Room, "casus", "afspraak")
	w.send(lpa, map[string][]string{"point": {"Belt de school"}, "actor": {"p-lpa"}, "by": {"2026-03-10"}})
	w.command(ib, c.Room, "casus", "status")
	for _, want := range []string{"Overleg: 12 maart 2026 om 14:30 uur", "nog openstaan: 1", "de jongere wordt 16 op 1 april 2026"} {
		w.wantTold(ib, want)
	}
	w.command(lpa, c.Room, "casus", "status")
	if strings.Contains(w.lastTold(lpa), "de jongere wordt") {
		t.Error("the birthday is told to who does not lead")
	}
}

func TestTheChecklistSeesThatTheYoungPersonWasHeard(t *testing.T) {
	w := newWorld(t)
	c := w.open(newCasus())
	w.discuss(c)
	w.command(ib, c.Room, "casus", "stappen")
	w.wantTold(ib, "☐ De jongere is gehoord")
	w.command(ib, c.Room, "casus", "hoorrecht")
	if a := w.send(ib, map[string][]string{"who": {"yp"}, "what": {"heard"}, "on": {"2026-03-02"}, "how": {"conversation"}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	w.command(ib, c.Room, "casus", "stappen")
	w.wantTold(ib, "☑ De jongere is gehoord")
}

// Whoever is quick plans before the room is there; what is for the room waits for it.
func TestWhatIsForARoomThatIsStillBeingMadeWaitsForIt(t *testing.T) {
	w := newWorld(t)
	c := w.open(newCasus())
	room := c.Room
	w.change(t, c.Ref, func(_ bot.Tx, c *bot.Casus) error { c.Room = ""; return nil })
	w.command(ib, "common", "casus", "agenda")
	if a := w.send(ib, meeting(func(v map[string][]string) { v["casussen"] = []string{string(c.Ref)} })); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	w.clock.Advance(time.Hour)
	w.settle()
	w.change(t, c.Ref, func(_ bot.Tx, c *bot.Casus) error { c.Room = room; return nil })
	w.clock.Advance(time.Minute)
	w.settle()
	seen, err := w.person(ib).See(room)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(seen, func(s bottest.Seen) bool { return strings.Contains(s.Text, "verleg op") }) {
		t.Errorf("the room was not told of the meeting: %+v", seen)
	}
}
