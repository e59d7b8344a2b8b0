package incoming

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// kindsInCode returns every kind of thing that this package takes in, as the code has
// it: what a field Type is compared with, what the changes of a channel are, and our
// commands. Slack has one address; these are its routes.
func kindsInCode(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	literal := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			s, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			all[s] = true
		}
	}
	isType := func(e ast.Expr) bool {
		sel, ok := e.(*ast.SelectorExpr)
		return ok && sel.Sel.Name == "Type"
	}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SwitchStmt:
				if n.Tag == nil || !isType(n.Tag) {
					return true
				}
				for _, s := range n.Body.List {
					for _, e := range s.(*ast.CaseClause).List {
						literal(e)
					}
				}
			case *ast.BinaryExpr:
				if isType(n.X) {
					literal(n.Y)
				}
			}
			return true
		})
	}
	for kind := range changes {
		all[kind] = true
	}
	for name := range known {
		all["/"+name] = true
	}
	delete(all, "")
	return all
}

// around are kinds of what things come in, which are things themselves nowhere.
var around = map[string]string{
	"event_callback": "holds each event", "events_api": "holds each event, over a connection", "slash_commands": "holds each command, over a connection",
	"interactive": "holds each interaction, over a connection", "hello": "begins a connection that we made", "disconnect": "ends one",
}

// thing is one of a kind that comes in: as it comes over HTTP, and over a connection.
type thing struct {
	frame string // of a connection; blank: it comes over HTTP alone
	media string
	body  string
	raw   string // the payload over a connection
	user  bool   // it is somebody's doing, and must come in as theirs
}

// thingOf makes one of a kind, of a workspace, so that it has an effect when it is
// believed. n makes it another than those before.
func (w *world) thingOf(kind, team string, n int) thing {
	w.t.Helper()
	const events, forms = "application/json", "application/x-www-form-urlencoded"
	js := func(v any) string {
		raw, err := json.Marshal(v)
		must(w.t, 0, err)
		return string(raw)
	}
	ts := fmt.Sprintf("17.%06d", n)
	event := func(user bool, h map[string]any) thing {
		h["type"] = kind
		body := js(map[string]any{"type": "event_callback", "team_id": team, "event_id": fmt.Sprintf("Ev%d", n), "event": h})
		return thing{"events_api", events, body, body, user}
	}
	interaction := func(p map[string]any) thing {
		p["type"], p["team"], p["user"], p["trigger_id"] = kind, map[string]any{"id": team}, map[string]any{"id": w.noor.ID, "team_id": team}, fmt.Sprintf("tr%d", n)
		return thing{"interactive", forms, form(p), js(p), true}
	}
	switch kind {
	case "url_verification":
		return thing{"", events, js(map[string]any{"type": kind, "challenge": "bewijs"}), "", false}
	case "message":
		return event(true, map[string]any{"channel_type": "im", "channel": "D1", "user": w.noor.ID, "text": "mag dit?", "ts": ts})
	case "app_mention":
		return event(true, map[string]any{"channel": w.room, "user": w.noor.ID, "text": "mag dit?", "ts": ts})
	case "member_joined_channel", "member_left_channel":
		return event(true, map[string]any{"channel": w.room, "user": w.noor.ID})
	case "channel_left", "group_left":
		return event(false, map[string]any{"channel": w.room, "actor_id": w.noor.ID})
	case "file_shared":
		id, err := w.noor.Uploads(w.room, "x.pdf", []byte("x"), "")
		must(w.t, 0, err)
		return event(true, map[string]any{"file_id": id, "user_id": w.noor.ID, "channel_id": w.room})
	case "app_home_opened":
		return event(false, map[string]any{"user": w.noor.ID, "tab": "home"})
	case "app_uninstalled":
		return event(false, map[string]any{})
	case "tokens_revoked":
		return event(false, map[string]any{"tokens": map[string]any{"bot": []string{"U1"}}})
	case "block_actions":
		return interaction(map[string]any{"container": map[string]any{"message_ts": ts, "channel_id": w.room}, "actions": []any{map[string]any{"action_id": "ticket.0", "value": buttonValue(w.t, w), "action_ts": "1"}}})
	case "view_submission":
		view, err := w.seal.Modal(aForm("t1"), bot.ChannelID(w.room))
		must(w.t, 0, err)
		return interaction(map[string]any{"view": map[string]any{"id": "V1", "callback_id": view.CallbackID, "private_metadata": view.PrivateMetadata}})
	case "block_suggestion":
		return interaction(map[string]any{"value": "casus"})
	case "shortcut", "message_action":
		return interaction(map[string]any{"callback_id": "casus_nieuw"})
	}
	if strings.HasPrefix(kind, "/") {
		c := map[string]string{"command": kind, "text": "help", "user_id": w.noor.ID, "channel_id": w.room, "trigger_id": fmt.Sprintf("tr%d", n), "team_id": team}
		v := url.Values{}
		for key, value := range c {
			v.Set(key, value)
		}
		return thing{"slash_commands", forms, v.Encode(), js(c), true}
	}
	if changes[kind] != "" {
		return event(false, map[string]any{"channel": w.room})
	}
	w.t.Errorf("%q comes in now: say in this test what one is like, and what each may do with it", kind)
	return thing{}
}

