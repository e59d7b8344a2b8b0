package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/cmd/mattermost-plugin/gate"
	"github.com/convenantbot/convenantbot/internal/fault"
)

// answerSentry answers the second plugin. The server itself says who asks, and
// strips the header from what comes from outside.
func (p *Plugin) answerSentry(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Mattermost-Plugin-ID") != SentryID {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var c concern
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxForm)).Decode(&c); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	o := opinion{Here: true}
	switch {
	case c.New != nil && c.Old != nil:
		o.Refusal = p.judgeUpdate(bySentry, *c.New, *c.Old)
	case c.New != nil:
		o.Refusal = p.judgePosting(bySentry, *c.New)
	}
	writeJSON(w, o)
}

// tellSentry has the second plugin read the protected channels again, now, and
// reports whether it did. A server without it has nobody to tell.
func (p *Plugin) tellSentry() bool {
	req, err := http.NewRequest(http.MethodPost, "/"+SentryID+pathReload, http.NoBody)
	if err != nil {
		return false
	}
	told := make(chan bool, 1)
	go func() {
		defer func() { _ = recover() }()
		res := p.API.PluginHTTP(req)
		if res != nil && res.Body != nil {
			_ = res.Body.Close()
		}
		told <- res != nil && res.StatusCode == http.StatusOK
	}()
	select {
	case ok := <-told:
		return ok
	case <-time.After(sentryLook):
		return false
	}
}

// Who asks for a verdict: the server by the hook, or the sentry.
const (
	byHook   = 'h'
	bySentry = 's'
)

func (p *Plugin) judgePosting(by byte, post gate.Post) string {
	fault.Hit("plugin.posting")
	if !p.channels.Protected(post.Channel) {
		return ""
	}
	return p.verdicts.of(by, concern{New: &post}, func() string { return p.gate.Posting(context.Background(), post).Refusal })
}

func (p *Plugin) judgeUpdate(by byte, changed, old gate.Post) string {
	fault.Hit("plugin.update")
	if !p.channels.Protected(changed.Channel) && !p.channels.Protected(old.Channel) {
		return ""
	}
	return p.verdicts.of(by, concern{New: &changed, Old: &old}, func() string { return p.gate.Update(context.Background(), changed, old).Refusal })
}

// verdictTerm is how long a verdict waits for the other who asks about the same
// message; the server asks the two right after each other.
const verdictTerm = 3 * time.Second

// verdicts has the hook and the sentry share one verdict on a message, so that
// the bot is asked once and records a refusal once. Each verdict serves the other
// side once; the same message said again is judged again.
type verdicts struct {
	mu   sync.Mutex
	open map[[sha256.Size]byte]verdict
}

type verdict struct {
	by      byte
	refusal string
	until   time.Time
}

// of returns the verdict on c, for who asks.
func (v *verdicts) of(by byte, c concern, judge func() string) string {
	text, err := json.Marshal(c)
	if err != nil {
		return judge()
	}
	key := sha256.Sum256(text)
	now := time.Now()
	v.mu.Lock()
	if known, ok := v.open[key]; ok && known.by != by && now.Before(known.until) {
		delete(v.open, key)
		v.mu.Unlock()
		return known.refusal
	}
	v.mu.Unlock()
	refusal := judge()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.open == nil {
		v.open = map[[sha256.Size]byte]verdict{}
	}
	for key, old := range v.open {
		if !now.Before(old.until) {
			delete(v.open, key)
		}
	}
	v.open[key] = verdict{by, refusal, time.Now().Add(verdictTerm)}
	return refusal
}
