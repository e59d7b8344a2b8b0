package playground

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// files holds the bytes of files in a folder, each under a random id. Whether
// anybody may read them is in the store; bytes that no row points to are swept
// when the chat opens.
type files struct{ dir string }

func openFiles(dir string) (files, error) {
	dir = filepath.Join(dir, "files")
	return files{dir}, os.MkdirAll(dir, 0o700)
}

func (f files) path(id string) string { return filepath.Join(f.dir, filepath.Base(id)) }

// intake writes to disk what is read through it, and counts and hashes it.
type intake struct {
	id   string
	from io.Reader
	to   *os.File
	sum  interface {
		io.Writer
		Sum([]byte) []byte
	}
	size int64
	err  error
}

func (f files) take(from io.Reader) (*intake, error) {
	id := newID()
	to, err := os.OpenFile(f.path(id), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &intake{id: id, from: from, to: to, sum: sha256.New()}, nil
}

func (i *intake) Read(p []byte) (int, error) {
	n, err := i.from.Read(p)
	if n > 0 {
		if _, werr := i.to.Write(p[:n]); werr != nil {
			i.err = werr
			return 0, werr
		}
		i.sum.Write(p[:n])
		i.size += int64(n)
	}
	if err != nil && err != io.EOF {
		i.err = err
	}
	return n, err
}

// finish reads what is left and makes the bytes durable. An error of any read
// or write before is an error here.
func (i *intake) finish() error {
	_, err := io.Copy(io.Discard, i)
	return errors.Join(err, i.err, i.to.Sync(), i.to.Close())
}

func (i *intake) hash() string { return hex.EncodeToString(i.sum.Sum(nil)) }

// remove removes the bytes; removing what is gone is no error.
func (f files) remove(id string) error {
	err := os.Remove(f.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (f files) exists(id string) bool {
	_, err := os.Lstat(f.path(id))
	return !errors.Is(err, fs.ErrNotExist)
}

func (f files) open(id string) (*os.File, error) { return os.Open(f.path(id)) }

// sweep removes every file but those that keep names.
func (f files) sweep(keep map[string]bool) error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		if !keep[e.Name()] {
			errs = append(errs, f.remove(e.Name()))
		}
	}
	return errors.Join(errs...)
}
