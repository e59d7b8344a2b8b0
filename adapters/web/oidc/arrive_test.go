package oidc

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestSomebodyWhoSignsInIsTheAccountThatTheClaimNames(t *testing.T) {
	h := newHostile(t)
	p, _ := mustProvider(t, h)
	address, kept := mustBegin(t, p)
	a, err := p.Arrive(t.Context(), kept, h.goes(address).Encode())
	if err != nil {
		t.Fatal(err)
	}
	if a.Account != "abc-123" || a.To != "/overzicht/" || a.Old != "oud" || !strings.HasPrefix(a.Once, "sign-in:") {
		t.Errorf("arrived as %+v", a)
	}
	if strings.Contains(kept, "oud") || len(kept) > maxKept {
		t.Error("what the browser keeps can be read, or is too much for a cookie")
	}
	// Another copy finishes what this one began.
	other, _ := mustProvider(t, h)
	address, kept = mustBegin(t, p)
	if _, err := other.Arrive(t.Context(), kept, h.goes(address).Encode()); err != nil {
		t.Errorf("at another copy: %v", err)
	}
}

// Every row is something that somebody may try, or a provider may get wrong, and the
// kind of no that it gets.
func TestWhatDoesNotHoldSignsNobodyIn(t *testing.T) {
	type setting struct {
		h     *hostile
		p     *Provider
		c     *clock
		kept  string
		query url.Values
	}
	claim := func(f func(m map[string]any)) func(*setting) { return func(s *setting) { s.h.claim = f } }
	for _, c := range []struct {
		name   string
		change func(*setting)
		kind   Kind
		why    string // what went before it is what is tested
	}{
		{"another state", func(s *setting) { s.query.Set("state", "ANDERE") }, ErrStale, "state"},
		{"no state", func(s *setting) { s.query.Del("state") }, ErrStale, "query"},
		{"a state that stands there twice", func(s *setting) { s.query.Add("state", "ANDERE") }, ErrStale, "query"},
		{"a code that stands there twice", func(s *setting) { s.query.Add("code", "ANDERE") }, ErrStale, "query"},
		{"a code and a refusal", func(s *setting) { s.query.Set("error", "access_denied") }, ErrStale, "query"},
		{"a very long query", func(s *setting) { s.query.Set("vulling", strings.Repeat("x", maxQuery)) }, ErrStale, "query"},
		{"a browser that began nothing: somebody else's sign-in is put under it", func(s *setting) { s.kept = "" }, ErrStale, "browser"},
		{"a browser that began another one", func(s *setting) { _, s.kept = mustBegin(t, s.p) }, ErrStale, "state"},
		{"a note that was tampered with", func(s *setting) { s.kept = s.kept[:len(s.kept)-3] + "AAA" }, ErrStale, "browser"},
		{"a note of another installation", func(s *setting) {
			q, _ := mustProvider(t, s.h, func(o *Options) { o.Key = []byte("anders") })
			_, s.kept = mustBegin(t, q)
		}, ErrStale, "browser"},
		{"a note too large for a cookie", func(s *setting) { s.kept = strings.Repeat("A", maxKept+1) }, ErrStale, "browser"},
		{"too late", func(s *setting) { s.c.pass(TripTerm) }, ErrStale, "late"},
		{"a made-up code", func(s *setting) { s.query.Set("code", "verzonnen") }, ErrStale, "code"},
		{"a code that was begun by another browser (PKCE)", func(s *setting) {
			address, _ := mustBegin(t, s.p)
			s.query.Set("code", s.h.goes(address).Get("code"))
		}, ErrStale, "code"},
		{"the answer of another provider (mix-up)", func(s *setting) { s.query.Set("iss", "https://elders.example") }, ErrWrong, "other_issuer"},
		{"an answer that does not say of which provider", func(s *setting) { s.query.Del("iss") }, ErrWrong, "other_issuer"},
		{"the refusal of another provider", func(s *setting) {
			s.query = url.Values{"state": s.query["state"], "error": {"access_denied"}, "iss": {"https://elders.example"}}
		}, ErrWrong, "other_issuer"},
		{"the nonce of another sign-in", claim(func(m map[string]any) { m["nonce"] = "ANDERE" }), ErrWrong, "nonce"},
		{"no nonce", claim(func(m map[string]any) { delete(m, "nonce") }), ErrWrong, "nonce"},
		{"another issuer", claim(func(m map[string]any) { m["iss"] = "https://elders.example" }), ErrWrong, "id_token"},
		{"the issuer with a slash", claim(func(m map[string]any) { m["iss"] = m["iss"].(string) + "/" }), ErrWrong, "id_token"},
		{"another audience", claim(func(m map[string]any) { m["aud"] = "mattermost" }), ErrWrong, "id_token"},
		{"no audience", claim(func(m map[string]any) { delete(m, "aud") }), ErrWrong, "id_token"},
		{"issued to another one, with us in the audience", claim(func(m map[string]any) {
			m["aud"], m["azp"] = []string{client, "mattermost"}, "mattermost"
		}), ErrWrong, "authorized_party"},
		{"two audiences, and for neither said that it is theirs", claim(func(m map[string]any) { m["aud"] = []string{client, "mattermost"} }), ErrWrong, "authorized_party"},
		{"expired", claim(func(m map[string]any) { m["exp"] = epoch.Add(-leeway - time.Second).Unix() }), ErrWrong, "expired"},
		{"without an end", claim(func(m map[string]any) { delete(m, "exp") }), ErrWrong, "expired"},
		{"issued in the future", claim(func(m map[string]any) { m["iat"] = epoch.Add(leeway + time.Second).Unix() }), ErrWrong, "issued_at"},
		{"issued long ago", claim(func(m map[string]any) { m["iat"] = epoch.Add(-TripTerm - leeway - time.Second).Unix() }), ErrWrong, "issued_at"},
		{"issued no one knows when", claim(func(m map[string]any) { delete(m, "iat") }), ErrWrong, "issued_at"},
		{"not yet valid", claim(func(m map[string]any) { m["nbf"] = epoch.Add(time.Hour).Unix() }), ErrWrong, "id_token"},
		{"without a signature", func(s *setting) { s.h.sign = none }, ErrWrong, "id_token"},
		{"signed with the public key as a secret", func(s *setting) { s.h.sign = s.h.shared }, ErrWrong, "id_token"},
		{"signed with a key of somebody else", func(s *setting) { s.h.sign = s.h.forged }, ErrWrong, "id_token"},
		{"signed with a key that it brings along", func(s *setting) { s.h.sign = s.h.embedded }, ErrWrong, "id_token"},
		{"no token at all", func(s *setting) { s.h.sign = func(_, _ map[string]any) string { return "" } }, ErrWrong, "no_id_token"},
		{"no token but a word", func(s *setting) { s.h.sign = func(_, _ map[string]any) string { return "a.b.c" } }, ErrWrong, "id_token"},
		{"no account", claim(func(m map[string]any) { delete(m, "sub") }), ErrNobody, "claim"},
		{"a blank account", claim(func(m map[string]any) { m["sub"] = "" }), ErrNobody, "claim"},
		{"an account that is a number", claim(func(m map[string]any) { m["sub"] = 7 }), ErrWrong, "id_token"},
		{"an account with a line break", claim(func(m map[string]any) { m["sub"] = "a\nb" }), ErrNobody, "claim"},
		{"an account longer than any", claim(func(m map[string]any) { m["sub"] = strings.Repeat("a", maxAccount+1) }), ErrNobody, "claim"},
		{"our secret is not the provider's", func(s *setting) { s.p.o.Secret = func() string { return "oud geheim" } }, ErrWrong, "client"},
		{"they changed their mind", func(s *setting) {
			s.query = url.Values{"state": s.query["state"], "error": {"access_denied"}, "iss": s.query["iss"]}
		}, ErrDenied, "access_denied"},
		{"the provider says that it is ill", func(s *setting) {
			s.query = url.Values{"state": s.query["state"], "error": {"temporarily_unavailable"}, "iss": s.query["iss"]}
		}, ErrAway, "temporarily_unavailable"},
		{"a refusal with a text of its own", func(s *setting) {
			s.query = url.Values{"state": s.query["state"], "error": {"<b>noor</b>"}, "iss": s.query["iss"]}
		}, ErrWrong, "provider"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHostile(t)
			p, clock := mustProvider(t, h)
			address, kept := mustBegin(t, p)
			s := &setting{h, p, clock, kept, h.goes(address)}
			c.change(s)
			_, err := p.Arrive(t.Context(), s.kept, s.query.Encode())
			var e *Error
			if !errors.As(err, &e) || e.Kind != c.kind || e.Why != c.why {
				t.Fatalf("Arrive = %v, want %s: %s", err, c.kind, c.why)
			}
			for _, personal := range []string{"noor", "abc-123", "elders"} {
				if strings.Contains(err.Error(), personal) {
					t.Errorf("the error tells %q", personal)
				}
			}
			if (c.why == "state" || c.why == "query" || c.why == "browser" || c.why == "late") && h.saw("/token") > 0 {
				t.Error("the provider was asked for tokens")
			}
		})
	}
}

