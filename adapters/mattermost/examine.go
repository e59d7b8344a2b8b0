package mattermost

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

// Level says how bad a finding is.
type Level string

// The levels. Unknown is what could not be looked at, and is never good.
const (
	Good    Level = "good"
	Advice  Level = "advice" // a promise holds, and could hold better
	Broken  Level = "broken" // a promise does not hold
	Unknown Level = "unknown"
)

// Finding is one thing that was looked at. Code is stable; Have is a value of
// the server's, never about people.
type Finding struct {
	Code  string
	Level Level
	Have  string
}

// Examine looks at everything on the server that a promise hangs on, with an
// administrator's token. What could not be read is Unknown in the result; the
// error is only for the context that ended.
func (c *Chat) Examine(ctx context.Context, token func() string) ([]Finding, error) {
	var out []Finding
	add := func(code string, level Level, have string) { out = append(out, Finding{code, level, have}) }
	admin := c.rest(token)

	state, err := c.State(ctx)
	if err != nil {
		add("plugin", Broken, kindName(err))
	} else {
		add("plugin", when(state.Readable, Good, Broken), state.Plugin)
		add("server_version", Good, state.Server)
		add("guard", when(state.Guard, Good, Advice), state.Server)
		add("plugin_database", when(state.Database, Good, Broken), "")
		add("plugin_panics", when(state.Panics == 0, Good, Broken), fmt.Sprint(state.Panics))
		add("events_waiting", when(state.Waiting < 100, Good, Advice), fmt.Sprint(state.Waiting))
		me, err := c.me(ctx)
		switch {
		case err != nil:
			add("bot_account", Unknown, kindName(err))
		default:
			add("bot_account", when(me == state.Bot, Good, Broken), "")
		}
	}
	clock := c.skew(ctx, admin)
	add("clock", when(clock >= 0 && clock < bridge.Window/2, Good, when(clock < 0, Unknown, Broken)), clock.Round(time.Second).String())

	cfg, _, err := admin.GetConfig(ctx)
	if err != nil {
		add("settings", Unknown, kindName(fail("read the settings", err)))
	} else {
		flag := func(code string, value *bool, want bool, otherwise Level) {
			if value == nil {
				add(code, Unknown, "")
				return
			}
			add(code, when(*value == want, Good, otherwise), fmt.Sprint(*value))
		}
		s := cfg.ServiceSettings
		flag("public_links", cfg.FileSettings.EnablePublicLink, false, Broken)
		flag("api_channel_deletion", s.EnableAPIChannelDeletion, false, Broken)
		flag("api_post_deletion", s.EnableAPIPostDeletion, true, Broken)
		flag("burn_on_read", s.EnableBurnOnRead, false, Broken)
		flag("attachments", cfg.FileSettings.EnableFileAttachments, true, Advice)
		flag("link_previews", s.EnableLinkPreviews, false, Advice)
		flag("multi_factor", s.EnforceMultifactorAuthentication, true, Advice)
		flag("plugin_uploads", cfg.PluginSettings.EnableUploads, true, Advice)
		if push := cfg.EmailSettings.SendPushNotifications; push != nil && *push {
			have := text(cfg.EmailSettings.PushNotificationContents)
			add("push_contents", when(have == model.IdLoadedNotification || have == model.GenericNotification || have == model.GenericNoChannelNotification, Good, Broken), have)
		} else {
			add("push_contents", Good, "off")
		}
		if mail := cfg.EmailSettings.SendEmailNotifications; mail != nil && *mail {
			have := text(cfg.EmailSettings.EmailNotificationContentsType)
			add("mail_contents", when(have == model.EmailNotificationContentsGeneric, Good, Broken), have)
		} else {
			add("mail_contents", Good, "off")
		}
		if limit := cfg.RateLimitSettings.Enable; limit != nil {
			add("rate_limit", when(*limit, Good, Advice), fmt.Sprint(*limit))
		}
	}

	locked, err := c.RoomsLocked(ctx, token)
	switch {
	case err != nil:
		add("room_rights", Unknown, kindName(err))
	case state.Guard:
		add("room_rights", Good, "")
	default:
		add("room_rights", when(locked, Good, Broken), "")
	}

	plugins, _, err := admin.GetPlugins(ctx)
	if err != nil {
		add("other_plugins", Unknown, kindName(fail("list the plugins", err)))
	} else {
		var others []string
		for _, p := range plugins.Active {
			if p.Id != PluginID {
				others = append(others, p.Id)
			}
		}
		slices.Sort(others)
		add("other_plugins", when(len(others) == 0, Good, Advice), strings.Join(others, " "))
	}
	return out, ctx.Err()
}

func when(yes bool, then, otherwise Level) Level {
	if yes {
		return then
	}
	return otherwise
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// skew is how far the server's clock is from ours, and -1 when it cannot be
// told.
func (c *Chat) skew(ctx context.Context, admin *model.Client4) time.Duration {
	_, res, err := admin.GetPing(ctx)
	if err != nil || res == nil {
		return -1
	}
	at, err := time.Parse(time.RFC1123, res.Header.Get("Date"))
	if err != nil {
		return -1
	}
	off := c.o.Now().Sub(at)
	return max(off, -off)
}

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
