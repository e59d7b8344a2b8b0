package bot_test

import (
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

func TestAFileThatSlippedInIsHiddenAndRecordedOnce(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if err := w.person(ib).Say(casus.Room, "kijk eens"); err != nil {
		t.Fatal(err)
	}
	seen, err := w.person(ib).See(casus.Room)
	if err != nil {
		t.Fatal(err)
	}
	last := seen[len(seen)-1]
	for range 2 { // events come twice
		if err := w.bot.Receive(t.Context(), bot.Event{ID: "s1", Platform: bottest.ChatName, Kind: bot.Slipped, User: carer,
			Channel: casus.Room, Message: last.ID, Files: []bot.PlatformFile{{ID: "f1"}}}); err != nil {
			t.Fatal(err)
		}
		w.settle()
	}
	after, err := w.person(ib).See(casus.Room)
	if err != nil || len(after) != len(seen)-1 {
		t.Errorf("the room shows %d messages (%v), want one less than %d", len(after), err, len(seen))
	}
	if n := w.count(casus.Ref, bot.ActFileSlipped); n != 1 {
		t.Errorf("the log has it %d times, want once: %v", n, w.acts(casus.Ref))
	}
}

// The one who added a member used to stand in the log for the stranger too whom
// the same look found.
func TestAStrangerIsPutDownToWhoLetThemInAndNotToWhoAddedSomebodyElse(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	w.chat.Connect(deaf{w.bot}) // the stranger's own event comes later
	if err := w.person(lpa).Add(casus.Room, stray); err != nil {
		t.Fatal(err)
	}
	w.chat.Connect(w.bot)
	for i, e := range []bot.Event{{User: doctor, By: carer}, {User: stray, By: lpa}} {
		e.ID, e.Platform, e.Kind, e.Channel = string(rune('a'+i)), bottest.ChatName, bot.Joined, casus.Room
		if err := w.bot.Receive(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		w.settle()
	}
	w.untilDone()
	var who []bot.PersonID
	w.view(func(tx bot.Tx) error {
		entries, err := tx.Entries(casus.Ref, 0, 0)
		for _, e := range entries {
			if e.Act == bot.ActStrangerRemoved {
				who = append(who, e.Actor)
			}
		}
		return err
	})
	if len(who) != 1 || who[0] != "p-lpa" {
		t.Errorf("the log puts the stranger down to %v, want lpa once", who)
	}
}
