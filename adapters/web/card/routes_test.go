package card_test

import (
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// routes is every route of a card, with a form that would do something.
var routes = []struct {
	method, path string
	form         url.Values
	open         bool // it opens a card, or needs none
}{
	{"GET", "/kaart/stijl.css", nil, true},
	{"GET", "/kaart/k/777777777777", nil, true},
	{"POST", "/kaart/open", url.Values{"code": {"7777-7777-7777"}, "pin": {"135790"}}, true},
	{"GET", "/kaart/", nil, false},
	{"POST", "/kaart/pin", url.Values{"pin": {"190474"}, "again": {"190474"}}, false},
	{"GET", "/kaart/zeg/1", nil, false},
	{"POST", "/kaart/zeg", url.Values{"agreement": {"false"}, "discloser": {"aanbieder"}, "c:health/school-a": {"given"}, "c:health/gemeente": {"given"}}, false},
	{"POST", "/kaart/intrekken", url.Values{"yes": {"x"}}, false},
	{"POST", "/kaart/klopt", url.Values{"yes": {"x"}}, false},
	{"POST", "/kaart/bewijs", url.Values{"yes": {"x"}}, false},
	{"GET", "/kaart/bezwaar", nil, false},
	{"POST", "/kaart/bezwaar", url.Values{"seat": {""}, "text": {"Ik ben het hier niet mee eens."}}, false},
	{"GET", "/kaart/verzoek", nil, false},
	{"POST", "/kaart/verzoek", url.Values{"kind": {"access"}, "text": {"Ik wil graag alles lezen."}}, false},
	{"POST", "/kaart/ouders", url.Values{"see": {"table"}}, false},
	{"POST", "/kaart/sluit", url.Values{}, false},
}

// ask sends one request with a cookie of its own and nothing else, and holds the
// answer against what every answer must have.
func (w *world) ask(method, path, pass string, form url.Values, header ...string) (int, string, http.Header) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if pass != "" {
		r.AddCookie(&http.Cookie{Name: "kaart", Value: pass})
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	h := resp.Header
	if string(data) == "Forbidden\n" {
		return resp.StatusCode, string(data), h // what stands before all pages said no
	}
	for name, want := range map[string]string{"Cache-Control": "no-store, private", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"} {
		if got := h.Get(name); got != want {
			w.t.Errorf("%s %s = %d: %s is %q, want %q", method, path, resp.StatusCode, name, got, want)
		}
	}
	csp := h.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
		if !strings.Contains(csp, part) {
			w.t.Errorf("%s %s: policy %q has no %s", method, path, csp, part)
		}
	}
	if strings.Contains(csp, "unsafe") || strings.Contains(csp, "script") || strings.Contains(csp, "*") {
		w.t.Errorf("%s %s: policy %q", method, path, csp)
	}
	return resp.StatusCode, string(data), h
}

// pass is the cookie that a browser has.
func (r *reader) pass() string {
	u, err := url.Parse(r.w.server.URL + "/kaart/")
	if err != nil {
		r.w.t.Fatal(err)
	}
	for _, c := range r.Jar.Cookies(u) {
		if c.Name == "kaart" {
			return c.Value
		}
	}
	r.w.t.Fatal("the browser has no pass")
	return ""
}

