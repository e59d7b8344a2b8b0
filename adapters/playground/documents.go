package playground

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"github.com/convenantbot/convenantbot/bot"
)

// PostFile implements bot.Documents.
func (c *Chat) PostFile(ctx context.Context, room bot.ChannelID, d bot.Document, content io.Reader, key string) (bot.MessageID, error) {
	if key == "" {
		return "", &bot.InvalidError{Field: "key", Reason: "required"}
	}
	if p, ok := c.people[d.Poster]; !ok || p.Inactive {
		return "", fmt.Errorf("poster: %w", bot.ErrNotFound)
	}
	return c.postFile(ctx, d, content, key, func(tx *sql.Tx) (bot.ChannelID, error) {
		at, err := roomByID(tx, room)
		if err == nil && at.Archived {
			err = fmt.Errorf("room is archived: %w", bot.ErrConflict)
		}
		return room, err
	})
}

// Retract implements bot.Documents.
func (c *Chat) Retract(ctx context.Context, room bot.ChannelID, key string) (bot.MessageID, error) {
	var id bot.MessageID
	err := c.change(ctx, func(tx *sql.Tx) (err error) {
		if id, err = messageByKey(tx, room, key); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT OR IGNORE INTO retracted (channel, key) VALUES (?, ?)`, room, key); err != nil || id == "" {
			return err
		}
		rev, err := nextRev(tx)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE messages SET hidden = 1, rev = ? WHERE id = ?`, rev, id)
		return err
	})
	return id, err
}

// TellFile implements bot.Documents.
func (c *Chat) TellFile(ctx context.Context, user bot.UserID, d bot.Document, content io.Reader, key string) (bot.MessageID, error) {
	if key == "" {
		return "", &bot.InvalidError{Field: "key", Reason: "required"}
	}
	if p, ok := c.people[user]; !ok || p.Inactive {
		return "", fmt.Errorf("tell a file: %w", bot.ErrNotFound)
	}
	d.Poster = BotUser
	return c.postFile(ctx, d, content, key, func(tx *sql.Tx) (bot.ChannelID, error) {
		return ensureDirect(tx, user, BotUser, c.clock.Now())
	})
}

// postFile posts a document in the channel that where finds, once for its key.
func (c *Chat) postFile(ctx context.Context, d bot.Document, content io.Reader, key string, where func(*sql.Tx) (bot.ChannelID, error)) (bot.MessageID, error) {
	var to bot.ChannelID
	var id bot.MessageID
	look := func(tx *sql.Tx) (err error) {
		at, werr := where(tx)
		if at != "" {
			var retracted int
			if err := tx.QueryRow(`SELECT count(*) FROM retracted WHERE channel = ? AND key = ?`, at, key).Scan(&retracted); err != nil || retracted > 0 {
				return errors.Join(err, fmt.Errorf("retracted: %w", bot.ErrConflict))
			}
			// What was posted before stays posted, also when the room was archived since.
			if id, err = messageByKey(tx, at, key); err != nil || id != "" {
				return err
			}
		}
		to = at
		return werr
	}
	if err := c.store.do(ctx, look); err != nil || id != "" {
		return id, err
	}
	in, err := c.files.take(content)
	if err != nil {
		return "", err
	}
	err = in.finish()
	if err == nil && (in.hash() != d.Hash || in.size != d.Size) {
		err = fmt.Errorf("other bytes than were decided on: %w", bot.ErrConflict)
	}
	var mine bot.MessageID
	if err == nil {
		err = c.change(ctx, func(tx *sql.Tx) error {
			// Looked at again: another call with this key may have been quicker.
			if err := look(tx); err != nil || id != "" {
				return err
			}
			var err error
			if mine, err = addMessage(tx, message{Channel: to, Author: d.Poster, Text: d.Text, Key: key, Via: d.Poster != BotUser, At: c.clock.Now()}); err != nil {
				return err
			}
			if err := addFile(tx, file{ID: in.id, Message: mine, Channel: to, Person: d.Poster, Name: d.Name, Size: in.size, Hash: in.hash()}, c.wall()); err != nil {
				return err
			}
			if d.Poster == BotUser {
				return c.markAnswer(tx)
			}
			return c.mark(tx, stepPosted, d.Poster)
		})
	}
	if err != nil || id != "" {
		if rerr := c.files.remove(in.id); rerr != nil {
			c.log.Warn("bytes of a file that was not posted could not be removed", "error", rerr)
		}
		return id, err
	}
	return mine, nil
}
