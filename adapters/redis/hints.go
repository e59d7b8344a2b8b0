package redis

import (
	"context"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/convenantbot/convenantbot/bot"
)

// names checks all of them.
func names(all ...string) error {
	for _, n := range all {
		if err := bot.CheckName(n); err != nil {
			return err
		}
	}
	return nil
}

// milli is a term as Redis counts it: at least one millisecond, since none would
// be an error and a negative one a removal.
func milli(d time.Duration) int64 { return max(d.Milliseconds(), 1) }

// Heard implements bot.Echoes.
func (c *Coordination) Heard(ctx context.Context, event string) (heard bool, err error) {
	if err := names(event); err != nil {
		return false, err
	}
	err = c.do(ctx, "look for an echo", 0, func(ctx context.Context) error {
		n, err := c.client.Exists(ctx, c.key("heard", event)).Result()
		heard = n > 0
		return err
	})
	return heard, err
}

// Remember implements bot.Echoes.
func (c *Coordination) Remember(ctx context.Context, term time.Duration, events ...string) error {
	if err := names(events...); err != nil || len(events) == 0 {
		return err
	}
	return c.do(ctx, "remember events", 0, func(ctx context.Context) error {
		_, err := c.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, event := range events {
				p.Set(ctx, c.key("heard", event), 1, max(term, time.Millisecond))
			}
			return nil
		})
		return err
	})
}

// takeTurn gives ARGV[1] the turn for ARGV[2] milliseconds unless another has it.
var takeTurn = redis.NewScript(`
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`)

// endTurn takes the turn from ARGV[1], if that is who has it.
var endTurn = redis.NewScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`)

// TakeTurn implements bot.Turns.
func (c *Coordination) TakeTurn(ctx context.Context, name, owner string, term time.Duration) (mine bool, err error) {
	if err := names(name, owner); err != nil {
		return false, err
	}
	err = c.do(ctx, "take a turn", 0, func(ctx context.Context) error {
		n, err := takeTurn.Run(ctx, c.client, []string{c.key("turn", name)}, owner, milli(term)).Int()
		mine = n == 1
		return err
	})
	return mine, err
}

// EndTurn implements bot.Turns.
func (c *Coordination) EndTurn(ctx context.Context, name, owner string) error {
	if err := names(name, owner); err != nil {
		return err
	}
	return c.do(ctx, "end a turn", 0, func(ctx context.Context) error {
		return endTurn.Run(ctx, c.client, []string{c.key("turn", name)}, owner).Err()
	})
}

// spend takes one from a store of ARGV[1] that fills by one each ARGV[2]
// microseconds, or answers how many microseconds to wait. It keeps the moment at
// which the store would be full again, which each taking moves forward.
var spend = redis.NewScript(`
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000000 + tonumber(t[2])
local burst, every = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'full', 'rest')
local full, rest = tonumber(kept[1] or 0) or 0, tonumber(kept[2] or 0) or 0
if full < now then full = now end
full = full + every
local wait = full - now - burst * every
if rest - now > wait then wait = rest - now end
if wait > 0 then return wait end
redis.call('HSET', KEYS[1], 'full', string.format('%.0f', full))
local last = full
if rest > last then last = rest end
redis.call('PEXPIRE', KEYS[1], math.ceil((last - now) / 1000) + 1000)
return 0`)

// rest makes all wait for ARGV[1] microseconds, unless they wait for longer.
var rest = redis.NewScript(`
local t = redis.call('TIME')
local till = tonumber(t[1]) * 1000000 + tonumber(t[2]) + tonumber(ARGV[1])
local kept = tonumber(redis.call('HGET', KEYS[1], 'rest') or 0) or 0
if kept >= till then return 0 end
redis.call('HSET', KEYS[1], 'rest', string.format('%.0f', till))
local left = redis.call('PTTL', KEYS[1])
local need = math.ceil(tonumber(ARGV[1]) / 1000) + 1000
if left < need then redis.call('PEXPIRE', KEYS[1], need) end
return 1`)

// Spend implements bot.Limits.
func (c *Coordination) Spend(ctx context.Context, name string, rate bot.Rate) (wait time.Duration, err error) {
	if err := names(name); err != nil {
		return 0, err
	}
	if rate.Burst <= 0 || rate.Every <= 0 {
		return 0, &bot.InvalidError{Field: "rate", Reason: "range"}
	}
	err = c.do(ctx, "keep to a rate", 0, func(ctx context.Context) error {
		micros, err := spend.Run(ctx, c.client, []string{c.key("limit", name)}, rate.Burst, max(rate.Every.Microseconds(), 1)).Int64()
		wait = time.Duration(micros) * time.Microsecond
		return err
	})
	return wait, err
}

// Rest implements bot.Limits.
func (c *Coordination) Rest(ctx context.Context, name string, d time.Duration) error {
	if err := names(name); err != nil {
		return err
	}
	return c.do(ctx, "let all rest", 0, func(ctx context.Context) error {
		return rest.Run(ctx, c.client, []string{c.key("limit", name)}, max(d.Microseconds(), 0)).Err()
	})
}

// present notes ARGV[1] for ARGV[2] milliseconds, drops who is over, and lists the
// others.
var present = redis.NewScript(`
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
local term = tonumber(ARGV[2])
if term > 0 then
  redis.call('ZADD', KEYS[1], string.format('%.0f', now + term), ARGV[1])
else
  redis.call('ZREM', KEYS[1], ARGV[1])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], 86400000)
return redis.call('ZRANGE', KEYS[1], 0, -1)`)

// Present implements bot.Presence.
func (c *Coordination) Present(ctx context.Context, owner string, term time.Duration) (all []string, err error) {
	if err := names(owner); err != nil {
		return nil, err
	}
	if term > 0 {
		term = max(term, time.Millisecond)
	}
	err = c.do(ctx, "say that we are there", 0, func(ctx context.Context) error {
		all, err = present.Run(ctx, c.client, []string{c.key("present")}, owner, term.Milliseconds()).StringSlice()
		return err
	})
	slices.Sort(all)
	return all, err
}
