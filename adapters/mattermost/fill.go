package mattermost

import (
	"context"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

var _ bot.RoomFiller = (*Chat)(nil)

// hooksMembers is the first server that asks the plugins before somebody is added.
const hooksMembers = "11.7"

// AddAllToRoom implements bot.RoomFiller in two calls of the server. On a server
// that asks the plugins about each of them, each is announced first.
func (c *Chat) AddAllToRoom(ctx context.Context, room bot.ChannelID, users []bot.UserID) error {
	var ids []string
	for _, u := range users {
		if model.IsValidId(string(u)) {
			ids = append(ids, string(u))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	found, _, err := c.asBot().GetUsersByIds(ctx, ids)
	if err != nil {
		return fail("read the accounts", err)
	}
	found = slices.DeleteFunc(found, func(u *model.User) bool { return u.DeleteAt != 0 })
	ids = ids[:0]
	for _, u := range found {
		ids = append(ids, u.Id)
	}
	if len(ids) == 0 {
		return nil
	}
	if v := c.server(); v == "" || !older(v, hooksMembers) {
		for _, id := range ids {
			if err := c.admit(ctx, room, bridge.ActAdd, bot.UserID(id)); err != nil {
				return err
			}
		}
	}
	// It adds whom it can and calls that success; who is missing is seen at the next
	// look.
	return c.seated(ctx, room, "add to a room", func() error {
		_, _, err := c.asBot().AddChannelMembers(ctx, string(room), "", ids)
		return err
	})
}

// server is the version of the server as it last said; blank when it never did.
func (c *Chat) server() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.version
}
