package mattermost

import (
	"context"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

var (
	_ bot.Exposer    = (*Chat)(nil)
	_ bot.RollCaller = (*Chat)(nil)
)

// Exposed implements bot.Exposer by the server's own record of who was in a
// channel when, and by the server's clock.
func (c *Chat) Exposed(ctx context.Context, room bot.ChannelID, user bot.UserID, message bot.MessageID) (bot.Exposure, error) {
	x, err := bridge.PluginExposed.Do(ctx, c.line, bridge.Exposed{Channel: string(room), User: string(user), Post: string(message)})
	if err != nil {
		return bot.Exposure{}, fail("tell what could be read", err)
	}
	return bot.Exposure{Known: true, For: time.Duration(x.To-x.From) * time.Millisecond, Messages: x.Messages, Files: x.Files, People: x.People}, nil
}
