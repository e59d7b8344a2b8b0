package bottest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// CoordinationBench is a fresh coordination under test.
type CoordinationBench struct {
	Coordination bot.Coordination
	// Other is a second copy of the bot on the same coordination. In one process it
	// may be the same value.
	Other bot.Coordination
	// Term is a lease that is short by the clock of Pass. It is also how long an
	// entry may be under way before it is handed out again.
	Term time.Duration
	// Pass lets d go by, for terms and leases.
	Pass func(d time.Duration)
	// Forget empties it, as a restart without its data does.
	Forget func()
	// Full is how many entries one queue takes.
	Full int
}

// Coordination runs the contract of bot.Coordination. open gives an empty one
// each time.
func Coordination(t *testing.T, open func(t *testing.T) CoordinationBench) {
	t.Helper()
	for _, group := range []struct {
		name  string
		tests []coordinationTest
	}{
		{"echoes", echoTests},
		{"intake", intakeTests},
		{"turns", turnTests},
		{"limits", limitTests},
		{"signals", signalTests},
		{"presence", presenceTests},
		{"forgetting", forgetTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, test := range group.tests {
				t.Run(test.name, func(t *testing.T) { test.run(t, coordinationBench{open(t), t.Context()}) })
			}
		})
	}
	t.Run("names", func(t *testing.T) { coordinationNames(t, open(t)) })
}

type coordinationTest struct {
	name string
	run  func(t *testing.T, b coordinationBench)
}

type coordinationBench struct {
	CoordinationBench
	ctx context.Context
}

func (b coordinationBench) heard(t testing.TB, c bot.Coordination, event string, want bool) {
	t.Helper()
	if got, err := c.Heard(b.ctx, event); got != want || err != nil {
		t.Errorf("Heard(%s) = %v, %v, want %v", event, got, err, want)
	}
}

var echoTests = []coordinationTest{
	{"an event is heard by all once it was remembered", func(t *testing.T, b coordinationBench) {
		b.heard(t, b.Coordination, "mattermost:e1", false)
		must(t, b.Coordination.Remember(b.ctx, time.Hour, "mattermost:e1"))
		b.heard(t, b.Coordination, "mattermost:e1", true)
		b.heard(t, b.Other, "mattermost:e1", true)
		b.heard(t, b.Other, "mattermost:e2", false)
		b.heard(t, b.Other, "mattermost:e", false)
	}},
	{"many are remembered at once, and none is no error", func(t *testing.T, b coordinationBench) {
		must(t, b.Coordination.Remember(b.ctx, time.Hour))
		must(t, b.Coordination.Remember(b.ctx, time.Hour, "e1", "e2", "e1"))
		b.heard(t, b.Other, "e1", true)
		b.heard(t, b.Other, "e2", true)
		b.heard(t, b.Other, "e3", false)
	}},
	{"asking does not remember", func(t *testing.T, b coordinationBench) {
		b.heard(t, b.Coordination, "mattermost:e1", false)
		b.heard(t, b.Coordination, "mattermost:e1", false)
	}},
	{"it is forgotten after its term, and a repeat prolongs it", func(t *testing.T, b coordinationBench) {
		must(t, b.Coordination.Remember(b.ctx, b.Term, "once"))
		must(t, b.Coordination.Remember(b.ctx, b.Term, "twice"))
		must(t, b.Coordination.Remember(b.ctx, time.Hour, "twice"))
		b.Pass(b.Term + b.Term/4)
		b.heard(t, b.Coordination, "once", false)
		b.heard(t, b.Coordination, "twice", true)
	}},
}

// take takes from a queue and returns the ids.
func (b coordinationBench) take(t testing.TB, c bot.Coordination, shard, n int) (all []bot.IntakeEntry, ids []string) {
	t.Helper()
	all, err := c.Take(b.ctx, shard, n, 0)
	if err != nil {
		t.Fatalf("Take(%d): %v", shard, err)
	}
	for _, e := range all {
		ids = append(ids, e.ID)
		if e.Shard != shard {
			t.Errorf("Take(%d) = %+v, of another shard", shard, e)
		}
	}
	return all, ids
}

