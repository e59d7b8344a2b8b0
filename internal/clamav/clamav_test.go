package clamav_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/convenantbot/convenantbot/internal/clamav"
)

// daemon speaks the protocol and finds a virus where the word "EICAR" stands.
// answer, when not blank, is what it says whatever came.
func daemon(t *testing.T, network, address, answer string, most int) string {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				if command, err := in.ReadString(0); err != nil || command != "zINSTREAM\x00" {
					return
				}
				var all bytes.Buffer
				for {
					var size uint32
					if binary.Read(in, binary.BigEndian, &size) != nil {
						return
					}
					if size == 0 {
						break
					}
					if all.Len()+int(size) > most {
						_, _ = conn.Write([]byte("INSTREAM size limit exceeded. ERROR\x00"))
						return
					}
					if _, err := io.CopyN(&all, in, int64(size)); err != nil {
						return
					}
				}
				switch {
				case answer == "hang up":
				case answer != "":
					_, _ = conn.Write([]byte(answer + "\x00"))
				case bytes.Contains(all.Bytes(), []byte("EICAR")):
					_, _ = conn.Write([]byte("stream: Test-Signature FOUND\x00"))
				default:
					_, _ = conn.Write([]byte("stream: OK\x00"))
				}
			}()
		}
	}()
	return l.Addr().String()
}

func TestOnlyAClearYesIsClean(t *testing.T) {
	big := strings.Repeat("x", 200<<10)
	for _, c := range []struct {
		name, answer, sent string
		most               int
		clean, fails       bool
	}{
		{"nothing in it", "", "een verslag", 1 << 20, true, false},
		{"nothing sent", "", "", 1 << 20, true, false},
		{"several parts", "", big, 1 << 20, true, false},
		{"a virus", "", "EICAR", 1 << 20, false, false},
		{"a virus across parts", "", big[:64<<10-2] + "EICAR" + big, 1 << 20, false, false},
		{"too large for it", "", big, 100, false, true},
		{"an error", "stream: Can't allocate memory ERROR", "x", 1 << 20, false, true},
		{"something else", "PONG", "x", 1 << 20, false, true},
		{"a yes with more after it", "stream: OK FOUNDx", "x", 1 << 20, false, true},
		{"no answer", "hang up", "x", 1 << 20, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			address := daemon(t, "tcp", "127.0.0.1:0", c.answer, c.most)
			clean, err := (&clamav.Client{Address: address}).Clean(t.Context(), strings.NewReader(c.sent))
			if clean != c.clean || (err != nil) != c.fails {
				t.Errorf("Clean = %v, %v; want %v, an error %v", clean, err, c.clean, c.fails)
			}
		})
	}
}

func TestASocketOnThisMachineWorksToo(t *testing.T) {
	address := daemon(t, "unix", filepath.Join(t.TempDir(), "clamd.sock"), "", 1<<20)
	if clean, err := (&clamav.Client{Address: address}).Clean(t.Context(), strings.NewReader("x")); !clean || err != nil {
		t.Errorf("Clean = %v, %v", clean, err)
	}
}

func TestADaemonThatIsAwayOrSilentIsNoYes(t *testing.T) {
	if clean, err := (&clamav.Client{Address: filepath.Join(t.TempDir(), "none.sock")}).Clean(t.Context(), strings.NewReader("x")); clean || err == nil {
		t.Errorf("away: Clean = %v, %v", clean, err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes calls and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if clean, err := (&clamav.Client{Address: l.Addr().String(), Term: 50 * time.Millisecond}).Clean(t.Context(), strings.NewReader("x")); clean || err == nil {
		t.Errorf("silent: Clean = %v, %v", clean, err)
	}
}

func TestAFileThatBreaksOffIsNotClean(t *testing.T) {
	address := daemon(t, "tcp", "127.0.0.1:0", "", 1<<20)
	broken := io.MultiReader(strings.NewReader("half"), iotest.ErrReader(errors.New("gone")))
	if clean, err := (&clamav.Client{Address: address}).Clean(t.Context(), broken); clean || err == nil {
		t.Errorf("Clean = %v, %v", clean, err)
	}
}
