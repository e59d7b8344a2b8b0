package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"slices"
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
	begin    func()
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
	begin := make(chan struct{})
	f.begin = sync.OnceFunc(func() { close(begin) })
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
			runs.Go(func() {
				select {
				case <-begin:
					_ = b.Run(ctx)
				case <-ctx.Done():
				}
			})
			runs.Go(func() { _ = store.Run(ctx, nil) })
			runs.Wait()
			_ = shared.Close()
			_ = store.Close()
		})
	}
	return f
}

// work lets the replicas begin to do what they took in.
func (f *fleet) work(t testing.TB) {
	t.Helper()
	f.begin()
	for end := time.Now().Add(4 * time.Minute); f.bots[0].Copies() < len(f.bots); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the replicas do not see each other")
		}
	}
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
				for end := time.Now().Add(4 * time.Minute); errors.Is(err, bot.ErrBusy) && time.Now().Before(end); {
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
	for end := time.Now().Add(6 * time.Minute); ; time.Sleep(5 * time.Millisecond) {
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
	f.work(t)
	const n = 600
	// Each event comes twice, to two replicas.
	f.deliver(t, 2*n, func(i int) bot.Event { return roomEvent(i / 2) })
	f.settle(t, db)
	f.counts(t, db, n)
}

// counts checks that n events are handled, each by one job.
func (f *fleet) counts(t testing.TB, db *sql.DB, n int) {
	t.Helper()
	var events, handled, jobs, again int
	err := db.QueryRow(`SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM events WHERE sealed IS NULL),
		(SELECT count(*) FROM jobs WHERE kind = 'event' AND state = 'done'), (SELECT count(*) FROM jobs WHERE kind = 'event' AND token <> 1)`).
		Scan(&events, &handled, &jobs, &again)
	if err != nil {
		t.Fatal(err)
	}
	if events != n || handled != n || jobs != n {
		t.Errorf("%d events, %d handled, %d jobs done; want %d of each", events, handled, jobs, n)
	}
	c := client.NewClient(&client.Options{Addr: f.server.Addr, Protocol: 2, DisableIdentity: true})
	defer c.Close()
	var through int64
	for shard := range bot.IntakeShards {
		groups, err := c.XInfoGroups(context.Background(), fmt.Sprintf("convenantbot:intake:{%d}", shard)).Result()
		if err != nil {
			continue // a queue that nothing went through
		}
		for _, g := range groups {
			through += g.EntriesRead
		}
	}
	// On a machine that is too busy for Redis some are found by looking, and one that
	// was taken up is taken up again.
	t.Logf("%d of %d events went through the queues, %d were claimed more than once", through, n, again)
	if through == 0 {
		t.Error("no event went through the queues")
	}
}

// measured runs f for n things by as many hands as deliver them, and returns how
// many went by in a second.
func measured(b *testing.B, n int, f func(ctx context.Context, i int) error) float64 {
	b.Helper()
	var next atomic.Int64
	var group sync.WaitGroup
	start := time.Now()
	for range deliverers {
		group.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := f(b.Context(), i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	return float64(n) / time.Since(start).Seconds()
}

// floors are what the databases do by themselves with nothing of ours around it.
type floors struct {
	db    *sql.DB
	redis *client.Client
	round int
}

func mustFloors(b *testing.B, f *fleet) *floors {
	b.Helper()
	db := mustSQL(b, testserver.Postgres(b)) // another database of the same server
	db.SetMaxOpenConns(48)                   // as many as three replicas have
	db.SetMaxIdleConns(48)
	for _, table := range []string{
		`CREATE TABLE raw_events (id TEXT PRIMARY KEY, at BIGINT NOT NULL, sealed BYTEA)`,
		`CREATE TABLE raw_jobs (id TEXT PRIMARY KEY, kind TEXT NOT NULL, casus TEXT NOT NULL, object TEXT NOT NULL, body BYTEA, run_at BIGINT NOT NULL)`,
		`CREATE TABLE raw_rows (kind TEXT NOT NULL, id TEXT NOT NULL, casus TEXT NOT NULL, sealed BYTEA, PRIMARY KEY (kind, id))`,
	} {
		if _, err := db.Exec(table); err != nil {
			b.Fatal(err)
		}
	}
	c := client.NewClient(&client.Options{Addr: f.server.Addr, Protocol: 2, DisableIdentity: true, PoolSize: deliverers})
	b.Cleanup(func() { _ = c.Close() })
	return &floors{db: db, redis: c}
}

// insert is one row a transaction: an event of the size that ours have sealed.
func (f *floors) insert(b *testing.B, n int) float64 {
	f.round++
	sealed := make([]byte, 300)
	return measured(b, n, func(ctx context.Context, i int) error {
		_, err := f.db.ExecContext(ctx, `INSERT INTO raw_events (id, at, sealed) VALUES ($1, $2, $3)`, fmt.Sprint("r", f.round, ":", i), i, sealed)
		return err
	})
}

// queue puts each into a stream, takes it out and acknowledges it.
func (f *floors) queue(b *testing.B, n int) float64 {
	f.round++
	key := func(i int) string { return fmt.Sprintf("raw:%d:{%d}", f.round, i%bot.IntakeShards) }
	for i := range bot.IntakeShards {
		if err := f.redis.XGroupCreateMkStream(b.Context(), key(i), "g", "0").Err(); err != nil {
			b.Fatal(err)
		}
	}
	return measured(b, n, func(ctx context.Context, i int) error {
		if err := f.redis.XAdd(ctx, &client.XAddArgs{Stream: key(i), Values: []string{"id", fmt.Sprint("event:raw:", i)}}).Err(); err != nil {
			return err
		}
		got, err := f.redis.XReadGroup(ctx, &client.XReadGroupArgs{Group: "g", Consumer: "c", Streams: []string{key(i), ">"}, Count: 1, Block: -1}).Result()
		if err != nil {
			return err
		}
		return f.redis.XAck(ctx, key(i), "g", got[0].Messages[0].ID).Err()
	})
}

// decision is the rows of a recorded decision, each by a statement of its own in
// one transaction: verdict, file, job, entry with its body, its place in the tree,
// and the end of its chain.
func (f *floors) decision(b *testing.B, n int) float64 {
	f.round++
	sealed := make([]byte, 600)
	return measured(b, n, func(ctx context.Context, i int) error {
		tx, err := f.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		for _, kind := range []string{"verdict", "file", "job", "entry", "body", "pending", "head"} {
			if _, err := tx.ExecContext(ctx, `INSERT INTO raw_rows (kind, id, casus, sealed) VALUES ($1, $2, $3, $4)`, kind, fmt.Sprint(f.round, ":", i), "C", sealed); err != nil {
				return err
			}
		}
		return tx.Commit()
	})
}

// middle is the median.
func middle(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

// Each of these runs its rounds once, however often it is asked to: what it tells
// are rates and their middle.

// BenchmarkEventsOnThreeReplicas is the budget of 1,000 events a second: taken in,
// stored, handed out through the queues and done, each once. Beside it stands what
// PostgreSQL and Redis do by themselves, measured in turn with it so that a
// machine that is busy slows all of them; taking in may take three times the two
// of them together.
func BenchmarkEventsOnThreeReplicas(b *testing.B) {
	f := mustFleet(b, 3)
	db := mustSQL(b, f.database)
	raw := mustFloors(b, f)
	const n, rounds = 2000, 5
	b.ResetTimer()
	var in, done, insert, queue, times []float64
	// First taking in alone, while nobody works at it.
	for round := range rounds {
		insert = append(insert, raw.insert(b, n))
		queue = append(queue, raw.queue(b, n))
		start := time.Now()
		f.deliver(b, n, func(i int) bot.Event { return roomEvent(round*n + i) })
		in = append(in, n/time.Since(start).Seconds())
		times = append(times, (1/in[round])/(1/insert[round]+1/queue[round]))
	}
	f.work(b)
	f.settle(b, db)
	// Then all of it.
	for round := range rounds {
		start := time.Now()
		f.deliver(b, n, func(i int) bot.Event { return roomEvent((rounds+round)*n + i) })
		f.settle(b, db)
		done = append(done, n/time.Since(start).Seconds())
	}
	f.counts(b, db, 2*rounds*n)
	b.ReportMetric(middle(done), "events/s")
	b.ReportMetric(middle(in), "taken-in/s")
	b.ReportMetric(middle(insert), "raw-INSERT/s")
	b.ReportMetric(middle(queue), "raw-XADD+XREADGROUP/s")
	b.ReportMetric(middle(times), "x-floor-intake")
}

// BenchmarkDecisionsOnThreeReplicas is a recorded decision, on a casus for each
// hand that delivers, beside its rows as raw INSERTs: at most four times as long.
func BenchmarkDecisionsOnThreeReplicas(b *testing.B) {
	f := mustFleet(b, 3)
	raw := mustFloors(b, f)
	const n, rounds = 1000, 5
	refs := make([]bot.Ref, deliverers)
	for i := range refs {
		err := f.stores[0].Update(b.Context(), func(tx bot.Tx) error {
			c, err := tx.AddCasus(bot.Casus{Status: bot.Open, Kind: bot.MDO}, 2026)
			refs[i] = c.Ref
			_, err2 := tx.Record(bot.Entry{Casus: c.Ref, Actor: "p1", Act: bot.ActCasusOpened, Outcome: "done"})
			return errors.Join(err, err2)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	var ours, floor, times []float64
	for round := range rounds {
		floor = append(floor, raw.decision(b, n))
		ours = append(ours, measured(b, n, func(ctx context.Context, i int) error {
			ref, id := refs[i%len(refs)], fmt.Sprint("d", round, ":", i)
			return f.stores[i%len(f.stores)].Update(ctx, func(tx bot.Tx) error {
				_, err := tx.Record(bot.Entry{Casus: ref, Actor: "p1", Act: bot.ActFileDecided, Object: id, Decision: bot.DecisionID(id), Outcome: "done"})
				return errors.Join(err,
					tx.AddVerdict(bot.Verdict{ID: bot.DecisionID(id), Casus: ref, About: "share", Effect: "allow", Facts: make([]byte, 1500)}),
					tx.AddFile(bot.File{ID: bot.FileID(id), Casus: ref, State: bot.Approved, Name: "verslag.pdf"}),
					tx.AddJob(bot.Job{ID: "post:" + id, Kind: bot.JobPostFile, Casus: ref, Object: id, RunAt: time.Now().Add(time.Hour)}))
			})
		}))
		times = append(times, floor[round]/ours[round])
	}
	if report, err := f.stores[1].Verify(b.Context()); err != nil || len(report.Breaks) > 0 {
		b.Fatalf("Verify = %+v, %v", report.Breaks, err)
	}
	b.ReportMetric(middle(ours), "decisions/s")
	b.ReportMetric(middle(floor), "raw-rows/s")
	b.ReportMetric(middle(times), "x-floor-decision")
}
