package textscan

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// Result is what a scan found. The zero Result is Unknown.
type Result int

// The three answers.
const (
	Unknown Result = iota // not all of it could be read: treat it as not scanned
	Clean                 // all of it was read and no BSN stands in it
	Found                 // a BSN stands in it
)

func (r Result) String() string {
	switch r {
	case Clean:
		return "clean"
	case Found:
		return "found"
	default:
		return "unknown"
	}
}

// Reason says why a Result is Unknown. It is a closed list, so that each has
// its own sentence for people.
type Reason string

// The reasons. The zero Reason goes with Clean and Found.
const (
	ReasonKind      Reason = "kind"      // a kind of file that can't be read: an image, a film, an old Word document
	ReasonEncrypted Reason = "encrypted" // it needs a password
	ReasonBroken    Reason = "broken"    // it isn't what it says it is, or it is damaged
	ReasonSize      Reason = "size"      // larger than Limits allow, as it is or unpacked
	ReasonDepth     Reason = "depth"     // archives within archives, or structure within structure, beyond Limits
	ReasonPicture   Reason = "picture"   // the text is in a picture
	ReasonFont      Reason = "font"      // a pdf whose font doesn't say which characters it shows
	ReasonTime      Reason = "time"      // the context ended
)

// Finding is the outcome of a scan. It holds nothing of what the file says.
type Finding struct {
	Result   Result
	Reason   Reason // set exactly when Result is Unknown
	Detail   string // what could not be done, in English, for whoever looks after the bot; with Unknown
	Pictures int    // pictures beside text, whose own text wasn't read
}

// Limits bound a scan. A field that is left 0 allows nothing; DefaultLimits fit the
// letters and reports of a casus.
type Limits struct {
	Size     int64 // bytes of the file, and of each file within
	Expanded int64 // bytes in all, after unpacking everything within
	Ratio    int64 // bytes unpacked for each byte packed, per part of an archive
	Depth    int   // archives within archives; 0 is the file itself
	Parts    int   // files in all archives together
}

// DefaultLimits are for a file as people share it.
var DefaultLimits = Limits{Size: 100 << 20, Expanded: 500 << 20, Ratio: 200, Depth: 3, Parts: 20_000}

// Scan looks for a BSN in the file r, of size bytes, and in its name. name also
// helps to tell what text it is; for anything else only the bytes count.
//
// Found wins over Unknown: a number that was seen is there, whatever else could
// not be read. A file that can't be understood is Unknown and no error; the
// error is that r failed or ctx ended, and goes with Unknown as well. Neither
// tells what was read.
func Scan(ctx context.Context, name string, r io.ReaderAt, size int64, limits Limits) (Finding, error) {
	s := &scan{ctx: ctx, limits: limits}
	if FindBSN(name) {
		return Finding{Result: Found}, nil
	}
	from := &source{r: r}
	err := s.file(name, from, size, 0)
	switch {
	case s.found:
		return Finding{Result: Found, Pictures: s.pictures}, nil
	case err == nil && from.err == nil:
		return Finding{Result: Clean, Pictures: s.pictures}, nil
	case from.err != nil:
		err = fmt.Errorf("scan: read the file: %w", from.err)
		return Finding{Result: Unknown, Reason: ReasonBroken, Detail: "the file could not be read", Pictures: s.pictures}, err
	}
	unknown := Finding{Result: Unknown, Reason: reasonOf(err), Detail: err.Error(), Pictures: s.pictures}
	if unknown.Reason == ReasonTime {
		return unknown, fmt.Errorf("scan: %w", err)
	}
	return unknown, nil
}

// source remembers whether the file itself failed, which a reader further on
// would take for a broken document.
type source struct {
	r   io.ReaderAt
	err error
}

func (f *source) ReadAt(p []byte, at int64) (int, error) {
	if at < 0 { // a broken pdf points before its own beginning
		return 0, io.EOF
	}
	n, err := f.r.ReadAt(p, at)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

// errFound ends a scan early.
var errFound = errors.New("found")

// unread is why something could not be read.
type unread struct {
	reason Reason
	what   string
}

func (u *unread) Error() string { return fmt.Sprintf("not scanned (%s): %s", u.reason, u.what) }

func cannot(reason Reason, format string, args ...any) error {
	return &unread{reason, fmt.Sprintf(format, args...)}
}

// reasonOf returns the reason in err; an error without one is a broken file.
func reasonOf(err error) Reason {
	var u *unread
	switch {
	case errors.As(err, &u):
		return u.reason
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return ReasonTime
	}
	return ReasonBroken
}

// scan is one run over a file and everything within.
type scan struct {
	ctx      context.Context
	limits   Limits
	expanded int64 // bytes unpacked so far
	parts    int
	pictures int
	found    bool
}

// check looks for a BSN in a piece of text. Callers hand over whole pieces (a
// part of a document), because a number may run on over their edges.
func (s *scan) check(text string) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	if FindBSN(text) {
		s.found = true
		return errFound
	}
	if plain := simplify(text); plain != text && FindBSN(plain) {
		s.found = true
		return errFound
	}
	return nil
}

// spend counts n unpacked bytes.
func (s *scan) spend(n int64) error {
	s.expanded += n
	if s.expanded > s.limits.Expanded {
		return cannot(ReasonSize, "more than %d bytes unpacked", s.limits.Expanded)
	}
	return s.ctx.Err()
}

// counted hands on what r gives, counts it, and stops at the limit or when the
// context ends.
type counted struct {
	s *scan
	r io.Reader
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if over := c.s.spend(int64(n)); over != nil {
		return 0, over
	}
	return n, err
}

// all reads everything from r, counted.
func (s *scan) all(r io.Reader) ([]byte, error) {
	return io.ReadAll(&counted{s, r})
}
