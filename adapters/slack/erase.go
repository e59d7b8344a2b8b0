package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot"
)

func isNotFound(err error) bool { return errors.Is(err, bot.ErrNotFound) }

// EraseRoom implements bot.Rooms. First nobody reads along any more, and nobody's page
// with the bot shows the casus; then every
// message with its files goes, answers before their roots; then the bot's files
// that no message names; then, on Enterprise, the channel itself, and elsewhere it
// is archived. What people wrote themselves only an administrator can remove: it
// stays with the workspace where there is no token of one, and the receipt says
// so.
func (c *Chat) EraseRoom(ctx context.Context, room bot.ChannelID) (bot.Receipt, error) {
	r := bot.Receipt{Remains: []string{bot.RemainHistory, bot.RemainBackups, bot.RemainGiven, bot.RemainExports}}
	ch, err := c.room(ctx, room)
	if isNotFound(err) || err == nil && ch.IsArchived {
		// Erased before, archived by somebody who put us out with it, or never there.
		// The bot's files are its own wherever they stand.
		r.Files, err = c.dropOwnFiles(ctx, string(room))
		if err != nil {
			return r, err
		}
		if done, look := c.o.Memory.Recall(ctx, "erased:"+string(room)); look == nil {
			r.Remains = append(r.Remains, remains(done)...)
			return r, nil
		} else if !errors.Is(look, bot.ErrNotFound) {
			return r, fmt.Errorf("slack: erase a room: %w", look)
		}
		if gone, err := c.dropChannel(ctx, string(room)); gone || err != nil {
			return r, err
		}
		r.Remains = append(r.Remains, bot.RemainShell, bot.RemainOthers, bot.RemainOwn, bot.RemainUnlooked)
		return r, nil
	}
	if err != nil {
		return r, err
	}
	if err := c.ArchiveRoom(ctx, room); err != nil {
		return r, err
	}
	if err := c.forgetHomes(ctx, room); err != nil {
		return r, err
	}
	left, err := c.dropMessages(ctx, string(room), &r)
	if err != nil {
		return r, err
	}
	loose, err := c.dropOwnFiles(ctx, string(room))
	if err != nil {
		return r, err
	}
	r.Files += loose
	// Look what is there now; who says "erased" must have seen it.
	own, others, err := c.whatStands(ctx, string(room))
	if err != nil {
		r.Remains = append(r.Remains, bot.RemainUnlooked)
		return r, fmt.Errorf("look what is left: %w", err)
	}
	if own > 0 {
		return r, fmt.Errorf("slack: erase a room: %d messages of the bot are left: %w", own, bot.ErrConflict)
	}
	if others > 0 && !left {
		return r, fmt.Errorf("slack: erase a room: %d messages came meanwhile: %w", others, bot.ErrConflict)
	}
	gone, err := c.dropChannel(ctx, string(room))
	if err != nil {
		return r, err
	}
	kept := []string{}
	if !gone {
		if others > 0 {
			kept = append(kept, bot.RemainOthers)
		}
		kept = append(kept, bot.RemainShell)
		// It is noted before the archiving, which puts us out: after that nothing can
		// be looked up.
		if err := c.o.Memory.Note(ctx, "erased:"+string(room), []byte(strconv.FormatBool(others > 0))); err != nil {
			return r, fmt.Errorf("slack: erase a room: %w", err)
		}
		if err := c.API().ArchiveConversationContext(ctx, string(room)); err != nil && !says(err, "already_archived") {
			return r, fail("archive a room", err)
		}
	}
	r.Remains = append(r.Remains, kept...)
	return r, nil
}

// remains are the codes of what was noted of an erased room.
func remains(others []byte) []string {
	if string(others) == "true" {
		return []string{bot.RemainOthers, bot.RemainShell}
	}
	return []string{bot.RemainShell}
}

