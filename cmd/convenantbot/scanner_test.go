package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The tests' own program is the child too, as the built program is.
func TestMain(m *testing.M) {
	if scans(os.Args) {
		exitScan()
	}
	if renders(os.Args) {
		exitRender()
	}
	if len(os.Args) == 3 && os.Args[1] == scanCommand {
		os.Exit(misbehave(os.Args[2]))
	}
	if as := os.Getenv(beTheProgram); as != "" {
		version = as
		main()
	}
	os.Exit(m.Run())
}

// misbehave is a child that a document got hold of.
func misbehave(how string) int {
	if err := confine(2 * time.Second); err != nil {
		return 9
	}
	switch how {
	case "hang":
		time.Sleep(time.Hour)
	case "spin":
		for n := uint64(1); n != 0; {
			n = n*3 | 1
		}
	case "eat":
		var kept [][]byte
		for {
			b := make([]byte, 16<<20)
			for i := range b {
				b[i] = 1
			}
			kept = append(kept, b)
			if len(kept) > 1<<20 {
				return 0
			}
		}
	case "die":
		_ = syscall.Kill(os.Getpid(), syscall.SIGSEGV)
	case "lie":
		fmt.Println("clean")
	case "flood":
		_, _ = os.Stdout.Write(bytes.Repeat([]byte(`{"result":"clean"}`), 1<<20))
	case "write":
		f, err := os.Create(os.TempDir() + "/convenantbot-child")
		if err == nil {
			_, err = f.WriteString("x")
		}
		if err == nil {
			fmt.Println(`{"result":"found"}`)
		}
	case "nothing":
	case "look":
		fmt.Printf("{\"result\":%q}", strings.Join(os.Environ(), " "))
	}
	return 0
}

func scanOf(how string, term time.Duration) scanner {
	if how == "" {
		return scanner{child{term: term}}
	}
	return scanner{child{program: "/proc/self/exe", args: []string{scanCommand, how}, term: term}}
}

func TestAChildReadsOneDocument(t *testing.T) {
	for name, test := range map[string]struct {
		file, text   string
		found, known bool
	}{
		"clean":                  {"verslag.txt", "drie dagen afwezig", false, true},
		"with a number":          {"verslag.txt", "nummer 111222333", true, true},
		"a number in its name":   {"111222333.txt", "niets", true, true},
		"of a kind nobody reads": {"film.mp4", "\x00\x00\x00\x18ftypmp42", false, false},
		"empty":                  {"leeg.txt", "", false, true},
	} {
		found, known, err := scanner{}.Scan(t.Context(), test.file, strings.NewReader(test.text), int64(len(test.text)))
		if err != nil || found != test.found || known != test.known {
			t.Errorf("%s: Scan = %v, %v, %v; want %v, %v", name, found, known, err, test.found, test.known)
		}
	}
}

