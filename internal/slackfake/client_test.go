package slackfake

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// client is as plain a client as can be, so that what it sees is what the fake says.
type client struct {
	t     testing.TB
	s     *Server
	token string
}

// args makes arguments of pairs.
func args(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// call calls a method and returns its answer and error code.
func (c client) call(method string, pairs ...string) (map[string]any, string) {
	c.t.Helper()
	req, err := http.NewRequest(http.MethodPost, c.s.APIURL()+method, bytes.NewReader([]byte(args(pairs...).Encode())))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+c.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
	defer res.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
	code, _ := out["error"].(string)
	if (code == "") != (out["ok"] == true) {
		c.t.Fatalf("%s answers %v, want ok or an error", method, out)
	}
	return out, code
}

// must calls a method that must go well.
func (c client) must(method string, pairs ...string) map[string]any {
	c.t.Helper()
	out, code := c.call(method, pairs...)
	if code != "" {
		c.t.Fatalf("%s: %s (%v)", method, code, out)
	}
	return out
}

// refused calls a method that must be refused with this code.
func (c client) refused(want, method string, pairs ...string) {
	c.t.Helper()
	if out, code := c.call(method, pairs...); code != want {
		c.t.Errorf("%s: %q (%v), want %q", method, code, out, want)
	}
}

// at digs a value out of an answer.
func at(v any, path ...string) any {
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

func text(v any, path ...string) string {
	s, _ := at(v, path...).(string)
	return s
}

// began is where clocks of these tests start.
var began = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// bench is a workspace with an app that answers over HTTP, and four people.
type bench struct {
	*Server
	bot    client
	admin  client
	people []*Person
	app    *app
}

// app is the app's side: it takes what it is sent and answers what it is told to.
type app struct {
	*httptest.Server
	mu     sync.Mutex
	got    []request
	answer func(request) (int, string)
	more   chan struct{}
}

// request is something that the app was sent.
type request struct {
	path   string
	header http.Header
	body   []byte
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	one := request{r.URL.Path, r.Header, body}
	a.mu.Lock()
	a.got = append(a.got, one)
	answer := a.answer
	close(a.more)
	a.more = make(chan struct{})
	a.mu.Unlock()
	var hello struct{ Type, Challenge string }
	if json.Unmarshal(body, &hello) == nil && hello.Type == "url_verification" {
		_, _ = io.WriteString(w, hello.Challenge)
		return
	}
	status, text := http.StatusOK, ""
	if answer != nil {
		status, text = answer(one)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// await waits for the n-th request that is as wanted.
func (a *app) await(t testing.TB, n int, want func(request) bool) request {
	t.Helper()
	late := time.After(time.Minute)
	for {
		a.mu.Lock()
		seen := 0
		for _, r := range a.got {
			if want(r) {
				if seen++; seen == n {
					a.mu.Unlock()
					return r
				}
			}
		}
		more := a.more
		a.mu.Unlock()
		select {
		case <-more:
		case <-late:
			t.Fatalf("the app was not sent the request it waits for (%d of %d)", seen, n)
		}
	}
}

func (a *app) answers(f func(request) (int, string)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer = f
}

// event says whether a request carries an event of this type.
func event(kind string) func(request) bool {
	return func(r request) bool {
		var o struct{ Event struct{ Type string } }
		return json.Unmarshal(r.body, &o) == nil && o.Event.Type == kind
	}
}

func newBench(t *testing.T, o Options) bench {
	t.Helper()
	if o.Clock == nil {
		o.Clock = NewClock(began)
	}
	s := New(t, o)
	a := &app{more: make(chan struct{})}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	if !o.SocketMode {
		for _, which := range []string{"events", "interactivity", "options", "/casus"} {
			if err := s.SetRequestURL(which, a.URL+"/"+which); err != nil {
				t.Fatal(err)
			}
		}
	}
	b := bench{Server: s, app: a, bot: client{t, s, s.BotToken()}}
	for _, name := range []string{"anna", "bram", "chris", "dian"} {
		b.people = append(b.people, s.AddPerson(PersonOptions{Name: name, Email: name + "@example.org", Admin: name == "dian"}))
	}
	b.admin = client{t, s, s.UserToken(b.people[3])}
	return b
}

// room makes a private channel with these people.
func (b bench) room(name string, with ...*Person) string {
	b.bot.t.Helper()
	id := text(b.bot.must("conversations.create", "name", name, "is_private", "true"), "channel", "id")
	for _, p := range with {
		b.bot.must("conversations.invite", "channel", id, "users", p.ID)
	}
	return id
}
