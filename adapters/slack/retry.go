package slack

import (
	"net/http"
	"time"

	"github.com/convenantbot/convenantbot/internal/retry"
)

// patient waits when Slack says that it was asked too much, at most so long for
// one request.
func patient(next http.RoundTripper, most time.Duration) http.RoundTripper {
	return retry.Transport{Next: next, Most: most, Asked: retryAfter}
}

// retryAfter is how long Slack asks to wait; between 100 ms and a minute.
func retryAfter(h http.Header) time.Duration {
	return retry.After(h, time.Minute, "Retry-After")
}
