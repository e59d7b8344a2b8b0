package story

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/browsertest"
)

// built is the program, made once for the whole package.
var built struct {
	once sync.Once
	dir  string
	path string
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if built.dir != "" {
		_ = os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// mustBinary builds the program and returns its path.
func mustBinary(t testing.TB) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "convenantbot-overview-"); built.err != nil {
			return
		}
		built.path = filepath.Join(built.dir, "convenantbot")
		build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", built.path, "github.com/convenantbot/convenantbot/cmd/convenantbot")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatalf("build the program: %v", built.err)
	}
	return built.path
}

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

// start starts the try-out, and waits until it says where it is. It
// ends with the test.
func start(t testing.TB) *tryOut {
	t.Helper()
	p := &tryOut{t: t}
	cmd := exec.Command(mustBinary(t), "demo", "--dir", t.TempDir())
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir()}
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
