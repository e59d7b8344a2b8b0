package web

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// Found in a review of security: whoever sent the body of a form a byte at a time,
// or took none of an answer, kept a line and a handler busy for ever, without
// having said who they are.
func TestWhoSendsOrTakesNothingIsCutOff(t *testing.T) {
	short := terms{header: 100 * time.Millisecond, body: 200 * time.Millisecond, idle: 100 * time.Millisecond, stall: 100 * time.Millisecond}
	ended := make(chan error, 8)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /form", func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, 1<<20))
		ended <- err
	})
	mux.HandleFunc("GET /much", func(w http.ResponseWriter, _ *http.Request) {
		part := make([]byte, 64<<10)
		for {
			if _, err := w.Write(part); err != nil {
				ended <- err
				return
			}
		}
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, l, mux, short) }()
	defer func() { stop(); <-done }()
	for name, sent := range map[string]string{
		"a head that does not end": "GET /form HTTP/1.1\r\nHost: x\r\n",
		"a body that does not end": "POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\ncode=7",
		"a line that is not used":  "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
		"a head that is too large": "GET /form HTTP/1.1\r\nHost: x\r\nX-A: " + strings.Repeat("a", 2*maxHeader) + "\r\n\r\n",
		"an answer nobody takes":   "GET /much HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			// A busy machine may be late with the head too, and then no handler runs:
			// that is another try.
			for range 20 {
				if cutOff(t, l.Addr().String(), sent, ended, strings.HasSuffix(name, "takes"), strings.HasPrefix(name, "a body")) {
					return
				}
			}
			t.Error("no handler came to an end")
		})
	}
}

// cutOff sends something and reports whether it was cut off as it should. taken:
// its answer is left where it is; sends: its handler is to hear of it.
func cutOff(t *testing.T, addr, sent string, ended chan error, left, sends bool) bool {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, sent); err != nil {
		return false // it was closed meanwhile
	}
	heard := func(err error) bool {
		if !isTimeout(err) {
			t.Errorf("the handler ended with %v, want a term that passed", err)
		}
		return true
	}
	if left {
		select {
		case err := <-ended:
			return heard(err)
		case <-time.After(10 * time.Second):
			return false
		}
	}
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := io.Copy(io.Discard, conn); isTimeout(err) {
		t.Error("the line stays open")
	}
	if !sends {
		return true
	}
	select {
	case err := <-ended:
		return heard(err)
	default:
		return false
	}
}

func isTimeout(err error) bool {
	var late net.Error
	return errors.As(err, &late) && late.Timeout()
}

// told is a writer that remembers the terms it was given.
type told struct {
	http.ResponseWriter
	terms []time.Time
}

func (w *told) SetWriteDeadline(at time.Time) error { w.terms = append(w.terms, at); return nil }

// The term for taking an answer is of one part of one request: what an earlier one
// on the same line was given does not cut off the next, however long that waits
// before it says anything.
func TestEachPartOfAnAnswerHasATermOfItsOwn(t *testing.T) {
	w := &told{ResponseWriter: httptest.NewRecorder()}
	const stall = time.Hour
	before := time.Now()
	bounded(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		if len(w.terms) != 1 || !w.terms[0].IsZero() {
			t.Errorf("before anything is said the terms are %v, want none", w.terms)
		}
		_, _ = rw.Write([]byte("first"))
		_, _ = rw.Write([]byte("second"))
	}), stall).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if len(w.terms) != 4 {
		t.Fatalf("%d terms, want none, one for each part, and one for what is left", len(w.terms))
	}
	for _, at := range w.terms[1:] {
		if at.Before(before.Add(stall)) {
			t.Errorf("a term of %v", at.Sub(before))
		}
	}
}

// Found in a review of security: the server wrote down whom it was answering, and
// what the handler panicked with, which may be what somebody wrote.
func TestAPanicLeavesNeitherContentNorAnAddressInTheLog(t *testing.T) {
	var said strings.Builder
	log.SetOutput(&said)
	defer log.SetOutput(os.Stderr)
	defer func() {
		if what := recover(); what != http.ErrAbortHandler {
			t.Errorf("it panicked on with %v", what)
		}
		if !strings.Contains(said.String(), "answering a request panicked") || strings.Contains(said.String(), "Sam de Vries") || strings.Contains(said.String(), "192.0.2.1") {
			t.Errorf("the log says %s", said.String())
		}
	}()
	bounded(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("Sam de Vries") }), time.Second).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
}
