// Package conform says how a client of Slack must behave, as checks that run against
// the fake. They are about what Slack does to an app that is not in the answers of
// single calls: it limits, it loses answers, it sends events twice, late and again,
// and anybody on the internet can send something that looks like an event.
//
// A client is any app that can be wrapped in a Bench. The checks use the machine's
// clock where the client does: its Server must have been made with a wall clock.
//
// It imports the fake and nothing else of ours.
package conform

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// Bench is one app under test with its workspace.
type Bench struct {
	// Server is fresh, on a wall clock, without Socket Mode.
	Server *slackfake.Server
	// Channel is one in which the app and Person are.
	Channel string
	Person  *slackfake.Person
	// Say lets the app say text in the channel, once for a key. It returns when it
	// knows that it was said, or with an error when it gave up.
	Say func(ctx context.Context, channel, text, key string) error
	// Events takes what Slack sends to the request address for events.
	Events http.Handler
	// Heard lists the texts of messages that the app acted on, each time it did.
	Heard func() []string
	// Busy makes acting on what was heard take until the returned function is
	// called, as when a database is slow.
	Busy func() (done func())
	// AckWithin is how long an acknowledgement may take while it is busy. Zero: far
	// more than Slack waits, so that a slow machine is no slow app.
	AckWithin time.Duration
}

// Check is one thing that a client must do.
type Check struct {
	Name string
	Do   func(ctx context.Context, b Bench) error
}

// Within is how long a client is given for what must happen in the end.
const Within = time.Minute

