package render

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// Command is the hidden command by which a program of ours draws one sheet. It
// stands outside any list of commands and has to start quickly.
const Command = "render-document"

// Request goes before the bytes of a document. A name is nothing for a command
// line, which everybody on the machine can read.
type Request struct {
	Name string `json:"name"`
	Size int64  `json:"size"` // bytes
	Page int    `json:"page"` // from 1
}

// answer goes before the bytes of a sheet.
type answer struct {
	Type   string `json:"type,omitempty"`
	Pages  int    `json:"pages,omitempty"`
	Size   int    `json:"size,omitempty"`
	Reason Reason `json:"reason,omitempty"`
}

// maxLine is how long the line before bytes may be.
const maxLine = 64 << 10

// Child draws sheets in processes of their own. The zero Child starts this program.
type Child struct {
	Program string // blank: this program
	Args    []string
	Term    time.Duration // how long one sheet may take; zero: Term
}

// slots bounds how many sheets are drawn at once.
var slots = make(chan struct{}, max(2, runtime.NumCPU()))

// waitTerm is how long a sheet waits for its turn.
const waitTerm = 10 * time.Second

// Draw returns one sheet of a document of size bytes. A Reason says why not; any
// other error is that r failed, the child died or ctx ended. The process is gone
// when Draw returns.
func (c Child) Draw(ctx context.Context, name string, r io.Reader, size int64, page int) (Sheet, error) {
	turn, stop := context.WithTimeout(ctx, waitTerm)
	defer stop()
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-turn.Done():
		return Sheet{}, errors.Join(ctx.Err(), Busy)
	}
	term := c.Term
	if term == 0 {
		term = Term
	}
	ctx, cancel := context.WithTimeout(ctx, term)
	defer cancel()
	program, args := c.Program, c.Args
	if program == "" {
		program, args = "/proc/self/exe", []string{Command} // also when an upgrade replaced the file
	}
	cmd := exec.Command(program, args...)
	cmd.Env, cmd.Dir = []string{fmt.Sprintf("GOMEMLIMIT=%d", memory/2), "GOMAXPROCS=2"}, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = time.Second
	out := bounded{most: maxText + maxLine}
	cmd.Stdout = &out
	in, err := cmd.StdinPipe()
	if err != nil {
		return Sheet{}, fmt.Errorf("render: the child: %w", err)
	}
	done, err := start(cmd)
	if err != nil {
		return Sheet{}, fmt.Errorf("render: the child: %w", err)
	}
	defer done()
	defer context.AfterFunc(ctx, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })()
	head, err := json.Marshal(Request{name, size, page})
	if err == nil {
		_, err = in.Write(append(head, '\n'))
	}
	var read error
	if err == nil {
		_, err = io.Copy(in, &remembering{io.LimitReader(r, size), &read})
	}
	if err != nil { // half a document is none
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	err = errors.Join(err, in.Close(), cmd.Wait())
	switch {
	case read != nil:
		return Sheet{}, read // it was the document that failed, such as one that was closed meanwhile
	case ctx.Err() != nil:
		return Sheet{}, errors.Join(context.Cause(ctx), Unreadable)
	case err != nil:
		return Sheet{}, errors.Join(err, Unreadable)
	}
	return out.sheet()
}

// remembering keeps the error of its reader apart from that of the pipe.
type remembering struct {
	io.Reader
	err *error
}

// Read implements io.Reader.
func (r *remembering) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		*r.err = err
	}
	return n, err
}

// bounded keeps what is written, up to most bytes.
type bounded struct {
	b    bytes.Buffer
	most int
}

// Write implements io.Writer.
func (o *bounded) Write(p []byte) (int, error) {
	if o.b.Len()+len(p) > o.most {
		return 0, errors.New("render: too much is written")
	}
	return o.b.Write(p)
}

// sheet reads what a child said. It is not trusted more than what it drew: its
// type is one of three.
func (o *bounded) sheet() (Sheet, error) {
	line, body, ok := bytes.Cut(o.b.Bytes(), []byte{'\n'})
	var a answer
	if !ok || len(line) > maxLine || json.Unmarshal(line, &a) != nil {
		return Sheet{}, Unreadable
	}
	if a.Reason != "" {
		if a.Reason != NoPDF {
			a.Reason = Unreadable
		}
		return Sheet{}, a.Reason
	}
	known := a.Type == "text/html" || a.Type == "image/png" || a.Type == "image/jpeg"
	if !known || a.Size != len(body) || a.Pages < 1 || a.Pages > maxPages {
		return Sheet{}, Unreadable
	}
	return Sheet{Type: a.Type, Pages: a.Pages, Body: body}, nil
}

// Serve is the child: it bounds itself, reads one request and its document from in,
// has draw make the sheet, writes it to out, and returns the exit code.
func Serve(in io.Reader, out io.Writer, most int64, draw func(ctx context.Context, q Request, data []byte) (Sheet, error)) int {
	if err := Confine(); err != nil {
		return 1
	}
	var q Request
	line, err := readLine(in)
	if err == nil {
		err = json.Unmarshal(line, &q)
	}
	if err != nil || q.Size < 0 || q.Size > most {
		return 2
	}
	data := make([]byte, q.Size)
	if _, err := io.ReadFull(in, data); err != nil {
		return 2
	}
	ctx, cancel := context.WithTimeout(context.Background(), Term)
	defer cancel()
	s, err := draw(ctx, q, data)
	a := answer{Type: s.Type, Pages: s.Pages, Size: len(s.Body)}
	if err != nil {
		a, s.Body = answer{Reason: Unreadable}, nil
		if errors.Is(err, NoPDF) {
			a.Reason = NoPDF
		}
	}
	head, err := json.Marshal(a)
	if err != nil {
		return 1
	}
	if _, err := out.Write(append(append(head, '\n'), s.Body...)); err != nil {
		return 1
	}
	return 0
}

// readLine reads one line byte by byte, so that nothing of what follows is taken.
func readLine(in io.Reader) ([]byte, error) {
	var line []byte
	for one := make([]byte, 1); len(line) < maxLine; {
		if _, err := io.ReadFull(in, one); err != nil {
			return nil, err
		}
		if one[0] == '\n' {
			return line, nil
		}
		line = append(line, one[0])
	}
	return nil, errors.New("render: the line is too long")
}
