package incoming

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// saysAll lets somebody say n things to the bot and waits until each of them has
// come in, sent again where it was lost on the way. It reports each thing that came
// otherwise than once.
func (w *world) saysAll(n int, meanwhile func(i int)) {
	w.t.Helper()
	for i := range n {
		if _, err := w.noor.SaysToBot(fmt.Sprintf("vraag %d", i)); err != nil {
			w.t.Fatal(err)
		}
		if meanwhile != nil {
			meanwhile(i)
		}
	}
	w.eventually(func() bool { return len(w.in.all()) >= n })
	seen := map[string]int{}
	for _, e := range w.in.all() {
		seen[e.Text]++
	}
	for i := range n {
		if c := seen[fmt.Sprintf("vraag %d", i)]; c != 1 {
			w.t.Errorf("vraag %d came in %d times", i, c)
		}
	}
}

// A connection that Slack is about to end is replaced before it is, and nothing is
// lost: neither then, nor when connections are cut without a word.
func TestConnectionsThatEndLoseNothing(t *testing.T) {
	for _, n := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d connections", n), func(t *testing.T) {
			w := newWorld(t, slackfake.Options{SocketMode: true})
			w.overSocket(n)
			w.saysAll(60, func(i int) {
				switch i % 20 {
				case 5:
					w.fake.Disconnect("warning")
				case 10:
					w.fake.Disconnect("refresh_requested")
				case 15:
					w.fake.DropSockets()
				}
			})
			w.eventually(func() bool { return w.fake.Sockets() == n })
		})
	}
}

// Before a connection that was warned goes, another one is there.
func TestAWarnedConnectionGoesAfterAnotherCame(t *testing.T) {
	w := newWorld(t, slackfake.Options{SocketMode: true}, func(w *world) { w.waits[retireTerm] = nil })
	socket, _ := w.overSocket(1)
	w.fake.Disconnect("warning")
	w.eventually(func() bool { return w.fake.Sockets() == 2 && socket.Live() == 2 })
}

// While Slack cannot be reached it is tried again, and a connection that is not
// greeted is none.
func TestAConnectionThatFailsIsTriedAgain(t *testing.T) {
	w := newWorld(t, slackfake.Options{SocketMode: true})
	var tries atomic.Int64
	open := OpenBy(w.fake.APIURL(), w.fake.AppToken)
	s := &Socket{Receiver: w.r, Open: func(ctx context.Context) (string, error) {
		switch tries.Add(1) {
		case 1:
			return "", errors.New("away")
		case 2:
			return "ws://127.0.0.1:1/", nil
		case 3:
			return "not an address", nil
		}
		return open(ctx)
	}}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	w.eventually(func() bool { return s.Live() == 1 })
	cancel()
	if err := <-done; err != nil || s.Live() != 0 || tries.Load() != 4 {
		t.Errorf("Run = %v, %d connections, %d tries", err, s.Live(), tries.Load())
	}
}

// It ends when it is told to: before it began, while it works, and twice.
func TestSocketModeEndsWhenItIsTold(t *testing.T) {
	w := newWorld(t, slackfake.Options{SocketMode: true})
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	s := &Socket{Receiver: w.r, Open: OpenBy(w.fake.APIURL(), w.fake.AppToken)}
	if err := s.Run(ended); err != nil {
		t.Errorf("Run that was over before it began: %v", err)
	}
	_, stop := w.overSocket(2)
	for range 20 {
		if _, err := w.noor.SaysToBot("hoi"); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	stop()
	w.eventually(func() bool { return w.fake.Sockets() == 0 })
	for name, s := range map[string]*Socket{"no receiver": {Open: s.Open}, "nobody to ask": {Receiver: w.r}, "too many": {Receiver: w.r, Open: s.Open, Connections: 11}} {
		if err := s.Run(t.Context()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
