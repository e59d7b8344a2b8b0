package bot_test

import (
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

// Parents, young people and supporters stand in no directory, and what they did
// stood in the log as if the bot had done it.
func TestWhatTheFamilyDoesStandsInTheLogUnderTheirPlace(t *testing.T) {
	w, casus := familyWorld(t)
	tries := map[bot.PersonID]bot.UserID{"g1": mother, "yp": child, "s1": support}
	for _, user := range tries {
		w.command(user, casus.Room, "casus", "status")
		w.command(user, casus.Room, "casus", "fase F3") // not theirs to say
		_ = w.upload(user, casus.Room, "brief.txt", "een brief")
	}
	by := map[bot.PersonID]map[bot.Act]int{}
	w.view(func(tx bot.Tx) error {
		all, err := tx.Entries(casus.Ref, 0, 0)
		for _, e := range all {
			if by[e.Actor] == nil {
				by[e.Actor] = map[bot.Act]int{}
			}
			by[e.Actor][e.Act]++
		}
		return err
	})
	for id, user := range tries {
		if by[id][bot.ActRead] == 0 || by[id][bot.ActRefused] == 0 || by[id][bot.ActFileReceived]+by[id][bot.ActFileDecided] == 0 {
			t.Errorf("of %s (%s) the log has %v", id, user, by[id])
		}
	}
	if n := by[""][bot.ActRead] + by[""][bot.ActRefused] + by[""][bot.ActFileReceived]; n > 0 {
		t.Errorf("the log says that the bot itself did what people did: %v", by[""])
	}
}

// Every first parent is "g1" in their own casus, so of two of them on one morning
// only one got a digest.
func TestTwoParentsOfDifferentCasussenEachGetTheirDigest(t *testing.T) {
	w, first := familyWorld(t)
	second := w.open(newCasus())
	if a := w.family(second, map[string][]string{"who": {"g1"}, "through": {"guest"}, "user": {string(support)}}); len(a.Errors) > 0 {
		t.Fatal(a.Errors)
	}
	for _, c := range []bot.Casus{w.casus(first.Ref), w.casus(second.Ref)} {
		w.command(ib, c.Room, "casus", "afspraak")
		if a := w.send(ib, map[string][]string{"point": {"Belt de school"}, "actor": {"g1"}, "by": {"2026-03-04"}}); len(a.Errors) > 0 {
			t.Fatal(a.Errors)
		}
	}
	if err := w.bot.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.clock.Set(at(t, "2026-03-04 08:00"))
	w.settle()
	for _, user := range []bot.UserID{mother, support} {
		w.wantTold(user, "Goedemorgen")
	}
}
