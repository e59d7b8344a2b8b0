package bridge

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"
)

// MaxAnswer is the largest answer and MaxQuestion the largest question that is
// read, in bytes, streams not counted.
const (
	MaxAnswer   = 16 << 20
	MaxQuestion = 1 << 20
)

// Pace bounds how long a call may take. The zero Pace has the limits of
// DefaultPace.
type Pace struct {
	First time.Duration // until the other side takes the call on
	Floor int64         // bytes per second that a stream must make after that
	Last  time.Duration // until the answer, after the last byte
}

// DefaultPace is what a person who waits for an upload can bear.
var DefaultPace = Pace{First: 2 * time.Second, Floor: 256 << 10, Last: 10 * time.Second}

func (p Pace) orDefault() Pace {
	if p.First <= 0 {
		p.First = DefaultPace.First
	}
	if p.Floor <= 0 {
		p.Floor = DefaultPace.Floor
	}
	if p.Last <= 0 {
		p.Last = DefaultPace.Last
	}
	return p
}

// Caller makes calls to the other side.
type Caller struct {
	// Base returns the address of the other side without a trailing slash; Prefix
	// and the name of the call follow it. Blank: there is no other side yet.
	Base    func() string
	Secrets func() Secrets
	Now     func() time.Time
	HTTP    *http.Client
	Pace    Pace
}

// NewHTTP returns a client for calls: no proxy, no redirects, and patient with
// "100 Continue", since the other side looks at the head of a stream first.
func NewHTTP() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			MaxIdleConnsPerHost:   16,
			IdleConnTimeout:       90 * time.Second,
			ExpectContinueTimeout: time.Minute,
			WriteBufferSize:       64 << 10,
			DisableCompression:    true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Do makes the call and waits for its answer. The error is ErrAway when nobody
// answers, a *Failure when the other side said no.
func (c Call[In, Out]) Do(ctx context.Context, caller *Caller, in In) (Out, error) {
	var out Out
	if c.Stream {
		return out, fmt.Errorf("bridge: %s needs bytes", c.Name)
	}
	body, err := json.Marshal(in)
	if err != nil {
		return out, fmt.Errorf("bridge: %s: encode: %w", c.Name, err)
	}
	pace := caller.Pace.orDefault()
	ctx, cancel := context.WithTimeoutCause(ctx, pace.Last, fmt.Errorf("no answer to %s within %s", c.Name, pace.Last))
	defer cancel()
	_, err = caller.send(ctx, c.Direction, c.Path(), "", bytes.NewReader(body), int64(len(body)), digest(body), &out)
	return out, err
}

// Send makes the call with bytes along. When hash is blank the digest of the
// bytes is computed on the way and follows them. size is how many bytes there
// are; fewer or more make the call fail on both sides.
func (c Call[In, Out]) Send(ctx context.Context, caller *Caller, in In, content io.Reader, size int64, hash string) (out Out, sent string, err error) {
	if !c.Stream {
		return out, "", fmt.Errorf("bridge: %s takes no bytes", c.Name)
	}
	meta, err := json.Marshal(in)
	if err != nil {
		return out, "", fmt.Errorf("bridge: %s: encode: %w", c.Name, err)
	}
	if hash == "" {
		hash = bodyFollows
	}
	sent, err = caller.send(ctx, c.Direction, c.Path(), base64.RawURLEncoding.EncodeToString(meta), content, size, hash, &out)
	return out, sent, err
}

