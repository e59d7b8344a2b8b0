package memory_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/memory"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

func TestTheCoordinationOfOneProcess(t *testing.T) {
	bottest.Coordination(t, func(t *testing.T) bottest.CoordinationBench {
		clock := bottest.NewClock()
		c := memory.New(memory.Options{Now: clock.Now, Reclaim: time.Minute, Full: 20})
		return bottest.CoordinationBench{Coordination: c, Other: c, Term: time.Minute, Pass: clock.Advance, Forget: c.Forget, Full: 20}
	})
}

func TestWhatLapsedTakesNoMemory(t *testing.T) {
	clock := bottest.NewClock()
	c := memory.New(memory.Options{Now: clock.Now})
	for n := range 10_000 {
		if err := c.Remember(t.Context(), time.Second, fmt.Sprint("e", n)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Spend(t.Context(), fmt.Sprint("l", n), bot.Rate{Burst: 1, Every: time.Second}); err != nil {
			t.Fatal(err)
		}
		clock.Advance(time.Second)
	}
	if kept := c.Kept(); kept > 1500 {
		t.Errorf("%d things are kept of 20,000 that lapsed", kept)
	}
}
