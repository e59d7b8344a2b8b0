package testserver

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// RedisServer is a real Redis of its own for one test, on the loopback.
type RedisServer struct {
	Addr string // host:port, the same after a restart
	Dir  string // its folder

	t        testing.TB
	settings []string
	tls      bool
	sentinel string // its settings; blank: this is no Sentinel
	child    *child
}

// Redis starts a Redis server that keeps nothing on disk, with these settings
// besides ("--appendonly", "yes"). It is gone when the test ends.
func Redis(t testing.TB, settings ...string) *RedisServer {
	t.Helper()
	return startRedis(t, RedisServer{settings: settings})
}

// RedisSentinel starts a Sentinel with the settings of a file, which it rewrites.
func RedisSentinel(t testing.TB, file string) *RedisServer {
	t.Helper()
	return startRedis(t, RedisServer{sentinel: file})
}

// RedisTLS is Redis at an address that speaks only TLS; the settings name the
// files of the certificate. Start does not wait for more than the open port.
func RedisTLS(t testing.TB, settings ...string) *RedisServer {
	t.Helper()
	return startRedis(t, RedisServer{tls: true, settings: settings})
}

func startRedis(t testing.TB, with RedisServer) *RedisServer {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Fatalf("Redis is needed and is not there: %v\ninstall it with: apt-get install redis-server", err)
	}
	port, err := Port()
	if err != nil {
		t.Fatalf("find a port for Redis: %v", err)
	}
	r := &with
	r.t, r.Addr, r.Dir = t, fmt.Sprintf("127.0.0.1:%d", port), mustDir(t, "redis")
	t.Cleanup(func() {
		r.Kill()
		_ = os.RemoveAll(r.Dir)
	})
	r.Start()
	return r
}

// Start starts the server again after Kill, at the same address.
func (r *RedisServer) Start() {
	r.t.Helper()
	_, port, _ := net.SplitHostPort(r.Addr)
	plain := port
	if r.tls {
		plain = "0"
	}
	args := []string{"--bind", "127.0.0.1", "--port", plain, "--dir", r.Dir, "--pidfile", r.pidFile()}
	if r.sentinel != "" {
		args = append([]string{r.sentinel, "--sentinel"}, args...)
	} else {
		args = append(args, "--save", "", "--appendonly", "no")
	}
	if r.tls {
		args = append(args, "--tls-port", port)
	}
	log := filepath.Join(r.Dir, "log")
	c, err := startChild("/", log, os.Environ(), false, nil, "redis-server", append(args, r.settings...)...)
	if err != nil {
		r.t.Fatalf("start Redis: %v", err)
	}
	r.child = c
	for end := time.Now().Add(Patience); time.Now().Before(end) && !c.ended(); time.Sleep(10 * time.Millisecond) {
		if r.answers() {
			return
		}
	}
	r.t.Fatalf("Redis does not answer at %s; its log:\n%s", r.Addr, strings.TrimSpace(tail(log)))
}

// answers reports whether somebody answers, be it with an error such as one that
// asks for a password.
func (r *RedisServer) answers() bool {
	c, err := net.DialTimeout("tcp", r.Addr, time.Second)
	if err != nil {
		return false
	}
	defer func() { _ = c.Close() }()
	if r.tls {
		return true
	}
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := fmt.Fprint(c, "PING\r\n"); err != nil {
		return false
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	return err == nil && !strings.HasPrefix(line, "-LOADING")
}

func (r *RedisServer) pidFile() string { return filepath.Join(r.Dir, "pid") }

// signal sends a signal to the server, if it runs.
func (r *RedisServer) signal(s syscall.Signal) {
	r.t.Helper()
	raw, err := os.ReadFile(r.pidFile())
	if err != nil {
		return
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		r.t.Fatalf("read the process of Redis: %v", err)
	}
	if err := syscall.Kill(pid, s); err != nil && err != syscall.ESRCH {
		r.t.Fatalf("signal Redis: %v", err)
	}
}

// Kill ends the server at once, as a crash does, and waits until it is gone.
func (r *RedisServer) Kill() {
	r.t.Helper()
	if r.child == nil {
		return
	}
	r.signal(syscall.SIGKILL)
	r.child.stop()
	r.child = nil
	_ = os.Remove(r.pidFile())
}

// Pause stops the server from running, with its connections open, and Resume
// lets it go on.
func (r *RedisServer) Pause() { r.t.Helper(); r.signal(syscall.SIGSTOP) }

// Resume lets a paused server go on.
func (r *RedisServer) Resume() { r.t.Helper(); r.signal(syscall.SIGCONT) }
