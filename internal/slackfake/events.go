package slackfake

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// answerWithin is how long an app has to acknowledge.
//
// Source: page "The Events API" ("Responding to events"), page "Handling user
// interaction" (three seconds).
const answerWithin = 3 * time.Second

// retries are the waits before an event is sent again.
//
// Source: page "The Events API" ("Error handling": nearly at once, after a minute,
// after five minutes; x-slack-retry-num, x-slack-retry-reason, x-slack-no-retry).
var retries = []time.Duration{0, time.Minute, 5 * time.Minute}

// maxAnswer is how large an acknowledgement over a socket may be: a larger one is
// dropped without a word.
//
// Source: slack-go, socketmode (measured by its authors).
const maxAnswer = 20 << 10

// Trick is what happens to an event on its way besides arriving once.
type Trick string

const (
	Twice       Trick = "twice"        // the same event again, with the same id
	TwiceNewID  Trick = "twice new id" // the same message again, as another event
	AfterNext   Trick = "after next"   // it arrives after the next one
	NeverComes  Trick = "never"        // it is lost
	UntilCalled Trick = "until called" // it waits for Release
)

// stage is a trick that waits for its event.
type stage struct {
	kind  string
	trick Trick
	times int
}

// eventStages is what was set up for events, and what is held back.
type eventStages struct {
	waiting []*stage
	next    []obj // sent after the next event
	held    []obj
	lanes   map[string]*lane
	busy    int // deliveries whose first attempt is not yet over
}

// lane keeps the events of one channel in order.
type lane struct {
	queue   []obj
	running bool
}

// Delivery is one attempt to hand something to the app.
type Delivery struct {
	Kind     string // event, command, interactive
	Type     string // of the event or payload
	EventID  string
	Attempt  int
	Accepted bool
	Status   int // of the answer over HTTP
	Took     time.Duration
	Body     []byte // of the answer
}

// Play sets up a trick for the next events of a type ("message",
// "member_joined_channel"; blank: any), that many times.
func (s *Server) Play(kind string, trick Trick, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stages.waiting = append(s.stages.waiting, &stage{kind, trick, times})
}

// Release sends what UntilCalled and AfterNext hold back, the last first.
func (s *Server) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := slices.Concat(s.stages.held, s.stages.next)
	s.stages.held, s.stages.next = nil, nil
	for _, env := range slices.Backward(held) {
		s.enqueue(env)
	}
}

// Deliveries lists what was handed to the app so far.
func (s *Server) Deliveries() []Delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.dispatch)
}

// Settle waits until every event has been tried once. It is false when the context
// ended first.
func (s *Server) Settle(ctx context.Context) bool {
	return s.Eventually(ctx, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.stages.busy == 0
	})
}

// scopesFor are the scopes of which an app needs one to hear of an event.
//
// Source: the event's own page.
func scopesFor(event obj, ch *channel) []string {
	kind, _ := event["type"].(string)
	switch {
	case kind == "message" && ch != nil:
		return []string{ch.kind() + ":history"}
	case kind == "app_mention":
		return []string{"app_mentions:read"}
	case strings.HasPrefix(kind, "file_"):
		return []string{"files:read"}
	case strings.HasPrefix(kind, "pin_"):
		return []string{"pins:read"}
	case strings.HasPrefix(kind, "group_"):
		return []string{"groups:read"}
	case strings.HasPrefix(kind, "channel_"):
		return []string{"channels:read"}
	case kind == "member_joined_channel" || kind == "member_left_channel":
		return []string{ch.kind() + ":read"}
	case kind == "team_join" || kind == "user_change":
		return []string{"users:read"}
	}
	return nil
}

// subscription is the name under which an app subscribes to an event.
func subscription(event obj, ch *channel) string {
	kind, _ := event["type"].(string)
	if kind == "message" && ch != nil {
		return "message." + ch.kind()
	}
	return kind
}

// emit tells the app of something in a channel, if it is there, has subscribed and
// has the scope. The lock is held.
func (s *Server) emit(ch *channel, event obj) {
	if !ch.has(s.BotUser) && !strings.HasPrefix(fmt.Sprint(event["type"]), "channel_") {
		return
	}
	if !ch.has(s.BotUser) && ch.Private {
		return
	}
	s.tell(ch, event)
}

