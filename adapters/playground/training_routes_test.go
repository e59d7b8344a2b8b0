package playground_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot/bottest"
)

// trainingRoutes is what each route that needs nobody's session does in a training,
// by nobody, with what somebody made up, with the code of somebody else's place, and
// by the trainer: d is the door, y is further, a dot is a no.
var trainingRoutes = map[string]string{
	"/":                            "....", // there is no such page
	"GET /{$}":                     "dddy", // a seat opens its own pages, and the door for more of them
	"POST /word":                   "dddy",
	"POST /deur":                   "....", // this test fills in no code
	"POST /code":                   "dddy", // only the trainer gives out another
	"GET /static/{version}/{name}": "yyyy",
}

// Every route of a training, as the code has it, by whoever is on that network: the
// pages of Sanne are for who filled in her code, and for the trainer as her.
func TestEveryRouteOfATrainingNeedsACode(t *testing.T) {
	code, err := os.ReadFile("routes.go")
	if err != nil {
		t.Fatal(err)
	}
	chat, visit := mustTraining(t, bottest.NewClock())
	address, err := url.Parse(chat.URL())
	if err != nil {
		t.Fatal(err)
	}
	made, daan, trainer := visit(), visit(), visit()
	for _, v := range []*visitorOf{made, daan, trainer} {
		v.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	daan.post("/deur", url.Values{"code": {codeOf(t, chat, "daan")}})
	trainer.post("/deur", url.Values{"code": {codeOf(t, chat, "")}})
	as, by := "playground_als_"+address.Port(), "playground_trainer_"+address.Port()
	made.http.Jar.SetCookies(address, []*http.Cookie{{Name: as, Value: "abc.def", Path: "/"}, {Name: by, Value: "abc.def", Path: "/"}})
	// Daan's cookie under Sanne's name, and as a trainer's.
	for _, c := range daan.http.Jar.Cookies(address.JoinPath("als/daan/")) {
		if c.Name == as {
			daan.http.Jar.SetCookies(address, []*http.Cookie{{Name: as, Value: c.Value, Path: "/als/sanne/"}, {Name: by, Value: c.Value, Path: "/"}})
		}
	}
	nobody := visit()
	nobody.http.Jar, nobody.http.CheckRedirect = nil, made.http.CheckRedirect
	_, door := visit().get("/")
	token, style := formToken.FindStringSubmatch(door), strings.Index(door, "/static/")
	if token == nil || style < 0 {
		t.Fatalf("the door: %s", door)
	}
	version, _, _ := strings.Cut(door[style+len("/static/"):], "/")
	fill := strings.NewReplacer("{person}", "sanne", "{$}", "", "{channel}", "algemeen", "{other}", "daan", "{file}", "f1", "{version}", version, "{name}", "chat.css")
	found := registered.FindAllStringSubmatch(string(code), -1)
	seen := map[string]bool{}
	for _, m := range found {
		pattern := m[1]
		method, path, ok := strings.Cut(fill.Replace(pattern), " ")
		if !ok {
			method, path = "GET", "/nergens"
		}
		got := ""
		for i, v := range []*visitorOf{nobody, made, daan, trainer} {
			form := url.Values{"person": {"sanne"}, "code": {""}, "token": token[1:2]}
			if i > 0 && strings.HasPrefix(pattern, "POST /") {
				if _, page := v.get("/"); formToken.MatchString(page) {
					form["token"] = formToken.FindStringSubmatch(page)[1:2]
				}
			}
			r, err := http.NewRequestWithContext(t.Context(), method, v.base+path, strings.NewReader(form.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			if method == "POST" {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			answer, err := v.http.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			switch to := answer.Header.Get("Location"); {
			case answer.StatusCode == http.StatusForbidden, answer.StatusCode == http.StatusNotFound, answer.StatusCode == http.StatusUnprocessableEntity:
				got += "."
			case answer.StatusCode == http.StatusSeeOther && to == "/", answer.StatusCode == http.StatusOK && path == "/" && i < 3:
				got += "d"
			case answer.StatusCode == http.StatusOK, answer.StatusCode == http.StatusSeeOther && strings.HasPrefix(to, "/als/sanne/"):
				got += "y"
			default:
				got += fmt.Sprintf("(%d %s)", answer.StatusCode, to)
			}
			for _, c := range answer.Header.Values("Set-Cookie") {
				if made, err := http.ParseSetCookie(c); err != nil || !made.Secure || !made.HttpOnly || made.SameSite != http.SameSiteStrictMode {
					t.Errorf("%s sets %q", pattern, c)
				}
			}
		}
		// The trainer has not chosen to be Sanne on these pages: a session of hers is needed.
		want := map[string]string{"GET": "dddd", "POST": "...."}[method]
		if visitors[pattern] != "" {
			seen[pattern] = true
			want = trainingRoutes[pattern]
		}
		if got != want {
			t.Errorf("%s: %q, the table says %q", pattern, got, want)
		}
		// Whoever came further by choosing goes back to where they were.
		trainer.http.Jar.SetCookies(address, []*http.Cookie{{Name: as, Path: "/als/sanne/", MaxAge: -1}})
	}
	if len(found) < 15 || !slices.Equal(slices.Sorted(maps.Keys(seen)), slices.Sorted(maps.Keys(trainingRoutes))) {
		t.Errorf("%d routes; tried without a session: %q", len(found), slices.Sorted(maps.Keys(seen)))
	}
}
