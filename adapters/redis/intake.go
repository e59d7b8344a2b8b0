package redis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/convenantbot/convenantbot/bot"
)

const (
	group = "bot"
	// consumer is the same for all: an entry that was not finished is found by how
	// long it has been under way and not by whose it was, and copies that are gone
	// leave no names behind.
	consumer = "any"
	maxAside = 100
	week     = 7 * 24 * time.Hour
	// slice is how long one call waits, so that a waiter hears the end of its
	// context.
	slice = time.Second
)

func (c *Coordination) queue(shard int) string { return c.key(fmt.Sprintf("intake:{%d}", shard)) }

func (c *Coordination) asideOf(shard int) string { return c.key(fmt.Sprintf("aside:{%d}", shard)) }

func shardOf(n int) error {
	if n < 0 || n >= bot.IntakeShards {
		return &bot.InvalidError{Field: "shard", Reason: "range"}
	}
	return nil
}

// put adds what follows ARGV[2] while the queue has less than ARGV[1] entries, under
// way ones included, and answers how many it added.
var put = redis.NewScript(`
local room, added = tonumber(ARGV[1]) - redis.call('XLEN', KEYS[1]), 0
for i = 3, #ARGV do
  if added >= room then break end
  redis.call('XADD', KEYS[1], '*', 'id', ARGV[i])
  added = added + 1
end
if added > 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return added`)

// Put implements bot.Intake.
func (c *Coordination) Put(ctx context.Context, entries ...bot.IntakeEntry) error {
	queues := map[int][]any{}
	for _, e := range entries {
		if err := errors.Join(shardOf(e.Shard), names(e.ID)); err != nil {
			return err
		}
		if queues[e.Shard] == nil {
			queues[e.Shard] = []any{c.o.Full, week.Milliseconds()}
		}
		queues[e.Shard] = append(queues[e.Shard], e.ID)
	}
	added := 0
	err := c.do(ctx, "put into the intake", 0, func(ctx context.Context) error {
		added = 0
		all := map[int]*redis.Cmd{}
		_, err := c.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for shard, args := range queues {
				all[shard] = put.EvalSha(ctx, p, []string{c.queue(shard)}, args...)
			}
			return nil
		})
		if err != nil && !redis.HasErrorPrefix(err, "NOSCRIPT") {
			return err
		}
		for shard, cmd := range all {
			n, err := cmd.Int()
			if redis.HasErrorPrefix(err, "NOSCRIPT") {
				// Redis was restarted, or this node of a cluster has not seen it.
				n, err = put.Eval(ctx, c.client, []string{c.queue(shard)}, queues[shard]...).Int()
			}
			if err != nil {
				return err
			}
			added += n
		}
		return nil
	})
	if err == nil && added < len(entries) {
		err = fmt.Errorf("redis: put into the intake: it is full: %w", bot.ErrBusy)
	}
	return err
}

// reclaim hands out again what has been under way for ARGV[3] milliseconds, at most
// ARGV[4] of it, and puts aside what was handed out more than ARGV[5] times.
var reclaim = redis.NewScript(`
local found = redis.call('XAUTOCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[3], '0-0', 'COUNT', ARGV[4])
local out = {}
for _, entry in ipairs(found[2]) do
  local place, id = entry[1], entry[2] and entry[2][2]
  local known = redis.call('XPENDING', KEYS[1], ARGV[1], place, place, 1)
  local tries = known[1] and known[1][4] or 1
  if not id then
    redis.call('XACK', KEYS[1], ARGV[1], place)
  elseif tries > tonumber(ARGV[5]) then
    redis.call('XADD', KEYS[2], 'MAXLEN', ARGV[6], '*', 'id', id)
    redis.call('PEXPIRE', KEYS[2], ARGV[7])
    redis.call('XACK', KEYS[1], ARGV[1], place)
    redis.call('XDEL', KEYS[1], place)
  else
    out[#out + 1] = place
    out[#out + 1] = id
    out[#out + 1] = tostring(tries)
  end
end
return out`)

