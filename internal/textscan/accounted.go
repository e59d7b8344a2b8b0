package textscan

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/binary"
	"io"
	"slices"
)

// The marks in a zip, and the lengths of what they begin as far as it is fixed.
//
// Source: PKWARE, .ZIP File Format Specification, 4.3.
const (
	markFile, sizeFile   = "PK\x03\x04", 30
	markEntry, sizeEntry = "PK\x01\x02", 46
	markEnd, sizeEnd     = "PK\x05\x06", 22
	markFar, sizeFar     = "PK\x06\x06", 56
	markPlace, sizePlace = "PK\x06\x07", 20
)

// accounted says whether a zip is its files and its directory and nothing else. What
// lies between or behind them is there for one reader and not for another: the same
// bytes can be a document to us and a page or a pdf to who opens them. It also looks
// at what stands twice, since a file can have another name before its bytes than in
// the directory.
func (s *scan) accounted(r io.ReaderAt, size int64, files []*zip.File) error {
	type placed struct {
		at   int64 // of its bytes
		file *zip.File
	}
	order := make([]placed, 0, len(files))
	for _, f := range files {
		at, err := f.DataOffset()
		if err != nil {
			return ended(s.ctx, cannot(ReasonBroken, "a part can't be found"))
		}
		order = append(order, placed{at, f})
	}
	slices.SortFunc(order, func(a, b placed) int { return cmp.Compare(a.at, b.at) })

	w := &walk{s: s, r: r, size: size}
	for _, p := range order {
		head := w.next(markFile, sizeFile)
		w.said(word(head, 26) + word(head, 28))
		if w.err == nil && w.at != p.at {
			w.stray()
		}
		w.at += int64(min(p.file.CompressedSize64, uint64(size))) // its bytes, looked at by then
		if p.file.Flags&0x8 != 0 {
			w.said(w.descriptor())
		}
	}
	for range order {
		entry := w.next(markEntry, sizeEntry)
		w.said(word(entry, 28) + word(entry, 30) + word(entry, 32))
	}
	if w.begins(markFar) {
		if far := w.next(markFar, sizeFar); far != nil && binary.LittleEndian.Uint64(far[4:]) != sizeFar-12 {
			w.stray()
		}
		w.next(markPlace, sizePlace)
	}
	w.said(word(w.next(markEnd, sizeEnd), 20))
	if w.err == nil && w.at != size {
		w.stray()
	}
	return w.err
}

// walk goes through a zip from its first byte; the first mistake stays.
type walk struct {
	s    *scan
	r    io.ReaderAt
	size int64
	at   int64
	err  error
}

func (w *walk) stray() {
	if w.err == nil {
		w.err = ended(w.s.ctx, cannot(ReasonBroken, "bytes beside the files of an archive"))
	}
}

// read returns n bytes from where it is; nil: they are not there.
func (w *walk) read(n int64) []byte {
	if w.err != nil || w.at > w.size-n {
		return nil
	}
	raw := make([]byte, n)
	if _, err := io.ReadFull(io.NewSectionReader(w.r, w.at, n), raw); err != nil {
		return nil
	}
	return raw
}

func (w *walk) begins(mark string) bool { return bytes.Equal(w.read(int64(len(mark))), []byte(mark)) }

// next goes past n bytes that begin with mark.
func (w *walk) next(mark string, n int64) []byte {
	raw := w.read(n)
	if !bytes.HasPrefix(raw, []byte(mark)) {
		w.stray()
		return nil
	}
	w.at += n
	return raw
}

// said goes past n bytes of names and what belongs to them, and looks at them.
func (w *walk) said(n int64) {
	raw := w.read(n)
	if raw == nil {
		w.stray()
	}
	if w.err != nil {
		return
	}
	w.at += n
	w.err = w.s.check(string(raw))
}

// descriptor is how many bytes there are between those of a file and the next mark:
// its sum and sizes, in one of the forms that are in use, or nothing.
func (w *walk) descriptor() int64 {
	for _, n := range []int64{16, 24, 12, 20} {
		after := walk{s: w.s, r: w.r, size: w.size, at: w.at + n}
		if after.begins(markFile) || after.begins(markEntry) {
			return n
		}
	}
	return 0
}

// word is the number of two bytes at a place in a header; 0 without one.
func word(head []byte, at int) int64 {
	if head == nil {
		return 0
	}
	return int64(binary.LittleEndian.Uint16(head[at:]))
}
