package slack

import (
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// patient is a transport that waits when Slack says that it was asked too
// much. Slack refuses such a request before it does anything, so any
// request may be repeated; anything else is the caller's to judge.
type patient struct {
	next http.RoundTripper
	// most is how long one request waits in all.
	most time.Duration
}

// RoundTrip implements http.RoundTripper.
func (p patient) RoundTrip(r *http.Request) (*http.Response, error) {
	var waited time.Duration
	for {
		res, err := p.next.RoundTrip(r)
		if err != nil || res.StatusCode != http.StatusTooManyRequests {
			return res, err
		}
		wait := retryAfter(res.Header) + time.Duration(rand.Int64N(int64(100*time.Millisecond)))
		if waited += wait; waited > p.most {
			return res, nil
		}
		if r.Body != nil && r.Body != http.NoBody {
			if r.GetBody == nil {
				return res, nil
			}
			body, err := r.GetBody()
			if err != nil {
				return res, nil
			}
			again := r.Clone(r.Context())
			again.Body = body
			r = again
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 4096))
		_ = res.Body.Close()
		select {
		case <-r.Context().Done():
			return nil, r.Context().Err()
		case <-time.After(wait):
		}
	}
}

// retryAfter is how long Slack asks to wait; between 100 ms and a minute.
func retryAfter(h http.Header) time.Duration {
	if n, err := strconv.Atoi(h.Get("Retry-After")); err == nil {
		return min(max(time.Duration(n)*time.Second, 100*time.Millisecond), time.Minute)
	}
	return time.Second
}
