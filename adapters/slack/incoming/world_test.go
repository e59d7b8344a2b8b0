package incoming

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/adapters/slack/blocks"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// listener is a bot that remembers what it was told, once each, and answers what
// it was set to.
type listener struct {
	mu      sync.Mutex
	events  map[string]bot.Event
	order   []string
	tellers int // how often it was told, repeats too
	fail    error
	waits   bool // everything
	asked   []bot.Submission
	judged  []bot.Posting
	changed chan struct{}

	submit func(bot.Submission) (bot.FormAnswer, error)
	swept  func(bot.Posting) (bot.Answer, error)
	home   func(bot.UserID) (string, error)
	bot.Incoming
}

func (l *listener) Receive(_ context.Context, e bot.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
	l.tellers++
	if l.fail != nil {
		return l.fail
	}
	if e.ID == "" || e.Platform == "" {
		return fmt.Errorf("an event without an id: %+v", e)
	}
	if _, known := l.events[e.ID]; known {
		return nil
	}
	l.events[e.ID] = e
	l.order = append(l.order, e.ID)
	return nil
}

func (l *listener) Submit(_ context.Context, s bot.Submission) (bot.FormAnswer, error) {
	l.mu.Lock()
	l.asked = append(l.asked, s)
	f := l.submit
	l.mu.Unlock()
	if f == nil {
		return bot.FormAnswer{}, nil
	}
	return f(s)
}

func (l *listener) Swept(_ context.Context, p bot.Posting) (bot.Answer, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.judged = append(l.judged, p)
	if l.swept == nil {
		return bot.Answer{Allow: true}, nil
	}
	return l.swept(p)
}

func (l *listener) Pending(context.Context, string, string) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waits, nil
}

func (l *listener) Home(_ context.Context, _ string, user bot.UserID) (string, error) {
	if l.home == nil {
		return "Je zit in geen casus.", nil
	}
	return l.home(user)
}

func (l *listener) all() []bot.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []bot.Event
	for _, id := range l.order {
		out = append(out, l.events[id])
	}
	return out
}

// await returns the first event that fits.
func (l *listener) await(t testing.TB, fits func(bot.Event) bool) bot.Event {
	t.Helper()
	late := time.After(time.Minute)
	for {
		l.mu.Lock()
		for _, id := range l.order {
			if e := l.events[id]; fits(e) {
				l.mu.Unlock()
				return e
			}
		}
		if l.changed == nil {
			l.changed = make(chan struct{})
		}
		changed := l.changed
		l.mu.Unlock()
		select {
		case <-changed:
		case <-late:
			t.Fatalf("no such event among %+v", l.all())
		}
	}
}

// world is a workspace with the bot's ears in it.
type world struct {
	t       testing.TB
	fake    *slackfake.Server
	chat    *slack.Chat
	in      *listener
	r       *Receiver
	seal    blocks.Seal
	secrets func() []string
	waits   map[time.Duration]chan time.Time // what waiting of each length waits for; none: it is over at once
	noor    *slackfake.Person
	ab      *slackfake.Person
	room    string
	gone    []string // workspaces that were revoked, or came back
	token   func() string
	used    map[string]bool
	socket  bool // everything comes over connections
}

// newWorld makes a workspace; o changes what it is like.
func newWorld(t testing.TB, o slackfake.Options, change ...func(w *world)) *world {
	t.Helper()
	o.Unlimited = true
	if o.Clock == nil {
		o.Clock = slackfake.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)) // it stands still: nothing is late but what a test makes late
	}
	over := make(chan time.Time)
	close(over)
	w := &world{t: t, socket: o.SocketMode, used: map[string]bool{}, waits: map[time.Duration]chan time.Time{answerTerm: nil}, fake: slackfake.New(t, o), in: &listener{events: map[string]bot.Event{}}}
	w.seal = blocks.Seal{Keys: func() [][]byte { return [][]byte{[]byte("a key of the tests")} }}
	w.token = w.fake.BotToken
	w.secrets = func() []string { return []string{w.fake.SigningSecret} }
	for _, f := range change {
		f(w)
	}
	w.chat = slack.New(slack.Options{API: w.fake.APIURL(), Token: func() string { return w.token() }, Seal: w.seal, Now: w.fake.Clock.Now})
	var mu sync.Mutex
	w.r = New(Options{In: w.in, Workspaces: []Workspace{w.chat}, Secrets: func() []string { return w.secrets() }, Seal: w.seal, Now: w.fake.Clock.Now, After: func(d time.Duration) <-chan time.Time {
		if c, given := w.waits[d]; given {
			return c
		}
		return over
	},
		Revoked: func(name string) { mu.Lock(); defer mu.Unlock(); w.gone = append(w.gone, name) }})
	t.Cleanup(w.r.Close)
	w.noor, w.ab = w.fake.AddPerson(slackfake.PersonOptions{Name: "noor"}), w.fake.AddPerson(slackfake.PersonOptions{Name: "ab", Admin: true})
	w.room = w.fake.CommonChannel("overleg", w.noor, w.ab)
	return w
}

