package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot"
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
// Slack's, never about people.
type Finding struct {
	Code  string
	Level Level
	Have  string
}

// Codes lists every code that Examine can give, for whoever explains them.
func Codes() []string {
	return []string{"slack_server", "slack_token", "slack_scopes", "slack_rotation", "slack_admin_token", "slack_plan", "slack_limits"}
}

// Examine looks at what the promises hang on in this workspace. What Slack does not
// let be kept at all is slack_limits, with the codes of the table. The error is for
// the context that ended, and for a Slack that does not answer, which is
// bot.ErrUnavailable.
func (c *Chat) Examine(ctx context.Context) ([]Finding, error) {
	var out []Finding
	add := func(code string, level Level, have string) { out = append(out, Finding{code, level, have}) }
	who, err := c.API().AuthTestContext(ctx)
	if err = fail("read our own account", err); errors.Is(err, bot.ErrForbidden) {
		add("slack_server", Good, "")
		add("slack_token", Broken, "")
		for _, code := range []string{"slack_scopes", "slack_rotation", "slack_admin_token", "slack_plan", "slack_limits"} {
			add(code, Unknown, "")
		}
		return out, nil
	} else if err != nil {
		add("slack_server", Broken, "")
		return out, errors.Join(ctx.Err(), fmt.Errorf("slack: it does not answer: %w", bot.ErrUnavailable))
	}
	add("slack_server", Good, "")
	add("slack_token", Good, "")
	add("slack_scopes", missing(who.Header.Get("X-OAuth-Scopes"), false), strings.Join(lacking(who.Header.Get("X-OAuth-Scopes"), false), " "))
	rotation := Advice
	if strings.HasPrefix(c.o.Token(), "xoxe.") {
		rotation = Good
	}
	add("slack_rotation", rotation, "")
	level, have, admin := c.examineAdmin(ctx)
	add("slack_admin_token", level, have)
	plan := PlanUnknown
	if who.EnterpriseID != "" {
		plan = PlanGrid
	}
	// What a workspace below Enterprise pays for it does not tell an app of this kind.
	if plan == PlanGrid {
		add("slack_plan", Good, string(plan))
	} else {
		add("slack_plan", Advice, "free, pro or business+")
	}
	var codes []string
	for _, l := range limits {
		if l.UnlessAdmin && admin {
			continue
		}
		if plan == PlanGrid && l.On != nil && !slices.Contains(l.On, plan) || plan != PlanGrid && slices.Equal(l.On, []Plan{PlanGrid}) {
			continue
		}
		codes = append(codes, l.Code)
	}
	add("slack_limits", Advice, strings.Join(codes, " "))
	return out, ctx.Err()
}

// examineAdmin looks whether the administrator's token is one.
func (c *Chat) examineAdmin(ctx context.Context) (level Level, have string, is bool) {
	api, ok := c.admin()
	if !ok {
		return Advice, "none", false
	}
	who, err := api.AuthTestContext(ctx)
	if err = fail("read the administrator's account", err); err != nil {
		if errors.Is(err, bot.ErrForbidden) {
			return Broken, "", false
		}
		return Unknown, "", false
	}
	if lack := lacking(who.Header.Get("X-OAuth-Scopes"), true); len(lack) > 0 && who.EnterpriseID != "" || slices.Contains(lack, "chat:write") || slices.Contains(lack, "files:write") {
		return Broken, strings.Join(lack, " "), false
	}
	u, err := c.account(ctx, bot.UserID(who.UserID))
	if err != nil {
		return Unknown, "", false
	}
	if !u.IsAdmin && !u.IsOwner {
		return Broken, "no administrator", false
	}
	return Good, "", true
}

func missing(have string, admin bool) Level {
	switch {
	case have == "":
		return Unknown
	case len(lacking(have, admin)) > 0:
		return Broken
	}
	return Good
}

// lacking lists the scopes that are needed and not among those that Slack named.
func lacking(have string, admin bool) []string {
	var all []string
	for s := range strings.SplitSeq(have, ",") {
		all = append(all, strings.TrimSpace(s))
	}
	var out []string
	for _, n := range Needs {
		want := n.Scopes
		if admin {
			want = n.Admin
		}
		for _, s := range want {
			if have != "" && !slices.Contains(all, s) && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	slices.Sort(out)
	return out
}
