package bottest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/convenantbot/convenantbot/bot"
)

var blobTests = []storeTest{
	{"bytes come back as they were, of any size", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		for _, size := range []int{0, 1, 256<<10 - 1, 256 << 10, 256<<10 + 1, 1<<20 + 7} {
			data := make([]byte, size)
			for i := range data {
				data[i] = byte(i * 31)
			}
			id := bot.FileID(fmt.Sprint("f", size))
			n, err := b.Store.PutBlob(b.ctx, c.Ref, id, iotest.HalfReader(bytes.NewReader(data)))
			if err != nil || n != int64(size) {
				t.Fatalf("PutBlob of %d = %d, %v", size, n, err)
			}
			if got := b.mustBlob(t, c.Ref, id); !bytes.Equal(got, data) {
				t.Errorf("%d bytes came back as %d others", size, len(got))
			}
		}
	}},
	{"any part can be read by itself", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		const size = 600 << 10
		data := make([]byte, size)
		for i := range data {
			data[i] = byte(i*31 + i>>8)
		}
		if _, err := b.Store.PutBlob(b.ctx, c.Ref, "f1", bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
		r, err := b.Store.OpenBlob(b.ctx, c.Ref, "f1")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for _, at := range []int{0, 1, 256<<10 - 1, 256 << 10, 256<<10 + 1, 512 << 10, size - 1, size, 7} {
			same(t, fmt.Sprint("part from ", at), b.aPart(t, r, int64(at), io.SeekStart, 300), string(data[at:min(at+300, size)]))
			if here, err := r.Seek(0, io.SeekCurrent); err != nil || here != int64(min(at+300, size)) {
				t.Errorf("after 300 bytes from %d the reader is at %d, %v", at, here, err)
			}
		}
		same(t, "the last bytes", b.aPart(t, r, -9, io.SeekEnd, 300), string(data[size-9:]))
		same(t, "beyond the end", b.aPart(t, r, size+5, io.SeekStart, 300), "")
		if _, err := r.Seek(-1, io.SeekStart); err == nil {
			t.Error("a place before the beginning is no error")
		}
	}},
	{"a second put replaces the first", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		long := bytes.Repeat([]byte("a"), 600<<10)
		for _, data := range [][]byte{long, []byte("short")} {
			if _, err := b.Store.PutBlob(b.ctx, c.Ref, "f1", bytes.NewReader(data)); err != nil {
				t.Fatal(err)
			}
		}
		same(t, "bytes", string(b.mustBlob(t, c.Ref, "f1")), "short")
	}},
	{"a put that fails leaves nothing, or what was there", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		broken := func() io.Reader {
			return io.MultiReader(bytes.NewReader(make([]byte, 700<<10)), iotest.ErrReader(errUndo))
		}
		if _, err := b.Store.PutBlob(b.ctx, c.Ref, "f1", broken()); !errors.Is(err, errUndo) {
			t.Errorf("PutBlob = %v, want the reader's error", err)
		}
		if _, err := b.Store.OpenBlob(b.ctx, c.Ref, "f1"); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("OpenBlob = %v, want ErrNotFound", err)
		}
		if _, err := b.Store.PutBlob(b.ctx, c.Ref, "f1", strings.NewReader("first")); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Store.PutBlob(b.ctx, c.Ref, "f1", broken()); err == nil {
			t.Error("a broken put was kept")
		}
		same(t, "bytes", string(b.mustBlob(t, c.Ref, "f1")), "first")
	}},
	{"bytes belong to one casus", func(t *testing.T, b *bench) {
		one, two := b.mustCasus(t), b.mustCasus(t)
		if _, err := b.Store.PutBlob(b.ctx, one.Ref, "f1", strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Store.OpenBlob(b.ctx, two.Ref, "f1"); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("OpenBlob of another casus = %v, want ErrNotFound", err)
		}
		if _, err := b.Store.PutBlob(b.ctx, two.Ref, "f1", strings.NewReader("y")); !errors.Is(err, bot.ErrConflict) {
			t.Errorf("PutBlob for another casus = %v, want ErrConflict", err)
		}
		if err := b.Store.DropBlob(b.ctx, two.Ref, "f1"); err != nil {
			t.Errorf("DropBlob of another casus = %v", err)
		}
		same(t, "bytes", string(b.mustBlob(t, one.Ref, "f1")), "x")
		if _, err := b.Store.PutBlob(b.ctx, "C-2026-0099", "f2", strings.NewReader("y")); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("PutBlob of no casus = %v, want ErrNotFound", err)
		}
	}},
	{"dropping is final and can be repeated", func(t *testing.T, b *bench) {
		c := b.mustCasus(t)
		if _, err := b.Store.PutBlob(b.ctx, c.Ref, "f1", strings.NewReader("x")); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := b.Store.DropBlob(b.ctx, c.Ref, "f1"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.Store.OpenBlob(b.ctx, c.Ref, "f1"); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("OpenBlob = %v, want ErrNotFound", err)
		}
	}},
}

// aPart reads at most n bytes from at on.
func (b *bench) aPart(t testing.TB, r io.ReadSeeker, at int64, whence, n int) string {
	t.Helper()
	if _, err := r.Seek(at, whence); err != nil {
		t.Fatalf("Seek(%d, %d): %v", at, whence, err)
	}
	got, err := io.ReadAll(io.LimitReader(r, int64(n)))
	if err != nil {
		t.Fatalf("read from %d: %v", at, err)
	}
	return string(got)
}

func (b *bench) mustBlob(t testing.TB, ref bot.Ref, id bot.FileID) []byte {
	t.Helper()
	r, err := b.Store.OpenBlob(b.ctx, ref, id)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
