package bottest_test

import (
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

func TestTheStoreInMemory(t *testing.T) {
	bottest.Store(t, func(*testing.T) bottest.StoreBench {
		clock := bottest.NewClock()
		return bottest.StoreBench{Store: bottest.NewMemStore(clock.Now), Now: clock.Now, Pass: clock.Advance}
	})
}

func TestObjectsInMemory(t *testing.T) {
	bottest.Objects(t, func(t *testing.T) bot.Objects { return &bottest.MemObjects{Now: bottest.NewClock().Now} })
}
