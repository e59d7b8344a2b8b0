package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

// parsed is a file of ours.
func parsed(t *testing.T, path string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// bridgeCall is a call as calls.go has it.
type bridgeCall struct {
	name   string
	to     bridge.Direction
	stream bool
}

// callsInCode returns every call of the bridge, by the name of its variable.
func callsInCode(t *testing.T) map[string]bridgeCall {
	t.Helper()
	all := map[string]bridgeCall{}
	ast.Inspect(parsed(t, "../../internal/bridge/calls.go"), func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, value := range spec.Values {
			lit, ok := value.(*ast.CompositeLit)
			if !ok {
				continue
			}
			if _, ok := lit.Type.(*ast.IndexListExpr); !ok {
				continue
			}
			var c bridgeCall
			for _, e := range lit.Elts {
				field := e.(*ast.KeyValueExpr)
				switch field.Key.(*ast.Ident).Name {
				case "Name":
					c.name, _ = strconv.Unquote(field.Value.(*ast.BasicLit).Value)
				case "Direction":
					c.to = map[string]bridge.Direction{"ToBot": bridge.ToBot, "ToPlugin": bridge.ToPlugin}[field.Value.(*ast.Ident).Name]
				case "Stream":
					c.stream = field.Value.(*ast.Ident).Name == "true"
				}
			}
			if c.name == "" || c.to == "" {
				t.Errorf("%s cannot be read", spec.Names[i].Name)
			}
			all[spec.Names[i].Name] = c
		}
		return true
	})
	return all
}

// answeredIn returns the calls that a file registers an answer to.
func answeredIn(t *testing.T, path string) []string {
	t.Helper()
	var all []string
	ast.Inspect(parsed(t, path), func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if f, ok := call.Fun.(*ast.SelectorExpr); ok && (f.Sel.Name == "Handle" || f.Sel.Name == "HandleStream") {
			of, ok := call.Args[1].(*ast.SelectorExpr)
			if !ok {
				t.Errorf("%s answers a call that is not one of calls.go", path)
				return true
			}
			all = append(all, of.Sel.Name)
		}
		return true
	})
	slices.Sort(all)
	return all
}

// bareAPI is a server that keeps nonces and nothing else: whatever more is asked of
// it panics, which the plugin survives with a no.
type bareAPI struct {
	plugin.API
	mu   sync.Mutex
	seen map[string]bool
}

func (a *bareAPI) KVSetWithOptions(key string, _ []byte, o model.PluginKVSetOptions) (bool, *model.AppError) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !o.Atomic || a.seen[key] {
		return false, nil
	}
	a.seen[key] = true
	return true, nil
}
func (*bareAPI) LogError(string, ...any) {}
func (*bareAPI) LogWarn(string, ...any)  {}
func (*bareAPI) LogInfo(string, ...any)  {}
func (*bareAPI) GetChannel(string) (*model.Channel, *model.AppError) {
	return nil, model.NewAppError("", "", nil, "", 404)
}
func (*bareAPI) GetPost(string) (*model.Post, *model.AppError) {
	return nil, model.NewAppError("", "", nil, "", 404)
}

// ears are a bot that counts what it is told and asked, and says no.
type ears struct{ heard atomic.Int64 }

func (e *ears) no() error { e.heard.Add(1); return bot.ErrBusy }

func (e *ears) Receive(context.Context, bot.Event) error { return e.no() }
func (e *ears) Submit(context.Context, bot.Submission) (bot.FormAnswer, error) {
	return bot.FormAnswer{}, e.no()
}
func (e *ears) Upload(context.Context, bot.Upload, io.Reader) (bot.Answer, error) {
	return bot.Answer{}, e.no()
}
func (e *ears) Posting(context.Context, bot.Posting) (bot.Answer, error) {
	return bot.Answer{}, e.no()
}

// forged is a request that is changed, or sent again, on its way.
type forged struct {
	change func(r *http.Request)
	twice  bool
	status *int
	body   *[]byte
}

