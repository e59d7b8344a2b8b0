package slack

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot"
)

var (
	_ bot.Unsayer = (*Chat)(nil)
	_ bot.Locator = (*Chat)(nil)
)

// Hide implements bot.Talk. Out of sight is gone on Slack: a file that is not in
// the channel any more can still be read by its address, so the bytes go too (see
// limit HiddenIsGone). What others posted goes with the administrator's token; it
// is bot.ErrForbidden without one.
func (c *Chat) Hide(ctx context.Context, message bot.MessageID) error {
	m, err := c.message(ctx, message)
	if errors.Is(err, bot.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	x := bot.Exposure{Known: true, For: since(m.Timestamp, c.o.Now()), Messages: 1, Files: len(m.Files)}
	if err := c.remove(ctx, m); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.gone) >= maxGone {
		clear(c.gone)
	}
	c.gone[message] = x
	return nil
}

// maxGone is of how many removed messages it is known how long they stood there.
const maxGone = 1000

// Unsay implements bot.Unsayer.
func (c *Chat) Unsay(ctx context.Context, message bot.MessageID) error { return c.Hide(ctx, message) }

// Locate implements bot.Locator. Who a file was posted for is its author, not the
// bot that posted it.
func (c *Chat) Locate(ctx context.Context, message bot.MessageID) (bot.ChannelID, bot.UserID, error) {
	m, err := c.message(ctx, message)
	if err != nil {
		return "", "", err
	}
	channel, _, _ := splitID(message)
	return bot.ChannelID(channel), bot.UserID(m.User), nil
}

// found is a message with where it stands.
type found struct {
	slack.Message
	channel string
}

// message reads one message, also out of a thread.
func (c *Chat) message(ctx context.Context, id bot.MessageID) (found, error) {
	channel, ts, err := splitID(id)
	if err != nil {
		return found{}, err
	}
	// A thread's answer stands in no history; asked for the thread of an answer,
	// Slack gives that one message.
	all, _, _, err := c.API().GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
		ChannelID: channel, Timestamp: ts, Latest: ts, Inclusive: true, Limit: 1, IncludeAllMetadata: true})
	if err != nil && !says(err, "thread_not_found") {
		return found{}, fail("find a message", err)
	}
	for _, m := range all {
		if m.Timestamp == ts && m.SubType != "tombstone" {
			return found{m, channel}, nil
		}
	}
	page, err := c.API().GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{
		ChannelID: channel, Latest: ts, Oldest: ts, Inclusive: true, Limit: 1, IncludeAllMetadata: true})
	if err != nil {
		return found{}, fail("find a message", err)
	}
	for _, m := range page.Messages {
		if m.Timestamp == ts && m.SubType != "tombstone" {
			return found{m, channel}, nil
		}
	}
	return found{}, fmt.Errorf("slack: find a message: %w", bot.ErrNotFound)
}

// remove takes a message and its files away for good: files first, since a
// message that is gone names them no more.
func (c *Chat) remove(ctx context.Context, m found) error {
	self, err := c.Self(ctx)
	if err != nil {
		return err
	}
	for _, f := range m.Files {
		// A file of another message or another app's that was only named here stays.
		if f.Mode == "tombstone" {
			continue
		}
		if err := c.dropFile(ctx, f.ID, m.channel); err != nil {
			return err
		}
	}
	drop := func(api *slack.Client) error {
		_, _, err := api.DeleteMessageContext(ctx, m.channel, m.Timestamp)
		if says(err, "message_not_found") {
			return nil
		}
		return fail("remove a message", err)
	}
	if self.wrote(m.Message) {
		return drop(c.API())
	}
	return c.asAdmin(ctx, bot.ChannelID(m.channel), drop)
}

// dropFile removes a file. One that is not ours needs the administrator's token,
// who must be in the channel where it stands.
func (c *Chat) dropFile(ctx context.Context, file, channel string) error {
	drop := func(api *slack.Client) error {
		err := fail("remove a file", api.DeleteFileContext(ctx, file))
		if errors.Is(err, bot.ErrNotFound) {
			return nil
		}
		return err
	}
	err := c.API().DeleteFileContext(ctx, file)
	switch {
	case err == nil, says(err, "file_not_found", "file_deleted"):
		return nil
	case says(err, "cant_delete_file") && channel != "":
		return c.asAdmin(ctx, bot.ChannelID(channel), drop)
	}
	return fail("remove a file", err)
}

var _ bot.AfterTheFact = (*Chat)(nil)

// AfterTheFact implements bot.AfterTheFact.
func (c *Chat) AfterTheFact() {}
