package slackfake

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Manifest is an app as its manifest describes it.
//
// Source: reference "App manifest".
type Manifest struct {
	Metadata struct {
		Major int `yaml:"major_version"`
		Minor int `yaml:"minor_version"`
	} `yaml:"_metadata"`
	Display struct {
		Name            string `yaml:"name"`
		Description     string `yaml:"description"`
		LongDescription string `yaml:"long_description"`
		Color           string `yaml:"background_color"`
	} `yaml:"display_information"`
	Features struct {
		Home struct {
			Home     bool `yaml:"home_tab_enabled"`
			Messages bool `yaml:"messages_tab_enabled"`
			ReadOnly bool `yaml:"messages_tab_read_only_enabled"`
		} `yaml:"app_home"`
		Bot struct {
			Name   string `yaml:"display_name"`
			Online bool   `yaml:"always_online"`
		} `yaml:"bot_user"`
		Shortcuts []Shortcut `yaml:"shortcuts"`
		Commands  []Command  `yaml:"slash_commands"`
	} `yaml:"features"`
	OAuth struct {
		Redirects []string `yaml:"redirect_urls"`
		Scopes    struct {
			Bot  []string `yaml:"bot"`
			User []string `yaml:"user"`
		} `yaml:"scopes"`
	} `yaml:"oauth_config"`
	Settings struct {
		Events struct {
			URL  string   `yaml:"request_url"`
			Bot  []string `yaml:"bot_events"`
			User []string `yaml:"user_events"`
		} `yaml:"event_subscriptions"`
		Interactivity struct {
			Enabled bool   `yaml:"is_enabled"`
			URL     string `yaml:"request_url"`
			Options string `yaml:"message_menu_options_url"`
		} `yaml:"interactivity"`
		IPs      []string `yaml:"allowed_ip_address_ranges"`
		Org      bool     `yaml:"org_deploy_enabled"`
		Socket   bool     `yaml:"socket_mode_enabled"`
		Rotation bool     `yaml:"token_rotation_enabled"`
	} `yaml:"settings"`
}

// Shortcut is one in the menu of the workspace, or of a message.
type Shortcut struct {
	Name        string `yaml:"name"`
	Type        string `yaml:"type"`
	CallbackID  string `yaml:"callback_id"`
	Description string `yaml:"description"`
}

// Command is a slash command.
type Command struct {
	Command     string `yaml:"command"`
	URL         string `yaml:"url"`
	Description string `yaml:"description"`
	Hint        string `yaml:"usage_hint"`
	Escape      bool   `yaml:"should_escape"`
}

var (
	commandForm = regexp.MustCompile(`^/[a-z0-9_-]+$`)
	colorForm   = regexp.MustCompile(`^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`)
)

