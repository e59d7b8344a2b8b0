package bottest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// Seen is a message as a person of the platform sees it.
type Seen struct {
	ID     bot.MessageID
	Author bot.UserID // blank: the bot
	Text   string
	Thread bot.MessageID
	Pinned bool
	Files  []SeenFile
	Labels []string // of its buttons
}

// SeenFile is a file as a person of the platform sees it.
type SeenFile struct {
	Name string
	Data []byte
}

// Person is a real user of a platform, acting the way people do: over the
// platform's own interface and with no more rights than they have.
type Person interface {
	ID() bot.UserID
	// Say posts text in a channel.
	Say(channel bot.ChannelID, text string) error
	// SayTo speaks to the bot in a direct conversation.
	SayTo(text string) error
	// Upload uploads a file into the channel and posts it there. An error is the
	// platform's refusal.
	Upload(channel bot.ChannelID, name string, data []byte) error
	// Add adds somebody to a channel by hand.
	Add(channel bot.ChannelID, user bot.UserID) error
	// See lists what this person sees in a channel, oldest first. An error means
	// that they cannot see the channel.
	See(channel bot.ChannelID) ([]Seen, error)
	// SeeDirect lists what the bot told this person in their direct conversation.
	SeeDirect() ([]Seen, error)
	// Command runs a slash command in a channel.
	Command(channel bot.ChannelID, name, text string) error
	// Press presses the button with this label below a message.
	Press(message bot.MessageID, label string) error
	// OpenForm returns the form that is shown to this person now, waiting for it
	// for a short while.
	OpenForm() (bot.Form, error)
	// Send fills in the form that is shown and returns what the person then sees.
	Send(values map[string][]string) (bot.FormAnswer, error)
}

// PlatformBench is one fresh platform with its people.
type PlatformBench struct {
	Platform bot.Platform
	Incoming *Incoming
	People   []Person      // at least four, all active
	Inactive bot.UserID    // a deactivated account
	Common   bot.ChannelID // a channel in which everybody and the bot are

	// Speaks sets the language of somebody's chat, such as "en".
	Speaks func(t testing.TB, user bot.UserID, locale string)
}

// Platform checks the promises written at bot.Platform and bot.Incoming. fresh
// returns a bench whose rooms are fresh; the platform behind it may be shared as
// long as names do not clash: each room gets a new name. What a platform cannot keep
// is named in except, and must really fail there.
func Platform(t *testing.T, fresh func(t *testing.T) PlatformBench, except ...Exception) {
	run, open := exceptions(t, fresh, except)
	defer run.complete(t)
	n := time.Now().UnixNano() % 1_000_000
	name := func() string {
		n++
		return fmt.Sprintf("casus-2026-%06d", n)
	}
	for _, tests := range [][]platformTest{chatRoomTests, chatMessageTests, judgedTests, documentTests, formTests} {
		for _, test := range tests {
			run.t(test.name, func(t testing.TB) { test.run(t, &scene{PlatformBench: open(t), name: name}) })
		}
	}
}

type platformTest struct {
	name string
	run  func(t testing.TB, b *scene)
}

// scene adds to a platform what the tests do often.
type scene struct {
	PlatformBench
	name func() string // a new name for a room
}

// ctx ends before a platform that does not answer can hold up the others.
func (b *scene) ctx(t testing.TB) context.Context {
	c, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	t.Cleanup(cancel)
	return c
}

// room makes a protected room with people in it.
func (b *scene) room(t testing.TB, with ...Person) bot.ChannelID {
	t.Helper()
	id, err := b.Platform.CreateRoom(b.ctx(t), b.name(), "Casusoverleg")
	if err != nil {
		t.Fatalf("CreateRoom: %v", err)
	}
	if err := b.Platform.Protect(b.ctx(t), id); err != nil {
		t.Fatalf("Protect: %v", err)
	}
	for _, p := range with {
		if err := b.Platform.AddToRoom(b.ctx(t), id, p.ID()); err != nil {
			t.Fatalf("AddToRoom: %v", err)
		}
	}
	return id
}

// members lists who is in a room, sorted.
func (b *scene) members(t testing.TB, id bot.ChannelID) []bot.UserID {
	t.Helper()
	users, err := b.Platform.RoomMembers(b.ctx(t), id)
	if err != nil {
		t.Fatalf("RoomMembers: %v", err)
	}
	slices.Sort(users)
	return users
}

// seesText counts the messages in a channel that hold a text, as a person sees it.
func seesText(t testing.TB, p Person, id bot.ChannelID, text string) int {
	t.Helper()
	seen, err := p.See(id)
	if err != nil {
		t.Fatalf("See: %v", err)
	}
	count := 0
	for _, s := range seen {
		if strings.Contains(s.Text, text) {
			count++
		}
	}
	return count
}

// filesSeen lists the files in a channel, as a person sees it.
func filesSeen(t testing.TB, p Person, id bot.ChannelID) []SeenFile {
	t.Helper()
	seen, err := p.See(id)
	if err != nil {
		t.Fatalf("See: %v", err)
	}
	var all []SeenFile
	for _, s := range seen {
		all = append(all, s.Files...)
	}
	return all
}
