package bridge

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// termed remembers the terms that a handler asked for.
type termed struct {
	http.ResponseWriter
	mu    *sync.Mutex
	terms *[]time.Time
}

func (w termed) SetReadDeadline(at time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	*w.terms = append(*w.terms, at)
	return nil
}

// The server cuts off who sends slowly. A file that the plugin streams may take
// longer, and nobody gets that time who has not signed.
func TestOnlyASignedStreamMayTakeItsTime(t *testing.T) {
	e := open(t)
	var mu sync.Mutex
	var terms []time.Time
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { e.server.ServeHTTP(termed{w, &mu, &terms}, r) }))
	defer slow.Close()
	e.caller.Base = func() string { return slow.URL }
	asked := func() []time.Time { mu.Lock(); defer mu.Unlock(); all := terms; terms = nil; return all }
	if err := e.ask(t); err != nil || len(asked()) != 0 {
		t.Errorf("a plain call: %v, and it asked for time", err)
	}
	e.mine = Secrets{Sign: newSecret}
	if _, _, err := BotUpload.Send(t.Context(), e.caller, Upload{Name: "a.txt", Size: 3}, strings.NewReader("abc"), 3, ""); err == nil || len(asked()) != 0 {
		t.Errorf("a stream that is not signed: %v, want a no and no more time", err)
	}
	e.mine = Secrets{Sign: oldSecret}
	if v, _, err := BotUpload.Send(t.Context(), e.caller, Upload{Name: "a.txt", Size: 3}, strings.NewReader("abc"), 3, ""); err != nil || !v.Allow {
		t.Fatalf("Send = %+v, %v", v, err)
	}
	if all := asked(); len(all) != 1 || !all[0].IsZero() {
		t.Errorf("a signed stream asked for the terms %v, want none at all", all)
	}
}
