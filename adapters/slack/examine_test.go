package slack_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

func TestEachFindingIsMadeOnceAndTellsWhatTheWorkspaceLacks(t *testing.T) {
	for name, one := range map[string]struct {
		o    options
		want map[string]slack.Level
	}{
		"below Enterprise, without an administrator": {options{}, map[string]slack.Level{"slack_token": slack.Good, "slack_scopes": slack.Good, "slack_admin_token": slack.Advice, "slack_plan": slack.Advice, "slack_limits": slack.Advice}},
		"Free loses what must be kept":               {options{Options: slackfake.Options{Plan: slackfake.Free}}, map[string]slack.Level{"slack_plan": slack.Broken}},
		"Business+":                                  {options{Options: slackfake.Options{Plan: slackfake.BusinessPlus}}, map[string]slack.Level{"slack_plan": slack.Advice}},
		"an app that may not see the plan":           {options{Options: slackfake.Options{BotScopes: []string{"users:read"}}}, map[string]slack.Level{"slack_plan": slack.Unknown, "slack_scopes": slack.Broken}},
		"a token that is not renewed any more": {options{Change: func(o *slack.Options) {
			o.Renewal = func() error { return bot.ErrForbidden }
		}}, map[string]slack.Level{"slack_token": slack.Broken, "slack_scopes": slack.Good}},
		"a token that Slack could not renew yet": {options{Change: func(o *slack.Options) {
			o.Renewal = func() error { return bot.ErrUnavailable }
		}}, map[string]slack.Level{"slack_token": slack.Good}},
		"with one":                   {options{Admin: true}, map[string]slack.Level{"slack_admin_token": slack.Good}},
		"Enterprise":                 {options{Admin: true, Options: slackfake.Options{Plan: slackfake.Enterprise}}, map[string]slack.Level{"slack_plan": slack.Good, "slack_admin_token": slack.Good}},
		"a token that lacks a right": {options{Options: slackfake.Options{BotScopes: []string{"chat:write"}}}, map[string]slack.Level{"slack_scopes": slack.Broken, "slack_plan": slack.Unknown}},
		"a token that does not count": {options{Change: func(o *slack.Options) { o.Token = func() string { return "xoxb-weg" } }},
			map[string]slack.Level{"slack_token": slack.Broken, "slack_scopes": slack.Unknown, "slack_limits": slack.Unknown}},
	} {
		h := newHouse(t, one.o)
		found, err := h.chat.Examine(t.Context())
		if err != nil {
			t.Fatalf("%s: Examine: %v", name, err)
		}
		var codes []string
		for _, f := range found {
			codes = append(codes, f.Code)
			if want := one.want[f.Code]; want != "" && f.Level != want {
				t.Errorf("%s: %s is %s (%s), want %s", name, f.Code, f.Level, f.Have, want)
			}
			if f.Code == "slack_limits" && f.Level == slack.Advice && strings.Contains(f.Have, "hand_stays") == one.o.Admin {
				t.Errorf("%s: the limits are %s", name, f.Have)
			}
		}
		for _, f := range found {
			// What holds on another plan only is not told, and fades is about Free.
			if f.Code == "slack_limits" && f.Have != "" && strings.Contains(f.Have, "fades") != (one.o.Plan == slackfake.Free || one.want["slack_plan"] == slack.Unknown) {
				t.Errorf("%s: the limits are %s", name, f.Have)
			}
		}
		if !slices.Equal(codes, slack.Codes()) {
			t.Errorf("%s: findings %v, want each of %v once", name, codes, slack.Codes())
		}
	}
}
