package playground

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.Fetcher = (*Chat)(nil)

// Fetch implements bot.Fetcher.
func (c *Chat) Fetch(ctx context.Context, message bot.MessageID) (io.ReadCloser, error) {
	var id string
	err := c.store.do(ctx, func(tx *sql.Tx) error {
		return tx.QueryRow(`SELECT id FROM files WHERE message = ? ORDER BY at, id LIMIT 1`, message).Scan(&id)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("file of a message: %w", bot.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	return c.files.open(id)
}