func (f forged) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	send := func() (*http.Response, error) {
		again := r.Clone(context.WithoutCancel(r.Context()))
		again.Header.Del("Expect")
		again.Body = io.NopCloser(bytes.NewReader(body))
		if again.Trailer != nil {
			again.ContentLength = -1
		}
		if f.change != nil {
			f.change(again)
		}
		return http.DefaultTransport.RoundTrip(again)
	}
	res, err := send()
	if err == nil && f.twice {
		_ = res.Body.Close()
		res, err = send()
	}
	if err != nil {
		return nil, err
	}
	said, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return nil, err
	}
	*f.status, *f.body = res.StatusCode, said
	res.Body = io.NopCloser(bytes.NewReader(said))
	return res, nil
}

// Every call of the bridge, as the code has it, in both directions, by every sender:
// each is a no before it is looked at but that of the other side, now, once.
func TestEveryCallOfTheBridgeWithEverySender(t *testing.T) {
	calls := callsInCode(t)
	answered := map[bridge.Direction][]string{
		bridge.ToBot: answeredIn(t, "../../adapters/mattermost/incoming.go"), bridge.ToPlugin: answeredIn(t, "answers.go")}
	for to, names := range answered {
		var want []string
		for name, c := range calls {
			if c.to == to {
				want = append(want, name)
			}
		}
		slices.Sort(want)
		if len(want) < 5 || !slices.Equal(names, want) {
			t.Errorf("%s: %q are answered; the calls are %q", to, names, want)
		}
	}
	const another = "een-ander-geheim-van-meer-dan-32-tekens"
	at := time.Now()
	secrets := bridge.Secrets{Sign: secret}
	fixed := func(s bridge.Secrets) func() bridge.Secrets { return func() bridge.Secrets { return s } }

	in := &ears{}
	chat := mattermost.New(mattermost.Options{URL: "http://127.0.0.1:1", Token: func() string { return "" }, Secrets: fixed(secrets), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	p := &Plugin{}
	p.SetAPI(&bareAPI{seen: map[string]bool{}})
	p.settings.Store(&settings{Secret: secret})
	p.server = p.answers(slog.New(slog.DiscardHandler))
	servers := map[bridge.Direction]*httptest.Server{
		bridge.ToBot:    httptest.NewServer(chat.Handler(in, bridge.NewMemoryNonces(time.Now))),
		bridge.ToPlugin: httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.ServeHTTP(nil, w, r) })),
	}
	for _, s := range servers {
		t.Cleanup(s.Close)
	}
	other := map[bridge.Direction]bridge.Direction{bridge.ToBot: bridge.ToPlugin, bridge.ToPlugin: bridge.ToBot}

	type sender struct {
		secrets bridge.Secrets
		off     time.Duration
		forged
		turned bool
		status int    // 0: it is looked at
		said   string // in the answer; blank: nothing at all
	}
	senders := map[string]sender{
		"the other side": {secrets: secrets},
		"nobody": {secrets: secrets, forged: forged{change: func(r *http.Request) {
			for name := range r.Header {
				if strings.HasPrefix(name, "Convenantbot-") {
					r.Header.Del(name)
				}
			}
		}}, status: 401},
		"without a signature":           {secrets: secrets, forged: forged{change: func(r *http.Request) { r.Header.Del("Convenantbot-Signature") }}, status: 401},
		"a signature that was made up":  {secrets: secrets, forged: forged{change: func(r *http.Request) { r.Header.Set("Convenantbot-Signature", strings.Repeat("0", 64)) }}, status: 401},
		"another installation's secret": {secrets: bridge.Secrets{Sign: another}, status: 401},
		"two minutes ago":               {secrets: secrets, off: -2 * bridge.Window, status: 401, said: "skew"},
		"two minutes ahead":             {secrets: secrets, off: 2 * bridge.Window, status: 401, said: "skew"},
		"an old time with a new stamp": {secrets: secrets, off: -2 * bridge.Window, forged: forged{change: func(r *http.Request) { r.Header.Set("Convenantbot-Time", strconv.FormatInt(at.UnixMilli(), 10)) }},
			status: 401},
		"what was heard on the way, again": {secrets: secrets, forged: forged{twice: true}, status: 401, said: "replay"},
		"the same with another nonce":      {secrets: secrets, forged: forged{change: func(r *http.Request) { r.Header.Set("Convenantbot-Nonce", "AAAAAAAAAAAAAAAAAAAAAA") }}, status: 401},
		"what was said to us, sent back":   {secrets: secrets, turned: true, status: 401},
		"what was signed for another call": {secrets: secrets, forged: forged{change: func(r *http.Request) { r.URL.Path = strings.TrimSuffix(r.URL.Path, "x") + "x" }}, status: 401},
		"another version":                  {secrets: secrets, forged: forged{change: func(r *http.Request) { r.Header.Set("Convenantbot-Bridge", "2") }}, status: 401},
		"by another method":                {secrets: secrets, forged: forged{change: func(r *http.Request) { r.Method = http.MethodPut }}, status: 404},
		"with something in the address":    {secrets: secrets, forged: forged{change: func(r *http.Request) { r.URL.RawQuery = "user=fg" }}, status: 404},
		"somebody whom the server knows": {secrets: bridge.Secrets{Sign: another}, forged: forged{change: func(r *http.Request) {
			r.Header.Set("Mattermost-User-Id", "fg")
			r.Header.Set("Mattermost-Plugin-ID", SentryID)
			r.Header.Set("Authorization", "Bearer x")
		}}, status: 401},
	}
	for _, variable := range slices.Sorted(maps.Keys(calls)) {
		call := calls[variable]
		for _, name := range slices.Sorted(maps.Keys(senders)) {
			s := senders[name]
			what := fmt.Sprintf("%s (%s), %s", variable, call.to, name)
			var status int
			var said []byte
			s.forged.status, s.forged.body = &status, &said
			caller := &bridge.Caller{Base: func() string { return servers[call.to].URL }, Secrets: fixed(s.secrets), Now: func() time.Time { return time.Now().Add(s.off) },
				HTTP: &http.Client{Transport: s.forged}, Pace: bridge.Pace{First: time.Minute, Floor: 1, Last: time.Minute}}
			c := bridge.Call[json.RawMessage, json.RawMessage]{Name: call.name, Direction: call.to, Stream: call.stream}
			if s.turned {
				c.Direction = other[call.to]
			}
			reached := p.panics.Load() + in.heard.Load()
			if call.stream {
				_, _, _ = c.Send(t.Context(), caller, json.RawMessage(`{}`), strings.NewReader("bytes"), 5, "")
			} else {
				_, _ = c.Do(t.Context(), caller, json.RawMessage(`{}`))
			}
			switch {
			case status == 0:
				t.Errorf("%s: no answer", what)
			case s.status == 0 && status == 401: // what it asks for need not be there
				t.Errorf("%s = %d, and is not looked at", what, status)
			case s.status != 0 && status != s.status:
				t.Errorf("%s = %d, want %d", what, status, s.status)
			case s.status == 401 && s.said == "" && len(said) > 0:
				t.Errorf("%s is told %q", what, said)
			case s.said != "" && !bytes.Contains(said, []byte(`"kind":"`+s.said+`"`)):
				t.Errorf("%s is told %q, want %q", what, said, s.said)
			case s.status != 0 && !s.twice && p.panics.Load()+in.heard.Load() != reached:
				t.Errorf("%s is looked at", what)
			}
		}
	}
}

