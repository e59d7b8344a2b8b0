package bridge

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const (
	oldSecret = "het-oude-geheim-van-ruim-32-tekens-lang"
	newSecret = "het-nieuwe-geheim-van-ruim-32-tekens-lang"
)

// ends is both sides of a bridge to the bot, with a clock moved by hand.
type ends struct {
	*httptest.Server
	server *Server
	caller *Caller
	nonces *MemoryNonces

	mu     sync.Mutex
	now    time.Time
	skew   time.Duration // of the caller
	mine   Secrets
	theirs Secrets
	seen   int
}

func open(t *testing.T) *ends {
	t.Helper()
	e := &ends{now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	e.mine, e.theirs = Secrets{Sign: oldSecret}, Secrets{Sign: oldSecret}
	clock := func() time.Time { e.mu.Lock(); defer e.mu.Unlock(); return e.now }
	e.nonces = NewMemoryNonces(clock)
	e.server = &Server{Direction: ToBot, Secrets: func() Secrets { return e.theirs }, Nonces: e.nonces, Now: clock}
	Handle(e.server, BotPosting, func(_ context.Context, p Posting) (Verdict, error) {
		e.seen++
		return Verdict{Allow: p.Text == "ja"}, nil
	})
	Handle(e.server, BotEvent, func(context.Context, Event) (Done, error) { return Done{}, Fail(KindBusy, "x") })
	HandleStream(e.server, BotUpload, func(_ context.Context, u Upload, content *Content) (Verdict, error) {
		if u.Name == "unread" {
			return Verdict{Text: "nee"}, nil
		}
		n, err := io.Copy(io.Discard, content)
		if err != nil {
			return Verdict{}, err
		}
		e.seen++
		return Verdict{Allow: n == u.Size && content.Hash() != ""}, nil
	})
	e.Server = httptest.NewServer(e.server)
	t.Cleanup(e.Close)
	e.caller = &Caller{Base: func() string { return e.URL }, Secrets: func() Secrets { return e.mine },
		Now: func() time.Time { return clock().Add(e.skew) }, HTTP: NewHTTP(),
		Pace: Pace{First: 2 * time.Minute, Floor: 1, Last: 2 * time.Minute}}
	return e
}

func (e *ends) ask(t *testing.T) error {
	t.Helper()
	v, err := BotPosting.Do(t.Context(), e.caller, Posting{Text: "ja"})
	if (err == nil) != v.Allow {
		t.Fatalf("Do = %+v, %v: a yes and an error, or neither", v, err)
	}
	return err
}

func TestACallIsAnswered(t *testing.T) {
	e := open(t)
	if err := e.ask(t); err != nil {
		t.Fatalf("Do: %v", err)
	}
	v, err := BotPosting.Do(t.Context(), e.caller, Posting{Text: "nee"})
	if err != nil || v.Allow {
		t.Errorf("Do = %+v, %v; want a plain no", v, err)
	}
	if _, err := BotEvent.Do(t.Context(), e.caller, Event{}); Kind(err) != KindBusy {
		t.Errorf("a failure came as %v, want busy", err)
	}
	if _, err := BotSubmit.Do(t.Context(), e.caller, Submission{}); Kind(err) != KindNotFound {
		t.Errorf("a call that nobody registered came as %v, want not_found", err)
	}
}

func TestOnlyTheTwoSecretsOfARotationAreAccepted(t *testing.T) {
	e := open(t)
	for _, step := range []struct {
		name         string
		mine, theirs Secrets
		works        bool
	}{
		{"the same", Secrets{Sign: oldSecret}, Secrets{Sign: oldSecret}, true},
		{"the new one is accepted there and signed with nowhere", Secrets{Sign: oldSecret}, Secrets{Sign: oldSecret, Also: newSecret}, true},
		{"here signs the new one already", Secrets{Sign: newSecret, Also: oldSecret}, Secrets{Sign: oldSecret, Also: newSecret}, true},
		{"there signs the new one already", Secrets{Sign: oldSecret, Also: newSecret}, Secrets{Sign: newSecret, Also: oldSecret}, true},
		{"the old one is dropped", Secrets{Sign: newSecret}, Secrets{Sign: newSecret}, true},
		{"here is left behind", Secrets{Sign: oldSecret}, Secrets{Sign: newSecret}, false},
		{"none there", Secrets{Sign: oldSecret}, Secrets{}, false},
		{"none here", Secrets{}, Secrets{Sign: oldSecret}, false},
		{"a short one on both sides", Secrets{Sign: "kort"}, Secrets{Sign: "kort"}, false},
		{"an empty one on both sides", Secrets{}, Secrets{}, false},
	} {
		e.mine, e.theirs = step.mine, step.theirs
		if err := e.ask(t); (err == nil) != step.works {
			t.Errorf("%s: err = %v, want it to work: %v", step.name, err, step.works)
		}
	}
}

// Found by breaking it: nothing noticed when the side that is called took a secret
// that is missing or too short, since the caller would not sign with one either.
// Somebody else would.
func TestACalledSideWithoutASecretBelievesNobody(t *testing.T) {
	for _, secret := range []string{"", "kort", oldSecret[:MinSecret-1]} {
		for _, theirs := range []Secrets{{Sign: secret}, {Also: secret}, {Sign: oldSecret, Also: secret}} {
			e := open(t)
			e.theirs = theirs
			h := head{ToBot, "1", http.MethodPost, BotPosting.Path(), stamp(e.now), newNonce(), ""}
			body := []byte(`{"text":"ja"}`)
			req := httptest.NewRequest(h.method, h.path, bytes.NewReader(body))
			for name, value := range map[string]string{headerVersion: h.version, headerTime: h.at, headerNonce: h.nonce, headerBody: digest(body), headerSignature: h.signature(secret, digest(body))} {
				req.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			if e.server.ServeHTTP(w, req); w.Code != http.StatusUnauthorized || w.Body.Len() > 0 || e.seen != 0 {
				t.Errorf("signed with %q, of %+v: %d", secret, theirs, w.Code)
			}
		}
	}
}

func TestACallThatIsLateOrEarlyIsRefused(t *testing.T) {
	for _, test := range []struct {
		skew time.Duration
		want error
	}{
		{0, nil}, {Window, nil}, {-Window, nil},
		{Window + time.Millisecond, ErrSkew}, {-Window - time.Millisecond, ErrSkew}, {24 * time.Hour, ErrSkew},
	} {
		e := open(t)
		e.skew = test.skew
		if err := e.ask(t); !errors.Is(err, test.want) || (test.want == nil && err != nil) {
			t.Errorf("a clock that is %s off: err = %v, want %v", test.skew, err, test.want)
		}
	}
}

// capture records one call and sends it again, changed.
func capture(t *testing.T, e *ends, change func(r *http.Request, body []byte) []byte) (status int) {
	t.Helper()
	var kept *http.Request
	var body []byte
	plain := e.caller.HTTP
	e.caller.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		body, _ = io.ReadAll(r.Body)
		kept = r.Clone(context.Background())
		r.Body = io.NopCloser(bytes.NewReader(body))
		return plain.Do(r)
	})}
	if err := e.ask(t); err != nil {
		t.Fatalf("the call itself: %v", err)
	}
	e.caller.HTTP = plain
	sent := change(kept, body)
	kept.Body, kept.ContentLength, kept.RequestURI = io.NopCloser(bytes.NewReader(sent)), int64(len(sent)), ""
	res, err := http.DefaultClient.Do(kept)
	if err != nil {
		t.Fatalf("send it again: %v", err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestACapturedCallOpensNothing(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(r *http.Request, body []byte) []byte
	}{
		{"the same once more", func(_ *http.Request, b []byte) []byte { return b }},
		{"with another body", func(_ *http.Request, b []byte) []byte { return bytes.Replace(b, []byte("ja"), []byte("JA"), 1) }},
		{"with another body and its digest", func(r *http.Request, b []byte) []byte {
			b = bytes.Replace(b, []byte("ja"), []byte("JA"), 1)
			r.Header.Set(headerBody, digest(b))
			return b
		}},
		{"to another call", func(r *http.Request, b []byte) []byte { r.URL.Path = BotSubmit.Path(); return b }},
		{"with another nonce", func(r *http.Request, b []byte) []byte { r.Header.Set(headerNonce, newNonce()); return b }},
		{"with another time", func(r *http.Request, b []byte) []byte {
			r.Header.Set(headerTime, stamp(time.Date(2026, 3, 2, 10, 0, 1, 0, time.UTC)))
			return b
		}},
		{"with another version", func(r *http.Request, b []byte) []byte { r.Header.Set(headerVersion, "2"); return b }},
		{"with meta data", func(r *http.Request, b []byte) []byte { r.Header.Set(headerMeta, "e30"); return b }},
		{"with a query", func(r *http.Request, b []byte) []byte { r.URL.RawQuery = "a=b"; return b }},
		{"without a signature", func(r *http.Request, b []byte) []byte { r.Header.Del(headerSignature); return b }},
		{"by another method", func(r *http.Request, b []byte) []byte { r.Method = http.MethodPut; return b }},
	} {
		e := open(t)
		if status := capture(t, e, test.change); status < 400 {
			t.Errorf("%s: status %d, want a refusal", test.name, status)
		}
		if e.seen != 1 {
			t.Errorf("%s: the call was handled %d times, want once", test.name, e.seen)
		}
	}
}

func TestAReplayIsRefusedForAsLongAsItsTimeIsAcceptable(t *testing.T) {
	e := open(t)
	e.skew = Window // stamped in the future: acceptable the longest
	status := capture(t, e, func(_ *http.Request, b []byte) []byte {
		e.mu.Lock()
		e.now = e.now.Add(2 * Window)
		e.mu.Unlock()
		e.nonces.purge = 0 // let it forget what it may
		return b
	})
	if status < 400 || e.seen != 1 {
		t.Errorf("status %d and handled %d times, want a refusal and once", status, e.seen)
	}
}

type brokenNonces struct{}

func (brokenNonces) Fresh(context.Context, string, time.Time) (bool, error) {
	return true, errors.New("store away")
}

func TestWithoutItsMemoryOfNoncesASideRefuses(t *testing.T) {
	e := open(t)
	e.server.Nonces = brokenNonces{}
	if err := e.ask(t); Kind(err) != KindUnavailable || e.seen != 0 {
		t.Errorf("err = %v and handled %d times, want unavailable and never", err, e.seen)
	}
}

func TestACallCannotBeTurnedAround(t *testing.T) {
	e := open(t)
	e.server.Direction = ToPlugin
	if err := e.ask(t); !errors.Is(err, ErrAway) || e.seen != 0 {
		t.Errorf("err = %v, want a refusal", err)
	}
}

func TestOfOneNonceAtTheSameTimeOneIsFresh(t *testing.T) {
	m := NewMemoryNonces(time.Now)
	var wg sync.WaitGroup
	var mu sync.Mutex
	fresh := 0
	for range 50 {
		wg.Go(func() {
			if ok, _ := m.Fresh(t.Context(), "n", time.Now().Add(time.Minute)); ok {
				mu.Lock()
				fresh++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if fresh != 1 {
		t.Errorf("%d were fresh, want one", fresh)
	}
}

func TestWhateverTookThePortOfTheBotCannotSayYes(t *testing.T) {
	e := open(t)
	for name, answer := range map[string]http.HandlerFunc{
		"a plain yes": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"allow":true}`) },
		"a long answer": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.Copy(w, io.LimitReader(rand.Reader, MaxAnswer+2))
		},
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, e.URL+r.URL.Path, http.StatusTemporaryRedirect)
		},
		"an echo": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(headerSignature, r.Header.Get(headerSignature))
			_, _ = io.WriteString(w, `{"allow":true}`)
		},
	} {
		other := httptest.NewServer(answer)
		e.caller.Base = func() string { return other.URL }
		if err := e.ask(t); !errors.Is(err, ErrAway) {
			t.Errorf("%s: err = %v, want ErrAway", name, err)
		}
		other.Close()
	}
	e.caller.Base = func() string { return "http://127.0.0.1:1" }
	if err := e.ask(t); !errors.Is(err, ErrAway) {
		t.Errorf("nobody there: err = %v, want ErrAway", err)
	}
	e.caller.Base = func() string { return "" }
	if err := e.ask(t); !errors.Is(err, ErrAway) {
		t.Errorf("no address: err = %v, want ErrAway", err)
	}
}

func TestTheAnswerOfOneCallDoesNotFitAnother(t *testing.T) {
	e := open(t)
	var kept *http.Response
	var body []byte
	plain := e.caller.HTTP
	e.caller.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if kept != nil {
			again := *kept
			again.Body = io.NopCloser(bytes.NewReader(body))
			return &again, nil
		}
		res, err := plain.Do(r)
		if err == nil {
			body, _ = io.ReadAll(res.Body)
			kept = res
			again := *res
			again.Body = io.NopCloser(bytes.NewReader(body))
			return &again, nil
		}
		return res, err
	})}
	if err := e.ask(t); err != nil {
		t.Fatalf("the first: %v", err)
	}
	if err := e.ask(t); !errors.Is(err, ErrAway) {
		t.Errorf("an old yes for a new question: err = %v, want ErrAway", err)
	}
}

func TestBytesAreBelievedOnlyWhole(t *testing.T) {
	data := bytes.Repeat([]byte("gegevens"), 40_000)
	for _, test := range []struct {
		name string
		size int64
		data io.Reader
		hash string
		want error
	}{
		{"all of them", int64(len(data)), bytes.NewReader(data), "", nil},
		{"all of them, digest known", int64(len(data)), bytes.NewReader(data), digest(data), nil},
		{"one too few", int64(len(data)) + 1, bytes.NewReader(data), "", ErrShort},
		{"one too many", int64(len(data)) - 1, bytes.NewReader(data), "", ErrShort},
		{"none at all", int64(len(data)), strings.NewReader(""), "", ErrShort},
		{"other ones than were announced", int64(len(data)), bytes.NewReader(data), digest([]byte("andere")), ErrSignature},
		{"a reader that breaks", int64(len(data)), io.MultiReader(bytes.NewReader(data[:1000]), iotest{}), "", ErrAway},
	} {
		e := open(t)
		v, sent, err := BotUpload.Send(t.Context(), e.caller, Upload{Name: "a", Size: test.size}, test.data, test.size, test.hash)
		if !errors.Is(err, test.want) || (test.want == nil && (err != nil || !v.Allow || sent != digest(data))) {
			t.Errorf("%s: Send = %+v, %q, %v; want %v", test.name, v, sent, err, test.want)
		}
		if test.want != nil && (v.Allow || e.seen != 0) {
			t.Errorf("%s: it was believed", test.name)
		}
	}
}

func TestAStreamThatIsChangedOnTheWayIsNotBelieved(t *testing.T) {
	e := open(t)
	data := bytes.Repeat([]byte("gegevens"), 1000)
	plain := e.caller.HTTP.Transport
	for name, change := range map[string]func(io.Reader) io.Reader{
		"nothing": func(r io.Reader) io.Reader { return r },
		"a byte": func(r io.Reader) io.Reader {
			b, _ := io.ReadAll(r)
			b[500] ^= 1
			return bytes.NewReader(b)
		},
		"an end that is cut off": func(r io.Reader) io.Reader { b, _ := io.ReadAll(r); return bytes.NewReader(b[:len(b)-1]) },
	} {
		e.caller.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			r.Body = io.NopCloser(change(r.Body))
			return plain.RoundTrip(r)
		})}
		v, _, err := BotUpload.Send(t.Context(), e.caller, Upload{Name: "a", Size: int64(len(data))}, bytes.NewReader(data), int64(len(data)), "")
		if name == "nothing" {
			if err != nil || !v.Allow {
				t.Fatalf("unchanged: %+v, %v", v, err)
			}
		} else if !errors.Is(err, ErrSignature) || v.Allow {
			t.Errorf("%s changed: Send = %+v, %v; want ErrSignature", name, v, err)
		}
	}
}

type iotest struct{}

func (iotest) Read([]byte) (int, error) { return 0, errors.New("broken") }

func TestANoMayComeBeforeTheFirstByte(t *testing.T) {
	e := open(t)
	v, _, err := BotUpload.Send(t.Context(), e.caller, Upload{Name: "unread", Size: 5}, strings.NewReader("bytes"), 5, "")
	if err != nil || v.Allow || v.Text != "nee" {
		t.Errorf("Send = %+v, %v; want a plain no", v, err)
	}
}

// slow gives one byte at a time.
type slow struct{ left int }

func (s *slow) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	time.Sleep(20 * time.Millisecond)
	s.left--
	p[0] = 'x'
	return 1, nil
}

func TestACallThatDoesNotGetOnEndsByItself(t *testing.T) {
	e := open(t)
	e.caller.Pace = Pace{First: 300 * time.Millisecond, Floor: 1 << 20, Last: time.Second}
	start := time.Now()
	if _, _, err := BotUpload.Send(t.Context(), e.caller, Upload{Name: "a", Size: 500}, &slow{500}, 500, ""); !errors.Is(err, ErrAway) {
		t.Errorf("bytes that trickle: err = %v, want ErrAway", err)
	}
	hang := make(chan struct{})
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hang }))
	defer other.Close()
	defer close(hang)
	e.caller.Base = func() string { return other.URL }
	if _, _, err := BotUpload.Send(t.Context(), e.caller, Upload{Name: "a", Size: 5}, strings.NewReader("bytes"), 5, ""); !errors.Is(err, ErrAway) {
		t.Errorf("a bot that hangs: err = %v, want ErrAway", err)
	}
	if err := e.ask(t); !errors.Is(err, ErrAway) {
		t.Errorf("a bot that hangs: err = %v, want ErrAway", err)
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("it took %s, want the deadlines to end it", took)
	}
}

func TestAnyChangeOfAHeadChangesItsSignature(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringMatching(`[a-zA-Z0-9/_-]{0,12}`)
		draw := func(name string) (head, string) {
			return head{ToBot, part.Draw(t, name+"v"), part.Draw(t, name+"m"), part.Draw(t, name+"p"), part.Draw(t, name+"t"), part.Draw(t, name+"n"), part.Draw(t, name+"x")}, part.Draw(t, name+"b")
		}
		h1, b1 := draw("1")
		h2, b2 := draw("2")
		same := h1 == h2 && b1 == b2
		if (h1.signature(oldSecret, b1) == h2.signature(oldSecret, b2)) != same {
			t.Fatalf("%+v %q and %+v %q", h1, b1, h2, b2)
		}
	})
}
