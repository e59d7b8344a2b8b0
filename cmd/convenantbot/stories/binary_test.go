package stories

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/testserver/program"
)

// What these stories share with the others.
var mustBinary, environ, freePort = program.Binary, program.Environ, program.FreePort

// result is how a command ended.
type result struct {
	out, err string
	code     int
}

// command runs one of the operator's commands to its end. extra are settings of
// its environment.
func command(t testing.TB, extra []string, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, mustBinary(t), args...)
	cmd.Env = environ(extra...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// process is the program while it serves.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it is gone

	mu  sync.Mutex
	log bytes.Buffer // what it wrote, both ways; guarded by mu
}

// Write implements io.Writer for the process's output.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

// said is everything the process wrote so far.
func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// launch starts the program and does not wait for it.
func launch(t testing.TB, extra []string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(mustBinary(t), args...), done: make(chan struct{})}
	p.cmd.Env = environ(extra...)
	p.cmd.Stdout, p.cmd.Stderr = p, p
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("start the program: %v", err)
	}
	go func() { _ = p.cmd.Wait(); close(p.done) }()
	t.Cleanup(p.kill)
	return p
}

// kill ends the process as kill -9 does. A process that is gone is no error.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// stop asks the process to end and fails the test when it does not end well.
func (p *process) stop(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatalf("the program is not there to be stopped: %v\n%s", err, p.said())
	}
	select {
	case <-p.done:
	case <-time.After(time.Minute):
		t.Fatalf("the program does not stop:\n%s", p.said())
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Fatalf("the program stopped with %d, want 0:\n%s", code, p.said())
	}
}

// gone reports whether the process has ended.
func (p *process) gone() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// memory is how much memory the process holds, in MB.
func (p *process) memory(t testing.TB) int {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatalf("read the memory of the program: %v", err)
	}
	for line := range strings.SplitSeq(string(data), "\n") {
		var kb int
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kb); n == 1 {
			return kb / 1024
		}
	}
	t.Fatalf("the system does not say how much memory the program holds")
	return 0
}

// until waits for something to become true, and fails the test when it does not
// in time. what says what was waited for; look, when not nil, shows what is.
func until(t testing.TB, what string, within time.Duration, is func() bool, look func() string) {
	t.Helper()
	for end := time.Now().Add(within); ; time.Sleep(20 * time.Millisecond) {
		if is() {
			return
		}
		if time.Now().After(end) {
			seen := ""
			if look != nil {
				seen = "\n" + look()
			}
			t.Fatalf("not within %s: %s%s", within, what, seen)
		}
	}
}
