package main

import (
	"context"
	"math"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/config"
	"github.com/convenantbot/convenantbot/internal/telemetry"
	"github.com/convenantbot/convenantbot/rules"
)

// Where measurements are taken: around the ports of the bot, so that the bot
// itself knows nothing of them. Each edge has a file of its own, telemetry_*.go.

// measures starts what the settings ask for; nil when they ask for nothing.
func measures(ctx context.Context, cfg config.Config, p parts) (*telemetry.Telemetry, error) {
	if !cfg.Telemetry.Metrics && cfg.Telemetry.OTLP == "" {
		return nil, nil
	}
	bundle, err := loadBundle(p.RulesDir)
	if err != nil {
		return nil, &exitError{exitBadInput, err}
	}
	t, err := telemetry.New(ctx, telemetry.Options{Values: labelValues(bundle), Version: version, OTLP: cfg.Telemetry.OTLP, Token: cfg.Telemetry.Token,
		Every: time.Duration(cfg.Telemetry.Seconds) * time.Second, Share: float64(cfg.Telemetry.Traces) / 100, Log: p.Log})
	if err != nil {
		return nil, &exitError{exitBadInput, err}
	}
	return t, nil
}

// ownReasons are the reasons that the bot adds to those of the rules.
var ownReasons = []string{"absence_authorised", "objection", rules.PolicyError}

// What a call can come to, besides "done".
const (
	outcomeDone    = "done"
	outcomeFailed  = "failed"
	outcomeRefused = "refused"
)

// labelValues are the values that each label may have. All are words of ours:
// kinds, outcomes and codes, and nothing that anybody wrote.
func labelValues(bundle *rules.Bundle) map[string][]string {
	return map[string][]string{
		"about":       {"share", "join", "retain"},
		"effect":      {"allow", "need_consent", "refuse", "keep", "remind", "archive", "announce_erasure", "erase", "human"},
		"reason":      append(bundle.Codes(), ownReasons...),
		"outcome":     {outcomeDone, outcomeFailed, outcomeRefused, "allowed", "answered", "abstained", "safety", "retried", "buried"},
		"gate":        {"upload", "posting", "attempt"},
		"act":         words(bot.Acts()),
		"event":       words(bot.EventKinds()),
		"kind":        words(bot.JobKinds()),
		"duty":        {"rounds", "roll_call", "log"},
		"status":      {"2xx", "3xx", "4xx", "429", "5xx", "none"},
		"call":        {"heard", "remember", "put", "take", "done", "aside", "take_turn", "end_turn", "spend", "rest", "signal", "present"},
		"transaction": {"view", "update", "claim"},
	}
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = string(x)
	}
	return out
}

// endMeasures hands over what the collector has not had yet.
func endMeasures(ctx context.Context, t *telemetry.Telemetry) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), measureTerm)
	defer cancel()
	_ = t.Close(ctx) // a collector that is away keeps nothing waiting
}

// incoming is how the chat platform reaches the bot.
func incoming(b *bot.Bot, t *telemetry.Telemetry) bot.Incoming {
	if t == nil {
		return b
	}
	return measuredBot{b, t}
}

// numbers adds the page for Prometheus to the operator's address, where the
// settings want it.
func numbers(cfg config.Config, t *telemetry.Telemetry, public http.Handler) http.Handler {
	if t == nil || !cfg.Telemetry.Metrics {
		return public
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", t)
	mux.Handle("/", public)
	return mux
}

// whole reports whether the audit log holds from end to end.
func whole(store *sqlstore.Store) func(context.Context) (bool, error) {
	return func(ctx context.Context) (bool, error) {
		report, err := store.Verify(ctx)
		return report.OK(), err
	}
}

// measureTerm is how long reading the store for a gauge may take.
const measureTerm = 2 * time.Second

// measureKept is how long what was read counts: one look at the numbers reads
// many gauges.
const measureKept = 2 * time.Second

// gauges lets what is as it is be read from the store and the bot.
func gauges(t *telemetry.Telemetry, store *sqlstore.Store, b *bot.Bot, ready func(context.Context) bool, plugin *atomic.Bool, now func() time.Time) {
	if t == nil {
		return
	}
	var mu sync.Mutex
	var last sqlstore.Measures
	var at time.Time
	var fine bool
	read := func(ctx context.Context) (sqlstore.Measures, bool) {
		mu.Lock()
		defer mu.Unlock()
		if time.Since(at) > measureKept {
			ctx, cancel := context.WithTimeout(ctx, measureTerm)
			defer cancel()
			m, err := store.Measure(ctx, now())
			last, fine, at = m, err == nil, time.Now()
		}
		return last, fine
	}
	one := func(name string, f func(m sqlstore.Measures) float64) {
		t.Show(name, func(ctx context.Context) []telemetry.Reading {
			m, ok := read(ctx)
			if !ok {
				return nil // a gauge that is not there is seen; a wrong one is not
			}
			return []telemetry.Reading{{Value: f(m)}}
		})
	}
	one(telemetry.QueueLength, func(m sqlstore.Measures) float64 { return float64(m.Waiting) })
	one(telemetry.QueueOldest, func(m sqlstore.Measures) float64 { return max(m.Oldest, 0).Seconds() })
	one(telemetry.DeadLetters, func(m sqlstore.Measures) float64 { return float64(m.Buried) })
	one(telemetry.RetentionDue, func(m sqlstore.Measures) float64 { return float64(m.Due) })
	one(telemetry.RetentionHeld, func(m sqlstore.Measures) float64 { return float64(m.Held) })
	one(telemetry.CheckpointAge, func(m sqlstore.Measures) float64 { return max(m.Unsigned, 0).Seconds() })
	t.Show(telemetry.DutyToken, func(ctx context.Context) (out []telemetry.Reading) {
		m, _ := read(ctx)
		for name, token := range m.Duties {
			out = append(out, telemetry.Reading{Value: float64(token), Labels: []string{name}})
		}
		return out
	})
	t.Show(telemetry.Replicas, func(context.Context) []telemetry.Reading { return []telemetry.Reading{{Value: float64(b.Copies())}} })
	t.Show(telemetry.Ready, func(ctx context.Context) []telemetry.Reading {
		ctx, cancel := context.WithTimeout(ctx, measureTerm)
		defer cancel()
		return []telemetry.Reading{{Value: yesNo(ready(ctx))}}
	})
	if plugin != nil {
		t.Show(telemetry.Plugin, func(context.Context) []telemetry.Reading { return []telemetry.Reading{{Value: yesNo(plugin.Load())}} })
	}
}

func yesNo(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// verifyEvery is how often the whole audit log is checked while the bot runs, and
// verifyFirst how long after the start.
const (
	verifyEvery = 24 * time.Hour
	verifyFirst = 10 * time.Minute
)

// verifyLog checks the whole audit log once in a while, so that an alarm can tell
// of a break.
func verifyLog(ctx context.Context, t *telemetry.Telemetry, verify func(context.Context) (whole bool, err error)) error {
	if t == nil {
		<-ctx.Done()
		return nil
	}
	var found atomic.Uint64
	found.Store(math.Float64bits(math.NaN()))
	t.Show(telemetry.AuditVerified, func(context.Context) []telemetry.Reading {
		return []telemetry.Reading{{Value: math.Float64frombits(found.Load())}}
	})
	for wait := verifyFirst; ; wait = verifyEvery {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		if whole, err := verify(ctx); err == nil {
			found.Store(math.Float64bits(yesNo(whole)))
		}
	}
}
