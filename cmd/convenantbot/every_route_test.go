package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/adapters/web"
	"github.com/convenantbot/convenantbot/adapters/web/page"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/judge"
)

// patternsIn returns the patterns of all routes that the package in dir registers, as
// the code has them, so that a new one is tried without anybody thinking of it.
func patternsIn(t *testing.T, dir string) (all []string) {
	t.Helper()
	consts := map[string]string{}
	var value func(e ast.Expr) (string, bool)
	value = func(e ast.Expr) (string, bool) {
		switch e := e.(type) {
		case *ast.BasicLit:
			s, err := strconv.Unquote(e.Value)
			return s, err == nil
		case *ast.Ident:
			s, ok := consts[e.Name]
			return s, ok
		case *ast.BinaryExpr:
			a, ok := value(e.X)
			b, also := value(e.Y)
			return a + b, ok && also && e.Op == token.ADD
		}
		return "", false
	}
	set := token.NewFileSet()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				for i, name := range spec.Names {
					if i < len(spec.Values) {
						if s, ok := value(spec.Values[i]); ok {
							consts[name.Name] = s
						}
					}
				}
			}
			return true
		})
	}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 || !registers(call.Fun) {
				return true
			}
			s, ok := value(call.Args[0])
			if !ok {
				t.Errorf("%s: a route whose pattern cannot be read", set.Position(call.Pos()))
			}
			all = append(all, s)
			return true
		})
	}
	slices.Sort(all)
	return all
}

// registers reports whether a call adds a route to a mux.
func registers(fun ast.Expr) bool {
	sel, ok := fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Handle" && sel.Sel.Name != "HandleFunc" {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == "mux"
}

// sample is an address for each pattern.
var sample = strings.NewReplacer("{$}", "", "{hat}", string(bot.HatDPO), "{org}", "school", "{view}", "begin", "{act}", bot.DoHold, "{table}", "casussen",
	"{seq}", "1", "{n}", "1", "{page}", "1", "{name}", "x.css", "{link}", strings.Repeat("A", 26), "{id}", strings.Repeat("B", 26), "{code}", "777777777777")

// open are the routes that answer whoever asks with something else than a no, and
// why. Every other route is a no without a session, also one that was added today.
var open = map[string]string{
	"GET /kaart/":              "asks for the code of the card",
	"GET /kaart/{$}":           "likewise",
	"GET /kaart/k/{code}":      "likewise, with the code filled in: nothing is looked up",
	"GET /kaart/stijl.css":     "how it looks",
	"GET /overzicht/stijl.css": "how it looks",
	"GET /overzicht/levend.js": "how it moves",
}