func (caller *Caller) send(ctx context.Context, dir Direction, path, meta string, content io.Reader, size int64, body string, out any) (sent string, err error) {
	secret, err := caller.Secrets().signing()
	if err != nil {
		return "", err
	}
	base := caller.Base()
	if base == "" {
		return "", away(path, errors.New("no address"))
	}
	h := head{dir, strconv.Itoa(Version), http.MethodPost, path, stamp(caller.Now()), newNonce(), meta}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// The bytes come from the server in as many round trips as they are read in.
	watch := &watch{Reader: bufio.NewReaderSize(content, int(min(max(size, 16), 256<<10))), sum: sha256.New(), size: size, left: size, pace: caller.Pace.orDefault(), cancel: cancel}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{Got100Continue: watch.taken})

	target, err := url.Parse(base + path)
	if err != nil {
		return "", away(path, errors.New("address cannot be read"))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), nil)
	if err != nil {
		return "", away(path, errors.New("address cannot be read"))
	}
	req.Header.Set(headerVersion, h.version)
	req.Header.Set(headerTime, h.at)
	req.Header.Set(headerNonce, h.nonce)
	req.Header.Set(headerBody, body)
	req.Header.Set(headerSignature, h.signature(secret, body))
	req.Header.Set("Content-Type", "application/octet-stream")
	if meta != "" {
		req.Header.Set(headerMeta, meta)
	}
	req.ContentLength = size
	req.Body = io.NopCloser(watch)
	if all, ok := content.(*bytes.Reader); ok && body != bodyFollows {
		// Lets a transport repeat a question that was turned away unread.
		req.GetBody = func() (io.ReadCloser, error) {
			watch.done.Store(time.Now().UnixNano())
			return io.NopCloser(io.NewSectionReader(all, 0, all.Size())), nil
		}
	}
	if body == bodyFollows {
		// Unknown length makes it chunked, which is what carries a trailer.
		req.ContentLength = -1
		req.Header.Set("Expect", "100-continue")
		req.Trailer = http.Header{trailerSignature: nil}
		watch.end = func(sum string) {
			req.Trailer.Set(trailerSignature, h.signature(secret, bodyFollows+" "+sum))
		}
	} else {
		watch.end = func(string) {}
		watch.taken() // nobody answers in between; the floor counts from the start
	}
	stop := watch.start()
	defer stop()

	res, err := caller.HTTP.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return "", away(path, scrub(err))
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, MaxAnswer+1))
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return "", away(path, scrub(err))
	}
	if len(answer) > MaxAnswer {
		return "", away(path, errors.New("answer is too large"))
	}
	if _, err := h.check(caller.Secrets(), answerBody(res.StatusCode, answer), res.Header.Get(headerSignature)); err != nil {
		return "", away(path, fmt.Errorf("answer with status %d: %w", res.StatusCode, err))
	}
	if res.StatusCode != http.StatusOK {
		var f Failure
		if err := strict(answer, &f); err != nil || f.Kind == "" {
			return "", Fail(KindInternal, path)
		}
		if known, ok := refusals[f.Kind]; ok {
			return "", fmt.Errorf("%s: refused by the other side: %w", path, known)
		}
		f.Where = path
		return "", &f
	}
	if err := strict(answer, out); err != nil {
		return "", away(path, errors.New("answer cannot be read"))
	}
	if watch.done.Load() != 0 {
		sent = watch.hash
	}
	return sent, nil
}

// answerBody is what the signature of an answer covers besides the head of its
// call.
func answerBody(status int, answer []byte) string {
	return "answer " + strconv.Itoa(status) + " " + digest(answer)
}

// scrub takes the address out of an error of net/http.
func scrub(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// strict decodes exactly one JSON value without unknown fields.
func strict(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

// watch reads the bytes of a call, counts and hashes them, and cancels the call
// when it does not get on.
type watch struct {
	io.Reader
	sum    hash.Hash
	size   int64
	left   int64
	pace   Pace
	cancel context.CancelCauseFunc
	end    func(sum string)
	hash   string // once all bytes were read

	began atomic.Int64 // nanoseconds since 1970 when the other side took the call on; 0 before
	done  atomic.Int64 // likewise when the last byte was read
	read  atomic.Int64 // bytes
}

// ErrShort means that the bytes of a call were not as many as was announced.
var ErrShort = errors.New("bridge: not the announced number of bytes")

func (w *watch) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	w.left -= int64(n)
	w.sum.Write(p[:n])
	w.read.Add(int64(n))
	if w.left < 0 {
		w.cancel(ErrShort)
		return 0, ErrShort
	}
	if errors.Is(err, io.EOF) {
		if w.left != 0 {
			w.cancel(ErrShort)
			return 0, ErrShort
		}
		w.hash = hex.EncodeToString(w.sum.Sum(nil))
		w.end(w.hash)
		w.done.Store(time.Now().UnixNano())
	}
	return n, err
}

func (w *watch) taken() { w.began.CompareAndSwap(0, time.Now().UnixNano()) }

// start watches the pace until the returned function is called. This is real
// time and not the clock of the bridge: it bounds how long a person waits.
func (w *watch) start() (stop func()) {
	quit := make(chan struct{})
	start := time.Now()
	tick := min(w.pace.First, time.Second) / 8
	go func() {
		t := time.NewTicker(max(tick, time.Millisecond))
		defer t.Stop()
		for {
			select {
			case <-quit:
				return
			case <-t.C:
			}
			began, done := w.began.Load(), w.done.Load()
			switch {
			case done != 0:
				if time.Since(time.Unix(0, done)) > w.pace.Last {
					w.cancel(fmt.Errorf("no answer within %s after the last byte", w.pace.Last))
				}
			case began == 0:
				if time.Since(start) > w.pace.First {
					w.cancel(fmt.Errorf("not taken on within %s", w.pace.First))
				}
			default:
				// One deadline's grace, so that a short hiccup is no verdict.
				due := float64(w.pace.Floor) * (time.Since(time.Unix(0, began)) - w.pace.First).Seconds()
				if float64(w.read.Load()) < due {
					w.cancel(fmt.Errorf("slower than %d bytes per second", w.pace.Floor))
				}
			}
		}
	}()
	return func() { close(quit) }
}
