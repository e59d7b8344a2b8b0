package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/bridge"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

const secret = "een-geheim-van-minstens-32-tekens-lang"

// fakeBot is the other end of the bridge: it remembers what it is told and
// answers what it was set to. Its zero answers are no.
type fakeBot struct {
	*httptest.Server
	caller *bridge.Caller

	skew atomic.Int64 // how far its clock is ahead

	mu        sync.Mutex
	onUpload  func(bridge.Upload, []byte) (bridge.Verdict, error)
	onPosting func(bridge.Posting) (bridge.Verdict, error)
	events    []bridge.Event
	uploads   []bridge.Upload
	postings  []bridge.Posting
}

func newFakeBot(t testing.TB, server string) *fakeBot {
	b := &fakeBot{}
	secrets := func() bridge.Secrets { return bridge.Secrets{Sign: secret} }
	s := &bridge.Server{Direction: bridge.ToBot, Secrets: secrets, Nonces: bridge.NewMemoryNonces(time.Now),
		Now: func() time.Time { return time.Now().Add(time.Duration(b.skew.Load())) }}
	bridge.Handle(s, bridge.BotHello, func(context.Context, bridge.PluginState) (bridge.BotState, error) {
		return bridge.BotState{Bridge: bridge.Version, Bot: "test", Now: time.Now().UnixMilli()}, nil
	})
	bridge.HandleStream(s, bridge.BotUpload, func(_ context.Context, u bridge.Upload, content *bridge.Content) (bridge.Verdict, error) {
		data, err := io.ReadAll(content)
		if err != nil {
			return bridge.Verdict{}, err
		}
		b.mu.Lock()
		b.uploads = append(b.uploads, u)
		f := b.onUpload
		b.mu.Unlock()
		if f == nil {
			return bridge.Verdict{Text: "De bot zegt nee."}, nil
		}
		return f(u, data)
	})
	bridge.Handle(s, bridge.BotPosting, func(_ context.Context, p bridge.Posting) (bridge.Verdict, error) {
		b.mu.Lock()
		b.postings = append(b.postings, p)
		f := b.onPosting
		b.mu.Unlock()
		if f == nil {
			return bridge.Verdict{Allow: len(p.Files) == 0, Text: "De bot zegt nee."}, nil
		}
		return f(p)
	})
	bridge.Handle(s, bridge.BotSwept, func(_ context.Context, p bridge.Posting) (bridge.Verdict, error) {
		return bridge.Verdict{Allow: !strings.Contains(p.Text, "ongezien")}, nil
	})
	bridge.Handle(s, bridge.BotEvent, func(_ context.Context, e bridge.Event) (bridge.Done, error) {
		b.mu.Lock()
		b.events = append(b.events, e)
		b.mu.Unlock()
		return bridge.Done{}, nil
	})
	bridge.Handle(s, bridge.BotSubmit, func(context.Context, bridge.Submission) (bridge.SubmitAnswer, error) {
		return bridge.SubmitAnswer{Errors: map[string]string{"a": "fout"}}, nil
	})
	b.Server = httptest.NewServer(s)
	t.Cleanup(b.Close)
	b.caller = &bridge.Caller{
		Base:    func() string { return server + "/plugins/" + PluginID },
		Secrets: secrets, Now: time.Now, HTTP: bridge.NewHTTP(),
		Pace: bridge.Pace{First: time.Minute, Floor: 1 << 10, Last: time.Minute},
	}
	return b
}

// set changes the answers and forgets what was told.
func (b *fakeBot) set(upload func(bridge.Upload, []byte) (bridge.Verdict, error), posting func(bridge.Posting) (bridge.Verdict, error)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.onUpload, b.onPosting = upload, posting
	b.uploads, b.postings = nil, nil
}

// await waits for an event that fits.
func (b *fakeBot) await(t testing.TB, what string, fits func(bridge.Event) bool) bridge.Event {
	t.Helper()
	for end := time.Now().Add(4 * time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		b.mu.Lock()
		for _, e := range b.events {
			if fits(e) {
				b.mu.Unlock()
				return e
			}
		}
		b.mu.Unlock()
	}
	t.Fatalf("no event: %s", what)
	return bridge.Event{}
}

// client is a plain HTTP client for what no signed call can express.
func client() *http.Client { return &http.Client{Timeout: time.Minute} }

// install puts the plugin on a server, points it at a fake bot and puts the bot
// into the team.
func install(t testing.TB, s *testserver.Server) *fakeBot {
	b := newFakeBot(t, s.URL)
	s.InstallPlugin(PluginID, testserver.Bundle(t, ""), map[string]any{"boturl": b.URL, "secret": secret})
	state, err := bridge.PluginHello.Do(t.Context(), b.caller, bridge.BotState{Bridge: bridge.Version})
	if err != nil {
		t.Fatalf("hello: %v\n%s", err, s.Log())
	}
	if _, _, err := s.Admin.AddTeamMember(t.Context(), s.Team.Id, state.Bot); err != nil {
		t.Fatalf("add the bot to the team: %v", err)
	}
	return b
}
