package dashboard_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/web/dashboard"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// say sends a form to where a provider says that it signed somebody out.
func (o *office) say(form string, change ...func(*http.Request)) seen {
	o.t.Helper()
	r, err := http.NewRequest("POST", o.at+dashboard.Ended, strings.NewReader(form))
	if err != nil {
		o.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, f := range change {
		f(r)
	}
	return o.visitor().send(r)
}

func (f *fake) ended() []bot.Ended {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.outs)
}

func (f *fake) cameWith() bot.Proof {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.proof
}

var logoutXSRF = regexp.MustCompile(`name="xsrf" value="([^"]*)"`)

// goodbye signs out with the provider itself, as its own page does.
func (v *visitor) goodbye() {
	v.t.Helper()
	at := v.o.provider.Issuer + "/session/end"
	m := logoutXSRF.FindStringSubmatch(v.get(at).body)
	if m == nil {
		v.t.Fatal("the provider does not ask whether one is sure")
	}
	r, err := http.NewRequest("POST", at+"/confirm", strings.NewReader(url.Values{"xsrf": {m[1]}, "logout": {"yes"}}.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if got := v.send(r); got.status/100 != 3 {
		v.t.Fatalf("signing out with the provider: %d: %.300s", got.status, got.body)
	}
}

func TestWhoIsSignedOutByTheProviderIsSignedOutHere(t *testing.T) {
	for name, everywhere := range map[string]bool{"of the session": false, "of the person": true} {
		t.Run(name, func(t *testing.T) {
			o := officeOf(t, testserver.OIDCClient{Everywhere: everywhere})
			v := o.visitor()
			if got := v.get(v.through(v.begin(""), as("ingrid"))); got.status != 200 {
				t.Fatalf("signed in: %d", got.status)
			}
			proof := o.bot.cameWith()
			if proof.At.IsZero() || len(proof.Names) != 2 {
				t.Fatalf("came with %+v", proof)
			}
			v.goodbye()
			// The provider tells it before it answers, and says afterwards what became of it.
			ended := o.bot.ended()
			i := slices.IndexFunc(ended, func(e bot.Ended) bool { return slices.Contains(proof.Names, e.Name) })
			if i < 0 || ended[i].At.IsZero() == everywhere {
				t.Fatalf("ended %+v of %q; the provider: %q; the log: %s", ended, proof.Names, o.provider.Told(), o.said())
			}
			if everywhere && ended[i].At.Before(proof.At) {
				t.Errorf("ended up to %v what was proved at %v", ended[i].At, proof.At)
			}
		})
	}
}

// Each is signed with the provider's own key unless it says otherwise.
func TestNobodyButTheProviderSignsAnybodyOutAndOnlyOnce(t *testing.T) {
	o := newOffice(t)
	count := 0
	claims := func(change ...func(m map[string]any)) map[string]any {
		count++
		now := time.Now()
		m := map[string]any{"iss": o.provider.Issuer, "aud": "bot", "sub": "ingrid", "sid": "s1", "iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(),
			"jti": "j" + strings.Repeat("i", count), "events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}}
		for _, f := range change {
			f(m)
		}
		return m
	}
	set := func(name string, value any) func(map[string]any) { return func(m map[string]any) { m[name] = value } }
	form := func(token string) string { return url.Values{"logout_token": {token}}.Encode() }
	good := form(o.provider.Sign(nil, claims()))
	refused := func(name, form string, change ...func(*http.Request)) {
		t.Helper()
		before := len(o.bot.ended())
		if got := o.say(form, change...); got.status != 400 && got.status != 403 || strings.Contains(got.body, "ingrid") {
			t.Errorf("%s: %d: %.200s", name, got.status, got.body)
		}
		if len(o.bot.ended()) != before {
			t.Errorf("%s: somebody was signed out", name)
		}
	}
	other := newOffice(t)
	unsigned := o.provider.Sign(map[string]any{"alg": "none"}, claims())
	for name, body := range map[string]string{
		"for another client":                     form(o.provider.Sign(nil, claims(set("aud", "mattermost")))),
		"with a nonce":                           form(o.provider.Sign(nil, claims(set("nonce", "x")))),
		"that says it has no algorithm":          form(unsigned),
		"without a signature":                    form(unsigned[:strings.LastIndex(unsigned, ".")+1]),
		"expired":                                form(o.provider.Sign(nil, claims(set("exp", time.Now().Add(-time.Hour).Unix())))),
		"of an hour ago":                         form(o.provider.Sign(nil, claims(set("iat", time.Now().Add(-time.Hour).Unix())))),
		"of another issuer":                      form(o.provider.Sign(nil, claims(set("iss", other.provider.Issuer)))),
		"by another provider":                    form(other.provider.Sign(nil, claims())),
		"by another provider for its own client": form(other.provider.Sign(nil, claims(set("iss", other.provider.Issuer)))),
		"about nothing":                          form(o.provider.Sign(nil, claims(set("events", map[string]any{})))),
		"without a name of its own":              form(o.provider.Sign(nil, claims(set("jti", "")))),
		"about nobody":                           form(o.provider.Sign(nil, claims(func(m map[string]any) { delete(m, "sub"); delete(m, "sid") }))),
		"a token to sign in with":                form(o.provider.Sign(map[string]any{"typ": "JWT"}, claims(set("nonce", "n"), func(m map[string]any) { delete(m, "events"); delete(m, "jti") }))),
		"two at once":                            good + "&" + good,
		"nothing":                                "",
		"far too much":                           "logout_token=" + strings.Repeat("A", 1<<20),
	} {
		refused(name, body)
	}
	refused("by a page of another site", good, func(r *http.Request) {
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", "https://elders.example")
	})
	refused("not as a form", good, func(r *http.Request) { r.Header.Set("Content-Type", "application/json") })
	refused("of no kind", good, func(r *http.Request) { r.Header.Del("Content-Type") })

	if got := o.say(good); got.status != 200 || got.body != "" || len(o.bot.ended()) != 2 || len(got.cookies) != 0 {
		t.Fatalf("as it is: %d: %.200s", got.status, got.body)
	}
	refused("again", good)

	// The bot cannot keep it: the provider hears that it failed.
	o.bot.mu.Lock()
	o.bot.err = bot.ErrBusy
	o.bot.mu.Unlock()
	if got := o.say(form(o.provider.Sign(nil, claims()))); got.status != 400 {
		t.Errorf("the store is away: %d", got.status)
	}
	for _, personal := range []string{"ingrid", "s1", "logout_token="} {
		if strings.Contains(o.said(), personal) {
			t.Errorf("the log tells %q:\n%s", personal, o.said())
		}
	}
}

func TestWhereAProviderSaysThatItSignedSomebodyOutNobodyReadsAnything(t *testing.T) {
	o := newOffice(t)
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		r, err := http.NewRequest(method, o.at+dashboard.Ended, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.visitor().send(r); got.status/100 != 4 {
			t.Errorf("%s: %d", method, got.status)
		}
	}
	s := newSite(t, true)
	if w := s.do("POST", dashboard.Ended, url.Values{"logout_token": {"x"}}); w.Code != 403 && w.Code != 404 {
		t.Errorf("without a provider: %d", w.Code)
	}
}
