package testserver

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// Patience is how long a server may take to answer after it was started: a machine
// that compiles meanwhile is slow.
const Patience = 4 * time.Minute

// nobody is the unprivileged account that PostgreSQL runs as when the tests run
// as root; PostgreSQL refuses to run as root.
const nobody = 65534

// child is a program that lives no longer than the test process.
type child struct {
	cmd  *exec.Cmd
	hold io.WriteCloser // while this pipe is open the program lives
	done chan struct{}
	once sync.Once
}

// startChild runs a program in a shell that kills it, and then removes the
// folders, as soon as its standard input ends. That happens at stop, and also
// when the test process dies in any other way.
func startChild(dir, logFile string, env []string, asNobody bool, remove []string, program string, args ...string) (*child, error) {
	out, err := os.OpenFile(logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	// $1 is how many folders to remove, then come the folders, then the program.
	script := `
n=$1; shift
dirs=""
while [ "$n" -gt 0 ]; do dirs="$dirs $1"; shift; n=$((n-1)); done
exec 3<&0
"$@" </dev/null 3<&- &
pid=$!
( read -r _ignored <&3; kill -TERM $pid; sleep 1.5; kill -KILL $pid ) &
exec 3<&-
wait $pid
for d in $dirs; do rm -rf "$d"; done
trap '' TERM
kill -TERM -$$
sleep 0.2
kill -KILL -$$
`
	argv := append([]string{"-c", script, "testserver", fmt.Sprint(len(remove))}, remove...)
	argv = append(argv, program)
	argv = append(argv, args...)
	cmd := exec.Command("/bin/sh", argv...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if asNobody {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	hold, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{cmd: cmd, hold: hold, done: make(chan struct{})}
	go func() { _ = cmd.Wait(); close(c.done) }()
	return c, nil
}

// stop ends the program and waits until it is gone.
func (c *child) stop() {
	c.once.Do(func() {
		_ = c.hold.Close()
		select {
		case <-c.done:
		case <-time.After(10 * time.Second):
			_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
			<-c.done
		}
	})
}

// ended reports whether the program ended by itself.
func (c *child) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// tail returns the last bytes of a log, for the message of a failing test.
func tail(file string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	if len(b) > 4000 {
		b = b[len(b)-4000:]
	}
	return string(b)
}
