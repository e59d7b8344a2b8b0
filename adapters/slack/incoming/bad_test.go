package incoming

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

func TestOnlyWhatSlackSignedNowIsBelieved(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	body := []byte(`{"type":"event_callback"}`)
	head := func(secret string, when time.Time, body []byte) http.Header {
		stamp, signature := slackfake.Sign(secret, when, body)
		return http.Header{"X-Slack-Request-Timestamp": {stamp}, "X-Slack-Signature": {signature}}
	}
	both := []string{"new", "old"}
	for name, one := range map[string]struct {
		secrets []string
		h       http.Header
		body    []byte
		ok      bool
	}{
		"signed":                             {both, head("new", at, body), body, true},
		"signed with the old secret":         {both, head("old", at, body), body, true},
		"the old secret is gone":             {[]string{"new"}, head("old", at, body), body, false},
		"exactly five minutes ago":           {both, head("new", at.Add(-5*time.Minute), body), body, true},
		"a second more":                      {both, head("new", at.Add(-5*time.Minute-time.Second), body), body, false},
		"five minutes ahead":                 {both, head("new", at.Add(5*time.Minute), body), body, true},
		"a second more ahead":                {both, head("new", at.Add(5*time.Minute+time.Second), body), body, false},
		"another body":                       {both, head("new", at, body), append([]byte(" "), body...), false},
		"another secret":                     {both, head("other", at, body), body, false},
		"no secrets":                         {nil, head("", at, body), body, false},
		"a blank secret":                     {[]string{""}, head("", at, body), body, false},
		"no headers":                         {both, http.Header{}, body, false},
		"another time than was signed":       {both, http.Header{"X-Slack-Request-Timestamp": {fmt.Sprint(at.Unix() + 1)}, "X-Slack-Signature": head("new", at, body)["X-Slack-Signature"]}, body, false},
		"a time that is no number":           {both, http.Header{"X-Slack-Request-Timestamp": {"now"}, "X-Slack-Signature": {"v0=00"}}, body, false},
		"half a signature":                   {both, http.Header{"X-Slack-Request-Timestamp": {fmt.Sprint(at.Unix())}, "X-Slack-Signature": {head("new", at, body).Get("X-Slack-Signature")[:40]}}, body, false},
		"a signature of a million":           {both, http.Header{"X-Slack-Request-Timestamp": {fmt.Sprint(at.Unix())}, "X-Slack-Signature": {strings.Repeat("v", 1<<20)}}, body, false},
		"another version":                    {both, http.Header{"X-Slack-Request-Timestamp": {fmt.Sprint(at.Unix())}, "X-Slack-Signature": {"v1" + head("new", at, body).Get("X-Slack-Signature")[2:]}}, body, false},
		"a time of many digits":              {both, http.Header{"X-Slack-Request-Timestamp": {strings.Repeat("9", 30)}, "X-Slack-Signature": {"v0=00"}}, body, false},
		"signed over the name, not the body": {both, head("new", at, nil), body, false},
	} {
		if err := verify(one.secrets, one.h, one.body, at); (err == nil) != one.ok {
			t.Errorf("%s: verify = %v", name, err)
		}
	}
}

