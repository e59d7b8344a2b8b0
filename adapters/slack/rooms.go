package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot"
)

var (
	_ bot.Platform   = (*Chat)(nil)
	_ bot.RoomFiller = (*Chat)(nil)
)

// CreateRoom implements bot.Rooms. A name is held for ever, by archived channels
// too, and it may be a stranger's that we cannot see: what we are not in we never
// take for ours.
func (c *Chat) CreateRoom(ctx context.Context, name, title string) (bot.ChannelID, error) {
	self, err := c.Self(ctx)
	if err != nil {
		return "", err
	}
	ch, err := c.API().CreateConversationContext(ctx, slack.CreateConversationParams{ChannelName: name, IsPrivate: true})
	switch {
	case err == nil:
	case says(err, "name_taken"), unsure(err):
		// Ours from an earlier try, of which the answer got lost, or somebody else's.
		found, look := c.ownRoom(ctx, self, name)
		if look != nil {
			return "", look
		}
		if found == nil {
			return "", fail("make a room", err)
		}
		ch = found
	default:
		return "", fail("make a room", err)
	}
	if !ch.IsPrivate {
		return "", fmt.Errorf("slack: make a room: it is not private: %w", bot.ErrConflict)
	}
	// What people see of a room besides its name; a second setting changes nothing.
	if title != "" && ch.Purpose.Value != title {
		if _, err := c.API().SetPurposeOfConversationContext(ctx, ch.ID, title); err != nil && !says(err, "is_archived") {
			return "", fail("name a room", err)
		}
	}
	return bot.ChannelID(ch.ID), nil
}

// ownRoom finds the private channel that we made under this name and still are in;
// nil when there is none.
func (c *Chat) ownRoom(ctx context.Context, self Self, name string) (*slack.Channel, error) {
	p := slack.GetConversationsForUserParameters{Types: []string{"private_channel"}, Limit: 200}
	for {
		all, next, err := c.API().GetConversationsForUserContext(ctx, &p)
		if err != nil {
			return nil, fail("look for a room", err)
		}
		for i, ch := range all {
			if ch.Name == name && ch.Creator == string(self.User) {
				return &all[i], nil
			}
		}
		if next == "" {
			return nil, nil
		}
		p.Cursor = next
	}
}

// room reads a channel that the bot is in.
func (c *Chat) room(ctx context.Context, room bot.ChannelID) (*slack.Channel, error) {
	if !shapeID.MatchString(string(room)) {
		return nil, fmt.Errorf("slack: read a room: %w", bot.ErrNotFound)
	}
	ch, err := c.API().GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: string(room)})
	return ch, fail("read a room", err)
}

// Protect implements bot.Rooms. There is no gate on Slack: it looks whether the
// room is what it has to be before anybody is let in, and gives it the term of
// its own where the workspace can have one. What it cannot promise stands in
// Limits.
func (c *Chat) Protect(ctx context.Context, room bot.ChannelID) error {
	ch, err := c.room(ctx, room)
	if err != nil {
		return err
	}
	switch {
	case !ch.IsPrivate, ch.IsGeneral:
		return fmt.Errorf("slack: protect a room: everybody can read it: %w", bot.ErrConflict)
	case ch.IsExtShared, ch.IsPendingExtShared, ch.IsShared && !ch.IsOrgShared:
		return fmt.Errorf("slack: protect a room: it is shared with another organisation: %w", bot.ErrConflict)
	case ch.IsArchived:
		return fmt.Errorf("slack: protect a room: it is archived: %w", bot.ErrConflict)
	}
	return c.limitTerm(ctx, ch.ID)
}

// RoomMembers implements bot.Rooms. The administrator's account, which comes in
// for as long as it takes something away, is the bot's other hand.
func (c *Chat) RoomMembers(ctx context.Context, room bot.ChannelID) ([]bot.UserID, error) {
	ours, err := c.ours(ctx)
	if err != nil {
		return nil, err
	}
	all, err := c.everybody(ctx, room)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(u bot.UserID) bool { return slices.Contains(ours, u) }), nil
}

// everybody lists who is in a channel, us included.
func (c *Chat) everybody(ctx context.Context, room bot.ChannelID) ([]bot.UserID, error) {
	if !shapeID.MatchString(string(room)) {
		return nil, fmt.Errorf("slack: read the members: %w", bot.ErrNotFound)
	}
	out := []bot.UserID{}
	p := slack.GetUsersInConversationParameters{ChannelID: string(room), Limit: 500}
	for {
		some, next, err := c.API().GetUsersInConversationContext(ctx, &p)
		if err != nil {
			return nil, fail("read the members", err)
		}
		for _, u := range some {
			out = append(out, bot.UserID(u))
		}
		if next == "" {
			return out, nil
		}
		p.Cursor = next
	}
}

// ours are the accounts that act for the bot.
func (c *Chat) ours(ctx context.Context) ([]bot.UserID, error) {
	self, err := c.Self(ctx)
	if err != nil {
		return nil, err
	}
	all := []bot.UserID{self.User}
	if admin, err := c.adminUser(ctx); err == nil && admin != "" {
		all = append(all, admin)
	}
	return all, nil
}