// Every route of every page, as the code has it, by whoever has nothing, by whoever
// made something up, from another site, by a name that is not ours, and by whoever is
// signed in for something else.
func TestEveryRouteIsClosedToWhoeverItIsNotFor(t *testing.T) {
	at := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
	now := func() time.Time { return at }
	store, err := sqlstore.Open(t.Context(), sqlstore.Options{Address: "sqlite:" + t.TempDir() + "/bot.db", Masters: [][]byte{make([]byte, 32)}, Now: now, Careless: true})
	must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	policy, err := loadBundle("")
	must(t, err)
	pack, packs, err := loadRegion("model")
	must(t, err)
	ids := 0
	b := bot.New(bot.Needs{Store: store, Judge: judge.New(policy, packs), Region: pack, Now: now, NewID: func() string { ids++; return fmt.Sprintf("id%08d", ids) }})
	person := func(id string) bot.Person {
		return bot.Person{ID: bot.PersonID("p-" + id), Accounts: []bot.Account{{Platform: "x", User: bot.UserID(id)}}}
	}
	must(t, b.LoadRegister(t.Context(), bot.Register{
		Organisations: []bot.Organisation{{ID: "school", Name: "School KANARIE", SignedAt: "2025-09-01", AnnouncedAt: "2025-09-02", DPO: "p-fg", Appointee: "p-boss"},
			{ID: "elders", Name: "Elders", SignedAt: "2025-09-01", AnnouncedAt: "2025-09-02", DPO: "p-other", Appointee: "p-other"}, {ID: "ggd", Name: "GGD", SignedAt: "2025-09-01", AnnouncedAt: "2025-09-02"}},
		People: []bot.Person{person("fg"), person("boss"), person("other"), person("lead"), person("gone")},
	}))
	must(t, b.StartPolicy(t.Context(), bundleFiles("")))
	watchedBy(t, store, 1, at)
	must(t, store.Update(t.Context(), func(tx bot.Tx) error {
		_, err := tx.Record(bot.Entry{At: at, Act: bot.ActOverviewIn, Outcome: "done"})
		errs := []error{err}
		for _, id := range []string{"fg", "boss", "other", "lead", "gone"} {
			errs = append(errs, tx.AddSession(bot.Session{Token: id, Person: bot.PersonID("p-" + id), Account: bot.Account{Platform: "x", User: bot.UserID(id)}, BeganAt: at, SeenAt: at, Expires: at.Add(time.Hour)}))
		}
		errs = append(errs, tx.AddSession(bot.Session{Token: "late", Person: "p-fg", Account: bot.Account{Platform: "x", User: "fg"}, BeganAt: at.Add(-2 * time.Hour), SeenAt: at.Add(-2 * time.Hour), Expires: at.Add(-time.Hour)}))
		return errors.Join(errs...)
	}))
	site, err := page.NewSite("https://bot.example.org")
	must(t, err)
	h := site.Guard(pagesOf(site, b, pagesOptions{Ledger: store, Secure: true}))
	ask := func(method, path, body, token string, header ...string) (int, string, http.Header) {
		r := httptest.NewRequest(method, "https://bot.example.org"+path, strings.NewReader(body))
		if body != "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for _, name := range []string{"__Host-overzicht", "__Secure-kluis", "__Secure-breng", "__Secure-kaart"} {
			if token != "" {
				r.AddCookie(&http.Cookie{Name: name, Value: token})
			}
		}
		for i := 0; i+1 < len(header); i += 2 {
			if header[i] == "Host" {
				r.Host = header[i+1]
			}
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code, w.Body.String(), w.Header()
	}
	shows := func(body string) bool {
		return strings.Contains(body, "KANARIE") || strings.Contains(body, "C-2026-0001") || strings.Contains(body, "een klacht")
	}
	var patterns []string
	for _, dir := range []string{"card", "vault", "dashboard"} {
		found := patternsIn(t, "../../adapters/web/"+dir)
		if len(found) < 10 {
			t.Errorf("%s has the routes %q only; they are not read any more", dir, found)
		}
		patterns = append(patterns, found...)
	}
	for _, pattern := range patterns {
		method, path, ok := strings.Cut(sample.Replace(pattern), " ")
		if !ok {
			method, path = "GET", pattern
		}
		is, body := open[pattern], ""
		if method != "GET" {
			body = "csrf=x&sure=yes&link=x&reason=een+reden+van+genoeg&code=7777-7777-7777&pin=135790"
		}
		if strings.Contains(path, "/kaart/open") {
			continue // it takes as long as a try takes, and has tests of its own
		}
		for name, with := range map[string]struct {
			token  string
			header []string
		}{
			"nobody": {}, "a session that was made up": {token: "x.1.y"}, "a very long one": {token: strings.Repeat("a", 5000)}, "a session that is over": {token: "late"},
			"somebody who watches nothing": {token: "gone"}, "the FG of another organisation": {token: "other"}, "who decides, as the FG": {token: "boss"},
			"another site":          {token: "fg", header: []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://elders.example"}},
			"a neighbour":           {token: "fg", header: []string{"Sec-Fetch-Site", "same-site", "Origin", "https://chat.example.org"}},
			"a form without token":  {token: "fg"},
			"a name that is not us": {header: []string{"Host", "kwaad.example", "X-Forwarded-Host", "kwaad.example"}},
		} {
			what := name + ": " + method + " " + path
			code, said, header := ask(method, path, body, with.token, with.header...)
			mine := with.token == "fg" // reading is theirs; sending a form is not, without its token
			no := code == http.StatusForbidden || code == http.StatusUnauthorized || code == http.StatusNotFound || code == http.StatusTooManyRequests
			// Whoever is signed in at the overview, for whatever, has a first page, and may
			// be asked whether they are sure; it is nobody else's.
			switch {
			case mine && method == "GET" || is != "":
			case code == http.StatusSeeOther && path == "/overzicht/" && with.token != "":
			case !no && !(path == "/kaart/sluit" && code == http.StatusSeeOther) && !(strings.HasSuffix(path, "/dicht") && code == http.StatusOK):
				t.Errorf("%s = %d, want a no", what, code)
			}
			if !mine && shows(said) {
				t.Errorf("%s shows what is kept: %d", what, code)
			}
			if strings.Contains(said, "kwaad.example") || strings.Contains(header.Get("Location"), "kwaad") {
				t.Errorf("%s believes the name it is called by: %q", what, header.Get("Location"))
			}
			for _, c := range header.Values("Set-Cookie") {
				if made, err := http.ParseSetCookie(c); err != nil || made.Value != "" && !strings.Contains(path, "/kaart/") || !made.Secure || !made.HttpOnly || made.SameSite != http.SameSiteStrictMode {
					t.Errorf("%s sets %q", what, c)
				}
			}
			csp := header.Get("Content-Security-Policy")
			if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") || strings.Contains(csp, "http") {
				t.Errorf("%s: policy %q", what, csp)
			}
			for name, want := range map[string]string{"Cache-Control": "no-store, private", "X-Content-Type-Options": "nosniff", "Strict-Transport-Security": "max-age=31536000",
				"Cross-Origin-Resource-Policy": "same-origin", "X-Robots-Tag": "noindex, nofollow, noarchive"} {
				if got := header.Get(name); got != want {
					t.Errorf("%s: %s is %q, want %q", what, name, got, want)
				}
			}
			if header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s lets other sites read", what)
			}
		}
	}
	// And it is not that nothing works: the FG reads their own part.
	if code, said, _ := ask("GET", "/overzicht/fg/school/begin", "", "fg"); code != http.StatusOK || !shows(said) {
		t.Errorf("the FG's own page = %d, and shows nothing", code)
	}
}

