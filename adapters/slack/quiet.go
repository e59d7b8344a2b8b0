package slack

import (
	"context"
	"slices"

	"github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.Quiet = (*Chat)(nil)

// Quiet implements bot.Quiet. What Slack says itself, such as who came in, is
// nothing that people said. A file that the bot posted for somebody is.
func (c *Chat) Quiet(ctx context.Context, room bot.ChannelID) (bool, error) {
	self, err := c.Self(ctx)
	if err != nil {
		return false, err
	}
	if _, err := c.room(ctx, room); err != nil {
		return false, err
	}
	quiet := true
	err = c.history(ctx, string(room), "", func(m slack.Message) bool {
		quiet = !said(m) || self.wrote(m) && len(m.Files) == 0 && m.ReplyCount == 0
		return quiet
	})
	return quiet && err == nil, err
}

// notices are what Slack tells of a channel by itself, and what is left of a
// message that was removed. Anything that is not here counts as said.
var notices = []string{
	slack.MsgSubTypeChannelJoin, slack.MsgSubTypeChannelLeave, slack.MsgSubTypeChannelTopic, slack.MsgSubTypeChannelPurpose,
	slack.MsgSubTypeChannelName, slack.MsgSubTypeChannelArchive, slack.MsgSubTypeChannelUnarchive, slack.MsgSubTypeGroupJoin,
	slack.MsgSubTypeGroupLeave, slack.MsgSubTypeGroupTopic, slack.MsgSubTypeGroupPurpose, slack.MsgSubTypeGroupName,
	slack.MsgSubTypeGroupArchive, slack.MsgSubTypeGroupUnarchive, slack.MsgSubTypePinnedItem, slack.MsgSubTypeUnpinnedItem,
	slack.MsgSubTypeChannelPostingPermissions, "bot_add", "bot_remove", "tombstone",
}

// said reports whether m is something that somebody said, a program included.
func said(m slack.Message) bool { return !slices.Contains(notices, m.SubType) }
