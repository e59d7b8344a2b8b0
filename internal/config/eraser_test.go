package config

import (
	"slices"
	"testing"
)

// One token of an administrator erased and watched over the plugin: who took over
// the watch could erase everything.
func TestErasingHasATokenOfItsOwnAndOlderSettingsStillErase(t *testing.T) {
	const admin, eraser = "MATTERMOST_ADMIN_TOKEN=", "MATTERMOST_ERASE_TOKEN="
	for name, c := range map[string]struct {
		more   []string
		eraser string
		shares bool
		wrong  string
	}{
		"neither":              {nil, "", false, ""},
		"the old one alone":    {[]string{admin + "admin"}, "admin", true, ""},
		"one of its own":       {[]string{admin + "admin", eraser + "eraser"}, "eraser", false, ""},
		"only to erase":        {[]string{eraser + "eraser"}, "eraser", false, ""},
		"the watchdog's":       {[]string{admin + "admin", eraser + "admin"}, "", false, "mattermost.erase_token"},
		"the bot's own":        {[]string{eraser + "bot-token"}, "", false, "mattermost.erase_token"},
		"a switch without one": {[]string{eraser + "eraser", "MATTERMOST_KILL_SWITCH=true"}, "", false, "mattermost.kill_switch"},
	} {
		environ := slices.Clone(chat)
		for _, line := range c.more {
			environ = append(environ, prefix+line)
		}
		got, err := Load("", environ)
		if c.wrong != "" {
			if !slices.Equal(names(err), []string{c.wrong}) {
				t.Errorf("%s: %v, want a mistake at %s alone", name, err, c.wrong)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if m := got.Mattermost; m.Eraser() != c.eraser || m.SharesEraser() != c.shares {
			t.Errorf("%s: erases with %q, shared %v; want %q, %v", name, m.Eraser(), m.SharesEraser(), c.eraser, c.shares)
		}
	}
}
