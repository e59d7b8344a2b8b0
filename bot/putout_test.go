package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// of lists the entries of an act in a casus.
func (w *world) of(ref bot.Ref, act bot.Act) (found []bot.Entry) {
	w.t.Helper()
	w.view(func(tx bot.Tx) error {
		all, err := tx.Entries(ref, 0, 0)
		for _, e := range all {
			if e.Act == act {
				found = append(found, e)
			}
		}
		return err
	})
	return found
}

// Whose part was over stood in the log as a stranger, as if somebody had let them
// in who did not belong there.
func TestWhosePartIsOverIsPutOutAsWhoTheyWere(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.left("aanbieder")
	out := w.of(casus.Ref, bot.ActMemberOut)
	if len(out) != 1 || out[0].Object != "p-carer" || !slices.Contains(out[0].Reasons, "party_left") || out[0].Actor != "" {
		t.Errorf("put out: %+v, want the carer with why, by the bot", out)
	}
	if n := w.count(casus.Ref, bot.ActStrangerRemoved); n != 0 {
		t.Errorf("%d strangers in the log, and nobody let anybody in", n)
	}
	// Put back by hand they are one, also when only the look of the minute finds them.
	if err := w.person(lpa).Add(casus.Room, carer); err != nil {
		t.Fatal(err)
	}
	w.settle()
	if got := w.of(casus.Ref, bot.ActStrangerRemoved); len(got) != 1 || got[0].Actor != "p-lpa" {
		t.Errorf("put back and out: %+v, want one stranger let in by lpa", got)
	}
	if err := w.chat.AddToRoom(t.Context(), casus.Room, carer); err != nil {
		t.Fatal(err)
	}
	before := len(w.told(ib))
	if err := w.bot.LookNow(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(3 * time.Second)
	w.settle()
	if n := w.count(casus.Ref, bot.ActStrangerRemoved) - 1; n != 1 || w.count(casus.Ref, bot.ActMemberOut) != 1 {
		t.Errorf("found by a look: %v", w.acts(casus.Ref))
	}
	if all := w.told(ib); len(all) == before || !strings.Contains(all[len(all)-1], "niet in dit overleg hoort") {
		t.Errorf("who leads was not told: %q", all[before:])
	}
}

// A look that came before the event put somebody out, and the event, which knew
// who had let them in, then found nobody and said nothing.
func TestWhoLetSomebodyInIsRecordedAlsoWhenTheyAreOutAlready(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if err := w.person(lpa).Add(casus.Room, stray); err != nil {
		t.Fatal(err)
	}
	if err := w.chat.RemoveFromRoom(t.Context(), casus.Room, stray); err != nil { // as a look does that was sooner
		t.Fatal(err)
	}
	w.receive(bot.Event{ID: "late", Platform: w.chat.Name(), Kind: bot.Joined, User: stray, By: lpa, Channel: casus.Room})
	w.settle()
	w.clock.Advance(3 * time.Second)
	w.settle()
	let := w.of(casus.Ref, bot.ActLetIn)
	if len(let) == 0 || let[0].Actor != "p-lpa" || let[0].Object != "p-stray" {
		t.Errorf("let in: %+v, want lpa who let stray in; the log has %v", let, w.acts(casus.Ref))
	}
	w.wantTold(lpa, "Casus C-2026-0001")
}

// On a busy machine the event of a stand-in who was added was handled when their day was
// over. They stood in the log as a stranger, let in by whoever had rightly added them.
func TestWhoCameWhileTheirPartLastedIsNoStrangerWhenThatIsHeardLate(t *testing.T) {
	for _, at := range []struct {
		name string
		came time.Duration // after the end of their part
		let  int           // how often somebody let a stranger in
	}{{"before the end", -time.Second, 0}, {"at the end", 0, 1}} {
		w := newWorld(t)
		casus := w.open(newCasus())
		w.staff(officer, "gemeente", map[string][]string{"what": {"add"}, "user": {string(nobody)}, "sector": {"attendance"}, "function": {"leerplichtambtenaar"}, "task": {"leerplicht"}})
		w.command(lpa, casus.Room, "casus", "vervanger")
		v := map[string][]string{"who": {"p-lpa"}, "user": {string(nobody)}, "until": {w.clock.Now().Format(time.DateOnly)}}
		if a := w.send(lpa, v); len(a.Errors) > 0 {
			t.Fatalf("stand in: %v", a.Errors)
		}
		m, ok := w.casus(casus.Ref).Member(nobody)
		if !ok || m.Until.IsZero() {
			t.Fatalf("the stand-in is %+v", m)
		}
		w.clock.Set(m.Until.Add(at.came))
		if err := w.bot.Receive(t.Context(), bot.Event{ID: "late", Platform: w.chat.Name(), Kind: bot.Joined, User: nobody, By: lpa, Channel: casus.Room}); err != nil {
			t.Fatal(err)
		}
		w.clock.Set(m.Until.Add(time.Hour)) // when it is handled
		w.settle()
		w.wantInside(casus.Room, ib, lpa, carer, doctor)
		if n := len(w.of(casus.Ref, bot.ActMemberOut)) + len(w.of(casus.Ref, bot.ActStrangerRemoved)); n != 1 {
			t.Errorf("who came %s is put out %d times: %v", at.name, n, w.acts(casus.Ref))
		}
		if n := len(w.of(casus.Ref, bot.ActStrangerRemoved)) + len(w.of(casus.Ref, bot.ActLetIn)); n != at.let {
			t.Errorf("who came %s was let in as a stranger %d times, want %d: %v", at.name, n, at.let, w.acts(casus.Ref))
		}
	}
}
