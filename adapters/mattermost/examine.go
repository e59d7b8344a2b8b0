package mattermost

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
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

// Codes lists every code that Examine can give, for whoever explains them.
func Codes() []string {
	return []string{
		"server", "server_version", "edition", "bot_token", "bot_account", "bot_rights", "bot_team", "admin_token", "erase_token",
		"plugin", "plugin_state", "sentry", "plugin_version", "bridge", "plugin_database", "plugin_panics", "events_waiting", "guard", "clock",
		"settings", "public_links", "api_channel_deletion", "api_post_deletion", "burn_on_read", "attachments", "link_previews",
		"multi_factor", "plugin_uploads", "custom_emoji", "local_mode", "push_contents", "mail_contents", "rate_limit", "language", "internal_connections",
		"insecure_connections", "guest_accounts", "addresses", "bot_tokens",
		"room_rights", "team_rights", "room_admins", "room_bots", "room_guests", "other_plugins",
	}
}

// The servers that this was run against for real, and the oldest that it can
// work on. What others do is not known here.
const (
	provenServer = "11.4"
	oldestServer = "10.11"
)

// MaxSkew is how far the clocks may be apart before nothing is decided any more
// (DESIGN §11, Time).
const MaxSkew = 60 * time.Second

// findings collects what was found; each code stands in it once.
type findings []Finding

func (f *findings) add(code string, level Level, have string) {
	*f = append(*f, Finding{code, level, have})
}

// Examine looks at everything on the server that a promise hangs on. version is
// the bot's own; admin is an administrator's token, without which much stays
// Unknown. What could not be read is Unknown in the result; the error is only
// for the context that ended, and for a server that does not answer at all,
// which is bot.ErrUnavailable.
//
// Nothing is Good here by what only a newer or licensed server would do: none
// was ever run with this plugin.
func (c *Chat) Examine(ctx context.Context, token func() string, version string) ([]Finding, error) {
	var out findings
	if _, _, err := c.asBot().GetPing(ctx); err != nil {
		out.add("server", Broken, kindName(fail("reach the server", err)))
		return out, errors.Join(ctx.Err(), fmt.Errorf("mattermost: the server does not answer: %w", bot.ErrUnavailable))
	}
	out.add("server", Good, "")
	c.examineSelf(ctx, &out)
	there := c.examinePlugin(ctx, &out, version)
	admin := c.rest(token)
	clock := c.skew(ctx, admin)
	out.add("clock", when(clock >= 0 && clock < MaxSkew, Good, when(clock < 0, Unknown, Broken)), clock.Round(time.Second).String())
	c.examineEraser(ctx, &out, admin)
	if !c.examineAdmin(ctx, &out, admin) {
		// Everything that only an administrator can read is unknown by name.
		seen := map[string]bool{}
		for _, f := range out {
			seen[f.Code] = true
		}
		for _, code := range []string{"edition", "plugin_state", "sentry", "settings", "bot_tokens", "room_rights", "team_rights", "room_admins", "room_bots", "room_guests", "other_plugins"} {
			if !seen[code] {
				out.add(code, Unknown, "")
			}
		}
		return out, ctx.Err()
	}
	c.examineSettings(ctx, &out, admin)
	c.examineRooms(ctx, &out, admin, token, there)
	return out, ctx.Err()
}

// examineSelf looks at our own account.
func (c *Chat) examineSelf(ctx context.Context, out *findings) {
	me, _, err := c.asBot().GetMe(ctx, "")
	if err != nil {
		err = fail("read our own account", err)
		out.add("bot_token", when(errors.Is(err, bot.ErrForbidden), Broken, Unknown), kindName(err))
		return
	}
	out.add("bot_token", Good, "")
	// The account that people can talk to must not be able to do everything.
	out.add("bot_rights", when(me.IsBot && !strings.Contains(me.Roles, model.SystemAdminRoleId), Good, Broken), me.Roles)
	m, _, err := c.asBot().GetTeamMember(ctx, c.o.Team, me.Id, "")
	out.add("bot_team", when(err == nil && m.DeleteAt == 0, Good, Broken), "")
}

// examinePlugin asks the plugin itself, over the bridge.
func (c *Chat) examinePlugin(ctx context.Context, out *findings, version string) bool {
	state, err := c.State(ctx)
	if err != nil {
		out.add("plugin", Broken, kindName(err))
		return false
	}
	out.add("plugin", when(state.Readable, Good, Broken), strconv.Itoa(state.Protected))
	out.add("plugin_version", when(version == "" || version == "dev" || strings.TrimPrefix(version, "v") == state.Plugin, Good, Advice), state.Plugin)
	out.add("bridge", when(state.Bridge == bridge.Version, Good, Broken), strconv.Itoa(state.Bridge))
	out.add("plugin_database", when(state.Database, Good, Broken), "")
	out.add("plugin_panics", when(state.Panics == 0, Good, Broken), strconv.FormatInt(state.Panics, 10))
	out.add("events_waiting", when(state.Waiting < 100, Good, Advice), strconv.Itoa(state.Waiting))
	// A guard that is there was never seen at work: it is advice on every server.
	out.add("guard", Advice, map[bool]string{true: "unproven", false: "none"}[state.Guard])
	out.add("server_version", serverLevel(state.Server), state.Server)
	if me, err := c.me(ctx); err != nil {
		out.add("bot_account", Unknown, kindName(err))
	} else {
		out.add("bot_account", when(me == state.Bot, Good, Broken), "")
	}
	return true
}

