package oidc

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// hostile is a provider that can be told to lie in every way we know. It signs by
// hand, so that a mistake of the library that we read with is not in it as well.
type hostile struct {
	*httptest.Server
	t   testing.TB
	key *rsa.PrivateKey

	mu     sync.Mutex
	tell   map[string]any                                // changes what it says it offers
	claim  func(map[string]any)                          // changes what it issues
	sign   func(head, body map[string]any) string        // signs otherwise
	answer func(path string, w http.ResponseWriter) bool // answers otherwise
	nonces map[string]string                             // of codes
	chal   map[string]string
	asked  []string
	count  int
}

const (
	client = "convenantbot"
	secret = "geheim van de client"
	home   = "https://bot.example.org/overzicht/inloggen/terug"
)

var signer = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newHostile(t testing.TB) *hostile {
	t.Helper()
	key, err := signer()
	if err != nil {
		t.Fatal(err)
	}
	h := &hostile{t: t, key: key, nonces: map[string]string{}, chal: map[string]string{}}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func jsonOf(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// ServeHTTP implements http.Handler.
func (h *hostile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.asked = append(h.asked, r.URL.Path)
	answer := h.answer
	h.mu.Unlock()
	if answer != nil && answer(r.URL.Path, w) {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		m := map[string]any{"issuer": h.URL, "authorization_endpoint": h.URL + "/auth", "token_endpoint": h.URL + "/token",
			"jwks_uri": h.URL + "/keys", "end_session_endpoint": h.URL + "/uit", "response_types_supported": []string{"code"},
			"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"}, "authorization_response_iss_parameter_supported": true}
		maps.Copy(m, h.tell)
		_, _ = w.Write(jsonOf(m))
	case "/keys":
		_, _ = w.Write(jsonOf(map[string]any{"keys": []any{map[string]any{"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256",
			"n": b64(h.key.N.Bytes()), "e": b64(big.NewInt(int64(h.key.E)).Bytes())}}}))
	case "/token":
		h.token(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (h *hostile) token(w http.ResponseWriter, r *http.Request) {
	no := func(status int, code string) {
		w.WriteHeader(status)
		_, _ = w.Write(jsonOf(map[string]any{"error": code, "error_description": "noor@example.org"}))
	}
	id, pass, _ := r.BasicAuth()
	if pass, _ = url.QueryUnescape(pass); id != client || pass != secret {
		no(http.StatusUnauthorized, "invalid_client")
		return
	}
	code := r.PostFormValue("code")
	nonce, ok := h.nonces[code]
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !ok || h.chal[code] != b64(sum[:]) || r.PostFormValue("redirect_uri") != home {
		no(http.StatusBadRequest, "invalid_grant")
		return
	}
	delete(h.nonces, code)
	head := map[string]any{"alg": "RS256", "kid": "1", "typ": "JWT"}
	now := epoch
	body := map[string]any{"iss": h.URL, "aud": client, "sub": "abc-123", "nonce": nonce, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix()}
	if h.claim != nil {
		h.claim(body)
	}
	sign := h.signed
	if h.sign != nil {
		sign = h.sign
	}
	answer := map[string]any{"access_token": "a", "token_type": "Bearer", "expires_in": 60}
	if t := sign(head, body); t != "" {
		answer["id_token"] = t
	}
	_, _ = w.Write(jsonOf(answer))
}

func (h *hostile) signed(head, body map[string]any) string {
	said := b64(jsonOf(head)) + "." + b64(jsonOf(body))
	sum := sha256.Sum256([]byte(said))
	sig, err := rsa.SignPKCS1v15(rand.Reader, h.key, crypto.SHA256, sum[:])
	if err != nil {
		h.t.Error(err)
	}
	return said + "." + b64(sig)
}

// none leaves the signature out.
func none(head, body map[string]any) string {
	head["alg"] = "none"
	return b64(jsonOf(head)) + "." + b64(jsonOf(body)) + "."
}

// shared signs with the public key as if it were a secret.
func (h *hostile) shared(head, body map[string]any) string {
	head["alg"] = "HS256"
	der, err := x509.MarshalPKIXPublicKey(&h.key.PublicKey)
	if err != nil {
		h.t.Error(err)
	}
	said := b64(jsonOf(head)) + "." + b64(jsonOf(body))
	mac := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	mac.Write([]byte(said))
	return said + "." + b64(mac.Sum(nil))
}

// forged signs with a key of its own, that the provider never had.
func (h *hostile) forged(head, body map[string]any) string {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		h.t.Error(err)
	}
	own := hostile{t: h.t, key: key}
	return own.signed(head, body)
}

// embedded brings the key with it that it was signed with.
func (h *hostile) embedded(head, body map[string]any) string {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		h.t.Error(err)
	}
	head["kid"] = "elders"
	head["jwk"] = map[string]any{"kty": "RSA", "n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes())}
	own := hostile{t: h.t, key: key}
	return own.signed(head, body)
}

// goes is a browser at the provider: it signs in there and gets a query to come back
// with.
func (h *hostile) goes(address string) url.Values {
	h.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		h.t.Fatal(err)
	}
	q := u.Query()
	if q.Get("code_challenge_method") != "S256" || q.Get("response_type") != "code" || q.Get("client_id") != client || q.Get("redirect_uri") != home {
		h.t.Fatalf("asked of the provider: %v", q)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.count++
	code := "code-" + strings.Repeat("i", h.count)
	h.nonces[code], h.chal[code] = q.Get("nonce"), q.Get("code_challenge")
	return url.Values{"state": {q.Get("state")}, "code": {code}, "iss": {h.URL}}
}

func (h *hostile) saw(path string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, p := range h.asked {
		if p == path {
			n++
		}
	}
	return n
}

var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// clock is moved by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }
func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func mustProvider(t testing.TB, h *hostile, change ...func(*Options)) (*Provider, *clock) {
	t.Helper()
	c := &clock{at: epoch}
	o := Options{Issuer: h.URL, ClientID: client, Secret: func() string { return secret }, Redirect: home, Now: c.now, Key: []byte("van alle exemplaren")}
	for _, f := range change {
		f(&o)
	}
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return p, c
}

func mustBegin(t testing.TB, p *Provider) (address, kept string) {
	t.Helper()
	address, kept, err := p.Begin(t.Context(), Luggage{To: "/overzicht/", Old: "oud"})
	if err != nil {
		t.Fatal(err)
	}
	return address, kept
}