// emitAlways tells the app of something that is in no channel.
func (s *Server) emitAlways(event obj) { s.tell(nil, event) }

func (s *Server) tell(ch *channel, event obj) {
	if s.opts.Events != nil && !slices.Contains(s.opts.Events, subscription(event, ch)) {
		return
	}
	if need := scopesFor(event, ch); need != nil && s.opts.BotScopes != nil &&
		!slices.ContainsFunc(need, func(one string) bool { return slices.Contains(s.opts.BotScopes, one) }) {
		return
	}
	if _, given := event["event_ts"]; !given {
		event["event_ts"] = s.ts()
	}
	env := obj{"token": "unused", "team_id": s.TeamID, "context_team_id": s.TeamID, "context_enterprise_id": nil, "api_app_id": s.AppID,
		"event": event, "type": "event_callback", "event_id": newID("Ev"), "event_time": s.Clock.Now().Unix(),
		"authorizations":        []obj{{"enterprise_id": nil, "team_id": s.TeamID, "user_id": s.BotUser, "is_bot": true, "is_enterprise_install": false}},
		"is_ext_shared_channel": ch != nil && len(ch.Shared) > 0, "event_context": "4-" + secret()}
	trick := s.trickFor(fmt.Sprint(event["type"]))
	switch trick {
	case NeverComes:
		return
	case UntilCalled:
		s.stages.held = append(s.stages.held, env)
		return
	case AfterNext:
		s.stages.next = append(s.stages.next, env)
		return
	}
	s.enqueue(env)
	for _, late := range s.stages.next {
		s.enqueue(late)
	}
	s.stages.next = nil
	switch trick {
	case Twice:
		s.enqueue(env)
	case TwiceNewID:
		again := maps.Clone(env)
		again["event_id"] = newID("Ev")
		s.enqueue(again)
	}
}

func (s *Server) trickFor(kind string) Trick {
	for _, w := range s.stages.waiting {
		if w.times > 0 && (w.kind == "" || w.kind == kind) {
			w.times--
			return w.trick
		}
	}
	return ""
}

// enqueue hands an event to its channel's lane. The lock is held.
func (s *Server) enqueue(env obj) {
	if s.done.Err() != nil || !s.opts.SocketMode && s.requests["events"] == "" {
		return
	}
	raw, _ := json.Marshal(env) // as it is now: what it speaks of may change
	frozen := obj{}
	_ = json.Unmarshal(raw, &frozen)
	event := frozen["event"].(map[string]any)
	key := fmt.Sprint(event["channel"])
	if s.stages.lanes == nil {
		s.stages.lanes = map[string]*lane{}
	}
	l := s.stages.lanes[key]
	if l == nil {
		l = &lane{}
		s.stages.lanes[key] = l
	}
	l.queue = append(l.queue, frozen)
	s.stages.busy++
	if !l.running {
		l.running = true
		s.work.Go(func() { s.drain(l) })
	}
}

func (s *Server) drain(l *lane) {
	for {
		s.mu.Lock()
		if len(l.queue) == 0 {
			l.running = false
			s.mu.Unlock()
			return
		}
		env := l.queue[0]
		l.queue = l.queue[1:]
		s.mu.Unlock()
		accepted, again, why := s.attempt(env, 0, "")
		s.mu.Lock()
		s.stages.busy--
		s.touch()
		s.mu.Unlock()
		if !accepted && again && s.done.Err() == nil {
			s.work.Go(func() { s.retry(env, why) })
		}
	}
}

// retry sends an event again until it is accepted, at most three times.
func (s *Server) retry(env obj, why string) {
	for i, wait := range retries {
		passed, stop := s.Clock.after(wait)
		select {
		case <-passed:
		case <-s.done.Done():
			stop()
			return
		}
		accepted, again, reason := s.attempt(env, i+1, why)
		if accepted || !again {
			return
		}
		why = reason
	}
}

