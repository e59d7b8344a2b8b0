package main

import (
	"fmt"
	"os"
	"time"

	"github.com/convenantbot/convenantbot/adapters/web/dashboard"
	"github.com/convenantbot/convenantbot/adapters/web/oidc"
	"github.com/convenantbot/convenantbot/internal/config"
)

// signInOf is signing in to the overview with the account of one's organisation; nil:
// the settings have none. Nothing is asked of the provider yet: it may be away while
// the bot starts.
func signInOf(cfg config.Config) (*dashboard.SignIn, error) {
	o := cfg.OIDC
	if !o.Used() {
		return nil, nil
	}
	wrong := func(name string, err error) (*dashboard.SignIn, error) {
		return nil, &exitError{exitBadInput, fmt.Errorf("%s: %w", name, err)}
	}
	var ca []byte
	if o.CA != "" {
		var err error
		if ca, err = os.ReadFile(o.CA); err != nil {
			return wrong("oidc.ca", err)
		}
	}
	p, err := oidc.New(oidc.Options{Issuer: o.Issuer, ClientID: o.ClientID, Secret: o.Secret, Redirect: cfg.Pages.URL + dashboard.Return,
		Claim: o.Claim, Scopes: o.Scopes, ACR: o.ACR, AMR: o.AMR, CA: ca, Key: []byte(sharedSecret(cfg)), Now: time.Now})
	if err != nil {
		return wrong("oidc.issuer", err)
	}
	return &dashboard.SignIn{Provider: p, Name: o.Name, Platform: o.Platform, Home: cfg.Pages.URL + dashboard.Front}, nil
}
