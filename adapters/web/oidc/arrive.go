package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	lib "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Arrival is somebody who signed in.
type Arrival struct {
	Account string    // what the claim names
	Once    string    // names this sign-in; it may be used once
	At      time.Time // when the provider said so, by its own clock
	Names   []string  // by which the provider may sign them out again
	Luggage
}

// maxAccount is the longest name of an account, in bytes. Core says 255 of "sub".
const maxAccount = 255

// Arrive finishes what Begin began: kept is what the browser kept, raw the query with
// which it came back. Everything is an *Error.
func (p *Provider) Arrive(ctx context.Context, kept, raw string) (Arrival, error) {
	t, err := p.unpack(kept)
	if err != nil {
		return Arrival{}, err
	}
	b, err := parseBack(raw)
	if err != nil {
		return Arrival{}, err
	}
	if !same(b.State, t.State) {
		return Arrival{}, &Error{Kind: ErrStale, Why: "state"}
	}
	select {
	case p.busy <- struct{}{}:
		defer func() { <-p.busy }()
	default:
		return Arrival{}, &Error{Kind: ErrBusy, Why: "busy"}
	}
	o, err := p.ask(ctx)
	if err != nil {
		return Arrival{}, err
	}
	// Another provider's answer on the way back to ours: a mix-up. Source: RFC 9207.
	if b.Issuer != "" && !same(b.Issuer, p.o.Issuer) || b.Issuer == "" && o.SaysIssuer {
		return Arrival{}, &Error{Kind: ErrWrong, Why: "other_issuer"}
	}
	if b.Refused != "" {
		err := refusal(b.Refused)
		if t.Ask == ToChoose && KindOf(err) == ErrWrong {
			// Not every provider knows what was asked besides; all know the other.
			err = &Error{Kind: ErrUnasked, Why: "prompt"}
		}
		return Arrival{}, err
	}
	ctx, cancel := context.WithTimeout(lib.ClientContext(ctx, p.client), 2*answerTerm)
	defer cancel()
	c := p.config(o)
	tokens, err := c.Exchange(ctx, b.Code, oauth2.VerifierOption(t.Verifier))
	if err != nil {
		return Arrival{}, exchangeError(err)
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok || raw == "" {
		return Arrival{}, &Error{Kind: ErrWrong, Why: "no_id_token"}
	}
	a, err := p.check(ctx, o, raw, t.Nonce)
	if err != nil {
		return Arrival{}, err
	}
	a.Once, a.Luggage = "sign-in:"+t.State, t.Luggage
	return a, nil
}

// refusal is what a provider says instead of a code.
func refusal(code string) error {
	switch code {
	case "temporarily_unavailable", "server_error":
		return &Error{Kind: ErrAway, Why: code}
	case "access_denied", "login_required", "interaction_required", "consent_required", "account_selection_required":
		return &Error{Kind: ErrDenied, Why: code}
	case "unmet_authentication_requirements":
		return &Error{Kind: ErrWeak, Why: code}
	}
	// It says what it thinks of our request: not something to repeat.
	return &Error{Kind: ErrWrong, Why: "provider"}
}

// exchangeError is why a code gave no tokens. The library's own error holds what the
// provider said.
func exchangeError(err error) error {
	var said *oauth2.RetrieveError
	if errors.As(err, &said) && said.Response != nil {
		switch {
		case said.Response.StatusCode >= http.StatusInternalServerError:
			return &Error{Kind: ErrAway, Why: "token_endpoint"}
		case said.ErrorCode == "invalid_client", said.Response.StatusCode == http.StatusUnauthorized:
			return &Error{Kind: ErrWrong, Why: "client"}
		case said.ErrorCode == "invalid_grant":
			return &Error{Kind: ErrStale, Why: "code"}
		}
		return &Error{Kind: ErrWrong, Why: "token_endpoint"}
	}
	return &Error{Kind: ErrAway, Why: "token_endpoint"}
}

// issued is what is read of a token besides what the library looks at.
type issued struct {
	Party string          `json:"azp"`
	SID   string          `json:"sid"`
	ACR   string          `json:"acr"`
	AMR   json.RawMessage `json:"amr"`
}

// watched is the provider's keys, and remembers that they could not be fetched: the
// library tells that and a wrong signature apart only in words.
type watched struct {
	lib.KeySet
	away bool
}

// VerifySignature implements lib.KeySet.
func (w *watched) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := w.KeySet.VerifySignature(ctx, token)
	w.away = err != nil && strings.HasPrefix(err.Error(), "fetching keys")
	return payload, err
}

// check returns whom a token names, when it was issued, and what the provider calls
// the sign-in. Everything else in it is forgotten.
func (p *Provider) check(ctx context.Context, o *offer, raw, nonce string) (Arrival, error) {
	no := func(kind Kind, why string) (Arrival, error) { return Arrival{}, &Error{Kind: kind, Why: why} }
	wrong := func(why string) (Arrival, error) { return no(ErrWrong, why) }
	now := p.o.Now()
	// The library allows no difference between clocks at the end.
	keys := &watched{KeySet: o.signed}
	verifier := lib.NewVerifier(p.o.Issuer, keys, &lib.Config{ClientID: p.o.ClientID, SupportedSigningAlgs: algorithms, Now: func() time.Time { return now.Add(-leeway) }})
	token, err := verifier.Verify(ctx, raw)
	var late *lib.TokenExpiredError
	switch {
	case errors.As(err, &late):
		return wrong("expired")
	case keys.away:
		p.forget(o)
		return no(ErrAway, "keys")
	case err != nil:
		return wrong("id_token")
	case token.Issuer != p.o.Issuer: // the library knows an exception to this
		return wrong("other_issuer")
	case !same(token.Nonce, nonce):
		return wrong("nonce")
	}
	var i issued
	if token.Claims(&i) != nil {
		return wrong("claims")
	}
	if i.Party != "" && i.Party != p.o.ClientID || i.Party == "" && len(token.Audience) > 1 {
		return wrong("authorized_party")
	}
	if token.IssuedAt.After(now.Add(leeway)) || token.IssuedAt.Before(now.Add(-TripTerm-leeway)) {
		return wrong("issued_at")
	}
	if len(p.o.ACR) > 0 && !slices.Contains(p.o.ACR, i.ACR) {
		return no(ErrWeak, "acr")
	}
	if len(p.o.AMR) > 0 && !slices.ContainsFunc(methods(i.AMR), func(m string) bool { return slices.Contains(p.o.AMR, m) }) {
		return no(ErrWeak, "amr")
	}
	all := map[string]json.RawMessage{}
	var account string
	if token.Claims(&all) != nil || json.Unmarshal(all[p.o.Claim], &account) != nil || !plainAccount(account) {
		return no(ErrNobody, "claim")
	}
	return Arrival{Account: account, At: token.IssuedAt, Names: p.names(i.SID, token.Subject)}, nil
}

// methods is how somebody signed in: a list, and from some providers one word.
func methods(raw json.RawMessage) []string {
	var all []string
	var one string
	if len(raw) == 0 {
		return nil
	}
	if json.Unmarshal(raw, &all) == nil {
		return all
	}
	if json.Unmarshal(raw, &one) == nil {
		return []string{one}
	}
	return nil
}

// plainAccount reports whether a text can be the name of an account.
func plainAccount(s string) bool {
	return s != "" && len(s) <= maxAccount && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || unicode.IsSpace(r) })
}
