package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	lib "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// credulous is a set of keys that takes every signature for good: what is refused with
// it is refused for something else.
type credulous struct{}

// VerifySignature implements lib.KeySet.
func (credulous) VerifySignature(_ context.Context, token string) ([]byte, error) {
	return unbase64(strings.Split(token, ".")[1])
}

func wantNo(t *testing.T, err error, kind Kind, why string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Kind != kind || e.Why != why {
		t.Errorf("%v, want %s: %s", err, kind, why)
	}
}

func TestWhatWasBegunAtOneProviderIsNotFinishedAtAnother(t *testing.T) {
	one, other := newHostile(t), newHostile(t)
	p, _ := mustProvider(t, one)
	q, _ := mustProvider(t, other) // the installation went to another one; its key is the same
	address, kept := mustBegin(t, p)
	back := one.goes(address)
	back.Set("iss", other.URL)
	_, err := q.Arrive(t.Context(), kept, back.Encode())
	wantNo(t, err, ErrStale, "browser")
	if other.saw("/token") > 0 {
		t.Error("a code of one provider was shown to another")
	}
	// And nothing that one of them says of a sign-in names a sign-in of the other.
	for _, n := range p.names("s1", "abc-123") {
		for _, m := range q.names("s1", "abc-123") {
			if n == m {
				t.Errorf("both call a sign-in %q", n)
			}
		}
	}
}

func TestTheIssuerIsSpelledAsItIsKnown(t *testing.T) {
	h := newHostile(t)
	const google = "https://accounts.google.com" // for which the library takes another spelling
	p, _ := mustProvider(t, h, func(o *Options) { o.Issuer = google })
	o := &offer{at: epoch, signed: credulous{}, departed: credulous{}}
	p.last = o
	for issuer, why := range map[string]string{google: "", "accounts.google.com": "other_issuer"} {
		head, body := h.goodbye()
		body["iss"] = issuer
		_, err := p.Depart(t.Context(), formOf(h.signed(head, body)))
		if why == "" && err != nil {
			t.Errorf("a sign-out of %s: %v", issuer, err)
		} else if why != "" {
			wantNo(t, err, ErrWrong, why)
		}
		delete(body, "events")
		body["nonce"], head["typ"] = "n", "JWT"
		_, err = p.check(t.Context(), o, h.signed(head, body), "n")
		if why == "" && err != nil {
			t.Errorf("a sign-in of %s: %v", issuer, err)
		} else if why != "" {
			wantNo(t, err, ErrWrong, why)
		}
	}
}

// The keys are asked for nothing: whoever looks at a signature made with a secret, or
// at none, could be told that it is good.
func TestNoKeyMakesASharedSecretOrNoSignatureGood(t *testing.T) {
	h := newHostile(t)
	p, _ := mustProvider(t, h)
	o := &offer{at: epoch, signed: credulous{}}
	for alg, good := range map[string]bool{"RS256": true, "ES512": true, "HS256": false, "HS512": false, "none": false} {
		head, body := h.goodbye()
		head["alg"], body["nonce"] = alg, "n"
		_, err := p.check(t.Context(), o, h.signed(head, body), "n")
		if good && err != nil {
			t.Errorf("%s: %v", alg, err)
		} else if !good {
			wantNo(t, err, ErrWrong, "id_token")
		}
	}
}

func TestANameWithASignThatNobodySeesIsNobody(t *testing.T) {
	for account, want := range map[string]bool{"abc-123": true, "noor_é": true, "a b": false, "a\u200bb": false, "a\u202eb": false, "a\u00a0b": false, "a\x00b": false, "a\tb": false} {
		if got := plainAccount(account); got != want {
			t.Errorf("%q can name an account: %v", account, got)
		}
	}
}

func TestWhatIsLongerThanAProviderSendsIsNotReadAtAll(t *testing.T) {
	for query, want := range map[string]bool{
		url.Values{"state": {strings.Repeat("s", maxState)}, "code": {strings.Repeat("c", maxCode)}}.Encode(): true,
		url.Values{"state": {strings.Repeat("s", maxState+1)}, "code": {"c"}}.Encode():                        false,
		url.Values{"state": {"s"}, "code": {strings.Repeat("c", maxCode+1)}}.Encode():                         false,
	} {
		if _, err := parseBack(query); (err == nil) != want {
			t.Errorf("a query of %d bytes: %v", len(query), err)
		}
	}
}

func TestARefusalSaysWhatCanBeDoneAboutIt(t *testing.T) {
	h := newHostile(t)
	p, _ := mustProvider(t, h)
	for _, c := range []struct {
		ask  Ask
		said string
		kind Kind
	}{
		{"", "unmet_authentication_requirements", ErrWeak},
		{"", "login_required", ErrDenied},
		{"", "invalid_request", ErrWrong},
		{ToSignIn, "invalid_request", ErrWrong},
		{ToChoose, "invalid_request", ErrUnasked}, // it may not know what was asked
		{ToChoose, "access_denied", ErrDenied},
		{ToChoose, "server_error", ErrAway},
		{ToChoose, "unmet_authentication_requirements", ErrWeak},
	} {
		address, kept, err := p.Begin(t.Context(), Luggage{Ask: c.ask})
		if err != nil {
			t.Fatal(err)
		}
		back := h.goes(address)
		back.Del("code")
		back.Set("error", c.said)
		if _, err := p.Arrive(t.Context(), kept, back.Encode()); KindOf(err) != c.kind {
			t.Errorf("%q, asked for %q: %v, want %s", c.said, c.ask, err, c.kind)
		}
	}
}

