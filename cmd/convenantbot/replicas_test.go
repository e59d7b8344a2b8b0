package main

import (
	"bytes"
	"context"
	"crypto/rand"
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

// alwaysSame answers every question with the same sentence.
type alwaysSame struct{}

func (alwaysSame) Answer(context.Context, bot.Question) (bot.Reply, error) {
	return bot.Reply{Text: "Vanaf 16 jaar."}, nil
}

// inTurn hands what the platform reports to one replica after another, as a proxy
// in front of them does, and each event to two of them.
type inTurn struct {
	*bot.Bot
	all     []*bot.Bot
	n       atomic.Int64
	slowest atomic.Int64 // nanoseconds that taking in an event took
}

func (i *inTurn) Receive(ctx context.Context, e bot.Event) error {
	for range 2 {
		start := time.Now()
		if err := i.all[int(i.n.Add(1))%len(i.all)].Receive(ctx, e); err != nil {
			return err
		}
		i.slowest.Store(max(i.slowest.Load(), int64(time.Since(start))))
	}
	return nil
}

// Three replicas on PostgreSQL go on answering while Redis is emptied, paused in
// two ways, killed and started again: each question has one answer in the end,
// however often its event came.
func TestWhateverBecomesOfRedisEveryQuestionIsAnsweredOnce(t *testing.T) {
	server := testserver.Redis(t)
	database := testserver.Postgres(t)
	operator := client.NewClient(&client.Options{Addr: server.Addr, Protocol: 2, DisableIdentity: true})
	defer operator.Close()
	people := []bot.UserID{"p1", "p2", "p3"}
	chat := bottest.NewChat(people...)
	policy, err := loadBundle("")
	if err != nil {
		t.Fatal(err)
	}
	pack, packs, err := loadRegion("model")
	if err != nil {
		t.Fatal(err)
	}
	in := &inTurn{}
	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	var stores []*sqlstore.Store
	for range 3 {
		store, err := sqlstore.Open(ctx, sqlstore.Options{Address: database, Masters: [][]byte{bytes.Repeat([]byte{7}, 32)}, Now: time.Now, Careless: true})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		shared, err := redis.New(redis.Options{Addresses: []string{server.Addr}, Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		defer shared.Close()
		b := bot.New(bot.Needs{Store: store, Platforms: []bot.Platform{chat}, Judge: judge.New(policy, packs), Answers: alwaysSame{},
			Scan: scanner{}, Region: pack, Coordination: shared, Now: time.Now, NewID: rand.Text})
		if err := b.StartPolicy(ctx, bundleFiles("")); err != nil {
			t.Fatal(err)
		}
		in.all, stores = append(in.all, b), append(stores, store)
		group.Go(func() { _ = b.Run(ctx) })
		group.Go(func() { _ = store.Run(ctx, nil) })
	}
	defer group.Wait()
	defer stop()
	in.Bot = in.all[0]
	chat.Connect(in)

	asked := map[bot.UserID]int{}
	ask := func(n int) {
		for range n {
			for _, p := range people {
				if err := chat.Person(p).SayTo(fmt.Sprintf("mag een jongere van %d zelf beslissen?", asked[p])); err != nil {
					t.Errorf("the event of %s was not taken in: %v", p, err)
				}
				asked[p]++
			}
		}
	}
	for _, fault := range []struct {
		name        string
		begin, heal func()
	}{
		{"none", func() {}, func() {}},
		{"emptied", func() { operator.FlushAll(ctx) }, func() {}},
		{"clients paused", func() { operator.Do(ctx, "CLIENT", "PAUSE", 3000, "ALL") }, func() {}},
		{"stopped from running", server.Pause, server.Resume},
		{"killed, and back without its data", server.Kill, server.Start},
	} {
		fault.begin()
		ask(8)
		fault.heal()
		ask(3)
		t.Logf("%s: the slowest event took %s to take in", fault.name, time.Duration(in.slowest.Swap(0)))
	}
	answers := func(p bot.UserID) (n int) {
		seen, err := chat.Person(p).SeeDirect()
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range seen {
			if s.Author == "" {
				n++
			}
		}
		return n
	}
	for end := time.Now().Add(4 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		due, buried := 0, 0
		if err := stores[0].View(ctx, func(tx bot.Tx) (err error) { due, buried, err = tx.DueJobs(time.Now()); return err }); err != nil {
			t.Fatal(err)
		}
		if buried > 0 {
			t.Fatalf("%d jobs were put before a person", buried)
		}
		done := due == 0
		for _, p := range people {
			done = done && answers(p) >= asked[p]
		}
		if done {
			break
		}
	}
	for _, p := range people {
		if got := answers(p); got != asked[p] {
			t.Errorf("%s has %d answers to %d questions", p, got, asked[p])
		}
	}
	if report, err := stores[1].Verify(ctx); err != nil || len(report.Breaks) > 0 {
		t.Errorf("Verify = %+v, %v", report.Breaks, err)
	}
}
