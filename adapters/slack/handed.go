package slack

import (
	"context"
	"fmt"
	"io"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.FileForms = (*Chat)(nil)

// HandedFile implements bot.FileForms. A file of a form belongs to who chose it,
// and Slack shows it to that person and the app alone.
func (c *Chat) HandedFile(ctx context.Context, user bot.UserID, id string) (bot.PlatformFile, io.ReadCloser, error) {
	f, _, _, err := c.API().GetFileInfoContext(ctx, id, 0, 0)
	if err != nil {
		return bot.PlatformFile{ID: id}, nil, fail("find a file", err)
	}
	if bot.UserID(f.User) != user {
		return bot.PlatformFile{ID: id}, nil, fmt.Errorf("slack: a file of somebody else: %w", bot.ErrNotFound)
	}
	return c.open(ctx, id)
}