// waiting is the child that waits for the next document.
func waiting(t *testing.T) *running {
	t.Helper()
	select {
	case p := <-readyChild:
		return p
	default:
	}
	p, err := child{}.start()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestAChildThatDiedWaitingCostsNoDocument: nobody had looked yet, so another looks.
func TestAChildThatDiedWaitingCostsNoDocument(t *testing.T) {
	p := waiting(t)
	p.kill()
	// Until all of it is gone: its first thread may be while others still hold the pipe.
	if _, err := p.cmd.Process.Wait(); err != nil {
		t.Fatal(err)
	}
	readyChild <- p
	answer, err := child{}.run(t.Context(), "verslag.txt", strings.NewReader("nummer 111222333"), 16)
	if err != nil || answer.Result != "found" {
		t.Errorf("run = %+v, %v; want found", answer, err)
	}
	if _, err := p.in.Write([]byte("x")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("writing to the dead child: %v; it was not asked first, so nothing was tried", err)
	}
}

// TestAChildOutlivesTheThreadsAroundIt ends every thread that is free to end, as the
// drawing of documents does with its own.
func TestAChildOutlivesTheThreadsAroundIt(t *testing.T) {
	p := waiting(t)
	const many = 200
	var locked sync.WaitGroup
	locked.Add(many)
	release, ended := make(chan struct{}), make(chan struct{}, many)
	for range many {
		go func() {
			defer func() { ended <- struct{}{} }()
			runtime.LockOSThread() // and never unlocked: the thread ends with this
			locked.Done()
			<-release
		}()
	}
	locked.Wait()
	close(release)
	for range many {
		<-ended
	}
	answer, err := p.read(t.Context(), "verslag.txt", strings.NewReader("niets"), 5)
	if err != nil || answer.Result != "clean" {
		t.Errorf("the child that waited said %+v, %v; want clean", answer, err)
	}
}

// Whatever becomes of the child, the document is unknown: not clean, no error, and
// soon.
func TestAChildThatDoesNotAnswerHasNotLooked(t *testing.T) {
	for _, how := range []string{"hang", "spin", "eat", "die", "lie", "flood", "write", "nothing", "look"} {
		t.Run(how, func(t *testing.T) {
			began := time.Now()
			found, known, err := scanOf(how, 3*time.Second).Scan(t.Context(), "verslag.txt", strings.NewReader("verslag"), 7)
			if err != nil || found || known {
				t.Errorf("Scan = %v, %v, %v; want unknown", found, known, err)
			}
			took := time.Since(began)
			t.Logf("%s: unknown after %s", how, took.Round(time.Millisecond))
			if took > 30*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
	t.Run("a program that is not there", func(t *testing.T) {
		s := scanner{child{program: "/nowhere/convenantbot", args: []string{scanCommand}}}
		if found, known, err := s.Scan(t.Context(), "a.txt", strings.NewReader("x"), 1); err != nil || found || known {
			t.Errorf("Scan = %v, %v, %v; want unknown", found, known, err)
		}
	})
	t.Run("a document that cannot be read", func(t *testing.T) {
		if found, known, _ := (scanner{}).Scan(t.Context(), "a.txt", brokenReader{}, 10); found || known {
			t.Errorf("Scan = %v, %v; want unknown", found, known)
		}
	})
	t.Run("the caller gives up", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, known, err := scanOf("hang", time.Minute).Scan(ctx, "a.txt", strings.NewReader("x"), 1); err == nil || known {
			t.Errorf("Scan = %v, %v; want an error", known, err)
		}
	})
}

type brokenReader struct{}

func (brokenReader) ReadAt([]byte, int64) (int, error) { return 0, errors.New("the disk") }

// A child sees no environment of ours: the secrets could be in it.
func TestAChildHasNoEnvironment(t *testing.T) {
	t.Setenv("CONVENANTBOT_SECRET", "geheim")
	answer, err := scanOf("look", time.Minute).child.run(t.Context(), "a.txt", strings.NewReader("x"), 1)
	if err != nil || strings.Contains(answer.Result, "geheim") || !strings.Contains(answer.Result, "GOMEMLIMIT=") {
		t.Errorf("it sees %q, %v", answer.Result, err)
	}
}

// bomb is a zip that unpacks to far more than there is memory, in zips.
func bomb(t *testing.T) []byte {
	t.Helper()
	zeros := make([]byte, 8<<20)
	pack := func(n int, name string, data []byte) []byte {
		var out bytes.Buffer
		z := zip.NewWriter(&out)
		for i := range n {
			w, err := z.Create(fmt.Sprintf("%d-%s", i, name))
			if err == nil {
				_, err = w.Write(data)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	return pack(200, "b.zip", pack(100, "a.txt", zeros))
}

func TestAZipBombIsUnknownAndCostsLittle(t *testing.T) {
	data := bomb(t)
	began := time.Now()
	found, known, err := scanner{}.Scan(t.Context(), "map.zip", bytes.NewReader(data), int64(len(data)))
	if err != nil || found || known {
		t.Errorf("Scan = %v, %v, %v; want unknown", found, known, err)
	}
	t.Logf("%d kB that unpack to %d GB: unknown after %s", len(data)>>10, 200*100*8>>10, time.Since(began).Round(time.Millisecond))
}

// BenchmarkScan is what one process for each document costs.
func BenchmarkScan(b *testing.B) {
	data := bytes.Repeat([]byte("een gewoon verslag over drie dagen. "), (1<<20)/36)
	for b.Loop() {
		if _, known, err := (scanner{}).Scan(b.Context(), "verslag.txt", bytes.NewReader(data), int64(len(data))); err != nil || !known {
			b.Fatal(known, err)
		}
	}
	b.SetBytes(int64(len(data)))
	_, _ = io.Discard.Write(nil)
}
