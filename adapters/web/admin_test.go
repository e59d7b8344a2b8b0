package web

import (
	"context"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Found in a review of security: until its rights were set the admin socket was there
// for whoever the system's mask let in, and whoever came in then stayed.
func TestTheAdminSocketIsForTheBotsOwnAccount(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "admin.sock")
	defer syscall.Umask(syscall.Umask(0))
	stop, seen := make(chan struct{}), make(chan fs.FileMode, 1)
	looked := make(chan struct{})
	go func() {
		defer close(looked)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if info, err := os.Lstat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
				select {
				case seen <- info.Mode():
				default:
				}
			}
		}
	}()
	for range 300 {
		l, err := ListenAdmin(path)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Lstat(path); err != nil || info.Mode() != fs.ModeSocket|0o600 {
			t.Fatalf("the socket is %v, %v", info.Mode(), err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	<-looked
	select {
	case mode := <-seen:
		t.Errorf("for a moment the socket was %v", mode)
	default:
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A socket that a dead bot left behind is replaced, and what answers at it is ours.
func TestADeadBotsSocketIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin.sock")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: path})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := ListenAdmin(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, l, Admin(service{})) }()
	if _, err := (Client{Socket: path}).RunDue(t.Context(), 0); err != nil {
		t.Errorf("asked at it: %v", err)
	}
	cancel()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("it does not stop")
	}
	if _, err := os.Lstat(path); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
}
