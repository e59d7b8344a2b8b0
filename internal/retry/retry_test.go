package retry

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func asking(most time.Duration) Transport {
	return Transport{http.DefaultTransport, most, func(h http.Header) time.Duration { return After(h, time.Minute, "Retry-After") }}
}

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
		res, err := asking(test.most).RoundTrip(req)
		if err != nil || res.StatusCode != test.want || asked != test.asked {
			t.Errorf("%s: %v, %v after %d requests; want %d after %d", test.name, res, err, asked, test.want, test.asked)
		}
		if err == nil {
			_ = res.Body.Close()
		}
		s.Close()
	}
}

// once is a body that can be read a single time.
type once struct{ io.Reader }

func TestABodyThatCannotBeHadAgainIsNotSentHalf(t *testing.T) {
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		asked++
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer s.Close()
	req, _ := http.NewRequestWithContext(t.Context(), "POST", s.URL, once{strings.NewReader("body")})
	res, err := asking(time.Minute).RoundTrip(req)
	if err != nil || res.StatusCode != http.StatusTooManyRequests || asked != 1 {
		t.Fatalf("%v, %v after %d requests; want the refusal after one", res, err, asked)
	}
	_ = res.Body.Close()
}

func TestWhoWaitsStopsWithItsContext(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "50")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer s.Close()
	ctx, stop := context.WithCancel(t.Context())
	req, _ := http.NewRequestWithContext(ctx, "GET", s.URL, nil)
	asked := Transport{http.DefaultTransport, time.Hour, func(h http.Header) time.Duration {
		stop() // while it waits
		return After(h, time.Minute, "Retry-After")
	}}
	if res, err := asked.RoundTrip(req); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v; want that it was cancelled", res, err)
	}
}

func TestHowLongARefusalAsksToWait(t *testing.T) {
	for _, test := range []struct {
		headers map[string]string
		want    time.Duration
	}{
		{nil, time.Second},
		{map[string]string{"Retry-After": "3"}, 3 * time.Second},
		{map[string]string{"Retry-After": "0"}, least},
		{map[string]string{"Retry-After": "-5"}, least},
		{map[string]string{"Retry-After": "10"}, 10 * time.Second},
		{map[string]string{"Retry-After": "11"}, 10 * time.Second},
		{map[string]string{"Retry-After": "9223372036854775807"}, 10 * time.Second},
		{map[string]string{"Retry-After": "soon"}, time.Second},
		{map[string]string{"Retry-After": "soon", "X-Reset": "4"}, 4 * time.Second},
		{map[string]string{"X-Reset": "4", "Retry-After": "2"}, 2 * time.Second},
	} {
		h := http.Header{}
		for k, v := range test.headers {
			h.Set(k, v)
		}
		if got := After(h, 10*time.Second, "Retry-After", "X-Reset"); got != test.want {
			t.Errorf("After(%v) = %s, want %s", test.headers, got, test.want)
		}
	}
}