// attempt hands an event over once: whether it was accepted, whether another try
// is wanted, and why it failed.
func (s *Server) attempt(env obj, n int, why string) (accepted, again bool, reason string) {
	event := env["event"].(map[string]any)
	d := Delivery{Kind: "event", Type: fmt.Sprint(event["type"]), EventID: fmt.Sprint(env["event_id"]), Attempt: n}
	began := s.Clock.Now()
	again = true
	if s.opts.SocketMode {
		d.Body, reason = s.overSocket("events_api", env, n, why)
		d.Accepted = reason == ""
	} else {
		raw, _ := json.Marshal(env)
		header := http.Header{"Content-Type": {"application/json"}}
		if n > 0 {
			header.Set("X-Slack-Retry-Num", strconv.Itoa(n))
			header.Set("X-Slack-Retry-Reason", why)
		}
		s.mu.Lock()
		to := s.requests["events"]
		s.mu.Unlock()
		var got http.Header
		d.Status, got, d.Body, reason = s.send(to, header, raw)
		d.Accepted = reason == ""
		again = got.Get("X-Slack-No-Retry") != "1"
	}
	d.Took = s.Clock.Now().Sub(began)
	s.mu.Lock()
	s.dispatch = append(s.dispatch, d)
	s.touch()
	s.mu.Unlock()
	return d.Accepted, again, reason
}

// send posts a signed body and waits for the answer, for three seconds of the
// fake's clock. reason is blank for a 2xx.
//
// Source: page "The Events API" (x-slack-retry-reason: http_timeout, http_error,
// connection_failed).
func (s *Server) send(to string, header http.Header, body []byte) (status int, got http.Header, answer []byte, reason string) {
	ctx, cancel := context.WithCancelCause(s.done)
	defer cancel(nil)
	passed, stop := s.Clock.after(answerWithin)
	defer stop()
	go func() {
		select {
		case <-passed:
			cancel(errLate)
		case <-ctx.Done():
		}
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, "connection_failed"
	}
	for k, v := range header {
		req.Header[k] = v
	}
	at, signature := Sign(s.SigningSecret, s.Clock.Now(), body)
	req.Header.Set("X-Slack-Request-Timestamp", at)
	req.Header.Set("X-Slack-Signature", signature)
	req.Header.Set("User-Agent", "Slackbot 1.0")
	res, err := sender.Do(req)
	if err == nil {
		defer res.Body.Close()
		answer, err = io.ReadAll(io.LimitReader(res.Body, 1<<20))
	}
	switch {
	case context.Cause(ctx) == errLate:
		return 0, nil, nil, "http_timeout"
	case err != nil:
		return 0, nil, nil, "connection_failed"
	case res.StatusCode < 200 || res.StatusCode > 299:
		return res.StatusCode, res.Header, answer, "http_error"
	}
	return res.StatusCode, res.Header, answer, ""
}

// errLate is the cause of a request that was given up after three seconds.
var errLate = fmt.Errorf("not answered within %s", answerWithin)

// sender follows no redirects and keeps no connections, so that a test's server
// can end.
var sender = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// SetRequestURL sets one of the app's request addresses: "events",
// "interactivity", "options" or a command such as "/casus". The one for events is
// first asked to prove itself; what it must answer is the challenge.
//
// Source: event page url_verification (challenge as text, form or JSON).
func (s *Server) SetRequestURL(which, to string) error {
	if which == "events" {
		challenge := secret()
		raw, _ := json.Marshal(obj{"token": "unused", "challenge": challenge, "type": "url_verification"})
		_, got, answer, reason := s.send(to, http.Header{"Content-Type": {"application/json"}}, raw)
		if reason != "" {
			return fmt.Errorf("the request address did not answer well: %s", reason)
		}
		text := strings.TrimSpace(string(answer))
		if strings.HasPrefix(got.Get("Content-Type"), "application/json") {
			var o struct{ Challenge string }
			_ = json.Unmarshal(answer, &o)
			text = o.Challenge
		}
		if strings.TrimPrefix(text, "challenge=") != challenge {
			return fmt.Errorf("the request address did not answer with the challenge")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[which] = to
	return nil
}
