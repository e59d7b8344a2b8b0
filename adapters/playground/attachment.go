package playground

import (
	"context"
	"database/sql"
	"fmt"
	"io"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.Attachments = (*Chat)(nil)

// Attachment implements bot.Attachments: only files of messages in a conversation
// with the bot.
func (c *Chat) Attachment(ctx context.Context, message bot.MessageID, id string) (bot.PlatformFile, io.ReadCloser, error) {
	f, err := c.download(ctx, BotUser, id)
	if err == nil && f.Message != message {
		err = fmt.Errorf("file: %w", bot.ErrNotFound)
	}
	if err == nil {
		err = c.store.do(ctx, func(tx *sql.Tx) error {
			at, err := channelFor(tx, f.Channel, BotUser)
			if err == nil && at.Kind != direct {
				err = fmt.Errorf("file: %w", bot.ErrNotFound)
			}
			return err
		})
	}
	if err != nil {
		return bot.PlatformFile{ID: id}, nil, err
	}
	content, err := c.files.open(f.ID)
	if err != nil {
		return bot.PlatformFile{ID: id}, nil, err
	}
	return bot.PlatformFile{ID: f.ID, Name: f.Name, Size: f.Size, Hash: f.Hash}, content, nil
}
