package slackfake

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// wire is one connection of an app, read by hand.
type wire struct {
	t    *testing.T
	conn *websocket.Conn
}

func dial(t *testing.T, s *Server) wire {
	t.Helper()
	out := client{t, s, s.AppToken()}.must("apps.connections.open")
	conn, _, err := websocket.DefaultDialer.Dial(text(out, "url"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	w := wire{t, conn}
	if hello := w.next(); hello["type"] != "hello" || text(hello, "connection_info", "app_id") != s.AppID {
		t.Fatalf("the first message is %v, want hello", hello)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		s.mu.Lock()
		n := len(s.sockets)
		s.mu.Unlock()
		if n > 0 || time.Now().After(end) {
			return w
		}
	}
}

func (w wire) next() map[string]any {
	w.t.Helper()
	_ = w.conn.SetReadDeadline(time.Now().Add(time.Minute))
	var o map[string]any
	if err := w.conn.ReadJSON(&o); err != nil {
		w.t.Fatal(err)
	}
	return o
}

func (w wire) ack(env map[string]any, payload string) {
	w.t.Helper()
	o := map[string]any{"envelope_id": env["envelope_id"]}
	if payload != "" {
		o["payload"] = json.RawMessage(payload)
	}
	if err := w.conn.WriteJSON(o); err != nil {
		w.t.Fatal(err)
	}
}

func TestAnEventOverASocketIsSentAgainUntilAcknowledged(t *testing.T) {
	clock := NewClock(began)
	b := newBench(t, Options{SocketMode: true, Clock: clock})
	w := dial(t, b.Server)
	common := b.CommonChannel("overleg", b.people...)
	if _, err := b.people[0].Says(common, "hallo"); err != nil {
		t.Fatal(err)
	}
	first := w.next()
	if first["type"] != "events_api" || text(first, "payload", "event", "text") != "hallo" || first["retry_attempt"] != float64(0) || first["accepts_response_payload"] != false {
		t.Fatalf("the envelope is %v", first)
	}
	mustWait(t, b.Server, answerWithin)
	clock.Advance(answerWithin)
	second := w.next()
	if second["retry_attempt"] != float64(1) || text(second, "payload", "event_id") != text(first, "payload", "event_id") || second["envelope_id"] == first["envelope_id"] {
		t.Fatalf("the second envelope is %v, want the same event again", second)
	}
	w.ack(second, "")
	if !b.Eventually(t.Context(), func() bool { d := b.Deliveries(); return len(d) == 2 && d[1].Accepted }) {
		t.Errorf("deliveries %+v, want the second accepted", b.Deliveries())
	}
}

func TestWhatADroppedSocketDidNotAcknowledgeComesOverTheNext(t *testing.T) {
	b := newBench(t, Options{SocketMode: true})
	w := dial(t, b.Server)
	common := b.CommonChannel("overleg", b.people...)
	second := dial(t, b.Server)
	if _, err := b.people[0].Says(common, "hallo"); err != nil {
		t.Fatal(err)
	}
	first := w.next()
	_ = w.conn.Close()
	again := second.next()
	if text(again, "payload", "event_id") != text(first, "payload", "event_id") || again["retry_attempt"] != float64(1) {
		t.Errorf("over the second connection came %v, want the event again", again)
	}
	second.ack(again, "")
}

func TestEachEnvelopeGoesToOneConnection(t *testing.T) {
	b := newBench(t, Options{SocketMode: true})
	wires := []wire{dial(t, b.Server), dial(t, b.Server)}
	for b.Sockets() != 2 {
		time.Sleep(time.Millisecond)
	}
	common := b.CommonChannel("overleg", b.people...)
	for i, said := range []string{"een", "twee", "drie", "vier"} {
		if _, err := b.people[0].Says(common, said); err != nil {
			t.Fatal(err)
		}
		env := wires[i%2].next()
		if text(env, "payload", "event", "text") != said {
			t.Errorf("connection %d got %v, want %s", i%2, env, said)
		}
		wires[i%2].ack(env, "")
		b.Settle(t.Context())
	}
}

func TestACommandOverASocketIsAnsweredInItsAcknowledgement(t *testing.T) {
	b := newBench(t, Options{SocketMode: true})
	w := dial(t, b.Server)
	common := b.CommonChannel("overleg", b.people...)
	for _, test := range []struct {
		answer string
		sees   int
	}{{`{"text":"bezig"}`, 1}, {`{"text":"` + strings.Repeat("x", maxAnswer) + `"}`, 0}} {
		done := make(chan error, 1)
		before, _ := b.people[0].Sees(common)
		go func() { done <- b.people[0].Command(common, "/casus", "status") }()
		env := w.next()
		if env["type"] != "slash_commands" || env["accepts_response_payload"] != true || text(env, "payload", "text") != "status" {
			t.Fatalf("the envelope is %v", env)
		}
		w.ack(env, test.answer)
		if test.sees == 0 {
			// An answer over 20 KB is dropped without a word: to the person it never came.
			mustWait(t, b.Server, answerWithin)
			b.Clock.Advance(answerWithin)
		}
		if err := <-done; (err == nil) != (test.sees == 1) {
			t.Errorf("an answer of %d bytes: %v", len(test.answer), err)
		}
		if seen, _ := b.people[0].Sees(common); len(seen)-len(before) != test.sees {
			t.Errorf("an answer of %d bytes shows %d messages, want %d", len(test.answer), len(seen)-len(before), test.sees)
		}
	}
}

func TestGoodbyesOfASocket(t *testing.T) {
	b := newBench(t, Options{SocketMode: true})
	w := dial(t, b.Server)
	b.Disconnect("warning")
	if o := w.next(); o["type"] != "disconnect" || o["reason"] != "warning" {
		t.Fatalf("got %v, want a warning", o)
	}
	common := b.CommonChannel("overleg", b.people...)
	_, _ = b.people[0].Says(common, "hallo")
	w.ack(w.next(), "")
	b.Settle(t.Context())
	b.Disconnect("refresh_requested")
	if o := w.next(); o["reason"] != "refresh_requested" {
		t.Fatalf("got %v, want refresh_requested", o)
	}
	_ = w.conn.SetReadDeadline(time.Now().Add(time.Minute))
	if _, _, err := w.conn.ReadMessage(); err == nil {
		t.Error("the connection is still open")
	}
	w = dial(t, b.Server)
	b.DropSockets()
	_ = w.conn.SetReadDeadline(time.Now().Add(time.Minute))
	if _, _, err := w.conn.ReadMessage(); err == nil {
		t.Error("the dropped connection is still open")
	}
}

func TestASocketsAddressIsForOneConnectionAndATokenOfTheApp(t *testing.T) {
	b := newBench(t, Options{SocketMode: true})
	b.bot.refused("not_allowed_token_type", "apps.connections.open")
	out := client{t, b.Server, b.AppToken()}.must("apps.connections.open")
	conn, _, err := websocket.DefaultDialer.Dial(text(out, "url"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if again, _, err := websocket.DefaultDialer.Dial(text(out, "url"), nil); err == nil {
		_ = again.Close()
		t.Error("the address worked twice")
	}
}

func TestAnEleventhConnectionIsSentAway(t *testing.T) {
	b := newBench(t, Options{SocketMode: true})
	for range maxSockets {
		dial(t, b.Server)
	}
	for end := time.Now().Add(time.Minute); b.Sockets() < maxSockets && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	out := client{t, b.Server, b.AppToken()}.must("apps.connections.open")
	conn, _, err := websocket.DefaultDialer.Dial(text(out, "url"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if o := (wire{t, conn}).next(); o["type"] != "disconnect" || o["reason"] != "too_many_websockets" {
		t.Errorf("got %v, want to be sent away", o)
	}
}
