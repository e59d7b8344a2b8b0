package main

import (
	"context"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/adapters/web/dashboard"
	"github.com/convenantbot/convenantbot/adapters/web/oidc"
	"github.com/convenantbot/convenantbot/internal/config"
)

// signInCodes are what doctor finds about signing in with the account of one's
// organisation, where there is such a way in.
var signInCodes = []string{"oidc", "oidc_keys", "oidc_pkce", "oidc_redirect", "oidc_client", "oidc_logout"}

// diagnoseSignIn looks at the provider. One that is away breaks no promise: the link
// of the bot works.
func diagnoseSignIn(ctx context.Context, cfg config.Config) ([]mattermost.Finding, error) {
	signIn, err := signInOf(cfg)
	if err != nil || signIn == nil {
		return nil, err
	}
	seen := signIn.Provider.Look(ctx)
	if seen.Offers != nil {
		return []mattermost.Finding{{Code: "oidc", Level: mattermost.Broken, Have: seen.Offers.Error()}}, nil
	}
	found := []mattermost.Finding{{Code: "oidc", Level: mattermost.Good, Have: cfg.OIDC.Issuer}}
	add := func(code string, a oidc.Answer, otherwise mattermost.Level, have string) {
		level := mattermost.Unknown
		switch {
		case a == oidc.Yes:
			level = mattermost.Good
		case a == oidc.No || otherwise == mattermost.Advice:
			level = otherwise
		}
		found = append(found, mattermost.Finding{Code: code, Level: level, Have: have})
	}
	add("oidc_keys", seen.Keys, mattermost.Broken, "")
	add("oidc_pkce", seen.PKCE, mattermost.Advice, "")
	add("oidc_redirect", seen.Redirect, mattermost.Broken, cfg.Pages.URL+dashboard.Return)
	add("oidc_client", seen.Client, mattermost.Broken, cfg.OIDC.ClientID)
	add("oidc_logout", seen.Logout, mattermost.Advice, cfg.Pages.URL+dashboard.Ended)
	return found, nil
}