func (b coordinationBench) put(t testing.TB, shard int, ids ...string) {
	t.Helper()
	for _, id := range ids {
		must(t, b.Coordination.Put(b.ctx, bot.IntakeEntry{Shard: shard, ID: id}))
	}
}

var intakeTests = []coordinationTest{
	{"entries come in the order of putting, to one taker each", func(t *testing.T, b coordinationBench) {
		b.put(t, 3, "a", "b", "c", "d")
		_, first := b.take(t, b.Coordination, 3, 2)
		_, second := b.take(t, b.Other, 3, 9)
		_, none := b.take(t, b.Coordination, 3, 9)
		if !slices.Equal(first, []string{"a", "b"}) || !slices.Equal(second, []string{"c", "d"}) || none != nil {
			t.Errorf("Take = %v, %v, %v, want a b, c d and none", first, second, none)
		}
	}},
	{"queues do not mix", func(t *testing.T, b coordinationBench) {
		b.put(t, 3, "a")
		b.put(t, bot.IntakeShards-1, "z")
		_, none := b.take(t, b.Coordination, 0, 9)
		_, z := b.take(t, b.Coordination, bot.IntakeShards-1, 9)
		if none != nil || !slices.Equal(z, []string{"z"}) {
			t.Errorf("Take = %v and %v, want none and z", none, z)
		}
	}},
	{"an empty queue keeps nobody waiting for longer than they said", func(t *testing.T, b coordinationBench) {
		ctx, stop := context.WithTimeout(b.ctx, 30*time.Second)
		defer stop()
		if got, err := b.Coordination.Take(ctx, 0, 1, 50*time.Millisecond); got != nil || err != nil {
			t.Errorf("Take = %v, %v, want none before the context ends", got, err)
		}
	}},
	{"who waits gets what is put", func(t *testing.T, b coordinationBench) {
		came := make(chan []bot.IntakeEntry, 1)
		go func() {
			all, _ := b.Other.Take(b.ctx, 1, 5, 10*time.Minute)
			came <- all
		}()
		time.Sleep(20 * time.Millisecond) // so that it mostly waits already; both orders must work
		b.put(t, 1, "a")
		select {
		case all := <-came:
			if len(all) != 1 || all[0].ID != "a" {
				t.Errorf("Take = %+v, want a", all)
			}
		case <-time.After(2 * time.Minute):
			t.Error("Take slept on")
		}
	}},
	{"waiting ends with the context", func(t *testing.T, b coordinationBench) {
		ctx, stop := context.WithCancel(b.ctx)
		ended := make(chan struct{})
		go func() {
			_, _ = b.Coordination.Take(ctx, 1, 5, 10*time.Minute)
			close(ended)
		}()
		stop()
		select {
		case <-ended:
		case <-time.After(2 * time.Minute):
			t.Error("Take went on after its context")
		}
	}},
	{"what is done does not come back, also when it is done twice", func(t *testing.T, b coordinationBench) {
		b.put(t, 3, "a", "b")
		all, _ := b.take(t, b.Coordination, 3, 1)
		must(t, b.Coordination.Done(b.ctx, all...))
		must(t, b.Other.Done(b.ctx, all...))
		must(t, b.Other.Done(b.ctx))
		b.Pass(b.Term + b.Term/4)
		if _, ids := b.take(t, b.Other, 3, 9); !slices.Equal(ids, []string{"b"}) {
			t.Errorf("Take = %v, want b", ids)
		}
	}},
	{"what somebody took and never finished is handed out again, before new entries", func(t *testing.T, b coordinationBench) {
		b.put(t, 3, "a", "b")
		b.take(t, b.Coordination, 3, 2)
		b.put(t, 3, "c")
		if _, ids := b.take(t, b.Other, 3, 1); !slices.Equal(ids, []string{"c"}) {
			t.Errorf("before the term Take = %v, want c", ids)
		}
		b.put(t, 3, "d")
		b.Pass(b.Term + b.Term/4)
		all, ids := b.take(t, b.Other, 3, 2)
		if !slices.Equal(ids, []string{"a", "b"}) {
			t.Fatalf("after the term Take = %v, want a b", ids)
		}
		if all[0].Tries != 2 {
			t.Errorf("Tries = %d, want 2", all[0].Tries)
		}
		if _, ids := b.take(t, b.Coordination, 3, 2); !slices.Contains(ids, "d") {
			t.Errorf("then Take = %v, want d in it", ids)
		}
	}},
	{"what nobody finishes is put aside", func(t *testing.T, b coordinationBench) {
		b.put(t, 3, "bad", "good")
		for n := 1; n <= bot.IntakeTries; n++ {
			all, ids := b.take(t, b.Coordination, 3, 1)
			if !slices.Equal(ids, []string{"bad"}) || all[0].Tries != n {
				t.Fatalf("try %d: Take = %+v, want bad", n, all)
			}
			b.Pass(b.Term + b.Term/4)
		}
		if _, ids := b.take(t, b.Other, 3, 2); !slices.Equal(ids, []string{"good"}) {
			t.Errorf("Take = %v, want good alone", ids)
		}
		aside, err := b.Other.Aside(b.ctx, 3)
		if err != nil || !slices.Equal(aside, []string{"bad"}) {
			t.Errorf("Aside = %v, %v, want bad", aside, err)
		}
		if aside, err := b.Other.Aside(b.ctx, 4); err != nil || len(aside) != 0 {
			t.Errorf("Aside of another queue = %v, %v", aside, err)
		}
	}},
	{"a full queue says so and takes more once there is room", func(t *testing.T, b coordinationBench) {
		for n := range b.Full {
			b.put(t, 2, fmt.Sprint("e", n))
		}
		if err := b.Coordination.Put(b.ctx, bot.IntakeEntry{Shard: 2, ID: "late"}); !errors.Is(err, bot.ErrBusy) {
			t.Errorf("Put into a full queue = %v, want ErrBusy", err)
		}
		b.put(t, 1, "elsewhere")
		all, ids := b.take(t, b.Coordination, 2, 1)
		if !slices.Equal(ids, []string{"e0"}) {
			t.Errorf("Take = %v, want e0", ids)
		}
		if err := b.Coordination.Put(b.ctx, bot.IntakeEntry{Shard: 2, ID: "late"}); !errors.Is(err, bot.ErrBusy) {
			t.Errorf("Put while one is under way = %v, want ErrBusy", err)
		}
		must(t, b.Coordination.Done(b.ctx, all...))
		b.put(t, 2, "late")
	}},
	{"many are put at once, each in its queue in this order, and one queue that is full keeps nothing else out", func(t *testing.T, b coordinationBench) {
		for n := range b.Full - 1 {
			b.put(t, 2, fmt.Sprint("e", n))
		}
		must(t, b.Coordination.Put(b.ctx))
		err := b.Coordination.Put(b.ctx, bot.IntakeEntry{Shard: 1, ID: "a"}, bot.IntakeEntry{Shard: 2, ID: "fits"},
			bot.IntakeEntry{Shard: 2, ID: "late"}, bot.IntakeEntry{Shard: 1, ID: "b"})
		if !errors.Is(err, bot.ErrBusy) {
			t.Errorf("Put = %v, want ErrBusy", err)
		}
		if _, ids := b.take(t, b.Other, 1, 9); !slices.Equal(ids, []string{"a", "b"}) {
			t.Errorf("Take = %v, want a b", ids)
		}
		if _, ids := b.take(t, b.Other, 2, b.Full); len(ids) != b.Full || ids[b.Full-1] != "fits" {
			t.Errorf("Take = %v, want the queue full, fits as its last", ids)
		}
	}},
	{"a shard that there is not is refused", func(t *testing.T, b coordinationBench) {
		var invalid *bot.InvalidError
		for _, shard := range []int{-1, bot.IntakeShards} {
			if err := b.Coordination.Put(b.ctx, bot.IntakeEntry{Shard: shard, ID: "a"}); !errors.As(err, &invalid) {
				t.Errorf("Put(%d) = %v, want an InvalidError", shard, err)
			}
			if _, err := b.Coordination.Take(b.ctx, shard, 1, 0); !errors.As(err, &invalid) {
				t.Errorf("Take(%d) = %v, want an InvalidError", shard, err)
			}
		}
	}},
}

