package bottest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// chatMessageTests are about what the bot says, and what people say to it.
var chatMessageTests = []platformTest{
	{"a message with the same key is said once", func(t testing.TB, b *scene) {
		id := b.room(t, b.People[0])
		m := bot.Message{Text: "Welkom in dit overleg", Buttons: []bot.Button{{Label: "Lees meer", Ticket: "t-1"}}}
		first, err := b.Platform.Post(b.ctx(t), id, m, "welcome")
		if err != nil {
			t.Fatalf("Post: %v", err)
		}
		second, err := b.Platform.Post(b.ctx(t), id, m, "welcome")
		if err != nil || second != first {
			t.Fatalf("Post again = %q, %v; want %q", second, err, first)
		}
		if got := seesText(t, b.People[0], id, "Welkom in dit overleg"); got != 1 {
			t.Errorf("the message is there %d times, want once", got)
		}
	}},
	{"a pinned message is pinned and a hidden one is gone", func(t testing.TB, b *scene) {
		id := b.room(t, b.People[0])
		m, err := b.Platform.Post(b.ctx(t), id, bot.Message{Text: "Afspraken"}, "pin")
		if err != nil {
			t.Fatalf("Post: %v", err)
		}
		if err := b.Platform.Pin(b.ctx(t), m); err != nil {
			t.Fatalf("Pin: %v", err)
		}
		seen, err := b.People[0].See(id)
		if err != nil || len(seen) == 0 {
			t.Fatalf("See: %v, %v", seen, err)
		}
		if !slices.ContainsFunc(seen, func(s Seen) bool { return s.ID == m && s.Pinned }) {
			t.Error("the message is not pinned")
		}
		for range 2 {
			if err := b.Platform.Hide(b.ctx(t), m); err != nil {
				t.Fatalf("Hide: %v", err)
			}
		}
		if got := seesText(t, b.People[0], id, "Afspraken"); got != 0 {
			t.Error("the hidden message is still there")
		}
	}},
	{"what is told to one person is told once and to nobody else", func(t testing.TB, b *scene) {
		key := "tell-" + b.name()
		for range 2 {
			if _, err := b.Platform.Tell(b.ctx(t), b.People[0].ID(), bot.Message{Text: "Alleen voor jou"}, key); err != nil {
				t.Fatalf("Tell: %v", err)
			}
		}
		count := func(p Person) int {
			seen, err := p.SeeDirect()
			if err != nil {
				t.Fatalf("SeeDirect: %v", err)
			}
			n := 0
			for _, s := range seen {
				if strings.Contains(s.Text, "Alleen voor jou") {
					n++
				}
			}
			return n
		}
		if got := count(b.People[0]); got != 1 {
			t.Errorf("the person sees it %d times, want once", got)
		}
		if got := count(b.People[1]); got != 0 {
			t.Error("somebody else sees it")
		}
	}},
	{"the bot says for a person what it held, and lists what they said", func(t testing.TB, b *scene) {
		ownWords(t, b, b.room(t, b.People[0], b.People[1]))
	}},
	{"a mention, a direct message and a command reach the bot", func(t testing.TB, b *scene) {
		if err := b.People[0].SayTo("wat is een mdo?"); err != nil {
			t.Fatalf("SayTo: %v", err)
		}
		if _, err := b.Incoming.Await(b.ctx(t), func(e bot.Event) bool {
			return e.Kind == bot.Said && e.Direct && e.User == b.People[0].ID() && e.Text == "wat is een mdo?"
		}); err != nil {
			t.Errorf("the direct message did not arrive: %v", err)
		}
		if err := b.People[1].Say(b.Common, "@convenantbot wat is een zat?"); err != nil {
			t.Fatalf("Say: %v", err)
		}
		if _, err := b.Incoming.Await(b.ctx(t), func(e bot.Event) bool {
			return e.Kind == bot.Said && !e.Direct && e.User == b.People[1].ID() && e.Text == "wat is een zat?" && e.Channel == b.Common
		}); err != nil {
			t.Errorf("the mention did not arrive: %v", err)
		}
		if err := b.People[0].Command(b.Common, "casus", "status nu"); err != nil {
			t.Fatalf("Command: %v", err)
		}
		if _, err := b.Incoming.Await(b.ctx(t), func(e bot.Event) bool {
			return e.Kind == bot.Command && e.Name == "casus" && e.Text == "status nu" && e.User == b.People[0].ID() && e.Trigger != ""
		}); err != nil {
			t.Errorf("the command did not arrive: %v", err)
		}
	}},
	{"what people say to each other does not reach the bot", func(t testing.TB, b *scene) {
		if err := b.People[0].Say(b.Common, "tot morgen allemaal"); err != nil {
			t.Fatalf("Say: %v", err)
		}
		if err := b.People[0].Say(b.Common, "@convenantbot ben je er?"); err != nil {
			t.Fatalf("Say: %v", err)
		}
		if _, err := b.Incoming.Await(b.ctx(t), func(e bot.Event) bool { return e.Text == "ben je er?" }); err != nil {
			t.Fatalf("the mention did not arrive: %v", err)
		}
		short, cancel := context.WithTimeout(b.ctx(t), 50*time.Millisecond)
		defer cancel()
		if _, err := b.Incoming.Await(short, func(e bot.Event) bool { return strings.Contains(e.Text, "tot morgen") }); err == nil {
			t.Error("the bot was told what people said to each other")
		}
	}},
}
