package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/adapters/redis"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/config"
)

// redisCodes are what doctor finds about Redis, where there is one.
var redisCodes = []string{"redis", "redis_version", "redis_eviction", "redis_persistence", "redis_user", "redis_tls", "redis_clock"}

// redisSkew is how far the clock of Redis may be from the database's before it is
// worth a word. Nothing is decided by it: turns and rates only last differently.
const redisSkew = 5 * time.Second

// diagnoseRedis looks at Redis. sql is the clock of the database; nil: it could not
// be asked. Nothing that Redis does can break a promise, and so what is found is
// mostly advice.
func diagnoseRedis(ctx context.Context, cfg config.Config, sql func(ctx context.Context) (time.Time, error)) ([]mattermost.Finding, error) {
	if !cfg.Redis.Used() {
		return nil, nil
	}
	met, err := meetAt(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	defer met.close() // nothing is kept there
	shared, ok := met.shared.(*redis.Coordination)
	if !ok {
		return nil, errors.New("redis: it is not what the bot meets at")
	}
	e, err := shared.Examine(ctx)
	if errors.Is(err, bot.ErrUnavailable) {
		return []mattermost.Finding{{Code: "redis", Level: mattermost.Broken, Have: "no answer"}}, nil
	}
	if err != nil {
		return nil, err
	}
	found := []mattermost.Finding{{Code: "redis", Level: mattermost.Good}}
	add := func(code string, good bool, otherwise mattermost.Level, have string) {
		if good {
			otherwise = mattermost.Good
		}
		found = append(found, mattermost.Finding{Code: code, Level: otherwise, Have: have})
	}
	if e.Told {
		proven, works := redis.Proven(e.Version)
		level := mattermost.Advice
		if !works {
			level = mattermost.Broken
		}
		add("redis_version", proven, level, e.Version)
		add("redis_eviction", e.Eviction == "noeviction", mattermost.Advice, e.Eviction)
		add("redis_persistence", e.Keeps == "aof", mattermost.Advice, e.Keeps)
	} else {
		add("redis_version", false, mattermost.Advice, "INFO: NOPERM")
	}
	have := ""
	if e.Free {
		have = "CONFIG GET"
	}
	add("redis_user", !e.Free, mattermost.Advice, have)
	add("redis_tls", cfg.Redis.TLS || loopback(cfg.Redis.Addresses), mattermost.Advice, "")
	now, whose := e.Mine, ""
	if sql != nil {
		at, err := sql(ctx)
		if err == nil {
			// Brought back to the moment at which Redis told its own.
			now = at.Add(time.Until(e.Mine))
		} else {
			whose = "?"
		}
	}
	skew := e.Clock.Sub(now).Abs()
	add("redis_clock", whose == "" && skew <= redisSkew, mattermost.Advice, skew.Round(time.Second).String()+whose)
	return found, nil
}

// loopback reports whether all addresses are of this machine.
func loopback(addresses []string) bool {
	for _, a := range addresses {
		host, _, err := net.SplitHostPort(a)
		if err != nil {
			return false
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return false
		}
	}
	return true
}
