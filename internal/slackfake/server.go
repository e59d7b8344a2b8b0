package slackfake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Options say what workspace to make.
type Options struct {
	Plan  Plan   // "": Pro
	Clock *Clock // nil: the machine's
	// SocketMode sends everything over WebSockets, and nothing to the request
	// addresses, as the app's setting does.
	SocketMode bool
	// BotScopes and AdminScopes are what the app was installed with; nil: every one
	// that the fake knows.
	BotScopes, AdminScopes []string
	// Events are those the app has subscribed to; nil: every one.
	Events []string
	// ShortPages gives fewer on a page than was asked for, which Slack says it may.
	ShortPages bool
	// Unlimited leaves out the rate limits.
	Unlimited bool
	// Rotating gives tokens that expire after 12 hours.
	Rotating bool
}

// BotName is the name of the app's account: who writes it behind an @ mentions it.
const BotName = "convenantbot"

// Server is one workspace with one app installed, served on 127.0.0.1.
type Server struct {
	Clock         *Clock
	AppID, TeamID string
	BotUser       string // user id of the app
	BotID         string
	ClientID      string
	ClientSecret  string
	SigningSecret string

	opts Options
	http *httptest.Server
	done context.Context
	stop context.CancelFunc
	work sync.WaitGroup

	mu       sync.Mutex
	lastTS   int64
	changed  chan struct{} // closed and replaced at every change
	users    map[string]*user
	order    []string // of users
	channels map[string]*channel
	chOrder  []string
	files    map[string]*file
	fOrder   []string
	uploads  map[string]*upload
	views    map[string]*view
	stacks   map[string][]string // user to the ids of their open modals
	homes    map[string]*view
	tokens   map[string]*token
	codes    map[string]oauthCode
	triggers map[string]*trigger
	replies  map[string]*replyAddress
	buckets  map[string]*bucket
	faults   []*Fault
	calls    []Call
	requests map[string]string // request addresses: events, interactivity, options, /command
	sockets  []*socket
	tickets  map[string]bool
	stages   eventStages
	dispatch []Delivery
}

// Call is one call of the Web API, as it was received.
type Call struct {
	Method string
	Token  string // bot, user, app, or blank: none that is known
	Args   map[string]string
	Error  string // blank: it went well; a Trouble when a fault kept it away
	At     time.Time
}

// New starts a workspace with a general channel and the app's own account, and
// ends it with the test.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	if o.Plan == "" {
		o.Plan = Pro
	}
	if o.Clock == nil {
		o.Clock = WallClock()
	}
	s := &Server{
		Clock: o.Clock, AppID: newID("A"), TeamID: newID("T"), BotID: newID("B"),
		ClientID: "1234567890.0987654321", ClientSecret: secret(), SigningSecret: secret(),
		opts: o, changed: make(chan struct{}),
		users: map[string]*user{}, channels: map[string]*channel{}, files: map[string]*file{}, uploads: map[string]*upload{},
		views: map[string]*view{}, stacks: map[string][]string{}, homes: map[string]*view{}, tokens: map[string]*token{},
		codes: map[string]oauthCode{}, triggers: map[string]*trigger{}, replies: map[string]*replyAddress{}, buckets: map[string]*bucket{},
		requests: map[string]string{}, tickets: map[string]bool{},
	}
	s.done, s.stop = context.WithCancel(context.Background())
	app := &user{ID: newID("U"), TeamID: s.TeamID, Name: BotName, RealName: BotName, Bot: true, BotID: s.BotID}
	s.BotUser = app.ID
	s.addUser(app)
	general := &channel{ID: newID("C"), Name: "algemeen", General: true, Created: s.Clock.Now()}
	s.addChannel(general)
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

// Close ends the workspace and waits for what it was still doing.
func (s *Server) Close() {
	s.stop()
	s.mu.Lock()
	for _, k := range s.sockets {
		k.drop()
	}
	s.mu.Unlock()
	s.http.CloseClientConnections()
	s.http.Close()
	s.work.Wait()
}

// URL is the address of the workspace; APIURL that of its Web API, with the slash
// that clients want at its end.
func (s *Server) URL() string    { return s.http.URL }
func (s *Server) APIURL() string { return s.http.URL + "/api/" }

func (s *Server) addUser(u *user) {
	u.Updated = s.Clock.Now()
	s.users[u.ID] = u
	s.order = append(s.order, u.ID)
}

