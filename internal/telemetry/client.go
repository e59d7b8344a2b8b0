package telemetry

import "net/http"

// client calls a collector with the token of the moment. It follows no redirect:
// what is measured goes where it was told to go.
func client(token func() string) *http.Client {
	return &http.Client{Timeout: exportTerm, Transport: bearer{token},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

type bearer struct{ token func() string }

// RoundTrip implements http.RoundTripper.
func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.token != nil {
		if word := b.token(); word != "" {
			r = r.Clone(r.Context())
			r.Header.Set("Authorization", "Bearer "+word)
		}
	}
	return http.DefaultTransport.RoundTrip(r)
}
