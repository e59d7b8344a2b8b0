package slackfake

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// maxSockets is how many an app may have open.
//
// Source: page "Using Socket Mode" (up to ten; what is sent goes to one of them).
const maxSockets = 10

// pingEvery is how often a socket is pinged, by the machine's clock: clients take a
// silent one for dead.
const pingEvery = 5 * time.Second

// socket is one open connection of the app.
type socket struct {
	conn    *websocket.Conn
	write   sync.Mutex
	waiting map[string]chan []byte // envelope to its answer
	gone    chan struct{}
	once    sync.Once
	closing bool // told to go: gets nothing new
}

func (k *socket) drop() {
	k.once.Do(func() { close(k.gone) })
	_ = k.conn.Close()
}

func (k *socket) send(v any) error {
	k.write.Lock()
	defer k.write.Unlock()
	_ = k.conn.SetWriteDeadline(time.Now().Add(10 * time.Second))
	return k.conn.WriteJSON(v)
}

var upgrade = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}

// acceptSocket opens a connection for a ticket of apps.connections.open.
//
// Source: page "Using Socket Mode" (hello, envelopes, disconnect with reasons).
func (s *Server) acceptSocket(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	ticket := r.URL.Query().Get("ticket")
	known := s.tickets[ticket]
	delete(s.tickets, ticket)
	s.mu.Unlock()
	if !known {
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	}
	conn, err := upgrade.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	k := &socket{conn: conn, waiting: map[string]chan []byte{}, gone: make(chan struct{})}
	s.mu.Lock()
	if len(s.sockets) >= maxSockets || s.done.Err() != nil {
		s.mu.Unlock()
		_ = k.send(obj{"type": "disconnect", "reason": "too_many_websockets"})
		k.drop()
		return
	}
	n := len(s.sockets) + 1
	s.work.Add(1)
	s.mu.Unlock()
	defer s.work.Done()
	// What waits for a connection must not overtake the greeting.
	_ = k.send(obj{"type": "hello", "num_connections": n, "connection_info": obj{"app_id": s.AppID},
		"debug_info": obj{"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060}})
	s.mu.Lock()
	if s.done.Err() != nil {
		s.mu.Unlock()
		k.drop()
		return
	}
	s.sockets = append(s.sockets, k)
	s.touch()
	s.mu.Unlock()
	pinging := make(chan struct{})
	go func() {
		defer close(pinging)
		tick := time.NewTicker(pingEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_ = conn.WriteControl(websocket.PingMessage, []byte("Ping from fake"), time.Now().Add(5*time.Second))
			case <-k.gone:
				return
			}
		}
	}()
	s.listen(k)
	k.drop()
	<-pinging
	s.mu.Lock()
	s.sockets = slices.DeleteFunc(s.sockets, func(o *socket) bool { return o == k })
	s.touch()
	s.mu.Unlock()
}

// listen takes acknowledgements until the connection ends.
func (s *Server) listen(k *socket) {
	for {
		_, raw, err := k.conn.ReadMessage()
		if err != nil {
			return
		}
		var ack struct {
			ID      string          `json:"envelope_id"`
			Payload json.RawMessage `json:"payload"`
		}
		if len(raw) > maxAnswer || json.Unmarshal(raw, &ack) != nil {
			continue
		}
		s.mu.Lock()
		answer := k.waiting[ack.ID]
		delete(k.waiting, ack.ID)
		s.mu.Unlock()
		if answer != nil {
			answer <- ack.Payload
		}
	}
}

// overSocket sends an envelope over one of the connections and waits for the
// answer. reason is blank when it was acknowledged.
func (s *Server) overSocket(kind string, payload any, n int, why string) (answer []byte, reason string) {
	s.mu.Lock()
	var k *socket
	for i, o := range s.sockets {
		if !o.closing {
			k = o
			// The next envelope goes to another one.
			s.sockets = append(append(slices.Clone(s.sockets[:i]), s.sockets[i+1:]...), o)
			break
		}
	}
	if k == nil {
		s.mu.Unlock()
		return nil, "connection_failed"
	}
	id, back := secret(), make(chan []byte, 1)
	k.waiting[id] = back
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(k.waiting, id)
		s.mu.Unlock()
	}()
	env := obj{"envelope_id": id, "type": kind, "payload": payload, "accepts_response_payload": kind != "events_api"}
	if kind == "events_api" {
		env["retry_attempt"], env["retry_reason"] = n, why
	}
	passed, stop := s.Clock.after(answerWithin)
	defer stop()
	if k.send(env) != nil {
		return nil, "connection_failed"
	}
	select {
	case answer = <-back:
		return answer, ""
	case <-passed:
		return nil, "http_timeout"
	case <-k.gone:
	case <-s.done.Done():
	}
	select {
	case answer = <-back: // it came just before the end
		return answer, ""
	default:
		return nil, "connection_failed"
	}
}

// Sockets is how many connections are open.
func (s *Server) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// DropSockets cuts every connection, without a word.
func (s *Server) DropSockets() {
	s.mu.Lock()
	all := slices.Clone(s.sockets)
	s.mu.Unlock()
	for _, k := range all {
		k.drop()
	}
}

// Disconnect says goodbye on every connection: with "warning" it stays open and
// takes no more than what is under way, with "refresh_requested" or
// "link_disabled" it is closed by Slack.
//
// Source: page "Using Socket Mode" ("Disconnecting").
func (s *Server) Disconnect(reason string) {
	s.mu.Lock()
	all := slices.Clone(s.sockets)
	for _, k := range all {
		k.closing = reason != "warning"
	}
	s.mu.Unlock()
	for _, k := range all {
		_ = k.send(obj{"type": "disconnect", "reason": reason, "debug_info": obj{"host": "applink-fake"}})
		if reason != "warning" {
			_ = k.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(5*time.Second))
			k.drop()
		}
	}
}
