package redis_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	client "github.com/redis/go-redis/v9"

	"github.com/convenantbot/convenantbot/adapters/redis"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// calls are every method that asks Redis.
func calls(c *redis.Coordination) map[string]func(ctx context.Context) error {
	return map[string]func(ctx context.Context) error{
		"Heard":    func(ctx context.Context) error { _, err := c.Heard(ctx, "e1"); return err },
		"Remember": func(ctx context.Context) error { return c.Remember(ctx, time.Minute, "e1") },
		"Put":      func(ctx context.Context) error { return c.Put(ctx, bot.IntakeEntry{Shard: 1, ID: "a"}) },
		"Take":     func(ctx context.Context) error { _, err := c.Take(ctx, 1, 1, 0); return err },
		"Done":     func(ctx context.Context) error { return c.Done(ctx, bot.IntakeEntry{Shard: 1, Place: "1-1"}) },
		"Aside":    func(ctx context.Context) error { _, err := c.Aside(ctx, 1); return err },
		"TakeTurn": func(ctx context.Context) error { _, err := c.TakeTurn(ctx, "x", "one", time.Minute); return err },
		"EndTurn":  func(ctx context.Context) error { return c.EndTurn(ctx, "x", "one") },
		"Spend": func(ctx context.Context) error {
			_, err := c.Spend(ctx, "x", bot.Rate{Burst: 1, Every: time.Second})
			return err
		},
		"Rest":    func(ctx context.Context) error { return c.Rest(ctx, "y", time.Second) },
		"Signal":  func(ctx context.Context) error { return c.Signal(ctx, bot.SignalWork) },
		"Present": func(ctx context.Context) error { _, err := c.Present(ctx, "one", time.Minute); return err },
		"Ping":    c.Ping,
	}
}

// away checks that every call fails for the right reason and soon. A machine that does
// much else may keep a test waiting as well, so the best of some tries counts.
func away(t *testing.T, addr, how string) {
	t.Helper()
	for name := range calls(nil) {
		const tries = 10
		for try := 1; ; try++ {
			c := mustNew(t, redis.Options{Addresses: []string{addr}, Prefix: "t"})
			soon := true
			for n, most := range []time.Duration{time.Second, 50 * time.Millisecond} {
				start := time.Now()
				err := calls(c)[name](t.Context())
				took := time.Since(start)
				if !errors.Is(err, bot.ErrUnavailable) {
					t.Errorf("%s, call %d of %s: %v, want ErrUnavailable", how, n+1, name, err)
				}
				if took > most+200*time.Millisecond {
					soon = false
					if try == tries {
						t.Errorf("%s, call %d of %s: after %s, want it within %s", how, n+1, name, took, most)
					}
				}
			}
			if soon || try == tries {
				break
			}
		}
	}
}

// heals waits until every call works.
func heals(t *testing.T, c *redis.Coordination, after string) {
	t.Helper()
	for name, call := range calls(c) {
		var err error
		for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if err = call(t.Context()); err == nil {
				break
			}
		}
		if err != nil {
			t.Errorf("after %s: %s = %v", after, name, err)
		}
	}
}

// listening hears signals in the background.
func listening(t *testing.T, c *redis.Coordination) (heard chan string) {
	t.Helper()
	heard = make(chan string, 1000)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = c.Listen(ctx, func(topic string) { heard <- topic })
	}()
	t.Cleanup(func() { stop(); <-ended })
	return heard
}

func hears(t *testing.T, heard chan string, topic, when string) {
	t.Helper()
	if !hearsWithin(heard, topic, 2*time.Minute) {
		t.Fatalf("%s: %q was not heard", when, topic)
	}
}

func hearsWithin(heard chan string, topic string, most time.Duration) bool {
	for end := time.After(most); ; {
		select {
		case got := <-heard:
			if got == topic {
				return true
			}
		case <-end:
			return false
		}
	}
}

// tells signals until it is heard: what is said while a listener connects anew is lost.
func tells(t *testing.T, c *redis.Coordination, heard chan string, topic, when string) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; {
		err := c.Signal(t.Context(), topic)
		if err == nil && hearsWithin(heard, topic, 2*time.Second) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s: %q was not heard (%v)", when, topic, err)
		}
	}
}

