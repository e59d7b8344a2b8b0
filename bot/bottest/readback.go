package bottest

import (
	"bytes"
	"context"
	"io"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.Fetcher = (*Chat)(nil)

// Fetch implements bot.Fetcher.
func (c *Chat) Fetch(_ context.Context, id bot.MessageID) (content io.ReadCloser, err error) {
	err = c.do("Fetch", func() error {
		for _, r := range c.rooms {
			for _, p := range r.posts {
				if p.ID == id && len(p.Files) > 0 {
					content = io.NopCloser(bytes.NewReader(p.Files[0].Data))
					return nil
				}
			}
		}
		return bot.ErrNotFound
	})
	return content, err
}
