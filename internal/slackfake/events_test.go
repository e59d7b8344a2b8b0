package slackfake

import (
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
	"time"
)

func TestAnEventIsSignedOverItsRawBody(t *testing.T) {
	b := newBench(t, Options{})
	common := b.CommonChannel("overleg", b.people...)
	if _, err := b.people[0].Says(common, "hallo @convenantbot"); err != nil {
		t.Fatal(err)
	}
	r := b.app.await(t, 1, event("app_mention"))
	sec, _ := strconv.ParseInt(r.header.Get("X-Slack-Request-Timestamp"), 10, 64)
	if _, want := Sign(b.SigningSecret, time.Unix(sec, 0), r.body); r.header.Get("X-Slack-Signature") != want || sec != began.Unix() {
		t.Errorf("signature %q at %d, want %q at %d", r.header.Get("X-Slack-Signature"), sec, want, began.Unix())
	}
	var o struct {
		EventID string `json:"event_id"`
		TeamID  string `json:"team_id"`
		Event   struct{ Text, User, Channel, TS string }
	}
	if err := json.Unmarshal(r.body, &o); err != nil || o.EventID == "" || o.TeamID != b.TeamID || o.Event.Text != "hallo <@"+b.BotUser+">" || o.Event.User != b.people[0].ID {
		t.Errorf("the event is %s (%v)", r.body, err)
	}
}

// A known signature, so that Sign and its checker cannot be wrong in the same way.
// The values are those of the example on the page "Verifying requests from Slack".
func TestTheSignatureIsThatOfTheDocumentation(t *testing.T) {
	const body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
	if _, got := Sign("8f742231b10e8888abcd99yyyzzz85a5", time.Unix(1531420618, 0), []byte(body)); got != "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503" {
		t.Errorf("Sign = %s", got)
	}
}

func TestAnEventIsSentAgainAtOnceAfterAMinuteAndAfterFive(t *testing.T) {
	clock := NewClock(began)
	b := newBench(t, Options{Clock: clock})
	room := b.room("casus-2026-1", b.people[0])
	if !b.Settle(t.Context()) {
		t.Fatal("not settled")
	}
	b.app.answers(func(request) (int, string) { return http.StatusInternalServerError, "" })
	if _, err := b.people[0].Says(room, "hallo"); err != nil {
		t.Fatal(err)
	}
	said := func(r request) bool {
		var o struct{ Event struct{ Type, Text string } }
		return json.Unmarshal(r.body, &o) == nil && o.Event.Type == "message" && o.Event.Text == "hallo"
	}
	b.app.await(t, 1, said)
	again := b.app.await(t, 2, said)
	if again.header.Get("X-Slack-Retry-Num") != "1" || again.header.Get("X-Slack-Retry-Reason") != "http_error" {
		t.Errorf("the first retry has headers %v", again.header)
	}
	for n, wait := range []time.Duration{time.Minute, 5 * time.Minute} {
		mustWait(t, b.Server, wait)
		clock.Advance(wait)
		if r := b.app.await(t, 3+n, said); r.header.Get("X-Slack-Retry-Num") != strconv.Itoa(2+n) {
			t.Errorf("retry %d has headers %v", 2+n, r.header)
		}
	}
}

// mustWait waits until something waits for the clock to move by d.
func mustWait(t *testing.T, s *Server, d time.Duration) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !s.Clock.Waits(d); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing waits for the clock")
		}
	}
}

