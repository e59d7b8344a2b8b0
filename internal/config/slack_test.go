package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestWhatSlackNeedsIsAskedForTogether(t *testing.T) {
	base := []string{"CONVENANTBOT_KEY_MASTER=" + master, "CONVENANTBOT_SLACK_TOKEN=xoxb-1"}
	for name, one := range map[string]struct {
		more []string
		want string // the setting that is wrong; blank: none
	}{
		"with its signing secret":      {[]string{"SIGNING_SECRET=geheim"}, ""},
		"without one":                  {nil, "slack.signing_secret"},
		"twice the same secret":        {[]string{"SIGNING_SECRET=a", "SIGNING_SECRET_PREVIOUS=a"}, "slack.signing_secret_previous"},
		"a refresh token alone":        {[]string{"SIGNING_SECRET=a", "REFRESH_TOKEN=xoxe-1-a"}, "slack.client_id"},
		"a refresh token with its app": {[]string{"SIGNING_SECRET=a", "REFRESH_TOKEN=xoxe-1-a", "CLIENT_ID=1.2", "CLIENT_SECRET=b"}, ""},
		"a person's token for the bot": {[]string{"SIGNING_SECRET=a", "TOKEN=xoxp-1"}, "slack.token"},
		"the bot's for a person":       {[]string{"SIGNING_SECRET=a", "ADMIN_TOKEN=xoxb-1"}, "slack.admin_token"},
		"an address that is taken":     {[]string{"SIGNING_SECRET=a", "LISTEN=127.0.0.1:8080"}, "slack.listen"},
		"taken, and not listened at":   {[]string{"SIGNING_SECRET=a", "LISTEN=127.0.0.1:8080", "APP_TOKEN=xapp-1"}, ""},
		"no account":                   {[]string{"SIGNING_SECRET=a", "ADMINISTRATOR=jan"}, "slack.administrator"},
	} {
		env := append([]string{}, base...)
		for _, m := range one.more {
			env = append(env, "CONVENANTBOT_SLACK_"+m)
		}
		c, err := Load("", env)
		switch {
		case one.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case one.want == "" && !c.Slack.Used():
			t.Errorf("%s: it is not used", name)
		case one.want != "" && (err == nil || !strings.Contains(err.Error(), one.want)):
			t.Errorf("%s: %v, want a complaint about %s", name, err, one.want)
		}
	}
}

func TestFurtherWorkspacesAreReadFromTheirFolder(t *testing.T) {
	dir := t.TempDir()
	write := func(name, what string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(what+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	env := []string{"CONVENANTBOT_KEY_MASTER=" + master, "CONVENANTBOT_SLACK_TOKEN=xoxb-1", "CONVENANTBOT_SLACK_SIGNING_SECRET=a", "CONVENANTBOT_SLACK_WORKSPACES=" + dir}
	write("zuid.token", "xoxb-zuid")
	write("noord.token", "xoxb-noord")
	write("noord.admin_token", "xoxp-noord")
	write("lees.mij", "niets")
	c, err := Load("", env)
	if err != nil {
		t.Fatal(err)
	}
	all := c.Slack.Workspaces
	if len(all) != 2 || all[0].Name != "noord" || all[0].Token() != "xoxb-noord" || all[0].AdminToken() != "xoxp-noord" || all[1].AdminToken() != "" {
		t.Errorf("the workspaces are %+v", all)
	}
	write("oost.token", "geheim-van-iets-anders")
	if _, err := Load("", env); err == nil || strings.Contains(err.Error(), "geheim-van") {
		t.Errorf("a file that holds no token: %v, want a complaint that does not show it", err)
	}
}

// Who keeps the region's documents was an account of Mattermost's or none.
func TestWhoKeepsTheDocumentsMayHaveAnAccountOnEitherPlatform(t *testing.T) {
	old := strings.Repeat("a1", 13)
	for _, test := range []struct {
		value string
		want  []Account // nil: it is refused
	}{
		{old, []Account{{Platform: "mattermost", User: old}}},
		{"mattermost:" + old + ", slack:U0123ABCD,slack.noord-1:W0123ABCD", []Account{{Platform: "mattermost", User: old}, {Platform: "slack", User: "U0123ABCD"}, {Platform: "slack.noord-1", User: "W0123ABCD"}}},
		{"U0123ABCD", nil},
		{"slack:" + old, nil},
		{"slack:C0123ABCD", nil},
		{"mattermost:U0123ABCD", nil},
		{"slack.:U0123ABCD", nil},
		{"slack.Noord:U0123ABCD", nil},
		{"teams:U0123ABCD", nil},
		{"slack:U0123ABCD:x", nil},
		{"slack:", nil},
	} {
		cfg, err := Load("", []string{"CONVENANTBOT_KEY_MASTER=" + master, "CONVENANTBOT_KNOWLEDGE_KEEPERS=" + test.value})
		said := err != nil && strings.Contains(err.Error(), "knowledge.keepers")
		if said != (test.want == nil) || !said && !slices.Equal(cfg.Knowledge.Keepers, test.want) {
			t.Errorf("knowledge.keepers %q = %v, %v; want %v", test.value, cfg.Knowledge.Keepers, err, test.want)
		}
	}
}
