package playground

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

var (
	_ bot.Voice  = (*Chat)(nil)
	_ bot.Author = (*Chat)(nil)
)

// SayFor implements bot.Voice. The bot is not asked again: it is the one who
// says it.
func (c *Chat) SayFor(ctx context.Context, room bot.ChannelID, user bot.UserID, thread bot.MessageID, text, key string) (bot.MessageID, error) {
	if key == "" {
		return "", &bot.InvalidError{Field: "key", Reason: "required"}
	}
	var id bot.MessageID
	err := c.change(ctx, func(tx *sql.Tx) (err error) {
		if id, err = messageByKey(tx, room, key); err != nil || id != "" {
			return err
		}
		at, err := writable(tx, user, room)
		if err != nil {
			return err
		}
		if at.Kind != private {
			return fmt.Errorf("say for somebody: %w", bot.ErrForbidden)
		}
		root, err := rootOf(tx, room, thread)
		if isNotFound(err) {
			root, err = "", nil // what it answered is gone; the answer is not
		}
		if err != nil {
			return err
		}
		id, err = addMessage(tx, message{Channel: room, Author: user, Thread: root, Text: text, Key: key, Via: true, At: c.clock.Now()})
		return err
	})
	return id, err
}

// PostsOf implements bot.Author.
func (c *Chat) PostsOf(ctx context.Context, room bot.ChannelID, user bot.UserID, since time.Time, limit int) (all []bot.MessageID, err error) {
	err = c.store.do(ctx, func(tx *sql.Tx) error {
		if _, err := channelByID(tx, room); err != nil {
			return err
		}
		all, err = list(tx, column[bot.MessageID], `SELECT id FROM messages WHERE channel = ? AND author = ? AND kind = ? AND hidden = 0 AND at >= ?
			ORDER BY seq LIMIT ?`, room, user, said, since.UnixMilli(), limit)
		return err
	})
	return all, err
}
