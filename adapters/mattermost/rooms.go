package mattermost

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

// CreateRoom implements bot.Rooms.
func (c *Chat) CreateRoom(ctx context.Context, name, title string) (bot.ChannelID, error) {
	me, err := c.me(ctx)
	if err != nil {
		return "", err
	}
	find := func() (bot.ChannelID, error) {
		ch, _, err := c.asBot().GetChannelByNameIncludeDeleted(ctx, name, c.o.Team, "")
		if err != nil {
			return "", fail("look for a room", err)
		}
		if ch.CreatorId != me || ch.Type != model.ChannelTypePrivate {
			return "", fmt.Errorf("mattermost: a channel of somebody else has this name: %w", bot.ErrConflict)
		}
		return bot.ChannelID(ch.Id), nil
	}
	if id, err := find(); !errors.Is(err, bot.ErrNotFound) {
		return id, err
	}
	ch, _, err := c.asBot().CreateChannel(ctx, &model.Channel{TeamId: c.o.Team, Type: model.ChannelTypePrivate, Name: name, DisplayName: title})
	if err != nil {
		// Somebody else was first: another of our processes, or a stranger whose
		// channel we cannot see.
		if id, again := find(); again == nil {
			return id, nil
		}
		return "", fail("make a room", err)
	}
	return bot.ChannelID(ch.Id), nil
}

// Protect implements bot.Rooms.
func (c *Chat) Protect(ctx context.Context, room bot.ChannelID) error {
	_, err := bridge.PluginProtect.Do(ctx, c.line, bridge.ChannelRef{Channel: string(room)})
	return fail("protect a room", err)
}

// RoomMembers implements bot.Rooms. It asks the plugin, which sees a room also
// when the bot was put out of it.
func (c *Chat) RoomMembers(ctx context.Context, room bot.ChannelID) ([]bot.UserID, error) {
	all, err := c.Members(ctx, room)
	if err != nil {
		return nil, err
	}
	users, ok := all[room]
	if !ok {
		return nil, fmt.Errorf("mattermost: read the members: %w", bot.ErrNotFound)
	}
	return users, nil
}

// Members lists the people of several rooms in one call, the bot itself left
// out. A room that is not there is missing from the result.
func (c *Chat) Members(ctx context.Context, rooms ...bot.ChannelID) (map[bot.ChannelID][]bot.UserID, error) {
	me, err := c.me(ctx)
	if err != nil {
		return nil, err
	}
	out := map[bot.ChannelID][]bot.UserID{}
	for some := range slices.Chunk(rooms, membersAtOnce) {
		question := bridge.Channels{Channels: make([]string, 0, len(some))}
		for _, room := range some {
			question.Channels = append(question.Channels, string(room))
		}
		answer, err := bridge.PluginMembers.Do(ctx, c.line, question)
		if err != nil {
			return nil, fail("read the members", err)
		}
		for room, members := range answer.Members {
			users, seated := []bot.UserID{}, false
			for _, m := range members {
				if m.User == me {
					seated = m.Admin
					continue
				}
				users = append(users, bot.UserID(m.User))
			}
			if !seated {
				c.takeSeat(ctx, bot.ChannelID(room))
			}
			out[bot.ChannelID(room)] = users
		}
	}
	return out, nil
}

// takeSeat puts our own account back into a room as its admin. Whoever asks
// about a room finds it kept that way; failing is no reason to not answer, the
// next look tries again.
func (c *Chat) takeSeat(ctx context.Context, room bot.ChannelID) {
	if err := c.RestoreBot(ctx, room); err != nil {
		c.o.Log.Warn("the bot could not be put back into a room", slog.String("kind", err.Error()))
		return
	}
	c.o.Log.Warn("the bot was put back into a room")
}

// membersAtOnce is how many rooms are asked about in one call.
const membersAtOnce = 100

// AddToRoom implements bot.Rooms. Somebody who is not in the team is
// ErrNotFound as well: only an administrator can put them there.
func (c *Chat) AddToRoom(ctx context.Context, room bot.ChannelID, user bot.UserID) error {
	active, err := c.Active(ctx, user)
	if err != nil {
		return err
	}
	if !active {
		return fmt.Errorf("mattermost: add to a room: no active account: %w", bot.ErrNotFound)
	}
	if err := c.admit(ctx, room, bridge.ActAdd, user); err != nil {
		return err
	}
	return c.seated(ctx, room, "add to a room", func() error {
		_, _, err := c.asBot().AddChannelMember(ctx, string(room), string(user))
		return err
	})
}

// admit announces what we are about to do, so that the hooks of newer servers
// let it pass.
func (c *Chat) admit(ctx context.Context, room bot.ChannelID, act string, user bot.UserID) error {
	_, err := bridge.PluginAdmit.Do(ctx, c.line, bridge.Admission{Channel: string(room), Act: act, User: string(user)})
	return fail("announce an act", err)
}

// RemoveFromRoom implements bot.Rooms.
func (c *Chat) RemoveFromRoom(ctx context.Context, room bot.ChannelID, user bot.UserID) error {
	err := c.seated(ctx, room, "remove from a room", func() error {
		_, err := c.asBot().RemoveUserFromChannel(ctx, string(room), string(user))
		return err
	})
	if err == nil {
		return nil
	}
	users, look := c.RoomMembers(ctx, room)
	if look != nil {
		return look
	}
	for _, there := range users {
		if there == user {
			return err
		}
	}
	return nil // gone already
}

// ArchiveRoom implements bot.Rooms.
func (c *Chat) ArchiveRoom(ctx context.Context, room bot.ChannelID) error {
	var ch *model.Channel
	if err := c.seated(ctx, room, "read a room", func() (err error) {
		ch, _, err = c.asBot().GetChannel(ctx, string(room))
		return err
	}); err != nil {
		return err
	}
	if ch.DeleteAt != 0 {
		return nil
	}
	if err := c.admit(ctx, room, bridge.ActArchive, ""); err != nil {
		return err
	}
	return c.seated(ctx, room, "archive a room", func() error {
		_, err := c.asBot().DeleteChannel(ctx, string(room))
		return err
	})
}

// RestoreBot puts our own account back into a room as its admin, after somebody
// removed it.
func (c *Chat) RestoreBot(ctx context.Context, room bot.ChannelID) error {
	me, err := c.me(ctx)
	if err != nil {
		return err
	}
	if err := c.admit(ctx, room, bridge.ActAdd, bot.UserID(me)); err != nil {
		return err
	}
	_, err = bridge.PluginRestoreBot.Do(ctx, c.line, bridge.ChannelRef{Channel: string(room)})
	return fail("put the bot back", err)
}