func (b coordinationBench) turn(t testing.TB, c bot.Coordination, name, owner string, term time.Duration, want bool) {
	t.Helper()
	if got, err := c.TakeTurn(b.ctx, name, owner, term); got != want || err != nil {
		t.Errorf("TakeTurn(%s, %s) = %v, %v, want %v", name, owner, got, err, want)
	}
}

var turnTests = []coordinationTest{
	{"one has the turn and can prolong it", func(t *testing.T, b coordinationBench) {
		b.turn(t, b.Coordination, "shard/3", "one", b.Term, true)
		b.turn(t, b.Other, "shard/3", "two", b.Term, false)
		b.turn(t, b.Other, "shard/4", "two", b.Term, true)
		b.turn(t, b.Coordination, "shard/3", "one", 100*b.Term, true)
		b.Pass(b.Term + b.Term/4)
		b.turn(t, b.Other, "shard/3", "two", b.Term, false)
		b.turn(t, b.Coordination, "shard/4", "one", b.Term, true)
	}},
	{"a turn that lapsed goes to another, and its holder notices", func(t *testing.T, b coordinationBench) {
		b.turn(t, b.Coordination, "shard/3", "one", b.Term, true)
		b.Pass(b.Term + b.Term/4)
		b.turn(t, b.Other, "shard/3", "two", 100*b.Term, true)
		b.turn(t, b.Coordination, "shard/3", "one", b.Term, false)
	}},
	{"giving back lets another in at once, but not by somebody else", func(t *testing.T, b coordinationBench) {
		b.turn(t, b.Coordination, "shard/3", "one", 100*b.Term, true)
		must(t, b.Other.EndTurn(b.ctx, "shard/3", "two"))
		b.turn(t, b.Other, "shard/3", "two", b.Term, false)
		must(t, b.Coordination.EndTurn(b.ctx, "shard/3", "one"))
		must(t, b.Coordination.EndTurn(b.ctx, "shard/3", "one"))
		b.turn(t, b.Other, "shard/3", "two", b.Term, true)
	}},
	{"of many at once one gets it", func(t *testing.T, b coordinationBench) {
		var group sync.WaitGroup
		won := make(chan string, 16)
		for n := range 16 {
			group.Go(func() {
				if ok, _ := b.Coordination.TakeTurn(b.ctx, "x", fmt.Sprint("o", n), 100*b.Term); ok {
					won <- "x"
				}
			})
		}
		group.Wait()
		if len(won) != 1 {
			t.Errorf("%d got the turn", len(won))
		}
	}},
}

