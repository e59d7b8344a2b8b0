package playground

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// tell writes down an event for the bot, in the transaction of what it tells.
func (c *Chat) tell(tx *sql.Tx, e bot.Event) error {
	e.ID, e.Platform = newID(), Platform
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO outbox (channel, event) VALUES (?, ?)`, e.Channel, string(data))
	return err
}

// deliver hands events to the bot in their order, each until it was taken,
// until ctx ends. A repeat is harmless: the bot drops what it knows.
func (c *Chat) deliver(ctx context.Context) {
	for failures := 0; ; {
		more, err := c.deliverOne(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			failures++
			wait := bot.Backoff(failures)
			c.log.Warn("the bot did not take an event", "error", err, "again_in", wait)
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				return
			}
		case more:
			failures = 0
		default:
			select {
			case <-c.waiting:
			case <-ctx.Done():
				return
			}
		}
	}
}

func (c *Chat) deliverOne(ctx context.Context) (more bool, err error) {
	var n int64
	var data string
	err = c.store.do(ctx, func(tx *sql.Tx) error {
		return tx.QueryRow(`SELECT n, event FROM outbox ORDER BY n LIMIT 1`).Scan(&n, &data)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var e bot.Event
	if err := json.Unmarshal([]byte(data), &e); err != nil {
		return false, err
	}
	if err := c.in().Receive(ctx, e); err != nil {
		return false, err
	}
	return true, c.store.do(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`DELETE FROM outbox WHERE n = ?`, n)
		return err
	})
}