// What is malformed, too large, of another workspace or unsigned reaches nobody,
// and each gets the answer after which Slack does the right thing.
func TestWhatCannotBeReadReachesNobody(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, slackfake.Options{})
	w.r.o.Log = slog.New(slog.NewTextHandler(&log, nil))
	unsigned := func(h http.Header) { h.Set("X-Slack-Signature", "v0=00") }
	const events, forms = "application/json", "application/x-www-form-urlencoded"
	event := func(team string, e any) string {
		raw, _ := json.Marshal(map[string]any{"type": "event_callback", "team_id": team, "event_id": "Ev1", "event": e})
		return string(raw)
	}
	said := map[string]any{"type": "message", "channel_type": "im", "channel": "D1", "user": w.noor.ID, "text": "GEHEIM", "ts": "1.000001"}
	for name, one := range map[string]struct {
		kind, body string
		change     func(h http.Header)
		status     int
	}{
		"no JSON":                          {events, "{", nil, 400},
		"nothing":                          {events, "", nil, 400},
		"a list":                           {events, "[]", nil, 400},
		"null":                             {events, "null", nil, 400},
		"no event":                         {events, `{"type":"event_callback","team_id":"` + w.fake.TeamID + `","event_id":"Ev1"}`, nil, 400},
		"an event that is a number":        {events, event(w.fake.TeamID, 5), nil, 400},
		"an event without a type":          {events, event(w.fake.TeamID, map[string]any{}), nil, 400},
		"an event without an id":           {events, `{"type":"event_callback","team_id":"` + w.fake.TeamID + `","event":{"type":"message"}}`, nil, 400},
		"an id that says something":        {events, `{"type":"event_callback","team_id":"` + w.fake.TeamID + `","event_id":"GEHEIM van Sam","event":{"type":"message"}}`, nil, 400},
		"deep":                             {events, strings.Repeat("[", 100_000), nil, 400},
		"another workspace":                {events, event("T0", said), nil, 200},
		"no workspace":                     {events, event("", said), nil, 200},
		"an unknown event":                 {events, event(w.fake.TeamID, map[string]any{"type": "knob_turned"}), nil, 200},
		"unsigned":                         {events, event(w.fake.TeamID, said), unsigned, 401},
		"an unsigned proof":                {events, `{"type":"url_verification","challenge":"x"}`, unsigned, 401},
		"too large":                        {events, strings.Repeat(" ", maxBody+1), nil, 413},
		"a form without anything":          {forms, "", nil, 400},
		"a form that is none":              {forms, "%zz", nil, 400},
		"a payload that is no JSON":        {forms, "payload=%7B", nil, 400},
		"a payload of nobody":              {forms, form(map[string]any{"type": "block_actions", "team": map[string]any{"id": w.fake.TeamID}}), nil, 400},
		"an unknown payload":               {forms, form(map[string]any{"type": "knob", "team": map[string]any{"id": w.fake.TeamID}, "user": map[string]any{"id": "U1"}}), nil, 200},
		"a payload of another workspace":   {forms, form(map[string]any{"type": "shortcut", "trigger_id": "t", "callback_id": "casus_nieuw", "team": map[string]any{"id": "T0"}, "user": map[string]any{"id": "U1"}}), nil, 200},
		"a command of another workspace":   {forms, url.Values{"command": {"/casus"}, "user_id": {"U1"}, "trigger_id": {"t"}, "team_id": {"T0"}}.Encode(), nil, 200},
		"a command of nobody":              {forms, url.Values{"command": {"/casus"}, "trigger_id": {"t"}, "team_id": {w.fake.TeamID}}.Encode(), nil, 400},
		"a kind that nobody sends":         {"text/plain", "hallo", nil, 400},
		"a picture in a multipart":         {"multipart/form-data; boundary=x", "--x--", nil, 400},
		"a message at a time that is none": {events, event(w.fake.TeamID, map[string]any{"type": "message", "channel_type": "im", "channel": "D1", "user": "U1", "text": "x", "ts": "GEHEIM"}), nil, 200},
		"a channel that is none":           {events, event(w.fake.TeamID, map[string]any{"type": "message", "channel": []int{1}, "ts": "1.1"}), nil, 400},
		"a joining of nobody":              {events, event(w.fake.TeamID, map[string]any{"type": "member_joined_channel", "channel": "C1"}), nil, 200},
		"an edit of nothing":               {events, event(w.fake.TeamID, map[string]any{"type": "message", "subtype": "message_changed", "channel": "C1"}), nil, 200},
		"a user that is an object":         {events, event(w.fake.TeamID, map[string]any{"type": "user_change", "user": map[string]any{"id": "U1"}}), nil, 200},
	} {
		var change []func(http.Header)
		if one.change != nil {
			change = append(change, one.change)
		}
		res := w.post(one.kind, one.body, change...)
		if res.Code != one.status {
			t.Errorf("%s: status %d, want %d", name, res.Code, one.status)
		}
		if res.Code == 400 && res.Header().Get("X-Slack-No-Retry") != "1" {
			t.Errorf("%s: Slack would send it again", name)
		}
	}
	if got := w.in.all(); len(got) != 0 {
		t.Errorf("events = %+v", got)
	}
	for _, secret := range []string{"GEHEIM", "Sam", "v0=", w.fake.SigningSecret} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log tells %q: %s", secret, log.String())
		}
	}
	if res := httptest.NewRecorder(); true {
		w.r.ServeHTTP(res, httptest.NewRequest(http.MethodGet, "/slack/events", nil))
		if res.Code != http.StatusMethodNotAllowed {
			t.Errorf("GET: %d", res.Code)
		}
	}
}

