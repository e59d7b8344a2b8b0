package bot_test

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/memory"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/bundle"
	"github.com/convenantbot/convenantbot/rules/region"
)

// copyOf is another copy of the bot of w, with the rules that are built in.
func copyOf(t testing.TB, w *world, store bot.Store, c bot.Coordination) *bot.Bot {
	t.Helper()
	b, err := rules.Load(bundle.FS)
	if err != nil {
		t.Fatal(err)
	}
	packs, err := region.LoadAll(os.DirFS("../deploy"), "regions")
	if err != nil {
		t.Fatal(err)
	}
	return bot.New(bot.Needs{Store: store, Platforms: []bot.Platform{w.chat}, Judge: judge.New(b, packs), Answers: fixedAnswers{},
		Scan: plainScan{}, Region: packs["model"], Coordination: c, Now: w.clock.Now, NewID: rand.Text})
}

// running runs a bot until the test ends.
func running(t testing.TB, b *bot.Bot) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = b.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
}

func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: it did not happen", what)
		}
	}
}

func TestWhatOneCopyLeavesToBeDoneAnotherDoesAtOnce(t *testing.T) {
	w := newWorld(t)
	c := memory.New(memory.Options{Now: time.Now})
	hears, does := copyOf(t, w, w.store, c), copyOf(t, w, w.store, c)
	running(t, does) // and the one that hears has no workers
	w.chat.Connect(hears)
	const questions = 12
	late := 0
	for n := range questions {
		if err := w.person(ib).SayTo("mag een jongere van 16 zelf beslissen?"); err != nil {
			t.Fatal(err)
		}
		answered := func() bool { return len(w.told(ib)) > n }
		for end := time.Now().Add(5 * time.Second); !answered() && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		if !answered() {
			// On a busy machine word of a job may come too late to be heeded. It is
			// found by itself then, once it has lain for a while.
			late++
			w.clock.Advance(time.Minute)
			eventually(t, "an answer", answered)
		}
	}
	if late == questions {
		t.Errorf("none of %d questions was answered before it had lain for a while: the copy that works was not woken", questions)
	}
}

func TestRulesThatOneCopyMakesActiveAreInUseWithTheOthersAtOnce(t *testing.T) {
	w := newWorld(t)
	c := memory.New(memory.Options{Now: time.Now})
	one, other := copyOf(t, w, w.store, c), copyOf(t, w, w.store, c)
	for _, b := range []*bot.Bot{one, other} {
		if err := b.StartPolicy(t.Context(), bundle.FS); err != nil {
			t.Fatal(err)
		}
		running(t, b)
	}
	p, err := one.ProposePolicy(t.Context(), changedBundle(t, remark), "test")
	if err != nil || p.State != bot.PolicyActive {
		t.Fatalf("ProposePolicy = %+v, %v", p, err)
	}
	eventually(t, "the other copy follows", func() bool { return other.Judge.Bundle().Identity() == p.Hash })
}

// counted is a store that counts updates and may fail.
type counted struct {
	bot.Store
	updates atomic.Int64
	fail    atomic.Bool
}

func (s *counted) Update(ctx context.Context, f func(tx bot.Tx) error) error {
	s.updates.Add(1)
	if s.fail.Load() {
		return bot.ErrUnavailable
	}
	return s.Store.Update(ctx, f)
}

