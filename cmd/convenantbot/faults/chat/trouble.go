package chat

import (
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Trouble is how the server misbehaves towards the bot: how many of a hundred
// requests meet each. The zero Trouble is a server that is well.
type Trouble struct {
	busy    atomic.Int64 // answered 429, and nothing was done
	broken  atomic.Int64 // answered 500, and nothing was done
	silent  atomic.Int64 // done, and then the connection is cut before the answer
	slow    atomic.Int64 // nanoseconds that each request waits
	twice   atomic.Int64 // events handed over twice
	Refused atomic.Int64 // how many requests met one of them
	// Stutter has the server say everything twice. No server does: it is for a run
	// that must find it.
	Stutter atomic.Bool
}

// Busy has n of a hundred requests answered with 429.
func (t *Trouble) Busy(n int) { t.busy.Store(int64(n)) }

// Broken has n of a hundred requests answered with 500.
func (t *Trouble) Broken(n int) { t.broken.Store(int64(n)) }

// Silent has the answer to n of a hundred requests cut off after they were done.
func (t *Trouble) Silent(n int) { t.silent.Store(int64(n)) }

// Slow has every request wait.
func (t *Trouble) Slow(d time.Duration) { t.slow.Store(int64(d)) }

// Heal ends all of it; events go on being handed over twice now and then.
func (t *Trouble) Heal() { t.Busy(0); t.Broken(0); t.Silent(0); t.Slow(0) }

func (t *Trouble) handTwice() bool { return hits(t.twice.Load()) }

func hits(n int64) bool { return n > 0 && rand.Int64N(100) < n }

// around puts the trouble in front of a handler. The look whether a plugin lives
// is left out: it belongs to the watchdog, which has tests of its own.
func (t *Trouble) around(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/alive") || strings.HasSuffix(r.URL.Path, "/ping") {
			next.ServeHTTP(w, r)
			return
		}
		if d := time.Duration(t.slow.Load()); d > 0 {
			select {
			case <-time.After(d):
			case <-r.Context().Done():
				return
			}
		}
		switch {
		case hits(t.busy.Load()):
			t.Refused.Add(1)
			w.Header().Set("Retry-After", "0")
			http.Error(w, `{"id":"busy","message":"busy","status_code":429}`, http.StatusTooManyRequests)
		case hits(t.broken.Load()):
			t.Refused.Add(1)
			http.Error(w, `{"id":"broken","message":"broken","status_code":500}`, http.StatusInternalServerError)
		case hits(t.silent.Load()):
			t.Refused.Add(1)
			next.ServeHTTP(deaf{header: http.Header{}}, r)
			panic(http.ErrAbortHandler)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// deaf takes an answer and gives it to nobody.
type deaf struct{ header http.Header }

func (d deaf) Header() http.Header         { return d.header }
func (d deaf) Write(b []byte) (int, error) { return len(b), nil }
func (d deaf) WriteHeader(int)             {}
