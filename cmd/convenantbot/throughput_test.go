package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	client "github.com/redis/go-redis/v9"

	"github.com/convenantbot/convenantbot/adapters/redis"
	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// fleet is three replicas on one PostgreSQL and one Redis, each with a store and
// a connection of its own, as processes have them.
type fleet struct {
	server   *testserver.RedisServer
	database string
	chat     *bottest.Chat
	bots     []*bot.Bot
	stores   []*sqlstore.Store
}

// deliverers is how many requests of the platform are under way at a time: what a
// chat server with a handful of plugins on it sends.
const deliverers = 64

func mustFleet(t testing.TB, replicas int) *fleet {
	t.Helper()
	f := &fleet{server: testserver.Redis(t), database: testserver.Postgres(t), chat: bottest.NewChat("p1", "p2", "p3")}
	policy, err := loadBundle("")
	if err != nil {
		t.Fatal(err)
	}
	pack, packs, err := loadRegion("model")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	t.Cleanup(func() { stop(); group.Wait() })
	for range replicas {
		store, err := sqlstore.Open(ctx, sqlstore.Options{Address: f.database, Masters: [][]byte{bytes.Repeat([]byte{7}, 32)}, Now: time.Now, Careless: true})
		if err != nil {
			t.Fatal(err)
		}
		shared, err := redis.New(redis.Options{Addresses: []string{f.server.Addr}, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		b := bot.New(bot.Needs{Store: store, Platforms: []bot.Platform{f.chat}, Judge: judge.New(policy, packs), Answers: alwaysSame{},
			Scan: scanner{}, Region: pack, Coordination: shared, Now: time.Now, NewID: rand.Text})
		if err := b.StartPolicy(ctx, bundleFiles("")); err != nil {
			t.Fatal(err)
		}
		f.bots, f.stores = append(f.bots, b), append(f.stores, store)
		group.Go(func() {
			var runs sync.WaitGroup
			runs.Go(func() { _ = b.Run(ctx) })
			runs.Go(func() { _ = store.Run(ctx, nil) })
			runs.Wait()
			_ = shared.Close()
			_ = store.Close()
		})
	}
	for end := time.Now().Add(30 * time.Second); f.bots[0].Copies() < replicas; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the replicas do not see each other")
		}
	}
	return f
}

// deliver hands n events to the replicas in turn, in an order that is kept within
// each room, and counts what each of them took.
func (f *fleet) deliver(t testing.TB, n int, event func(i int) bot.Event) {
	t.Helper()
	var next atomic.Int64
	var group sync.WaitGroup
	for range deliverers {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				err := bot.ErrBusy
				for end := time.Now().Add(30 * time.Second); errors.Is(err, bot.ErrBusy) && time.Now().Before(end); {
					err = f.bots[i%len(f.bots)].Receive(context.Background(), event(i))
				}
				if err != nil {
					t.Errorf("event %d was not taken in: %v", i, err)
					return
				}
			}
		})
	}
	group.Wait()
}

// left counts the jobs that are not done and those that were put before a person.
func (f *fleet) left(t testing.TB, db *sql.DB) (open, buried int) {
	t.Helper()
	err := db.QueryRow(`SELECT count(*) FILTER (WHERE state IN ('waiting', 'leased') AND kind IN ('event', 'tell')), count(*) FILTER (WHERE state = 'buried') FROM jobs`).Scan(&open, &buried)
	if err != nil {
		t.Fatal(err)
	}
	return open, buried
}

// settle waits until everything that was delivered is done.
func (f *fleet) settle(t testing.TB, db *sql.DB) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
		open, buried := f.left(t, db)
		if buried > 0 {
			t.Fatalf("%d jobs were put before a person", buried)
		}
		if open == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%d jobs are not done", open)
		}
	}
}

func mustSQL(t testing.TB, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// roomEvent is that somebody came into a channel that is no room of ours: the most
// frequent thing that a platform reports, and what is left of an event when its
// own act is taken away.
func roomEvent(i int) bot.Event {
	return bot.Event{ID: fmt.Sprint("e", i), Platform: bottest.ChatName, Kind: bot.Joined, User: "p1", Channel: bot.ChannelID(fmt.Sprint("room", i%200))}
}

func TestWhatThreeReplicasTakeInIsEachDoneOnce(t *testing.T) {
	f := mustFleet(t, 3)
	db := mustSQL(t, f.database)
	const n = 600
	// Each event comes twice, to two replicas.
	f.deliver(t, 2*n, func(i int) bot.Event { return roomEvent(i / 2) })
	f.settle(t, db)
	f.counts(t, db, n)
}

// counts checks that n events are handled, each by one job that was tried once.
func (f *fleet) counts(t testing.TB, db *sql.DB, n int) {
	t.Helper()
	var events, handled, jobs, again int
	err := db.QueryRow(`SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM events WHERE sealed IS NULL),
		(SELECT count(*) FROM jobs WHERE kind = 'event' AND state = 'done'), (SELECT count(*) FROM jobs WHERE kind = 'event' AND token <> 1)`).
		Scan(&events, &handled, &jobs, &again)
	if err != nil {
		t.Fatal(err)
	}
	if events != n || handled != n || jobs != n || again != 0 {
		t.Errorf("%d events, %d handled, %d jobs done, %d claimed more than once; want %d, all handled, once", events, handled, jobs, again, n)
	}
	c := client.NewClient(&client.Options{Addr: f.server.Addr, Protocol: 2, DisableIdentity: true})
	defer c.Close()
	var through, behind int64
	for shard := range bot.IntakeShards {
		groups, err := c.XInfoGroups(context.Background(), fmt.Sprintf("convenantbot:intake:{%d}", shard)).Result()
		if err != nil {
			continue // a queue that nothing went through
		}
		for _, g := range groups {
			through += g.EntriesRead
			behind += g.Pending
		}
	}
	if through < int64(n)*9/10 {
		t.Errorf("%d of %d events went through the queues", through, n)
	}
	_ = behind
}

// BenchmarkEventsOnThreeReplicas is the budget of 1,000 events a second: taken in,
// stored, handed out and done, each once.
func BenchmarkEventsOnThreeReplicas(b *testing.B) {
	f := mustFleet(b, 3)
	db := mustSQL(b, f.database)
	const n = 6000
	for b.Loop() {
		start := time.Now()
		f.deliver(b, n, roomEvent)
		stored := time.Since(start)
		f.settle(b, db)
		b.ReportMetric(n/time.Since(start).Seconds(), "events/s")
		b.ReportMetric(n/stored.Seconds(), "taken-in/s")
		f.counts(b, db, n)
		b.StopTimer()
		if b.N > 1 {
			b.Fatal("one round is enough: run it with -benchtime 1x")
		}
		b.StartTimer()
	}
}
