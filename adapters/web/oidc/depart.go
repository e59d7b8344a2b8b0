package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	lib "github.com/coreos/go-oidc/v3/oidc"
)

// Departure is that the provider signed somebody out.
type Departure struct {
	Once  string    // names this sign-out; it may be used once
	At    time.Time // when the provider said so, by its own clock
	Wide  []string  // names of sign-ins that are over up to At
	Ended string    // name of the one that is over for good; blank: none is named
}

const (
	// LogoutTerm is how old what a provider says about a sign-out may be.
	LogoutTerm = 5 * time.Minute
	// maxLogout is the longest token that says so, in bytes.
	maxLogout = 8192
	// logoutEvent is what happened, in the words of the standard.
	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"
)

// names is what the provider calls a sign-in of ours: by its session and by its
// person. Where it names no session, a sign-out of any session of that person ends it.
func (p *Provider) names(sid, sub string) []string {
	if sid == "" {
		return []string{p.name("sub", sub), p.name("any", sub)}
	}
	return []string{p.name("sub", sub), p.name("sid", sid)}
}

func (p *Provider) name(kind, value string) string {
	return kind + "\x00" + p.o.Issuer + "\x00" + value
}

// logout is what is read of a token besides what the library looks at.
type logout struct {
	ID     string                     `json:"jti"`
	SID    *string                    `json:"sid"`
	Sub    *string                    `json:"sub"`
	Nonce  json.RawMessage            `json:"nonce"`
	Events map[string]json.RawMessage `json:"events"`
}

// Depart reads what a provider sends when it signed somebody out: body is the form of
// its request. Everything is an *Error.
//
// Source: OpenID Connect Back-Channel Logout 1.0, 2.4 to 2.6. Stricter than that: an
// end is demanded, and it may not be older than LogoutTerm.
func (p *Provider) Depart(ctx context.Context, body string) (Departure, error) {
	no := func(kind Kind, why string) (Departure, error) { return Departure{}, &Error{Kind: kind, Why: why} }
	form, err := url.ParseQuery(body)
	raw := form.Get("logout_token")
	if err != nil || len(form["logout_token"]) != 1 || raw == "" || len(raw) > maxLogout {
		return no(ErrWrong, "form")
	}
	if !logoutType(raw) {
		return no(ErrWrong, "type")
	}
	select {
	case p.leaving <- struct{}{}:
		defer func() { <-p.leaving }()
	default:
		return no(ErrBusy, "busy")
	}
	o, err := p.ask(ctx)
	if err != nil {
		return Departure{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTerm)
	defer cancel()
	now := p.o.Now()
	keys := &watched{KeySet: o.departed}
	verifier := lib.NewVerifier(p.o.Issuer, keys, &lib.Config{ClientID: p.o.ClientID, SupportedSigningAlgs: algorithms, Now: func() time.Time { return now.Add(-leeway) }})
	token, err := verifier.Verify(ctx, raw)
	var late *lib.TokenExpiredError
	switch {
	case errors.As(err, &late):
		return no(ErrWrong, "expired")
	case keys.away:
		return no(ErrAway, "keys")
	case err != nil:
		return no(ErrWrong, "logout_token")
	case token.Issuer != p.o.Issuer:
		return no(ErrWrong, "other_issuer")
	}
	var l logout
	if token.Claims(&l) != nil {
		return no(ErrWrong, "claims")
	}
	var happened map[string]any
	switch {
	case l.Nonce != nil:
		// It would be a token to sign in with.
		return no(ErrWrong, "nonce")
	case json.Unmarshal(l.Events[logoutEvent], &happened) != nil || happened == nil:
		return no(ErrWrong, "events")
	case !plainAccount(l.ID):
		return no(ErrWrong, "jti")
	case token.IssuedAt.After(now.Add(leeway)) || token.IssuedAt.Before(now.Add(-LogoutTerm-leeway)):
		return no(ErrWrong, "issued_at")
	case l.SID == nil && l.Sub == nil, l.SID != nil && !plainAccount(*l.SID), l.Sub != nil && !plainAccount(*l.Sub):
		return no(ErrNobody, "sub")
	}
	d := Departure{Once: p.name("jti", l.ID), At: token.IssuedAt}
	switch {
	case l.SID == nil:
		d.Wide = []string{p.name("sub", *l.Sub)}
	case l.Sub != nil:
		d.Wide = []string{p.name("any", *l.Sub)}
		fallthrough
	default:
		d.Ended = p.name("sid", *l.SID)
	}
	return d, nil
}

// logoutType reports whether a token may be about signing out: one that says that it
// is of another type is not.
func logoutType(raw string) bool {
	head, _, _ := strings.Cut(raw, ".")
	var h struct {
		Type *string `json:"typ"`
	}
	plain, err := unbase64(head)
	if err != nil || json.Unmarshal(plain, &h) != nil {
		return false
	}
	if h.Type == nil {
		return true
	}
	switch strings.TrimPrefix(strings.ToLower(*h.Type), "application/") {
	case "jwt", "logout+jwt":
		return true
	}
	return false
}

// seldom fetches keys only once in awayTerm: whoever sends us tokens with keys that
// nobody knows must not make us ask the provider each time.
type seldom struct {
	http.RoundTripper
	p *Provider
}

// RoundTrip implements http.RoundTripper.
func (s seldom) RoundTrip(r *http.Request) (*http.Response, error) {
	s.p.mu.Lock()
	now := s.p.o.Now()
	soon := !s.p.fetched.IsZero() && now.Sub(s.p.fetched) < awayTerm
	if !soon {
		s.p.fetched = now
	}
	s.p.mu.Unlock()
	if soon {
		return nil, errors.New("oidc: the keys were fetched a moment ago")
	}
	return s.RoundTripper.RoundTrip(r)
}
