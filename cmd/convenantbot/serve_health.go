package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/adapters/web"
	"github.com/convenantbot/convenantbot/adapters/web/dashboard"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

// health says whether this copy can do its work. Who sends it requests asks here
// first, and so it says no as soon as the bot begins to stop.
type health struct {
	store *sqlstore.Store
	ping  func(ctx context.Context) error // of Redis; nil: there is none
}

// now is the health while running is not over.
func (h health) now(running context.Context) func(ctx context.Context) web.Health {
	return func(ctx context.Context) web.Health {
		if running.Err() != nil {
			return web.Health{Why: "stopping"}
		}
		if err := h.store.Fits(ctx); errors.Is(err, bot.ErrConflict) {
			return web.Health{Why: "version"}
		}
		if err := h.store.View(ctx, func(tx bot.Tx) error { _, err := tx.Organisations(); return err }); err != nil {
			return web.Health{Why: "store"}
		}
		if h.ping != nil && h.ping(ctx) != nil {
			return web.Health{Without: []string{"redis"}}
		}
		return web.Health{}
	}
}

// fitEvery is how often a copy looks whether a newer version shut it out.
const fitEvery = 10 * time.Second

// fits ends the program when the database is of a newer generation: an older
// program that writes there could break what the newer one relies on.
func fits(ctx context.Context, store *sqlstore.Store, log *slog.Logger) error {
	tick := time.NewTicker(fitEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		if err := store.Fits(ctx); errors.Is(err, bot.ErrConflict) {
			log.Error("a newer version of the bot took over the database; this one stops", "version", version)
			return &exitError{exitNegative, fmt.Errorf("this is version %s: %w", version, err)}
		}
	}
}

// outlives runs f in a context of its own that ends when the returned end is
// called. joined ends with the other parts of the program, or fails with f.
func outlives(ctx context.Context, f func(ctx context.Context) error) (joined func(ctx context.Context) error, end func() error) {
	own, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	var failed error
	go func() {
		defer close(ended)
		failed = f(own)
	}()
	joined = func(ctx context.Context) error {
		select {
		case <-ended:
			return nil // end returns it
		case <-ctx.Done():
			return nil
		}
	}
	return joined, func() error { stop(); <-ended; return failed }
}

// findings is how this copy runs, for the page of the overview that shows it. found
// is what the doctor found last; nil: there is no doctor here.
func (h health) findings(found *diagnosis) func(ctx context.Context) []dashboard.Finding {
	return func(ctx context.Context) []dashboard.Finding {
		var all []dashboard.Finding
		switch now := h.now(ctx)(ctx); {
		case now.Why != "":
			all = append(all, dashboard.Finding{Text: text.Dash("found_" + now.Why), Level: "broken"})
		case len(now.Without) > 0:
			all = append(all, dashboard.Finding{Text: text.Dash("found_redis"), Level: "advice"})
		default:
			all = append(all, dashboard.Finding{Text: text.Dash("found_well"), Level: "good"})
		}
		if found == nil {
			return all
		}
		last, whole := found.last()
		if !whole {
			all = append(all, dashboard.Finding{Text: text.Dash("found_elsewhere"), Level: "unknown"})
		}
		for _, f := range last {
			one := dashboard.Finding{Text: text.DoctorPromise(text.NL, f.Code), Level: string(f.Level)}
			if f.Level != mattermost.Good {
				one.Fix = text.DoctorFix(text.NL, f.Code)
			}
			all = append(all, one)
		}
		return all
	}
}
