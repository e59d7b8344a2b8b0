package mattermost

import (
	"net/http"
	"time"

	"github.com/convenantbot/convenantbot/internal/retry"
)

// patient waits when the server says that it was asked too much, at most so long for
// one request.
func patient(next http.RoundTripper, most time.Duration) http.RoundTripper {
	return retry.Transport{Next: next, Most: most, Asked: retryAfter}
}

// retryAfter is how long the server asks to wait; between 100 ms and 10 s.
func retryAfter(h http.Header) time.Duration {
	return retry.After(h, 10*time.Second, "Retry-After", "X-Ratelimit-Reset")
}
