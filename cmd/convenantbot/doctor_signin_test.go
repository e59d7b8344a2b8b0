package main

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/adapters/web/dashboard"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

func TestDoctorSaysWhetherTheProviderKnowsUs(t *testing.T) {
	const pages = "https://bot.example.org"
	p := testserver.StartOIDC(t, testserver.OIDCClient{ID: "bot", Secret: "geheim", Redirects: []string{pages + dashboard.Return}, Tells: pages + dashboard.Ended}, nil)
	settings := func(url, secret string) map[string]mattermost.Level {
		t.Helper()
		found, _ := doctorSays(t, mustSettings(t, "pages: {url: "+url+"}\noidc: {issuer: \""+p.Issuer+"\", client_id: bot, client_secret: "+secret+"}\n"))
		levels := map[string]mattermost.Level{}
		for _, code := range signInCodes {
			if f, ok := found[code]; ok {
				levels[code] = f.Severity
			}
			if strings.Contains(found[code].Have, "geheim") {
				t.Errorf("%s tells the secret", code)
			}
		}
		return levels
	}
	got := settings(pages, "geheim")
	for _, code := range signInCodes {
		if got[code] != mattermost.Good {
			t.Errorf("all is well: %s is %q", code, got[code])
		}
	}
	if got := settings(pages, "oud"); got["oidc_client"] != mattermost.Broken || got["oidc_redirect"] != mattermost.Good {
		t.Errorf("another secret: %v", got)
	}
	if got := settings("https://elders.example.org", "geheim"); got["oidc_redirect"] != mattermost.Broken || got["oidc_client"] == mattermost.Broken {
		t.Errorf("another address of the pages: %v", got)
	}
	silent := testserver.StartOIDC(t, testserver.OIDCClient{ID: "bot", Secret: "geheim", Redirects: []string{pages + dashboard.Return}}, nil)
	found, _ := doctorSays(t, mustSettings(t, "pages: {url: "+pages+"}\noidc: {issuer: \""+silent.Issuer+"\", client_id: bot, client_secret: geheim}\n"))
	if f := found["oidc_logout"]; f.Severity != mattermost.Advice || f.Have != pages+dashboard.Ended {
		t.Errorf("a provider that does not tell when it signs somebody out: %+v", f)
	}
	p.Stop()
	if got := settings(pages, "geheim"); got["oidc"] != mattermost.Broken || len(got) != 1 {
		t.Errorf("away: %v", got)
	}
}
