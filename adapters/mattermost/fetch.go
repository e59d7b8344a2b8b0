package mattermost

import (
	"context"
	"fmt"
	"io"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.Fetcher = (*Chat)(nil)

// Fetch implements bot.Fetcher, as the bot itself: it is in every room of a
// casus, also an archived one.
func (c *Chat) Fetch(ctx context.Context, message bot.MessageID) (io.ReadCloser, error) {
	// Asked for the files of a message that is gone, the server says forbidden.
	if _, _, err := c.Locate(ctx, message); err != nil {
		return nil, err
	}
	infos, _, err := c.asBot().GetFileInfosForPost(ctx, string(message), "")
	if err != nil {
		return nil, fail("find the file of a message", err)
	}
	if len(infos) == 0 {
		return nil, fmt.Errorf("mattermost: a message without a file: %w", bot.ErrNotFound)
	}
	_, content, err := c.Attachment(ctx, message, infos[0].Id)
	return content, err
}
