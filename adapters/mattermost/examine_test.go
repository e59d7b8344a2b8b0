package mattermost_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

// examining puts each setting wrong and right and sees it named.
func examining(t *testing.T, h *house) {
	ctx := t.Context()
	token := func() string { return h.Admin.AuthToken }
	look := func(token func() string) map[string]mattermost.Finding {
		t.Helper()
		list, err := h.chat.Examine(ctx, token, "v0.1.0")
		must(t, err)
		out := map[string]mattermost.Finding{}
		for _, f := range list {
			if _, twice := out[f.Code]; twice {
				t.Errorf("%s is there twice", f.Code)
			}
			out[f.Code] = f
		}
		for _, code := range mattermost.Codes() {
			if _, ok := out[code]; !ok && out["settings"].Level == mattermost.Good {
				t.Errorf("nothing is said about %s", code)
			}
		}
		return out
	}
	all := look(token)
	for _, code := range []string{"server", "server_version", "edition", "bot_token", "bot_rights", "bot_team", "admin_token", "plugin", "plugin_state", "sentry",
		"plugin_version", "bridge", "plugin_database", "plugin_panics", "bot_account", "clock", "settings", "public_links", "api_channel_deletion",
		"api_post_deletion", "addresses", "bot_tokens", "room_admins", "room_bots", "room_guests", "other_plugins"} {
		if f := all[code]; f.Level != mattermost.Good {
			t.Errorf("%s = %+v, want good", code, f)
		}
	}
	// The house erases with a token of the very account that watches.
	if f := all["erase_token"]; f.Level != mattermost.Advice {
		t.Errorf("erase_token = %+v: whoever watches can erase, and that is called good", f)
	}
	if f := all["guard"]; f.Level != mattermost.Advice {
		t.Errorf("guard = %+v: this server has no guards, it must not be called protected by them", f)
	}
	on, off, full, some := true, false, model.FullNotification, model.IdLoadedNotification
	for code, at := range map[string]struct {
		wrong, right model.Config
		level        mattermost.Level
	}{
		"public_links": {model.Config{FileSettings: model.FileSettings{EnablePublicLink: &on}}, model.Config{FileSettings: model.FileSettings{EnablePublicLink: &off}}, mattermost.Broken},
		"api_channel_deletion": {model.Config{ServiceSettings: model.ServiceSettings{EnableAPIChannelDeletion: &on}},
			model.Config{ServiceSettings: model.ServiceSettings{EnableAPIChannelDeletion: &off}}, mattermost.Broken},
		"burn_on_read": {model.Config{ServiceSettings: model.ServiceSettings{EnableBurnOnRead: &on}},
			model.Config{ServiceSettings: model.ServiceSettings{EnableBurnOnRead: &off}}, mattermost.Broken},
		"attachments": {model.Config{FileSettings: model.FileSettings{EnableFileAttachments: &off}},
			model.Config{FileSettings: model.FileSettings{EnableFileAttachments: &on}}, mattermost.Advice},
		"link_previews": {model.Config{ServiceSettings: model.ServiceSettings{EnableLinkPreviews: &on}},
			model.Config{ServiceSettings: model.ServiceSettings{EnableLinkPreviews: &off}}, mattermost.Advice},
		"insecure_connections": {model.Config{ServiceSettings: model.ServiceSettings{EnableInsecureOutgoingConnections: &on}},
			model.Config{ServiceSettings: model.ServiceSettings{EnableInsecureOutgoingConnections: &off}}, mattermost.Broken},
		"guest_accounts": {model.Config{GuestAccountsSettings: model.GuestAccountsSettings{Enable: &on}},
			model.Config{GuestAccountsSettings: model.GuestAccountsSettings{Enable: &off}}, mattermost.Advice},
		"custom_emoji": {model.Config{ServiceSettings: model.ServiceSettings{EnableCustomEmoji: &on}},
			model.Config{ServiceSettings: model.ServiceSettings{EnableCustomEmoji: &off}}, mattermost.Advice},
		"push_contents": {model.Config{EmailSettings: model.EmailSettings{SendPushNotifications: &on, PushNotificationContents: &full}},
			model.Config{EmailSettings: model.EmailSettings{SendPushNotifications: &on, PushNotificationContents: &some}}, mattermost.Broken},
	} {
		_, _, err := h.Admin.PatchConfig(ctx, &at.wrong)
		must(t, err)
		if f := look(token)[code]; f.Level != at.level {
			t.Errorf("%s put wrong = %+v, want %s", code, f, at.level)
		}
		_, _, err = h.Admin.PatchConfig(ctx, &at.right)
		must(t, err)
		if f := look(token)[code]; f.Level != mattermost.Good {
			t.Errorf("%s put right = %+v, want good", code, f)
		}
	}
	for name, token := range map[string]func() string{"none": func() string { return "" }, "a wrong one": func() string { return "wrong" },
		"that of a member": func() string { return h.people[0].(*person).p.Client.AuthToken }} {
		all := look(token)
		for _, code := range []string{"settings", "room_rights", "room_admins", "room_bots", "other_plugins", "plugin_state", "edition"} {
			if all[code].Level != mattermost.Unknown {
				t.Errorf("with the token %s %s = %+v, want unknown", name, code, all[code])
			}
		}
		if f := all["admin_token"]; f.Level == mattermost.Good {
			t.Errorf("the token %s is called good", name)
		}
	}
	if second := h.Token(h.self); second == "" || look(token)["bot_tokens"].Level != mattermost.Advice {
		t.Errorf("the bot has two tokens: %+v", look(token)["bot_tokens"])
	}
	_, err := h.Admin.DisablePlugin(ctx, mattermost.SentryID)
	must(t, err)
	if f := look(token)["sentry"]; f.Level != mattermost.Broken {
		t.Errorf("the second plugin is off: %+v", f)
	}
	_, err = h.Admin.EnablePlugin(ctx, mattermost.SentryID)
	must(t, err)
	h.AwaitPlugin(mattermost.SentryID)
	// What is in a room that should not be.
	b := h.bench(t)
	room, err := h.chat.CreateRoom(ctx, "casus-2026-3000", "Casusoverleg")
	must(t, err)
	must(t, h.chat.Protect(ctx, room))
	must(t, h.chat.AddToRoom(ctx, room, b.People[0].ID()))
	_, err = h.Admin.UpdateChannelRoles(ctx, string(room), string(b.People[0].ID()), model.ChannelUserRoleId+" "+model.ChannelAdminRoleId)
	must(t, err)
	other, _, err := h.Admin.CreateBot(ctx, &model.Bot{Username: "meelezer"})
	must(t, err)
	_, _, err = h.Admin.AddTeamMember(ctx, h.team, other.UserId)
	must(t, err)
	_, _, err = h.Admin.AddChannelMember(ctx, string(room), other.UserId)
	must(t, err)
	all = look(token)
	if all["room_admins"].Level != mattermost.Broken || all["room_admins"].Have != "1" || all["room_bots"].Level != mattermost.Broken || all["room_bots"].Have != "1" {
		t.Errorf("an admin and a bot in the room: %+v %+v", all["room_admins"], all["room_bots"])
	}
	_, err = h.Admin.UpdateUserRoles(ctx, h.self, model.SystemUserRoleId+" "+model.SystemAdminRoleId)
	must(t, err)
	if f := look(token)["bot_rights"]; f.Level != mattermost.Broken {
		t.Errorf("the bot is a system admin: %+v", f)
	}
	// The server takes the role from no one while there is one person who has it.
	_, err = h.Admin.UpdateUserRoles(ctx, h.User("").Id, model.SystemUserRoleId+" "+model.SystemAdminRoleId)
	must(t, err)
	_, err = h.Admin.UpdateUserRoles(ctx, h.self, model.SystemUserRoleId)
	must(t, err)
	must(t, h.chat.RemoveFromRoom(ctx, room, bot.UserID(other.UserId)))
	must(t, h.chat.ArchiveRoom(ctx, room))
}

