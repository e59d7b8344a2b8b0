package oidc

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// goodbye is what the provider says when it signed somebody out.
func (h *hostile) goodbye() (head, body map[string]any) {
	return map[string]any{"alg": "RS256", "kid": "1", "typ": "logout+jwt"},
		map[string]any{"iss": h.URL, "aud": client, "iat": epoch.Unix(), "exp": epoch.Add(2 * time.Minute).Unix(), "jti": "een", "sub": "abc-123", "sid": "s1",
			"events": map[string]any{logoutEvent: map[string]any{}}}
}

func formOf(token string) string { return url.Values{"logout_token": {token}}.Encode() }

func TestASignOutNamesTheSignInsThatItEnds(t *testing.T) {
	for _, c := range []struct {
		name  string
		sid   bool // the sign-in says its session
		claim func(m map[string]any)
		wide  int  // how many of its names are over up to the moment
		ended bool // whether its session is over for good
	}{
		{"a session of somebody", true, func(map[string]any) {}, 0, true},
		{"a session", true, func(m map[string]any) { delete(m, "sub") }, 0, true},
		{"somebody, everywhere", true, func(m map[string]any) { delete(m, "sid") }, 1, false},
		{"another session", true, func(m map[string]any) { m["sid"] = "s2" }, 0, false},
		{"somebody else", true, func(m map[string]any) { delete(m, "sid"); m["sub"] = "xyz" }, 0, false},
		{"a session by the name of a person", true, func(m map[string]any) { delete(m, "sub"); m["sid"] = "abc-123" }, 0, false},
		{"a session of somebody whose sign-in named none", false, func(map[string]any) {}, 1, false},
		{"somebody whose sign-in named no session", false, func(m map[string]any) { delete(m, "sid") }, 1, false},
		{"a session of somebody else whose sign-in named none", false, func(m map[string]any) { m["sub"] = "xyz" }, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHostile(t)
			p, _ := mustProvider(t, h)
			h.claim = func(m map[string]any) {
				if c.sid {
					m["sid"] = "s1"
				}
			}
			address, kept := mustBegin(t, p)
			a, err := p.Arrive(t.Context(), kept, h.goes(address).Encode())
			if err != nil || !a.At.Equal(epoch) || len(a.Names) != 2 {
				t.Fatalf("%+v, %v", a, err)
			}
			head, body := h.goodbye()
			c.claim(body)
			d, err := p.Depart(t.Context(), formOf(h.signed(head, body)))
			if err != nil || !d.At.Equal(epoch) || d.Once == "" {
				t.Fatalf("%+v, %v", d, err)
			}
			wide := 0
			for _, name := range d.Wide {
				if slices.Contains(a.Names, name) {
					wide++
				}
			}
			if ended := slices.Contains(a.Names, d.Ended); wide != c.wide || ended != c.ended {
				t.Errorf("ends %q up to then and %q for good, of a sign-in with the names %q", d.Wide, d.Ended, a.Names)
			}
		})
	}
}

