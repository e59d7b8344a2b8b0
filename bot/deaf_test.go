package bot_test

import (
	"context"

	"github.com/convenantbot/convenantbot/bot"
)

// deaf is a bot whose platform loses every event.
type deaf struct{ bot.Incoming }

func (deaf) Receive(context.Context, bot.Event) error { return nil }
