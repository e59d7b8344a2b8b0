package mattermost

import (
	"context"
	"errors"

	"github.com/convenantbot/convenantbot/bot"
)

// seated does something that the bot may do as the admin of its room. Where the
// server forbids it, the bot takes its seat again and tries once more: it may have
// been put out a moment ago, and a server remembers for half an hour who sits where,
// now and then what was true just before a room was made or a role given.
//
// What is forbidden for another reason is forbidden again, and that is the error.
func (c *Chat) seated(ctx context.Context, room bot.ChannelID, where string, act func() error) error {
	err := fail(where, act())
	if !errors.Is(err, bot.ErrForbidden) {
		return err
	}
	if back := c.RestoreBot(ctx, room); back != nil {
		return errors.Join(err, back)
	}
	return fail(where, act())
}
