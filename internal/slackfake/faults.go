package slackfake

import (
	"net/http"
	"strconv"
	"time"
)

// Trouble is what goes wrong with a call.
type Trouble string

const (
	// LostAnswer does what was asked and cuts the connection before the answer.
	LostAnswer Trouble = "lost answer"
	// LostCall cuts the connection before anything was done.
	LostCall Trouble = "lost call"
	// Broken answers 500 and does nothing.
	Broken Trouble = "500"
	// BrokenAfter does what was asked and answers 500.
	BrokenAfter Trouble = "500 after"
	// InternalAfter does what was asked and answers ok:false, internal_error.
	// Source: API pages of the writing methods: internal_error may come after
	// part of the work was done.
	InternalAfter Trouble = "internal_error after"
	// TooMany answers 429 with Retry-After.
	TooMany Trouble = "429"
	// Page answers 503 with a page of HTML, as a proxy in between does.
	Page Trouble = "html"
	// Slow answers after Wait of the fake's clock.
	Slow Trouble = "slow"
)

// Fault makes calls of a method go wrong.
type Fault struct {
	Method  string // "": any
	Trouble Trouble
	Skip    int           // calls that go well first
	Times   int           // calls that go wrong; 0: one
	Wait    time.Duration // TooMany: Retry-After; Slow: the delay
	hit     int
}

// Inject adds a fault. Hits says afterwards how often it struck.
func (s *Server) Inject(f Fault) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults = append(s.faults, &f)
	return &f
}

// Hits is how often the fault struck.
func (s *Server) Hits(f *Fault) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return f.hit
}

func (s *Server) takeFault(method string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.Method != "" && f.Method != method || f.hit >= f.Times {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		f.hit++
		return f
	}
	return nil
}

// before does what goes wrong before the call, and says whether that was all.
func (f *Fault) before(s *Server, w http.ResponseWriter, r *http.Request) bool {
	switch f.Trouble {
	case LostCall:
		cut(w)
	case Broken:
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
	case TooMany:
		w.Header().Set("Retry-After", strconv.Itoa(int(max(f.Wait, time.Second)/time.Second)))
		writeJSON(w, http.StatusTooManyRequests, obj{"ok": false, "error": "ratelimited"})
	case Page:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("<html><body>Service Unavailable</body></html>"))
	case Slow:
		passed, stop := s.Clock.after(f.Wait)
		defer stop()
		select {
		case <-passed:
			return false
		case <-r.Context().Done():
		case <-s.done.Done():
		}
	default:
		return false
	}
	return true
}

// afterwards does what goes wrong with the answer.
func (f *Fault) afterwards(_ *Server, w http.ResponseWriter, _ *http.Request) bool {
	switch f.Trouble {
	case LostAnswer:
		cut(w)
	case BrokenAfter:
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
	case InternalAfter:
		writeJSON(w, http.StatusOK, obj{"ok": false, "error": "internal_error"})
	default:
		return false
	}
	return true
}

// cut ends the connection without an answer.
func cut(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}
