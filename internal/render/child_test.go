package render_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/render"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == render.Command {
		os.Exit(render.Serve(os.Stdin, os.Stdout, 64<<20, behave))
	}
	os.Exit(m.Run())
}

// behave is the child: it does what the name of the document says.
func behave(ctx context.Context, q render.Request, data []byte) (render.Sheet, error) {
	said := func(what string) (render.Sheet, error) {
		return render.Text([]render.Block{{Text: what}}, nil)
	}
	switch q.Name {
	case "picture":
		return render.Picture(data)
	case "pdf":
		return render.PDFPage(ctx, data, q.Page)
	case "network":
		_, err := net.Dial("tcp", "127.0.0.1:1")
		return said(fmt.Sprint(err))
	case "write":
		f, err := os.Create(string(data))
		if err == nil {
			_, err = f.Write([]byte("x"))
		}
		return said(fmt.Sprint(err))
	case "read":
		data, err := os.ReadFile(string(data))
		return said(fmt.Sprintf("%s %v", data, err))
	case "list":
		all, err := os.ReadDir(string(data))
		return said(fmt.Sprintf("%d %v", len(all), err))
	case "hang":
		select {}
	case "die":
		os.Exit(7)
	case "lie":
		fmt.Println(`{"type":"text/javascript","pages":1,"size":5}`)
		fmt.Print("alert")
		os.Exit(0)
	case "short":
		fmt.Println(`{"type":"text/html","pages":1,"size":500}`)
		os.Exit(0)
	}
	return render.Sheet{}, render.Unreadable
}

func draw(t *testing.T, name string, data []byte) (render.Sheet, error) {
	t.Helper()
	return render.Child{Term: 2 * time.Minute}.Draw(t.Context(), name, bytes.NewReader(data), int64(len(data)), 1)
}

func TestALargePictureFitsInTheBounds(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, 5000, 4000))); err != nil {
		t.Fatal(err)
	}
	s, err := draw(t, "picture", b.Bytes())
	if err != nil {
		t.Fatalf("20 million points: %v", err)
	}
	m, kind, err := image.Decode(bytes.NewReader(s.Body))
	if err != nil || kind != "jpeg" || m.Bounds().Dx() != 2200 || m.Bounds().Dy() != 1760 {
		t.Errorf("it became %s %v, %v", kind, m.Bounds(), err)
	}
}

func TestTheChildHasNoNetworkAndWritesNothing(t *testing.T) {
	s, err := draw(t, "network", nil)
	if err != nil || !strings.Contains(string(s.Body), "not permitted") {
		t.Errorf("a connection: %v, %s", err, s.Body)
	}
	at := t.TempDir() + "/x"
	// The kernel ends a process that writes beyond its bound, or refuses it.
	if s, err := draw(t, "write", []byte(at)); err == nil && strings.Contains(string(s.Body), "&lt;nil&gt;") {
		t.Errorf("a file was written: %s", s.Body)
	}
	if info, err := os.Stat(at); err == nil && info.Size() > 0 {
		t.Errorf("the file has %d bytes", info.Size())
	}
}

// Of the disk it reads what drawing needs and nothing else, where the kernel can see
// to that; where it cannot, doctor says so.
func TestTheChildReadsNothingButFontsAndPrograms(t *testing.T) {
	at := filepath.Join(t.TempDir(), "geheim")
	if err := os.WriteFile(at, []byte("KANARIE"), 0o600); err != nil {
		t.Fatal(err)
	}
	free := render.Confined().Landlock == 0
	t.Logf("landlock %d", render.Confined().Landlock)
	for _, c := range []struct{ does, at, refused string }{
		{"read", at, "permission denied"}, {"list", filepath.Dir(at), "permission denied"}, {"read", "/etc/hosts", "permission denied"}, {"list", "/proc", "permission denied"},
		{"list", "/usr", ""}, {"list", "/usr/share", ""}, {"read", "/dev/null", ""},
	} {
		s, err := draw(t, c.does, []byte(c.at))
		if err != nil {
			t.Fatalf("%s %s: %v", c.does, c.at, err)
		}
		if refused := strings.Contains(string(s.Body), "permission denied"); refused != (c.refused != "" && !free) {
			t.Errorf("%s %s: %s", c.does, c.at, s.Body)
		}
	}
	if data, err := os.ReadFile(at); err != nil || string(data) != "KANARIE" {
		t.Errorf("the bot itself reads %q, %v", data, err)
	}
}

// Whoever asks loses nothing: neither its other threads nor what it starts next.
func TestWhoHasADocumentDrawnIsNotShutInItself(t *testing.T) {
	for range 20 {
		if _, err := draw(t, "list", []byte("/usr")); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(t.TempDir(), "x"), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAChildThatMisbehavesShowsNothing(t *testing.T) {
	for _, name := range []string{"die", "lie", "short", "unknown"} {
		if s, err := draw(t, name, nil); !errors.Is(err, render.Unreadable) || len(s.Body) > 0 {
			t.Errorf("%s: %v, %q", name, err, s.Body)
		}
	}
	if _, err := (render.Child{Term: 300 * time.Millisecond}).Draw(t.Context(), "hang", bytes.NewReader(nil), 0, 1); !errors.Is(err, render.Unreadable) {
		t.Errorf("hang: %v", err)
	}
	if _, err := (render.Child{Program: "/nonexistent"}).Draw(t.Context(), "x", bytes.NewReader(nil), 0, 1); err == nil {
		t.Error("no program is no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (render.Child{}).Draw(ctx, "hang", bytes.NewReader(nil), 0, 1); err == nil {
		t.Error("a reader who left gets a sheet")
	}
}
