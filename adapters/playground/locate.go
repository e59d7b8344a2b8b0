package playground

import (
	"context"
	"database/sql"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.Locator = (*Chat)(nil)

// Locate implements bot.Locator.
func (c *Chat) Locate(ctx context.Context, id bot.MessageID) (bot.ChannelID, bot.UserID, error) {
	var m message
	err := c.store.do(ctx, func(tx *sql.Tx) (err error) {
		m, err = messageByID(tx, id)
		return err
	})
	return m.Channel, m.Author, err
}
