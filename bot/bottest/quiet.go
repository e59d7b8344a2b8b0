package bottest

import (
	"context"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.Quiet = (*Chat)(nil)

// Quiet implements bot.Quiet.
func (c *Chat) Quiet(_ context.Context, room bot.ChannelID) (quiet bool, err error) {
	err = c.do("Quiet", func() error {
		r, err := c.room(room)
		if err != nil {
			return err
		}
		quiet = true
		for _, p := range r.posts {
			quiet = quiet && p.Author == ""
		}
		return nil
	})
	return quiet, err
}
