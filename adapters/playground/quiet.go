package playground

import (
	"context"
	"database/sql"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.Quiet = (*Chat)(nil)

// Quiet implements bot.Quiet. What was hidden counts: it was said.
func (c *Chat) Quiet(ctx context.Context, room bot.ChannelID) (bool, error) {
	n := 0
	err := c.store.do(ctx, func(tx *sql.Tx) error {
		if _, err := channelByID(tx, room); err != nil {
			return err
		}
		return tx.QueryRow(`SELECT count(*) FROM messages WHERE channel = ? AND kind = ? AND author <> ?`, room, said, BotUser).Scan(&n)
	})
	return err == nil && n == 0, err
}
