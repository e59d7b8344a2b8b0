package dashboard_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/web/dashboard"
	"github.com/convenantbot/convenantbot/adapters/web/oidc"
	"github.com/convenantbot/convenantbot/adapters/web/page"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// office is the pages on an address of their own, a real provider, and the log.
type office struct {
	t        testing.TB
	at       string
	bot      *fake
	provider *testserver.OIDC

	mu  sync.Mutex
	now time.Time
	log bytes.Buffer
}

// Write implements io.Writer for the log.
func (o *office) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.log.Write(b)
}

func (o *office) said() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.log.String()
}

func (o *office) clock() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

// pass moves the clock of the pages; the provider's stays where it is.
func (o *office) pass(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now = o.now.Add(d)
}

func newOffice(t testing.TB, change ...func(*oidc.Options)) *office {
	t.Helper()
	return officeOf(t, testserver.OIDCClient{Chooses: true}, change...)
}

// officeOf is an office whose provider is like: whether it tells of the session or of
// the person everywhere when somebody signs out with it, and whether it lets people
// choose another account.
func officeOf(t testing.TB, like testserver.OIDCClient, change ...func(*oidc.Options)) *office {
	t.Helper()
	o := &office{t: t, bot: &fake{}, now: time.Now()}
	var h http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	o.at = server.URL
	o.provider = testserver.StartOIDC(t, testserver.OIDCClient{ID: "bot", Secret: "geheim: van/de client", Redirects: []string{o.at + dashboard.Return}, After: []string{o.at + dashboard.Front}, Tells: o.at + dashboard.Ended, Everywhere: like.Everywhere, Chooses: like.Chooses},
		map[string]map[string]any{"ingrid": {"email": "ingrid@example.org"},
			// Says of itself that it has the FG's address, and that nobody looked.
			"noor": {"email": "ingrid", "email_verified": false, "chat_id": "ingrid"}})
	options := oidc.Options{Issuer: o.provider.Issuer, ClientID: "bot", Secret: func() string { return "geheim: van/de client" },
		Redirect: o.at + dashboard.Return, Scopes: []string{"email"}, Now: o.clock}
	for _, f := range change {
		f(&options)
	}
	p, err := oidc.New(options)
	if err != nil {
		t.Fatal(err)
	}
	site, err := page.NewSite(o.at)
	if err != nil {
		t.Fatal(err)
	}
	h = site.Guard(dashboard.Handler(dashboard.Options{Service: o.bot, Ledger: &ledger{}, Log: slog.New(slog.NewTextHandler(o, nil)),
		Health: func(context.Context) []dashboard.Finding { return nil },
		SignIn: &dashboard.SignIn{Provider: p, Name: "Organisatie", Platform: "oidc", Home: o.at + dashboard.Front}}))
	return o
}

// visitor is a browser without a screen. It follows nothing by itself.
type visitor struct {
	t testing.TB
	c *http.Client
	o *office
}

func (o *office) visitor() *visitor {
	o.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	return &visitor{o.t, &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, o}
}

// seen is what a browser got.
type seen struct {
	status   int
	location string
	body     string
	cookies  []*http.Cookie
}

func (v *visitor) send(r *http.Request) seen {
	v.t.Helper()
	answer, err := v.c.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	where := ""
	if l, err := answer.Location(); err == nil {
		where = l.String()
	}
	return seen{answer.StatusCode, where, string(body), answer.Cookies()}
}