func TestWithoutAnAnswerCallsFailSoonAndThenAtOnce(t *testing.T) {
	t.Parallel()
	r := testserver.Redis(t)
	c := mustNew(t, redis.Options{Addresses: []string{r.Addr}, Prefix: "t"})
	heals(t, c, "the start")

	r.Pause()
	away(t, r.Addr, "paused")
	r.Resume()
	heals(t, c, "a pause")

	must(t, raw(t, r.Addr).Do(t.Context(), "CLIENT", "PAUSE", 4000, "ALL").Err())
	if err := c.Put(t.Context(), bot.IntakeEntry{Shard: 1, ID: "a"}); !errors.Is(err, bot.ErrUnavailable) {
		t.Errorf("Put while clients are paused = %v, want ErrUnavailable", err)
	}
	heals(t, c, "a pause of the clients")

	r.Kill()
	away(t, r.Addr, "gone")
	r.Start()
	heals(t, c, "an empty restart")
}

func TestAListenerHearsOfEveryGap(t *testing.T) {
	t.Parallel()
	r := testserver.Redis(t)
	c := mustNew(t, redis.Options{Addresses: []string{r.Addr}, Prefix: "t"})
	heard := listening(t, c)
	hears(t, heard, bot.SignalMissed, "at the beginning")

	must(t, raw(t, r.Addr).FlushAll(t.Context()).Err())
	tells(t, c, heard, "after-flush", "after emptying")

	must(t, raw(t, r.Addr).ClientKillByFilter(t.Context(), "TYPE", "pubsub").Err())
	hears(t, heard, bot.SignalMissed, "after its connection was cut")

	r.Kill()
	r.Start()
	hears(t, heard, bot.SignalMissed, "after a restart")

	// A server that hangs keeps its connections: only asking it shows, after seven
	// seconds where nothing else is slow.
	for pause := 8 * time.Second; ; pause *= 2 {
		r.Pause()
		time.Sleep(pause)
		r.Resume()
		if hearsWithin(heard, bot.SignalMissed, 10*time.Second) {
			break
		}
		if pause > 30*time.Second {
			t.Fatalf("after a pause of %s nothing was missed", pause)
		}
	}
	heals(t, c, "the pause")
	tells(t, c, heard, "at-last", "after the pause")
}

// What hibiken/asynq got wrong: work that was under way stayed so for ever when the
// note of who did it was lost.
func TestNothingStaysUnderWayWhenItsNotesAreLost(t *testing.T) {
	t.Parallel()
	r := testserver.Redis(t)
	operator := raw(t, r.Addr)
	c := mustNew(t, redis.Options{Addresses: []string{r.Addr}, Prefix: "t", Reclaim: realTerm}.Patient())
	take := func() (ids []string) {
		t.Helper()
		all, err := c.Take(t.Context(), 3, 10, 0)
		must(t, err)
		for _, e := range all {
			ids = append(ids, e.ID)
		}
		return ids
	}
	for name, lose := range map[string]func() error{
		"the group":    func() error { return operator.XGroupDestroy(t.Context(), "t:intake:{3}", "bot").Err() },
		"the consumer": func() error { return operator.XGroupDelConsumer(t.Context(), "t:intake:{3}", "bot", "any").Err() },
		"nothing":      func() error { return nil },
	} {
		must(t, operator.FlushAll(t.Context()).Err())
		must(t, c.Put(t.Context(), bot.IntakeEntry{Shard: 3, ID: "a"}))
		must(t, c.Put(t.Context(), bot.IntakeEntry{Shard: 3, ID: "b"}))
		if ids := take(); !slices.Equal(ids, []string{"a", "b"}) {
			t.Fatalf("Take = %v", ids)
		}
		must(t, lose())
		time.Sleep(realTerm + realTerm/4)
		got := take()
		if name == "the consumer" {
			// Redis forgets what it had, and does not hand it out again: such an entry
			// is found in the store alone.
			if len(got) != 0 {
				t.Errorf("lost %s: Take = %v", name, got)
			}
			continue
		}
		if !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("lost %s: Take = %v, want a and b again", name, got)
		}
	}
}

