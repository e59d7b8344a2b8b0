package playground

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// seed makes what is always there: the day of birth, the key of the sessions,
// and the public channels.
func (c *Chat) seed(tx *sql.Tx) error {
	key, err := meta(tx, "key")
	if err != nil {
		return err
	}
	if key == "" {
		raw := make([]byte, 32)
		rand.Read(raw)
		key = hex.EncodeToString(raw)
		for k, v := range map[string]string{"key": key, "schema": schemaVersion, "born": strconv.FormatInt(c.wall().UnixMilli(), 10)} {
			if err := setMeta(tx, k, v); err != nil {
				return err
			}
		}
	}
	raw, err := hex.DecodeString(key)
	if err != nil {
		return err
	}
	c.key.Store(&raw)
	now := c.clock.Now().UnixMilli()
	for _, ch := range c.channels {
		if _, err := tx.Exec(`INSERT INTO channels (id, name, title, kind, created) VALUES (?, ?, ?, 'public', ?) ON CONFLICT DO NOTHING`, ch.ID, ch.ID, ch.Title, now); err != nil {
			return err
		}
	}
	for _, p := range c.active() {
		if _, err := ensureDirect(tx, p.ID, BotUser, c.clock.Now()); err != nil {
			return err
		}
	}
	return nil
}

// sweep removes bytes without a row, and staged files: whoever staged them has
// lost the page that would have posted them.
func (c *Chat) sweep(ctx context.Context) error {
	keep := map[string]bool{}
	err := c.store.do(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec(`DELETE FROM files WHERE message IS NULL`); err != nil {
			return err
		}
		ids, err := list(tx, column[string], `SELECT id FROM files`)
		for _, id := range ids {
			keep[id] = true
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.files.sweep(keep)
}

// forget removes everything, the bot's own records first, and begins anew. The
// old sessions end with their key.
func (c *Chat) forget(ctx context.Context) error {
	if c.onForget != nil {
		if err := c.onForget(ctx); err != nil {
			return fmt.Errorf("forget: %w", err)
		}
	}
	c.whispers.dropAll()
	c.clock.reset()
	if c.door != nil {
		c.door.fresh()
	}
	err := c.store.do(ctx, func(tx *sql.Tx) error {
		for _, t := range tables {
			// Dropped, not emptied: they may be of an older version.
			if _, err := tx.Exec(`DROP TABLE IF EXISTS ` + t); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(schema); err != nil {
			return err
		}
		return c.seed(tx)
	})
	if err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	if err := c.files.sweep(nil); err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	c.looksEmpty(ctx, nil)
	c.hub.all(push{Kind: "forgotten"})
	return nil
}

// forgetEvery is how often the age of the store is looked at. A machine that
// slept is caught at the next look.
const forgetEvery = time.Minute

func (c *Chat) forgetInTime(ctx context.Context) {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if _, err := c.ForgetWhenDue(ctx); err != nil && ctx.Err() == nil {
				c.log.Error("the try-out could not be forgotten; next try in a minute", "error", err)
			}
		case <-ctx.Done():
			return
		}
	}
}

// ForgetWhenDue forgets everything when Memory has passed since the first
// opening, and reports whether it did.
func (c *Chat) ForgetWhenDue(ctx context.Context) (bool, error) {
	at, err := c.forgetsAt(ctx)
	if err != nil || c.wall().Before(at) {
		return false, err
	}
	return true, c.forget(ctx)
}

func (c *Chat) forgetsAt(ctx context.Context) (time.Time, error) {
	var born int64
	err := c.store.do(ctx, func(tx *sql.Tx) error {
		var err error
		born, err = number(tx, "born")
		return err
	})
	if err == nil && born == 0 {
		err = fmt.Errorf("day of birth: %w", bot.ErrNotFound)
	}
	return time.UnixMilli(born).Add(Memory), err
}