// Every route, with every method, by a browser without a card, with one that is
// over, with another's, and with its own.
func TestEveryRouteAsksWhoItIs(t *testing.T) {
	const secret = "Samen een plan maken" // stands on every page that shows something
	w := newWorld(t, "2016-05-01")
	over, _ := w.started("g1")
	stale := over.pass()
	w.clock.Advance(bot.CardIdle + 1)
	father, _ := w.started("g2")
	for _, route := range routes {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} {
			known := method == route.method || route.method == "GET" && method == "HEAD"
			for _, other := range routes {
				known = known || other.path == route.path && (method == other.method || other.method == "GET" && method == "HEAD")
			}
			for name, pass := range map[string]string{"nobody": "", "a pass that is over": stale, "a pass that was made up": "x.1.y", "a very long one": strings.Repeat("a", 4000)} {
				code, body, h := w.ask(method, route.path, pass, route.form)
				if strings.Contains(body, secret) {
					t.Errorf("%s: %s %s shows the card", name, method, route.path)
				}
				switch {
				case !known && code != http.StatusMethodNotAllowed && code != http.StatusForbidden:
					t.Errorf("%s: %s %s = %d, want it not to be known", name, method, route.path, code)
				case known && method == "POST" && code != http.StatusForbidden && code != http.StatusTooManyRequests && (route.path != "/kaart/sluit" || code != http.StatusSeeOther):
					t.Errorf("%s: %s %s = %d, want a no", name, method, route.path, code)
				case known && method == "GET" && !route.open && code != http.StatusForbidden && (pass != "" || route.path != "/kaart/"):
					t.Errorf("%s: %s %s = %d, want a no", name, method, route.path, code)
				}
				if code == http.StatusOK && len(h.Values("Set-Cookie")) > 0 {
					t.Errorf("%s: %s %s sets %v", name, method, route.path, h.Values("Set-Cookie"))
				}
			}
		}
	}
	// Nothing came of all that.
	w.clock.Advance(bot.CardIdle / 2)
	father.get("/kaart/")
	father.wants(http.StatusOK, secret)
	father.lacks("Gevraagd op", "zelf, op deze kaart")

	// Somebody with a card of their own, and the form of another: a stolen token is
	// no good, and neither is none.
	w.clock.Advance(time.Hour)
	mother, _ := w.started("g1")
	theirs := mother.csrf
	father, p := w.started("g2")
	for _, route := range routes {
		if route.method != "POST" || route.open {
			continue
		}
		for name, token := range map[string]string{"the mother's token": theirs, "no token": "", "a token that was made up": strings.Repeat("A", 43)} {
			w.clock.Advance(5 * time.Minute) // the limit on openings is another test
			father.open(p)
			form := url.Values{"csrf": {token}}
			for k, v := range route.form {
				form[k] = v
			}
			code, body, _ := w.ask("POST", route.path, father.pass(), form)
			if strings.Contains(body, secret) || route.path != "/kaart/sluit" && code != http.StatusForbidden {
				t.Errorf("%s: POST %s = %d", name, route.path, code)
			}
		}
	}
	w.clock.Advance(time.Hour)
	for _, who := range []string{"g1", "g2"} {
		r, p := w.started(who)
		r.open(p)
		r.get("/kaart/")
		r.lacks("Gevraagd op", "zelf, op deze kaart")
	}
}

func TestAnotherSitesFormDoesNothingAndAnOldPhoneStillOpensItsCard(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	r, p := w.started("g1")
	form := url.Values{"csrf": {r.csrf}, "kind": {"access"}, "text": {"Ik wil graag alles lezen."}}
	for name, header := range map[string][]string{
		"another site":     {"Sec-Fetch-Site", "cross-site"},
		"a neighbour":      {"Sec-Fetch-Site", "same-site"},
		"another's origin": {"Origin", "https://elders.example.org"},
		"from nowhere":     {"Origin", "null"},
	} {
		if code, _, _ := w.ask("POST", "/kaart/verzoek", r.pass(), form, header...); code != http.StatusForbidden {
			t.Errorf("%s: %d, want a no", name, code)
		}
	}
	r.get("/kaart/")
	r.wants(http.StatusOK, "Samen een plan maken")
	r.lacks("Gevraagd op")
	// It tells where a form comes from in its origin alone.
	code, _, h := w.ask("POST", "/kaart/open", "", url.Values{"code": {p.code}, "pin": {p.pin}}, "Origin", w.server.URL)
	if code != http.StatusSeeOther {
		t.Errorf("an old phone: %d, want it open", code)
	}
	c, err := http.ParseSetCookie(h.Get("Set-Cookie"))
	if err != nil || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/kaart/" || c.MaxAge <= 0 {
		t.Errorf("the cookie is %v, %v", c, err)
	}
}

