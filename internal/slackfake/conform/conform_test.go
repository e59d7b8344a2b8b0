package conform

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// wrong says what a client does wrong on purpose; the zero value is a good client.
type wrong struct {
	ignoresRetryAfter bool
	takesAnything     bool // verifies no signature
	ignoresAge        bool // verifies it, however old
	acksLate          bool // after the work
	repeatsBlindly    bool // a write whose outcome is unknown
	forgets           bool // which events it has seen
	knowsByIDOnly     bool // events, not messages
}

// app is a small client.
type app struct {
	wrong
	s     *slackfake.Server
	token string
	http  *http.Client

	mu     sync.Mutex
	seen   map[string]bool
	heard  []string
	busy   chan struct{} // nil: it is not
	behind sync.WaitGroup
}

func open(t *testing.T, w wrong) Bench {
	s := slackfake.New(t, slackfake.Options{})
	p := s.AddPerson(slackfake.PersonOptions{Name: "anna"})
	a := &app{wrong: w, s: s, token: s.BotToken(), seen: map[string]bool{}, http: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	t.Cleanup(a.behind.Wait)
	return Bench{Server: s, Person: p, Channel: s.CommonChannel("overleg", p), Say: a.say, Events: a, Heard: a.all, Busy: a.hold}
}

// errUnknown is a write that may have been done.
var errUnknown = errors.New("the outcome is unknown")

func (a *app) call(ctx context.Context, method string, form url.Values) (map[string]any, error) {
	for {
		form.Set("token", a.token)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.s.APIURL()+method, strings.NewReader(form.Encode()))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := a.http.Do(req)
		if err != nil {
			return nil, errUnknown
		}
		raw, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode >= 500 {
			return nil, errUnknown
		}
		if res.StatusCode == http.StatusTooManyRequests {
			sec, _ := strconv.Atoi(res.Header.Get("Retry-After"))
			if a.ignoresRetryAfter {
				sec = 0
			}
			select {
			case <-time.After(time.Duration(sec) * time.Second):
				continue
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		var o map[string]any
		if err := json.Unmarshal(raw, &o); err != nil {
			return nil, errUnknown
		}
		switch o["error"] {
		case nil:
			return o, nil
		case "internal_error", "fatal_error":
			return nil, errUnknown
		}
		return nil, fmt.Errorf("%s: %v", method, o["error"])
	}
}

// say writes the key into the message's metadata and looks for it before it writes
// again.
func (a *app) say(ctx context.Context, channel, text, key string) error {
	for try := range 3 {
		if !a.repeatsBlindly || try == 0 {
			there, err := a.stands(ctx, channel, key)
			if err != nil {
				return err
			}
			if there {
				return nil
			}
		}
		meta, _ := json.Marshal(map[string]any{"event_type": "said", "event_payload": map[string]string{"key": key}})
		_, err := a.call(ctx, "chat.postMessage", url.Values{"channel": {channel}, "text": {text}, "metadata": {string(meta)}})
		if !errors.Is(err, errUnknown) {
			return err
		}
	}
	return errUnknown
}

func (a *app) stands(ctx context.Context, channel, key string) (bool, error) {
	o, err := a.call(ctx, "conversations.history", url.Values{"channel": {channel}, "include_all_metadata": {"true"}})
	if err != nil {
		return false, err
	}
	raw, _ := json.Marshal(o["messages"])
	var all []struct {
		Metadata struct {
			Payload struct{ Key string } `json:"event_payload"`
		}
	}
	_ = json.Unmarshal(raw, &all)
	for _, m := range all {
		if m.Metadata.Payload.Key == key {
			return true, nil
		}
	}
	return false, nil
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil || !a.takesAnything && !a.genuine(r, body) {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	var o struct {
		Type, Challenge string
		ID              string `json:"event_id"`
		Event           struct{ Type, Text, TS, Channel string }
	}
	if json.Unmarshal(body, &o) != nil {
		http.Error(w, "no", http.StatusBadRequest)
		return
	}
	if o.Type == "url_verification" {
		_, _ = io.WriteString(w, o.Challenge)
		return
	}
	if o.Event.Type != "app_mention" || o.Event.Text == "" {
		return
	}
	_, text, _ := strings.Cut(o.Event.Text, "> ")
	keys := []string{o.ID}
	if !a.knowsByIDOnly {
		keys = append(keys, o.Event.Channel+o.Event.TS)
	}
	act := func() {
		a.mu.Lock()
		busy := a.busy
		a.mu.Unlock()
		if busy != nil {
			<-busy
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		if !a.forgets && slices.ContainsFunc(keys, func(k string) bool { return a.seen[k] }) {
			return
		}
		for _, k := range keys {
			a.seen[k] = true
		}
		a.heard = append(a.heard, text)
	}
	a.mu.Lock()
	later := a.busy != nil && !a.acksLate
	a.mu.Unlock()
	if later {
		a.behind.Go(act)
	} else {
		act()
	}
}

func (a *app) genuine(r *http.Request, body []byte) bool {
	sec, err := strconv.ParseInt(r.Header.Get("X-Slack-Request-Timestamp"), 10, 64)
	if err != nil {
		return false
	}
	at := time.Unix(sec, 0)
	if age := a.s.Clock.Now().Sub(at).Abs(); age > 5*time.Minute && !a.ignoresAge {
		return false
	}
	_, want := slackfake.Sign(a.s.SigningSecret, at, body)
	return hmac.Equal([]byte(want), []byte(r.Header.Get("X-Slack-Signature")))
}

func (a *app) all() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.heard)
}

func (a *app) hold() func() {
	a.mu.Lock()
	defer a.mu.Unlock()
	busy := make(chan struct{})
	a.busy = busy
	return sync.OnceFunc(func() { close(busy) })
}

func TestAGoodClientPasses(t *testing.T) {
	Run(t, func(t *testing.T) Bench { return open(t, wrong{}) })
}

// A suite that no wrong client fails says nothing. Each of these fails what it does
// wrong, and nothing else.
func TestWrongClientsFail(t *testing.T) {
	const (
		limits  = "what was limited waits as long as it was told"
		newID   = "a message that comes as two events is acted on once"
		sameID  = "an event that comes twice is acted on once"
		ack     = "what is heard is acknowledged before it is acted on"
		plain   = "what is not signed is refused"
		secret  = "what is signed with another secret is refused"
		changed = "what was changed after signing is refused"
		old     = "what was signed more than five minutes ago is refused"
		early   = "what was signed more than five minutes from now is refused"
		lost    = "a message whose answer was lost is said once"
		broken  = "a message whose answer was a server error is said once"
		unclear = "a message whose answer was internal_error is said once"
	)
	for name, test := range map[string]struct {
		wrong
		fails []string
	}{
		"ignores Retry-After":                     {wrong{ignoresRetryAfter: true}, []string{limits}},
		"verifies no signature":                   {wrong{takesAnything: true}, []string{plain, secret, changed, old, early}},
		"takes what is old":                       {wrong{ignoresAge: true}, []string{old, early}},
		"acknowledges late":                       {wrong{acksLate: true}, []string{ack}},
		"repeats what may have been done":         {wrong{repeatsBlindly: true}, []string{lost, broken, unclear}},
		"forgets what it has seen":                {wrong{forgets: true}, []string{newID, sameID}},
		"knows events by their id and by no more": {wrong{knowsByIDOnly: true}, []string{newID}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, c := range Checks {
				b := open(t, test.wrong)
				if test.acksLate {
					b.AckWithin = time.Second
				}
				err := c.Do(t.Context(), b)
				if slices.Contains(test.fails, c.Name) != (err != nil) {
					t.Errorf("%s: %v, want it to fail: %v", c.Name, err, err == nil)
				}
			}
		})
	}
}