// Take implements bot.Intake.
func (c *Coordination) Take(ctx context.Context, shard, n int, wait time.Duration) ([]bot.IntakeEntry, error) {
	if err := shardOf(shard); err != nil {
		return nil, err
	}
	for {
		now := min(wait, slice)
		taken, err := c.takeOnce(ctx, shard, n, now)
		if wait -= now; err != nil || len(taken) > 0 || wait <= 0 {
			return taken, err
		}
	}
}

func (c *Coordination) takeOnce(ctx context.Context, shard, n int, wait time.Duration) (taken []bot.IntakeEntry, err error) {
	err = c.do(ctx, "take from the intake", wait, func(ctx context.Context) error {
		for first := true; ; first = false {
			taken, err = c.ask(ctx, shard, n, wait)
			if err == nil || !first || !groupless(err) {
				return err
			}
			// Redis was emptied, or this is the first time.
			made := c.client.XGroupCreateMkStream(ctx, c.queue(shard), group, "0").Err()
			if made != nil && !strings.HasPrefix(made.Error(), "BUSYGROUP") {
				return made
			}
		}
	})
	return taken, err
}

// groupless reports whether the queue or its group is not there, or went while
// somebody waited at it.
func groupless(err error) bool {
	return strings.Contains(err.Error(), "NOGROUP") || strings.HasPrefix(err.Error(), "UNBLOCKED") || strings.Contains(err.Error(), "no such key")
}

func (c *Coordination) ask(ctx context.Context, shard, n int, wait time.Duration) (taken []bot.IntakeEntry, _ error) {
	again, err := reclaim.Run(ctx, c.client, []string{c.queue(shard), c.asideOf(shard)},
		group, consumer, milli(c.o.Reclaim), n, bot.IntakeTries, maxAside, (30 * 24 * time.Hour).Milliseconds()).StringSlice()
	if err != nil {
		return nil, err
	}
	for i := 0; i+2 < len(again); i += 3 {
		e := bot.IntakeEntry{Shard: shard, Place: again[i], ID: again[i+1]}
		if _, err := fmt.Sscan(again[i+2], &e.Tries); err != nil {
			return nil, fmt.Errorf("a count of tries: %w", err)
		}
		taken = append(taken, e)
	}
	if len(taken) >= n {
		return taken, nil
	}
	if len(taken) > 0 || wait < time.Millisecond {
		wait = -1 // do not wait
	}
	fresh, err := c.client.XReadGroup(ctx, &redis.XReadGroupArgs{Group: group, Consumer: consumer, Streams: []string{c.queue(shard), ">"},
		Count: int64(n - len(taken)), Block: wait}).Result()
	if err == redis.Nil {
		return taken, nil
	}
	if err != nil {
		return taken, err
	}
	for _, stream := range fresh {
		for _, m := range stream.Messages {
			id, _ := m.Values["id"].(string)
			taken = append(taken, bot.IntakeEntry{Shard: shard, Place: m.ID, ID: id, Tries: 1})
		}
	}
	return taken, nil
}

// Done implements bot.Intake.
func (c *Coordination) Done(ctx context.Context, entries ...bot.IntakeEntry) error {
	if len(entries) == 0 {
		return nil
	}
	places := map[int][]string{}
	for _, e := range entries {
		if err := shardOf(e.Shard); err != nil {
			return err
		}
		places[e.Shard] = append(places[e.Shard], e.Place)
	}
	return c.do(ctx, "finish entries of the intake", 0, func(ctx context.Context) error {
		_, err := c.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for shard, list := range places {
				p.XAck(ctx, c.queue(shard), group, list...)
				p.XDel(ctx, c.queue(shard), list...)
			}
			return nil
		})
		return err
	})
}

// Aside implements bot.Intake.
func (c *Coordination) Aside(ctx context.Context, shard int) (ids []string, err error) {
	if err := shardOf(shard); err != nil {
		return nil, err
	}
	err = c.do(ctx, "list what was put aside", 0, func(ctx context.Context) error {
		all, err := c.client.XRange(ctx, c.asideOf(shard), "-", "+").Result()
		for _, m := range all {
			id, _ := m.Values["id"].(string)
			ids = append(ids, id)
		}
		return err
	})
	return ids, err
}
