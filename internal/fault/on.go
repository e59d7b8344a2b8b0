//go:build faults

package fault

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"
)

// Enabled says whether this build has failpoints.
const Enabled = true

// ErrInjected is what Point returns where the act is error.
var ErrInjected = errors.New("injected fault")

// active is read once, at the start of the process.
var active = mustRead(os.Getenv("CONVENANTBOT_FAULT"))

func mustRead(list string) *plan {
	p, err := read(list)
	if err != nil {
		fmt.Fprintln(os.Stderr, "CONVENANTBOT_FAULT:", err)
		os.Exit(2)
	}
	return p
}

// plan is what to do at which point, and how often each was passed.
type plan struct {
	acts map[string]act

	mu     sync.Mutex
	passed map[string]int // guarded by mu
}

func read(list string) (*plan, error) {
	acts, err := parse(list)
	return &plan{acts: acts, passed: map[string]int{}}, err
}

// Point does what CONVENANTBOT_FAULT says for name, and returns an error that
// wraps ErrInjected where that is the act. Names that it doesn't list do
// nothing.
func Point(name string) error { return active.pass(name) }

// Hit is Point for places that can't return an error; there the act error is a
// panic.
func Hit(name string) {
	if err := active.pass(name); err != nil {
		panic(err)
	}
}

func (p *plan) pass(name string) error {
	a, ok := p.acts[name]
	if !ok {
		return nil
	}
	p.mu.Lock()
	p.passed[name]++
	n := p.passed[name]
	p.mu.Unlock()
	if a.only != 0 && n != a.only {
		return nil
	}
	switch a.kind {
	case exit:
		// A signal to ourselves can't be caught and runs no exit handlers, so
		// this is what a power cut looks like to the store.
		fmt.Fprintf(os.Stderr, "fault: exit at %s, passing %d\n", name, n)
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
		select {}
	case panics:
		panic(fmt.Sprintf("fault: panic at %s, passing %d", name, n))
	case sleep:
		time.Sleep(a.wait)
		return nil
	default:
		return fmt.Errorf("%w at %s, passing %d", ErrInjected, name, n)
	}
}