// Every row is something that somebody may send us, or a provider may get wrong.
func TestWhatDoesNotHoldSignsNobodyOut(t *testing.T) {
	type setting struct {
		h          *hostile
		p          *Provider
		head, body map[string]any
		form       url.Values // instead of what the token makes
	}
	claim := func(name string, value any) func(*setting) { return func(s *setting) { s.body[name] = value } }
	without := func(names ...string) func(*setting) {
		return func(s *setting) {
			for _, n := range names {
				delete(s.body, n)
			}
		}
	}
	sign := func(f func(h *hostile) func(head, body map[string]any) string) func(*setting) {
		return func(s *setting) { s.h.sign = f(s.h) }
	}
	good := func(s *setting) string { return s.h.signed(s.head, s.body) }
	for _, c := range []struct {
		name   string
		change func(*setting)
		kind   Kind
		why    string
	}{
		{"for another client", claim("aud", "mattermost"), ErrWrong, "logout_token"},
		{"for nobody", without("aud"), ErrWrong, "logout_token"},
		{"of another issuer", claim("iss", "https://elders.example"), ErrWrong, "logout_token"},
		{"of the issuer with a slash", func(s *setting) { s.body["iss"] = s.h.URL + "/" }, ErrWrong, "logout_token"},
		{"with a nonce: it may be a token to sign in with", claim("nonce", "x"), ErrWrong, "nonce"},
		{"with a nonce that is nothing", claim("nonce", nil), ErrWrong, "nonce"},
		{"without a signature", sign(func(*hostile) func(_, _ map[string]any) string { return none }), ErrWrong, "logout_token"},
		{"signed with the public key as a secret", sign(func(h *hostile) func(_, _ map[string]any) string { return h.shared }), ErrWrong, "logout_token"},
		{"signed with a key of somebody else", sign(func(h *hostile) func(_, _ map[string]any) string { return h.forged }), ErrWrong, "logout_token"},
		{"signed with a key that it brings along", sign(func(h *hostile) func(_, _ map[string]any) string { return h.embedded }), ErrWrong, "logout_token"},
		{"expired", claim("exp", epoch.Add(-leeway-time.Second).Unix()), ErrWrong, "expired"},
		{"without an end", without("exp"), ErrWrong, "expired"},
		{"of long ago, with a long term", func(s *setting) {
			s.body["iat"], s.body["exp"] = epoch.Add(-LogoutTerm-leeway-time.Second).Unix(), epoch.Add(time.Hour).Unix()
		}, ErrWrong, "issued_at"},
		{"of the future", claim("iat", epoch.Add(leeway+time.Second).Unix()), ErrWrong, "issued_at"},
		{"of no one knows when", without("iat"), ErrWrong, "issued_at"},
		{"without a name of its own", without("jti"), ErrWrong, "jti"},
		{"with a blank name of its own", claim("jti", ""), ErrWrong, "jti"},
		{"about no event", without("events"), ErrWrong, "events"},
		{"about another event", claim("events", map[string]any{"http://schemas.openid.net/event/other": map[string]any{}}), ErrWrong, "events"},
		{"about an event that is a word", claim("events", map[string]any{logoutEvent: "x"}), ErrWrong, "events"},
		{"about an event that is nothing", claim("events", map[string]any{logoutEvent: nil}), ErrWrong, "events"},
		{"about events that are a list", claim("events", []string{logoutEvent}), ErrWrong, "claims"},
		{"about nobody", without("sub", "sid"), ErrNobody, "sub"},
		{"about somebody without a name", claim("sub", ""), ErrNobody, "sub"},
		{"about a session with a line break", claim("sid", "a\nb"), ErrNobody, "sub"},
		{"about a session longer than any", claim("sid", strings.Repeat("a", maxAccount+1)), ErrNobody, "sub"},
		{"about a session that is a number", claim("sid", 7), ErrWrong, "claims"},
		{"a token to sign in with", func(s *setting) {
			s.head["typ"], s.body = "JWT", map[string]any{"iss": s.h.URL, "aud": client, "sub": "abc-123", "nonce": "n", "iat": epoch.Unix(), "exp": epoch.Add(time.Minute).Unix()}
		}, ErrWrong, "nonce"},
		{"a token to use something with", func(s *setting) { s.head["typ"] = "at+jwt" }, ErrWrong, "type"},
		{"a token of a type that is a number", func(s *setting) { s.head["typ"] = 7 }, ErrWrong, "type"},
		{"a token that says that one must know more", func(s *setting) { s.head["crit"] = []string{"x"} }, ErrWrong, "logout_token"},
		{"a word", func(s *setting) { s.form = url.Values{"logout_token": {"a.b.c"}} }, ErrWrong, "type"},
		{"nothing", func(s *setting) { s.form = url.Values{} }, ErrWrong, "form"},
		{"a blank", func(s *setting) { s.form = url.Values{"logout_token": {""}} }, ErrWrong, "form"},
		{"two", func(s *setting) { s.form = url.Values{"logout_token": {good(s), good(s)}} }, ErrWrong, "form"},
		{"under another name", func(s *setting) { s.form = url.Values{"id_token": {good(s)}} }, ErrWrong, "form"},
		{"a very long one", func(s *setting) { s.body["x"] = strings.Repeat("x", maxLogout) }, ErrWrong, "form"},
		{"changed on its way", func(s *setting) {
			parts := strings.Split(good(s), ".")
			s.body["sub"] = "een ander"
			parts[1] = b64(jsonOf(s.body))
			s.form = url.Values{"logout_token": {strings.Join(parts, ".")}}
		}, ErrWrong, "logout_token"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHostile(t)
			p, _ := mustProvider(t, h)
			s := &setting{h: h, p: p}
			s.head, s.body = h.goodbye()
			c.change(s)
			if s.form == nil {
				make := h.signed
				if h.sign != nil {
					make = h.sign
				}
				s.form = url.Values{"logout_token": {make(s.head, s.body)}}
			}
			d, err := p.Depart(t.Context(), s.form.Encode())
			var e *Error
			if !errors.As(err, &e) || e.Kind != c.kind || e.Why != c.why || d.Once != "" || d.Ended != "" || d.Wide != nil {
				t.Fatalf("Depart = %+v, %v; want %s: %s", d, err, c.kind, c.why)
			}
			if strings.Contains(err.Error(), "abc-123") || strings.Contains(err.Error(), "elders") {
				t.Error("the error tells what was sent")
			}
			if (c.why == "form" || c.why == "type") && len(h.asked) > 0 {
				t.Error("the provider was asked something")
			}
		})
	}
}