// spend takes n times and returns how long the last one had to wait.
func (b coordinationBench) spend(t testing.TB, c bot.Coordination, name string, rate bot.Rate, n int) (wait time.Duration) {
	t.Helper()
	for range n {
		var err error
		if wait, err = c.Spend(b.ctx, name, rate); err != nil {
			t.Fatalf("Spend(%s): %v", name, err)
		}
	}
	return wait
}

var limitTests = []coordinationTest{
	{"the burst goes at once, to all copies together, and then one waits", func(t *testing.T, b coordinationBench) {
		rate := bot.Rate{Burst: 3, Every: 10 * b.Term}
		if wait := b.spend(t, b.Coordination, "mattermost", rate, 2); wait != 0 {
			t.Errorf("within the burst: wait %s", wait)
		}
		if wait := b.spend(t, b.Other, "mattermost", rate, 1); wait != 0 {
			t.Errorf("the last of the burst: wait %s", wait)
		}
		if wait := b.spend(t, b.Other, "mattermost", rate, 1); wait <= 0 || wait > 10*b.Term {
			t.Errorf("over the burst: wait %s, want at most %s", wait, 10*b.Term)
		}
		if wait := b.spend(t, b.Other, "slack", rate, 1); wait != 0 {
			t.Errorf("another name: wait %s", wait)
		}
	}},
	{"it fills up again, and not above the burst", func(t *testing.T, b coordinationBench) {
		rate := bot.Rate{Burst: 2, Every: b.Term}
		b.spend(t, b.Coordination, "x", rate, 2)
		b.Pass(b.Term + b.Term/4)
		if wait := b.spend(t, b.Coordination, "x", rate, 1); wait != 0 {
			t.Errorf("after one term: wait %s", wait)
		}
		if wait := b.spend(t, b.Coordination, "x", rate, 1); wait <= 0 {
			t.Error("two after one term")
		}
		b.Pass(5 * b.Term)
		if wait := b.spend(t, b.Coordination, "x", rate, 2); wait != 0 {
			t.Errorf("the burst after a long time: wait %s", wait)
		}
		if wait := b.spend(t, b.Coordination, "x", rate, 1); wait <= 0 {
			t.Error("more than the burst after a long time")
		}
	}},
	{"who waits takes nothing", func(t *testing.T, b coordinationBench) {
		rate := bot.Rate{Burst: 1, Every: b.Term}
		b.spend(t, b.Coordination, "x", rate, 30)
		b.Pass(b.Term + b.Term/4)
		if wait := b.spend(t, b.Coordination, "x", rate, 1); wait != 0 {
			t.Errorf("wait %s after the term", wait)
		}
	}},
	{"a rest holds for all, and a shorter one does not end it", func(t *testing.T, b coordinationBench) {
		rate := bot.Rate{Burst: 5, Every: time.Millisecond}
		must(t, b.Coordination.Rest(b.ctx, "x", 3*b.Term))
		must(t, b.Coordination.Rest(b.ctx, "x", b.Term))
		if wait := b.spend(t, b.Other, "x", rate, 1); wait <= b.Term || wait > 3*b.Term {
			t.Errorf("in a rest: wait %s, want up to %s", wait, 3*b.Term)
		}
		b.Pass(3*b.Term + b.Term/4)
		if wait := b.spend(t, b.Other, "x", rate, 1); wait != 0 {
			t.Errorf("after a rest: wait %s", wait)
		}
	}},
	{"a rate of nothing is refused", func(t *testing.T, b coordinationBench) {
		var invalid *bot.InvalidError
		for _, rate := range []bot.Rate{{}, {Burst: 1}, {Every: time.Second}, {Burst: -1, Every: time.Second}} {
			if _, err := b.Coordination.Spend(b.ctx, "x", rate); !errors.As(err, &invalid) {
				t.Errorf("Spend(%+v) = %v, want an InvalidError", rate, err)
			}
		}
	}},
}