// Run runs every check, each on a fresh bench.
func Run(t *testing.T, open func(t *testing.T) Bench) {
	for _, c := range Checks {
		t.Run(c.Name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*Within)
			defer cancel()
			if err := c.Do(ctx, open(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

// Checks are all that is asked.
var Checks = []Check{
	{"what was limited waits as long as it was told", obeysLimits},
	{"a message whose answer was lost is said once", once(slackfake.LostAnswer)},
	{"a message whose answer was a server error is said once", once(slackfake.BrokenAfter)},
	{"a message whose answer was internal_error is said once", once(slackfake.InternalAfter)},
	{"a message that never arrived is said", once(slackfake.LostCall)},
	{"the same key is said once", sameKey},
	{"what is not signed is refused", refuses(unsigned)},
	{"what is signed with another secret is refused", refuses(otherSecret)},
	{"what was changed after signing is refused", refuses(changed)},
	{"what was signed more than five minutes ago is refused", refuses(old)},
	{"what was signed more than five minutes from now is refused", refuses(early)},
	{"what is signed is heard", hears},
	{"the address proves itself", proves},
	{"what is heard is acknowledged before it is acted on", acknowledges},
	{"an event that comes twice is acted on once", actsOnce(slackfake.Twice)},
	{"a message that comes as two events is acted on once", actsOnce(slackfake.TwiceNewID)},
	{"events that come in another order are all acted on", anyOrder},
	{"what is no event does no harm", survives},
}

// said is how often a text stands in the channel.
func said(b Bench, text string) int {
	seen, _ := b.Person.Sees(b.Channel)
	n := 0
	for _, s := range seen {
		if s.Text == text {
			n++
		}
	}
	return n
}

// obeysLimits: after 429 the next call comes no sooner than Retry-After says.
//
// Source: API page "Rate limits".
func obeysLimits(ctx context.Context, b Bench) error {
	const wait = 2 * time.Second
	fault := b.Server.Inject(slackfake.Fault{Method: "chat.postMessage", Trouble: slackfake.TooMany, Wait: wait})
	if err := b.Say(ctx, b.Channel, "na het wachten", "limited"); err != nil {
		return fmt.Errorf("it gave up: %w", err)
	}
	if b.Server.Hits(fault) != 1 {
		return fmt.Errorf("chat.postMessage was not called")
	}
	calls := b.Server.Calls("chat.postMessage")
	if len(calls) < 2 {
		return fmt.Errorf("it was not tried again")
	}
	// Of the waiting, a second of rounding is not the client's fault.
	if gap := calls[1].At.Sub(calls[0].At); gap < wait-50*time.Millisecond {
		return fmt.Errorf("it called again after %s, and was told to wait %s", gap.Round(time.Millisecond), wait)
	}
	if n := said(b, "na het wachten"); n != 1 {
		return fmt.Errorf("it was said %d times, want once", n)
	}
	return nil
}

// once: whatever became of the answer, the message stands there once in the end.
//
// Source: API page chat.postMessage (internal_error and fatal_error: part of the
// work may have been done).
func once(trouble slackfake.Trouble) func(context.Context, Bench) error {
	return func(ctx context.Context, b Bench) error {
		b.Server.Inject(slackfake.Fault{Method: "chat.postMessage", Trouble: trouble})
		err := b.Say(ctx, b.Channel, "precies een keer", "unknown")
		if err != nil {
			// One that gives up is tried again by whoever asked, with the same key.
			err = b.Say(ctx, b.Channel, "precies een keer", "unknown")
		}
		if err != nil {
			return fmt.Errorf("it gave up twice: %w", err)
		}
		if n := said(b, "precies een keer"); n != 1 {
			return fmt.Errorf("after %s it was said %d times, want once", trouble, n)
		}
		return nil
	}
}

func sameKey(ctx context.Context, b Bench) error {
	for range 2 {
		if err := b.Say(ctx, b.Channel, "een sleutel", "same"); err != nil {
			return err
		}
	}
	if err := b.Say(ctx, b.Channel, "een sleutel", "another"); err != nil {
		return err
	}
	if n := said(b, "een sleutel"); n != 2 {
		return fmt.Errorf("two keys were said %d times, want 2", n)
	}
	return nil
}

// message is a body as Slack would send it.
func message(b Bench, text, id string) []byte {
	now := b.Server.Clock.Now()
	ts := fmt.Sprintf("%d.%06d", now.Unix(), now.Nanosecond()/1000)
	raw, _ := json.Marshal(map[string]any{"type": "event_callback", "team_id": b.Server.TeamID, "api_app_id": b.Server.AppID, "event_id": id,
		"event_time": now.Unix(), "event": map[string]any{"type": "app_mention", "user": b.Person.ID, "channel": b.Channel, "ts": ts, "event_ts": ts,
			"text": "<@" + b.Server.BotUser + "> " + text}})
	return raw
}

// post hands a request to the app and returns its status.
func post(b Bench, body []byte, at, signature string) int {
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if at != "" {
		r.Header.Set("X-Slack-Request-Timestamp", at)
	}
	if signature != "" {
		r.Header.Set("X-Slack-Signature", signature)
	}
	w := httptest.NewRecorder()
	b.Events.ServeHTTP(w, r)
	return w.Code
}

// refuses: a forgery gets no 2xx, and is not acted on.
//
// Source: page "Verifying requests from Slack".
func refuses(forge func(b Bench, body []byte) (sent []byte, at, signature string)) func(context.Context, Bench) error {
	return func(ctx context.Context, b Bench) error {
		body, at, signature := forge(b, message(b, "vals", "Ev0FORGED"))
		if status := post(b, body, at, signature); status >= 200 && status < 300 {
			return fmt.Errorf("a forgery was answered with %d", status)
		}
		// Something true behind it shows that the forgery had its chance to be heard.
		if err := hears(ctx, b); err != nil {
			return err
		}
		if slices.ContainsFunc(b.Heard(), func(text string) bool { return text == "vals" || text == "vals!" }) {
			return fmt.Errorf("a forgery was acted on")
		}
		return nil
	}
}

func unsigned(_ Bench, body []byte) ([]byte, string, string) { return body, "", "" }

func otherSecret(b Bench, body []byte) ([]byte, string, string) {
	at, signature := slackfake.Sign("anothersecret", b.Server.Clock.Now(), body)
	return body, at, signature
}

func changed(b Bench, body []byte) ([]byte, string, string) {
	at, signature := slackfake.Sign(b.Server.SigningSecret, b.Server.Clock.Now(), body)
	return bytes.Replace(body, []byte("vals"), []byte("vals!"), 1), at, signature
}

func old(b Bench, body []byte) ([]byte, string, string) {
	at, signature := slackfake.Sign(b.Server.SigningSecret, b.Server.Clock.Now().Add(-5*time.Minute-10*time.Second), body)
	return body, at, signature
}

func early(b Bench, body []byte) ([]byte, string, string) {
	at, signature := slackfake.Sign(b.Server.SigningSecret, b.Server.Clock.Now().Add(5*time.Minute+10*time.Second), body)
	return body, at, signature
}

// heard waits until a text was acted on n times.
func heard(ctx context.Context, b Bench, text string, n int) error {
	late, cancel := context.WithTimeout(ctx, Within)
	defer cancel()
	for {
		count := 0
		for _, one := range b.Heard() {
			if one == text {
				count++
			}
		}
		if count >= n {
			return nil
		}
		select {
		case <-late.Done():
			return fmt.Errorf("%q was acted on %d times, want %d", text, count, n)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func hears(ctx context.Context, b Bench) error {
	body := message(b, "waar", "Ev0TRUE")
	at, signature := slackfake.Sign(b.Server.SigningSecret, b.Server.Clock.Now(), body)
	if status := post(b, body, at, signature); status < 200 || status > 299 {
		return fmt.Errorf("what was signed was answered with %d", status)
	}
	return heard(ctx, b, "waar", 1)
}

// serve puts the app's handler where the fake can reach it.
func serve(b Bench) (*httptest.Server, error) {
	app := httptest.NewServer(b.Events)
	if err := b.Server.SetRequestURL("events", app.URL); err != nil {
		app.Close()
		return nil, err
	}
	return app, nil
}

// proves: the challenge is answered.
//
// Source: event page url_verification.
func proves(_ context.Context, b Bench) error {
	app, err := serve(b)
	if err == nil {
		app.Close()
	}
	return err
}

// acknowledges: the answer does not wait for the work.
//
// Source: page "The Events API" (three seconds).
func acknowledges(ctx context.Context, b Bench) error {
	done := b.Busy()
	body := message(b, "waar", "Ev0BUSY")
	at, signature := slackfake.Sign(b.Server.SigningSecret, b.Server.Clock.Now(), body)
	answered := make(chan int, 1)
	go func() { answered <- post(b, body, at, signature) }()
	select {
	case status := <-answered:
		done()
		if status < 200 || status > 299 {
			return fmt.Errorf("it was answered with %d", status)
		}
		return heard(ctx, b, "waar", 1)
	case <-time.After(cmp.Or(b.AckWithin, Within/2)):
		done()
		<-answered
		return fmt.Errorf("it was not acknowledged while the app was busy")
	}
}

// actsOnce: what Slack sends twice is acted on once.
//
// Source: node-slack-sdk issue 2141 (the same message under two event ids).
func actsOnce(trick slackfake.Trick) func(context.Context, Bench) error {
	return func(ctx context.Context, b Bench) error {
		app, err := serve(b)
		if err != nil {
			return err
		}
		defer app.Close()
		b.Server.Play("app_mention", trick, 1)
		return mentions(ctx, b, "twee keer", "daarna")
	}
}

// mentions lets the person say texts to the app, and wants each to be acted on
// once.
func mentions(ctx context.Context, b Bench, texts ...string) error {
	for _, text := range texts {
		if _, err := b.Person.Says(b.Channel, "@"+slackfake.BotName+" "+text); err != nil {
			return err
		}
	}
	if !b.Server.Settle(ctx) {
		return fmt.Errorf("the events were not taken")
	}
	for _, text := range texts {
		if err := heard(ctx, b, text, 1); err != nil {
			return err
		}
	}
	for _, text := range texts {
		n := 0
		for _, one := range b.Heard() {
			if one == text {
				n++
			}
		}
		if n != 1 {
			return fmt.Errorf("%q was acted on %d times, want once", text, n)
		}
	}
	return nil
}

func anyOrder(ctx context.Context, b Bench) error {
	app, err := serve(b)
	if err != nil {
		return err
	}
	defer app.Close()
	b.Server.Play("app_mention", slackfake.AfterNext, 1)
	return mentions(ctx, b, "eerste", "tweede")
}

// survives: signed nonsense is answered, and the next event still heard.
func survives(ctx context.Context, b Bench) error {
	for _, body := range []string{``, `{`, `null`, `[]`, `"x"`, `{"type":"event_callback"}`, `{"type":"event_callback","event":7}`,
		`{"type":"event_callback","event_id":"Ev1","event":{"type":"app_mention"}}`, `{"type":"app_rate_limited"}`,
		`{"type":"event_callback","event_id":"Ev2","event":{"type":"something_new","channel":{"id":"C1"}}}`} {
		at, signature := slackfake.Sign(b.Server.SigningSecret, b.Server.Clock.Now(), []byte(body))
		if status := post(b, []byte(body), at, signature); status >= 500 {
			return fmt.Errorf("%q was answered with %d", body, status)
		}
	}
	return hears(ctx, b)
}
