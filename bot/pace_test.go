package bot_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/memory"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// goes reports how many requests may go before one would have to wait.
func goes(t *testing.T, p *bot.Pace) (n int) {
	t.Helper()
	for ; n < 1000; n++ {
		ctx, stop := context.WithTimeout(t.Context(), time.Millisecond)
		err := p.Wait(ctx)
		stop()
		if errors.Is(err, context.DeadlineExceeded) {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return n
}

func TestCopiesKeepToOneRateTogether(t *testing.T) {
	clock := bottest.NewClock()
	limits := func() *memory.Coordination { return memory.New(memory.Options{Now: clock.Now}) }
	shared := limits()
	rate := bot.Rate{Burst: 10, Every: time.Minute}
	one := &bot.Pace{Name: "chat", Rate: rate, Shared: shared, Own: limits()}
	two := &bot.Pace{Name: "chat", Rate: rate, Shared: shared, Own: limits()}
	if a, b := goes(t, one), goes(t, two); a != 10 || b != 0 {
		t.Errorf("%d and %d go, want 10 and none", a, b)
	}
	clock.Advance(3 * time.Minute)
	if a := goes(t, two); a != 3 {
		t.Errorf("after three minutes %d go, want 3", a)
	}
	clock.Advance(time.Hour)
	one.Rest(t.Context(), 2*time.Hour)
	if b := goes(t, two); b != 0 {
		t.Errorf("%d go while all rest", b)
	}
}

func TestACopyThatCannotAskKeepsToItsPartOfTheRate(t *testing.T) {
	clock := bottest.NewClock()
	p := &bot.Pace{Name: "chat", Rate: bot.Rate{Burst: 12, Every: time.Minute}, Shared: gone{},
		Own: memory.New(memory.Options{Now: clock.Now}), Copies: func() int { return 3 }}
	if n := goes(t, p); n != 4 {
		t.Errorf("%d go, want a third of 12", n)
	}
	clock.Advance(3 * time.Minute)
	if n := goes(t, p); n != 1 {
		t.Errorf("after three minutes %d go, want one", n)
	}
	clock.Advance(time.Hour)
	p.Rest(t.Context(), 2*time.Hour)
	if n := goes(t, p); n != 0 {
		t.Errorf("%d go while resting", n)
	}
}

func TestAPaceOfOneCopyNeedsNobodyElse(t *testing.T) {
	p := &bot.Pace{Name: "chat", Rate: bot.Rate{Burst: 2, Every: time.Minute}, Own: memory.New(memory.Options{Now: bottest.NewClock().Now})}
	if n := goes(t, p); n != 2 {
		t.Errorf("%d go, want 2", n)
	}
}
