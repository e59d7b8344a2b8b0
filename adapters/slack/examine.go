package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
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
	if c.o.Renewal != nil && errors.Is(c.o.Renewal(), bot.ErrForbidden) {
		add("slack_token", Broken, "not renewed") // it counts until it ends, and no longer
	} else {
		add("slack_token", Good, "")
	}
	add("slack_scopes", missing(who.Header.Get("X-OAuth-Scopes"), false), strings.Join(lacking(who.Header.Get("X-OAuth-Scopes"), false), " "))
	rotation := Advice
	if strings.HasPrefix(c.o.Token(), "xoxe.") {
		rotation = Good
	}
	add("slack_rotation", rotation, "")
	level, have, admin := c.examineAdmin(ctx)
	add("slack_admin_token", level, have)
	plan := c.plan(ctx, who.EnterpriseID != "")
	switch plan {
	case PlanGrid:
		add("slack_plan", Good, string(plan))
	case PlanFree:
		add("slack_plan", Broken, string(plan)) // it loses what must be kept
	case PlanUnknown:
		// Only that it is part of no organisation is known.
		add("slack_plan", Unknown, "free, pro or business+")
	default:
		add("slack_plan", Advice, string(plan))
	}
	var codes []string
	for _, l := range Limits(plan, admin) {
		if plan == PlanUnknown && slices.Equal(l.On, []Plan{PlanGrid}) {
			continue
		}
		codes = append(codes, l.Code)
	}
	add("slack_limits", Advice, strings.Join(codes, " "))
	return out, ctx.Err()
}

// plans are the names that Slack has for them.
//
// Source: reference of team.billing.info; compliance is a kind of Enterprise.
var plans = map[string]Plan{"free": PlanFree, "std": PlanPro, "plus": PlanBusiness, "enterprise": PlanGrid, "compliance": PlanGrid}

// plan is what the workspace pays for. grid says that Slack named its organisation.
// PlanUnknown: Slack does not tell, such as to an app that was installed without
// the scope for it, or tells of a plan that we do not know.
func (c *Chat) plan(ctx context.Context, grid bool) Plan {
	if grid {
		return PlanGrid
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.o.API+"team.billing.info", nil)
	if err != nil {
		return PlanUnknown
	}
	request.Header.Set("Authorization", "Bearer "+c.o.Token())
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := c.client.Do(request)
	if err != nil {
		return PlanUnknown
	}
	defer answer.Body.Close()
	var said struct {
		OK   bool   `json:"ok"`
		Plan string `json:"plan"`
	}
	if json.NewDecoder(io.LimitReader(answer.Body, 1<<16)).Decode(&said) != nil || !said.OK {
		return PlanUnknown
	}
	return plans[said.Plan]
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
