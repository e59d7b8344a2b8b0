package sample

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"sync"

	"github.com/convenantbot/convenantbot/bot"
)

// Shown is what people come upon: the forms, by what they do, and the messages with
// buttons, by their labels. Tickets are named after what they belong to.
type Shown struct {
	Forms map[string]bot.Form
	Cards map[string]bot.Message
}

//go:embed shown.json.gz
var packed []byte

// Read returns all of it.
var Read = sync.OnceValues(func() (Shown, error) {
	raw, err := Unpack(packed)
	if err != nil {
		return Shown{}, fmt.Errorf("samples: %w", err)
	}
	var s Shown
	if err := json.Unmarshal(raw, &s); err != nil {
		return Shown{}, fmt.Errorf("samples: %w", err)
	}
	return s, nil
})

// Packed is what lies in the program.
func Packed() []byte { return packed }

// Pack makes it smaller, in the same way each time.
func Pack(raw []byte) ([]byte, error) {
	var small bytes.Buffer
	if err := json.Compact(&small, raw); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(small.Bytes()); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Unpack is what Pack was given, without its white space.
func Unpack(p []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(p))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
