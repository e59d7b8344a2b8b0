package web

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"
)

// stopTerm is how long requests that are being answered may take at the end.
const stopTerm = 5 * time.Second

// Listen opens the operator's address.
func Listen(addr string) (net.Listener, error) { return net.Listen("tcp", addr) }

// ListenAdmin opens the admin socket at path, for the bot's own system account
// only. A socket that a dead bot left behind is replaced.
func ListenAdmin(path string) (net.Listener, error) {
	// It is made where nobody else can come, since it is there for whoever the system's
	// mask lets in until its rights are set.
	private, err := os.MkdirTemp(filepath.Dir(path), ".a")
	if err != nil {
		return nil, fmt.Errorf("admin socket: %w", err)
	}
	defer func() { _ = os.RemoveAll(private) }() // empty by then
	made := filepath.Join(private, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: made})
	if err != nil {
		return nil, fmt.Errorf("admin socket: %w", err)
	}
	l.SetUnlinkOnClose(false)
	if err := errors.Join(os.Chmod(made, 0o600), os.Rename(made, path)); err != nil {
		return nil, fmt.Errorf("admin socket: %w", errors.Join(err, l.Close()))
	}
	return socket{l, path}, nil
}

// socket is gone when it is closed.
type socket struct {
	net.Listener
	path string
}

// Close implements net.Listener.
func (s socket) Close() error {
	err := s.Listener.Close()
	if gone := os.Remove(s.path); gone != nil && !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	return err
}

// What one request may cost. Whoever connects has not said yet who they are.
const (
	headerTerm = 5 * time.Second // until its head is there
	// bodyTerm is until its body is there. A handler that takes in more than a form
	// sets a term of its own, when it knows for whom.
	bodyTerm  = 30 * time.Second
	idleTerm  = time.Minute
	maxHeader = 64 << 10 // bytes; the longest of ours is what the plugin says of a file
	// stallTerm is how long whoever reads an answer may take none of it.
	stallTerm = time.Minute
)

// terms are the terms of a server; tests have shorter ones.
type terms struct{ header, body, idle, stall time.Duration }

// Serve answers on l until ctx ends, and then finishes what it was answering. Who
// sends or reads slower than anybody does by accident is cut off.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	return serve(ctx, l, h, terms{headerTerm, bodyTerm, idleTerm, stallTerm})
}

func serve(ctx context.Context, l net.Listener, h http.Handler, t terms) error {
	server := &http.Server{Handler: bounded(h, t.stall), ReadHeaderTimeout: t.header, ReadTimeout: t.body, IdleTimeout: t.idle, MaxHeaderBytes: maxHeader}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTerm)
	defer cancel()
	err := server.Shutdown(grace)
	<-done
	return err
}

// bounded gives up on a reader who takes nothing for stall, and keeps what a
// handler panicked with, which may be content, and whom it answered out of the log.
func bounded(h http.Handler, stall time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		// The term of the request before this one on the same line is over.
		_ = control.SetWriteDeadline(time.Time{})
		defer func() {
			if what := recover(); what != nil {
				if what != http.ErrAbortHandler {
					log.Printf("answering a request panicked\n%s", debug.Stack())
				}
				panic(http.ErrAbortHandler) // closes the line, and says nothing more
			}
			_ = control.SetWriteDeadline(time.Now().Add(stall)) // what is left goes out now
		}()
		h.ServeHTTP(steady{w, control, stall}, r)
	})
}

// steady is an answer of which each part must be taken in time.
type steady struct {
	http.ResponseWriter
	control *http.ResponseController
	stall   time.Duration
}

// Write implements io.Writer.
func (s steady) Write(b []byte) (int, error) {
	_ = s.control.SetWriteDeadline(time.Now().Add(s.stall))
	return s.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (s steady) Unwrap() http.ResponseWriter { return s.ResponseWriter }
