package mattermost

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// Watchdog keeps both plugins alive from outside. The server looks after a dead
// plugin every half minute, gives up after the third crash within the hour, and
// never notices one that hangs. While one of the two is gone the other keeps the
// rooms closed; with both gone, or where only one is installed, everything passes.
type Watchdog struct {
	Chat *Chat
	// Token is an administrator's, used to put the plugins off and on again and
	// for the kill switch. It is another one than that for erasing.
	Token func() string
	Every time.Duration // between two looks; zero: 250 ms
	Wait  time.Duration // for an answer; zero: 1 s
	// KillSwitch allows putting attachments off for the whole server while the gate
	// is open and the plugin hangs or does not come back. An administrator must
	// have agreed to that.
	KillSwitch bool
	// Closed is told of each gap after it ended. The plugin itself looks at what
	// came in meanwhile. It is called for one gap at a time.
	Closed func(ctx context.Context, g Gap)
}

// Gap is a time in which one of the plugins was away.
type Gap struct {
	Plugin   string        // its id
	From, To time.Time     // the last good look and the first good one after it
	Open     time.Duration // for how long of it nothing else kept the gate closed
	Restarts int
	Killed   bool // attachments were off for the whole server meanwhile
}

// post is one plugin as the watchdog sees it.
type post struct {
	id     string
	absent bool      // not installed, so nothing is expected of it
	asked  time.Time // when that was last found out
	good   time.Time // the last look at which it was alive
	down   bool
	late   int // looks in a row without an answer in time
	gap    Gap
}

// maxLate is how many of them are a plugin that hangs: on a busy machine one is
// nothing, and while it hangs nothing passes it.
const maxLate = 2

// rota is what the looks at the two plugins share.
type rota struct {
	// one is held while a plugin is put off and on: a server that is told so of two
	// at once starts one of them twice.
	one sync.Mutex

	mu     sync.Mutex
	posts  []*post
	open   time.Time // since when no plugin keeps the gate; zero: one does
	killed bool
}

// Run looks until ctx ends, which is no error.
func (w *Watchdog) Run(ctx context.Context) error {
	every, wait := w.Every, w.Wait
	if every <= 0 {
		every = 250 * time.Millisecond
	}
	if wait <= 0 {
		wait = time.Second
	}
	client := &http.Client{Timeout: wait, CheckRedirect: noRedirect}
	now := w.Chat.o.Now()
	r := &rota{posts: []*post{{id: PluginID, good: now}, {id: SentryID, good: now}}}
	var looking sync.WaitGroup
	for _, p := range r.posts {
		looking.Go(func() {
			tick := time.NewTicker(every)
			defer tick.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
					w.look(ctx, client, r, p)
				}
			}
		})
	}
	looking.Wait()
	if r.killed {
		w.attachments(context.WithoutCancel(ctx), true)
	}
	return nil
}

// absentFor is how long a plugin that is not installed is believed to be so.
const absentFor = 30 * time.Second

// look looks at one plugin and does what is needed.
func (w *Watchdog) look(ctx context.Context, client *http.Client, r *rota, p *post) {
	if p.absent && w.Chat.o.Now().Sub(p.asked) < absentFor {
		return
	}
	seen := w.sign(ctx, client, p.id)
	if seen != alive && seen != unknown && p.id == SentryID && !p.down {
		// It is the one that may be missing.
		there, err := w.installed(ctx, p.id)
		if err != nil {
			return
		}
		r.mu.Lock()
		p.absent, p.asked = !there, w.Chat.o.Now()
		r.mu.Unlock()
		if !there {
			return
		}
	}
	if p.late++; seen != hanging {
		p.late = 0
	}
	if seen == hanging && p.late < maxLate {
		return
	}
	switch seen {
	case alive:
		w.back(ctx, r, p)
	case dead, hanging:
		if w.gone(r, p) && w.KillSwitch && (seen == hanging || p.gap.Restarts > 3) {
			w.kill(ctx, r)
		}
		r.one.Lock()
		defer r.one.Unlock()
		if s := w.sign(ctx, client, p.id); s == dead || s == hanging {
			w.restart(ctx, p.id)
		}
	case unknown:
		// The server itself does not answer: then nothing passes either.
	}
}

// gone notes that a plugin is away, and reports whether the gate is open now.
func (w *Watchdog) gone(r *rota, p *post) (open bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !p.down {
		p.down, p.gap = true, Gap{Plugin: p.id, From: p.good}
	}
	p.gap.Restarts++
	if r.open.IsZero() {
		var since time.Time
		for _, other := range r.posts {
			if other.absent {
				continue
			}
			if !other.down {
				return false
			}
			if other.good.After(since) {
				since = other.good
			}
		}
		r.open = since
	}
	return true
}

