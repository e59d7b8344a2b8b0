package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/textscan"
)

// scanner lets the bot look inside documents. Each is read by a process of its
// own that can do nothing else: this same program with bounded time and memory,
// no environment, and no file but the pipe that the document comes through. A
// process that is over its bounds, dies, or says something that is no answer,
// has not looked: then the document is unknown, and never clean. There is no way
// back to reading it here.
type scanner struct{ child child }

var _ bot.Scanner = scanner{}

// child says how the process is started. The zero child is this program.
type child struct {
	program string
	args    []string
	term    time.Duration // zero: scanTerm
}

const (
	// scanTerm is how long the reading of one document may take. A letter takes
	// milliseconds, 100 MB of tables seconds.
	scanTerm = 20 * time.Second
	// scanMemory is how much memory a child may write to, in bytes: the largest file
	// once as it came, and what is unpacked of it at any moment.
	scanMemory = 768 << 20
	// scanSpace is how large its address space may be, in bytes. The Go runtime
	// reserves much that it never writes to.
	scanSpace = 4 << 30
)

// scanSlots bounds how many documents are read at once.
var scanSlots = make(chan struct{}, max(2, runtime.NumCPU()))

// scanHead goes before the bytes of the document. A name is nothing for a command
// line, which everybody on the machine can read.
type scanHead struct {
	Name string `json:"name"`
	Size int64  `json:"size"` // bytes
}

// scanAnswer is what a child says: nothing of the document.
type scanAnswer struct {
	Result string `json:"result"` // clean, found or unknown
	Reason string `json:"reason,omitempty"`
}

// Scan looks for a BSN; see bot.Scanner. Only the end of ctx is an error.
func (s scanner) Scan(ctx context.Context, name string, r io.ReaderAt, size int64) (found, known bool, err error) {
	if textscan.FindBSN(name) {
		return true, true, nil
	}
	if size > textscan.DefaultLimits.Size {
		return false, false, nil
	}
	select {
	case scanSlots <- struct{}{}:
		defer func() { <-scanSlots }()
	case <-ctx.Done():
		return false, false, fmt.Errorf("scan: %w", context.Cause(ctx))
	}
	answer, err := s.child.run(ctx, name, r, size)
	if ctx.Err() != nil {
		return false, false, fmt.Errorf("scan: %w", context.Cause(ctx))
	}
	if err != nil {
		return false, false, nil
	}
	switch answer.Result {
	case textscan.Found.String():
		return true, true, nil
	case textscan.Clean.String():
		return false, true, nil
	}
	return false, false, nil
}

// readyChild is a child that was started beforehand and waits for its document; a start
// takes longer than reading a letter does. Each child reads one document.
var readyChild = make(chan *running, 1)

// errGone says that a child was gone before it had seen anything of the document.
var errGone = errors.New("it was gone before it was asked")

// run hands one document to a process and returns what it says. The process is
// gone when run returns.
func (c child) run(ctx context.Context, name string, r io.ReaderAt, size int64) (scanAnswer, error) {
	term := c.term
	if term == 0 {
		term = scanTerm
	}
	ctx, cancel := context.WithTimeout(ctx, term)
	defer cancel()
	if c.program != "" {
		return c.fresh(ctx, name, r, size)
	}
	defer c.prepare()
	select {
	case p := <-readyChild:
		// While it waited, the system may have ended it, to have its memory. That says
		// nothing about the document.
		if answer, err := p.read(ctx, name, r, size); !errors.Is(err, errGone) {
			return answer, err
		}
	default:
	}
	return c.fresh(ctx, name, r, size)
}

// fresh hands the document to a child that is started for it.
func (c child) fresh(ctx context.Context, name string, r io.ReaderAt, size int64) (scanAnswer, error) {
	p, err := c.start()
	if err != nil {
		return scanAnswer{}, err
	}
	return p.read(ctx, name, r, size)
}

// prepare starts the child of the next document.
func (c child) prepare() {
	next, err := c.start()
	if err != nil {
		return
	}
	select {
	case readyChild <- next:
	default:
		next.end()
	}
}

// running is a child that waits for its document, or reads it.
type running struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  limited
	gone func() // tells the thread that started it that it is gone
}

// start starts a child.
func (c child) start() (*running, error) {
	program, args := c.program, c.args
	if program == "" {
		program, args = "/proc/self/exe", []string{scanCommand} // also when an upgrade replaced the file
	}
	p := &running{cmd: exec.Command(program, args...)}
	p.cmd.Env, p.cmd.Dir = []string{fmt.Sprintf("GOMEMLIMIT=%d", scanMemory/2), "GOMAXPROCS=1"}, "/"
	p.cmd.Stdout = &p.out
	p.cmd.WaitDelay = time.Second
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("scan: the child: %w", err)
	}
	p.in = in
	if p.gone, err = startKept(p.cmd); err != nil {
		return nil, fmt.Errorf("scan: the child: %w", err)
	}
	return p, nil
}

