package main

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/web"
	"github.com/convenantbot/convenantbot/adapters/web/dashboard"
	"github.com/convenantbot/convenantbot/adapters/web/oidc"
	"github.com/convenantbot/convenantbot/adapters/web/page"
	"github.com/convenantbot/convenantbot/internal/config"
	"github.com/convenantbot/convenantbot/internal/telemetry"
)

// listeners are all places where the product listens, each with the test that tries
// everything there with everybody. What listens and does not stand here fails.
var listeners = map[string]string{
	"adapters/web/serve.go net.ListenUnix":         "TestTheAdminSocketIsForTheBotsOwnAccount",
	"adapters/web/serve.go net.Listen":             "it opens what those below name",
	"adapters/web/serve.go http.Server":            "how each of them is bounded: TestWhoSendsOrTakesNothingIsCutOff",
	"cmd/convenantbot/serve.go web.Listen":         "TestTheOperatorsAddressWithEverybody; the bridge: TestEveryCallOfTheBridgeWithEverySender",
	"cmd/convenantbot/serve.go web.ListenAdmin":    "TestTheAdminSocketIsForTheBotsOwnAccount",
	"cmd/convenantbot/pages.go web.Listen":         "TestEveryRouteIsClosedToWhoeverItIsNotFor, TestSigningInWithEverybody",
	"cmd/convenantbot/slack.go web.Listen":         "TestEveryKindThatComesInWithEverySender",
	"cmd/convenantbot/demo.go web.Listen":          "the same pages, on this machine alone: TestEveryRouteIsClosedToWhoeverItIsNotFor",
	"cmd/convenantbot/demo.go web.ListenAdmin":     "TestTheAdminSocketIsForTheBotsOwnAccount",
	"cmd/convenantbot/storybook.go web.Listen":     "made-up pages, on this machine alone: TestTheStorybookIsShownToThisMachineAlone",
	"adapters/playground/chat.go net.ListenConfig": "TestEveryRouteOfTheTryOutNeedsTheSessionOfItsPerson; a training: TestEveryRouteOfATrainingNeedsACode",
	"adapters/playground/chat.go http.Server":      "likewise",
	"adapters/playground/chat.go tls.NewListener":  "TestEveryRouteOfATrainingNeedsACode",
}

// listens are the calls and types with which something listens.
var listens = []string{"net.Listen", "net.ListenTCP", "net.ListenUnix", "net.ListenPacket", "net.ListenUDP", "net.ListenConfig", "tls.Listen", "tls.NewListener",
	"http.Server", "http.ListenAndServe", "http.ListenAndServeTLS", "http.Serve", "http.ServeTLS", "web.Listen", "web.ListenAdmin"}

