package bot_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/memory"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// followed is a library that counts how often it was brought up to date, changed
// by imports, and by removals.
type followed struct {
	shelf
	looks, taken, dropped atomic.Int64
}

var _ bot.Follower = (*followed)(nil)

func (f *followed) Follow(context.Context) error { f.looks.Add(1); return nil }

func (f *followed) Import(context.Context, []bot.GivenDocument, func(done, total int)) ([]bot.OwnDocument, error) {
	f.taken.Add(1)
	return []bot.OwnDocument{{Name: "convenant.md", Title: "Regionaal convenant", Version: 1}}, nil
}

func (f *followed) Documents(context.Context) ([]bot.OwnDocument, error) {
	return []bot.OwnDocument{{Name: "convenant.md", Title: "Regionaal convenant", Version: 1}}, nil
}

func (f *followed) Remove(context.Context, string) (int, error) { f.dropped.Add(1); return 1, nil }

// A document that one copy takes in or out has the other copies look, at once and
// not with their next round.
func TestTheOtherCopiesHearThatTheDocumentsChanged(t *testing.T) {
	w := newWorld(t)
	c := memory.New(memory.Options{Now: time.Now})
	libs := []*followed{{}, {}}
	var bots []*bot.Bot
	for _, lib := range libs {
		b := copyOf(t, w, w.store, c)
		b.Library, b.Keepers = lib, []bot.Account{{Platform: bottest.ChatName, User: guide}}
		running(t, b)
		eventually(t, "a look at the start", func() bool { return lib.looks.Load() > 0 })
		bots = append(bots, b)
	}
	w.chat.Connect(bots[0])
	// Whichever copy does the job, the other one is told.
	heard := func(what string, count func(*followed) int64, act func()) {
		before := []int64{libs[0].looks.Load(), libs[1].looks.Load()}
		act()
		var other int
		eventually(t, what, func() bool {
			for i, lib := range libs {
				if count(lib) > 0 {
					other = 1 - i
					return true
				}
			}
			return false
		})
		eventually(t, "a look by the other copy after "+what, func() bool { return libs[other].looks.Load() > before[other] })
	}
	press := func(label string) {
		eventually(t, "the button "+label, func() bool {
			seen, err := w.person(guide).SeeDirect()
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range slices.Backward(seen) {
				if slices.Contains(s.Labels, label) {
					return w.person(guide).Press(s.ID, label) == nil
				}
			}
			return false
		})
	}
	heard("the import", func(f *followed) int64 { return f.taken.Load() }, func() {
		if err := w.person(guide).(bottest.Giver).Give("", "convenant.md", []byte("Regionaal convenant")); err != nil {
			t.Fatal(err)
		}
		press("Neem op")
	})
	heard("the removal", func(f *followed) int64 { return f.dropped.Load() }, func() {
		if err := w.person(guide).Command("common", "convenant", "kennis"); err != nil {
			t.Fatal(err)
		}
		press("Verwijder convenant.md")
		press("Ja, verwijder het")
	})
}

// Without a coordination a copy looks by itself, and one without documents of its
// own to follow is left alone.
func TestWithoutSignalsACopyLooksByItself(t *testing.T) {
	w := newWorld(t)
	lib := &followed{}
	b := copyOf(t, w, w.store, nil)
	b.Library = lib
	running(t, b)
	eventually(t, "a look at the start", func() bool { return lib.looks.Load() > 0 })
	plain := copyOf(t, w, w.store, nil)
	plain.Library = &shelf{}
	running(t, plain) // ends with the test, or it hangs
}
