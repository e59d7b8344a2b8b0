package mattermost

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// steps is a pace that counts.
type steps struct {
	waits int
	rests []time.Duration
	fail  error
}

func (s *steps) Wait(context.Context) error { s.waits++; return s.fail }

func (s *steps) Rest(_ context.Context, d time.Duration) { s.rests = append(s.rests, d) }

func TestEveryRequestKeepsToThePaceAndARefusalLetsAllRest(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked == 1 {
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}))
	defer server.Close()
	s := &steps{}
	client := http.Client{Transport: patient(keepPace(http.DefaultTransport, s), 5*time.Second)}
	res, err := client.Post(server.URL, "text/plain", strings.NewReader("body"))
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("Post = %v, %v", res, err)
	}
	_ = res.Body.Close()
	if s.waits != 2 || len(s.rests) != 1 || s.rests[0] != 100*time.Millisecond {
		t.Errorf("%d waits and rests %v, want 2 and one of 100ms", s.waits, s.rests)
	}
}

func TestARequestThatMayNotGoIsNotSent(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was sent") }))
	defer server.Close()
	late := errors.New("too late")
	client := http.Client{Transport: keepPace(http.DefaultTransport, &steps{fail: late})}
	if _, err := client.Post(server.URL, "text/plain", strings.NewReader("body")); !errors.Is(err, late) {
		t.Errorf("Post = %v, want %v", err, late)
	}
}
