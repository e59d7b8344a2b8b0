package render

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// readable are where a drawing process may read and start programs: poppler, what it
// is linked with, and fonts. Everything else on the disk, the bot's own folder
// first, does not exist for it. Paths that are not there are left out.
var readable = []string{"/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/fonts", "/etc/ld.so.cache", "/etc/alternatives", "/var/cache/fontconfig"}

const (
	mayLook  = unix.LANDLOCK_ACCESS_FS_EXECUTE | unix.LANDLOCK_ACCESS_FS_READ_FILE
	mayList  = mayLook | unix.LANDLOCK_ACCESS_FS_READ_DIR
	devNull  = "/dev/null" // what a process without a place to complain to writes to
	mayWrite = unix.LANDLOCK_ACCESS_FS_READ_FILE | unix.LANDLOCK_ACCESS_FS_WRITE_FILE
)

// Confinement is what this kernel offers to shut a drawing process in with. Without
// Seccomp nothing is drawn; without Landlock it is drawn, but the process could read
// what the bot may read.
type Confinement struct {
	Seccomp  bool // no network, no looking into other processes
	Landlock int  // the version of the kernel's interface; 0: it has none, or does not let us
}

// Confined looks what this kernel offers. It changes nothing.
func Confined() Confinement {
	_, known := forbidden[runtime.GOARCH]
	_, err := unix.PrctlRetInt(unix.PR_GET_SECCOMP, 0, 0, 0, 0)
	return Confinement{Seccomp: known && err == nil, Landlock: landlock()}
}

// landlock is the version of the kernel's interface, 0 for none.
func landlock() int {
	const askVersion = 1
	v, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, askVersion)
	if errno != 0 {
		return 0
	}
	return int(v)
}

// handled are the accesses that a version of the kernel can refuse: all that it has.
func handled(version int) uint64 {
	all := uint64(unix.LANDLOCK_ACCESS_FS_MAKE_SYM)<<1 - 1
	if version >= 2 {
		all |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if version >= 3 {
		all |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if version >= 5 {
		all |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	return all
}

// start starts cmd so that, from its first instruction, it may read nothing but what
// drawing needs and write nowhere. A thread can only give up such rights for itself
// and what it starts, so it is started from one of its own that ends afterwards;
// done has to be called when cmd is gone, since the kernel ends what a thread
// started with it. Where the kernel has no Landlock it is simply started. Where it
// has and that fails, nothing is.
func start(cmd *exec.Cmd) (done func(), err error) {
	version := landlock()
	if version == 0 {
		return func() {}, cmd.Start()
	}
	started, gone := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread() // and never unlocked, so that nothing else runs on it
		err := shut(version, cmd.Path)
		if err == nil {
			err = cmd.Start()
		}
		started <- err
		if err == nil {
			<-gone
		}
	}()
	return func() { close(gone) }, <-started
}

// shut takes from this thread, and from what it starts, every file but readable and
// the program itself.
func shut(version int, program string) error {
	rules := unix.LandlockRulesetAttr{Access_fs: handled(version)}
	// The part of it that every version knows.
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&rules)), unsafe.Sizeof(rules.Access_fs), 0)
	if errno != 0 {
		return fmt.Errorf("render: landlock: %w", errno)
	}
	defer func() { _ = unix.Close(int(fd)) }()
	for _, path := range readable {
		if err := allow(int(fd), path, mayList); err != nil && !errors.Is(err, unix.ENOENT) {
			return err
		}
	}
	if err := errors.Join(allow(int(fd), devNull, mayWrite), allow(int(fd), program, mayLook)); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return fmt.Errorf("render: landlock: %w", errno)
	}
	return nil
}

// allow lets the rules grant access to what is at path and below it. Of a file it
// grants no listing.
func allow(rules int, path string, access uint64) error {
	at, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("render: landlock: %s: %w", path, err)
	}
	defer func() { _ = unix.Close(at) }()
	var is unix.Stat_t
	if err := unix.Fstat(at, &is); err != nil {
		return fmt.Errorf("render: landlock: %s: %w", path, err)
	}
	if is.Mode&unix.S_IFMT != unix.S_IFDIR {
		access &^= unix.LANDLOCK_ACCESS_FS_READ_DIR
	}
	// The kernel takes it packed: eight bytes, then four.
	rule := unix.LandlockPathBeneathAttr{Allowed_access: access, Parent_fd: int32(at)}
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(rules), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0); errno != 0 {
		return fmt.Errorf("render: landlock: %s: %w", path, errno)
	}
	return nil
}