func (s *Server) addChannel(c *channel) {
	s.channels[c.ID] = c
	s.chOrder = append(s.chOrder, c.ID)
}

// touch wakes whoever waits for a change. The lock is held.
func (s *Server) touch() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Eventually waits until is holds, looking again after each change. It is false
// when the context ended first.
func (s *Server) Eventually(ctx context.Context, is func() bool) bool {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if is() {
			return true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return is()
		}
	}
}

// Calls lists the calls of a method so far, of every method for "".
func (s *Server) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Call
	for _, c := range s.calls {
		if method == "" || c.Method == method {
			found = append(found, c)
		}
	}
	return found
}

// serve is the whole host: Web API, uploads, downloads, sockets, reply addresses.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	switch {
	case strings.HasPrefix(path, "/api/"):
		s.api(w, r, strings.TrimPrefix(path, "/api/"))
	case strings.HasPrefix(path, "/upload/v1/"):
		s.receive(w, r, strings.TrimPrefix(path, "/upload/v1/"))
	case strings.HasPrefix(path, "/files-pri/"):
		s.download(w, r, strings.TrimPrefix(path, "/files-pri/"))
	case strings.HasPrefix(path, "/link/"):
		s.acceptSocket(w, r)
	case strings.HasPrefix(path, "/commands/"), strings.HasPrefix(path, "/actions/"):
		s.reply(w, r)
	case path == "/":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!DOCTYPE html><html><head><title>Sign in</title></head><body></body></html>"))
	default:
		http.NotFound(w, r)
	}
}

// failure is a refusal of the Web API.
type failure struct {
	code  string
	extra obj
}

func (f *failure) Error() string { return f.code }

func fail(code string) error { return &failure{code: code} }

func failWith(code string, extra obj) error { return &failure{code: code, extra: extra} }

// call is one call while it is handled. The server's lock is held.
type call struct {
	*Server
	method string
	args   map[string]string
	tok    *token
	me     *user // blank for app tokens
	basic  [2]string
	after  []func() // done when the lock is free
}

// api answers a call of the Web API. An answer is HTTP 200, also a refusal.
//
// Source: API page "Using the Slack Web API" (envelope, token in header or form,
// JSON bodies only for methods that write), "Rate limits".
func (s *Server) api(w http.ResponseWriter, r *http.Request, name string) {
	args, value, err := readArgs(r)
	if err != nil {
		writeJSON(w, http.StatusOK, obj{"ok": false, "error": err.Error()})
		return
	}
	fault := s.takeFault(name)
	asked := s.Clock.Now()
	if fault != nil && fault.before(s, w, r) {
		s.mu.Lock()
		s.calls = append(s.calls, Call{Method: name, Args: args, Error: string(fault.Trouble), At: asked})
		s.touch()
		s.mu.Unlock()
		return
	}
	s.mu.Lock()
	c := &call{Server: s, method: name, args: args}
	c.basic[0], c.basic[1], _ = r.BasicAuth()
	answer, retry, err := s.handle(c, value, strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"))
	record := Call{Method: name, Args: args, At: s.Clock.Now()}
	if c.tok != nil {
		record.Token = c.tok.Kind
	}
	var f *failure
	if errors.As(err, &f) {
		record.Error = f.code
		answer = obj{"ok": false, "error": f.code}
		for k, v := range f.extra {
			answer[k] = v
		}
	} else {
		if answer == nil {
			answer = obj{}
		}
		answer["ok"] = true
	}
	s.calls = append(s.calls, record)
	raw, _ := json.Marshal(answer) // holds nothing that cannot be marshalled
	s.touch()
	s.mu.Unlock()
	for _, do := range c.after {
		do()
	}
	if fault != nil && fault.afterwards(s, w, r) {
		return
	}
	if c.tok != nil {
		w.Header().Set("X-Oauth-Scopes", strings.Join(c.tok.Scopes, ","))
	}
	if retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((retry+time.Second-1)/time.Second)))
		writeRaw(w, http.StatusTooManyRequests, raw)
		return
	}
	writeRaw(w, http.StatusOK, raw)
}

