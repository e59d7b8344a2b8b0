package playground_test

import (
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

func TestPlatform(t *testing.T) {
	bottest.Platform(t, func(t *testing.T) bottest.PlatformBench {
		in := &bottest.Incoming{}
		chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
		mustServe(t, chat, in)
		bench := bottest.PlatformBench{Platform: chat, Incoming: in, Inactive: "willem", Common: commonChannel,
			Speaks: func(_ testing.TB, user bot.UserID, locale string) { chat.Speaks(user, locale) }}
		for _, id := range []bot.UserID{"sanne", "mehmet", "daan", "karin"} {
			bench.People = append(bench.People, mustBe(t, chat, id))
		}
		return bench
	})
}
