package bottest

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
)

// Exception is a promise that a platform cannot keep: the case of the contract that
// fails there, and the code under which that platform says so. A case that is
// excepted is run all the same, and it must fail: a promise that is kept after all
// may not be called an exception.
type Exception struct{ Case, Code string }

// cases runs the cases of a contract on a platform with its exceptions.
type cases struct {
	on     *testing.T
	except map[string]string // case to code
	seen   map[string]bool
}

// exceptions returns what runs the cases, and open for them.
func exceptions(t *testing.T, open func(t *testing.T) PlatformBench, except []Exception) (*cases, func(testing.TB) PlatformBench) {
	c := &cases{on: t, except: map[string]string{}, seen: map[string]bool{}}
	for _, e := range except {
		if e.Code == "" || c.except[e.Case] != "" {
			t.Errorf("the exception for %q has no code, or is there twice", e.Case)
		}
		c.except[e.Case] = e.Code
	}
	return c, func(t testing.TB) PlatformBench {
		if m, ok := t.(*mustFail); ok {
			return open(m.on)
		}
		return open(t.(*testing.T))
	}
}

// t runs one case.
func (c *cases) t(name string, body func(t testing.TB)) {
	c.seen[name] = true
	c.on.Run(name, func(t *testing.T) {
		code := c.except[name]
		if code == "" {
			body(t)
			return
		}
		m := &mustFail{TB: t, on: t}
		done := make(chan struct{})
		go func() {
			defer close(done)
			body(m)
		}()
		<-done
		if !m.Failed() {
			t.Errorf("the platform keeps this promise: %q is no exception to it", code)
			return
		}
		t.Logf("not kept, as %q says: %s", code, m.first)
	})
}

// complete complains about exceptions to cases that there are not.
func (c *cases) complete(t *testing.T) {
	for name, code := range c.except {
		if !c.seen[name] {
			t.Errorf("exception %q is to %q, which is no case of the contract", code, name)
		}
	}
}

// mustFail is a testing.TB of a case that is expected to fail. What fails in it
// does not fail the test.
type mustFail struct {
	testing.TB
	on     *testing.T
	mu     sync.Mutex
	failed bool
	first  string
}

func (m *mustFail) fail(said string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.failed {
		m.failed, m.first = true, said
	}
}

func (m *mustFail) Failed() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.failed
}

func (m *mustFail) Fail()                           { m.fail("failed") }
func (m *mustFail) FailNow()                        { m.fail("failed"); runtime.Goexit() }
func (m *mustFail) Error(args ...any)               { m.fail(fmt.Sprint(args...)) }
func (m *mustFail) Errorf(form string, args ...any) { m.fail(fmt.Sprintf(form, args...)) }
func (m *mustFail) Fatal(args ...any)               { m.fail(fmt.Sprint(args...)); runtime.Goexit() }
func (m *mustFail) Fatalf(form string, args ...any) {
	m.fail(fmt.Sprintf(form, args...))
	runtime.Goexit()
}
