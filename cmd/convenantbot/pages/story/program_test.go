package story

import (
	"bytes"
	"os/exec"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/browsertest"
	"github.com/convenantbot/convenantbot/internal/testserver/program"
)

// tryOut is the program as `demo` runs it.
type tryOut struct {
	t   testing.TB
	url string // of the chat

	mu  sync.Mutex
	log bytes.Buffer
}

// Write implements io.Writer for the program's output.
func (p *tryOut) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

func (p *tryOut) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

var ready = regexp.MustCompile(`convenantbot is ready: (http://\S+)`)

// start starts the try-out with these flags besides, and waits until it says where
// it is. It ends with the test.
func start(t testing.TB, flags ...string) *tryOut {
	t.Helper()
	p := &tryOut{t: t}
	cmd := exec.Command(program.Binary(t), append([]string{"demo", "--dir", t.TempDir()}, flags...)...)
	cmd.Env = program.Environ()
	cmd.Stdout, cmd.Stderr = p, p
	if err := cmd.Start(); err != nil {
		t.Fatalf("start the program: %v", err)
	}
	gone := make(chan struct{})
	go func() { _ = cmd.Wait(); close(gone) }()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-gone
	})
	until(t, "the try-out says where it is", func() bool {
		m := ready.FindStringSubmatch(p.said())
		if m != nil {
			p.url = m[1]
		}
		select {
		case <-gone:
			t.Fatalf("the program ended:\n%s", p.said())
		default:
		}
		return m != nil
	})
	return p
}

// until waits for something to become true.
func until(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(browsertest.Patience); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s never happens", what)
		}
	}
}
