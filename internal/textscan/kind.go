package textscan

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"strings"
	"unicode/utf8"
)

// head is how many bytes at the start of a file tell its kind.
const head = 1024

// tail is how many bytes at its end can hold the directory of a zip file: 22,
// and a comment of at most 65,535.
const tail = 22 + 65535

// file scans one file, at a depth of so many archives around it.
func (s *scan) file(name string, r io.ReaderAt, size int64, depth int) error {
	if size > s.limits.Size {
		return cannot(ReasonSize, "larger than %d bytes", s.limits.Size)
	}
	if depth > s.limits.Depth {
		return cannot(ReasonDepth, "more than %d archives within each other", s.limits.Depth)
	}
	if size == 0 {
		return nil
	}
	start := make([]byte, min(size, head))
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, size), start); err != nil {
		return ended(s.ctx, cannot(ReasonBroken, "shorter than it says"))
	}
	isZip := bytes.HasPrefix(start, []byte("PK\x03\x04")) || bytes.HasPrefix(start, []byte("PK\x05\x06"))
	if isZip {
		return s.archive(r, size, depth)
	}
	// A file can be two things at once: a page for one reader and an archive for
	// another. We can't know which of the two the recipient will open.
	if hidden, err := endsAsZip(r, size); err != nil || hidden {
		return ended(s.ctx, cannot(ReasonKind, "an archive hangs on the end of another kind of file"))
	}
	switch {
	case bytes.Contains(start, []byte("%PDF-")):
		return s.pdf(r, size)
	case isPicture(start):
		return cannot(ReasonPicture, "a picture")
	case isOpaque(start):
		return cannot(ReasonKind, "a kind of file that can't be read")
	}
	raw, err := io.ReadAll(io.NewSectionReader(r, 0, size))
	if err != nil || int64(len(raw)) != size {
		return ended(s.ctx, cannot(ReasonBroken, "shorter than it says"))
	}
	return s.plain(name, raw)
}

// ended returns why ctx ended if it did, and otherwise err: a read fails also
// because there is no time left.
func ended(ctx context.Context, err error) error {
	if over := ctx.Err(); over != nil {
		return over
	}
	return err
}

// endsAsZip says whether the end of the file holds the directory of a zip.
func endsAsZip(r io.ReaderAt, size int64) (bool, error) {
	from := max(0, size-tail)
	end, err := io.ReadAll(io.NewSectionReader(r, from, size-from))
	if err != nil {
		return false, err
	}
	return bytes.Contains(end, []byte("PK\x05\x06")), nil
}

func isPicture(start []byte) bool {
	for _, magic := range []string{"\x89PNG", "\xff\xd8\xff", "GIF8", "BM", "II*\x00", "MM\x00*"} {
		if bytes.HasPrefix(start, []byte(magic)) {
			return magic != "BM" || !utf8.Valid(start) || bytes.IndexByte(start, 0) >= 0
		}
	}
	return len(start) > 12 && (string(start[:4]) == "RIFF" && string(start[8:12]) == "WEBP" ||
		string(start[4:8]) == "ftyp" && strings.HasPrefix(string(start[8:12]), "hei"))
}

// isOpaque tells kinds that look like text, or begin like it, and hide their
// words from a plain reading: rich text with its escapes, a mail with its parts
// in base64, an archive.
func isOpaque(start []byte) bool {
	lower := bytes.ToLower(start)
	for _, magic := range []string{
		"{\\rtf",
		"\xd0\xcf\x11\xe0", // the old formats of Office, and new ones with a password
		"\x1f\x8b", "7z\xbc\xaf", "rar!", "bzh", "\xfd7zxz",
	} {
		if bytes.HasPrefix(lower, []byte(magic)) {
			return true
		}
	}
	return bytes.Contains(lower, []byte("mime-version:")) || bytes.Contains(lower, []byte("content-transfer-encoding:")) ||
		(len(start) > 262 && string(start[257:262]) == "ustar")
}

// plain scans text: as it is, and for markup also what it shows.
func (s *scan) plain(name string, raw []byte) error {
	text, ok := decode(raw)
	if !ok {
		return cannot(ReasonKind, "not text, and not a kind that can be read")
	}
	begin := strings.ToLower(strings.TrimSpace(text[:min(len(text), head)]))
	ext := strings.ToLower(path.Ext(name))
	switch {
	case ext == ".html" || ext == ".htm" || ext == ".xhtml" || strings.HasPrefix(begin, "<!doctype html") || strings.HasPrefix(begin, "<html"):
		return s.html(text)
	case ext == ".svg" || ext == ".xml" || ext == ".fodt" || ext == ".fods" || strings.HasPrefix(begin, "<?xml") || strings.HasPrefix(begin, "<svg"):
		return s.xml(strings.NewReader(text), true)
	}
	return s.check(text)
}

// skippable errors leave one part unread but let the others be looked at, since
// a number found there is worth more than the reason why this one was not.
func skippable(err error) bool {
	var u *unread
	return errors.As(err, &u) && u.reason != ReasonSize || reasonOf(err) == ReasonBroken
}
