package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot"
)

// adminUser is the account of the administrator's token; blank: there is none.
func (c *Chat) adminUser(ctx context.Context) (bot.UserID, error) {
	api, ok := c.admin()
	if !ok {
		return "", nil
	}
	c.mu.Lock()
	known := c.chief
	c.mu.Unlock()
	if known != "" {
		return known, nil
	}
	who, err := api.AuthTestContext(ctx)
	if err != nil {
		return "", fail("read the administrator's account", err)
	}
	c.mu.Lock()
	c.chief = bot.UserID(who.UserID)
	c.mu.Unlock()
	return bot.UserID(who.UserID), nil
}

// asAdmin does something in a channel that only an administrator may do. Slack
// lets an administrator take nothing away in a private channel that they are not
// in; so the account comes in for as long as it takes, and goes again whatever
// happens. ErrForbidden: there is no administrator's token.
func (c *Chat) asAdmin(ctx context.Context, channel bot.ChannelID, do func(api *slack.Client) error) error {
	api, ok := c.admin()
	if !ok {
		return fmt.Errorf("slack: no identity of an administrator: %w", bot.ErrForbidden)
	}
	user, err := c.adminUser(ctx)
	if err != nil {
		return err
	}
	there, err := c.everybody(ctx, channel)
	if err != nil {
		return err
	}
	if slices.Contains(there, user) {
		return do(api)
	}
	end, err := c.turns.take(ctx, "admin:"+string(channel))
	if err != nil {
		return err
	}
	defer end()
	if err := c.invite(ctx, channel, user); err != nil {
		return err
	}
	err = do(api)
	return errors.Join(err, c.RemoveFromRoom(context.WithoutCancel(ctx), channel, user))
}
