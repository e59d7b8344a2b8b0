package oidc

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	lib "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

const (
	// answerTerm is how long the provider may take for one whole answer.
	answerTerm = 5 * time.Second
	// knownTerm is after how long we ask again what the provider offers.
	knownTerm = time.Hour
	// freshTerm is likewise before somebody is sent there: who is sent to a provider that
	// is away sees an error of their browser, without a way out.
	freshTerm = time.Second
	// awayTerm is how long a provider that did not answer is not asked again, so that
	// many people at once do not all wait for it.
	awayTerm = 5 * time.Second
	// leeway is how far its clock may be from ours.
	leeway = 30 * time.Second
	// atOnce is how many sign-ins are finished at the same time.
	atOnce = 8
)

// algorithms are with what a provider may sign: never "none", and never with a
// shared secret, which a public key could be passed off as.
var algorithms = []string{lib.RS256, lib.RS384, lib.RS512, lib.PS256, lib.PS384, lib.PS512, lib.ES256, lib.ES384, lib.ES512, lib.EdDSA}

// Options say which provider, and who we are there.
type Options struct {
	Issuer   string // exactly as the provider spells it
	ClientID string
	Secret   func() string // may return nothing: then there is only PKCE
	Redirect string        // where people come back, on our own pages
	Claim    string        // which claim names the account; blank: "sub"
	Scopes   []string      // besides "openid"
	ACR      []string      // ways of signing in of which one is demanded; none: any
	AMR      []string      // likewise, of which one is among those used, such as "mfa"
	CA       []byte        // certificates for the provider, as PEM; none: the system's
	Key      []byte        // that all copies of the bot have; none: this is the only one
	Now      func() time.Time
}

// Provider is one provider that people sign in with. It is asked for nothing until
// somebody begins.
type Provider struct {
	o      Options
	client *http.Client
	sealer cipher.AEAD
	busy   chan struct{} // as many as are finished at once

	leaving chan struct{} // and as many of what a provider says about signing out

	mu      sync.Mutex
	last    *offer
	failed  time.Time
	fetched time.Time // when keys were last fetched for what it says about signing out
}

// offer is what the provider said that it offers.
type offer struct {
	*lib.Provider
	at       time.Time
	signed   lib.KeySet
	departed lib.KeySet // the same, for what anybody may send us
	metadata
}

// metadata is what we read of it besides what the library does.
type metadata struct {
	Auth        string   `json:"authorization_endpoint"`
	Token       string   `json:"token_endpoint"`
	Keys        string   `json:"jwks_uri"`
	EndSession  string   `json:"end_session_endpoint"`
	Methods     []string `json:"token_endpoint_auth_methods_supported"`
	Challenges  []string `json:"code_challenge_methods_supported"`
	SignsOut    bool     `json:"backchannel_logout_supported"`
	SaysIssuer  bool     `json:"authorization_response_iss_parameter_supported"`
	Responses   []string `json:"response_types_supported"`
	SigningAlgs []string `json:"id_token_signing_alg_values_supported"`
}

// New returns the provider of the options. It speaks to nobody yet.
func New(o Options) (*Provider, error) {
	issuer, err := url.Parse(o.Issuer)
	if err != nil || !acceptable(issuer, issuer) || o.ClientID == "" || o.Redirect == "" {
		return nil, errors.New("oidc: want an issuer like https://login.example.org, a client and where people come back")
	}
	if o.Claim == "" {
		o.Claim = "sub"
	}
	if o.Secret == nil {
		o.Secret = func() string { return "" }
	}
	if len(o.Key) == 0 {
		o.Key = []byte(rand.Text())
	}
	client, err := newClient(issuer, o.CA)
	if err != nil {
		return nil, err
	}
	key := sha256.Sum256(append([]byte("a sign-in that is under way\x00"), o.Key...))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	sealer, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &Provider{o: o, client: client, sealer: sealer, busy: make(chan struct{}, atOnce), leaving: make(chan struct{}, atOnce)}, nil
}

// ask returns what the provider offers: as it was told less than knownTerm ago, or
// else anew. An older answer is better than none. ErrAway: there is none.
func (p *Provider) ask(ctx context.Context) (*offer, error) {
	o, err := p.askWithin(ctx, knownTerm)
	if err != nil && o != nil {
		return o, nil
	}
	return o, err
}