func TestTheEdgesOfWhatHolds(t *testing.T) {
	for name, claim := range map[string]func(m map[string]any){
		"expired just now":                       func(m map[string]any) { m["exp"] = epoch.Add(-leeway).Unix() },
		"issued a little ahead":                  func(m map[string]any) { m["iat"] = epoch.Add(leeway).Unix() },
		"issued as long ago as a sign-in takes":  func(m map[string]any) { m["iat"] = epoch.Add(-TripTerm - leeway).Unix() },
		"two audiences, and we asked":            func(m map[string]any) { m["aud"], m["azp"] = []string{"mattermost", client}, client },
		"the longest account there is":           func(m map[string]any) { m["sub"] = strings.Repeat("a", maxAccount) },
		"an account with signs that names have":  func(m map[string]any) { m["sub"] = "https://x.example/|a@b?c=d" },
		"claims of which we know nothing at all": func(m map[string]any) { m["email"], m["x"] = "noor@example.org", map[string]any{"y": []int{1}} },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHostile(t)
			h.claim = claim
			p, _ := mustProvider(t, h)
			address, kept := mustBegin(t, p)
			if _, err := p.Arrive(t.Context(), kept, h.goes(address).Encode()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestACodeWorksOnceAtTheProviderAndTheSignInHasANameToBeUsedOnce(t *testing.T) {
	h := newHostile(t)
	p, _ := mustProvider(t, h)
	address, kept := mustBegin(t, p)
	q := h.goes(address)
	first, err := p.Arrive(t.Context(), kept, q.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Arrive(t.Context(), kept, q.Encode()); KindOf(err) != ErrStale {
		t.Errorf("the same code again: %v", err)
	}
	// A provider that gives a second code for the same state: the name is the same, so
	// that the store refuses it.
	again, err := p.Arrive(t.Context(), kept, h.goes(address).Encode())
	if err != nil || again.Once != first.Once {
		t.Errorf("the same state with another code: %+v, %v", again, err)
	}
}

func TestAnotherClaimNamesTheAccountAndAnotherWayOfSigningInIsDemanded(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Options)
		claim  map[string]any
		want   string
		kind   Kind
	}{
		{"a claim of the installation", func(o *Options) { o.Claim = "chat_id" }, map[string]any{"chat_id": "u7"}, "u7", ""},
		{"a claim that is not there is not replaced by another", func(o *Options) { o.Claim = "chat_id" }, nil, "", ErrNobody},
		{"a demanded level", func(o *Options) { o.ACR = []string{"hoog", "midden"} }, map[string]any{"acr": "midden"}, "abc-123", ""},
		{"another level", func(o *Options) { o.ACR = []string{"hoog"} }, map[string]any{"acr": "laag"}, "", ErrWeak},
		{"no level", func(o *Options) { o.ACR = []string{"hoog"} }, nil, "", ErrWeak},
		{"a demanded means among others", func(o *Options) { o.AMR = []string{"mfa"} }, map[string]any{"amr": []string{"pwd", "mfa"}}, "abc-123", ""},
		{"a demanded means as one word", func(o *Options) { o.AMR = []string{"mfa"} }, map[string]any{"amr": "mfa"}, "abc-123", ""},
		{"a password alone", func(o *Options) { o.AMR = []string{"mfa"} }, map[string]any{"amr": []string{"pwd"}}, "", ErrWeak},
		{"no means", func(o *Options) { o.AMR = []string{"mfa"} }, nil, "", ErrWeak},
		{"means that are no list", func(o *Options) { o.AMR = []string{"mfa"} }, map[string]any{"amr": map[string]any{"mfa": true}}, "", ErrWeak},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHostile(t)
			h.claim = func(m map[string]any) {
				for k, v := range c.claim {
					m[k] = v
				}
			}
			p, _ := mustProvider(t, h, c.change)
			address, kept := mustBegin(t, p)
			a, err := p.Arrive(t.Context(), kept, h.goes(address).Encode())
			if c.kind == "" && err != nil || c.kind != "" && KindOf(err) != c.kind || a.Account != c.want {
				t.Errorf("%+v, %v; want %q, %q", a, err, c.want, c.kind)
			}
		})
	}
}

