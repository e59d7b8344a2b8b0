package bot

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

type halfway struct {
	*bytes.Reader
	err error
}

func (h *halfway) Read(p []byte) (int, error) {
	if h.err != nil {
		return 0, h.err
	}
	return iotest.HalfReader(h.Reader).Read(p)
}

func TestAFileIsReadFromAnyPlaceAndAStoreThatFailsIsRemembered(t *testing.T) {
	data := []byte("0123456789")
	h := &halfway{Reader: bytes.NewReader(data)}
	at := &blobAt{r: h, at: -1}
	for _, tt := range []struct {
		off  int64
		n    int
		want string
		err  error
	}{{0, 4, "0123", nil}, {4, 4, "4567", nil}, {2, 3, "234", nil}, {8, 4, "89", io.EOF}, {10, 1, "", io.EOF}, {0, 10, "0123456789", nil}} {
		p := make([]byte, tt.n)
		n, err := at.ReadAt(p, tt.off)
		if string(p[:n]) != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("ReadAt(%d, %d) = %q, %v", tt.off, tt.n, p[:n], err)
		}
	}
	if at.failed != nil {
		t.Errorf("the end of a file is remembered as %v", at.failed)
	}
	h.err = ErrUnavailable
	if _, err := at.ReadAt(make([]byte, 2), 0); !errors.Is(err, ErrUnavailable) || !errors.Is(at.failed, ErrUnavailable) {
		t.Errorf("a store that is away: %v, remembered %v", err, at.failed)
	}
}
