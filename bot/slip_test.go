package bot_test

import (
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

func TestAFileThatSlippedInIsHiddenAndRecordedOnce(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if err := w.person(carer).Say(casus.Room, "kijk eens"); err != nil {
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
