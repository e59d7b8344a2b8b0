package bottest_test

import (
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

func TestChat(t *testing.T) {
	bottest.Platform(t, func(t *testing.T) bottest.PlatformBench {
		chat := bottest.NewChat("anna", "bert", "carla", "dirk", "gone")
		chat.Deactivate("gone")
		in := &bottest.Incoming{}
		chat.Connect(in)
		bench := bottest.PlatformBench{Platform: chat, Incoming: in, Inactive: "gone", Common: "common",
			Speaks: func(_ testing.TB, user bot.UserID, locale string) { chat.Speaks(user, locale) }}
		for _, user := range []bot.UserID{"anna", "bert", "carla", "dirk"} {
			bench.People = append(bench.People, chat.Person(user))
		}
		return bench
	})
}
