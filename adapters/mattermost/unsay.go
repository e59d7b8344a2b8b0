package mattermost

import (
	"context"
	"fmt"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.Unsayer = (*Chat)(nil)

// Unsay implements bot.Unsayer. It takes the identity that only erasing has.
func (c *Chat) Unsay(ctx context.Context, message bot.MessageID) error {
	if c.o.EraseToken == nil || c.o.EraseToken() == "" {
		return fmt.Errorf("mattermost: take back a message: no identity for erasing: %w", bot.ErrForbidden)
	}
	_, err := removePost(ctx, c.rest(c.o.EraseToken), string(message))
	return err
}