func TestAnAppThatDoesNotAnswerInThreeSecondsIsAskedAgain(t *testing.T) {
	clock := NewClock(began)
	b := newBench(t, Options{Clock: clock})
	room := b.room("casus-2026-1", b.people[0])
	b.Settle(t.Context())
	hold := make(chan struct{})
	b.app.answers(func(r request) (int, string) {
		if r.header.Get("X-Slack-Retry-Num") == "" {
			<-hold
		}
		return http.StatusOK, ""
	})
	if _, err := b.people[0].Says(room, "hallo"); err != nil {
		t.Fatal(err)
	}
	b.app.await(t, 1, event("message"))
	mustWait(t, b.Server, answerWithin)
	clock.Advance(answerWithin - time.Millisecond)
	if n := len(b.Deliveries()); n != 0 && b.Deliveries()[n-1].Type == "message" && b.Deliveries()[n-1].Attempt > 0 {
		t.Error("sent again before the three seconds were over")
	}
	clock.Advance(time.Millisecond)
	r := b.app.await(t, 1, func(r request) bool { return r.header.Get("X-Slack-Retry-Num") == "1" })
	if r.header.Get("X-Slack-Retry-Reason") != "http_timeout" {
		t.Errorf("the reason is %q, want http_timeout", r.header.Get("X-Slack-Retry-Reason"))
	}
	close(hold)
}

func TestAnAppThatWantsNoRetryGetsNone(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0])
	b.Settle(t.Context())
	b.app.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Slack-No-Retry", "1")
		w.WriteHeader(http.StatusInternalServerError)
	})
	before := len(b.Deliveries())
	if _, err := b.people[0].Says(room, "hallo"); err != nil {
		t.Fatal(err)
	}
	b.Settle(t.Context())
	if got := b.Deliveries()[before:]; len(got) != 1 || got[0].Accepted {
		t.Errorf("deliveries %+v, want one that failed", got)
	}
	if b.Clock.Waiting() != 0 {
		t.Error("a retry waits")
	}
}

func TestARequestAddressMustProveItself(t *testing.T) {
	b := newBench(t, Options{})
	wrong := newBench(t, Options{}).app
	wrong.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("something else")) })
	if err := b.SetRequestURL("events", wrong.URL); err == nil {
		t.Error("an address that answers something else was taken")
	}
}

func TestTricksWithEvents(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0])
	b.Settle(t.Context())
	type seen struct{ id, text string }
	since := func(n int) []seen {
		b.Settle(t.Context())
		b.app.mu.Lock()
		defer b.app.mu.Unlock()
		var out []seen
		for _, r := range b.app.got[n:] {
			var o struct {
				ID    string `json:"event_id"`
				Event struct{ Type, Text string }
			}
			if json.Unmarshal(r.body, &o) == nil && o.Event.Type == "message" {
				out = append(out, seen{o.ID, o.Event.Text})
			}
		}
		return out
	}
	count := func() int {
		b.app.mu.Lock()
		defer b.app.mu.Unlock()
		return len(b.app.got)
	}
	say := func(text string) {
		t.Helper()
		if _, err := b.people[0].Says(room, text); err != nil {
			t.Fatal(err)
		}
	}

	n := count()
	b.Play("message", Twice, 1)
	say("een")
	if got := since(n); len(got) != 2 || got[0] != got[1] {
		t.Errorf("Twice: %v, want the same event two times", got)
	}
	n = count()
	b.Play("message", TwiceNewID, 1)
	say("twee")
	if got := since(n); len(got) != 2 || got[0].id == got[1].id || got[0].text != got[1].text {
		t.Errorf("TwiceNewID: %v, want the same text with two ids", got)
	}
	n = count()
	b.Play("message", AfterNext, 1)
	say("drie")
	say("vier")
	if got := since(n); len(got) != 2 || got[0].text != "vier" || got[1].text != "drie" {
		t.Errorf("AfterNext: %v, want vier before drie", got)
	}
	n = count()
	b.Play("message", NeverComes, 1)
	say("vijf")
	say("zes")
	if got := since(n); len(got) != 1 || got[0].text != "zes" {
		t.Errorf("NeverComes: %v, want only zes", got)
	}
	n = count()
	b.Play("message", UntilCalled, 1)
	say("zeven")
	if got := since(n); len(got) != 0 {
		t.Errorf("UntilCalled: %v, want nothing yet", got)
	}
	b.Release()
	if got := since(n); len(got) != 1 || got[0].text != "zeven" {
		t.Errorf("Release: %v, want zeven", got)
	}
}

