package program

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/convenantbot/convenantbot/internal/testserver"
)

// built is the program, made once for the whole test process.
var built struct {
	once sync.Once
	path string
	err  error
}

// Binary builds the program with failpoints and returns its path. It goes with the
// test process.
func Binary(t testing.TB) string {
	t.Helper()
	built.once.Do(func() {
		all, err := testserver.Scratch()
		if err != nil {
			built.err = err
			return
		}
		dir, err := os.MkdirTemp(all, "program-")
		if err != nil {
			built.err = err
			return
		}
		built.path = filepath.Join(dir, "convenantbot")
		build := exec.Command("go", "build", "-tags", "faults", "-trimpath", "-ldflags", "-s -w", "-o", built.path,
			"github.com/convenantbot/convenantbot/cmd/convenantbot")
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

// Environ is a bare environment with these settings ("NAME=value") besides, so that
// nothing of this machine's own gets into a story. What the program leaves in its
// temporary folder goes with the test process.
func Environ(extra ...string) []string {
	tmp, err := testserver.Scratch()
	if err != nil {
		tmp = os.TempDir()
	}
	return append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + tmp}, extra...)
}

// FreePort is a loopback address on which nothing listens, kept for this test process.
func FreePort(t testing.TB) string {
	t.Helper()
	port, err := testserver.Port()
	if err != nil {
		t.Fatalf("find a free port: %v", err)
	}
	return fmt.Sprintf("127.0.0.1:%d", port)
}
