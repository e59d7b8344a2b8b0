package bot

import (
	"errors"
	"io"
)

// blobAt reads the bytes of a file from any place without holding them: a temporary
// file would be an unsealed copy, and in memory they would stand besides those that
// are looked at. Who reads on from where they were costs no seeking.
type blobAt struct {
	r  io.ReadSeeker
	at int64 // where r is
	// failed is why r could not be read. Who looks at a document takes that for a
	// document that cannot be looked at, which it is not.
	failed error
}

// ReadAt implements io.ReaderAt, for one reader at a time.
func (b *blobAt) ReadAt(p []byte, off int64) (int, error) {
	if off != b.at {
		if _, err := b.r.Seek(off, io.SeekStart); err != nil {
			b.failed = err
			return 0, err
		}
	}
	n, err := io.ReadFull(b.r, p)
	b.at = off + int64(n)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.at, b.failed = -1, err
	}
	return n, err
}