func TestEveryListenerHasATestOfWhoMayDoWhat(t *testing.T) {
	found, tests := map[string]bool{}, map[string]bool{}
	forTests := []string{"bot/bottest", "internal/testserver", "internal/slackfake", "internal/browsertest", "internal/golden", "internal/archtest", "internal/tools", "cmd/convenantbot/faults"}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		own := filepath.ToSlash(strings.TrimPrefix(path, "../../"))
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "../.." || d.Name() == "dist" || d.Name() == "testdata" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(own, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		test := strings.HasSuffix(own, "_test.go") || slices.ContainsFunc(forTests, func(f string) bool { return strings.HasPrefix(own, f+"/") })
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				tests[n.Name.Name] = true
			case *ast.SelectorExpr:
				x, ok := n.X.(*ast.Ident)
				if name := ""; ok && !test {
					if name = x.Name + "." + n.Sel.Name; slices.Contains(listens, name) {
						found[own+" "+name] = true
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := slices.Sorted(maps.Keys(found)), slices.Sorted(maps.Keys(listeners)); !slices.Equal(got, want) {
		t.Errorf("these listen: %q\nthe table has: %q", got, want)
	}
	for where, why := range listeners {
		for _, word := range strings.FieldsFunc(why, func(r rune) bool { return r == ' ' || r == ',' || r == ':' || r == ';' }) {
			if strings.HasPrefix(word, "Test") && !tests[word] {
				t.Errorf("%s: there is no %s", where, word)
			}
		}
	}
}

// The operator's address, with and without its numbers, by every method: it asks
// nobody who they are, so nothing of anybody may be there.
func TestTheOperatorsAddressWithEverybody(t *testing.T) {
	const code = "C-2026-0001"
	m := mustMeasures(t, telemetry.Options{})
	ready := func(context.Context) web.Health { return web.Health{Without: []string{"redis"}} }
	down := func(context.Context) web.Health { return web.Health{Why: "store"} }
	type want struct{ get, other int }
	for name, one := range map[string]struct {
		h     http.Handler
		paths map[string]want
	}{
		"with numbers": {numbers(config.Config{Telemetry: config.Telemetry{Metrics: true}}, m, web.Public(ready)),
			map[string]want{"/healthz": {200, 405}, "/readyz": {200, 405}, "/metrics": {200, 404}}},
		"without numbers": {numbers(config.Config{}, m, web.Public(ready)),
			map[string]want{"/healthz": {200, 405}, "/readyz": {200, 405}, "/metrics": {404, 404}}},
		"without a store": {numbers(config.Config{}, nil, web.Public(down)),
			map[string]want{"/healthz": {200, 405}, "/readyz": {503, 405}, "/metrics": {404, 404}}},
	} {
		for _, path := range []string{"/healthz", "/readyz", "/metrics", "/", "/metrics/", "/healthz/x", "/debug/pprof/", "/debug/vars", "/overzicht/", "/kaart/", "/retention/plan", "//metrics", "/../metrics", "/%2e%2e/metrics"} {
			for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} {
				for who, header := range map[string]http.Header{"nobody": {}, "somebody": {"Cookie": {"__Host-overzicht=fg"}, "Authorization": {"Bearer x"}, "X-Forwarded-For": {"127.0.0.1"}}} {
					r := httptest.NewRequest(method, "http://bot.example.org"+path, strings.NewReader(code))
					r.Header = header
					w := httptest.NewRecorder()
					one.h.ServeHTTP(w, r)
					expected, listed := one.paths[path]
					wanted := expected.get
					if method != "GET" && method != "HEAD" {
						wanted = expected.other
					}
					switch {
					case listed && w.Code != wanted:
						t.Errorf("%s, %s: %s %s = %d, want %d", name, who, method, path, w.Code, wanted)
					case !listed && w.Code < 300:
						t.Errorf("%s, %s: %s %s = %d, want that there is nothing", name, who, method, path, w.Code)
					case strings.Contains(w.Body.String(), code) || len(w.Header().Values("Set-Cookie")) > 0:
						t.Errorf("%s, %s: %s %s gives back what was sent", name, who, method, path)
					case w.Code == http.StatusOK && w.Header().Get("Cache-Control") != "no-store":
						t.Errorf("%s, %s: %s %s may be kept", name, who, method, path)
					}
				}
			}
		}
	}
}

// The pages of signing in, where there is a provider, by everybody. Nothing is known
// of the provider here, which is away: nobody gets further than being sent to it.
func TestSigningInWithEverybody(t *testing.T) {
	p, err := oidc.New(oidc.Options{Issuer: "https://127.0.0.1:1", ClientID: "bot", Redirect: "https://bot.example.org" + dashboard.Return, Now: time.Now})
	must(t, err)
	site, err := page.NewSite("https://bot.example.org")
	must(t, err)
	h := site.Guard(pagesOf(site, nil, pagesOptions{Secure: true, Log: slog.New(slog.DiscardHandler),
		SignIn: &dashboard.SignIn{Provider: p, Name: "Organisatie", Platform: "oidc", Home: "https://bot.example.org" + dashboard.Front}}))
	table := map[string]map[string]int{ // by pattern, by who
		"GET " + dashboard.Front:            {"nobody": 200, "another site": 200, "what was made up": 200},
		"GET " + dashboard.Front + "/start": {"nobody": 503, "another site": 303, "what was made up": 503},
		"GET " + dashboard.Return:           {"nobody": 403, "another site": 403, "what was made up": 403},
		"POST " + dashboard.Ended:           {"nobody": 400, "another site": 403, "what was made up": 400},
	}
	in := 0
	for _, pattern := range patternsIn(t, "../../adapters/web/dashboard") {
		_, path, _ := strings.Cut(pattern, " ")
		if !strings.HasPrefix(path, dashboard.Front) {
			continue
		}
		in++
		row, ok := table[pattern]
		if !ok {
			t.Errorf("%s has no row", pattern)
			continue
		}
		method, path, _ := strings.Cut(pattern, " ")
		for who, want := range row {
			body := ""
			if method == "POST" {
				body = "logout_token=x"
			}
			r := httptest.NewRequest(method, "https://bot.example.org"+path, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			switch who {
			case "another site":
				r.Header.Set("Sec-Fetch-Site", "cross-site")
				r.Header.Set("Origin", "https://elders.example")
			case "what was made up":
				r.URL.RawQuery = "state=x&code=y&naar=https://kwaad.example/overzicht/fg/school/begin"
				r.AddCookie(&http.Cookie{Name: "__Host-overzicht-inloggen", Value: strings.Repeat("A", 200)})
				r.AddCookie(&http.Cookie{Name: "__Host-overzicht", Value: "x.1.y"})
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			what := fmt.Sprintf("%s by %s", pattern, who)
			if w.Code != want {
				t.Errorf("%s = %d, want %d", what, w.Code, want)
			}
			if strings.Contains(w.Body.String()+w.Header().Get("Location"), "kwaad") {
				t.Errorf("%s leads elsewhere", what)
			}
			for _, c := range w.Header().Values("Set-Cookie") {
				if made, err := http.ParseSetCookie(c); err != nil || made.Value != "" {
					t.Errorf("%s signs in: %q", what, c)
				}
			}
		}
	}
	if in != len(table) {
		t.Errorf("%d routes of signing in are read from the code, the table has %d", in, len(table))
	}
}
