package redis

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Examined is what a Redis says about itself, as far as it lets us ask.
type Examined struct {
	Mine  time.Time // what our clock said when Redis told its own
	Clock time.Time // the clock of Redis

	Told     bool   // it answers INFO; the three below are blank otherwise
	Version  string // "7.0.15"
	Eviction string // what it does when its memory is full: "noeviction"
	Keeps    string // what it has after a restart: "aof", "rdb" or "none"

	Free bool // we may read its settings, which we do not need: the user has too many rights
}

// Examine looks at Redis for doctor. ErrUnavailable: it does not answer, or does
// not let us in.
func (c *Coordination) Examine(ctx context.Context) (Examined, error) {
	var e Examined
	err := c.do(ctx, "look at it", 0, func(ctx context.Context) (err error) {
		e.Clock, err = c.client.Time(ctx).Result()
		e.Mine = c.o.Now()
		return err
	})
	if err != nil {
		return e, err
	}
	err = c.do(ctx, "ask what it is", 0, func(ctx context.Context) error {
		info, err := c.client.Info(ctx).Result() // all that is told by default
		if refused(err) {
			return nil
		}
		told := map[string]string{}
		for line := range strings.Lines(info) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
			told[name] = value
		}
		e.Told, e.Version, e.Eviction = err == nil, told["redis_version"], told["maxmemory_policy"]
		e.Keeps = "none"
		if saved := told["rdb_last_save_time"]; told["rdb_saves"] != "" && told["rdb_saves"] != "0" && saved != "" {
			e.Keeps = "rdb"
		}
		if told["aof_enabled"] == "1" {
			e.Keeps = "aof"
		}
		return err
	})
	if err != nil {
		return e, err
	}
	err = c.do(ctx, "ask for its settings", 0, func(ctx context.Context) error {
		settings, err := c.client.ConfigGet(ctx, "save").Result()
		if refused(err) {
			return nil
		}
		e.Free = err == nil
		if e.Keeps == "none" && settings["save"] != "" {
			e.Keeps = "rdb"
		}
		return err
	})
	return e, err
}

// refused reports whether our user may not ask this.
func refused(err error) bool { return err != nil && redis.HasErrorPrefix(err, "NOPERM") }

// Proven says whether a version of Redis is one that this was run against: 7 and
// later. works is false for those without the commands that are used.
func Proven(version string) (proven, works bool) {
	var major, minor int
	if n, _ := fmt.Sscanf(version, "%d.%d", &major, &minor); n < 2 {
		return false, true // nobody knows
	}
	return major >= 7, major > 6 || major == 6 && minor >= 2
}
