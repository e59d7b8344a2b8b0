package mattermost

import (
	"context"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

var (
	_ bot.Voice  = (*Chat)(nil)
	_ bot.Author = (*Chat)(nil)
)

// SayFor implements bot.Voice. The plugin's own hook asks the bot about the
// message once more, as about any other.
func (c *Chat) SayFor(ctx context.Context, room bot.ChannelID, user bot.UserID, thread bot.MessageID, text, key string) (bot.MessageID, error) {
	ref, err := bridge.PluginSayFor.Do(ctx, c.line, bridge.PersonSaying{
		Channel: string(room), User: string(user), Thread: string(thread), Text: text, Key: key,
	})
	return bot.MessageID(ref.Post), fail("say something for somebody", err)
}

// PostsOf implements bot.Author by the server's own tables.
func (c *Chat) PostsOf(ctx context.Context, room bot.ChannelID, user bot.UserID, since time.Time, limit int) ([]bot.MessageID, error) {
	out, err := bridge.PluginPostsOf.Do(ctx, c.line, bridge.PostsOf{Channel: string(room), User: string(user), Since: since.UnixMilli(), Limit: limit})
	if err != nil {
		return nil, fail("list somebody's messages", err)
	}
	var all []bot.MessageID
	for _, id := range out.Posts {
		all = append(all, bot.MessageID(id))
	}
	return all, nil
}