// locking takes the members' rights over private channels away: on a server
// without the hook for it, the only way to keep a stranger from being added.
func locking(t *testing.T, h *house) {
	ctx := t.Context()
	token := func() string { return h.Admin.AuthToken }
	b := h.bench(t)
	room, err := h.chat.CreateRoom(ctx, "casus-2026-3001", "Casusoverleg")
	must(t, err)
	must(t, h.chat.Protect(ctx, room))
	must(t, h.chat.AddToRoom(ctx, room, b.People[0].ID()))
	member := b.People[0].(*person)
	title := "anders"
	rename := func() error {
		_, _, err := member.p.Client.PatchChannel(ctx, string(room), &model.ChannelPatch{DisplayName: &title})
		return err
	}
	if member.Add(room, b.People[1].ID()) != nil || rename() != nil {
		t.Fatal("without the lock a member adds somebody and renames the room, want that here")
	}
	must(t, h.chat.RemoveFromRoom(ctx, room, b.People[1].ID()))
	must(t, h.chat.LockRooms(ctx, token, true))
	t.Cleanup(func() { _ = h.chat.LockRooms(context.Background(), token, false) })
	if locked, err := h.chat.RoomsLocked(ctx, token); err != nil || !locked {
		t.Fatalf("RoomsLocked = %v, %v; want true", locked, err)
	}
	// The same rights by another role are seen too, and taken.
	for _, name := range []string{model.TeamUserRoleId, model.SystemUserRoleId} {
		for _, right := range []string{model.PermissionManagePrivateChannelMembers.Id, model.PermissionConvertPrivateChannelToPublic.Id} {
			role, _, err := h.Admin.GetRoleByName(ctx, name)
			must(t, err)
			more := append(slices.Clone(role.Permissions), right)
			_, _, err = h.Admin.PatchRole(ctx, role.Id, &model.RolePatch{Permissions: &more})
			must(t, err)
			list, err := h.chat.Examine(ctx, token, "")
			must(t, err)
			for _, f := range list {
				if f.Code == "room_rights" && (f.Level != mattermost.Broken || f.Have != name) {
					t.Errorf("%s has %s: %+v", name, right, f)
				}
			}
			must(t, h.chat.LockRooms(ctx, token, true))
			if locked, err := h.chat.RoomsLocked(ctx, token); err != nil || !locked {
				t.Errorf("%s with %s: after locking RoomsLocked = %v, %v", name, right, locked, err)
			}
		}
	}
	role, _, err := h.Admin.GetRoleByName(ctx, model.TeamAdminRoleId)
	must(t, err)
	more := append(slices.Clone(role.Permissions), model.PermissionManagePrivateChannelMembers.Id)
	_, _, err = h.Admin.PatchRole(ctx, role.Id, &model.RolePatch{Permissions: &more})
	must(t, err)
	list, err := h.chat.Examine(ctx, token, "")
	must(t, err)
	for _, f := range list {
		if f.Code == "team_rights" && (f.Level != mattermost.Advice || f.Have != model.TeamAdminRoleId) {
			t.Errorf("a team admin may let people in: %+v", f)
		}
	}
	if member.Add(room, b.People[1].ID()) == nil {
		t.Error("a member added somebody")
	}
	if rename() == nil {
		t.Error("a member renamed the room")
	}
	if _, err := member.p.Client.RemoveUserFromChannel(ctx, string(room), h.self); err == nil {
		t.Error("a member put the bot out")
	}
	if _, err := member.p.Client.DeleteChannel(ctx, string(room)); err == nil {
		t.Error("a member archived the room")
	}
	must(t, h.chat.AddToRoom(ctx, room, b.People[1].ID()))
	must(t, h.chat.RemoveFromRoom(ctx, room, b.People[1].ID()))
	if _, err := member.p.Client.RemoveUserFromChannel(ctx, string(room), string(member.ID())); err != nil {
		t.Errorf("a member could not leave by themselves: %v", err)
	}
	must(t, h.chat.LockRooms(ctx, token, false))
	must(t, h.chat.AddToRoom(ctx, room, b.People[0].ID()))
	if member.Add(room, b.People[1].ID()) != nil {
		t.Error("the rights did not come back")
	}
	must(t, h.chat.ArchiveRoom(ctx, room))
}