func TestTheEdgesOfASignOut(t *testing.T) {
	for name, change := range map[string]func(head, body map[string]any){
		"as it comes":                func(_, _ map[string]any) {},
		"of no type":                 func(head, _ map[string]any) { delete(head, "typ") },
		"of the type of any":         func(head, _ map[string]any) { head["typ"] = "JWT" },
		"of the type written out":    func(head, _ map[string]any) { head["typ"] = "application/logout+jwt" },
		"for us among others":        func(_, body map[string]any) { body["aud"] = []string{"mattermost", client} },
		"expired just now":           func(_, body map[string]any) { body["exp"] = epoch.Add(-leeway).Unix() },
		"as old as it may be":        func(_, body map[string]any) { body["iat"] = epoch.Add(-LogoutTerm - leeway).Unix() },
		"a little ahead":             func(_, body map[string]any) { body["iat"] = epoch.Add(leeway).Unix() },
		"about other events as well": func(_, body map[string]any) { body["events"].(map[string]any)["http://x.example"] = 7 },
		"with a word in the event":   func(_, body map[string]any) { body["events"] = map[string]any{logoutEvent: map[string]any{"x": "y"}} },
	} {
		h := newHostile(t)
		p, _ := mustProvider(t, h)
		head, body := h.goodbye()
		change(head, body)
		if d, err := p.Depart(t.Context(), formOf(h.signed(head, body))); err != nil || d.Ended == "" {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}

func TestTokensWithKeysThatNobodyKnowsDoNotMakeUsAskTheProviderEachTime(t *testing.T) {
	h := newHostile(t)
	p, clock := mustProvider(t, h)
	say := func(change func(head map[string]any)) error {
		head, body := h.goodbye()
		change(head)
		_, err := p.Depart(t.Context(), formOf(h.signed(head, body)))
		return err
	}
	for i := range 20 {
		if err := say(func(head map[string]any) { head["kid"] = "verzonnen" }); err == nil {
			t.Fatal("a key that nobody knows is believed")
		}
		_ = i
	}
	if n := h.saw("/keys"); n != 1 {
		t.Errorf("the keys were fetched %d times, want once", n)
	}
	// What is signed with a key that we know is believed meanwhile, and somebody signs in.
	if err := say(func(map[string]any) {}); err != nil {
		t.Error(err)
	}
	address, kept := mustBegin(t, p)
	if _, err := p.Arrive(t.Context(), kept, h.goes(address).Encode()); err != nil {
		t.Error(err)
	}
	clock.pass(awayTerm)
	before := h.saw("/keys")
	_ = say(func(head map[string]any) { head["kid"] = "verzonnen" })
	if n := h.saw("/keys") - before; n != 1 {
		t.Errorf("a while later they were fetched %d times, want once", n)
	}
}

func TestManySignOutsAtOnceKeepNobodyFromSigningIn(t *testing.T) {
	h := newHostile(t)
	p, _ := mustProvider(t, h)
	for range atOnce {
		p.leaving <- struct{}{}
	}
	head, body := h.goodbye()
	token := formOf(h.signed(head, body))
	if _, err := p.Depart(t.Context(), token); KindOf(err) != ErrBusy {
		t.Errorf("Depart = %v, want busy", err)
	}
	address, kept := mustBegin(t, p)
	if _, err := p.Arrive(t.Context(), kept, h.goes(address).Encode()); err != nil {
		t.Error(err)
	}
	<-p.leaving
	if _, err := p.Depart(t.Context(), token); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestASignOutOfAProviderThatIsAwayIsNotTaken(t *testing.T) {
	h := newHostile(t)
	p, _ := mustProvider(t, h)
	head, body := h.goodbye()
	token := formOf(h.signed(head, body))
	h.answer = func(path string, w http.ResponseWriter) bool {
		if path == "/keys" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return path == "/keys"
	}
	if d, err := p.Depart(t.Context(), token); KindOf(err) != ErrAway || d.Once != "" {
		t.Errorf("its keys are away: %+v, %v", d, err)
	}
	h.Close()
	p, _ = mustProvider(t, h)
	if d, err := p.Depart(t.Context(), token); KindOf(err) != ErrAway || d.Once != "" {
		t.Errorf("%+v, %v", d, err)
	}
}

func FuzzWhatAProviderSaysOfASignOut(f *testing.F) {
	h := newHostile(f)
	p, _ := mustProvider(f, h)
	head, body := h.goodbye()
	good := formOf(h.signed(maps.Clone(head), body))
	for _, s := range []string{good, "", "logout_token=a.b.c", "logout_token=" + strings.Repeat("A", 99), good + "&" + good, "%zz"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := p.Depart(t.Context(), s)
		// Whatever is believed holds the token that was signed.
		if q, bad := url.ParseQuery(s); err == nil && (bad != nil || !strings.HasPrefix(good, url.Values{"logout_token": q["logout_token"]}.Encode())) {
			t.Errorf("%q gives %+v", s, d)
		}
	})
}
