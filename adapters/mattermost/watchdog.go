package mattermost

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// Watchdog keeps the plugin alive from outside. The server looks after a dead
// plugin every half minute, gives up after the third crash within the hour, and
// never notices one that hangs; while it is gone everything passes.
type Watchdog struct {
	Chat *Chat
	// Token is an administrator's, used to put the plugin off and on again and
	// for the kill switch. It is another one than that for erasing.
	Token func() string
	Every time.Duration // between two looks; zero: 250 ms
	Wait  time.Duration // for an answer; zero: 1 s
	// KillSwitch allows putting attachments off for the whole server while the
	// plugin does not come back. An administrator must have agreed to that.
	KillSwitch bool
	// Closed is told of each gap after it ended. The plugin itself looks at what
	// came in meanwhile.
	Closed func(ctx context.Context, g Gap)
}

// Gap is a time in which the gate was open.
type Gap struct {
	From, To time.Time // the last good look and the first good one after it
	Restarts int
	Killed   bool // attachments were off for the whole server meanwhile
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
	client := &http.Client{Timeout: wait}
	tick := time.NewTicker(every)
	defer tick.Stop()
	good := w.Chat.o.Now()
	var gap Gap
	// The kill switch is shared by all; only who turned it puts it back.
	for {
		select {
		case <-ctx.Done():
			if gap.Killed {
				w.attachments(context.WithoutCancel(ctx), true)
			}
			return nil
		case <-tick.C:
		}
		switch w.look(ctx, client) {
		case alive:
			if gap.Restarts > 0 {
				if gap.Killed {
					w.attachments(ctx, true)
				}
				gap.To = w.Chat.o.Now()
				w.Chat.o.Log.Warn("the gate was open", slog.Duration("for", gap.To.Sub(gap.From)), slog.Int("restarts", gap.Restarts))
				if w.Closed != nil {
					w.Closed(ctx, gap)
				}
				gap = Gap{}
			}
			good = w.Chat.o.Now()
		case dead:
			gap.From = good
			gap.Restarts++
			if gap.Restarts > 3 && w.KillSwitch && !gap.Killed {
				gap.Killed = w.attachments(ctx, false)
			}
			w.restart(ctx)
		case unknown:
			// The server itself does not answer: then nothing passes either.
		}
	}
}

type sign int

const (
	unknown sign = iota
	alive
	dead
)

// look asks the plugin for a sign of life, over the server.
func (w *Watchdog) look(ctx context.Context, client *http.Client) sign {
	if s := w.get(ctx, client, "/plugins/"+PluginID+"/alive"); s != unknown {
		return s
	}
	// No answer: the server, or only the plugin? The server answers this one
	// without it.
	if w.get(ctx, client, "/api/v4/system/ping") == alive {
		return dead
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

// restart puts the plugin off and on, which the server does not count as a
// crash. The first is refused when it is off already; the second is what counts.
func (w *Watchdog) restart(ctx context.Context) {
	// A frozen plugin does not end by itself; the server waits for it a while.
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	admin := w.Chat.rest(w.Token)
	if _, err := admin.DisablePlugin(ctx, PluginID); err != nil {
		w.Chat.o.Log.Info("the plugin could not be put off", slog.String("kind", kindName(err)))
	}
	if _, err := admin.EnablePlugin(ctx, PluginID); err != nil {
		w.Chat.o.Log.Error("the plugin could not be put on", slog.String("kind", kindName(err)))
	}
}

func kindName(err error) string { return kind(err).Error() }

// attachments puts attachments on or off for the whole server and reports
// whether it worked.
func (w *Watchdog) attachments(ctx context.Context, on bool) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	patch := &model.Config{FileSettings: model.FileSettings{EnableFileAttachments: &on}}
	_, _, err := w.Chat.rest(w.Token).PatchConfig(ctx, patch)
	if err != nil {
		w.Chat.o.Log.Error("attachments could not be switched", slog.Bool("on", on), slog.String("kind", kindName(err)))
	}
	return err == nil
}
