package slack

import (
	"context"
	"errors"
	"slices"

	"github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/adapters/slack/blocks"
	"github.com/convenantbot/convenantbot/bot"
)

// ForgetHome takes what somebody's page with the bot shows away: Slack keeps a page
// as it was shown last until it is opened again, so that it would name a casus which
// somebody left, or that was erased. Who opens it sees what is theirs then.
func (c *Chat) ForgetHome(ctx context.Context, user bot.UserID) error {
	_, err := c.API().PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: string(user), View: blocks.Home("")})
	return fail("take a page away", err)
}

// forgetHomes does so for everybody who ever came into a room or left it, as Slack
// wrote it there: nothing of ours says who they were. Somebody who has no page, such
// as an account that is no more, is no error.
func (c *Chat) forgetHomes(ctx context.Context, room bot.ChannelID) error {
	ours, err := c.ours(ctx)
	if err != nil {
		return err
	}
	var users []bot.UserID
	err = c.everything(ctx, string(room), func(m slack.Message) error {
		switch u := bot.UserID(m.User); m.SubType {
		case slack.MsgSubTypeChannelJoin, slack.MsgSubTypeGroupJoin, slack.MsgSubTypeChannelLeave, slack.MsgSubTypeGroupLeave:
			if u != "" && !slices.Contains(ours, u) && !slices.Contains(users, u) {
				users = append(users, u)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, u := range users {
		if err := c.ForgetHome(ctx, u); errors.Is(err, bot.ErrUnavailable) {
			return err
		} else if err != nil {
			c.o.Log.Warn("slack: a page could not be taken away; it lasts until it is opened", "error", err)
		}
	}
	return nil
}
