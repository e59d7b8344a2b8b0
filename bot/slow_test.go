package bot_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// slowStore takes its time for every picture of it and every change.
type slowStore struct {
	bot.Store
	wait func(ctx context.Context) error
}

func (s *slowStore) View(ctx context.Context, f func(tx bot.Tx) error) error {
	if err := s.wait(ctx); err != nil {
		return err
	}
	return s.Store.View(ctx, f)
}

func TestWithASlowStoreAFormOpensInTimeOrIsRefusedClearly(t *testing.T) {
	for _, test := range []struct {
		name  string
		each  time.Duration // for each look at the store
		opens bool
	}{{"a quick store", 0, true}, {"half a second for each look", 500 * time.Millisecond, true}, {"four seconds for each look", 4 * time.Second, false}} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			casus := w.open(newCasus())
			w.store = &slowStore{w.store, func(context.Context) error { w.clock.Advance(test.each); return nil }}
			w.start()
			refused := 0
			for _, c := range bot.Suggestions() {
				tickets := w.ids
				before := len(w.told(ib))
				was, _ := w.person(ib).OpenForm()
				w.command(ib, casus.Room, c.Command, c.Word)
				now, err := w.person(ib).OpenForm()
				opened := err == nil && now.Ticket != was.Ticket
				said := strings.Join(w.told(ib)[before:], "\n")
				if strings.Contains(said, "niet op tijd") {
					refused++
				}
				switch {
				case opened && !test.opens:
					t.Errorf("/%s %s: the form opened though its time was over", c.Command, c.Word)
				case !opened && test.opens && strings.Contains(said, "niet op tijd"):
					t.Errorf("/%s %s: the form was refused though there was time", c.Command, c.Word)
				case strings.Contains(said, "niet op tijd") && w.ids != tickets:
					t.Errorf("/%s %s: nobody sees the form, and its ticket was given out", c.Command, c.Word)
				}
			}
			if !test.opens && refused < 8 {
				t.Errorf("%d forms were refused with a sentence, want each", refused)
			}
		})
	}
}

func TestAStoreThatHangsIsNotWaitedFor(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	hangs := false
	w.store = &slowStore{w.store, func(ctx context.Context) error {
		if d, ok := ctx.Deadline(); hangs && ok && time.Until(d) < 10*time.Second {
			return context.DeadlineExceeded // as a database says when it was not answered in time
		}
		return nil
	}}
	w.start()
	hangs = true
	w.command(ib, casus.Room, "casus", "bekend")
	if _, err := w.person(ib).OpenForm(); err == nil {
		t.Error("the form opened")
	}
	w.wantTold(ib, "niet op tijd")
}
