package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

func TestWhatCannotBeDoneIsNotMetWithSilence(t *testing.T) {
	w := newWorld(t)
	if err := w.person(ib).SayTo("dit is kapot"); err != nil {
		t.Fatal(err)
	}
	for range bot.MaxAttempts + 1 {
		w.settle()
		w.clock.Advance(10 * time.Minute)
	}
	w.settle()
	told := strings.Join(w.told(ib), "\n")
	if got := strings.Count(told, "Er ging iets mis"); got != 1 {
		t.Errorf("the asker was told %d times that it failed, want once:\n%s", got, told)
	}
	if strings.Contains(told, "broken") {
		t.Errorf("the asker reads an error of ours:\n%s", told)
	}
}
