package bottest_test

import (
	"testing"

	"github.com/convenantbot/convenantbot/bot/bottest"
)

func TestTheStoreInMemory(t *testing.T) {
	bottest.Store(t, func(*testing.T) bottest.StoreBench {
		clock := bottest.NewClock()
		return bottest.StoreBench{Store: bottest.NewMemStore(clock.Now), Now: clock.Now, Pass: clock.Advance}
	})
}
