package playground

import (
	"context"
	"database/sql"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.Unsayer = (*Chat)(nil)

// Unsay implements bot.Unsayer: the row goes and the files with it, every byte of
// them on the disk, in the database and in its journal.
func (c *Chat) Unsay(ctx context.Context, id bot.MessageID) error {
	if err := c.flag(ctx, id, "hidden"); isNotFound(err) {
		return nil // open windows take it away first
	} else if err != nil {
		return err
	}
	var files []string
	if err := c.store.do(ctx, func(tx *sql.Tx) (err error) {
		files, err = list(tx, column[string], `SELECT id FROM files WHERE message = ? AND person = ?`, id, BotUser)
		return err
	}); err != nil {
		return err
	}
	for _, file := range files {
		if err := c.files.remove(file); err != nil {
			return err
		}
	}
	if err := c.change(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec(`DELETE FROM files WHERE message = ? AND person = ?`, id, BotUser); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM messages WHERE id = ? AND author = ?`, id, BotUser)
		return err
	}); err != nil {
		return err
	}
	var busy, logged, moved int
	return c.store.db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &logged, &moved)
}