func TestWhatAnAppIsNotToldOf(t *testing.T) {
	b := newBench(t, Options{BotScopes: []string{"groups:write", "groups:read", "app_mentions:read"}, Events: []string{"message.groups", "app_mention", "member_joined_channel"}})
	room := b.room("casus-2026-1", b.people[0])
	elsewhere, err := b.people[0].Creates("zonder-bot", true)
	if err != nil {
		t.Fatal(err)
	}
	b.Settle(t.Context())
	before := len(b.Deliveries())
	for _, ch := range []string{room, elsewhere} {
		if _, err := b.people[0].Says(ch, "hallo @convenantbot"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.people[0].Uploads(room, "a.txt", []byte("x"), ""); err != nil {
		t.Fatal(err)
	}
	b.Settle(t.Context())
	got := b.Deliveries()[before:]
	if len(got) != 1 || got[0].Type != "app_mention" {
		t.Errorf("deliveries %+v; want the mention in its own channel only: no scope for messages, no subscription to files, not in the other channel", got)
	}
}

func TestJoiningTellsWhoAddedWhom(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0])
	if err := b.people[0].Invites(room, b.people[1].ID); err != nil {
		t.Fatal(err)
	}
	r := b.app.await(t, 1, func(r request) bool {
		var o struct {
			Event struct{ Type, User, Inviter, Channel string }
		}
		return json.Unmarshal(r.body, &o) == nil && o.Event.Type == "member_joined_channel" && o.Event.User == b.people[1].ID && o.Event.Inviter == b.people[0].ID && o.Event.Channel == room
	})
	_ = r
}

func TestEventsThatEachActRaises(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0], b.people[1])
	p := b.people[0]
	ts, _ := p.Says(room, "een")
	var file string
	for _, test := range []struct {
		what, event, subtype string
		act                  func() error
	}{
		{"edit", "message", "message_changed", func() error { return p.Edits(room, ts, "twee") }},
		{"delete", "message", "message_deleted", func() error { return p.DeletesMessage(room, ts) }},
		{"upload", "file_shared", "", func() (err error) { file, err = p.Uploads(room, "a.txt", []byte("x"), ""); return err }},
		{"delete file", "file_deleted", "", func() error { return p.DeletesFile(file) }},
		{"external file", "file_shared", "", func() error { _, err := p.LinksFile(room, "plan", "https://drive.example/1"); return err }},
		{"canvas", "file_shared", "", func() error { _, err := p.Canvas(room, "plan"); return err }},
		{"rename", "group_rename", "", func() error { return p.Renames(room, "casus-anders") }},
		{"leave", "member_left_channel", "", func() error { return b.people[1].Leaves(room) }},
		{"home", "app_home_opened", "", p.OpensHome},
		{"deactivate", "user_change", "", func() error { b.people[2].Deactivate(); return nil }},
		{"archive", "group_archive", "", func() error { return p.Archives(room) }},
	} {
		b.Settle(t.Context())
		b.app.mu.Lock()
		n := len(b.app.got)
		b.app.mu.Unlock()
		if err := test.act(); err != nil {
			t.Fatalf("%s: %v", test.what, err)
		}
		b.Settle(t.Context())
		found := false
		b.app.mu.Lock()
		for _, r := range b.app.got[n:] {
			var o struct {
				Event struct{ Type, Subtype string }
			}
			_ = json.Unmarshal(r.body, &o)
			found = found || o.Event.Type == test.event && o.Event.Subtype == test.subtype
		}
		b.app.mu.Unlock()
		if !found {
			t.Errorf("%s raised no %s %s", test.what, test.event, test.subtype)
		}
	}
	// The app is put out by somebody.
	other := b.room("casus-2026-2", p)
	if err := p.Removes(other, b.BotUser); err != nil {
		t.Fatal(err)
	}
	b.app.await(t, 1, event("group_left"))
}
