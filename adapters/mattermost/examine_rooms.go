package mattermost

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/internal/bridge"
)

// examineRooms looks at who can get into a protected room, and at what else is
// in there.
func (c *Chat) examineRooms(ctx context.Context, out *findings, admin *model.Client4, token func() string, there bool) {
	members, teams, err := c.roomRoles(ctx, token)
	if err != nil {
		out.add("room_rights", Unknown, kindName(err))
		out.add("team_rights", Unknown, kindName(err))
	} else {
		out.add("room_rights", when(len(members) == 0, Good, Broken), names(members))
		out.add("team_rights", when(len(teams) == 0, Good, Advice), names(teams))
	}
	c.examineMembers(ctx, out, admin, there)

	plugins, _, err := admin.GetPlugins(ctx)
	if err != nil {
		out.add("other_plugins", Unknown, kindName(fail("list the plugins", err)))
		return
	}
	var others []string
	for _, p := range plugins.Active {
		if p.Id != PluginID && p.Id != SentryID {
			others = append(others, p.Id)
		}
	}
	slices.Sort(others)
	out.add("other_plugins", when(len(others) == 0, Good, Advice), strings.Join(others, " "))
}

// examineMembers looks for admins of a room besides us, who keep the rights that
// others lost, and for other programs, which read along.
func (c *Chat) examineMembers(ctx context.Context, out *findings, admin *model.Client4, there bool) {
	unknown := func(err error) {
		out.add("room_admins", Unknown, kindName(err))
		out.add("room_bots", Unknown, kindName(err))
		out.add("room_guests", Unknown, kindName(err))
	}
	if !there {
		for _, code := range []string{"room_admins", "room_bots", "room_guests"} {
			out.add(code, Unknown, "")
		}
		return
	}
	me, err := c.me(ctx)
	if err != nil {
		unknown(err)
		return
	}
	rooms, err := bridge.PluginProtected.Do(ctx, c.line, bridge.Done{})
	if err != nil {
		unknown(fail("list the protected rooms", err))
		return
	}
	admins, people := 0, map[string]bool{}
	for some := range slices.Chunk(rooms.Channels, membersAtOnce) {
		answer, err := bridge.PluginMembers.Do(ctx, c.line, bridge.Channels{Channels: some})
		if err != nil {
			unknown(fail("read the members", err))
			return
		}
		for _, members := range answer.Members {
			for _, m := range members {
				if m.User == me {
					continue
				}
				people[m.User] = true
				if m.Admin {
					admins++
				}
			}
		}
	}
	out.add("room_admins", when(admins == 0, Good, Broken), strconv.Itoa(admins))
	ids := make([]string, 0, len(people))
	for id := range people {
		ids = append(ids, id)
	}
	bots, guests := 0, 0
	for some := range slices.Chunk(ids, 100) {
		users, _, err := admin.GetUsersByIds(ctx, some)
		if err != nil {
			err = fail("read the accounts", err)
			out.add("room_bots", Unknown, kindName(err))
			out.add("room_guests", Unknown, kindName(err))
			return
		}
		for _, u := range users {
			if u.IsBot {
				bots++
			}
			if u.IsGuest() {
				guests++
			}
		}
	}
	out.add("room_bots", when(bots == 0, Good, Broken), strconv.Itoa(bots))
	out.add("room_guests", when(guests == 0, Good, Advice), strconv.Itoa(guests))
}
