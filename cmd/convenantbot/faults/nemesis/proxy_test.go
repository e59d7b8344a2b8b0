package nemesis

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// echo is a server that says every line again and counts the commits it got.
type echo struct {
	addr    string
	commits atomic.Int64
}

func mustEcho(t *testing.T) *echo {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	e := &echo{addr: l.Addr().String()}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				buf := make([]byte, 1024)
				for {
					n, err := c.Read(buf)
					if err != nil {
						return
					}
					if strings.Contains(string(buf[:n]), string(commit)) {
						e.commits.Add(1)
					}
					if _, err := c.Write(buf[:n]); err != nil {
						return
					}
				}
			}()
		}
	}()
	return e
}

func mustProxy(t *testing.T, target string) *Proxy {
	t.Helper()
	p, err := NewProxy(target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func mustDial(t *testing.T, p *Proxy) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	return c
}

// ask says a line and returns what comes back.
func ask(c net.Conn, line string) (string, error) {
	if _, err := fmt.Fprintln(c, line); err != nil {
		return "", err
	}
	return bufio.NewReader(c).ReadString('\n')
}

func TestAProxyPassesEverythingOn(t *testing.T) {
	c := mustDial(t, mustProxy(t, mustEcho(t).addr))
	if got, err := ask(c, "hallo"); got != "hallo\n" {
		t.Errorf("ask = %q, %v", got, err)
	}
}

func TestACutCommitReachesTheServerAndItsAnswerNobody(t *testing.T) {
	server := mustEcho(t)
	p := mustProxy(t, server.addr)
	other := mustDial(t, p)
	p.ResetAfterCommit(1)
	if got, err := ask(other, "no commit"); err != nil {
		t.Errorf("a connection without a commit: %q, %v", got, err)
	}
	c := mustDial(t, p)
	if _, err := c.Write(commit); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(make([]byte, 64)); err == nil {
		t.Errorf("the answer to the commit came: %d bytes", n)
	}
	for end := time.Now().Add(30 * time.Second); server.commits.Load() == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if server.commits.Load() != 1 || p.Cuts.Load() != 1 {
		t.Errorf("the server got %d commits, %d were cut off; want 1 and 1", server.commits.Load(), p.Cuts.Load())
	}
	after := mustDial(t, p)
	if _, err := after.Write(commit); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(after, make([]byte, len(commit))); err != nil {
		t.Errorf("the commit after it: %v", err)
	}
}

func TestWhatIsCutIsWholeAgainAfterwards(t *testing.T) {
	p := mustProxy(t, mustEcho(t).addr)
	c := mustDial(t, p)
	if _, err := ask(c, "a"); err != nil {
		t.Fatal(err)
	}
	p.Cut()
	if got, err := ask(c, "b"); err == nil {
		t.Errorf("on a connection that was cut came %q", got)
	}
	// A new connection may be reset while it is made, or right after.
	if c, err := net.Dial("tcp", p.Addr); err == nil {
		defer c.Close()
		if got, err := ask(c, "c"); err == nil {
			t.Errorf("while it is cut came %q", got)
		}
	}
	p.Heal()
	if got, err := ask(mustDial(t, p), "d"); got != "d\n" {
		t.Errorf("after healing: %q, %v", got, err)
	}
}

func TestWhatIsStalledComesLater(t *testing.T) {
	p := mustProxy(t, mustEcho(t).addr)
	c := mustDial(t, p)
	p.Stall()
	came := make(chan string, 1)
	go func() {
		got, _ := ask(c, "a")
		came <- got
	}()
	select {
	case got := <-came:
		t.Errorf("while it stalls came %q", got)
	case <-time.After(50 * time.Millisecond):
	}
	p.Heal()
	if got := <-came; got != "a\n" {
		t.Errorf("after healing came %q", got)
	}
}
