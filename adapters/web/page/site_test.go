package page_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/web/page"
)

func mustSite(t *testing.T, base string) page.Site {
	t.Helper()
	s, err := page.NewSite(base)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOnlyAPageOfOursSendsAForm(t *testing.T) {
	s := mustSite(t, "https://bot.example.org/")
	h := s.Guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for _, c := range []struct {
		name, method string
		set          map[string]string
		want         int
	}{
		{"a link in a chat", "GET", map[string]string{"Sec-Fetch-Site": "cross-site"}, 204},
		{"our own form", "POST", map[string]string{"Sec-Fetch-Site": "same-origin"}, 204},
		{"our own form, an older browser", "POST", map[string]string{"Origin": "https://bot.example.org"}, 204},
		{"another site's form", "POST", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"another site's form, an older browser", "POST", map[string]string{"Origin": "https://elsewhere.example"}, 403},
		{"a page on a neighbouring name", "POST", map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "https://chat.example.org"}, 403},
	} {
		r := httptest.NewRequest(c.method, "/kluis/x", nil)
		for k, v := range c.set {
			r.Header.Set(k, v)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.want)
		}
		for _, header := range []string{"Content-Security-Policy", "Cache-Control", "X-Robots-Tag", "Strict-Transport-Security"} {
			if w.Header().Get(header) == "" {
				t.Errorf("%s: no %s", c.name, header)
			}
		}
	}
}

func TestASessionStaysInTheBrowserThatBeganIt(t *testing.T) {
	for base, want := range map[string]string{"https://bot.example.org": "__Secure-k=geheim; Path=/kluis/s/1/; Max-Age=60; HttpOnly; Secure; SameSite=Strict",
		"http://127.0.0.1:1": "k=geheim; Path=/kluis/s/1/; Max-Age=60; HttpOnly; SameSite=Strict"} {
		s := mustSite(t, base)
		w := httptest.NewRecorder()
		s.Keep(w, "k", "/kluis/s/1/", "geheim", time.Minute)
		if got := w.Header().Get("Set-Cookie"); got != want {
			t.Errorf("%s: cookie %q, want %q", base, got, want)
		}
		r := httptest.NewRequest("GET", "/", nil)
		if s.Kept(r, "k") != "" {
			t.Error("a browser without the cookie has a session")
		}
		r.Header.Set("Cookie", strings.SplitN(w.Header().Get("Set-Cookie"), ";", 2)[0])
		if got := s.Kept(r, "k"); got != "geheim" {
			t.Errorf("%s: kept %q", base, got)
		}
	}
}

func TestWhatIsNoAddressIsNoSite(t *testing.T) {
	for _, base := range []string{"", "bot.example.org", "ftp://bot.example.org", "https://u:p@bot.example.org", "https://bot.example.org/?a=b", "https://bot.example.org/#b"} {
		if _, err := page.NewSite(base); err == nil {
			t.Errorf("NewSite(%q) is no error", base)
		}
	}
}

func TestEveryPageTellsTheBrowserWhatItMayNotDo(t *testing.T) {
	want := map[string]string{"Content-Security-Policy": page.Policy, "Cache-Control": "no-store, private", "Referrer-Policy": "same-origin",
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "SAMEORIGIN", "X-Robots-Tag": "noindex, nofollow, noarchive",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy": "camera=(), geolocation=(), microphone=(), display-capture=()"}
	for base, strict := range map[string]string{"https://bot.example.org": "max-age=31536000", "http://127.0.0.1:1": ""} {
		want["Strict-Transport-Security"] = strict
		for method, site := range map[string]string{"GET": "none", "POST": "cross-site"} { // what is refused too
			r := httptest.NewRequest(method, "/", nil)
			r.Header.Set("Sec-Fetch-Site", site)
			w := httptest.NewRecorder()
			mustSite(t, base).Guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {})).ServeHTTP(w, r)
			for name, value := range want {
				if got := w.Header().Get(name); got != value {
					t.Errorf("%s at %s: %s: %q, want %q", method, base, name, got, value)
				}
			}
		}
	}
}

// A browser drops a cookie only under the same name and path, and lets nobody touch a
// __Secure- one without Secure.
func TestWhatIsKeptIsDroppedWhereItWasKept(t *testing.T) {
	for base, want := range map[string]string{"https://bot.example.org": "__Secure-k=; Path=/kluis/s/1/; Max-Age=0; HttpOnly; Secure; SameSite=Strict",
		"http://127.0.0.1:1": "k=; Path=/kluis/s/1/; Max-Age=0; HttpOnly; SameSite=Strict"} {
		w := httptest.NewRecorder()
		mustSite(t, base).Drop(w, "k", "/kluis/s/1/")
		if got := w.Header().Get("Set-Cookie"); got != want {
			t.Errorf("%s: cookie %q, want %q", base, got, want)
		}
	}
}
