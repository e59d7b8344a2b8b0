package mattermost

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

// Some settings are fixed by the environment of the server that the tests run,
// and some would lock the tests out; those are looked at here.
func TestEverySettingOnAndOff(t *testing.T) {
	on, off := true, false
	word := func(s string) *string { return &s }
	tests := []struct {
		name, code string
		put        func(*model.Config)
		want       Level
	}{
		{"deleting for good is off", "api_post_deletion", func(c *model.Config) { c.ServiceSettings.EnableAPIPostDeletion = &off }, Broken},
		{"deleting for good is on", "api_post_deletion", func(c *model.Config) { c.ServiceSettings.EnableAPIPostDeletion = &on }, Good},
		{"an old server that does not know the setting", "burn_on_read", func(c *model.Config) { c.ServiceSettings.EnableBurnOnRead = nil }, Unknown},
		{"one factor", "multi_factor", func(c *model.Config) { c.ServiceSettings.EnforceMultifactorAuthentication = &off }, Advice},
		{"two factors", "multi_factor", func(c *model.Config) { c.ServiceSettings.EnforceMultifactorAuthentication = &on }, Good},
		{"no uploads of plugins", "plugin_uploads", func(c *model.Config) { c.PluginSettings.EnableUploads = &off }, Advice},
		{"uploads of plugins", "plugin_uploads", func(c *model.Config) { c.PluginSettings.EnableUploads = &on }, Good},
		{"a local socket", "local_mode", func(c *model.Config) { c.ServiceSettings.EnableLocalMode = &on }, Advice},
		{"no local socket", "local_mode", func(c *model.Config) { c.ServiceSettings.EnableLocalMode = &off }, Good},
		{"no limit", "rate_limit", func(c *model.Config) { c.RateLimitSettings.Enable = &off }, Advice},
		{"a limit", "rate_limit", func(c *model.Config) { c.RateLimitSettings.Enable = &on }, Good},
		{"new accounts in English, as a server begins", "language", func(*model.Config) {}, Advice},
		{"new accounts in Dutch", "language", func(c *model.Config) { c.LocalizationSettings.DefaultClientLocale = word("nl") }, Good},
		{"whole messages by mail", "mail_contents", func(c *model.Config) {
			c.EmailSettings.SendEmailNotifications, c.EmailSettings.EmailNotificationContentsType = &on, word("full")
		}, Broken},
		{"a kind of mail that nobody knows", "mail_contents", func(c *model.Config) {
			c.EmailSettings.SendEmailNotifications, c.EmailSettings.EmailNotificationContentsType = &on, word("")
		}, Broken},
		{"a bare notice by mail", "mail_contents", func(c *model.Config) {
			c.EmailSettings.SendEmailNotifications, c.EmailSettings.EmailNotificationContentsType = &on, word("generic")
		}, Good},
		{"no mail", "mail_contents", func(c *model.Config) {
			c.EmailSettings.SendEmailNotifications, c.EmailSettings.EmailNotificationContentsType = &off, word("full")
		}, Good},
		{"mail that could not be read", "mail_contents", func(c *model.Config) { c.EmailSettings.SendEmailNotifications = nil }, Unknown},
		{"one machine", "internal_connections", func(c *model.Config) {
			c.ServiceSettings.AllowedUntrustedInternalConnections = word("127.0.0.1 bot.local, 10.0.0.7/32")
		}, Good},
		{"a whole network", "internal_connections", func(c *model.Config) {
			c.ServiceSettings.AllowedUntrustedInternalConnections = word("127.0.0.1 10.0.0.0/8")
		}, Advice},
	}
	for _, test := range tests {
		var cfg model.Config
		cfg.SetDefaults()
		test.put(&cfg)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(&cfg) }))
		var out findings
		(&Chat{}).examineSettings(t.Context(), &out, model.NewAPIv4Client(server.URL))
		server.Close()
		seen := 0
		for _, f := range out {
			if f.Code == test.code {
				if seen++; f.Level != test.want {
					t.Errorf("%s: %+v, want %s", test.name, f, test.want)
				}
			}
		}
		if seen != 1 {
			t.Errorf("%s: %s is there %d times", test.name, test.code, seen)
		}
	}
}

func TestOnlyTheServerThatWasTriedIsGood(t *testing.T) {
	for version, want := range map[string]Level{"11.4": Good, "11.4.2": Good, "11.40.0": Advice, "11.9.0": Advice, "12.0": Advice,
		"10.11.0": Advice, "10.10.9": Broken, "9.11.1": Broken, "": Broken, "x": Broken} {
		if got := serverLevel(version); got != want {
			t.Errorf("serverLevel(%q) = %s, want %s", version, got, want)
		}
	}
}
