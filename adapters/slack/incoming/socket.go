package incoming

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// maxFrame is the largest frame that is read, in bytes.
	maxFrame = 1 << 20
	// silence is how long a connection may say nothing: Slack pings every few
	// seconds.
	silence = 30 * time.Second
	// handled is how many envelopes of a connection are handled at a time. More
	// wait at Slack, which sends again what is not acknowledged.
	handled = 128
	// envelopeTerm is how long handling one may take: Slack waits three seconds.
	envelopeTerm = 2800 * time.Millisecond
	// retireTerm is how long a connection that was replaced may still deliver.
	retireTerm = 10 * time.Second
	// firstWait and lastWait bound how long a connection that failed waits before it
	// is tried again.
	firstWait = 500 * time.Millisecond
	lastWait  = time.Minute
	// maxSockets is how many connections Slack allows an app, of all copies together.
	maxSockets = 10
)

// Socket takes in what Slack sends over Socket Mode: the bot calls Slack, so that
// no address of ours need be reachable.
type Socket struct {
	Receiver *Receiver
	// Open asks Slack for an address to connect to, with the app's own token.
	Open func(ctx context.Context) (url string, err error)
	// Connections is how many are kept open by this copy; 0: one.
	Connections int
	// Dialer makes them; nil: the usual one.
	Dialer *websocket.Dialer

	mu   sync.Mutex
	live int
}

// Live is how many connections have been greeted and are open.
func (s *Socket) Live() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live
}

// Run keeps the connections open until ctx ends, and then waits for what is being
// handled. An error says that it could not begin.
func (s *Socket) Run(ctx context.Context) error {
	n := max(s.Connections, 1)
	if s.Receiver == nil || s.Open == nil || n > maxSockets {
		return fmt.Errorf("slack: Socket Mode with %d connections cannot begin", n)
	}
	var group sync.WaitGroup
	for range n {
		group.Go(func() { s.keep(ctx) })
	}
	group.Wait()
	return nil
}

// keep keeps one connection open. A connection that Slack is about to end is
// replaced first, and delivers what it has until it ends.
func (s *Socket) keep(ctx context.Context) {
	log := s.Receiver.o.Log
	var group sync.WaitGroup
	defer group.Wait()
	var old *line
	wait := firstWait
	for ctx.Err() == nil {
		next, err := s.connect(ctx)
		if err != nil {
			if ctx.Err() != nil {
				break
			}
			log.Warn("no connection with Slack; it is tried again", "wait", wait.String(), "error", err)
			if !s.Receiver.pause(ctx, wait/2+rand.N(wait/2)) {
				break
			}
			wait = min(2*wait, lastWait)
			continue
		}
		wait = firstWait
		if old != nil {
			old.retire(&group, s.Receiver)
		}
		old = next
		group.Go(func() { s.read(ctx, next) })
		select {
		case <-next.leaving:
		case <-next.over:
			// One that ends by itself at once may not be called in a circle.
			if !s.Receiver.pause(ctx, firstWait/2+rand.N(firstWait/2)) {
				return
			}
		case <-ctx.Done():
		}
	}
	if old != nil {
		old.end()
	}
}

// line is one connection.
type line struct {
	conn    *websocket.Conn
	mu      sync.Mutex    // one writes at a time
	leaving chan struct{} // closed when Slack is about to end it
	over    chan struct{} // closed when it has ended
	once    sync.Once
}

func (l *line) end() { l.once.Do(func() { l.conn.Close() }) }

// retire ends a connection that was replaced, when Slack does not.
func (l *line) retire(group *sync.WaitGroup, r *Receiver) {
	group.Go(func() {
		select {
		case <-l.over:
		case <-r.o.After(retireTerm):
			l.end()
		}
	})
}

// acknowledge tells Slack that an envelope is taken, with the answer to it.
func (l *line) acknowledge(id string, answer any) error {
	ack := struct {
		ID      string `json:"envelope_id"`
		Payload any    `json:"payload,omitempty"`
	}{id, answer}
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.conn.SetWriteDeadline(time.Now().Add(5 * time.Second))
	return l.conn.WriteJSON(ack)
}

// frame is what Slack sends over a connection.
type frame struct {
	Type    string          `json:"type"`
	ID      string          `json:"envelope_id"`
	Payload json.RawMessage `json:"payload"`
	Reason  string          `json:"reason"`
}