// ReadManifest reads a manifest and refuses what Slack refuses when an app is made
// of it. Every complaint is in the error.
//
// Source: reference "App manifest" (lengths, numbers, what needs what); reference
// pages of the events (scopes).
func ReadManifest(raw []byte) (Manifest, error) {
	var m Manifest
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&m); err != nil {
		return m, err
	}
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	length := func(what, s string, least, most int) {
		if n := runes(s); n < least || n > most {
			say("%s has %d characters, must be %d to %d", what, n, least, most)
		}
	}
	length("name", m.Display.Name, 1, 35)
	length("description", m.Display.Description, 0, 140)
	if m.Display.LongDescription != "" {
		length("long_description", m.Display.LongDescription, 174, 4000)
	}
	if m.Display.Color != "" && !colorForm.MatchString(m.Display.Color) {
		say("background_color is no colour")
	}
	bot := m.Features.Bot.Name != ""
	if len(m.OAuth.Scopes.Bot) > 0 && !bot {
		say("bot scopes without a bot user")
	}
	length("bot_user.display_name", m.Features.Bot.Name, 0, 80)
	if len(m.Features.Shortcuts) > 10 {
		say("more than 10 shortcuts")
	}
	seen := map[string]bool{}
	for _, s := range m.Features.Shortcuts {
		length("shortcut "+s.CallbackID, s.Name, 1, 24)
		length("description of "+s.CallbackID, s.Description, 1, 150)
		length("callback_id", s.CallbackID, 1, 255)
		if s.Type != "global" && s.Type != "message" {
			say("shortcut %s is neither global nor message", s.CallbackID)
		}
		if seen[s.CallbackID+s.Type] {
			say("shortcut %s is there twice", s.CallbackID)
		}
		seen[s.CallbackID+s.Type] = true
	}
	if len(m.Features.Commands) > 50 {
		say("more than 50 commands")
	}
	for _, c := range m.Features.Commands {
		if !commandForm.MatchString(c.Command) || runes(c.Command) > 32 {
			say("command %q has a wrong form", c.Command)
		}
		length("description of "+c.Command, c.Description, 1, 2000)
		length("usage_hint of "+c.Command, c.Hint, 0, 1000)
		if c.URL == "" && !m.Settings.Socket {
			say("command %s needs an address without Socket Mode", c.Command)
		}
	}
	if len(m.Features.Commands)+len(m.Features.Shortcuts) > 0 && !slices.Contains(m.OAuth.Scopes.Bot, "commands") {
		say("commands and shortcuts need the scope commands")
	}
	for _, list := range []struct{ got, known []string }{{m.OAuth.Scopes.Bot, allBotScopes}, {m.OAuth.Scopes.User, allAdminScopes}} {
		for i, s := range list.got {
			if !slices.Contains(list.known, s) {
				say("scope %s is not known", s)
			}
			if slices.Contains(list.got[:i], s) {
				say("scope %s is there twice", s)
			}
		}
	}
	for i, e := range m.Settings.Events.Bot {
		need, ok := eventScopes[e]
		switch {
		case !ok:
			say("event %s is not known", e)
		case slices.Contains(m.Settings.Events.Bot[:i], e):
			say("event %s is there twice", e)
		case len(need) > 0 && !slices.ContainsFunc(need, func(s string) bool { return slices.Contains(m.OAuth.Scopes.Bot, s) }):
			say("event %s needs one of %s", e, strings.Join(need, ", "))
		}
	}
	if len(m.Settings.Events.Bot) > 0 && m.Settings.Events.URL == "" && !m.Settings.Socket {
		say("events need an address without Socket Mode")
	}
	if m.Settings.Interactivity.Enabled && m.Settings.Interactivity.URL == "" && !m.Settings.Socket {
		say("interactivity needs an address without Socket Mode")
	}
	if len(wrong) > 0 {
		return m, fmt.Errorf("the manifest is refused: %s", strings.Join(wrong, "; "))
	}
	return m, nil
}

// eventScopes are the scopes of which one is needed to subscribe to an event.
//
// Source: reference pages of the events.
var eventScopes = map[string][]string{
	"app_mention": {"app_mentions:read"}, "app_home_opened": nil, "app_uninstalled": nil, "tokens_revoked": nil,
	"message.channels": {"channels:history"}, "message.groups": {"groups:history"}, "message.im": {"im:history"}, "message.mpim": {"mpim:history"},
	"member_joined_channel": {"channels:read", "groups:read"}, "member_left_channel": {"channels:read", "groups:read"},
	"channel_archive": {"channels:read"}, "channel_unarchive": {"channels:read"}, "channel_rename": {"channels:read"}, "channel_deleted": {"channels:read"},
	"channel_left":  {"channels:read"},
	"group_archive": {"groups:read"}, "group_unarchive": {"groups:read"}, "group_rename": {"groups:read"}, "group_deleted": {"groups:read"},
	"group_left":     {"groups:read"},
	"channel_shared": {"channels:read", "groups:read"}, "channel_unshared": {"channels:read", "groups:read"},
	"file_shared": {"files:read"}, "file_created": {"files:read"}, "file_deleted": {"files:read"}, "file_public": {"files:read"},
	"pin_added": {"pins:read"}, "pin_removed": {"pins:read"}, "user_change": {"users:read"}, "team_join": {"users:read"},
}

// Options are those of a workspace in which an app of this manifest is installed.
func (m Manifest) Options(plan Plan) Options {
	return Options{Plan: plan, SocketMode: m.Settings.Socket, BotScopes: append([]string{}, m.OAuth.Scopes.Bot...),
		AdminScopes: append([]string{}, m.OAuth.Scopes.User...), Events: append([]string{}, m.Settings.Events.Bot...), Rotating: m.Settings.Rotation}
}