// A pass that somebody put into a browser beforehand is not the one that the card
// is opened with, and is good for nothing afterwards.
func TestAPassThatWasPlantedIsNotTakenOver(t *testing.T) {
	w := newWorld(t, "2016-05-01")
	father, _ := w.started("g2")
	planted := father.pass()
	p := w.make("g1")
	victim := w.browser()
	u, err := url.Parse(w.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	victim.Jar.SetCookies(u, []*http.Cookie{{Name: "kaart", Value: planted, Path: "/kaart/"}})
	victim.open(p)
	victim.wants(http.StatusOK, "Kies een eigen pincode")
	if victim.pass() == planted {
		t.Error("the card is opened with the pass that was there")
	}
	victim.post("/kaart/pin", "pin", ownPIN, "again", ownPIN)
	victim.wants(http.StatusOK, "Uw pincode is bewaard")
	if _, body, _ := w.ask("GET", "/kaart/", planted, nil); strings.Contains(body, "zelf, op deze kaart") {
		t.Error("the father's pass shows the mother's card")
	}
}

// Sixty tries altogether, wherever they come from, each of them through a proxy of
// ours.
func TestGuessesFromEverywhereHaveABudgetTogether(t *testing.T) {
	w := newWorldBehind(t, "2016-05-01", netip.MustParsePrefix("127.0.0.1/32"))
	_, p := w.started("g1")
	w.later(bot.CardIdle)
	busy := 0
	for i := range 66 {
		form := url.Values{"code": {"7777-7777-7777"}, "pin": {"135790"}}
		code, _, _ := w.ask("POST", "/kaart/open", "", form, "X-Forwarded-For", fmt.Sprintf("192.0.2.%d", i+1))
		switch code {
		case http.StatusTooManyRequests:
			busy++
		case http.StatusForbidden:
		default:
			t.Fatalf("guess %d: %d", i, code)
		}
	}
	if busy != 6 {
		t.Errorf("%d of 66 guesses from as many places were put off, want 6", busy)
	}
	// It passes, and the card is none the worse for it.
	w.later(bot.CardIdle)
	r := w.browser()
	r.open(p)
	r.wants(http.StatusOK, "Uw kaart")
}

// Whatever is sent, a page or a plain no comes of it, and never what is inside.
func FuzzWhatIsSentToACard(f *testing.F) {
	f.Add("/kaart/zeg", "agreement=false&discloser=aanbieder&c:health/school-a=given", "nl", "x.1.y")
	f.Add("/kaart/zeg", "c:=given&c:/=&c:health=maybe&discloser=", "ar", "")
	f.Add("/kaart/open", "code=%ff%fe&pin=%d9%a1%d9%a2", "tr,en;q=0.5", "....")
	f.Add("/kaart/open", "code=%zz", "*", strings.Repeat(".", 100))
	f.Add("/kaart/bezwaar", "seat=%00&text=%e2%80%ae", "uk-UA", "1.2.3")
	f.Add("/kaart/zeg/99999999999999999999", "", "", "")
	f.Add("/kaart/k/%2e%2e%2f", "", "", "")
	w := newWorld(f, "2016-05-01")
	r, p := w.started("g1")
	f.Fuzz(func(t *testing.T, path, form, lang, pass string) {
		w.t = t
		u, err := url.Parse(w.server.URL + "/kaart/" + strings.TrimPrefix(path, "/kaart/"))
		if err != nil {
			return // no address
		}
		for _, mine := range []bool{false, true} {
			method, body, cookie := "POST", form, pass
			if mine {
				// As somebody who has the card open and its token.
				if r.get("/kaart/"); r.code != http.StatusOK {
					w.clock.Advance(bot.CardIdle)
					r.open(p)
				}
				cookie = r.pass()
				body = "csrf=" + url.QueryEscape(r.csrf) + "&" + form
			}
			if form == "" {
				method = "GET"
			}
			req, err := http.NewRequestWithContext(t.Context(), method, u.String(), strings.NewReader(body))
			if err != nil {
				return // no request
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("Accept-Language", strings.Map(printable, lang))
			req.Header.Set("Cookie", "kaart="+strings.Map(printable, cookie))
			resp, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				return // not sent
			}
			data, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || resp.StatusCode >= 500 {
				t.Errorf("%s %q %q = %d %v %s\n%s", method, path, form, resp.StatusCode, err, data, w.log.said())
			}
			if !mine && strings.Contains(string(data), "Samen een plan maken") {
				t.Errorf("%s %q %q with %q shows the card", method, path, form, pass)
			}
		}
	})
}

func printable(r rune) rune {
	if r < ' ' || r > '~' || r == ';' || r == ',' {
		return -1
	}
	return r
}