// connect opens a connection and waits until Slack greets it.
func (s *Socket) connect(ctx context.Context) (*line, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	to, err := s.Open(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask for an address: %w", err)
	}
	dialer := s.Dialer
	if dialer == nil {
		dialer = &websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: 15 * time.Second}
	}
	conn, res, err := dialer.DialContext(ctx, to, nil)
	if res != nil && res.Body != nil {
		res.Body.Close()
	}
	if err != nil {
		return nil, errors.New("the address did not answer") // the error names the address, which lets anybody in
	}
	conn.SetReadLimit(maxFrame)
	l := &line{conn: conn, leaving: make(chan struct{}), over: make(chan struct{})}
	alive := func() { _ = conn.SetReadDeadline(time.Now().Add(silence)) }
	conn.SetPingHandler(func(data string) error {
		alive()
		l.mu.Lock()
		defer l.mu.Unlock()
		return conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(5*time.Second))
	})
	alive()
	var hello frame
	if err := conn.ReadJSON(&hello); err != nil || hello.Type != "hello" {
		conn.Close()
		return nil, fmt.Errorf("no greeting, but %q", kindOf(hello.Reason))
	}
	return l, nil
}

// read takes in what comes over a connection until it ends, and waits for what is
// being handled.
func (s *Socket) read(ctx context.Context, l *line) {
	s.count(1)
	var group sync.WaitGroup
	slots := make(chan struct{}, handled)
	stop := context.AfterFunc(ctx, l.end)
	defer stop()
	defer func() {
		l.end()
		group.Wait()
		s.count(-1)
		close(l.over)
	}()
	left := false
	for {
		_, raw, err := l.conn.ReadMessage()
		if err != nil {
			return
		}
		_ = l.conn.SetReadDeadline(time.Now().Add(silence))
		var f frame
		if json.Unmarshal(raw, &f) != nil {
			s.Receiver.o.Count("frame", "malformed")
			continue
		}
		if f.Type == "disconnect" {
			s.Receiver.o.Log.Info("Slack ends a connection", "reason", kindOf(f.Reason))
			if !left {
				left = true
				close(l.leaving)
			}
			continue // it ends when Slack ends it, or when it was replaced
		}
		if f.ID == "" {
			continue
		}
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			defer s.Receiver.calm("envelope")
			s.take(ctx, l, f)
		})
	}
}

func (s *Socket) count(n int) {
	s.mu.Lock()
	s.live += n
	s.mu.Unlock()
}

// take handles one envelope and acknowledges it, unless it could not be stored:
// then Slack sends it again.
func (s *Socket) take(ctx context.Context, l *line, f frame) {
	// What was begun is finished, also when we are being stopped.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), envelopeTerm)
	defer cancel()
	var answer any
	var err error
	switch f.Type {
	case "events_api":
		answer, err = s.Receiver.event(ctx, f.Payload)
	case "slash_commands":
		var c command
		if json.Unmarshal(f.Payload, &c) != nil {
			err = errMalformed
		} else {
			answer, err = s.Receiver.command(ctx, c)
		}
	case "interactive":
		answer, err = s.Receiver.interaction(ctx, f.Payload)
	default:
		s.Receiver.o.Count("frame", "ignored")
	}
	// What cannot be read is taken all the same: it would come three times more.
	if err != nil && !errors.Is(err, errMalformed) {
		return
	}
	if err := l.acknowledge(f.ID, answer); err != nil && ctx.Err() == nil {
		s.Receiver.o.Count("frame", "unacknowledged")
	}
}

// OpenBy asks the Web API at api for addresses to connect to, with the app's
// token of that moment. The address lets anybody in who has it, so that no error
// names it.
func OpenBy(api string, token func() string) func(ctx context.Context) (string, error) {
	client := &http.Client{Timeout: 15 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return func(ctx context.Context) (string, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(api, "/")+"/apps.connections.open", nil)
		if err != nil {
			return "", errors.New("the address of the Web API is none")
		}
		req.Header.Set("Authorization", "Bearer "+token())
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := client.Do(req)
		if err != nil {
			return "", errors.New("no answer from Slack")
		}
		defer res.Body.Close()
		var said struct {
			OK    bool   `json:"ok"`
			URL   string `json:"url"`
			Error string `json:"error"`
		}
		if err := json.NewDecoder(io.LimitReader(res.Body, 1<<16)).Decode(&said); err != nil || !said.OK || said.URL == "" {
			return "", fmt.Errorf("status %d, and it says %s", res.StatusCode, kindOf(said.Error))
		}
		return said.URL, nil
	}
}