// AddToRoom implements bot.Rooms. Who may not come in, such as somebody of
// another organisation, is bot.ErrForbidden.
func (c *Chat) AddToRoom(ctx context.Context, room bot.ChannelID, user bot.UserID) error {
	if err := c.mayEnter(ctx, user); err != nil {
		return err
	}
	if err := c.filled(ctx, room); err != nil {
		return err
	}
	return c.invite(ctx, room, user)
}

func (c *Chat) mayEnter(ctx context.Context, user bot.UserID) error {
	u, err := c.account(ctx, user)
	if err != nil {
		return err
	}
	if u.Deleted {
		return fmt.Errorf("slack: add to a room: no active account: %w", bot.ErrNotFound)
	}
	kind, err := c.outsider(ctx, u)
	if err != nil {
		return err
	}
	if kind != "" {
		return fmt.Errorf("slack: add to a room: %s: %w", kind, bot.ErrForbidden)
	}
	return nil
}

// invite lets people into a room; who is in already is no error.
func (c *Chat) invite(ctx context.Context, room bot.ChannelID, users ...bot.UserID) error {
	ids := make([]string, 0, len(users))
	for _, u := range users {
		ids = append(ids, string(u))
	}
	_, err := c.API().InviteUsersToConversationContext(ctx, string(room), ids...)
	if says(err, "already_in_channel") {
		return nil
	}
	return fail("add to a room", err)
}

// Emptied reports whether a room was emptied of people to be archived, so that
// somebody who leaves it did not do so.
func (c *Chat) Emptied(ctx context.Context, room bot.ChannelID) (bool, error) {
	v, err := c.o.Memory.Recall(ctx, "emptied:"+string(room))
	if errors.Is(err, bot.ErrNotFound) {
		return false, nil
	}
	return err == nil && string(v) == "yes", err
}

// filled notes that people come into a room again that was emptied.
func (c *Chat) filled(ctx context.Context, room bot.ChannelID) error {
	emptied, err := c.Emptied(ctx, room)
	if err != nil || !emptied {
		return err
	}
	return c.o.Memory.Note(ctx, "emptied:"+string(room), []byte("no"))
}

// inviteAtOnce is how many people one invitation names.
//
// Source: reference of conversations.invite; of its two numbers the smaller.
const inviteAtOnce = 100

// AddAllToRoom implements bot.RoomFiller. One name that Slack does not want makes
// it refuse them all, so then each is invited by themselves, and only the one is
// left out.
func (c *Chat) AddAllToRoom(ctx context.Context, room bot.ChannelID, users []bot.UserID) error {
	there, err := c.everybody(ctx, room)
	if err != nil {
		return err
	}
	var may []bot.UserID
	for _, u := range users {
		if slices.Contains(there, u) || slices.Contains(may, u) {
			continue
		}
		switch err := c.mayEnter(ctx, u); {
		case err == nil:
			may = append(may, u)
		case errors.Is(err, bot.ErrNotFound), errors.Is(err, bot.ErrForbidden):
		default:
			return err
		}
	}
	if len(may) == 0 {
		return nil
	}
	if err := c.filled(ctx, room); err != nil {
		return err
	}
	var failed error
	for some := range slices.Chunk(may, inviteAtOnce) {
		err := c.invite(ctx, room, some...)
		if err == nil {
			continue
		}
		if len(some) == 1 || errors.Is(err, bot.ErrUnavailable) {
			failed = errors.Join(failed, err)
			continue
		}
		for _, u := range some {
			if err := c.invite(ctx, room, u); err != nil && !errors.Is(err, bot.ErrNotFound) {
				failed = errors.Join(failed, err)
			}
		}
	}
	return failed
}

// RemoveFromRoom implements bot.Rooms.
func (c *Chat) RemoveFromRoom(ctx context.Context, room bot.ChannelID, user bot.UserID) error {
	err := c.API().KickUserFromConversationContext(ctx, string(room), string(user))
	if err == nil {
		return nil
	}
	err = fail("remove from a room", err)
	there, look := c.everybody(ctx, room)
	if look != nil {
		return look
	}
	if slices.Contains(there, user) {
		return err
	}
	return nil // gone already
}

// ArchiveRoom implements bot.Rooms. Slack's own archiving puts the bot out for
// good: it could then take nothing away any more, while everybody else reads on.
// So the room is emptied of people and kept until it is erased; the bot stays and
// is the one way in, for a hand-over for instance (see limit ArchivedUnread).
func (c *Chat) ArchiveRoom(ctx context.Context, room bot.ChannelID) error {
	ch, err := c.room(ctx, room)
	if err != nil || ch.IsArchived {
		return err
	}
	users, err := c.RoomMembers(ctx, room)
	if err != nil {
		return err
	}
	if len(users) == 0 {
		return nil
	}
	// That each of them goes is no news: whoever hears of it asks Emptied.
	if err := c.o.Memory.Note(ctx, "emptied:"+string(room), []byte("yes")); err != nil {
		return fmt.Errorf("slack: archive a room: %w", err)
	}
	for _, u := range users {
		if err := c.RemoveFromRoom(ctx, room, u); err != nil {
			return err
		}
	}
	return nil
}
