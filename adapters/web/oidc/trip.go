package oidc

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	lib "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// TripTerm is how long somebody may take at the provider.
const TripTerm = 10 * time.Minute

// Luggage is what our pages want back when somebody comes back.
type Luggage struct {
	To  string // where they wanted to go
	Old string // the session that their browser had
	Ask Ask    `json:",omitempty"`
}

// Ask is what the provider is asked to do although it knows somebody already, as its
// standard calls it.
type Ask string

// What can be asked. Nothing: who is signed in there comes straight back.
const (
	ToChoose Ask = "select_account" // let them choose among their accounts
	ToSignIn Ask = "login"          // have them sign in again, where the first is not known
)

// trip is what the browser keeps, sealed, while somebody is at the provider.
type trip struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	Ends     int64  `json:"e"` // seconds since 1970
	Issuer   string `json:"i"` // to whom they went
	Luggage
}

// Begin returns where a browser goes to sign in and what it keeps meanwhile. ErrAway:
// it cannot go anywhere.
func (p *Provider) Begin(ctx context.Context, l Luggage) (address, kept string, err error) {
	o, err := p.askWithin(ctx, freshTerm)
	if err != nil {
		return "", "", err
	}
	t := trip{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Ends: p.o.Now().Add(TripTerm).Unix(), Issuer: p.o.Issuer, Luggage: l}
	if kept, err = p.pack(t); err != nil {
		return "", "", err
	}
	ask := []oauth2.AuthCodeOption{lib.Nonce(t.Nonce), oauth2.S256ChallengeOption(t.Verifier)}
	if len(p.o.ACR) > 0 {
		ask = append(ask, oauth2.SetAuthURLParam("acr_values", strings.Join(p.o.ACR, " ")))
	}
	if l.Ask != "" {
		ask = append(ask, oauth2.SetAuthURLParam("prompt", string(l.Ask)))
	}
	c := p.config(o)
	return c.AuthCodeURL(t.State, ask...), kept, nil
}

func (p *Provider) pack(t trip) (string, error) {
	plain, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(p.sealer.Seal(nil, nil, plain, nil)), nil
}

// unpack opens what a browser kept. Anything that we did not seal, or sealed too long
// ago, is ErrStale.
func (p *Provider) unpack(kept string) (trip, error) {
	var t trip
	stale := &Error{Kind: ErrStale, Why: "browser"}
	if kept == "" || len(kept) > maxKept {
		return t, stale
	}
	sealed, err := unbase64(kept)
	if err != nil {
		return t, stale
	}
	plain, err := p.sealer.Open(nil, nil, sealed, nil)
	if err != nil || json.Unmarshal(plain, &t) != nil || t.State == "" || t.Nonce == "" || t.Verifier == "" || t.Issuer != p.o.Issuer {
		return trip{}, stale
	}
	if p.o.Now().Unix() >= t.Ends {
		return trip{}, &Error{Kind: ErrStale, Why: "late"}
	}
	return t, nil
}

const (
	maxKept  = 4096 // bytes, what a browser keeps in one cookie
	maxQuery = 8192 // bytes of the query with which somebody comes back
	maxCode  = 4096
	maxState = 256
)

// back is with what a browser comes back from a provider.
type back struct{ State, Code, Issuer, Refused string }

// parseBack reads the query with which a browser comes back. What stands there twice,
// is too long, or is neither a code nor a refusal, is ErrStale: no provider sends it.
func parseBack(raw string) (back, error) {
	stale := &Error{Kind: ErrStale, Why: "query"}
	if len(raw) > maxQuery {
		return back{}, stale
	}
	q, err := url.ParseQuery(raw)
	if err != nil {
		return back{}, stale
	}
	for _, name := range []string{"state", "code", "iss", "error"} {
		if len(q[name]) > 1 {
			return back{}, stale
		}
	}
	b := back{State: q.Get("state"), Code: q.Get("code"), Issuer: q.Get("iss"), Refused: q.Get("error")}
	if b.State == "" || len(b.State) > maxState || len(b.Code) > maxCode || (b.Code == "") == (b.Refused == "") {
		return back{}, stale
	}
	return b, nil
}

func unbase64(s string) ([]byte, error) { return base64.RawURLEncoding.Strict().DecodeString(s) }

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
