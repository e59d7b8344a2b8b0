package slackfake

import (
	"strings"
	"testing"
)

const goodManifest = `display_information: {name: convenantbot}
features:
  bot_user: {display_name: convenantbot}
  slash_commands: [{command: /casus, description: Casus}]
  shortcuts: [{name: Deel, type: global, callback_id: casus_deel, description: Deel een bestand}]
oauth_config: {scopes: {bot: [commands, "app_mentions:read"]}}
settings:
  event_subscriptions: {bot_events: [app_mention]}
  interactivity: {is_enabled: true}
  socket_mode_enabled: true
`

func TestManifestsThatAreRefused(t *testing.T) {
	m, err := ReadManifest([]byte(goodManifest))
	if err != nil {
		t.Fatal(err)
	}
	if o := m.Options(Free); !o.SocketMode || len(o.BotScopes) != 2 || len(o.Events) != 1 || o.Plan != Free {
		t.Errorf("Options = %+v", o)
	}
	for what, change := range map[string][2]string{
		"a field that is none":          {"settings:", "settings:\n  colour: red"},
		"a name of 36":                  {"name: convenantbot}", "name: " + strings.Repeat("x", 36) + "}"},
		"a shortcut of 25":              {"name: Deel", "name: " + strings.Repeat("x", 25)},
		"a shortcut of no kind":         {"type: global", "type: local"},
		"a command with a capital":      {"/casus", "/Casus"},
		"a scope that is none":          {"commands,", "commands, \"casus:read\","},
		"an event without its scope":    {"app_mention]", "app_mention, message.groups]"},
		"an event that is none":         {"app_mention]", "app_mention, casus_opened]"},
		"an event twice":                {"app_mention]", "app_mention, app_mention]"},
		"commands without their scope":  {"commands, ", ""},
		"no bot user":                   {"bot_user: {display_name: convenantbot}", "bot_user: {}"},
		"no addresses and no sockets":   {"socket_mode_enabled: true", "socket_mode_enabled: false"},
		"a colour that is none":         {"{name: convenantbot}", "{name: convenantbot, background_color: groen}"},
		"a long description of 173":     {"{name: convenantbot}", "{name: convenantbot, long_description: " + strings.Repeat("x", 173) + "}"},
		"a description of 141":          {"{name: convenantbot}", "{name: convenantbot, description: " + strings.Repeat("x", 141) + "}"},
		"a command without a sentence":  {", description: Casus}", "}"},
		"a shortcut without a sentence": {", description: Deel een bestand}", "}"},
	} {
		text := strings.Replace(goodManifest, change[0], change[1], 1)
		if text == goodManifest {
			t.Fatalf("%s changes nothing", what)
		}
		if _, err := ReadManifest([]byte(text)); err == nil {
			t.Errorf("%s was taken", what)
		}
	}
}
