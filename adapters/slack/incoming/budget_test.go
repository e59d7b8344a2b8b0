package incoming

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/slackfake"
	"github.com/convenantbot/convenantbot/rules/region"
)

// loaded is a receiver whose bot keeps what it hears in a real store.
type loaded struct {
	*world
	store *sqlstore.Store
	url   string
	http  *http.Client
}

func newLoaded(tb testing.TB) *loaded {
	tb.Helper()
	store, err := sqlstore.Open(context.Background(), sqlstore.Options{Address: "sqlite:" + filepath.Join(tb.TempDir(), "bot.db"), Masters: [][]byte{bytes.Repeat([]byte{7}, 32)}, Now: time.Now})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { store.Close() })
	packs, err := region.LoadAll(os.DirFS("../../../deploy"), "regions")
	if err != nil {
		tb.Fatal(err)
	}
	w := newWorld(tb, slackfake.Options{Clock: slackfake.WallClock()})
	w.r.o.In = bot.New(bot.Needs{Store: store, Platforms: []bot.Platform{w.chat}, Region: packs["model"], Now: time.Now, NewID: rand.Text})
	server := httptest.NewServer(w.r)
	tb.Cleanup(server.Close)
	if _, err := w.chat.Self(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 256}
	tb.Cleanup(transport.CloseIdleConnections)
	return &loaded{w, store, server.URL, &http.Client{Transport: transport}}
}

// send delivers one event as Slack does and returns how long its acknowledgement
// took.
func (l *loaded) send(n, copyNo int) (time.Duration, error) {
	raw, _ := json.Marshal(map[string]any{"type": "event_callback", "team_id": l.fake.TeamID, "event_id": fmt.Sprintf("Ev%d.%d", n, copyNo),
		"event": map[string]any{"type": "message", "channel_type": "im", "channel": fmt.Sprintf("D%d", n%50), "user": "U1", "text": fmt.Sprintf("vraag %d", n), "ts": fmt.Sprintf("1700000000.%06d", n)}})
	req, err := http.NewRequest(http.MethodPost, l.url, bytes.NewReader(raw))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	at, signature := slackfake.Sign(l.fake.SigningSecret, time.Now(), raw)
	req.Header.Set("X-Slack-Request-Timestamp", at)
	req.Header.Set("X-Slack-Signature", signature)
	began := time.Now()
	res, err := l.http.Do(req)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, res.Body)
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("status %d", res.StatusCode)
	}
	return time.Since(began), nil
}

// kept is how many of n events are in the store.
func (l *loaded) kept(tb testing.TB, n int) (count int) {
	tb.Helper()
	for i := range n {
		err := l.store.View(tb.Context(), func(tx bot.Tx) error {
			e, err := tx.Event(fmt.Sprintf("slack:m-D%d-1700000000.%06d", i%50, i))
			if err == nil && e.Text == fmt.Sprintf("vraag %d", i) {
				count++
			}
			return err
		})
		if err != nil {
			tb.Errorf("event %d: %v", i, err)
		}
	}
	return count
}

// What was acknowledged is stored, whatever came at the same time and however
// often: nothing is lost, nothing is there twice.
func TestWhatIsAcknowledgedIsStoredOnce(t *testing.T) {
	l := newLoaded(t)
	const events, copies = 600, 2
	var next atomic.Int64
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < events*copies; i = int(next.Add(1)) - 1 {
				if _, err := l.send(i/copies, i%copies); err != nil {
					t.Errorf("event %d: %v", i/copies, err)
				}
			}
		})
	}
	group.Wait()
	if n := l.kept(t, events); n != events {
		t.Errorf("%d of %d events are in the store", n, events)
	}
}

// BenchmarkEvents is how long Slack waits for an acknowledgement of a stored
// event, at five hundred events a second and as fast as they can come. Budget:
// p99 at most 50 ms at five hundred a second.
func BenchmarkEvents(b *testing.B) {
	for _, rate := range []int{500, 0} {
		name := "as fast as they come"
		if rate > 0 {
			name = fmt.Sprintf("%d a second", rate)
		}
		b.Run(name, func(b *testing.B) {
			l := newLoaded(b)
			took := make([]time.Duration, b.N)
			var failed atomic.Int64
			var next atomic.Int64
			var group sync.WaitGroup
			b.ResetTimer()
			began := time.Now()
			for range 64 {
				group.Go(func() {
					for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
						if rate > 0 {
							time.Sleep(time.Until(began.Add(time.Duration(i) * time.Second / time.Duration(rate))))
						}
						d, err := l.send(i, 0)
						if err != nil {
							failed.Add(1)
						}
						took[i] = d
					}
				})
			}
			group.Wait()
			total := time.Since(began)
			b.StopTimer()
			if n := l.kept(b, b.N); n != b.N || failed.Load() > 0 {
				b.Errorf("%d of %d are in the store, %d were not acknowledged", n, b.N, failed.Load())
			}
			slices.Sort(took)
			b.ReportMetric(float64(b.N)/total.Seconds(), "events/s")
			b.ReportMetric(float64(took[len(took)/2])/1e6, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100])/1e6, "p99-ms")
		})
	}
}
