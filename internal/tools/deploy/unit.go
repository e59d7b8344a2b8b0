package deploy

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// unit is the settings of a systemd unit, in their order. A setting that comes
// twice is a list.
type unit map[string][]string

func readUnit(text string) unit {
	u := unit{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, value, is := strings.Cut(line, "="); is && !strings.HasPrefix(line, "#") {
			u[name] = append(u[name], value)
		}
	}
	return u
}

// calls are the names of the system calls that the unit lets through. Groups are
// opened by systemd-analyze.
func (u unit) calls() ([]string, error) {
	allowed := map[string]bool{}
	for _, list := range u["SystemCallFilter"] {
		names, deny := strings.CutPrefix(list, "~")
		for name := range strings.FieldsSeq(names) {
			open, err := group(name, 0)
			if err != nil {
				return nil, err
			}
			for _, call := range open {
				if deny {
					delete(allowed, call)
				} else {
					allowed[call] = true
				}
			}
		}
	}
	var out []string
	for call := range allowed {
		out = append(out, call)
	}
	slices.Sort(out)
	return out, nil
}

// group opens a group of system calls; one that is none is itself.
func group(name string, depth int) ([]string, error) {
	if !strings.HasPrefix(name, "@") {
		return []string{name}, nil
	}
	if depth > 10 {
		return nil, fmt.Errorf("group %s goes round", name)
	}
	out, err := exec.Command("systemd-analyze", "syscall-filter", "--no-pager", name).Output()
	if err != nil {
		return nil, fmt.Errorf("systemd-analyze syscall-filter %s: %w", name, err)
	}
	var calls []string
	for line := range strings.Lines(string(out)) {
		member := strings.TrimSpace(line)
		if member == "" || member == name || strings.HasPrefix(member, "#") {
			continue
		}
		more, err := group(member, depth+1)
		if err != nil {
			return nil, err
		}
		calls = append(calls, more...)
	}
	return calls, nil
}

var number = regexp.MustCompile(`^\s*SYS_([A-Z0-9_]+)\s*=\s*([0-9]+)`)

// numbers are those of the system calls on this machine, by their names, as the
// module of the system calls has them.
func numbers() (map[string]uint32, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/sys").Output()
	if err != nil {
		return nil, fmt.Errorf("go list golang.org/x/sys: %w", err)
	}
	file, err := os.Open(strings.TrimSpace(string(dir)) + "/unix/zsysnum_linux_" + runtime.GOARCH + ".go")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	out := map[string]uint32{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if found := number.FindStringSubmatch(lines.Text()); found != nil {
			n, err := strconv.ParseUint(found[2], 10, 32)
			if err != nil {
				return nil, err
			}
			out[strings.ToLower(found[1])] = uint32(n)
		}
	}
	if len(out) < 300 {
		return nil, errors.New("hardly any system calls were found")
	}
	return out, nil
}

// filter makes what the unit gives the kernel: these calls and no others, and no
// memory that can be both written and run. Everything else is EPERM.
func filter(allowed []uint32, known map[string]uint32) []unix.SockFilter {
	const load, jump, and, give = 0x20, 0x15, 0x54, 0x06
	const allow, refuse = 0x7fff0000, 0x00050000 | uint32(unix.EPERM)
	const protection = 16 + 2*8 // where the third argument of mmap and mprotect lies
	program := []unix.SockFilter{{Code: load, K: 0}}
	program = append(program,
		unix.SockFilter{Code: jump, Jf: 5, K: known["mmap"]},
		unix.SockFilter{Code: load, K: protection},
		unix.SockFilter{Code: and, K: unix.PROT_WRITE | unix.PROT_EXEC},
		unix.SockFilter{Code: jump, Jf: 1, K: unix.PROT_WRITE | unix.PROT_EXEC},
		unix.SockFilter{Code: give, K: refuse},
		unix.SockFilter{Code: load, K: 0},
		unix.SockFilter{Code: jump, Jf: 5, K: known["mprotect"]},
		unix.SockFilter{Code: load, K: protection},
		unix.SockFilter{Code: and, K: unix.PROT_EXEC},
		unix.SockFilter{Code: jump, Jf: 1, K: unix.PROT_EXEC},
		unix.SockFilter{Code: give, K: refuse},
		unix.SockFilter{Code: load, K: 0},
	)
	for _, n := range allowed {
		program = append(program, unix.SockFilter{Code: jump, Jf: 1, K: n}, unix.SockFilter{Code: give, K: allow})
	}
	return append(program, unix.SockFilter{Code: give, K: refuse})
}

// become bounds this process as the unit does and then is the program. It comes
// back only with an error.
func become(program []unix.SockFilter, args, env []string) error {
	runtime.LockOSThread()
	for _, limit := range []int{syscall.RLIMIT_CORE} {
		if err := syscall.Setrlimit(limit, &syscall.Rlimit{}); err != nil {
			return err
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	p := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	const setFilter, everyThread = 1, 1
	if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, setFilter, everyThread, uintptr(unsafe.Pointer(&p))); errno != 0 {
		return errno
	}
	return syscall.Exec(args[0], args, env)
}