// Only the signed body counts: a payload that stands in the address was signed by
// nobody.
func TestAPayloadInTheAddressIsNone(t *testing.T) {
	w := newWorld(t, slackfake.Options{})
	smuggled := form(map[string]any{"type": "shortcut", "trigger_id": "t", "callback_id": "casus_nieuw", "team": map[string]any{"id": w.fake.TeamID}, "user": map[string]any{"id": w.noor.ID}})
	body := "ssl_check=1"
	req := httptest.NewRequest(http.MethodPost, "/slack/interactivity?"+smuggled, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	at, signature := slackfake.Sign(w.fake.SigningSecret, w.fake.Clock.Now(), []byte(body))
	req.Header.Set("X-Slack-Request-Timestamp", at)
	req.Header.Set("X-Slack-Signature", signature)
	res := httptest.NewRecorder()
	w.r.ServeHTTP(res, req)
	if res.Code != 400 || len(w.in.all()) != 0 {
		t.Errorf("%d, %+v", res.Code, w.in.all())
	}
}

// A request that is sent again, to the letter, has one effect.
func TestAReplayHasOneEffect(t *testing.T) {
	w := newWorld(t, slackfake.Options{})
	for range 3 {
		w.tell("Ev1", map[string]any{"type": "member_joined_channel", "user": w.noor.ID, "channel": w.room})
		w.post("application/x-www-form-urlencoded", url.Values{"command": {"/casus"}, "text": {"status"}, "user_id": {w.noor.ID}, "channel_id": {w.room}, "trigger_id": {"tr1"}, "team_id": {w.fake.TeamID}}.Encode())
		w.post("application/x-www-form-urlencoded", form(map[string]any{"type": "block_actions", "team": map[string]any{"id": w.fake.TeamID}, "user": map[string]any{"id": w.noor.ID}, "trigger_id": "tr2",
			"container": map[string]any{"message_ts": "1.000001", "channel_id": w.room}, "actions": []any{map[string]any{"action_id": "ticket.0", "value": buttonValue(t, w), "action_ts": "1"}}}))
	}
	if got := w.in.all(); len(got) != 3 || w.in.told() != 9 {
		t.Errorf("%d events of %d: %+v", len(got), w.in.told(), got)
	}
}

// buttonValue is the value of a button as it is shown.
func buttonValue(t testing.TB, w *world) string {
	t.Helper()
	shown, err := w.seal.Message(bot.Message{Text: "x", Buttons: []bot.Button{{Label: "Ja", Ticket: "t1"}}})
	must(t, 0, err)
	raw, _ := json.Marshal(shown.Blocks)
	_, rest, _ := strings.Cut(string(raw), `"value":"`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// A form that is sent twice goes to the bot twice, whose ticket is good once; an
// answer to each is shown.
func TestAFormSentTwiceIsAnsweredTwice(t *testing.T) {
	w := newWorld(t, slackfake.Options{})
	view, err := w.seal.Modal(aForm("t1"), bot.ChannelID(w.room))
	must(t, 0, err)
	used := false
	w.in.submit = func(bot.Submission) (bot.FormAnswer, error) {
		if used {
			return bot.FormAnswer{Text: "Dit formulier is al verstuurd."}, nil
		}
		used = true
		return bot.FormAnswer{}, nil
	}
	send := func() string {
		return w.post("application/x-www-form-urlencoded", form(map[string]any{"type": "view_submission", "team": map[string]any{"id": w.fake.TeamID}, "user": map[string]any{"id": w.noor.ID},
			"view": map[string]any{"id": "V1", "callback_id": view.CallbackID, "private_metadata": view.PrivateMetadata}})).Body.String()
	}
	if got := send(); !strings.Contains(got, "clear") {
		t.Errorf("first: %s", got)
	}
	if got := send(); !strings.Contains(got, "al verstuurd") {
		t.Errorf("second: %s", got)
	}
	// One that the bot cannot handle, or that makes it panic, says that nobody knows.
	for name, f := range map[string]func(bot.Submission) (bot.FormAnswer, error){
		"an error":                         func(bot.Submission) (bot.FormAnswer, error) { return bot.FormAnswer{}, errors.New("away") },
		"a panic":                          func(bot.Submission) (bot.FormAnswer, error) { panic("GEHEIM") },
		"a next form that cannot be shown": func(bot.Submission) (bot.FormAnswer, error) { return bot.FormAnswer{Next: &bot.Form{}}, nil },
	} {
		w.in.submit = f
		if got := send(); !strings.Contains(got, "Er ging iets mis") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// A file that is gone before anybody could look is no event, and Slack is not
// asked to send it again.
func TestAFileThatVanishedIsNoEvent(t *testing.T) {
	w := newWorld(t, slackfake.Options{})
	id, err := w.noor.Uploads(w.room, "x.pdf", []byte("x"), "")
	must(t, 0, err)
	must(t, 0, w.noor.DeletesFile(id))
	w.fake.Vanish(id)
	if res := w.tell("Ev1", map[string]any{"type": "file_shared", "file_id": id, "user_id": w.noor.ID, "channel_id": w.room}); res.Code != 200 {
		t.Errorf("status %d", res.Code)
	}
	if got := w.in.all(); len(got) != 0 {
		t.Errorf("events = %+v", got)
	}
	// One that Slack does not tell of now is asked for again.
	second, err := w.noor.Uploads(w.room, "y.pdf", []byte("y"), "")
	must(t, 0, err)
	w.fake.Inject(slackfake.Fault{Method: "files.info", Trouble: slackfake.InternalAfter, Times: 100})
	if res := w.tell("Ev2", map[string]any{"type": "file_shared", "file_id": second, "user_id": w.noor.ID, "channel_id": w.room}); res.Code != 503 {
		t.Errorf("while Slack is away: status %d", res.Code)
	}
}

// A body that trickles in holds nothing up for longer than Slack itself would
// wait.
func TestABodyThatTricklesInIsCut(t *testing.T) {
	w := newWorld(t, slackfake.Options{})
	server := httptest.NewServer(w.r)
	t.Cleanup(server.Close)
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	must(t, 0, err)
	defer conn.Close()
	fmt.Fprintf(conn, "POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 408") {
		t.Errorf("the answer is %.40q, %v", answer, err)
	}
}

// While a workspace cannot say who it is nobody knows whose an event is, and it
// is not taken.
func TestWhatMayBeOfAWorkspaceThatIsAwayComesAgain(t *testing.T) {
	w := newWorld(t, slackfake.Options{})
	w.fake.Inject(slackfake.Fault{Method: "auth.test", Trouble: slackfake.InternalAfter, Times: 1000})
	if res := w.tell("Ev1", map[string]any{"type": "member_joined_channel", "user": w.noor.ID, "channel": w.room}); res.Code != 503 {
		t.Errorf("status %d", res.Code)
	}
}