// seat has the bot put out of its room, and robbed of its role in it.
func seat(t *testing.T, h *house) {
	ctx := t.Context()
	b := h.bench(t)
	room, err := h.chat.CreateRoom(ctx, "casus-2026-3002", "Casusoverleg")
	must(t, err)
	must(t, h.chat.Protect(ctx, room))
	must(t, h.chat.AddToRoom(ctx, room, b.People[0].ID()))
	admin := func() bool {
		t.Helper()
		list, err := bridge.PluginMembers.Do(ctx, h.line(), bridge.Channels{Channels: []string{string(room)}})
		must(t, err)
		for _, m := range list.Members[string(room)] {
			if m.User == h.self {
				return m.Admin
			}
		}
		return false
	}
	if !admin() {
		t.Fatal("the bot is not the admin of its new room")
	}
	member := b.People[0].(*person)
	_, err = member.p.Client.RemoveUserFromChannel(ctx, string(room), h.self)
	must(t, err)
	if _, err := b.Incoming.Await(ctx, func(e bot.Event) bool { return e.Kind == bot.Left && string(e.User) == h.self }); err != nil {
		t.Fatalf("the bot was not told that it was put out: %v", err)
	}
	if !admin() {
		t.Error("put out, the bot did not come back")
	}
	// With this flag the server empties the room, the bot included, and lets
	// nobody in. On this server any member can set it.
	yes := true
	_, _, err = member.p.Client.PatchChannel(ctx, string(room), &model.ChannelPatch{GroupConstrained: &yes})
	must(t, err)
	if _, err := b.Incoming.Await(ctx, func(e bot.Event) bool {
		return e.Kind == bot.Changed && e.Channel == room && e.Text == "group_constrained"
	}); err != nil {
		t.Fatalf("the bot was not told of the flag: %v", err)
	}
	if _, err := b.Incoming.Await(ctx, func(e bot.Event) bool { return e.Kind == bot.Left && e.User == member.ID() }); err != nil {
		t.Fatalf("the bot was not told that people are gone: %v", err)
	}
	must(t, h.chat.AddToRoom(ctx, room, member.ID()))
	if _, err := h.chat.RoomMembers(ctx, room); err != nil || !admin() {
		t.Errorf("the bot did not come back into the emptied room: %v", err)
	}
	_, err = h.Admin.UpdateChannelRoles(ctx, string(room), h.self, model.ChannelUserRoleId)
	must(t, err)
	if admin() {
		t.Fatal("the role was not taken")
	}
	users, err := h.chat.RoomMembers(ctx, room)
	must(t, err)
	if len(users) != 1 || !admin() {
		t.Errorf("RoomMembers = %v and the bot is admin: %v; want the one person, and the role back", users, admin())
	}
}

