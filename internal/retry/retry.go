package retry

import (
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// Transport is a transport that waits when the server says that it was asked too
// much (429), and asks again.
type Transport struct {
	Next http.RoundTripper
	// Most is how long one request waits in all; then the refusal is the answer.
	Most time.Duration
	// Asked is how long a refusal asks to wait.
	Asked func(h http.Header) time.Duration
}

// RoundTrip implements http.RoundTripper. A request whose body cannot be had again is
// not repeated.
func (t Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	var waited time.Duration
	for {
		res, err := t.Next.RoundTrip(r)
		if err != nil || res.StatusCode != http.StatusTooManyRequests {
			return res, err
		}
		// Those who were refused together do not come back together.
		wait := t.Asked(res.Header) + time.Duration(rand.Int64N(int64(100*time.Millisecond)))
		if waited += wait; waited > t.Most {
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

// least is the shortest wait.
const least = 100 * time.Millisecond

// After is how long the first of these headers that has whole seconds asks to wait,
// from 100 ms to most; a second when none has.
func After(h http.Header, most time.Duration, names ...string) time.Duration {
	for _, name := range names {
		if n, err := strconv.Atoi(h.Get(name)); err == nil {
			if n > int(most/time.Second) {
				return most
			}
			return max(time.Duration(n)*time.Second, least)
		}
	}
	return time.Second
}