func TestTheDemandedLevelIsAskedFor(t *testing.T) {
	h := newHostile(t)
	p, _ := mustProvider(t, h, func(o *Options) { o.ACR = []string{"hoog", "midden"} })
	address, _ := mustBegin(t, p)
	u, err := url.Parse(address)
	if err != nil || u.Query().Get("acr_values") != "hoog midden" {
		t.Errorf("asked at %s, %v", address, err)
	}
}

func TestAProviderIsSpokenToOverTLSOrOnThisMachine(t *testing.T) {
	for _, c := range []struct {
		at, issuer string
		want       bool
	}{
		{"https://login.example.org/a", "https://login.example.org", true},
		{"https://elders.example/a", "https://login.example.org", true},
		{"http://127.0.0.1:1/a", "http://localhost:1", true},
		{"https://login.example.org/a", "http://localhost:1", true},
		{"http://login.example.org/a", "https://login.example.org", false},
		{"http://127.0.0.1:1/a", "https://login.example.org", false},
		{"http://127.0.0.1:1/a", "https://127.0.0.1:2", false},
		{"http://127.0.0.1:1/a", "http://login.example.org", false},
		{"http://login.example.org/a", "http://127.0.0.1:1", false},
		{"https://noor:x@login.example.org/a", "https://login.example.org", false},
		{"https://login.example.org/a#b", "https://login.example.org", false},
		{"ftp://login.example.org/a", "https://login.example.org", false},
		{"https:///a", "https://login.example.org", false},
	} {
		at, err := url.Parse(c.at)
		issuer, err2 := url.Parse(c.issuer)
		if err != nil || err2 != nil || acceptable(at, issuer) != c.want {
			t.Errorf("%s for the provider %s: want %v", c.at, c.issuer, c.want)
		}
	}
	for issuer, want := range map[string]bool{"https://login.example.org": true, "http://127.0.0.1:1": true, "http://login.example.org": false,
		"https://noor:x@login.example.org": false, "https://login.example.org#x": false, "login.example.org": false, "": false} {
		if _, err := New(Options{Issuer: issuer, ClientID: client, Redirect: home}); (err == nil) != want {
			t.Errorf("the provider %q: %v", issuer, err)
		}
	}
}

// The answer is good but for its length: a reader without a bound would take it.
func TestAnAnswerThatIsGoodButTooLongIsNotTaken(t *testing.T) {
	for name, fill := range map[string]func(h *hostile, w http.ResponseWriter) bool{
		"body": func(h *hostile, w http.ResponseWriter) bool {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(append(jsonOf(map[string]any{"issuer": h.URL, "authorization_endpoint": h.URL + "/auth", "token_endpoint": h.URL + "/token", "jwks_uri": h.URL + "/keys"}),
				strings.Repeat(" ", maxAnswer)...))
			return true
		},
		"headers": func(_ *hostile, w http.ResponseWriter) bool {
			w.Header().Set("X-Vulling", strings.Repeat("x", 2*maxHeader))
			return false // and the rest as always
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHostile(t)
			h.answer = func(path string, w http.ResponseWriter) bool { return fill(h, w) }
			p, _ := mustProvider(t, h)
			_, _, err := p.Begin(t.Context(), Luggage{})
			wantNo(t, err, ErrAway, "discovery")
		})
	}
}

func TestAProviderThatSaysItIsAnotherIsNotUsed(t *testing.T) {
	h := newHostile(t)
	h.tell = map[string]any{"issuer": "https://elders.example"}
	p, _ := mustProvider(t, h)
	_, _, err := p.Begin(t.Context(), Luggage{})
	wantNo(t, err, ErrAway, "other_issuer")
}

func TestTheSecretIsShownInTheWayThatTheProviderKnows(t *testing.T) {
	for _, c := range []struct {
		secret string
		ways   []string
		want   oauth2.AuthStyle
	}{
		{secret, nil, oauth2.AuthStyleInHeader},
		{secret, []string{"client_secret_post", "client_secret_basic"}, oauth2.AuthStyleInHeader},
		{secret, []string{"client_secret_post"}, oauth2.AuthStyleInParams},
		{"", nil, oauth2.AuthStyleInParams}, // there is only who we are
		{"", []string{"client_secret_basic"}, oauth2.AuthStyleInParams},
	} {
		h := newHostile(t)
		p, _ := mustProvider(t, h, func(o *Options) { o.Secret = func() string { return c.secret } })
		o := &offer{Provider: &lib.Provider{}, metadata: metadata{Methods: c.ways}}
		if got := p.config(o).Endpoint.AuthStyle; got != c.want {
			t.Errorf("a secret %v and ways %q: style %v, want %v", c.secret != "", c.ways, got, c.want)
		}
	}
}

// What is known of its keys is kept, since it is fetched seldom; but not when they are
// somewhere else from now on.
func TestKeysForSignOutsAreKeptAsLongAsTheyAreInOnePlace(t *testing.T) {
	h := newHostile(t)
	p, c := mustProvider(t, h)
	known := func() lib.KeySet {
		t.Helper()
		c.pass(knownTerm)
		o, err := p.ask(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return o.departed
	}
	first := known()
	if known() != first {
		t.Error("the keys are forgotten when the provider is asked again")
	}
	h.mu.Lock()
	h.tell = map[string]any{"jwks_uri": json.RawMessage(jsonOf(h.URL + "/keys2"))}
	h.mu.Unlock()
	if known() == first {
		t.Error("the keys of the old place are kept")
	}
}