// exposed compares what the server's own tables say of a leak with what the
// stranger really got to see.
func exposed(t *testing.T, h *house) {
	ctx := t.Context()
	b := h.bench(t)
	room, err := h.chat.CreateRoom(ctx, "casus-2026-3003", "Casusoverleg")
	must(t, err)
	must(t, h.chat.Protect(ctx, room))
	member, stranger := b.People[0].(*person), b.People[1].(*person)
	must(t, h.chat.AddToRoom(ctx, room, member.ID()))
	for range 3 {
		must(t, member.Say(room, "wat er is besproken"))
	}
	const trials = 10
	var told, read []time.Duration
	for range trials {
		stop, last := make(chan struct{}), make(chan time.Duration, 1)
		began := time.Now()
		go func() {
			var seen time.Duration
			for {
				select {
				case <-stop:
					last <- seen
					return
				default:
					if list, err := stranger.See(room); err == nil && len(list) > 0 {
						seen = time.Since(began)
					}
				}
			}
		}()
		must(t, member.Add(room, stranger.ID()))
		must(t, h.chat.RemoveFromRoom(ctx, room, stranger.ID()))
		x, err := h.chat.Exposed(ctx, room, stranger.ID(), "")
		must(t, err)
		time.Sleep(30 * time.Millisecond) // whether reading goes on after it
		close(stop)
		told, read = append(told, x.For), append(read, <-last)
		if x.Messages != 3 || x.Files != 0 || x.People != 1 {
			t.Fatalf("Exposed = %+v, want three messages, no file and one person", x)
		}
	}
	slices.Sort(told)
	slices.Sort(read)
	t.Logf("a stranger was in for p50 %s, at most %s by the server's tables; their last read came at p50 %s, at most %s after the request",
		told[trials/2], told[trials-1], read[trials/2].Round(time.Millisecond), read[trials-1].Round(time.Millisecond))
	// What comes after they left was not laid open.
	must(t, member.Say(room, "later"))
	x, err := h.chat.Exposed(ctx, room, stranger.ID(), "")
	must(t, err)
	if x.Messages != 3 {
		t.Errorf("a message from afterwards counts: %+v", x)
	}
	if _, err := h.chat.Exposed(ctx, room, b.People[2].ID(), ""); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("somebody who never was in: %v, want not found", err)
	}
	// An administrator opens the room to the whole team.
	_, _, err = h.Admin.UpdateChannelPrivacy(ctx, string(room), model.ChannelTypeOpen)
	must(t, err)
	began := time.Now()
	for end := began.Add(4 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		ch, _, err := h.Admin.GetChannel(ctx, string(room))
		must(t, err)
		if ch.Type == model.ChannelTypePrivate {
			t.Logf("a room that was made public was private again after %s", time.Since(began).Round(time.Millisecond))
			break
		}
		if time.Now().After(end) {
			t.Fatal("a room that was made public stays so")
		}
	}
	if _, err := b.Incoming.Await(ctx, func(e bot.Event) bool { return e.Kind == bot.Changed && e.Channel == room }); err != nil {
		t.Errorf("the bot was not told of it: %v", err)
	}
	must(t, h.chat.ArchiveRoom(ctx, room))
}
