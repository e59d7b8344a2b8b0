package mattermost

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestARequestThatCameTooSoonIsRepeated(t *testing.T) {
	for _, test := range []struct {
		name   string
		method string
		no     int // how often the server says no
		status int
		most   time.Duration
		want   int
		asked  int
	}{
		{"at once", "GET", 0, 429, time.Second, 200, 1},
		{"after two waits", "GET", 2, 429, 5 * time.Second, 200, 3},
		{"with its body", "POST", 1, 429, 5 * time.Second, 200, 2},
		{"for ever", "GET", 100, 429, 150 * time.Millisecond, 429, 1},
		{"another failure is not repeated", "GET", 100, 503, time.Second, 503, 1},
	} {
		asked := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b, _ := io.ReadAll(r.Body)
			if r.Method == "POST" && string(b) != "body" {
				t.Errorf("%s: body %q", test.name, b)
			}
			if asked++; asked <= test.no {
				w.Header().Set("Retry-After", "0")
				if test.most < time.Second {
					w.Header().Set("Retry-After", "1")
				}
				w.WriteHeader(test.status)
			}
		}))
		var body io.Reader
		if test.method == "POST" {
			body = strings.NewReader("body")
		}
		req, _ := http.NewRequestWithContext(t.Context(), test.method, s.URL, body)
		res, err := patient{http.DefaultTransport, test.most}.RoundTrip(req)
		if err != nil || res.StatusCode != test.want || asked != test.asked {
			t.Errorf("%s: %v, %v after %d requests; want %d after %d", test.name, res, err, asked, test.want, test.asked)
		}
		if err == nil {
			_ = res.Body.Close()
		}
		s.Close()
	}
}
