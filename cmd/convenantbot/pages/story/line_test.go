package story

import (
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// line is a wire between a browser and the bot that can be cut.
type line struct {
	l      net.Listener
	target string

	mu    sync.Mutex
	left  int // bytes that still go through to the bot; negative: any number
	conns map[net.Conn]bool
	wait  sync.WaitGroup
}

// mustLine lays a line to where an address leads.
func mustLine(t testing.TB, address string) *line {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &line{l: l, target: u.Host, left: -1, conns: map[net.Conn]bool{}}
	w.wait.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			w.wait.Go(func() { w.carry(c) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		w.cut(0)
		w.wait.Wait()
	})
	return w
}

// by is an address as it is reached over the line.
func (w *line) by(address string) string {
	return strings.Replace(address, w.target, w.l.Addr().String(), 1)
}

// cut breaks everything that is under way after so many more bytes; nothing goes
// through from then on. Zero: now.
func (w *line) cut(after int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.left = after; after == 0 {
		w.breakAll()
	}
}

func (w *line) breakAll() {
	for c := range w.conns {
		_ = c.Close()
	}
}

// mend lets everything through again.
func (w *line) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left = -1
}

func (w *line) carry(c net.Conn) {
	defer c.Close()
	far, err := net.Dial("tcp", w.target)
	if err != nil {
		return
	}
	defer far.Close()
	w.mu.Lock()
	if w.left == 0 {
		w.mu.Unlock()
		return
	}
	w.conns[c], w.conns[far] = true, true
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.conns, c)
		delete(w.conns, far)
	}()
	back := make(chan struct{})
	go func() {
		defer close(back)
		_, _ = io.Copy(c, far)
		_ = c.Close()
	}()
	_, _ = io.Copy(far, metered{c, w})
	_ = far.Close()
	<-back
}

// metered counts what goes to the bot.
type metered struct {
	net.Conn
	w *line
}

// Read implements io.Reader.
func (m metered) Read(p []byte) (int, error) {
	n, err := m.Conn.Read(p)
	m.w.mu.Lock()
	defer m.w.mu.Unlock()
	switch {
	case m.w.left < 0:
		return n, err
	case n < m.w.left:
		m.w.left -= n
		return n, err
	}
	n, m.w.left = m.w.left, 0
	m.w.breakAll()
	return n, io.ErrUnexpectedEOF
}