// askWithin is ask with another term. With ErrAway comes the older answer, if any.
func (p *Provider) askWithin(ctx context.Context, term time.Duration) (*offer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.o.Now()
	if p.last != nil && now.Sub(p.last.at) < term {
		return p.last, nil
	}
	var err error
	if p.failed.IsZero() || now.Sub(p.failed) >= awayTerm {
		var found *offer
		// Whoever asks first may leave; the others wait for the answer.
		if found, err = p.discover(context.WithoutCancel(ctx)); err == nil {
			if p.last != nil && p.last.Keys == found.Keys {
				found.departed = p.last.departed // it knows them
			}
			found.at, p.last, p.failed = now, found, time.Time{}
			return found, nil
		}
		p.failed = now
	}
	if err == nil {
		err = &Error{Kind: ErrAway, Why: "discovery"}
	}
	return p.last, err
}

// forget has the next one ask anew what the provider offers: a set of keys that could
// not be fetched may give the same no to who asks a moment later.
func (p *Provider) forget(o *offer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == o {
		p.last = nil
	}
}

// discover asks the provider what it offers.
func (p *Provider) discover(ctx context.Context) (*offer, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTerm)
	defer cancel()
	found, err := lib.NewProvider(lib.ClientContext(ctx, p.client), p.o.Issuer)
	var other *lib.IssuerMismatchError
	switch {
	case errors.As(err, &other):
		return nil, &Error{Kind: ErrAway, Why: "other_issuer"}
	case err != nil:
		return nil, &Error{Kind: ErrAway, Why: "discovery"}
	}
	o := &offer{Provider: found}
	if err := found.Claims(&o.metadata); err != nil {
		return nil, &Error{Kind: ErrAway, Why: "discovery"}
	}
	issuer, _ := url.Parse(p.o.Issuer) // New looked at it
	for _, at := range []string{o.Auth, o.Token, o.Keys} {
		if u, err := url.Parse(at); err != nil || !acceptable(u, issuer) {
			return nil, &Error{Kind: ErrAway, Why: "endpoint"}
		}
	}
	if u, err := url.Parse(o.EndSession); err != nil || !acceptable(u, issuer) {
		o.EndSession = ""
	}
	o.signed = lib.NewRemoteKeySet(lib.ClientContext(context.WithoutCancel(ctx), p.client), o.Keys)
	slow := *p.client
	slow.Transport = seldom{slow.Transport, p}
	o.departed = lib.NewRemoteKeySet(lib.ClientContext(context.WithoutCancel(ctx), &slow), o.Keys)
	return o, nil
}

// config is who we are at the provider.
func (p *Provider) config(o *offer) oauth2.Config {
	end := o.Endpoint()
	secret := p.o.Secret()
	// Told beforehand: trying both would show a code twice, and a code works once.
	end.AuthStyle = oauth2.AuthStyleInHeader
	if secret == "" || len(o.Methods) > 0 && !slices.Contains(o.Methods, "client_secret_basic") {
		end.AuthStyle = oauth2.AuthStyleInParams
	}
	return oauth2.Config{ClientID: p.o.ClientID, ClientSecret: secret, Endpoint: end, RedirectURL: p.o.Redirect,
		Scopes: append([]string{lib.ScopeOpenID}, p.o.Scopes...)}
}

// Leave returns where somebody can also sign out with the provider; blank: nowhere,
// or it is not known now.
func (p *Provider) Leave(ctx context.Context, back string) string {
	o, err := p.ask(ctx)
	if err != nil || o.EndSession == "" {
		return ""
	}
	u, err := url.Parse(o.EndSession)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("client_id", p.o.ClientID)
	q.Set("post_logout_redirect_uri", back)
	u.RawQuery = q.Encode()
	return u.String()
}

// Kind is which of a few things went wrong, for who shows it.
type Kind string

// The kinds.
const (
	ErrAway   Kind = "away"   // the provider cannot be used now
	ErrBusy   Kind = "busy"   // too many at once
	ErrDenied Kind = "denied" // the provider let nobody in
	ErrStale  Kind = "stale"  // it was not begun here, too long ago, or was finished already
	ErrWrong  Kind = "wrong"  // what the provider said does not hold
	ErrWeak   Kind = "weak"   // they signed in, but not in the way that is demanded
	ErrNobody Kind = "nobody" // no account is named
	// ErrUnasked: it does not let people choose an account. Ask ToSignIn.
	ErrUnasked Kind = "unasked"
)

// Error is why nobody was signed in. Why is a word of ours, for the log.
type Error struct {
	Kind Kind
	Why  string
}

func (e *Error) Error() string { return fmt.Sprintf("sign-in: %s: %s", e.Kind, e.Why) }

// KindOf is the kind of an error of this package; what is none of ours is ErrWrong.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ErrWrong
}

// hostPort is the address that a URL is dialled at.
func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	return strings.ToLower(u.Hostname()) + ":" + port
}