// kill pulls the kill switch, once.
func (w *Watchdog) kill(ctx context.Context, r *rota) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.killed {
		// A hanging plugin keeps the server from answering, and not from doing it.
		w.attachments(ctx, false)
		r.killed = true
	}
	for _, p := range r.posts {
		p.gap.Killed = r.killed
	}
}

// back notes that a plugin is there. Whoever comes back first closes the gate.
func (w *Watchdog) back(ctx context.Context, r *rota, p *post) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := w.Chat.o.Now()
	p.absent, p.good = false, now
	defer func() {
		if r.killed && r.open.IsZero() {
			r.killed = !w.attachments(ctx, true) // tried at every look until it works
		}
	}()
	if !p.down {
		return
	}
	if !r.open.IsZero() {
		for _, other := range r.posts {
			if other.down {
				other.gap.Open += now.Sub(r.open)
			}
		}
		r.open = time.Time{}
	}
	gap := p.gap
	gap.To = now
	p.down, p.gap = false, Gap{}
	words := "a plugin was away, and the other kept the rooms closed"
	if gap.Open > 0 {
		words = "the gate was open"
	}
	w.Chat.o.Log.Warn(words, slog.String("plugin", gap.Plugin), slog.Duration("away", gap.To.Sub(gap.From)), slog.Duration("open", gap.Open),
		slog.Int("restarts", gap.Restarts), slog.Bool("kill_switch", gap.Killed))
	if w.Closed != nil {
		// Also when everything is being stopped just now: a gap must be recorded.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		w.Closed(ctx, gap)
	}
}

type sign int

const (
	unknown sign = iota
	alive
	dead
	hanging
)

// sign asks a plugin for a sign of life, over the server.
func (w *Watchdog) sign(ctx context.Context, client *http.Client, id string) sign {
	if s := w.get(ctx, client, "/plugins/"+id+"/alive"); s != unknown {
		return s
	}
	// No answer: the server, or only the plugin? The server answers this one
	// without it.
	if w.get(ctx, client, "/api/v4/system/ping") == alive {
		return hanging
	}
	return unknown
}

func (w *Watchdog) get(ctx context.Context, client *http.Client, path string) sign {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.Chat.o.URL+path, nil)
	if err != nil {
		return unknown
	}
	res, err := client.Do(req)
	if err != nil {
		return unknown
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 4096))
	_ = res.Body.Close()
	if res.StatusCode == http.StatusOK {
		return alive
	}
	return dead
}

// installed reports whether the server has a plugin, running or not.
func (w *Watchdog) installed(ctx context.Context, id string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	list, _, err := w.Chat.rest(w.Token).GetPluginStatuses(ctx)
	if err != nil {
		return false, fail("list the plugins", err)
	}
	for _, p := range list {
		if p.PluginId == id {
			return true, nil
		}
	}
	return false, nil
}

// restart puts a plugin off and on, which the server does not count as a crash.
// The first is refused when it is off already; the second is what counts.
func (w *Watchdog) restart(ctx context.Context, id string) {
	admin := w.Chat.rest(w.Token)
	admin.HTTPClient = &http.Client{Transport: http.DefaultTransport, CheckRedirect: noRedirect} // without the usual end of a request
	try := func(words string, level slog.Level, term time.Duration, do func(ctx context.Context, id string) (*model.Response, error)) {
		ctx, cancel := context.WithTimeout(ctx, term)
		defer cancel()
		if _, err := do(ctx, id); err != nil {
			w.Chat.o.Log.Log(ctx, level, words, slog.String("plugin", id), slog.String("kind", kindName(err)))
		}
	}
	// A frozen plugin does not end by itself; the server waits for it more than half
	// a minute. Putting it on before that is over starts a new one, which the server
	// then loses sight of when it ends the old one.
	try("a plugin could not be put off", slog.LevelInfo, 2*time.Minute, admin.DisablePlugin)
	try("a plugin could not be put on", slog.LevelError, 30*time.Second, admin.EnablePlugin)
}

func kindName(err error) string { return kind(err).Error() }

// attachments puts attachments on or off for the whole server and reports
// whether it worked.
func (w *Watchdog) attachments(ctx context.Context, on bool) bool {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	patch := &model.Config{FileSettings: model.FileSettings{EnableFileAttachments: &on}}
	_, _, err := w.Chat.rest(w.Token).PatchConfig(ctx, patch)
	if err != nil {
		w.Chat.o.Log.Error("attachments could not be switched", slog.Bool("on", on), slog.String("kind", kindName(err)))
	}
	return err == nil
}
