package dashboard

import (
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/adapters/web/oidc"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/browsertest"
)

// Each way in which signing in can fail has a page that everybody can read, on a desk
// and on a phone, by day and by night, and that leads on.
func TestEveryPageOfSigningInThatFailedIsReadByEverybody(t *testing.T) {
	p := &pages{Options: Options{SignIn: &SignIn{Name: "Organisatie"}, Log: slog.New(slog.DiscardHandler)}}
	style := asset("text/css; charset=utf-8", style)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == Root+"stijl.css" {
			style(w, r)
			return
		}
		w.Header().Set("Content-Security-Policy", policy)
		for kind := range signInNo {
			if r.URL.Path == "/"+string(kind) {
				p.notSignedIn(w, r, &oidc.Error{Kind: kind, Why: "test"}, Root)
			}
		}
	}))
	t.Cleanup(server.Close)
	b := browsertest.Start(t)
	tab := b.Open(server.URL+Root+"stijl.css", 1280, 900)
	kinds := slices.Sorted(maps.Keys(signInNo))
	if len(kinds) < 7 {
		t.Errorf("there are pages for %q only", kinds)
	}
	for _, kind := range kinds {
		page := signInNo[kind]
		tab.Resize(1280, 900)
		tab.Prefers()
		tab.Go(server.URL + "/" + string(kind))
		tab.Sees("h1", text.SignIn(page.title))
		tab.Sees("main", strings.Fields(text.SignIn(page.words))[0])
		on := "again"
		if kind == oidc.ErrUnasked {
			on = "other"
		}
		tab.Sees("main a.hoofd", text.SignIn(on))
		tab.Axe("signing in fails: " + string(kind))
		tab.Shoot("overzicht-inloggen-" + string(kind))
		tab.Resize(360, 740)
		tab.Prefers("prefers-color-scheme", "dark", "prefers-reduced-motion", "reduce")
		tab.Axe("signing in fails by night, on a phone: " + string(kind))
		tab.Fits("signing in fails, on a phone: " + string(kind))
	}
	tab.Calm("answer 403", "status of 403", "answer 503", "status of 503")
}
