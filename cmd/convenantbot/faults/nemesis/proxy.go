package nemesis

import (
	"bytes"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// commit is how a client of PostgreSQL asks for a commit in the simple protocol:
// a query message of eleven bytes, itself not counted.
var commit = []byte("Q\x00\x00\x00\x0bcommit\x00")

// Proxy passes TCP connections on to a server until it is told not to. All its
// methods may be called at any time.
type Proxy struct {
	Addr string // host:port that clients connect to

	target   string
	listener net.Listener
	group    sync.WaitGroup

	delay  atomic.Int64 // nanoseconds that every piece waits
	cut    atomic.Bool
	stall  atomic.Pointer[chan struct{}] // not nil: nothing passes until it is closed
	resets atomic.Int64                  // commits still to be cut off
	Cuts   atomic.Int64                  // commits that were cut off

	mu    sync.Mutex
	pairs map[*pair]bool
}

// NewProxy starts a proxy to target on the loopback.
func NewProxy(target string) (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{Addr: l.Addr().String(), target: target, listener: l, pairs: map[*pair]bool{}}
	p.group.Go(p.accept)
	return p, nil
}

// Close ends the proxy with all its connections.
func (p *Proxy) Close() {
	p.Heal()
	p.cut.Store(true)
	_ = p.listener.Close()
	p.drop()
	p.group.Wait()
}

// Slow has every piece of data wait, both ways.
func (p *Proxy) Slow(d time.Duration) { p.delay.Store(int64(d)) }

// Cut resets every connection, and every new one, until Heal.
func (p *Proxy) Cut() { p.cut.Store(true); p.drop() }

// Stall lets nothing pass until Heal; connections stay open, as when a cable is
// pulled out.
func (p *Proxy) Stall() {
	c := make(chan struct{})
	p.stall.CompareAndSwap(nil, &c)
}

// ResetAfterCommit cuts the next n connections on which a commit was sent: the
// server gets it, the client never hears what became of it.
func (p *Proxy) ResetAfterCommit(n int) { p.resets.Store(int64(n)) }

// Heal lets everything pass again.
func (p *Proxy) Heal() {
	p.delay.Store(0)
	p.cut.Store(false)
	p.resets.Store(0)
	if c := p.stall.Swap(nil); c != nil {
		close(*c)
	}
}

// pair is a connection of a client with the one to the server.
type pair struct {
	client, server net.Conn
	mute           atomic.Bool // nothing more goes to the client
}

// reset ends both without goodbye.
func (c *pair) reset() {
	for _, conn := range []net.Conn{c.client, c.server} {
		if t, ok := conn.(*net.TCPConn); ok {
			_ = t.SetLinger(0)
		}
		_ = conn.Close()
	}
}

func (p *Proxy) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.pairs {
		c.reset()
	}
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.group.Go(func() { p.pass(client) })
	}
}

func (p *Proxy) pass(client net.Conn) {
	server, err := net.DialTimeout("tcp", p.target, 5*time.Second)
	if err != nil {
		server = client // closed twice is closed
	}
	c := &pair{client: client, server: server}
	defer c.reset()
	if err != nil || p.cut.Load() {
		return
	}
	p.mu.Lock()
	p.pairs[c] = true
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.pairs, c)
		p.mu.Unlock()
	}()
	if p.cut.Load() {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { p.copy(c, server, client, true); c.reset() })
	both.Go(func() { p.copy(c, client, server, false); c.reset() })
	both.Wait()
}

// copy passes pieces on; asking: from the client.
func (p *Proxy) copy(c *pair, to io.Writer, from io.Reader, asking bool) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if w := p.stall.Load(); w != nil {
				<-*w
			}
			if d := time.Duration(p.delay.Load()); d > 0 {
				time.Sleep(d)
			}
			cutting := asking && bytes.Contains(buf[:n], commit) && p.take()
			if cutting {
				c.mute.Store(true) // before the server can answer
			}
			if !asking && c.mute.Load() {
				return
			}
			if _, werr := to.Write(buf[:n]); werr != nil {
				return
			}
			if cutting {
				// The server has it. Its answer finds nobody.
				if t, ok := c.client.(*net.TCPConn); ok {
					_ = t.SetLinger(0)
				}
				_ = c.client.Close()
				time.Sleep(20 * time.Millisecond)
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// take uses up one of the commits to cut off.
func (p *Proxy) take() bool {
	for {
		n := p.resets.Load()
		if n <= 0 {
			return false
		}
		if p.resets.CompareAndSwap(n, n-1) {
			p.Cuts.Add(1)
			return true
		}
	}
}
