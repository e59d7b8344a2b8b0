package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/adapters/memory"
	"github.com/convenantbot/convenantbot/adapters/redis"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/config"
	"github.com/convenantbot/convenantbot/internal/telemetry"
)

// meeting is where the copies of the bot meet, and how fast they may go together.
type meeting struct {
	shared bot.Coordination // nil: this is the only copy
	pace   *bot.Pace        // towards the chat server; nil: no bound
	close  func() error
	// measures is what counts; nil: nothing is measured.
	measures *telemetry.Telemetry
	ping     func(ctx context.Context) error // whether Redis answers; nil: there is none
}

// meetAt opens what the settings name. A Redis that is away is no error: the bot
// does without until it is there.
func meetAt(cfg config.Config, log *slog.Logger) (meeting, error) {
	m := meeting{close: func() error { return nil }}
	if cfg.Redis.Used() {
		tls, err := cfg.Redis.TLSConfig()
		if err != nil {
			return m, &exitError{exitBadInput, err}
		}
		r := cfg.Redis
		shared, err := redis.New(redis.Options{Addresses: r.Addresses, Master: r.Master, Cluster: r.Cluster, Database: r.Database,
			TLS: tls, Username: r.Username, Password: r.Password, Prefix: r.Prefix, Now: time.Now, Log: log})
		if err != nil {
			return m, &exitError{exitBadInput, err}
		}
		m.shared, m.close, m.ping = shared, shared.Close, shared.Ping
	}
	if n := cfg.Mattermost.PerSecond; n > 0 {
		m.pace = &bot.Pace{Name: mattermost.Name, Rate: bot.Rate{Burst: 10 * n, Every: time.Second / time.Duration(n)},
			Own: memory.New(memory.Options{Now: time.Now})}
		if m.shared != nil {
			m.pace.Shared = m.shared
		}
	}
	return m, nil
}

// paceOf is the pace for the chat server; nil as an interface when there is none.
func (m meeting) paceOf() mattermost.Pace {
	if m.pace == nil {
		return nil
	}
	return m.pace
}

// countBy lets the pace know how many copies share the rate while they cannot be
// asked. It is called before anything runs at once.
func (m meeting) countBy(copies func() int) {
	if m.pace != nil {
		m.pace.Copies = copies
	}
}
