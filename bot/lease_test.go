package bot_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// leaseWatch is a store that tells who asked for which lease and with what result.
type leaseWatch struct {
	bot.Store
	mu     sync.Mutex
	asked  map[string]int
	got    map[string]int
	before func(ctx context.Context, l bot.Lease) // after a lease was given and before it is used
}

func (s *leaseWatch) TakeLease(ctx context.Context, name, owner string, term time.Duration) (bot.Lease, error) {
	l, err := s.Store.TakeLease(ctx, name, owner, term)
	s.mu.Lock()
	s.asked[name]++
	if err == nil {
		s.got[name]++
	}
	s.mu.Unlock()
	if err == nil && s.before != nil {
		s.before(ctx, l)
	}
	return l, err
}

func (s *leaseWatch) counts(name string) (asked, got int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[name], s.got[name]
}

func watchLeases(w *world) *leaseWatch {
	s := &leaseWatch{Store: w.store, asked: map[string]int{}, got: map[string]int{}}
	w.store = s
	return s
}

// runFor runs f until enough says that it is.
func runFor(t *testing.T, f func(ctx context.Context) error, enough func() bool) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = f(ctx) }()
	for end := time.Now().Add(time.Minute); !enough(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not happen")
		}
	}
	return func() { cancel(); <-ended }
}

func TestOfTwoCopiesOneHasEachDutyAndGivesItBackWhenItStops(t *testing.T) {
	for duty, run := range map[string]func(b *bot.Bot) func(context.Context) error{
		"rounds":    func(b *bot.Bot) func(context.Context) error { return b.Run },
		"roll_call": func(b *bot.Bot) func(context.Context) error { return b.RollCalls },
	} {
		w := newWorld(t)
		s := watchLeases(w)
		w.start()
		first := w.bot
		w.start()
		second := w.bot
		asked := func(n int) func() bool {
			return func() bool { got, _ := s.counts(duty); return got >= n }
		}
		stopFirst := runFor(t, run(first), asked(1))
		stopSecond := runFor(t, run(second), asked(2))
		if _, got := s.counts(duty); got != 1 {
			t.Errorf("%s: %d copies have it, want one", duty, got)
		}
		stopSecond()
		stopFirst()
		w.start()
		stopThird := runFor(t, run(w.bot), asked(3))
		if _, got := s.counts(duty); got != 2 {
			t.Errorf("%s: after the first one stopped nobody got it", duty)
		}
		stopThird()
	}
}

func TestACopyThatWasPausedPlansNothingOnceAnotherHasItsDuty(t *testing.T) {
	for _, paused := range []bool{false, true} {
		w := newWorld(t)
		s := watchLeases(w)
		tried := make(chan bool, 10)
		s.before = func(ctx context.Context, l bot.Lease) {
			if l.Name != "rounds" {
				return
			}
			if paused {
				w.clock.Advance(time.Hour)
				if _, err := s.Store.TakeLease(ctx, l.Name, "another", time.Hour); err != nil {
					t.Error(err)
				}
			}
			tried <- true
		}
		// A store whose work we see: nothing is claimed, so what was planned stays.
		kept := &unclaimed{Store: s, updated: make(chan error, 10)}
		w.store = kept
		w.start()
		stop := runFor(t, w.bot.Run, func() bool { return len(tried) > 0 && len(kept.updated) > 0 })
		stop()
		due := 0
		if err := s.View(t.Context(), func(tx bot.Tx) (err error) {
			due, _, err = tx.DueJobs(w.clock.Now())
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if planned := due > 0; planned == paused {
			t.Errorf("paused %v: %d jobs were planned", paused, due)
		}
	}
}

// unclaimed is a store in which no job is ever claimed.
type unclaimed struct {
	bot.Store
	updated chan error
}

func (s *unclaimed) ClaimJob(context.Context, time.Time, time.Duration) (bot.Job, error) {
	return bot.Job{}, bot.ErrNotFound
}

func (s *unclaimed) ClaimThese(context.Context, []string, time.Time, time.Duration) ([]bot.Job, []string, error) {
	return nil, nil, nil
}

func (s *unclaimed) Update(ctx context.Context, f func(tx bot.Tx) error) error {
	err := s.Store.Update(ctx, f)
	select {
	case s.updated <- err:
	default:
	}
	return err
}

var _ bot.Store = (*bottest.MemStore)(nil)
