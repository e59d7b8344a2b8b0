package clamav_test

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/clamav"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// zeroes gives n bytes without holding them.
func zeroes(n int64) io.Reader { return io.LimitReader(nothing{}, n) }

type nothing struct{}

func (nothing) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestARealDaemonFindsWhatItKnowsAndLetsTheRestPass(t *testing.T) {
	known := []byte("exactly these bytes are known by their sum")
	s := testserver.ClamAV(t, "100M", known)
	c := &clamav.Client{Address: s.Socket, Term: 5 * time.Minute}
	var packed bytes.Buffer
	z := zip.NewWriter(&packed)
	w, err := z.Create("word/document.xml")
	if err == nil {
		_, err = io.WriteString(w, strings.Repeat("tekst ", 1000)+testserver.Virus)
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		r     io.Reader
		clean bool
	}{
		{"a letter", strings.NewReader("Beste ouders, tot woensdag."), true},
		{"nothing", strings.NewReader(""), true},
		{"a virus", strings.NewReader("regel een\n" + testserver.Virus + "\nregel drie"), false},
		{"all but the last letter of it", strings.NewReader(testserver.Virus[:len(testserver.Virus)-1]), true},
		{"a virus inside a document", &packed, false},
		{"bytes that are known by their sum", bytes.NewReader(known), false},
		{"almost those bytes", bytes.NewReader(known[1:]), true},
		{"a virus at the end of 90 MB", io.MultiReader(zeroes(90<<20), strings.NewReader(testserver.Virus)), false},
		{"exactly the most that it takes", zeroes(100 << 20), true},
	} {
		if clean, err := c.Clean(t.Context(), tt.r); err != nil || clean != tt.clean {
			t.Errorf("%s: clean %v, %v; want %v", tt.name, clean, err, tt.clean)
		}
	}
}

func TestARealDaemonThatTakesLessThanAllSaysNothing(t *testing.T) {
	s := testserver.ClamAV(t, "10M", []byte("these bytes are known"))
	c := &clamav.Client{Address: s.Socket, Term: 5 * time.Minute}
	if clean, err := c.Clean(t.Context(), zeroes(10<<20)); err != nil || !clean {
		t.Errorf("exactly the most: %v, %v", clean, err)
	}
	for _, size := range []int64{10<<20 + 1, 100 << 20} {
		if clean, err := c.Clean(t.Context(), zeroes(size)); err == nil || clean {
			t.Errorf("%d bytes of at most 10 MB: clean %v, %v; want an error", size, clean, err)
		}
	}
	s.Stop()
	if clean, err := c.Clean(t.Context(), strings.NewReader("x")); err == nil || clean {
		t.Errorf("a daemon that is gone: clean %v, %v; want an error", clean, err)
	}
	s.Start()
	if clean, err := c.Clean(t.Context(), strings.NewReader("these bytes are known")); err != nil || clean {
		t.Errorf("a daemon that is back: clean %v, %v; want a virus", clean, err)
	}
}
