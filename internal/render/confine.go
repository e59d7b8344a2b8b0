package render

import (
	"errors"
	"fmt"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// Term is how long the drawing of one sheet may take.
	Term = 20 * time.Second
	// memory is how much this process, and each that it starts, may write to, in
	// bytes; space how large its addresses may be: Go reserves much that it never
	// writes to.
	memory = 1 << 30
	space  = 6 << 30
)

// forbidden are system calls that drawing a document never needs, by architecture:
// the network, looking into other processes, and ways around what was given up.
var forbidden = map[string]struct {
	arch  uint32
	calls []uint32
}{
	"amd64": {0xC000003E, []uint32{41 /* socket */, 53 /* socketpair */, 42 /* connect */, 101 /* ptrace */, 310, 311 /* process_vm_readv, writev */, 165 /* mount */, 272 /* unshare */, 308 /* setns */, 321 /* bpf */, 250 /* keyctl */, 425 /* io_uring_setup */, 304 /* open_by_handle_at */, 298 /* perf_event_open */, 438 /* pidfd_getfd */}},
	"arm64": {0xC00000B7, []uint32{198, 199, 203, 117, 270, 271, 40, 97, 268, 280, 219, 425, 265, 241, 438}},
}

// Confine bounds this process and whatever it starts for good: memory, time on the
// processor, no files to write to, no network, no dump of what it holds. An error:
// it is not bounded and must draw nothing.
func Confine() error {
	limit := func(what int, most uint64) error {
		return syscall.Setrlimit(what, &syscall.Rlimit{Cur: most, Max: most})
	}
	if err := errors.Join(
		limit(syscall.RLIMIT_AS, space), limit(syscall.RLIMIT_DATA, memory),
		limit(syscall.RLIMIT_CPU, uint64(Term/time.Second)+1),
		limit(syscall.RLIMIT_FSIZE, 0), limit(syscall.RLIMIT_CORE, 0), limit(syscall.RLIMIT_NOFILE, 64),
	); err != nil {
		return fmt.Errorf("render: set bounds: %w", err)
	}
	return filter()
}

// filter has the kernel refuse the forbidden calls in every thread.
func filter() error {
	deny, ok := forbidden[runtime.GOARCH]
	if !ok {
		return fmt.Errorf("render: no list of system calls for %s", runtime.GOARCH)
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	const load, jump, jumpAbove, give = 0x20, 0x15, 0x35, 0x06
	const kill, refuse, allow = 0x80000000, 0x00050000 | uint32(unix.EPERM), 0x7fff0000
	program := []unix.SockFilter{
		{Code: load, K: 4}, // the architecture
		{Code: jump, Jt: 1, K: deny.arch},
		{Code: give, K: kill},
		{Code: load, K: 0},                      // the call
		{Code: jumpAbove, Jf: 1, K: 0x40000000}, // the other numbers of amd64
		{Code: give, K: kill},
	}
	for _, call := range deny.calls {
		program = append(program, unix.SockFilter{Code: jump, Jf: 1, K: call}, unix.SockFilter{Code: give, K: refuse})
	}
	program = append(program, unix.SockFilter{Code: give, K: allow})
	p := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	const setFilter, everyThread = 1, 1
	if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, setFilter, everyThread, uintptr(unsafe.Pointer(&p))); errno != 0 {
		return fmt.Errorf("render: bar system calls: %w", errno)
	}
	return nil
}