func TestTwoThatTakeAtOnceNeverGetTheSame(t *testing.T) {
	t.Parallel()
	r := testserver.Redis(t)
	o := redis.Options{Addresses: []string{r.Addr}, Prefix: "t"}.Patient()
	const all = 400
	c := mustNew(t, o)
	for n := range all {
		must(t, c.Put(t.Context(), bot.IntakeEntry{Shard: 5, ID: fmt.Sprint("e", n)}))
	}
	got := make(chan string, 2*all)
	done := make(chan error, 4)
	for range 4 {
		other := mustNew(t, o)
		go func() {
			for {
				taken, err := other.Take(t.Context(), 5, 7, 0)
				if err != nil || len(taken) == 0 {
					done <- err
					return
				}
				for _, e := range taken {
					got <- e.ID
				}
				if err := other.Done(t.Context(), taken...); err != nil {
					done <- err
					return
				}
			}
		}()
	}
	for range 4 {
		must(t, <-done)
	}
	close(got)
	seen := map[string]bool{}
	for id := range got {
		if seen[id] {
			t.Errorf("%s was handed out twice", id)
		}
		seen[id] = true
	}
	if len(seen) != all {
		t.Errorf("%d of %d were handed out", len(seen), all)
	}
	if n := raw(t, r.Addr).XLen(t.Context(), "t:intake:{5}").Val(); n != 0 {
		t.Errorf("%d entries stay behind", n)
	}
}

// Nothing grows without end: every key but the bounded queues has a lifetime.
func TestEveryKeyHasALifetime(t *testing.T) {
	t.Parallel()
	r := testserver.Redis(t)
	operator := raw(t, r.Addr)
	c := mustNew(t, redis.Options{Addresses: []string{r.Addr}, Prefix: "t", Reclaim: 10 * time.Millisecond}.Patient())
	heals(t, c, "the start")
	must(t, c.Put(t.Context(), bot.IntakeEntry{Shard: 1, ID: "bad"}))
	must(t, c.Put(t.Context(), bot.IntakeEntry{Shard: 1, ID: "more"}))
	must(t, c.EndTurn(t.Context(), "x", "one"))
	must(t, c.Rest(t.Context(), "z", time.Hour))
	for range bot.IntakeTries + 1 {
		_, err := c.Take(t.Context(), 1, 1, 0)
		must(t, err)
		time.Sleep(20 * time.Millisecond)
	}
	_, err := c.TakeTurn(t.Context(), "x", "one", time.Minute)
	must(t, err)
	keys := operator.Keys(t.Context(), "*").Val()
	for _, kind := range []string{"heard", "intake", "aside", "turn", "limit", "present"} {
		if !slices.ContainsFunc(keys, func(k string) bool { return strings.HasPrefix(k, "t:"+kind) }) {
			t.Errorf("no key of %s among %v", kind, keys)
		}
	}
	for _, k := range keys {
		if !strings.HasPrefix(k, "t:") {
			t.Errorf("%s does not begin with the prefix", k)
		}
		if left := operator.PTTL(t.Context(), k).Val(); left == -1 { // -2: it is over by now
			t.Errorf("%s lives for ever", k)
		}
	}
}

// promotable reports whether Sentinel, which looks for replicas every ten seconds, has
// found one that follows.
func promotable(t *testing.T, sentinel *client.Client) bool {
	all, err := sentinel.Do(t.Context(), "SENTINEL", "REPLICAS", "bot").Slice()
	if err != nil || len(all) != 1 {
		return false
	}
	said := fmt.Sprint(all[0])
	return strings.Contains(said, "flags slave link") && strings.Contains(said, "master-link-status ok")
}

func TestSentinelTakesUsToTheOneThatIsLeft(t *testing.T) {
	t.Parallel()
	first := testserver.Redis(t)
	host, port, _ := net.SplitHostPort(first.Addr)
	second := testserver.Redis(t, "--replicaof", host+" "+port)
	conf := filepath.Join(t.TempDir(), "sentinel.conf")
	must(t, os.WriteFile(conf, fmt.Appendf(nil, "sentinel monitor bot %s %s 1\nsentinel down-after-milliseconds bot 500\n"+
		"sentinel failover-timeout bot 3000\n", host, port), 0o600))
	watcher := testserver.RedisSentinel(t, conf)
	c := mustNew(t, redis.Options{Addresses: []string{watcher.Addr}, Master: "bot", Prefix: "t"})
	heals(t, c, "the start")
	heard := listening(t, c)
	hears(t, heard, bot.SignalMissed, "at the beginning")
	replica, sentinel := raw(t, second.Addr), raw(t, watcher.Addr)
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		if strings.Contains(replica.Info(t.Context(), "replication").Val(), "master_link_status:up") && promotable(t, sentinel) {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the replica does not follow, or Sentinel does not know it")
		}
	}
	first.Kill()
	heals(t, c, "a failover")
	if role := replica.Info(t.Context(), "replication").Val(); !strings.Contains(role, "role:master") {
		t.Error("the replica was not promoted, so this showed nothing")
	}
	hears(t, heard, bot.SignalMissed, "after the failover")
}