// What the operator's address gives to anybody tells nothing about anybody, and is
// two routes and the numbers.
func TestTheOperatorsAddressAnswersNothingElse(t *testing.T) {
	h := web.Public(nil)
	for _, path := range []string{"/", "/metrics", "/debug/pprof/", "/debug/vars", "/rules/propose", "/setting", "/casus/export", "/retention/plan?at=0", "/retention/run", "/overzicht/", "/kaart/", "/kluis/x"} {
		for _, method := range []string{"GET", "POST"} {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
			if w.Code != http.StatusNotFound {
				t.Errorf("%s %s = %d, want that there is none", method, path, w.Code)
			}
		}
	}
	if got := patternsIn(t, "../../adapters/web"); !slices.Equal(got, []string{"GET /healthz", "GET /readyz", "GET /retention/plan", "POST /casus/export", "POST /retention/run", "POST /rules/propose", "POST /setting"}) {
		t.Errorf("the routes of the operator's address and of the admin socket are %q: a new one needs a decision on who may", got)
	}
	// Slack and the bridge choose by no mux: one handler each, behind a signature.
	for _, dir := range []string{"adapters/slack/incoming", "adapters/mattermost", "internal/bridge"} {
		if got := patternsIn(t, "../../"+dir); len(got) > 0 {
			t.Errorf("%s has routes of its own now, %q: a new one needs a decision on who may", dir, got)
		}
	}
}
