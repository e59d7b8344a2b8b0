package playground

import (
	"context"
	"database/sql"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.Unsayer = (*Chat)(nil)

// Unsay implements bot.Unsayer: the row goes, and with it every byte of it in the
// database and its journal.
func (c *Chat) Unsay(ctx context.Context, id bot.MessageID) error {
	if err := c.flag(ctx, id, "hidden"); isNotFound(err) {
		return nil // open windows take it away first
	} else if err != nil {
		return err
	}
	if err := c.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`DELETE FROM messages WHERE id = ? AND author = ?`, id, BotUser)
		return err
	}); err != nil {
		return err
	}
	var busy, logged, moved int
	return c.store.db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &logged, &moved)
}