// dropMessages removes everything that stands in a channel and counts it. left:
// what others wrote could not be removed, since there is no administrator's token.
func (c *Chat) dropMessages(ctx context.Context, channel string, r *bot.Receipt) (left bool, err error) {
	self, err := c.Self(ctx)
	if err != nil {
		return false, err
	}
	var theirs []found
	err = c.everything(ctx, channel, func(m slack.Message) error {
		switch {
		case m.SubType == "tombstone":
		case self.wrote(m) && !said(m):
			// What Slack tells of what we did, such as a purpose that was set, cannot be
			// removed everywhere, and says nothing.
			if _, _, err := c.API().DeleteMessageContext(ctx, channel, m.Timestamp); err != nil && errors.Is(fail("", err), bot.ErrUnavailable) {
				return fail("remove a notice", err)
			}
		case self.wrote(m):
			if err := c.remove(ctx, found{m, channel}); err != nil {
				return err
			}
			r.Posts++
			r.Files += len(m.Files)
		default:
			theirs = append(theirs, found{m, channel})
		}
		return nil
	})
	if err != nil || len(theirs) == 0 {
		return false, err
	}
	if _, ok := c.admin(); !ok {
		return true, nil
	}
	// The administrator comes in once for all of them.
	err = c.asAdmin(ctx, bot.ChannelID(channel), func(api *slack.Client) error {
		for _, m := range theirs {
			if !said(m.Message) {
				// What Slack itself tells of who came and went cannot be removed everywhere.
				if _, _, err := api.DeleteMessageContext(ctx, channel, m.Timestamp); err != nil && errors.Is(fail("", err), bot.ErrUnavailable) {
					return fail("remove a notice", err)
				}
				continue
			}
			if err := c.remove(ctx, m); err != nil {
				if errors.Is(err, bot.ErrForbidden) {
					left = true
					continue
				}
				return err
			}
			r.Posts++
			r.Files += len(m.Files)
		}
		return nil
	})
	return left, err
}

// whatStands counts what is still said in a channel, by us and by others.
func (c *Chat) whatStands(ctx context.Context, channel string) (own, others int, err error) {
	self, err := c.Self(ctx)
	if err != nil {
		return 0, 0, err
	}
	err = c.everything(ctx, channel, func(m slack.Message) error {
		switch {
		case !said(m):
		case self.wrote(m):
			own++
		default:
			others++
		}
		return nil
	})
	return own, others, err
}

// dropOwnFiles removes the bot's files that stand, or stood, in a channel. It needs
// no membership: they are its own.
func (c *Chat) dropOwnFiles(ctx context.Context, channel string) (int, error) {
	self, err := c.Self(ctx)
	if err != nil {
		return 0, err
	}
	var ids []string
	p := slack.ListFilesParameters{User: string(self.User), Limit: 200}
	for page := 1; ; page++ {
		files, paging, err := c.API().GetFilesContext(ctx, slack.GetFilesParameters{User: p.User, Count: p.Limit, Page: page})
		if err != nil {
			return 0, fail("list the bot's files", err)
		}
		for _, f := range files {
			if sharedAt(&f, channel) != "" || slices.Contains(f.Channels, channel) || slices.Contains(f.Groups, channel) {
				ids = append(ids, f.ID)
			}
		}
		if paging == nil || page >= paging.Pages || len(files) == 0 {
			break
		}
	}
	for i, id := range ids {
		if err := c.dropFile(ctx, id, ""); err != nil {
			return i, err
		}
	}
	return len(ids), nil
}

// dropChannel removes a channel for good where the workspace is part of an
// Enterprise organisation and there is a token that may; it reports whether it is
// gone.
func (c *Chat) dropChannel(ctx context.Context, channel string) (bool, error) {
	self, err := c.Self(ctx)
	if err != nil {
		return false, err
	}
	api, ok := c.admin()
	if !ok || self.Org == "" {
		return false, nil
	}
	err = fail("remove a room", api.AdminConversationsDelete(ctx, channel))
	switch {
	case err == nil, isNotFound(err):
		return true, nil
	case errors.Is(err, bot.ErrUnavailable):
		return false, err
	}
	// The organisation does not let this token; the shell stays, and is said.
	c.o.Log.Warn("slack: a room could not be removed", "error", err)
	return false, nil
}

// limitTerm gives a room the term of RetentionDays where the workspace can have
// one: a second net below the bot's own terms. It is no reason not to use the room
// that this fails; doctor says so.
func (c *Chat) limitTerm(ctx context.Context, channel string) error {
	if c.o.RetentionDays <= 0 {
		return nil
	}
	self, err := c.Self(ctx)
	if err != nil {
		return err
	}
	api, ok := c.admin()
	if !ok || self.Org == "" {
		return nil
	}
	if err := fail("limit the term of a room", api.AdminConversationsSetCustomRetention(ctx, channel, c.o.RetentionDays)); err != nil {
		if errors.Is(err, bot.ErrUnavailable) {
			return err
		}
		c.o.Log.Warn("slack: a room keeps the workspace's own term", "error", err)
	}
	return nil
}
