package story

import (
	"bytes"
	"os"
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
	t    testing.TB
	url  string // of the chat
	cmd  *exec.Cmd
	gone chan struct{} // closed when it has ended

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

var ready = regexp.MustCompile(`convenantbot is ready: (https?://\S+)`)

// start starts the try-out with these flags besides, and waits until it says where
// it is. It ends with the test.
func start(t testing.TB, flags ...string) *tryOut {
	t.Helper()
	p := &tryOut{t: t, gone: make(chan struct{})}
	p.cmd = exec.Command(program.Binary(t), append([]string{"demo", "--dir", t.TempDir()}, flags...)...)
	p.cmd.Env = program.Environ()
	p.cmd.Stdout, p.cmd.Stderr = p, p
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start the program: %v", err)
	}
	go func() { _ = p.cmd.Wait(); close(p.gone) }()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.gone
	})
	until(t, "the try-out says where it is", func() bool {
		m := ready.FindStringSubmatch(p.said())
		if m != nil {
			p.url = m[1]
		}
		select {
		case <-p.gone:
			t.Fatalf("the program ended:\n%s", p.said())
		default:
		}
		return m != nil
	})
	return p
}

// stop ends the program as Ctrl-C does, and waits until it has ended well.
func (p *tryOut) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		p.t.Fatalf("stop the program: %v", err)
	}
	select {
	case <-p.gone:
	case <-time.After(browsertest.Patience):
		p.t.Fatalf("the program does not stop:\n%s", p.said())
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		p.t.Errorf("the program ended with %d:\n%s", code, p.said())
	}
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