func TestAProviderThatIsAwayIllOrGreedyStopsNothingElse(t *testing.T) {
	huge := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		chunk := []byte(`{"x":"` + strings.Repeat("a", 64<<10))
		for range 40 { // 2.5 MB, or until nobody reads it any more
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
	for _, c := range []struct {
		name, path string
		answer     func(w http.ResponseWriter)
		kind       Kind
	}{
		{"discovery fails", "/.well-known/openid-configuration", func(w http.ResponseWriter) { w.WriteHeader(502) }, ErrAway},
		{"discovery goes elsewhere", "/.well-known/openid-configuration", func(w http.ResponseWriter) {
			w.Header().Set("Location", "http://169.254.169.254/latest/meta-data")
			w.WriteHeader(302)
		}, ErrAway},
		{"discovery never ends", "/.well-known/openid-configuration", huge, ErrAway},
		{"discovery is no JSON", "/.well-known/openid-configuration", func(w http.ResponseWriter) { _, _ = w.Write([]byte("<html>")) }, ErrAway},
		{"the keys fail", "/keys", func(w http.ResponseWriter) { w.WriteHeader(500) }, ErrAway},
		{"the keys never end", "/keys", huge, ErrAway},
		{"the tokens fail", "/token", func(w http.ResponseWriter) { w.WriteHeader(503) }, ErrAway},
		{"the tokens never end", "/token", huge, ErrAway},
		{"the tokens are elsewhere", "/token", func(w http.ResponseWriter) {
			w.Header().Set("Location", "http://169.254.169.254/")
			w.WriteHeader(307)
		}, ErrWrong},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHostile(t)
			h.answer = func(path string, w http.ResponseWriter) bool {
				if path == c.path {
					c.answer(w)
				}
				return path == c.path
			}
			p, clock := mustProvider(t, h)
			address, kept, err := p.Begin(t.Context(), Luggage{})
			if err == nil {
				_, err = p.Arrive(t.Context(), kept, h.goes(address).Encode())
			}
			if KindOf(err) != c.kind {
				t.Fatalf("%v, want %s", err, c.kind)
			}
			// Well again: it works without anybody doing anything.
			h.mu.Lock()
			h.answer = nil
			h.mu.Unlock()
			clock.pass(awayTerm)
			address, kept = mustBegin(t, p)
			h.claim = func(m map[string]any) { m["iat"], m["exp"] = clock.now().Unix(), clock.now().Add(time.Minute).Unix() }
			if _, err := p.Arrive(t.Context(), kept, h.goes(address).Encode()); err != nil {
				t.Errorf("well again: %v", err)
			}
		})
	}
}