// serverLevel is Good for the server that this was proven on, Broken for one
// that is too old, and otherwise Advice.
func serverLevel(version string) Level {
	switch {
	case version == provenServer || strings.HasPrefix(version, provenServer+"."):
		return Good
	case older(version, oldestServer):
		return Broken
	}
	return Advice
}

// older compares by the numbers. A version that cannot be read is older.
func older(version, than string) bool {
	have, want := strings.Split(version, "."), strings.Split(than, ".")
	for i := range want {
		if i >= len(have) {
			return true
		}
		h, err := strconv.Atoi(have[i])
		w, _ := strconv.Atoi(want[i])
		if err != nil || h < w {
			return true
		}
		if h > w {
			return false
		}
	}
	return false
}

// examineEraser looks whether the token that erases is an administrator's, and
// not the one of the watchdog: who takes that one over should not be able to erase.
func (c *Chat) examineEraser(ctx context.Context, out *findings, watcher *model.Client4) {
	if c.o.EraseToken == nil || c.o.EraseToken() == "" {
		out.add("erase_token", Unknown, "none")
		return
	}
	if c.o.EraseToken() == watcher.AuthToken {
		out.add("erase_token", Advice, "mattermost.admin_token")
		return
	}
	me, _, err := c.rest(c.o.EraseToken).GetMe(ctx, "")
	if err != nil {
		out.add("erase_token", Broken, kindName(fail("read the account that erases", err)))
		return
	}
	if !slices.Contains(strings.Fields(me.Roles), model.SystemAdminRoleId) {
		out.add("erase_token", Broken, "")
		return
	}
	if other, _, err := watcher.GetMe(ctx, ""); watcher.AuthToken != "" && err == nil && other.Id == me.Id {
		out.add("erase_token", Advice, "the account of mattermost.admin_token")
		return
	}
	out.add("erase_token", Good, "")
}

// examineAdmin looks whether the administrator's token is one, and at what only
// an administrator can see besides the settings. False: there is none.
func (c *Chat) examineAdmin(ctx context.Context, out *findings, admin *model.Client4) bool {
	if admin.AuthToken == "" {
		out.add("admin_token", Unknown, "none")
		return false
	}
	me, _, err := admin.GetMe(ctx, "")
	if err != nil {
		out.add("admin_token", Broken, kindName(fail("read the administrator's account", err)))
		return false
	}
	is := slices.Contains(strings.Fields(me.Roles), model.SystemAdminRoleId)
	out.add("admin_token", when(is, Good, Broken), "")
	if !is {
		return false
	}
	if license, _, err := admin.GetOldClientLicense(ctx, ""); err != nil {
		out.add("edition", Unknown, "")
	} else {
		paid := license["IsLicensed"] == "true"
		out.add("edition", when(paid, Advice, Good), map[bool]string{true: "licensed, unproven", false: "without a licence"}[paid])
	}
	statuses, _, err := admin.GetPluginStatuses(ctx)
	for code, id := range map[string]string{"plugin_state": PluginID, "sentry": SentryID} {
		level, have := Broken, "not installed"
		if err != nil {
			level, have = Unknown, ""
		}
		for _, p := range statuses {
			if p.PluginId == id {
				level, have = when(p.State == model.PluginStateRunning, Good, Broken), strconv.Itoa(p.State)
				if level == Broken {
					break // one node of several is enough
				}
			}
		}
		out.add(code, level, have)
	}
	c.examineTokens(ctx, out, admin)
	return true
}

// examineTokens counts the tokens with which somebody can be the bot.
func (c *Chat) examineTokens(ctx context.Context, out *findings, admin *model.Client4) {
	me, err := c.me(ctx)
	if err != nil {
		out.add("bot_tokens", Unknown, kindName(err))
		return
	}
	tokens, _, err := admin.GetUserAccessTokensForUser(ctx, me, 0, 200)
	if err != nil {
		out.add("bot_tokens", Unknown, kindName(fail("list the bot's tokens", err)))
		return
	}
	active := 0
	for _, t := range tokens {
		if t.IsActive {
			active++
		}
	}
	out.add("bot_tokens", when(active <= 1, Good, Advice), strconv.Itoa(active))
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