// slackMatrix is what becomes of each kind, one letter for each of the columns of
// TestEveryKindThatComesInWithEverySender: n is a no before anything is looked at, a
// dot is that it is taken and nothing happens, y that something does, x that the
// method is not known. A space: it cannot be sent so.
var slackMatrix = map[string]string{
	"url_verification": "nnnnnnnyyyx  ", // it says nothing of anybody, and Slack alone can sign it
}

// everyKind is the row of every kind that has none of its own.
const everyKind = "nnnnnnn..yxy."

// Every kind of thing that Slack sends, as the code has it, by every sender.
func TestEveryKindThatComesInWithEverySender(t *testing.T) {
	inCode := kindsInCode(t)
	if len(inCode) < 35 {
		t.Fatalf("only %q are read from the code", slices.Sorted(maps.Keys(inCode)))
	}
	for kind := range slackMatrix {
		if !inCode[kind] {
			t.Errorf("%q has a row and comes in no more", kind)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(inCode)) {
		if around[kind] != "" {
			continue
		}
		t.Run(strings.TrimPrefix(kind, "/"), func(t *testing.T) {
			w := newWorld(t, slackfake.Options{}, func(w *world) {
				w.secrets = func() []string { return []string{w.fake.SigningSecret, ""} } // nothing is rotated
			})
			other := slackfake.New(t, slackfake.Options{Clock: w.fake.Clock})
			self := must2(w.chat.Self(t.Context()))(t)
			n := 0
			// effect is whether anything happened: the bot was told or asked, or Slack was.
			effect := func(do func() (answered bool)) bool {
				idle := func() {
					for end := time.Now().Add(time.Minute); w.r.busy() > 0 && time.Now().Before(end); time.Sleep(time.Millisecond) {
					}
				}
				count := func() int {
					w.in.mu.Lock()
					defer w.in.mu.Unlock()
					return len(w.in.order) + len(w.in.asked) + len(w.in.judged) + len(w.fake.Calls(""))
				}
				idle()
				before := count()
				answered := do()
				idle()
				return count() != before || answered
			}
			signed := func(secret string, at time.Time, over string) func(http.Header) {
				return func(h http.Header) {
					stamp, signature := slackfake.Sign(secret, at, []byte(over))
					h.Set("X-Slack-Request-Timestamp", stamp)
					h.Set("X-Slack-Signature", signature)
				}
			}
			now, ours := w.fake.Clock.Now(), w.fake.SigningSecret
			send := func(team string, change func(body string) func(http.Header), revoked bool) string {
				n++
				one := w.thingOf(kind, team, n)
				w.r.mu.Lock()
				w.r.revoked = map[string]time.Time{}
				if revoked {
					w.r.revoked[w.chat.Name()] = now
				}
				w.r.mu.Unlock()
				var res *httptest.ResponseRecorder
				happened := effect(func() bool {
					res = w.post(one.media, one.body, change(one.body))
					return res.Body.Len() > 0
				})
				switch {
				case res.Code == http.StatusUnauthorized && !happened:
					return "n"
				case res.Code == http.StatusOK && !happened:
					return "."
				case res.Code == http.StatusOK:
					if one.user {
						w.cameAs(t, bot.UserID(w.noor.ID))
					}
					return "y"
				}
				return fmt.Sprintf("(%d, %v)", res.Code, happened)
			}
			by := func(secret string, at time.Time) func(string) func(http.Header) {
				return func(body string) func(http.Header) { return signed(secret, at, body) }
			}
			got := ""
			// nobody · another secret · the app of another installation · five minutes and a
			// second old · as much ahead · signed over something else · signed with nothing
			got += send(self.Team, func(string) func(http.Header) {
				return func(h http.Header) { h.Del("X-Slack-Signature"); h.Del("X-Slack-Request-Timestamp") }
			}, false)
			got += send(self.Team, by("a secret of somebody's", now), false)
			got += send(self.Team, by(other.SigningSecret, now), false)
			got += send(self.Team, by(ours, now.Add(-signedFor-time.Second)), false)
			got += send(self.Team, by(ours, now.Add(signedFor+time.Second)), false)
			got += send(self.Team, func(string) func(http.Header) { return signed(ours, now, "ssl_check=1") }, false)
			got += send(self.Team, by("", now), false)
			// a workspace in which we are not · one that took our rights away · ours
			got += send(other.TeamID, by(ours, now), false)
			got += send(self.Team, by(ours, now), true)
			got += send(self.Team, by(ours, now), false)
			// by another method
			one := w.thingOf(kind, self.Team, 1000)
			for _, method := range []string{"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"} {
				req := httptest.NewRequest(method, "/slack/events", strings.NewReader(one.body))
				req.Header.Set("Content-Type", one.media)
				signed(ours, now, one.body)(req.Header)
				res := httptest.NewRecorder()
				if effect(func() bool { w.r.ServeHTTP(res, req); return res.Body.Len() > 0 }) || res.Code != http.StatusMethodNotAllowed {
					t.Errorf("%s = %d", method, res.Code)
				}
			}
			got += "x"
			// over a connection: ours · another workspace's
			for i, team := range []string{self.Team, other.TeamID} {
				one := w.thingOf(kind, team, 2000+i)
				switch {
				case one.frame == "":
					got += " "
				case effect(func() bool { return w.overALine(one) }):
					got += "y"
				default:
					got += "."
				}
			}
			want := everyKind
			if row, ok := slackMatrix[kind]; ok {
				want = row
			}
			if got != want {
				t.Errorf("%s: %q, the table says %q", kind, got, want)
			}
		})
	}
}

// overALine hands a thing over as a connection does, and reports whether there is an
// answer to it.
func (w *world) overALine(one thing) bool {
	w.t.Helper()
	var answer any
	var err error
	switch one.frame {
	case "events_api":
		answer, err = w.r.event(w.t.Context(), []byte(one.raw))
	case "slash_commands":
		var c command
		if err = json.Unmarshal([]byte(one.raw), &c); err == nil {
			answer, err = w.r.command(w.t.Context(), c)
		}
	case "interactive":
		answer, err = w.r.interaction(w.t.Context(), []byte(one.raw))
	}
	must(w.t, 0, err)
	return answer != nil
}

// cameAs fails when anything came in as somebody else's doing, or as of another
// workspace.
func (w *world) cameAs(t *testing.T, user bot.UserID) {
	t.Helper()
	for _, e := range w.in.all() {
		if e.User != user || e.Platform != w.chat.Name() {
			t.Errorf("it came in as of %q on %q: %+v", e.User, e.Platform, e)
		}
	}
	w.in.mu.Lock()
	defer w.in.mu.Unlock()
	for _, s := range w.in.asked {
		if s.User != user || s.Platform != w.chat.Name() {
			t.Errorf("a form came in as of %q on %q", s.User, s.Platform)
		}
	}
}

// must2 returns v, or ends the test.
func must2[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T { return must(t, v, err) }
}