func TestAnEventThatWasHeardCostsNothingAndOneThatWasNotStoredIsNotHeard(t *testing.T) {
	w := newWorld(t)
	s := &counted{Store: w.store}
	c := memory.New(memory.Options{Now: w.clock.Now})
	one, other := copyOf(t, w, s, c), copyOf(t, w, s, c)
	e := bot.Event{ID: "e1", Platform: bottest.ChatName, Kind: bot.Said, User: ib, Channel: "common", Text: "16"}
	s.fail.Store(true)
	if err := one.Receive(t.Context(), e); !errors.Is(err, bot.ErrUnavailable) {
		t.Fatalf("Receive with a store that is away = %v", err)
	}
	s.fail.Store(false)
	for n, b := range []*bot.Bot{one, one, other} {
		if err := b.Receive(t.Context(), e); err != nil {
			t.Fatalf("delivery %d: %v", n+1, err)
		}
	}
	if got := s.updates.Load(); got != 2 {
		t.Errorf("%d updates, want the one that failed and the one that stored it", got)
	}
	c.Forget()
	if err := other.Receive(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	due := 0
	w.view(func(tx bot.Tx) (err error) { due, _, err = tx.DueJobs(w.clock.Now()); return err })
	if due != 1 {
		t.Errorf("%d jobs for one event, want one: the store knows it when the coordination forgot", due)
	}
}

// gone is a coordination that is away, all of it.
type gone struct{}

var _ bot.Coordination = gone{}

func (gone) Heard(context.Context, string) (bool, error)              { return false, bot.ErrUnavailable }
func (gone) Remember(context.Context, time.Duration, ...string) error { return bot.ErrUnavailable }
func (gone) Put(context.Context, ...bot.IntakeEntry) error            { return bot.ErrUnavailable }
func (gone) Done(context.Context, ...bot.IntakeEntry) error           { return bot.ErrUnavailable }
func (gone) Aside(context.Context, int) ([]string, error)             { return nil, bot.ErrUnavailable }
func (gone) EndTurn(context.Context, string, string) error            { return bot.ErrUnavailable }
func (gone) Rest(context.Context, string, time.Duration) error        { return bot.ErrUnavailable }
func (gone) Signal(context.Context, string) error                     { return bot.ErrUnavailable }
func (gone) Listen(ctx context.Context, _ func(string)) error         { <-ctx.Done(); return nil }
func (gone) Spend(context.Context, string, bot.Rate) (time.Duration, error) {
	return 0, bot.ErrUnavailable
}
func (gone) Take(context.Context, int, int, time.Duration) ([]bot.IntakeEntry, error) {
	return nil, bot.ErrUnavailable
}
func (gone) TakeTurn(context.Context, string, string, time.Duration) (bool, error) {
	return false, bot.ErrUnavailable
}
func (gone) Present(context.Context, string, time.Duration) ([]string, error) {
	return nil, bot.ErrUnavailable
}

func TestWithoutTheCoordinationEverythingIsDoneAllTheSame(t *testing.T) {
	w := newWorld(t)
	hears, does := copyOf(t, w, w.store, gone{}), copyOf(t, w, w.store, gone{})
	running(t, does)
	w.chat.Connect(hears)
	if err := w.person(ib).SayTo("mag een jongere van 16 zelf beslissen?"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "an answer", func() bool { return len(w.told(ib)) == 1 })
	if n := does.Copies(); n != 1 {
		t.Errorf("Copies = %d, want 1 while nobody can be asked", n)
	}
}

func TestCopiesKnowHowManyTheyAre(t *testing.T) {
	w := newWorld(t)
	c := memory.New(memory.Options{Now: time.Now})
	first := copyOf(t, w, w.store, c)
	running(t, first)
	eventually(t, "one", func() bool { return first.Copies() == 1 })
	ctx, stop := context.WithCancel(t.Context())
	second := copyOf(t, w, w.store, c)
	var group sync.WaitGroup
	group.Go(func() { _ = second.Run(ctx) })
	eventually(t, "two", func() bool { return second.Copies() == 2 })
	stop()
	group.Wait()
	if all, err := c.Present(t.Context(), "me", time.Minute); err != nil || len(all) != 2 {
		t.Errorf("after one stopped there are %v, %v, want the other and me", all, err)
	}
}

// slowAnswers answers once it may, or when it is stopped.
type slowAnswers struct {
	asked chan struct{}
	may   chan struct{}
}

func (s slowAnswers) Answer(ctx context.Context, _ bot.Question) (bot.Reply, error) {
	s.asked <- struct{}{}
	select {
	case <-s.may:
		return bot.Reply{Text: "Vanaf 16 jaar."}, nil
	case <-ctx.Done():
		return bot.Reply{}, ctx.Err()
	}
}

func TestAStoppingBotLetsWorkEndAndGivesBackWhatDoesNot(t *testing.T) {
	for name, ends := range map[string]bool{"work that ends": true, "work that hangs": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			slow := slowAnswers{make(chan struct{}, 10), make(chan struct{})}
			n := copyOf(t, w, w.store, memory.New(memory.Options{Now: time.Now})).Needs
			n.Answers = slow
			b := bot.New(n)
			ctx, stop := context.WithCancel(t.Context())
			over := make(chan struct{})
			go func() { defer close(over); _ = b.Run(ctx) }()
			e := bot.Event{ID: "slow", Platform: bottest.ChatName, Kind: bot.Said, User: ib, Channel: "common", Text: "mag een jongere van 16 zelf beslissen?"}
			if err := b.Receive(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			<-slow.asked
			stop()
			if ends {
				close(slow.may)
			}
			select {
			case <-over:
			case <-time.After(time.Minute):
				t.Fatal("Run did not return")
			}
			// Another copy need not wait until the turn lapses: the clock stands still.
			jobs, _, err := w.store.ClaimThese(t.Context(), []string{"event:" + bottest.ChatName + ":slow"}, w.clock.Now(), time.Minute)
			if err != nil || (len(jobs) == 0) != ends {
				t.Errorf("claimed %d jobs, %v", len(jobs), err)
			}
			if len(jobs) == 1 && jobs[0].Attempts != 1 {
				t.Errorf("%d attempts", jobs[0].Attempts)
			}
		})
	}
}
