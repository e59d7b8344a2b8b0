package mattermost

import (
	"context"
	"errors"
	"slices"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/bot"
)

// roomRights are the rights of every member of a private channel that let them
// change who is in it and what it is.
func roomRights() []string {
	return []string{
		model.PermissionManagePrivateChannelMembers.Id,
		model.PermissionManagePrivateChannelProperties.Id,
		model.PermissionDeletePrivateChannel.Id,
	}
}

// RoomsLocked reports whether ordinary members lack the rights to add people to
// private channels, to rename and to archive them.
func (c *Chat) RoomsLocked(ctx context.Context, token func() string) (bool, error) {
	role, _, err := c.rest(token).GetRoleByName(ctx, model.ChannelUserRoleId)
	if err != nil {
		return false, fail("read a role", err)
	}
	for _, right := range roomRights() {
		if slices.Contains(role.Permissions, right) {
			return false, nil
		}
	}
	return true, nil
}

// LockRooms takes these rights from ordinary members, or gives them back. It
// holds for every private channel of the server, so an administrator must have
// agreed. Channel admins keep them; in a room that is the bot alone.
func (c *Chat) LockRooms(ctx context.Context, token func() string, locked bool) error {
	admin := c.rest(token)
	role, _, err := admin.GetRoleByName(ctx, model.ChannelUserRoleId)
	if err != nil {
		return fail("read a role", err)
	}
	rights := slices.DeleteFunc(slices.Clone(role.Permissions), func(r string) bool { return slices.Contains(roomRights(), r) })
	if !locked {
		rights = append(rights, roomRights()...)
	}
	if _, _, err := admin.PatchRole(ctx, role.Id, &model.RolePatch{Permissions: &rights}); err != nil {
		return fail("change a role", err)
	}
	now, err := c.RoomsLocked(ctx, token)
	if err == nil && now != locked {
		err = errors.Join(bot.ErrConflict, errors.New("the role did not change"))
	}
	return err
}
