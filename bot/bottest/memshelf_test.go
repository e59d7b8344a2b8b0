package bottest_test

import (
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

func TestTheShelfInMemory(t *testing.T) {
	bottest.Shelf(t, func(*testing.T) (one, other bot.Shelf) { s := &bottest.MemShelf{}; return s, s })
}
