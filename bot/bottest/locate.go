package bottest

import (
	"context"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.Locator = (*Chat)(nil)

// Locate implements bot.Locator.
func (c *Chat) Locate(_ context.Context, id bot.MessageID) (room bot.ChannelID, author bot.UserID, err error) {
	err = c.do("Locate", func() error {
		for _, r := range c.rooms {
			for _, p := range r.posts {
				if p.ID == id {
					room, author = r.id, p.Author
					return nil
				}
			}
		}
		return bot.ErrNotFound
	})
	return room, author, err
}

var _ bot.Unsayer = (*Chat)(nil)

// Unsay implements bot.Unsayer.
func (c *Chat) Unsay(ctx context.Context, id bot.MessageID) error { return c.Hide(ctx, id) }