func TestAProviderThatIsAwayIsAskedOnceInAWhile(t *testing.T) {
	const path = "/.well-known/openid-configuration"
	h := newHostile(t)
	h.answer = func(_ string, w http.ResponseWriter) bool { w.WriteHeader(500); return true }
	p, clock := mustProvider(t, h)
	if h.saw(path) != 0 {
		t.Error("it is asked before anybody begins")
	}
	for range 3 {
		if _, _, err := p.Begin(t.Context(), Luggage{}); KindOf(err) != ErrAway {
			t.Fatal(err)
		}
	}
	if n := h.saw(path); n != 1 {
		t.Errorf("asked %d times at once, want 1", n)
	}
	clock.pass(awayTerm)
	_, _, _ = p.Begin(t.Context(), Luggage{})
	if n := h.saw(path); n != 2 {
		t.Errorf("asked %d times, want 2", n)
	}
	h.mu.Lock()
	h.answer = nil
	h.mu.Unlock()
	clock.pass(awayTerm)
	mustBegin(t, p)
	clock.pass(freshTerm - time.Millisecond)
	mustBegin(t, p)
	if n := h.saw(path); n != 3 {
		t.Errorf("asked %d times while it is known, want 3", n)
	}
	clock.pass(time.Millisecond)
	address, kept := mustBegin(t, p)
	if n := h.saw(path); n != 4 {
		t.Errorf("asked %d times before somebody is sent there a while later, want 4", n)
	}

	// It goes away. Nobody is sent there any more; whoever is there already comes back,
	// since what it offered before is better than nothing.
	h.mu.Lock()
	h.answer = func(at string, w http.ResponseWriter) bool {
		if at == path {
			w.WriteHeader(500)
		}
		return at == path
	}
	h.claim = func(m map[string]any) { m["iat"], m["exp"] = clock.now().Unix(), clock.now().Add(time.Minute).Unix() }
	h.mu.Unlock()
	clock.pass(freshTerm)
	if _, _, err := p.Begin(t.Context(), Luggage{}); KindOf(err) != ErrAway {
		t.Errorf("to a provider that is away: %v", err)
	}
	if _, err := p.Arrive(t.Context(), kept, h.goes(address).Encode()); err != nil {
		t.Errorf("back from it: %v", err)
	}
	if n := h.saw(path); n != 5 {
		t.Errorf("asked %d times, want 5", n)
	}
	clock.pass(knownTerm)
	if got := p.Leave(t.Context(), "https://bot.example.org/"); got == "" {
		t.Error("where one signs out there was forgotten")
	}
	if n := h.saw(path); n != 6 {
		t.Errorf("asked %d times after an hour, want 6", n)
	}
}

