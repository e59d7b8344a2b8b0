package playground

import (
	"context"
	"database/sql"
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
	var id bot.MessageID
	look := func(tx *sql.Tx) error {
		at, err := roomByID(tx, room)
		if err != nil {
			return err
		}
		if id, err = messageByKey(tx, room, key); err != nil || id != "" {
			return err
		}
		if at.Archived {
			return fmt.Errorf("room is archived: %w", bot.ErrConflict)
		}
		return nil
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
			if mine, err = addMessage(tx, message{Channel: room, Author: d.Poster, Text: d.Text, Key: key, Via: true, At: c.clock.Now()}); err != nil {
				return err
			}
			if err := addFile(tx, file{ID: in.id, Message: mine, Channel: room, Person: d.Poster, Name: d.Name, Size: in.size, Hash: in.hash()}, c.wall()); err != nil {
				return err
			}
			return c.mark(tx, stepPosted)
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
