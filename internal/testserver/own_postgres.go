package testserver

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// PostgresServer is a PostgreSQL of its own for one test, on the loopback, with
// the settings that the product wants: what it acknowledged it keeps. Tests stop
// it, crash it and fill its disk.
type PostgresServer struct {
	URL  string // of its one database
	Addr string // host:port, the same after a restart
	Dir  string // its folder

	t     testing.TB
	bin   string
	root  bool
	child *child
}

// OwnPostgres starts a PostgreSQL in dir, which must be empty; blank: a fresh
// folder. It is gone when the test ends.
func OwnPostgres(t testing.TB, dir string) *PostgresServer {
	t.Helper()
	bin, err := postgresBin()
	if err != nil {
		t.Fatalf("PostgreSQL is needed: %v\ninstall it with: apt-get install postgresql-15", err)
	}
	if dir == "" {
		dir = mustDir(t, "own-pg")
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
	}
	p := &PostgresServer{Dir: dir, t: t, bin: bin, root: os.Getuid() == 0}
	port, err := Port()
	if err != nil {
		t.Fatalf("find a port for PostgreSQL: %v", err)
	}
	p.Addr = fmt.Sprintf("127.0.0.1:%d", port)
	p.URL = fmt.Sprintf("postgres://postgres@%s/postgres?sslmode=disable", p.Addr)
	if p.root {
		if err := os.Chown(dir, nobody, nobody); err != nil {
			t.Fatalf("give PostgreSQL its folder: %v", err)
		}
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", p.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	initdb.Dir, initdb.Env = "/", append(os.Environ(), "HOME="+dir, "LC_ALL=C.UTF-8")
	if p.root {
		initdb.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("make a PostgreSQL cluster: %v\n%s", err, out)
	}
	t.Cleanup(p.Stop)
	p.Start()
	return p
}

func (p *PostgresServer) data() string { return filepath.Join(p.Dir, "data") }

func (p *PostgresServer) log() string {
	all, _ := Scratch()
	return filepath.Join(all, filepath.Base(p.Dir)+"-"+strings.TrimPrefix(p.Addr, "127.0.0.1:")+".log")
}

// Start starts the server again after Stop or Crash, at the same address, and
// waits until it answers.
func (p *PostgresServer) Start() {
	p.t.Helper()
	_, port, _ := strings.Cut(p.Addr, ":")
	if f, err := os.OpenFile(p.log(), os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
		_ = f.Close()
		p.t.Cleanup(func() { _ = os.Remove(p.log()) })
	}
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if p.Ended() { // not started yet, or its port was somebody else's for a moment
			c, err := startChild("/", p.log(), append(os.Environ(), "HOME="+p.Dir, "LC_ALL=C.UTF-8"), p.root, nil,
				filepath.Join(p.bin, "postgres"), "-D", p.data(), "-c", "listen_addresses=127.0.0.1", "-c", "port="+port,
				"-c", "unix_socket_directories=", "-c", "max_connections=120", "-c", "shared_buffers=64MB", "-c", "max_wal_size=96MB", "-c", "min_wal_size=32MB")
			if err != nil {
				p.t.Fatalf("start PostgreSQL: %v", err)
			}
			p.child = c
		}
		if p.Answers() {
			return
		}
	}
	p.t.Fatalf("PostgreSQL does not answer at %s; its log:\n%s", p.Addr, strings.TrimSpace(tail(p.log())))
}

// Answers reports whether the server takes a question now.
func (p *PostgresServer) Answers() bool {
	db, err := sql.Open("pgx", p.URL)
	if err != nil {
		return false
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	return db.PingContext(ctx) == nil
}

// Ended reports whether the server ended by itself, as it does when it cannot
// write its own log.
func (p *PostgresServer) Ended() bool { return p.child == nil || p.child.ended() }

// pid is the process of the server.
func (p *PostgresServer) pid() (int, error) {
	f, err := os.Open(filepath.Join(p.data(), "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	line := bufio.NewScanner(f)
	if !line.Scan() {
		return 0, errors.New("its file is empty")
	}
	return strconv.Atoi(strings.TrimSpace(line.Text()))
}

// Crash stops the server at once, without its writing down anything (what
// PostgreSQL calls an immediate stop), and waits until it is gone.
func (p *PostgresServer) Crash() {
	p.t.Helper()
	if p.child == nil {
		return
	}
	if pid, err := p.pid(); err == nil {
		_ = syscall.Kill(pid, syscall.SIGQUIT)
		select {
		case <-p.child.done:
		case <-time.After(20 * time.Second):
		}
	}
	p.Stop()
}

// Stop ends the server, when it runs.
func (p *PostgresServer) Stop() {
	if p.child == nil {
		return
	}
	p.child.stop()
	p.child = nil
}