// overHTTP lets Slack send everything to an address of ours.
func (w *world) overHTTP() *world {
	w.t.Helper()
	server := httptest.NewServer(w.r)
	w.t.Cleanup(server.Close)
	for _, which := range []string{"events", "interactivity", "options", "/casus", "/convenant", "/onbekend"} {
		if err := w.fake.SetRequestURL(which, server.URL+"/slack/"+strings.TrimPrefix(which, "/")); err != nil {
			w.t.Fatal(err)
		}
	}
	return w
}

// post sends a signed body, as Slack would.
func (w *world) post(kind, body string, change ...func(h http.Header)) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodPost, "/slack/events", strings.NewReader(body))
	req.Header.Set("Content-Type", kind)
	at, signature := slackfake.Sign(w.secrets()[0], w.fake.Clock.Now(), []byte(body))
	req.Header.Set("X-Slack-Request-Timestamp", at)
	req.Header.Set("X-Slack-Signature", signature)
	for _, f := range change {
		f(req.Header)
	}
	res := httptest.NewRecorder()
	w.r.ServeHTTP(res, req)
	return res
}

// tell sends an event of this workspace.
func (w *world) tell(eventID string, event map[string]any) *httptest.ResponseRecorder {
	raw, _ := json.Marshal(map[string]any{"type": "event_callback", "team_id": w.fake.TeamID, "event_id": eventID, "event": event})
	return w.post("application/json", string(raw))
}

func must[T any](t testing.TB, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// always sets whether every event still waits.
func (w *world) always(waits bool) {
	w.in.mu.Lock()
	defer w.in.mu.Unlock()
	w.in.waits = waits
}

// overSocket lets Slack send everything over connections that we make.
func (w *world) overSocket(n int) (socket *Socket, stop func()) {
	w.t.Helper()
	socket = &Socket{Receiver: w.r, Connections: n, Open: OpenBy(w.fake.APIURL(), w.fake.AppToken)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- socket.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Error(err)
		}
	})
	w.t.Cleanup(stop)
	if !w.fake.Eventually(soon(w.t), func() bool { return w.fake.Sockets() == n }) {
		w.t.Fatalf("%d connections, want %d", w.fake.Sockets(), n)
	}
	return socket, stop
}

// aForm is a form as the bot makes them.
func aForm(ticket string) bot.Form {
	return bot.Form{Ticket: ticket, Title: "Titel", Intro: "Vul in.", Send: "Ja", Fields: []bot.Field{
		{Name: "name", Label: "Naam", Kind: bot.ShortText}, {Name: "sure", Label: "Zeker", Kind: bot.Tick}, {Name: "day", Label: "Dag", Kind: bot.Date, Optional: true}}}
}

// blockOf is the block of a field in a view.
func blockOf(t testing.TB, v slackfake.View, name string) string {
	t.Helper()
	var asked struct{ Blocks []json.RawMessage }
	if err := json.Unmarshal(v.Raw, &asked); err != nil {
		t.Fatal(err)
	}
	_, all := blocks.Fields(asked.Blocks)
	if all[name] == "" {
		t.Fatalf("no field %s in %s", name, v.Raw)
	}
	return all[name]
}

// form is a body with a payload in it.
func form(payload map[string]any) string {
	raw, _ := json.Marshal(payload)
	return url.Values{"payload": {string(raw)}}.Encode()
}

// told is how often the bot was told of anything.
func (l *listener) told() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tellers
}

// busy is how much is being done besides.
func (r *Receiver) busy() int { return len(r.slot) }

// eventually waits until is holds, moving the fake's clock where something waits
// for it, as a redelivery does: slowly enough that what is under way arrives first,
// and not while there is no connection, since Slack tries three times only.
func (w *world) eventually(is func() bool) {
	w.t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if w.fake.Clock.Waiting() > 0 && (!w.socket || w.fake.Sockets() > 0) {
			w.fake.Clock.Advance(time.Second)
		}
		if time.Now().After(end) {
			w.t.Fatal("it never came")
		}
	}
}
