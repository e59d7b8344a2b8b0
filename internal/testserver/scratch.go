package testserver

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// scratch is the one folder of this test process.
var scratch struct {
	once sync.Once
	dir  string
	err  error
	hold io.Closer // kept so that nothing closes it before the process ends
}

// Scratch returns the folder of this test process, below the system's temporary one.
// Everything that its servers, browsers and programs write lies there. A few seconds
// after the process ended, in whatever way, it is gone: a shell of its own removes it
// as soon as the kernel closes the pipe between them.
func Scratch() (string, error) {
	scratch.once.Do(func() { scratch.dir, scratch.hold, scratch.err = makeScratch() })
	return scratch.dir, scratch.err
}

func makeScratch() (dir string, hold io.Closer, err error) {
	// Unix sockets lie below it, and their path may have 107 bytes: it is short.
	if dir, err = os.MkdirTemp("", "convenantbot-"); err != nil {
		return "", nil, err
	}
	// PostgreSQL, which is nobody, goes by it to a folder of its own.
	if err = os.Chmod(dir, 0o711); err != nil {
		return "", nil, err
	}
	// The children end as this process ends and have two seconds for it. One of them
	// may write once more.
	cmd := exec.Command("/bin/sh", "-c", `read -r _; sleep 3; rm -rf "$1" || { sleep 3; rm -rf "$1"; }`, "scratch", dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if hold, err = cmd.StdinPipe(); err != nil {
		return "", nil, err
	}
	return dir, hold, cmd.Start()
}

// mustDir makes a folder in the one of this process. The test's own TempDir will not
// do: it is removed before children that other tests share, and its path is long.
func mustDir(t testing.TB, name string) string {
	t.Helper()
	all, err := Scratch()
	var dir string
	if err == nil {
		dir, err = os.MkdirTemp(all, name+"-")
	}
	if err != nil {
		t.Fatalf("make a folder for %s: %v", name, err)
	}
	return filepath.Clean(dir)
}
