package mattermost

import (
	"context"
	"net/http"
	"time"
)

// Pace keeps the requests of all copies of the bot to one server under a rate.
type Pace interface {
	// Wait returns when a request may go, or with the context's error.
	Wait(ctx context.Context) error
	// Rest makes every copy wait: the server said that it was asked too much.
	Rest(ctx context.Context, d time.Duration)
}

// paced is a transport that keeps to a pace. Every request counts, repeated ones
// too.
type paced struct {
	next http.RoundTripper
	pace Pace
}

// measured returns next with measure around it, if there is one.
func measured(next http.RoundTripper, measure func(http.RoundTripper) http.RoundTripper) http.RoundTripper {
	if measure == nil {
		return next
	}
	return measure(next)
}

// keepPace returns next, kept to a pace if there is one.
func keepPace(next http.RoundTripper, pace Pace) http.RoundTripper {
	if pace == nil {
		return next
	}
	return paced{next, pace}
}

// RoundTrip implements http.RoundTripper.
func (p paced) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := p.pace.Wait(r.Context()); err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // as a transport must
		}
		return nil, err
	}
	res, err := p.next.RoundTrip(r)
	if err == nil && res.StatusCode == http.StatusTooManyRequests {
		p.pace.Rest(r.Context(), retryAfter(res.Header))
	}
	return res, err
}