// listener hears signals in the background.
type listener struct {
	heard chan string
	ended chan error
	stop  context.CancelFunc
}

func (b coordinationBench) listen(c bot.Coordination) *listener {
	ctx, stop := context.WithCancel(b.ctx)
	l := &listener{make(chan string, 100), make(chan error, 1), stop}
	go func() { l.ended <- c.Listen(ctx, func(topic string) { l.heard <- topic }) }()
	return l
}

// wait waits until the listener hears topic.
func (l *listener) wait(t testing.TB, topic string) {
	t.Helper()
	for end := time.After(2 * time.Minute); ; {
		select {
		case got := <-l.heard:
			if got == topic {
				return
			}
		case <-end:
			t.Fatalf("%q was not heard", topic)
		}
	}
}

var signalTests = []coordinationTest{
	{"a listener first hears that it may have missed something", func(t *testing.T, b coordinationBench) {
		l := b.listen(b.Coordination)
		l.wait(t, bot.SignalMissed)
		l.stop()
		if err := <-l.ended; err != nil {
			t.Errorf("Listen = %v, want nil at the end of its context", err)
		}
	}},
	{"every listener hears a signal, the sender's own too", func(t *testing.T, b coordinationBench) {
		one, two := b.listen(b.Coordination), b.listen(b.Other)
		one.wait(t, bot.SignalMissed)
		two.wait(t, bot.SignalMissed)
		must(t, b.Coordination.Signal(b.ctx, bot.SignalWork))
		one.wait(t, bot.SignalWork)
		two.wait(t, bot.SignalWork)
		one.stop()
		<-one.ended
		must(t, b.Coordination.Signal(b.ctx, bot.SignalPolicy))
		two.wait(t, bot.SignalPolicy)
		two.stop()
		<-two.ended
	}},
	{"a signal that nobody hears is no error", func(t *testing.T, b coordinationBench) {
		must(t, b.Coordination.Signal(b.ctx, bot.SignalWork))
	}},
}

func (b coordinationBench) present(t testing.TB, c bot.Coordination, owner string, term time.Duration, want ...string) {
	t.Helper()
	if got, err := c.Present(b.ctx, owner, term); !slices.Equal(got, want) || err != nil {
		t.Errorf("Present(%s) = %v, %v, want %v", owner, got, err, want)
	}
}

