package bot_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// TestEachCallToThePlatformMayFailOnce runs one whole story again and again; in
// the n-th run the n-th call to the platform fails, either before it had an
// effect or after. The end is the same each time: what was meant, once.
func TestEachCallToThePlatformMayFailOnce(t *testing.T) {
	calls := story(t, -1, false)
	if calls < 15 {
		t.Fatalf("the story makes %d calls, want a real one", calls)
	}
	for n := 1; n <= calls; n++ {
		t.Run(fmt.Sprintf("call %d is refused", n), func(t *testing.T) { story(t, n, false) })
		t.Run(fmt.Sprintf("the answer to call %d is lost", n), func(t *testing.T) { story(t, n, true) })
	}
}

// story opens a casus, shares a file, withdraws, closes, and erases. It returns
// how many calls were made to the platform. The call with number bad fails,
// after it had its effect when late is set.
func story(t *testing.T, bad int, late bool) int {
	t.Helper()
	w := newWorld(t)
	n := 0
	fail := func(call string) error {
		if call == "" || call == "OpenForm" {
			return nil // of people, or shown again by typing the command again
		}
		if n++; n == bad {
			return bot.ErrUnavailable
		}
		return nil
	}
	if late {
		w.chat.Lose = fail
	} else {
		w.chat.Fail = fail
	}
	casus := w.open(newCasus())
	w.untilDone()
	casus = w.casus(casus.Ref)
	_ = w.upload(ib, casus.Room, "verzuim.txt", "drie dagen afwezig")
	w.untilDone()
	w.classify(ib, "ordinary")
	w.untilDone()
	if got := w.visible(lpa, casus.Room); !slices.Equal(got, []string{"document-C-2026-0001-2026-03-02.txt"}) {
		t.Errorf("the room shows %v, want the file once", got)
	}
	if err := w.person(lpa).Add(casus.Room, stray); err != nil {
		t.Fatal(err)
	}
	w.untilDone()
	w.command(ib, casus.Room, "casus", "sluit")
	w.untilDone()
	w.press(ib, "Ja, sluiten")
	w.untilDone()
	w.handedOver(casus.Ref)
	w.later(45)
	w.untilDone()
	w.chat.Fail, w.chat.Lose = nil, nil
	for act, want := range map[bot.Act]int{bot.ActCasusOpened: 1, bot.ActRoomReady: 1, bot.ActFilePosted: 1,
		bot.ActStrangerRemoved: 1, bot.ActCasusClosed: 1, bot.ActArchived: 1, bot.ActAnnounced: 1, bot.ActErased: 1} {
		if got := w.count(casus.Ref, act); got != want {
			t.Errorf("%s stands %d times in the log, want %d", act, got, want)
		}
	}
	if _, err := w.chat.RoomMembers(t.Context(), casus.Room); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("the room is still there: %v", err)
	}
	return n
}

// untilDone does the work that is due, and lets time pass for what waits for
// another try.
func (w *world) untilDone() {
	w.t.Helper()
	for range 4 {
		w.settle()
		w.clock.Advance(time.Second)
	}
	w.settle()
}
