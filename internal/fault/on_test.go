//go:build faults

package fault

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	good := map[string]act{
		"a.b=exit":       {kind: exit},
		"a.b=panic":      {kind: panics},
		"a.b=error":      {kind: fails},
		"a.b=error@3":    {kind: fails, only: 3},
		" a.b=sleep:2s ": {kind: sleep, wait: 2 * time.Second},
		"a.b=sleep:1ms@2": {kind: sleep, wait: time.Millisecond,
			only: 2},
	}
	for list, want := range good {
		acts, err := parse(list)
		if err != nil || acts["a.b"] != want {
			t.Errorf("parse(%q) = %v, %v, want %v", list, acts, err, want)
		}
	}
	for _, list := range []string{"a", "=exit", "a=", "a=stop", "a=exit@0", "a=exit@x", "a=sleep", "a=sleep:-1s", "a=exit:2s", "a=exit,a=panic", "a=exit,"} {
		if acts, err := parse(list); err == nil {
			t.Errorf("parse(%q) = %v, want an error", list, acts)
		}
	}
}

func TestActsOnlyAtTheNamedPassing(t *testing.T) {
	p, err := read("a=error@2")
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range []bool{false, true, false} {
		if got := errors.Is(p.pass("a"), ErrInjected); got != want {
			t.Errorf("passing %d failed: %v, want %v", n+1, got, want)
		}
	}
	if err := p.pass("b"); err != nil {
		t.Errorf("an unlisted point: %v", err)
	}
}

func TestExitDiesAsByAKillAndRunsNoDeferredCall(t *testing.T) {
	if os.Getenv("CONVENANTBOT_FAULT") != "" {
		defer os.Stdout.WriteString("deferred")
		Hit("test.exit")
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), "CONVENANTBOT_FAULT=test.exit=exit")
	out, err := child.Output()
	var ended *exec.ExitError
	if !errors.As(err, &ended) || ended.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Errorf("the child ended with %v, want SIGKILL", err)
	}
	if strings.Contains(string(out), "deferred") {
		t.Error("a deferred call ran")
	}
}

func TestAMisspeltListEndsTheProcessAtItsStart(t *testing.T) {
	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), "CONVENANTBOT_FAULT=a=stop")
	if out, err := child.CombinedOutput(); err == nil {
		t.Errorf("the child went on: %s", out)
	}
}