func TestAProviderLeadsNowhereButToItself(t *testing.T) {
	for name, tell := range map[string]map[string]any{
		"another issuer":               {"issuer": "https://elders.example"},
		"tokens in the clear":          {"token_endpoint": "http://login.example.org/token"},
		"tokens from a file":           {"token_endpoint": "file:///etc/passwd"},
		"no tokens":                    {"token_endpoint": ""},
		"keys with a name in them":     {"jwks_uri": "https://u:p@login.example.org/keys"},
		"a page to sign in of no kind": {"authorization_endpoint": "javascript:alert(1)"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHostile(t)
			h.tell = tell
			p, _ := mustProvider(t, h)
			if _, _, err := p.Begin(t.Context(), Luggage{}); KindOf(err) != ErrAway {
				t.Errorf("Begin = %v", err)
			}
		})
	}
	// A page to sign out at that is none is left out.
	h := newHostile(t)
	h.tell = map[string]any{"end_session_endpoint": "javascript:alert(1)"}
	p, _ := mustProvider(t, h)
	if got := p.Leave(t.Context(), "https://bot.example.org/"); got != "" {
		t.Errorf("Leave = %q", got)
	}
}

func TestWhatAProviderNamesBesidesItselfIsNotOnThisMachineNorNextToIt(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34:443": true, "10.1.2.3:443": true, "[2606:2800::1]:443": true,
		"127.0.0.1:443": false, "[::1]:443": false, "169.254.169.254:80": false, "[fe80::1]:80": false, "0.0.0.0:80": false,
		"[::]:80": false, "224.0.0.1:80": false, "255.255.255.255:80": false, "[::ffff:127.0.0.1]:80": false, "login.example.org:443": false,
	} {
		if got := outside(t.Context(), "tcp", address, nil) == nil; got != want {
			t.Errorf("outside(%s) = %v, want %v", address, got, want)
		}
	}
	// The whole way: a provider on one port of this machine names keys on another.
	inside := newHostile(t)
	h := newHostile(t)
	h.tell = map[string]any{"jwks_uri": inside.URL + "/keys"}
	p, _ := mustProvider(t, h)
	address, kept := mustBegin(t, p)
	if _, err := p.Arrive(t.Context(), kept, h.goes(address).Encode()); KindOf(err) != ErrAway {
		t.Errorf("Arrive = %v", err)
	}
	if inside.saw("/keys") != 0 {
		t.Error("the other server on this machine was asked")
	}
}

