package mattermost

import (
	"context"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.Locator = (*Chat)(nil)

// Locate implements bot.Locator.
func (c *Chat) Locate(ctx context.Context, message bot.MessageID) (bot.ChannelID, bot.UserID, error) {
	post, _, err := c.asBot().GetPost(ctx, string(message), "")
	if err != nil {
		return "", "", fail("find a message", err)
	}
	return bot.ChannelID(post.ChannelId), bot.UserID(post.UserId), nil
}