func (s *Server) handle(c *call, value string, isJSON bool) (obj, time.Duration, error) {
	m, ok := methods[c.method]
	if !ok {
		return nil, 0, fail("unknown_method")
	}
	if !m.open {
		if value == "" {
			return nil, 0, fail("not_authed")
		}
		tok := s.tokens[value]
		switch {
		case tok == nil:
			return nil, 0, fail("invalid_auth")
		case tok.Revoked:
			return nil, 0, fail("token_revoked")
		case !tok.Expires.IsZero() && !s.Clock.Now().Before(tok.Expires):
			return nil, 0, fail("token_expired")
		}
		c.tok, c.me = tok, s.users[tok.User]
		if c.me != nil && c.me.Deleted {
			return nil, 0, fail("account_inactive")
		}
		if !slices.Contains(m.kinds, tok.Kind) {
			return nil, 0, fail("not_allowed_token_type")
		}
		if err := c.need(m.scopes...); err != nil {
			return nil, 0, err
		}
	}
	if wait := s.limit(c, m.tier); wait > 0 {
		return nil, wait, fail("ratelimited")
	}
	if isJSON && m.formOnly {
		c.args = map[string]string{} // a JSON body is not read by methods that only read
	}
	answer, err := m.do(c)
	return answer, 0, err
}

// need refuses a token that has none of the scopes.
func (c *call) need(any ...string) error {
	if len(any) == 0 {
		return nil
	}
	for _, scope := range any {
		if slices.Contains(c.tok.Scopes, scope) {
			return nil
		}
	}
	return failWith("missing_scope", obj{"needed": strings.Join(any, ","), "provided": strings.Join(c.tok.Scopes, ",")})
}

// readArgs takes the arguments and the token out of a request, whatever form it
// has. Values that are no text in a JSON body are handed on as JSON.
func readArgs(r *http.Request) (map[string]string, string, error) {
	args := map[string]string{}
	for k, v := range r.URL.Query() {
		args[k] = v[0]
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		raw, err := io.ReadAll(io.LimitReader(r.Body, 4<<20))
		if err != nil {
			return nil, "", errors.New("invalid_json")
		}
		var body map[string]json.RawMessage
		// Clients of Slack's send an empty body where there are no arguments.
		if err := json.Unmarshal(raw, &body); err != nil && len(bytes.TrimSpace(raw)) > 0 {
			return nil, "", errors.New("invalid_json")
		}
		for k, v := range body {
			var text string
			if json.Unmarshal(v, &text) == nil {
				args[k] = text
			} else if string(v) != "null" {
				args[k] = string(v)
			}
		}
	case "multipart/form-data":
		if err := r.ParseMultipartForm(64 << 20); err != nil {
			return nil, "", errors.New("invalid_form_data")
		}
		for k, v := range r.MultipartForm.Value {
			args[k] = v[0]
		}
	default:
		if err := r.ParseForm(); err != nil {
			return nil, "", errors.New("invalid_form_data")
		}
		for k, v := range r.PostForm {
			args[k] = v[0]
		}
	}
	value := args["token"]
	delete(args, "token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		value = bearer
	}
	return args, value, nil
}

func writeJSON(w http.ResponseWriter, status int, o any) {
	raw, _ := json.Marshal(o)
	writeRaw(w, status, raw)
}

func writeRaw(w http.ResponseWriter, status int, raw []byte) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}

// page cuts a list into pages by cursor. A cursor that was not given out is
// refused.
//
// Source: API page "Paginating through collections".
func (c *call) page(n, fallback, most int) (from, to int, next string, err error) {
	size := fallback
	if text := c.args["limit"]; text != "" {
		size, err = strconv.Atoi(text)
		if err != nil || size < 0 {
			return 0, 0, "", fail("invalid_limit")
		}
		if size == 0 {
			size = fallback
		}
	}
	size = min(size, most)
	if c.opts.ShortPages {
		size = max(1, size/2)
	}
	if cursor := c.args["cursor"]; cursor != "" {
		text, ok := strings.CutPrefix(cursor, "next:")
		from, err = strconv.Atoi(strings.TrimSuffix(text, "="))
		if !ok || err != nil || from < 0 {
			return 0, 0, "", fail("invalid_cursor")
		}
	}
	from = min(from, n)
	to = min(from+size, n)
	if to < n {
		next = fmt.Sprintf("next:%d=", to)
	}
	return from, to, next, nil
}

func (c *call) yes(name string) bool {
	v := c.args[name]
	return v == "true" || v == "1"
}

func list(text string) []string {
	if strings.HasPrefix(text, "[") {
		var many []string
		if json.Unmarshal([]byte(text), &many) == nil {
			return many
		}
	}
	var out []string
	for _, one := range strings.Split(text, ",") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}
