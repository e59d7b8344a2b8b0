package oidc

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	lib "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Answer is what was found out about something that was asked: unknown, unless it was.
type Answer int

// The answers.
const (
	Unknown Answer = iota
	Yes
	No
)

// Seen is how a provider looks from here, found without signing anybody in.
type Seen struct {
	Offers   error  // why it cannot be asked what it offers; the rest is unknown then
	Keys     Answer // it shows keys that we can read a signature with
	PKCE     Answer // it says that it knows the challenge that we send
	Redirect Answer // it knows where people come back
	Client   Answer // it takes our secret
	Logout   Answer // it says that it tells when it signs somebody out
}

// Look asks the provider what it offers, for its keys, and twice for something that it
// must refuse: a sign-in in which nobody may be asked anything, and tokens for a code
// that it never gave. From how it refuses is seen whether it knows us.
func (p *Provider) Look(ctx context.Context) Seen {
	o, err := p.discover(ctx)
	if err != nil {
		return Seen{Offers: err}
	}
	s := Seen{Keys: p.lookAtKeys(ctx, o), Logout: answer(o.SignsOut)}
	if len(o.Challenges) > 0 {
		s.PKCE = answer(slices.Contains(o.Challenges, "S256"))
	}
	c, verifier := p.config(o), oauth2.GenerateVerifier()
	s.Redirect = p.lookAtRedirect(ctx, c.AuthCodeURL(rand.Text(), lib.Nonce(rand.Text()), oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("prompt", "none")))
	ctx, cancel := context.WithTimeout(lib.ClientContext(ctx, p.client), answerTerm)
	defer cancel()
	_, err = c.Exchange(ctx, rand.Text(), oauth2.VerifierOption(verifier))
	var e *Error
	switch errors.As(exchangeError(err), &e); {
	case err == nil:
	case e.Why == "code":
		s.Client = Yes
	case e.Why == "client":
		s.Client = No
	}
	return s
}

func answer(yes bool) Answer {
	if yes {
		return Yes
	}
	return No
}

// lookAtRedirect asks to sign in without asking anybody. A provider that knows where
// people come back sends the browser there with a no; one that does not must not.
// Source: RFC 6749, 4.1.2.1.
func (p *Provider) lookAtRedirect(ctx context.Context, address string) Answer {
	got, _, err := p.fetch(ctx, address)
	if err != nil {
		return Unknown
	}
	to := got.Header.Get("Location")
	switch {
	case got.StatusCode/100 == 3 && (to == p.o.Redirect || strings.HasPrefix(to, p.o.Redirect+"?")):
		return Yes
	case got.StatusCode/100 == 4:
		return No
	}
	return Unknown
}

// lookAtKeys reads the keys that the provider shows.
func (p *Provider) lookAtKeys(ctx context.Context, o *offer) Answer {
	got, body, err := p.fetch(ctx, o.Keys)
	if err != nil || got.StatusCode != http.StatusOK {
		return Unknown
	}
	var all struct {
		Keys []struct {
			Type string `json:"kty"`
			Use  string `json:"use"`
			Alg  string `json:"alg"`
		} `json:"keys"`
	}
	if json.Unmarshal(body, &all) != nil {
		return No
	}
	for _, k := range all.Keys {
		if slices.Contains([]string{"RSA", "EC", "OKP"}, k.Type) && k.Use != "enc" && (k.Alg == "" || slices.Contains(algorithms, k.Alg)) {
			return Yes
		}
	}
	return No
}

func (p *Provider) fetch(ctx context.Context, address string) (*http.Response, []byte, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTerm)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, nil, err
	}
	got, err := p.client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	return got, body, err
}