func TestWhoSignsOutMayDoSoAtTheProviderToo(t *testing.T) {
	h := newHostile(t)
	p, _ := mustProvider(t, h)
	u, err := url.Parse(p.Leave(t.Context(), "https://bot.example.org/overzicht/"))
	if err != nil || !strings.HasPrefix(u.String(), h.URL+"/uit?") || u.Query().Get("client_id") != client ||
		u.Query().Get("post_logout_redirect_uri") != "https://bot.example.org/overzicht/" {
		t.Errorf("Leave = %v, %v", u, err)
	}
}

func TestMoreThanAFewAtOnceAreAskedToTryAgain(t *testing.T) {
	h := newHostile(t)
	p, _ := mustProvider(t, h)
	address, kept := mustBegin(t, p)
	for range atOnce {
		p.busy <- struct{}{}
	}
	q := h.goes(address).Encode()
	if _, err := p.Arrive(t.Context(), kept, q); KindOf(err) != ErrBusy {
		t.Errorf("Arrive = %v, want busy", err)
	}
	<-p.busy
	if _, err := p.Arrive(t.Context(), kept, q); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func FuzzWhatABrowserComesBackWith(f *testing.F) {
	for _, s := range []string{"", "state=a&code=b", "state=a&code=b&iss=https%3A%2F%2Fx", "state=a&error=access_denied", "state=a&state=b&code=c", "state=%zz", "a;b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		b, err := parseBack(raw)
		if err != nil {
			if KindOf(err) != ErrStale || b != (back{}) {
				t.Errorf("%+v, %v", b, err)
			}
			return
		}
		q, err := url.ParseQuery(raw)
		if err != nil || b.State == "" || len(b.State) > maxState || len(b.Code) > maxCode || (b.Code == "") == (b.Refused == "") ||
			len(q["state"]) != 1 || len(q["code"])+len(q["error"]) == 0 {
			t.Errorf("%q gives %+v", raw, b)
		}
	})
}

func FuzzWhatABrowserKept(f *testing.F) {
	h := newHostile(f)
	p, _ := mustProvider(f, h)
	ours := trip{State: "s", Nonce: "n", Verifier: "v", Ends: epoch.Add(time.Minute).Unix(), Issuer: h.URL}
	kept, err := p.pack(ours)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(kept)
	f.Add(kept + "A")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := p.unpack(s)
		if err == nil && got != ours || err != nil && (s == kept || got != (trip{})) {
			t.Errorf("unpack(%q) = %+v, %v", s, got, err)
		}
	})
}