func (v *visitor) get(address string) seen {
	v.t.Helper()
	r, err := http.NewRequest("GET", address, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	return v.send(r)
}

// begin goes from our page to the provider, and returns the address to go to.
func (v *visitor) begin(to string) string {
	v.t.Helper()
	got := v.get(v.o.at + dashboard.Front + "/start" + to)
	if got.status != 303 || !strings.HasPrefix(got.location, v.o.provider.Issuer+"/") {
		v.t.Fatalf("begin: %d to %q: %.300s", got.status, got.location, got.body)
	}
	return got.location
}

// through signs in at the provider as somebody, and returns the address with which it
// sends the browser back to us.
func (v *visitor) through(address string, form url.Values) string {
	v.t.Helper()
	for range 10 {
		got := v.get(address)
		if got.status == 200 && strings.Contains(address, "/interaction/") {
			r, err := http.NewRequest("POST", address, strings.NewReader(form.Encode()))
			if err != nil {
				v.t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			got = v.send(r)
		}
		// Whoever becomes another signs out first, which a browser does by itself.
		if m := onward.FindStringSubmatch(got.body); got.status == 200 && m != nil {
			gone := url.Values{}
			for _, one := range hidden.FindAllStringSubmatch(got.body, -1) {
				gone.Set(one[1], one[2])
			}
			r, err := http.NewRequest("POST", m[1], strings.NewReader(gone.Encode()))
			if err != nil {
				v.t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			got = v.send(r)
		}
		if got.location == "" {
			v.t.Fatalf("at the provider: %d at %s: %.500s", got.status, address, got.body)
		}
		if address = got.location; strings.HasPrefix(address, v.o.at) {
			return address
		}
	}
	v.t.Fatal("the provider never sends back")
	return ""
}

var (
	onward = regexp.MustCompile(`<form method="post" action="([^"]*/session/end/confirm)"`)
	hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
)

func as(who string) url.Values { return url.Values{"login": {who}} }

func cookieOf(all []*http.Cookie, name string) string {
	for _, c := range all {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func TestSomebodySignsInWithTheAccountOfTheirOrganisation(t *testing.T) {
	o := newOffice(t)
	v := o.visitor()
	if got := v.get(o.at + dashboard.Front); got.status != 200 || !strings.Contains(got.body, "Log in met Organisatie") || !strings.Contains(got.body, "/convenant overzicht") {
		t.Errorf("the page to sign in: %d: %.400s", got.status, got.body)
	}
	back := v.through(v.begin("?naar="+url.QueryEscape("/overzicht/fg/school-a/casussen")), as("ingrid"))
	got := v.get(back)
	if got.status != 200 || cookieOf(got.cookies, "overzicht") != session || !strings.Contains(got.body, `content="0;url=/overzicht/fg/school-a/casussen"`) {
		t.Fatalf("back: %d, %v: %.600s", got.status, got.cookies, got.body)
	}
	if asked := o.bot.asked(); !slices.Equal(asked, []string{"enter as oidc:ingrid over "}) {
		t.Errorf("the bot was asked %q", asked)
	}
	if got := v.get(o.at + "/overzicht/fg/school-a/casussen"); got.status != 200 {
		t.Errorf("signed in: %d", got.status)
	}
	for _, personal := range []string{"ingrid", "code=", "state="} {
		if strings.Contains(o.said(), personal) {
			t.Errorf("the log tells %q:\n%s", personal, o.said())
		}
	}
}

func TestASignInIsForTheBrowserThatBeganItAndWorksOnce(t *testing.T) {
	o := newOffice(t)
	v := o.visitor()
	back := v.through(v.begin(""), as("ingrid"))

	// Somebody else is sent the address with which the FG's browser would come back, or
	// an attacker's own: neither is signed in.
	other := o.visitor()
	if got := other.get(back); got.status != 403 || cookieOf(got.cookies, "overzicht") != "" || !strings.Contains(got.body, "Begin opnieuw") {
		t.Errorf("a browser that began nothing: %d: %.300s", got.status, got.body)
	}
	other.begin("")
	if got := other.get(back); got.status != 403 || cookieOf(got.cookies, "overzicht") != "" {
		t.Errorf("a browser that began another one: %d", got.status)
	}
	if len(o.bot.asked()) != 0 {
		t.Error("the bot was asked")
	}

	// The right one, with what it kept put aside to be shown again.
	ours, err := url.Parse(o.at)
	if err != nil {
		t.Fatal(err)
	}
	kept := v.c.Jar.Cookies(ours)
	if got := v.get(back); got.status != 200 {
		t.Fatalf("the browser that began: %d: %.300s", got.status, got.body)
	}
	if left := cookieOf(v.c.Jar.Cookies(ours), "overzicht-inloggen"); left != "" {
		t.Error("the browser still keeps what was used")
	}
	if got := v.get(back); got.status != 403 {
		t.Errorf("again: %d", got.status)
	}
	v.c.Jar.SetCookies(ours, kept)
	if got := v.get(back); got.status != 403 || !strings.Contains(got.body, "Begin opnieuw") {
		t.Errorf("again, with what was kept: %d: %.300s", got.status, got.body)
	}
}

func TestWhatABrowserKeepsWhileItIsAwayIsSealedShortAndOnlyOurs(t *testing.T) {
	o := newOffice(t)
	got := o.visitor().get(o.at + dashboard.Front + "/start")
	if len(got.cookies) != 1 {
		t.Fatalf("cookies %v", got.cookies)
	}
	if c := got.cookies[0]; c.Name != "overzicht-inloggen" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 600 || c.Path != "/" || len(c.Value) > 2000 {
		t.Errorf("cookie %+v", c)
	}
	u, err := url.Parse(got.location)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{u.Query().Get("state"), u.Query().Get("nonce")} {
		if secret == "" || strings.Contains(got.cookies[0].Value, secret) {
			t.Error("what was sent to the provider can be read in the cookie")
		}
	}
}

func TestWhoIsNotKnownHearsWhyAndHowToGoOn(t *testing.T) {
	o := newOffice(t)
	v := o.visitor()
	got := v.get(v.through(v.begin(""), as("noor")))
	if got.status != 403 || cookieOf(got.cookies, "overzicht") != "" {
		t.Fatalf("%d, %v", got.status, got.cookies)
	}
	for _, want := range []string{"De bot kent je hier niet", "<code>noor</code>", "/convenant overzicht", "logboek"} {
		if !strings.Contains(got.body, want) {
			t.Errorf("the page lacks %q: %s", want, got.body)
		}
	}
	// An address that somebody says they have is nothing to go by.
	if asked := o.bot.asked(); !slices.Equal(asked, []string{"enter as oidc:noor over "}) {
		t.Errorf("the bot was asked %q", asked)
	}
}

// The provider knew somebody by an account that is nobody's here, and sent them back
// with it again and again: there was no way to the account that is.
func TestWhoCameWithAnAccountThatIsNobodysCanChooseAnother(t *testing.T) {
	link := regexp.MustCompile(`class="knop hoofd" href="([^"]*)">([^<]*)<`)
	for name, one := range map[string]struct {
		like testserver.OIDCClient
		asks []string // of the provider, one after another
	}{
		"a provider that lets people choose":       {testserver.OIDCClient{Chooses: true}, []string{"select_account"}},
		"one that takes being asked for a mistake": {testserver.OIDCClient{}, []string{"select_account", "login"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := officeOf(t, one.like)
			v := o.visitor()
			got := v.get(v.through(v.begin(""), as("noor")))
			if got.status != 403 || !strings.Contains(got.body, "<code>noor</code>") {
				t.Fatalf("%d: %.400s", got.status, got.body)
			}
			// By itself nothing changes: she is not asked anything.
			if again := v.get(v.through(v.begin(""), as("ingrid"))); again.status != 403 || !strings.Contains(again.body, "<code>noor</code>") {
				t.Fatalf("signed in there already: %d: %.400s", again.status, again.body)
			}
			var asks []string
			for range one.asks {
				m := link.FindStringSubmatch(got.body)
				if m == nil || m[2] != "Kies een ander account" || !strings.HasPrefix(m[1], dashboard.Front+"/start?ander=") {
					t.Fatalf("the way to another account is %q: %s", m, got.body)
				}
				to := v.begin(strings.TrimPrefix(m[1], dashboard.Front+"/start"))
				u, err := url.Parse(to)
				if err != nil {
					t.Fatal(err)
				}
				asks = append(asks, u.Query().Get("prompt"))
				got = v.get(v.through(to, as("ingrid")))
			}
			if !slices.Equal(asks, one.asks) || got.status != 200 || cookieOf(got.cookies, "overzicht") != session {
				t.Errorf("asked %q, want %q; then %d: %.400s", asks, one.asks, got.status, got.body)
			}
		})
	}
	// Nothing else is asked of a provider than what we know of.
	o := newOffice(t)
	for _, made := range []string{"none", "consent", "login select_account", "login&scope=x", "x"} {
		if to := o.visitor().begin("?ander=" + url.QueryEscape(made)); strings.Contains(to, "prompt") {
			t.Errorf("asked for %q: %s", made, to)
		}
	}
}

func TestAnotherClaimNamesTheAccount(t *testing.T) {
	o := newOffice(t, func(p *oidc.Options) { p.Claim, p.Scopes = "chat_id", []string{"chat"} })
	v := o.visitor()
	if got := v.get(v.through(v.begin(""), as("noor"))); got.status != 200 {
		t.Errorf("%d: %.300s", got.status, got.body)
	}
	w := o.visitor()
	if got := w.get(w.through(w.begin(""), as("ingrid"))); got.status != 403 || !strings.Contains(got.body, "niet gelukt") {
		t.Errorf("somebody of whom the claim is not known: %d: %.300s", got.status, got.body)
	}
	if asked := o.bot.asked(); !slices.Equal(asked, []string{"enter as oidc:ingrid over "}) {
		t.Errorf("the bot was asked %q", asked)
	}
}

func TestASecondStepIsDemandedWhereTheSettingsSaySo(t *testing.T) {
	for name, change := range map[string]func(*oidc.Options){
		"by level": func(p *oidc.Options) { p.ACR = []string{"two-steps"} },
		"by means": func(p *oidc.Options) { p.AMR = []string{"mfa"} },
	} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t, change)
			v := o.visitor()
			if got := v.get(v.through(v.begin(""), as("ingrid"))); got.status != 403 || !strings.Contains(got.body, "Er is meer nodig") || len(o.bot.asked()) != 0 {
				t.Errorf("with a password alone: %d: %.300s", got.status, got.body)
			}
			w := o.visitor()
			if got := w.get(w.through(w.begin(""), url.Values{"login": {"ingrid"}, "second": {"yes"}})); got.status != 200 {
				t.Errorf("with a second step: %d: %.300s", got.status, got.body)
			}
		})
	}
}

func TestWhoStopsAtTheProviderIsNotSignedIn(t *testing.T) {
	o := newOffice(t)
	v := o.visitor()
	if got := v.get(v.through(v.begin(""), url.Values{"stop": {"yes"}})); got.status != 403 || !strings.Contains(got.body, "Je bent niet ingelogd") {
		t.Errorf("%d: %.300s", got.status, got.body)
	}
}

func TestALinkWorksWhileTheProviderIsAwayAndItWorksAgainWhenItIsBack(t *testing.T) {
	o := newOffice(t)
	o.provider.Stop()
	v := o.visitor()
	got := v.get(o.at + dashboard.Front + "/start")
	if got.status != 503 || !strings.Contains(got.body, "De inlogdienst is er nu niet") || !strings.Contains(got.body, "/convenant overzicht") {
		t.Errorf("away: %d: %.400s", got.status, got.body)
	}
	if got := v.get(o.at + dashboard.Front); got.status != 200 {
		t.Errorf("the page to sign in: %d", got.status)
	}
	r, err := http.NewRequest("POST", o.at+"/overzicht/in", strings.NewReader("link="+goodLink))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if got := o.visitor().send(r); got.status != 303 || cookieOf(got.cookies, "overzicht") != session {
		t.Errorf("by a link: %d: %.300s", got.status, got.body)
	}
	o.provider.Start()
	o.pass(10 * time.Second)
	v.through(v.begin(""), as("ingrid"))
	// It goes away while somebody is there.
	w := o.visitor()
	back := w.through(w.begin(""), as("ingrid"))
	o.provider.Stop()
	if got := w.get(back); got.status != 503 || !strings.Contains(got.body, "De inlogdienst is er nu niet") {
		t.Errorf("gone meanwhile: %d: %.300s", got.status, got.body)
	}
}

func TestSigningInLeadsNowhereButToAViewOfOurs(t *testing.T) {
	o := newOffice(t)
	for _, to := range []string{"https://elders.example/", "//elders.example/x", "/\\elders.example", "/overzicht/../elders/x/y", "/overzicht//elders.example/x",
		"/overzicht/a/b/c/d", "/overzicht/a/b/c?d=https://elders.example", "/overzicht/a/b/..", "/overzicht/%2e%2e/b/%2e%2e", "/overzicht/a%2f/b/c", "/overzicht/a/b/c\r\nSet-Cookie: x=y",
		"javascript:alert(1)", "/kaart/", "overzicht/a/b/c", " /overzicht/a/b/c", "/overzicht/a/b/" + strings.Repeat("c", 100)} {
		v := o.visitor()
		got := v.get(v.through(v.begin("?naar="+url.QueryEscape(to)), as("ingrid")))
		if m := regexp.MustCompile(`url=([^"]*)"`).FindStringSubmatch(got.body); m == nil || m[1] != "/overzicht/" || strings.Contains(got.body, "elders") {
			t.Errorf("naar=%q leads to %q", to, m)
		}
	}
}

func TestWhatAnotherSiteBeginsIsNotBegun(t *testing.T) {
	o := newOffice(t)
	for from, want := range map[string]string{"cross-site": o.at + dashboard.Front, "same-site": o.at + dashboard.Front, "same-origin": o.provider.Issuer, "none": o.provider.Issuer, "": o.provider.Issuer} {
		r, err := http.NewRequest("GET", o.at+dashboard.Front+"/start", nil)
		if err != nil {
			t.Fatal(err)
		}
		if from != "" {
			r.Header.Set("Sec-Fetch-Site", from)
		}
		if got := o.visitor().send(r); got.status != 303 || !strings.HasPrefix(got.location, want) || (want == o.provider.Issuer) != (len(got.cookies) == 1) {
			t.Errorf("from %q: %d to %q, cookies %v", from, got.status, got.location, got.cookies)
		}
	}
}

func TestTheSessionThatWasThereEndsAndWhoSignsOutMayDoSoThereToo(t *testing.T) {
	o := newOffice(t)
	v := o.visitor()
	ours, err := url.Parse(o.at)
	if err != nil {
		t.Fatal(err)
	}
	v.c.Jar.SetCookies(ours, []*http.Cookie{{Name: "overzicht", Value: "GEPLANT", Path: "/"}})
	if got := v.get(v.through(v.begin(""), as("ingrid"))); cookieOf(got.cookies, "overzicht") != session {
		t.Fatalf("%d: %.300s", got.status, got.body)
	}
	if asked := o.bot.asked(); !slices.Equal(asked, []string{"enter as oidc:ingrid over GEPLANT"}) {
		t.Errorf("the bot was asked %q", asked)
	}
	m := csrfField.FindStringSubmatch(v.get(o.at + "/overzicht/fg/school-a/begin").body)
	if m == nil {
		t.Fatal("the page has no form")
	}
	r, err := http.NewRequest("POST", o.at+"/overzicht/uit", strings.NewReader(url.Values{"csrf": {m[1]}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got := v.send(r)
	out := regexp.MustCompile(`href="([^"]*post_logout[^"]*)"`).FindStringSubmatch(got.body)
	if got.status != 200 || out == nil || !strings.HasPrefix(out[1], o.provider.Issuer+"/") || !strings.Contains(got.body, "Log ook uit bij Organisatie") {
		t.Fatalf("signed out: %d: %s", got.status, got.body)
	}
	// The provider knows the address, and asks whether one is sure.
	if got := v.get(strings.ReplaceAll(out[1], "&amp;", "&")); got.status != 200 {
		t.Errorf("at the provider: %d: %.400s", got.status, got.body)
	}
	// Whoever is signed out is offered to come back to where they were.
	got = v.get(o.at + "/overzicht/fg/school-a/casussen")
	if got.status != 401 || !strings.Contains(got.body, "/overzicht/inloggen/start?naar=%2Foverzicht%2Ffg%2Fschool-a%2Fcasussen") {
		t.Errorf("signed out: %d: %.600s", got.status, got.body)
	}
}

func TestWithoutAProviderThereIsNoPageToSignInAt(t *testing.T) {
	s := newSite(t, true)
	for _, path := range []string{dashboard.Front, dashboard.Front + "/start", dashboard.Return + "?state=a&code=b"} {
		if w := s.do("GET", path, nil); w.Code != 403 || w.Header().Get("Location") != "" {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := s.do("GET", "/overzicht/", nil); strings.Contains(w.Body.String(), "inloggen/start") {
		t.Error("a page offers to sign in")
	}
}