// pluginRoutes is who gets further than a no at each address of the two plugins, one
// letter for each of: nobody, a person whom the server knows, who says to be another
// person, another plugin, the plugin itself, the sentry. The bridge has a test of its
// own.
var pluginRoutes = map[string]string{
	"Plugin pathForm":   ".y..y.", // the plugin itself asks as a person in this test
	"Plugin pathButton": ".y..y.",
	"Plugin pathSentry": ".....y",
	"Plugin pathAlive":  "yyyyyy", // says "ok" and nothing else
	"Sentry pathAlive":  "yyyyyy",
	"Sentry pathReload": "....y.",
}

// Every address of the plugins, as the code has it, by everybody. The two headers
// are the server's: it takes them away from what comes from outside.
func TestEveryAddressOfThePluginsWithEverybody(t *testing.T) {
	inCode := map[string]bool{}
	for path, of := range map[string]string{"hooks.go": "Plugin", "sentry.go": "Sentry"} {
		ast.Inspect(parsed(t, path), func(n ast.Node) bool {
			f, ok := n.(*ast.FuncDecl)
			if !ok || f.Name.Name != "ServeHTTP" {
				return !ok
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				b, ok := n.(*ast.BinaryExpr)
				if !ok || b.Op != token.EQL {
					return true
				}
				if sel, ok := b.X.(*ast.SelectorExpr); ok && sel.Sel.Name == "Path" {
					id, ok := b.Y.(*ast.Ident)
					if !ok {
						t.Errorf("%s answers at an address that is no constant", of)
						return true
					}
					inCode[of+" "+id.Name] = true
				}
				return true
			})
			return false
		})
	}
	if got, want := slices.Sorted(maps.Keys(inCode)), slices.Sorted(maps.Keys(pluginRoutes)); !slices.Equal(got, want) {
		t.Fatalf("the addresses are %q, the table has %q: a new one needs a decision on who may", got, want)
	}

	var mu sync.Mutex
	var heard []string // whose doing the bot was told of
	line := &bridge.Server{Direction: bridge.ToBot, Secrets: func() bridge.Secrets { return bridge.Secrets{Sign: secret} }, Nonces: bridge.NewMemoryNonces(time.Now), Now: time.Now}
	hear := func(user string) { mu.Lock(); defer mu.Unlock(); heard = append(heard, user) }
	bridge.Handle(line, bridge.BotSubmit, func(_ context.Context, s bridge.Submission) (bridge.SubmitAnswer, error) {
		hear(s.User)
		return bridge.SubmitAnswer{}, nil
	})
	bridge.Handle(line, bridge.BotEvent, func(_ context.Context, e bridge.Event) (bridge.Done, error) {
		hear(e.User)
		return bridge.Done{}, nil
	})
	web := httptest.NewServer(line)
	t.Cleanup(web.Close)
	p := &Plugin{}
	p.SetAPI(&bareAPI{seen: map[string]bool{}})
	p.settings.Store(&settings{Secret: secret, BotURL: web.URL})
	p.caller = &bridge.Caller{Base: func() string { return web.URL }, Secrets: p.secrets, Now: time.Now, HTTP: bridge.NewHTTP(), Pace: bridge.Pace{First: time.Minute, Floor: 1, Last: time.Minute}}
	p.server = p.answers(slog.New(slog.DiscardHandler))

	paths := map[string]string{"pathForm": pathForm, "pathButton": pathButton, "pathSentry": pathSentry, "pathAlive": pathAlive, "pathReload": pathReload}
	for route, want := range pluginRoutes {
		of, name, _ := strings.Cut(route, " ")
		got := ""
		for _, who := range []struct{ user, says, plugin string }{
			{"", "noor", ""}, {"noor", "noor", ""}, {"noor", "ab", ""}, {"", "noor", "com.example.other"}, {"noor", "noor", PluginID}, {"", "noor", SentryID},
		} {
			heard = nil
			body := fmt.Sprintf(`{"user_id":%q,"channel_id":"c","post_id":"p","state":"t1","context":{"ticket":"t1"}}`, who.says)
			r := httptest.NewRequest(http.MethodPost, paths[name], strings.NewReader(body))
			for header, value := range map[string]string{"Mattermost-User-Id": who.user, "Mattermost-Plugin-ID": who.plugin} {
				if value != "" {
					r.Header.Set(header, value)
				}
			}
			w := httptest.NewRecorder()
			if of == "Plugin" {
				p.ServeHTTP(nil, w, r)
			} else {
				s := &Sentry{}
				func() {
					defer func() {
						if recover() != nil { // there is no server behind it here: it got further
							w.Code = http.StatusOK
						}
					}()
					s.ServeHTTP(nil, w, r)
				}()
			}
			switch w.Code {
			case http.StatusOK:
				got += "y"
			case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
				got += "."
			default:
				got += fmt.Sprintf("(%d)", w.Code)
			}
			for _, user := range heard {
				if user != who.user || user != who.says {
					t.Errorf("%s by %+v: the bot hears that %s did it", route, who, user)
				}
			}
			if asks := name == "pathForm" || name == "pathButton"; asks != (len(heard) == 1) && who.user == who.says {
				t.Errorf("%s by %+v: the bot is told %d times", route, who, len(heard))
			}
		}
		if got != want {
			t.Errorf("%s: %q, the table says %q", route, got, want)
		}
	}
	for _, path := range []string{"/", "/x", "/form/x", "/FORM", "/plugins", "/bridge/v1", "/api/v4/users"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("{}"))
		r.Header.Set("Mattermost-User-Id", "noor")
		if p.ServeHTTP(nil, w, r); w.Code != http.StatusNotFound {
			t.Errorf("%s = %d", path, w.Code)
		}
	}
}
