package playground_test

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot/bottest"
)

// visitors are the routes that need nobody's session, and why.
var visitors = map[string]string{
	"/":                            "whatever no route knows: it says so, and leads back",
	"GET /{$}":                     "the first page, where one chooses who to be, or fills in a code",
	"POST /word":                   "choosing; it asks for the token of that page",
	"POST /deur":                   "filling in a code; likewise",
	"POST /code":                   "another code for somebody; likewise, and it needs the trainer's cookie",
	"GET /static/{version}/{name}": "how it looks and moves",
}

var registered = regexp.MustCompile(`mux\.HandleFunc\("([^"]+)"`)

// Every route, as the code has it, by a visitor without a session, and by somebody
// with that of another person. One that is added is tried by itself.
func TestEveryRouteOfTheTryOutNeedsTheSessionOfItsPerson(t *testing.T) {
	code, err := os.ReadFile("routes.go")
	if err != nil {
		t.Fatal(err)
	}
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	mustServe(t, chat, &bottest.Incoming{})
	daan := mustBe(t, chat, "daan")
	fill := strings.NewReplacer("{person}", "sanne", "{$}", "", "{channel}", "algemeen", "{other}", "daan", "{file}", "f1", "{name}", "x")
	found := registered.FindAllStringSubmatch(string(code), -1)
	if len(found) < 15 || len(found) != strings.Count(string(code), "mux.Handle") {
		t.Fatalf("%d routes are read, of %d", len(found), strings.Count(string(code), "mux.Handle"))
	}
	stay := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, m := range found {
		pattern := m[1]
		if visitors[pattern] != "" {
			continue
		}
		if !strings.Contains(pattern, " /als/{person}/") {
			t.Errorf("%s is under nobody's name: say in this test why", pattern)
			continue
		}
		method, path, _ := strings.Cut(fill.Replace(pattern), " ")
		for _, as := range []string{"", "daan"} {
			r, err := http.NewRequestWithContext(t.Context(), method, strings.TrimSuffix(chat.URL(), "/")+path, strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			if as != "" {
				for _, c := range daan.client.Jar.Cookies(mustURL(t, chat.URL()+"als/daan/")) {
					r.AddCookie(c)
				}
				r.Header.Set("X-Form-Token", daan.token)
			}
			answer, err := stay.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if gone := method == "GET" && answer.StatusCode == http.StatusSeeOther && answer.Header.Get("Location") == "/"; !gone && answer.StatusCode != http.StatusForbidden {
				t.Errorf("%s as %q = %d, want that it is Sanne's alone", pattern, as, answer.StatusCode)
			}
		}
	}
}