// startKept starts cmd from a thread that stays until gone is called. The kernel ends
// a child with the thread that started it and not with the process, and threads of
// ours do end: those that drew a document.
func startKept(cmd *exec.Cmd) (gone func(), err error) {
	started, ended := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			<-ended
		}
	}()
	return sync.OnceFunc(func() { close(ended) }), <-started
}

// read is ask, until ctx ends. The child is gone when read returns.
func (p *running) read(ctx context.Context, name string, r io.ReaderAt, size int64) (scanAnswer, error) {
	defer p.end()
	defer context.AfterFunc(ctx, p.kill)()
	return p.ask(name, r, size)
}

// ask hands the document over and waits for the end of the child.
func (p *running) ask(name string, r io.ReaderAt, size int64) (scanAnswer, error) {
	var answer scanAnswer
	head, err := json.Marshal(scanHead{name, size})
	if err != nil {
		return answer, err
	}
	if _, err = p.in.Write(append(head, '\n')); err != nil {
		return answer, fmt.Errorf("scan: the child: %w: %w", errGone, err)
	}
	_, err = io.Copy(p.in, io.NewSectionReader(r, 0, size))
	err = errors.Join(err, p.in.Close(), p.cmd.Wait())
	if err != nil {
		return answer, fmt.Errorf("scan: the child: %w", err)
	}
	return answer, json.Unmarshal(p.out.b.Bytes(), &answer)
}

// kill ends the child and whatever it started.
func (p *running) kill() { _ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) }

// end makes sure that the child is gone.
func (p *running) end() {
	if p.cmd.ProcessState == nil {
		p.kill()
		_ = p.in.Close()
		_ = p.cmd.Wait()
	}
	p.gone()
}

// limited keeps the first bytes of what a child writes, and drops the rest.
type limited struct{ b bytes.Buffer }

// Write implements io.Writer.
func (l *limited) Write(p []byte) (int, error) {
	if room := 4096 - l.b.Len(); room > 0 {
		l.b.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// scanCommand is the hidden command by which this program reads one document. It
// stands outside the list of commands: it is nothing for people, and has to start
// quickly.
const scanCommand = "scan-document"

// scanDocument is the child: it takes away from itself whatever it can, reads one
// document from in, writes one answer to out and returns the exit code.
func scanDocument(in io.Reader, out io.Writer) int {
	if err := confine(scanTerm); err != nil {
		return exitNegative
	}
	var head scanHead
	line, err := scanLine(in)
	if err == nil {
		err = json.Unmarshal(line, &head)
	}
	if err != nil || head.Size < 0 || head.Size > textscan.DefaultLimits.Size {
		return exitBadInput
	}
	data := make([]byte, head.Size)
	if _, err := io.ReadFull(in, data); err != nil {
		return exitBadInput
	}
	found, err := textscan.Scan(context.Background(), head.Name, bytes.NewReader(data), head.Size, textscan.DefaultLimits)
	if err != nil {
		return exitNegative
	}
	if err := json.NewEncoder(out).Encode(scanAnswer{found.Result.String(), string(found.Reason)}); err != nil {
		return exitNegative
	}
	return 0
}

// scanLine reads one line byte by byte, so that nothing of what follows is taken.
func scanLine(in io.Reader) ([]byte, error) {
	var line []byte
	for one := make([]byte, 1); len(line) < 64<<10; {
		if _, err := io.ReadFull(in, one); err != nil {
			return nil, err
		}
		if one[0] == '\n' {
			return line, nil
		}
		line = append(line, one[0])
	}
	return nil, errors.New("the line is too long")
}

// confine bounds this process for good: memory, time on the processor, no new
// files, no dump of what it holds.
func confine(term time.Duration) error {
	limit := func(what int, most uint64) error {
		return syscall.Setrlimit(what, &syscall.Rlimit{Cur: most, Max: most})
	}
	return errors.Join(
		limit(syscall.RLIMIT_AS, scanSpace), limit(syscall.RLIMIT_DATA, scanMemory),
		limit(syscall.RLIMIT_CPU, uint64(term/time.Second)+1),
		limit(syscall.RLIMIT_FSIZE, 0), limit(syscall.RLIMIT_CORE, 0), limit(syscall.RLIMIT_NOFILE, 16),
	)
}

// scans reports whether this process was started as a child that reads one
// document.
func scans(args []string) bool { return len(args) == 2 && args[1] == scanCommand }

// exitScan does the child's work and ends the process.
func exitScan() { os.Exit(scanDocument(os.Stdin, os.Stdout)) }
