package bridge

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Server answers calls in one direction. Register the calls with Handle and
// HandleStream; whatever was not registered is refused.
type Server struct {
	Direction Direction
	Secrets   func() Secrets
	Nonces    Nonces
	Now       func() time.Time
	Log       *slog.Logger

	routes map[string]route
}

type route struct {
	stream bool
	serve  func(ctx context.Context, question []byte, content *Content) (any, error)
}

var _ http.Handler = (*Server)(nil)

// Handle registers what answers a call.
func Handle[In, Out any](s *Server, c Call[In, Out], f func(ctx context.Context, in In) (Out, error)) {
	s.add(c.Name, c.Direction, c.Stream, false, func(ctx context.Context, question []byte, _ *Content) (any, error) {
		var in In
		if err := strict(question, &in); err != nil {
			return nil, Fail(KindInvalid, c.Name)
		}
		return f(ctx, in)
	})
}

// HandleStream registers what answers a call with bytes. content ends with
// io.EOF only when the bytes are those that were signed; f must read it to its
// end before it believes any of them, and may answer without reading when the
// question alone is enough for a no.
func HandleStream[In, Out any](s *Server, c Call[In, Out], f func(ctx context.Context, in In, content *Content) (Out, error)) {
	s.add(c.Name, c.Direction, c.Stream, true, func(ctx context.Context, question []byte, content *Content) (any, error) {
		var in In
		if err := strict(question, &in); err != nil {
			return nil, Fail(KindInvalid, c.Name)
		}
		return f(ctx, in, content)
	})
}

func (s *Server) add(name string, dir Direction, stream, asStream bool, serve func(context.Context, []byte, *Content) (any, error)) {
	if s.routes == nil {
		s.routes = map[string]route{}
	}
	if dir != s.Direction || stream != asStream || s.routes[name].serve != nil {
		panic("bridge: " + name + " does not belong here or was registered twice")
	}
	s.routes[name] = route{stream, serve}
}

// refusals are the errors of the bridge itself that a signed answer tells.
var refusals = map[string]error{
	"replay":  ErrReplay,
	"skew":    ErrSkew,
	"version": ErrVersion,
	"body":    ErrSignature,
}

// ServeHTTP checks a call, answers it and signs the answer. A call that was not
// signed gets an empty 401 and leaves no trace but a count in the log.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := strings.LastIndex(r.URL.Path, Prefix)
	if at < 0 || r.Method != http.MethodPost || r.URL.RawQuery != "" {
		http.NotFound(w, r)
		return
	}
	path := r.URL.Path[at:]
	h := head{s.Direction, r.Header.Get(headerVersion), r.Method, path, r.Header.Get(headerTime), r.Header.Get(headerNonce), r.Header.Get(headerMeta)}
	body := r.Header.Get(headerBody)
	secret, err := h.check(s.Secrets(), body, r.Header.Get(headerSignature))
	if err == nil && !validNonce(h.nonce) {
		err = ErrSignature
	}
	if err != nil {
		s.logger().Warn("bridge: refused a call", "cause", err)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	answer := func(status int, v any) {
		b, err := json.Marshal(v)
		if err != nil {
			status, b = http.StatusInternalServerError, []byte(`{"kind":"internal"}`)
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set(headerSignature, h.signature(secret, answerBody(status, b)))
		w.WriteHeader(status)
		_, _ = w.Write(b)
	}
	refuse := func(kind string) {
		s.logger().Warn("bridge: refused a call", "call", path, "cause", kind)
		answer(http.StatusUnauthorized, Failure{Kind: kind, Where: path})
	}
	if h.version != strconv.Itoa(Version) {
		refuse("version")
		return
	}
	if h.fresh(s.Now()) != nil {
		refuse("skew")
		return
	}
	// A nonce must be remembered for as long as its time stays acceptable.
	fresh, err := s.Nonces.Fresh(r.Context(), h.nonce, s.Now().Add(2*Window+time.Second))
	switch {
	case err != nil:
		s.logger().Error("bridge: nonces cannot be read", "call", path)
		answer(http.StatusServiceUnavailable, Failure{Kind: KindUnavailable, Where: path})
		return
	case !fresh:
		refuse("replay")
		return
	}
	route, ok := s.routes[strings.TrimPrefix(path, Prefix)]
	if !ok {
		answer(http.StatusNotFound, Failure{Kind: KindNotFound, Where: path})
		return
	}

	var question []byte
	var content *Content
	if route.stream {
		question, err = base64.RawURLEncoding.DecodeString(h.meta)
		if err != nil {
			answer(http.StatusUnprocessableEntity, Failure{Kind: KindInvalid, Where: path})
			return
		}
		// Its bytes take as long as they take: the call is signed, and the other side
		// has a pace of its own. Not every writer has a term.
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
		content = &Content{r: r, head: h, secret: secret, sum: sha256.New(), want: body}
	} else {
		question, err = io.ReadAll(io.LimitReader(r.Body, MaxQuestion+1))
		if err != nil || len(question) > MaxQuestion || h.meta != "" || digest(question) != body {
			refuse("body")
			return
		}
	}
	out, err := route.serve(r.Context(), question, content)
	if err != nil {
		kind := Kind(err)
		if content != nil && errors.Is(err, ErrSignature) {
			refuse("body")
			return
		}
		s.logger().Error("bridge: a call failed", "call", path, "kind", kind)
		answer(status(kind), Failure{Kind: kind, Where: path})
		return
	}
	answer(http.StatusOK, out)
}

func (s *Server) logger() *slog.Logger {
	if s.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return s.Log
}

// Content is the bytes that came along with a call. Its EOF is a promise: the
// bytes before it are the ones that were signed. Where they are not, Read ends
// with ErrSignature instead.
type Content struct {
	r      *http.Request
	head   head
	secret string
	sum    hash.Hash
	want   string
	err    error
	hash   string
}

// Read implements io.Reader.
func (c *Content) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.r.Body.Read(p)
	c.sum.Write(p[:n])
	if errors.Is(err, io.EOF) {
		err = c.close()
	}
	c.err = err
	return n, err
}

// close checks the digest after the last byte.
func (c *Content) close() error {
	got := hex.EncodeToString(c.sum.Sum(nil))
	if c.want == bodyFollows {
		want := c.head.signature(c.secret, bodyFollows+" "+got)
		if !equal(want, c.r.Trailer.Get(trailerSignature)) {
			return fmt.Errorf("stream: %w", ErrSignature)
		}
	} else if got != c.want {
		return fmt.Errorf("stream: %w", ErrSignature)
	}
	c.hash = got
	return io.EOF
}

// Hash returns the SHA-256 of the bytes in hexadecimal once Read gave io.EOF,
// and nothing before.
func (c *Content) Hash() string { return c.hash }
