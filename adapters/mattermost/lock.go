package mattermost

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/bot"
)

// roomRights are the rights over a private channel that let somebody change who is
// in it and what it is.
func roomRights() []string {
	return []string{
		model.PermissionManagePrivateChannelMembers.Id,
		model.PermissionManagePrivateChannelProperties.Id,
		model.PermissionDeletePrivateChannel.Id,
		model.PermissionConvertPrivateChannelToPublic.Id,
	}
}

// lockedRights are those that every member has on a new server; they are taken
// away, and given back.
func lockedRights() []string { return roomRights()[:3] }

// The built-in roles through which such a right reaches a room. The server looks
// at those of the channel, of its team and of the system. The roles of members
// are everybody's; a channel admin is the bot alone, which doctor looks after.
var (
	memberRoles = []string{
		model.ChannelUserRoleId, model.ChannelGuestRoleId, model.TeamUserRoleId, model.TeamGuestRoleId,
		model.SystemUserRoleId, model.SystemGuestRoleId,
	}
	teamRoles = []string{model.TeamAdminRoleId}
)

// roomRoles lists the roles of members, and those of a team's admins, that have
// rights over private channels: the built-in ones and those of every scheme.
func (c *Chat) roomRoles(ctx context.Context, token func() string) (members, teams []*model.Role, err error) {
	admin := c.rest(token)
	ofMembers, ofTeams := slices.Clone(memberRoles), slices.Clone(teamRoles)
	for page := 0; ; page++ {
		schemes, res, err := admin.GetSchemes(ctx, "", page, 100)
		if err != nil && res != nil && res.StatusCode == http.StatusNotImplemented {
			break // a server without a licence has none
		}
		if err != nil {
			return nil, nil, fail("list the schemes", err)
		}
		for _, s := range schemes {
			if s.DeleteAt != 0 {
				continue
			}
			ofMembers = append(ofMembers, s.DefaultChannelUserRole, s.DefaultChannelGuestRole, s.DefaultTeamUserRole, s.DefaultTeamGuestRole)
			ofTeams = append(ofTeams, s.DefaultTeamAdminRole)
		}
		if len(schemes) < 100 {
			break
		}
	}
	with := func(names []string) ([]*model.Role, error) {
		names = slices.DeleteFunc(names, func(n string) bool { return n == "" })
		var all []*model.Role
		for some := range slices.Chunk(names, 50) {
			roles, _, err := admin.GetRolesByNames(ctx, some)
			if err != nil {
				return nil, fail("read the roles", err)
			}
			all = append(all, roles...)
		}
		return slices.DeleteFunc(all, func(r *model.Role) bool {
			return !slices.ContainsFunc(r.Permissions, func(p string) bool { return slices.Contains(roomRights(), p) })
		}), nil
	}
	if members, err = with(ofMembers); err != nil {
		return nil, nil, err
	}
	teams, err = with(ofTeams)
	return members, teams, err
}

// names lists roles by name.
func names(roles []*model.Role) string {
	var all []string
	for _, r := range roles {
		all = append(all, r.Name)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// RoomsLocked reports whether ordinary members lack the rights to add people to
// private channels, to rename, archive and open them, by whatever role.
func (c *Chat) RoomsLocked(ctx context.Context, token func() string) (bool, error) {
	members, _, err := c.roomRoles(ctx, token)
	return err == nil && len(members) == 0, err
}

// LockRooms takes these rights from every role that ordinary members have, or
// gives them back to the one that has them on a new server. It holds for every
// private channel of the server, so an administrator must have agreed. Channel
// admins keep them; in a room that is the bot alone.
func (c *Chat) LockRooms(ctx context.Context, token func() string, locked bool) error {
	admin := c.rest(token)
	var roles []*model.Role
	var err error
	if locked {
		roles, _, err = c.roomRoles(ctx, token)
	} else {
		var role *model.Role
		role, _, err = admin.GetRoleByName(ctx, model.ChannelUserRoleId)
		err = fail("read a role", err)
		roles = []*model.Role{role}
	}
	if err != nil {
		return err
	}
	for _, role := range roles {
		rights := slices.DeleteFunc(slices.Clone(role.Permissions), func(r string) bool { return slices.Contains(roomRights(), r) })
		if !locked {
			rights = append(rights, lockedRights()...)
		}
		if _, _, err := admin.PatchRole(ctx, role.Id, &model.RolePatch{Permissions: &rights}); err != nil {
			return fail("change a role", err)
		}
	}
	now, err := c.RoomsLocked(ctx, token)
	if err == nil && now != locked {
		err = errors.Join(bot.ErrConflict, errors.New("the roles did not change"))
	}
	return err
}
