package config

import (
	"slices"
	"strings"
	"testing"
)

func TestNobodyIsKnownByANameOrAnEmailAddress(t *testing.T) {
	for value, want := range map[string]bool{
		"sub": true, "oid": true, "chat_id": true, "https://example.org/claims/id": true, "urn:oid:1.3.6.1": true,
		"email": false, "Email": false, "preferred_username": false, "upn": false, "name": false,
		"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name": false, "urn:mace:dir:attribute-def:mail": false,
		"": false, "a b": false, "a\"b": false, strings.Repeat("a", 121): false,
	} {
		var c Config
		if err := claim(&c, value); (err == nil) != want || want && c.OIDC.Claim != value {
			t.Errorf("oidc.claim: %q = %v, %q", value, err, c.OIDC.Claim)
		}
	}
}

func TestAProviderIsKnownExactlyAsItSpellsItself(t *testing.T) {
	set := issuer(func(c *Config) *string { return &c.OIDC.Issuer })
	for value, want := range map[string]bool{
		"": true, "https://login.example.org": true, "https://login.example.org/": true, "https://login.example.org/realms/a": true, "http://127.0.0.1:9000": true,
		"http://login.example.org": false, "login.example.org": false, "https://u:p@login.example.org": false, "https://login.example.org/?a=b": false, "https://login.example.org/a%2fb": false,
	} {
		var c Config
		if err := set(&c, value); (err == nil) != want || want && c.OIDC.Issuer != value {
			t.Errorf("oidc.issuer: %q = %v, %q", value, err, c.OIDC.Issuer)
		}
	}
}

func TestSigningInNeedsPagesAndAClient(t *testing.T) {
	var got []string
	note := func(name, _ string) { got = append(got, name) }
	checkOIDC(Config{}, note)
	if got != nil {
		t.Errorf("without a provider: %q", got)
	}
	c := Config{OIDC: OIDC{Issuer: "https://login.example.org"}}
	checkOIDC(c, note)
	if !slices.Equal(got, []string{"oidc.issuer", "oidc.client_id"}) {
		t.Errorf("without pages and a client: %q", got)
	}
	got = nil
	c.OIDC.ClientID, c.Pages.URL = "bot", "https://bot.example.org"
	if checkOIDC(c, note); got != nil {
		t.Errorf("with both: %q", got)
	}
}
