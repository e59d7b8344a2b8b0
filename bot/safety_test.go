package bot_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

// A parent with whom contact was stopped kept their seat in the room, read on there
// and got the time and place of the next meeting for their own calendar: only the
// card was closed.
func TestAParentWithWhomContactWasStoppedStayedInTheRoom(t *testing.T) {
	w, casus := familyWorld(t)
	w.command(ib, casus.Room, "casus", "afspraak")
	if a := w.send(ib, map[string][]string{"point": {"Belt de school"}, "actor": {"g1"}, "by": {"2026-03-04"}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	w.command(ib, casus.Room, "casus", "veiligheid")
	if a := w.send(ib, map[string][]string{"who": {"g1"}, "what": {"stop"}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	w.settle()
	if slices.Contains(w.inside(casus.Room), mother) {
		t.Fatal("the parent still sits in the room")
	}
	told := w.hears(mother)
	w.command(ib, casus.Room, "casus", "overleg")
	if a := w.send(ib, map[string][]string{"day": {"2026-03-17"}, "time": {"15:30"}, "duration": {"45"}, "place": {"kamer 3"}}); len(a.Errors) > 0 {
		t.Fatalf("meeting: %v", a.Errors)
	}
	w.round()
	w.clock.Set(at(t, "2026-03-04 08:00")) // when others are told of their day
	w.settle()
	if now := w.hears(mother); now != told {
		t.Errorf("the parent was told or given %d things after contact was stopped", now-told)
	}
	// Nobody is told that a stranger came in, and the log says why they are out.
	if out := w.of(casus.Ref, bot.ActMemberOut); len(out) != 1 || out[0].Object != "g1" || out[0].Reasons[0] != "safety" {
		t.Errorf("the log says %+v", out)
	}
	if n := w.count(casus.Ref, bot.ActStrangerRemoved); n != 0 {
		t.Errorf("%d strangers were removed", n)
	}
	// Whoever adds them by hand does not undo it.
	if err := w.person(ib).Add(casus.Room, mother); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if slices.Contains(w.inside(casus.Room), mother) {
		t.Error("somebody put the parent back into the room by hand")
	}
	// That contact is allowed again gives no seat back: what was said meanwhile was
	// not for them, and an invitation looks at that.
	w.command(ib, casus.Room, "casus", "veiligheid")
	if a := w.send(ib, map[string][]string{"who": {"g1"}, "what": {"again"}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	w.round()
	w.settle()
	if slices.Contains(w.inside(casus.Room), mother) {
		t.Error("the parent is back in the room without an invitation")
	}
	if a := w.family(casus, map[string][]string{"who": {"g1"}, "through": {"guest"}, "user": {string(mother)}}); len(a.Errors) > 0 || !strings.Contains(a.Text, "doet mee") {
		t.Errorf("an invitation afterwards: %+v", a)
	}
}

// hears is how much stands in somebody's conversation with the bot.
func (w *world) hears(user bot.UserID) int {
	w.t.Helper()
	seen, err := w.person(user).SeeDirect()
	if err != nil {
		w.t.Fatal(err)
	}
	return len(seen)
}
