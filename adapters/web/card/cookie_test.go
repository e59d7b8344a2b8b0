package card_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/web/card"
	"github.com/convenantbot/convenantbot/adapters/web/page"
)

// Found in a review of security: the language that a parent chose went over lines that
// can be read, and tells something of who they are. It stays on ours.
func TestTheLanguageThatAReaderChoseStaysOnSecureLines(t *testing.T) {
	site, err := page.NewSite("https://bot.example.org")
	if err != nil {
		t.Fatal(err)
	}
	h := card.Handler(card.Options{Site: site, Now: time.Now})
	ask := func(path string, kept ...*http.Cookie) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "https://bot.example.org"+path, nil)
		for _, c := range kept {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	w := ask("/kaart/?taal=tr")
	c, err := http.ParseSetCookie(w.Header().Get("Set-Cookie"))
	if err != nil || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/kaart/" || c.MaxAge != 0 || !strings.HasPrefix(c.Name, "__Secure-") {
		t.Fatalf("the cookie is %v, %v", c, err)
	}
	for name, want := range map[string]bool{c.Name: true, strings.TrimPrefix(c.Name, "__Secure-"): false} {
		if got := strings.Contains(ask("/kaart/", &http.Cookie{Name: name, Value: "tr"}).Body.String(), `<html lang="tr"`); got != want {
			t.Errorf("with %s the page is in Turkish: %v, want %v", name, got, want)
		}
	}
}