var presenceTests = []coordinationTest{
	{"everybody who is there is listed in order, until their term is over", func(t *testing.T, b coordinationBench) {
		b.present(t, b.Coordination, "two", b.Term, "two")
		b.present(t, b.Other, "one", 100*b.Term, "one", "two")
		b.Pass(b.Term + b.Term/4)
		b.present(t, b.Coordination, "three", b.Term, "one", "three")
	}},
	{"whoever takes leave is not listed", func(t *testing.T, b coordinationBench) {
		b.present(t, b.Coordination, "one", 100*b.Term, "one")
		b.present(t, b.Other, "two", 100*b.Term, "one", "two")
		b.present(t, b.Coordination, "one", 0, "two")
	}},
}

// What is forgotten costs time and nothing else: everything works on at once.
var forgetTests = []coordinationTest{
	{"after forgetting everything works as on the first day", func(t *testing.T, b coordinationBench) {
		must(t, b.Coordination.Remember(b.ctx, time.Hour, "e1"))
		b.put(t, 3, "a", "b")
		under, _ := b.take(t, b.Coordination, 3, 1)
		b.turn(t, b.Coordination, "x", "one", 100*b.Term, true)
		b.present(t, b.Coordination, "one", 100*b.Term, "one")
		rate := bot.Rate{Burst: 1, Every: 100 * b.Term}
		b.spend(t, b.Coordination, "x", rate, 1)
		l := b.listen(b.Other)
		l.wait(t, bot.SignalMissed)
		b.Forget()
		b.heard(t, b.Coordination, "e1", false)
		if _, ids := b.take(t, b.Coordination, 3, 5); ids != nil {
			t.Errorf("Take = %v, want none", ids)
		}
		must(t, b.Coordination.Done(b.ctx, under...))
		b.put(t, 3, "c")
		if _, ids := b.take(t, b.Coordination, 3, 5); !slices.Equal(ids, []string{"c"}) {
			t.Errorf("Take = %v, want c", ids)
		}
		b.turn(t, b.Other, "x", "two", b.Term, true)
		b.present(t, b.Other, "two", b.Term, "two")
		if wait := b.spend(t, b.Coordination, "x", rate, 1); wait != 0 {
			t.Errorf("Spend waits %s", wait)
		}
		must(t, b.Coordination.Signal(b.ctx, bot.SignalWork))
		l.wait(t, bot.SignalWork)
		l.stop()
		<-l.ended
	}},
}

// coordinationNames tries what must never get in: addresses, sentences, and what
// is too long to be a key.
func coordinationNames(t *testing.T, b CoordinationBench) {
	ctx, c := t.Context(), b.Coordination
	for _, name := range []string{"", "jan@school.nl", "Jan de Vries", "é", "a\nb", "{1}", strings.Repeat("x", 201)} {
		rate := bot.Rate{Burst: 1, Every: time.Second}
		for what, err := range map[string]error{
			"Heard":    second(c.Heard(ctx, name)),
			"Remember": c.Remember(ctx, time.Hour, name),
			"Put":      c.Put(ctx, bot.IntakeEntry{ID: name}),
			"TakeTurn": second(c.TakeTurn(ctx, name, "o", time.Hour)),
			"owner":    second(c.TakeTurn(ctx, "n", name, time.Hour)),
			"EndTurn":  c.EndTurn(ctx, name, "o"),
			"Spend":    second(c.Spend(ctx, name, rate)),
			"Rest":     c.Rest(ctx, name, time.Hour),
			"Signal":   c.Signal(ctx, name),
			"Present":  second(c.Present(ctx, name, time.Hour)),
		} {
			var invalid *bot.InvalidError
			if !errors.As(err, &invalid) {
				t.Errorf("%s(%q) = %v, want an InvalidError", what, name, err)
			} else if name != "" && strings.Contains(err.Error(), name) {
				t.Errorf("%s(%q) repeats it: %v", what, name, err)
			}
		}
	}
	if err := c.Put(ctx, bot.IntakeEntry{ID: strings.Repeat("x", 200)}); err != nil {
		t.Errorf("Put of 200 bytes: %v", err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func second[T any](_ T, err error) error { return err }
