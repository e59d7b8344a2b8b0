package bottest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
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
// long as names do not clash: name gives a new room name each time. What a
// platform cannot keep is named in except, and must really fail there.
func Platform(t *testing.T, fresh func(t *testing.T) PlatformBench, except ...Exception) {
	run, open := exceptions(t, fresh, except)
	defer run.complete(t)
	n := time.Now().UnixNano() % 1_000_000
	name := func() string {
		n++
		return fmt.Sprintf("casus-2026-%06d", n)
	}
	ctx := func(t testing.TB) context.Context {
		c, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
		t.Cleanup(cancel)
		return c
	}
	room := func(t testing.TB, b PlatformBench, with ...Person) bot.ChannelID {
		t.Helper()
		id, err := b.Platform.CreateRoom(ctx(t), name(), "Casusoverleg")
		if err != nil {
			t.Fatalf("CreateRoom: %v", err)
		}
		if err := b.Platform.Protect(ctx(t), id); err != nil {
			t.Fatalf("Protect: %v", err)
		}
		for _, p := range with {
			if err := b.Platform.AddToRoom(ctx(t), id, p.ID()); err != nil {
				t.Fatalf("AddToRoom: %v", err)
			}
		}
		return id
	}
	members := func(t testing.TB, b PlatformBench, id bot.ChannelID) []bot.UserID {
		t.Helper()
		users, err := b.Platform.RoomMembers(ctx(t), id)
		if err != nil {
			t.Fatalf("RoomMembers: %v", err)
		}
		slices.Sort(users)
		return users
	}
	seesText := func(t testing.TB, p Person, id bot.ChannelID, text string) int {
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
	files := func(t testing.TB, p Person, id bot.ChannelID) []SeenFile {
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

	run.t("a room is made once for a name", func(t testing.TB) {
		b := open(t)
		called := name()
		first, err := b.Platform.CreateRoom(ctx(t), called, "Casusoverleg")
		if err != nil {
			t.Fatalf("CreateRoom: %v", err)
		}
		second, err := b.Platform.CreateRoom(ctx(t), called, "Casusoverleg")
		if err != nil || second != first {
			t.Fatalf("CreateRoom again = %q, %v; want %q", second, err, first)
		}
	})

	run.t("a new room holds nobody and outsiders see nothing of it", func(t testing.TB) {
		b := open(t)
		id := room(t, b)
		if got := members(t, b, id); len(got) != 0 {
			t.Errorf("RoomMembers of a new room = %v, want none", got)
		}
		if _, err := b.People[0].See(id); err == nil {
			t.Error("an outsider sees the room")
		}
	})

	run.t("adding and removing twice changes nothing more", func(t testing.TB) {
		b := open(t)
		id := room(t, b, b.People[0], b.People[1])
		if err := b.Platform.AddToRoom(ctx(t), id, b.People[0].ID()); err != nil {
			t.Fatalf("AddToRoom again: %v", err)
		}
		want := []bot.UserID{b.People[0].ID(), b.People[1].ID()}
		slices.Sort(want)
		if got := members(t, b, id); !slices.Equal(got, want) {
			t.Errorf("RoomMembers = %v, want %v", got, want)
		}
		for range 2 {
			if err := b.Platform.RemoveFromRoom(ctx(t), id, b.People[1].ID()); err != nil {
				t.Fatalf("RemoveFromRoom: %v", err)
			}
		}
		if got := members(t, b, id); !slices.Equal(got, []bot.UserID{b.People[0].ID()}) {
			t.Errorf("RoomMembers after removal = %v, want only the first", got)
		}
		if _, err := b.People[1].See(id); err == nil {
			t.Error("who was removed still sees the room")
		}
	})

	run.t("a deactivated or unknown account is not added", func(t testing.TB) {
		b := open(t)
		id := room(t, b)
		for _, user := range []bot.UserID{b.Inactive, "doesnotexistdoesnotexist12"} {
			if err := b.Platform.AddToRoom(ctx(t), id, user); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("AddToRoom(%q): err = %v, want ErrNotFound", user, err)
			}
		}
		if got := members(t, b, id); len(got) != 0 {
			t.Errorf("RoomMembers = %v, want none", got)
		}
		if on, err := b.Platform.Active(ctx(t), b.Inactive); err != nil || on {
			t.Errorf("Active(deactivated) = %v, %v; want false", on, err)
		}
		if on, err := b.Platform.Active(ctx(t), b.People[0].ID()); err != nil || !on {
			t.Errorf("Active = %v, %v; want true", on, err)
		}
	})

	run.t("the language of somebody's chat comes through", func(t testing.TB) {
		b := open(t)
		one, other := b.People[0].ID(), b.People[1].ID()
		for _, locale := range []string{"en", "nl"} {
			b.Speaks(t, one, locale)
			for user, want := range map[bot.UserID]text.Lang{one: text.LangOf(locale), other: text.NL} {
				if got, err := b.Platform.Locale(ctx(t), user); err != nil || text.LangOf(got) != want {
					t.Errorf("Locale(%s) = %q, %v; want %s", user, got, err, want)
				}
			}
		}
		if got, err := b.Platform.Locale(ctx(t), "doesnotexistdoesnotexist12"); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("Locale of nobody = %q, %v; want ErrNotFound", got, err)
		}
	})

	run.t("a room that is not there is not found", func(t testing.TB) {
		b := open(t)
		if _, err := b.Platform.RoomMembers(ctx(t), "nosuchroomnosuchroomnosuch"); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("RoomMembers: err = %v, want ErrNotFound", err)
		}
	})

	run.t("a message with the same key is said once", func(t testing.TB) {
		b := open(t)
		id := room(t, b, b.People[0])
		m := bot.Message{Text: "Welkom in dit overleg", Buttons: []bot.Button{{Label: "Lees meer", Ticket: "t-1"}}}
		first, err := b.Platform.Post(ctx(t), id, m, "welcome")
		if err != nil {
			t.Fatalf("Post: %v", err)
		}
		second, err := b.Platform.Post(ctx(t), id, m, "welcome")
		if err != nil || second != first {
			t.Fatalf("Post again = %q, %v; want %q", second, err, first)
		}
		if got := seesText(t, b.People[0], id, "Welkom in dit overleg"); got != 1 {
			t.Errorf("the message is there %d times, want once", got)
		}
	})

	run.t("a pinned message is pinned and a hidden one is gone", func(t testing.TB) {
		b := open(t)
		id := room(t, b, b.People[0])
		m, err := b.Platform.Post(ctx(t), id, bot.Message{Text: "Afspraken"}, "pin")
		if err != nil {
			t.Fatalf("Post: %v", err)
		}
		if err := b.Platform.Pin(ctx(t), m); err != nil {
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
			if err := b.Platform.Hide(ctx(t), m); err != nil {
				t.Fatalf("Hide: %v", err)
			}
		}
		if got := seesText(t, b.People[0], id, "Afspraken"); got != 0 {
			t.Error("the hidden message is still there")
		}
	})

	run.t("what is told to one person is told once and to nobody else", func(t testing.TB) {
		b := open(t)
		key := "tell-" + name()
		for range 2 {
			if _, err := b.Platform.Tell(ctx(t), b.People[0].ID(), bot.Message{Text: "Alleen voor jou"}, key); err != nil {
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
	})

	run.t("somebody who is added by hand is reported with who did it", func(t testing.TB) {
		b := open(t)
		id := room(t, b, b.People[0])
		if err := b.People[0].Add(id, b.People[1].ID()); err != nil {
			t.Fatalf("Add: %v", err)
		}
		e, err := b.Incoming.Await(ctx(t), func(e bot.Event) bool {
			return e.Kind == bot.Joined && e.Channel == id && e.User == b.People[1].ID()
		})
		if err != nil {
			t.Fatalf("no event tells of it: %v", err)
		}
		if e.By != b.People[0].ID() {
			t.Errorf("By = %q, want %q", e.By, b.People[0].ID())
		}
	})

	run.t("a refused file is nowhere and its poster reads why", func(t testing.TB) {
		b := open(t)
		id := room(t, b, b.People[0], b.People[1])
		b.Incoming.Answer(func(bot.Upload, []byte) (bot.Answer, error) {
			return bot.Answer{Text: "Dit bestand mag hier niet."}, nil
		}, nil, nil)
		err := b.People[0].Upload(id, "verslag.pdf", []byte("inhoud van een verslag"))
		if err == nil || !strings.Contains(err.Error(), "Dit bestand mag hier niet.") {
			t.Fatalf("Upload: err = %v, want the sentence of the bot", err)
		}
		for _, p := range b.People[:2] {
			if got := files(t, p, id); len(got) != 0 {
				t.Errorf("%s sees %d files, want none", p.ID(), len(got))
			}
		}
	})

	run.t("the bot reads the bytes that are uploaded", func(t testing.TB) {
		b := open(t)
		id := room(t, b, b.People[0])
		data := []byte(strings.Repeat("abcdefghij", 40_000))
		got := make(chan string, 1)
		b.Incoming.Answer(func(u bot.Upload, content []byte) (bot.Answer, error) {
			if u.Channel == id {
				got <- Hash(content)
			}
			return bot.Answer{Text: "Nog niet."}, nil
		}, nil, nil)
		if err := b.People[0].Upload(id, "groot.txt", data); err == nil {
			t.Fatal("Upload succeeded, want a refusal")
		}
		select {
		case hash := <-got:
			if hash != Hash(data) {
				t.Error("the bot read other bytes than were sent")
			}
		case <-ctx(t).Done():
			t.Fatal("the bot was not asked")
		}
	})

	run.t("an allowed file is posted by its poster", func(t testing.TB) {
		b := open(t)
		id := room(t, b, b.People[0], b.People[1])
		yes := bot.Answer{Allow: true}
		b.Incoming.Answer(func(bot.Upload, []byte) (bot.Answer, error) { return yes, nil },
			func(bot.Posting) (bot.Answer, error) { return yes, nil }, nil)
		data := []byte("verzuimoverzicht")
		if err := b.People[0].Upload(id, "verzuim.txt", data); err != nil {
			t.Fatalf("Upload: %v", err)
		}
		got := files(t, b.People[1], id)
		if len(got) != 1 || got[0].Name != "verzuim.txt" || string(got[0].Data) != string(data) {
			t.Errorf("the other member sees %v, want the file", got)
		}
	})

	run.t("a file that passed the upload is stopped at the posting", func(t testing.TB) {
		b := open(t)
		id := room(t, b, b.People[0], b.People[1])
		b.Incoming.Answer(func(bot.Upload, []byte) (bot.Answer, error) { return bot.Answer{Allow: true}, nil },
			func(p bot.Posting) (bot.Answer, error) { return bot.Answer{Text: "Niet in dit kanaal."}, nil }, nil)
		if err := b.People[0].Upload(id, "verzuim.txt", []byte("x")); err == nil {
			t.Fatal("Upload succeeded, want a refusal")
		}
		if got := files(t, b.People[1], id); len(got) != 0 {
			t.Errorf("the other member sees %v, want nothing", got)
		}
	})

	run.t("in a protected room text is judged too", func(t testing.TB) {
		b := open(t)
		id := room(t, b, b.People[0], b.People[1])
		b.Incoming.Answer(nil, func(p bot.Posting) (bot.Answer, error) {
			return bot.Answer{Allow: !strings.Contains(p.Text, "geheim"), Text: "Dat mag hier niet."}, nil
		}, nil)
		if err := b.People[0].Say(id, "dit is geheim"); err == nil || !strings.Contains(err.Error(), "Dat mag hier niet.") {
			t.Errorf("Say: err = %v, want the sentence of the bot", err)
		}
		if err := b.People[0].Say(id, "tot morgen"); err != nil {
			t.Errorf("Say of something harmless: %v", err)
		}
		if got := seesText(t, b.People[1], id, "geheim"); got != 0 {
			t.Error("the other member sees what was refused")
		}
		if got := seesText(t, b.People[1], id, "tot morgen"); got != 1 {
			t.Error("the other member does not see what was allowed")
		}
	})

	run.t("when the bot fails to answer nothing passes", func(t testing.TB) {
		b := open(t)
		id := room(t, b, b.People[0], b.People[1])
		b.Incoming.Answer(func(bot.Upload, []byte) (bot.Answer, error) {
			return bot.Answer{Allow: true}, errors.New("broken")
		}, func(bot.Posting) (bot.Answer, error) {
			return bot.Answer{Allow: true}, errors.New("broken")
		}, nil)
		if err := b.People[0].Upload(id, "verzuim.txt", []byte("x")); err == nil {
			t.Fatal("Upload succeeded, want a refusal")
		}
		if got := files(t, b.People[1], id); len(got) != 0 {
			t.Errorf("the other member sees %v, want nothing", got)
		}
	})

	run.t("a file is posted for a person, once for a key", func(t testing.TB) {
		b := open(t)
		id := room(t, b, b.People[0], b.People[1])
		data := []byte("conclusie van het onderzoek")
		doc := bot.Document{Poster: b.People[0].ID(), Name: "conclusie.txt", Size: int64(len(data)), Hash: Hash(data), Text: "Zie bijlage"}
		first, err := b.Platform.PostFile(ctx(t), id, doc, reader(data), "file-1")
		if err != nil {
			t.Fatalf("PostFile: %v", err)
		}
		second, err := b.Platform.PostFile(ctx(t), id, doc, reader(data), "file-1")
		if err != nil || second != first {
			t.Fatalf("PostFile again = %q, %v; want %q", second, err, first)
		}
		seen, err := b.People[1].See(id)
		if err != nil {
			t.Fatalf("See: %v", err)
		}
		var with []Seen
		for _, s := range seen {
			if len(s.Files) > 0 {
				with = append(with, s)
			}
		}
		if len(with) != 1 {
			t.Fatalf("%d messages with files, want one", len(with))
		}
		if string(with[0].Files[0].Data) != string(data) || !strings.Contains(with[0].Text, "Zie bijlage") {
			t.Errorf("the message = %+v, want it with its text and bytes", with[0])
		}
	})

	run.t("whom a file is posted for is its author", func(t testing.TB) {
		b := open(t)
		id := room(t, b, b.People[0], b.People[1])
		data := []byte("conclusie van het onderzoek")
		doc := bot.Document{Poster: b.People[0].ID(), Name: "conclusie.txt", Size: int64(len(data)), Hash: Hash(data), Text: "Zie bijlage"}
		if _, err := b.Platform.PostFile(ctx(t), id, doc, reader(data), "file-1"); err != nil {
			t.Fatalf("PostFile: %v", err)
		}
		seen, err := b.People[1].See(id)
		if err != nil {
			t.Fatalf("See: %v", err)
		}
		for _, s := range seen {
			if len(s.Files) > 0 && s.Author != b.People[0].ID() {
				t.Errorf("its author is %q, want %q", s.Author, b.People[0].ID())
			}
		}
	})

	run.t("what is retracted is not seen, and nothing comes after it", func(t testing.TB) {
		b := open(t)
		id := room(t, b, b.People[0], b.People[1])
		data := []byte("mag niet meer")
		doc := bot.Document{Poster: b.People[0].ID(), Name: "verslag.txt", Size: int64(len(data)), Hash: Hash(data), Text: "Zie bijlage"}
		posted, err := b.Platform.PostFile(ctx(t), id, doc, reader(data), "there")
		if err != nil {
			t.Fatalf("PostFile: %v", err)
		}
		other, err := b.Platform.PostFile(ctx(t), id, doc, reader(data), "stays")
		if err != nil || other == posted {
			t.Fatalf("PostFile under another key = %q, %v", other, err)
		}
		for range 2 {
			if got, err := b.Platform.Retract(ctx(t), id, "there"); err != nil || got != posted {
				t.Errorf("Retract = %q, %v; want %q", got, err, posted)
			}
			if got, err := b.Platform.Retract(ctx(t), id, "not there yet"); err != nil || got != "" {
				t.Errorf("Retract of what was not posted = %q, %v; want nothing", got, err)
			}
		}
		for _, key := range []string{"there", "not there yet"} {
			if got, err := b.Platform.PostFile(ctx(t), id, doc, reader(data), key); !errors.Is(err, bot.ErrConflict) {
				t.Errorf("PostFile %q after Retract = %q, %v; want ErrConflict", key, got, err)
			}
		}
		if got := files(t, b.People[1], id); len(got) != 1 {
			t.Errorf("the other member sees %v, want the one file that stays", got)
		}
		if got, err := b.Platform.Retract(ctx(t), "kkkkkkkkkkkkkkkkkkkkkkkkkk", "there"); err != nil || got != "" {
			t.Errorf("Retract in a room that is not there = %q, %v; want nothing", got, err)
		}
	})

	run.t("other bytes than were decided on are not posted", func(t testing.TB) {
		b := open(t)
		id := room(t, b, b.People[0], b.People[1])
		doc := bot.Document{Poster: b.People[0].ID(), Name: "a.txt", Size: 5, Hash: Hash([]byte("right"))}
		if _, err := b.Platform.PostFile(ctx(t), id, doc, reader([]byte("wrong")), "file-2"); !errors.Is(err, bot.ErrConflict) {
			t.Errorf("PostFile: err = %v, want ErrConflict", err)
		}
		if got := files(t, b.People[1], id); len(got) != 0 {
			t.Errorf("the other member sees %v, want nothing", got)
		}
	})

	run.t("a file for one person reaches them once for a key, from the bot, and nobody else", func(t testing.TB) {
		b := open(t)
		data, key := []byte("een formulier om te printen"), "form-"+name()
		doc := bot.Document{Name: "formulier.pdf", Size: int64(len(data)), Hash: Hash(data), Text: "Hier is het formulier"}
		first, err := b.Platform.TellFile(ctx(t), b.People[0].ID(), doc, reader(data), key)
		if err != nil {
			t.Fatalf("TellFile: %v", err)
		}
		second, err := b.Platform.TellFile(ctx(t), b.People[0].ID(), doc, reader(data), key)
		if err != nil || second != first {
			t.Fatalf("TellFile again = %q, %v; want %q", second, err, first)
		}
		with := func(p Person) (found []Seen) {
			seen, err := p.SeeDirect()
			if err != nil {
				t.Fatalf("SeeDirect: %v", err)
			}
			for _, s := range seen {
				if s.ID == first || slices.ContainsFunc(s.Files, func(f SeenFile) bool { return string(f.Data) == string(data) }) {
					found = append(found, s)
				}
			}
			return found
		}
		got := with(b.People[0])
		if len(got) != 1 || len(got[0].Files) != 1 {
			t.Fatalf("the person sees %+v, want one message with one file", got)
		}
		if f := got[0].Files[0]; got[0].Author != "" || !strings.Contains(got[0].Text, "Hier is het formulier") || f.Name != "formulier.pdf" || string(f.Data) != string(data) {
			t.Errorf("the message = %+v, want it by the bot with its text, name and bytes", got[0])
		}
		if other := with(b.People[1]); len(other) != 0 {
			t.Errorf("somebody else sees %+v", other)
		}
		again, err := b.Platform.TellFile(ctx(t), b.People[0].ID(), doc, reader(data), key+"-2")
		if err != nil || again == first {
			t.Errorf("TellFile with another key = %q, %v; want another message", again, err)
		}
	})

	run.t("other bytes than were made are not handed over, and nobody gets nothing", func(t testing.TB) {
		b := open(t)
		doc := bot.Document{Name: "a.pdf", Size: 5, Hash: Hash([]byte("right"))}
		if _, err := b.Platform.TellFile(ctx(t), b.People[0].ID(), doc, reader([]byte("wrong")), "form-"+name()); !errors.Is(err, bot.ErrConflict) {
			t.Errorf("TellFile with other bytes: err = %v, want ErrConflict", err)
		}
		if _, err := b.Platform.TellFile(ctx(t), "doesnotexistdoesnotexist12", doc, reader([]byte("right")), "form-"+name()); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("TellFile to nobody: err = %v, want ErrNotFound", err)
		}
		seen, err := b.People[0].SeeDirect()
		if err != nil {
			t.Fatalf("SeeDirect: %v", err)
		}
		if slices.ContainsFunc(seen, func(s Seen) bool {
			return slices.ContainsFunc(s.Files, func(f SeenFile) bool { return f.Name == "a.pdf" })
		}) {
			t.Error("the person has the wrong file")
		}
	})

	run.t("a posted file can be read back, and one that was told goes when it is taken back", func(t testing.TB) {
		b := open(t)
		readBack(t, ctx, b, room(t, b, b.People[0], b.People[1]))
	})

	run.t("the bot says for a person what it held, and lists what they said", func(t testing.TB) {
		b := open(t)
		ownWords(t, ctx, b, room(t, b, b.People[0], b.People[1]))
	})

	run.t("a file that somebody gives the bot can be read by the bot", func(t testing.TB) { attachments(t, ctx, open(t)) })

	run.t("a mention, a direct message and a command reach the bot", func(t testing.TB) {
		b := open(t)
		if err := b.People[0].SayTo("wat is een mdo?"); err != nil {
			t.Fatalf("SayTo: %v", err)
		}
		if _, err := b.Incoming.Await(ctx(t), func(e bot.Event) bool {
			return e.Kind == bot.Said && e.Direct && e.User == b.People[0].ID() && e.Text == "wat is een mdo?"
		}); err != nil {
			t.Errorf("the direct message did not arrive: %v", err)
		}
		if err := b.People[1].Say(b.Common, "@convenantbot wat is een zat?"); err != nil {
			t.Fatalf("Say: %v", err)
		}
		if _, err := b.Incoming.Await(ctx(t), func(e bot.Event) bool {
			return e.Kind == bot.Said && !e.Direct && e.User == b.People[1].ID() && e.Text == "wat is een zat?" && e.Channel == b.Common
		}); err != nil {
			t.Errorf("the mention did not arrive: %v", err)
		}
		if err := b.People[0].Command(b.Common, "casus", "status nu"); err != nil {
			t.Fatalf("Command: %v", err)
		}
		if _, err := b.Incoming.Await(ctx(t), func(e bot.Event) bool {
			return e.Kind == bot.Command && e.Name == "casus" && e.Text == "status nu" && e.User == b.People[0].ID() && e.Trigger != ""
		}); err != nil {
			t.Errorf("the command did not arrive: %v", err)
		}
	})

	run.t("what people say to each other does not reach the bot", func(t testing.TB) {
		b := open(t)
		if err := b.People[0].Say(b.Common, "tot morgen allemaal"); err != nil {
			t.Fatalf("Say: %v", err)
		}
		if err := b.People[0].Say(b.Common, "@convenantbot ben je er?"); err != nil {
			t.Fatalf("Say: %v", err)
		}
		if _, err := b.Incoming.Await(ctx(t), func(e bot.Event) bool { return e.Text == "ben je er?" }); err != nil {
			t.Fatalf("the mention did not arrive: %v", err)
		}
		short, cancel := context.WithTimeout(ctx(t), 50*time.Millisecond)
		defer cancel()
		if _, err := b.Incoming.Await(short, func(e bot.Event) bool { return strings.Contains(e.Text, "tot morgen") }); err == nil {
			t.Error("the bot was told what people said to each other")
		}
	})

	run.t("a form is shown, its errors too, and it is sent once", func(t testing.TB) {
		b := open(t)
		form := bot.Form{Ticket: "form-1", Title: "Nieuw overleg", Send: "Openen", Fields: []bot.Field{
			{Name: "purpose", Label: "Doel", Kind: bot.ShortText},
			{Name: "born", Label: "Geboortedatum", Kind: bot.Date},
			{Name: "kind", Label: "Soort overleg", Kind: bot.Choice, Options: []bot.Option{{Value: "mdo", Label: "MDO"}, {Value: "zat", Label: "ZAT"}}},
			{Name: "who", Label: "Wie", Kind: bot.Users, Many: true},
			{Name: "kinds", Label: "Soorten", Kind: bot.Choices, Optional: true, Options: []bot.Option{{Value: "health", Label: "Gezondheid"}, {Value: "ordinary", Label: "Gewoon"}}},
			{Name: "sure", Label: "Zeker", Kind: bot.Tick, Optional: true},
		}}
		got := make(chan bot.Submission, 2)
		b.Incoming.Answer(nil, nil, func(s bot.Submission) (bot.FormAnswer, error) {
			got <- s
			if s.Value("purpose") == "x" {
				return bot.FormAnswer{Errors: map[string]string{"purpose": "Schrijf een hele zin."}}, nil
			}
			return bot.FormAnswer{Text: "Het overleg is gemaakt."}, nil
		})
		if err := b.People[0].Command(b.Common, "casus", "nieuw"); err != nil {
			t.Fatalf("Command: %v", err)
		}
		e, err := b.Incoming.Await(ctx(t), func(e bot.Event) bool { return e.Kind == bot.Command && e.Text == "nieuw" })
		if err != nil {
			t.Fatalf("no command: %v", err)
		}
		if err := b.Platform.OpenForm(ctx(t), e.Trigger, form); err != nil {
			t.Fatalf("OpenForm: %v", err)
		}
		shown, err := b.People[0].OpenForm()
		if err != nil {
			t.Fatalf("the person sees no form: %v", err)
		}
		if shown.Title != form.Title || len(shown.Fields) != len(form.Fields) {
			t.Fatalf("the person sees %+v, want %+v", shown, form)
		}
		values := map[string][]string{
			"purpose": {"x"}, "born": {"2013-05-01"}, "kind": {"zat"},
			"who": {string(b.People[1].ID()), string(b.People[2].ID())}, "kinds": {"health"}, "sure": {"true"},
		}
		answer, err := b.People[0].Send(values)
		if err != nil || answer.Errors["purpose"] != "Schrijf een hele zin." {
			t.Fatalf("Send with a mistake = %+v, %v; want the error at its field", answer, err)
		}
		values["purpose"] = []string{"Samen een plan maken"}
		if answer, err = b.People[0].Send(values); err != nil || len(answer.Errors) != 0 {
			t.Fatalf("Send = %+v, %v", answer, err)
		}
		<-got
		s := <-got
		if s.User != b.People[0].ID() || s.Ticket != "form-1" {
			t.Errorf("submission by %q with ticket %q, want %q and form-1", s.User, s.Ticket, b.People[0].ID())
		}
		for field, want := range values {
			if !slices.Equal(s.Values[field], want) {
				t.Errorf("%s = %v, want %v", field, s.Values[field], want)
			}
		}
	})

	run.t("a form that a platform cannot show is an error", func(t testing.TB) {
		b := open(t)
		if err := b.Platform.OpenForm(ctx(t), "no-such-trigger", bot.Form{Ticket: "f", Title: "Titel", Send: "Ja",
			Fields: []bot.Field{{Name: "a", Label: "A", Kind: bot.ShortText}}}); err == nil {
			t.Error("OpenForm with an unknown trigger: no error")
		}
		long := strings.Repeat("x", 25)
		if err := b.Platform.OpenForm(ctx(t), "no-such-trigger", bot.Form{Ticket: "f", Title: long, Send: "Ja",
			Fields: []bot.Field{{Name: "a", Label: "A", Kind: bot.ShortText}}}); err == nil {
			t.Error("OpenForm with a title that is too long: no error")
		}
	})

	run.t("a pressed button reaches the bot with its ticket", func(t testing.TB) {
		b := open(t)
		id := room(t, b, b.People[0])
		m, err := b.Platform.Post(ctx(t), id, bot.Message{Text: "Weet je het zeker?", Buttons: []bot.Button{{Label: "Ja, zeker", Ticket: "ticket-7"}}}, "ask")
		if err != nil {
			t.Fatalf("Post: %v", err)
		}
		if err := b.People[0].Press(m, "Ja, zeker"); err != nil {
			t.Fatalf("Press: %v", err)
		}
		if _, err := b.Incoming.Await(ctx(t), func(e bot.Event) bool {
			return e.Kind == bot.Pressed && e.Ticket == "ticket-7" && e.User == b.People[0].ID() && e.Channel == id
		}); err != nil {
			t.Errorf("the press did not arrive: %v", err)
		}
	})

	run.t("a room is quiet until somebody besides the bot speaks", func(t testing.TB) {
		b := open(t)
		q, ok := b.Platform.(bot.Quiet)
		if !ok {
			return // every new party gets a fresh room there
		}
		id := room(t, b, b.People[0], b.People[1])
		if _, err := b.Platform.Post(ctx(t), id, bot.Message{Text: "Welkom"}, "welcome"); err != nil {
			t.Fatalf("Post: %v", err)
		}
		if quiet, err := q.Quiet(ctx(t), id); err != nil || !quiet {
			t.Errorf("Quiet after the bot's own word = %v, %v; want true", quiet, err)
		}
		b.Incoming.Answer(nil, func(bot.Posting) (bot.Answer, error) { return bot.Answer{Allow: true}, nil }, nil)
		if err := b.People[1].Say(id, "goedemorgen"); err != nil {
			t.Fatalf("Say: %v", err)
		}
		if quiet, err := q.Quiet(ctx(t), id); err != nil || quiet {
			t.Errorf("Quiet after a word of somebody = %v, %v; want false", quiet, err)
		}
		other := room(t, b, b.People[0])
		data := []byte("inhoud")
		doc := bot.Document{Poster: b.People[0].ID(), Name: "a.txt", Size: int64(len(data)), Hash: Hash(data)}
		if _, err := b.Platform.PostFile(ctx(t), other, doc, reader(data), "file-"+name()); err != nil {
			t.Fatalf("PostFile: %v", err)
		}
		if quiet, err := q.Quiet(ctx(t), other); err != nil || quiet {
			t.Errorf("Quiet after a file that the bot posted for somebody = %v, %v; want false", quiet, err)
		}
		if _, err := q.Quiet(ctx(t), "doesnotexistdoesnotexist12"); err == nil {
			t.Error("Quiet of a room that is not there: no error")
		}
	})

	run.t("an archived room takes nothing more and keeps what was said", func(t testing.TB) {
		b := open(t)
		id := room(t, b, b.People[0])
		if _, err := b.Platform.Post(ctx(t), id, bot.Message{Text: "Laatste woord"}, "last"); err != nil {
			t.Fatalf("Post: %v", err)
		}
		for range 2 {
			if err := b.Platform.ArchiveRoom(ctx(t), id); err != nil {
				t.Fatalf("ArchiveRoom: %v", err)
			}
		}
		if err := b.People[0].Say(id, "nog één ding"); err == nil {
			t.Error("somebody could still say something")
		}
		if err := b.People[0].Upload(id, "laat.txt", []byte("x")); err == nil {
			t.Error("somebody could still post a file")
		}
	})

	run.t("an erased room is empty, also when it was archived, and erasing twice is harmless", func(t testing.TB) {
		b := open(t)
		id := room(t, b, b.People[0], b.People[1])
		data := []byte("dit moet weg")
		doc := bot.Document{Poster: b.People[0].ID(), Name: "weg.txt", Size: int64(len(data)), Hash: Hash(data)}
		if _, err := b.Platform.PostFile(ctx(t), id, doc, reader(data), "gone"); err != nil {
			t.Fatalf("PostFile: %v", err)
		}
		b.Incoming.Answer(nil, func(bot.Posting) (bot.Answer, error) { return bot.Answer{Allow: true}, nil }, nil)
		if err := b.People[1].Say(id, "ook dit moet weg"); err != nil {
			t.Fatalf("Say: %v", err)
		}
		if err := b.Platform.ArchiveRoom(ctx(t), id); err != nil {
			t.Fatalf("ArchiveRoom: %v", err)
		}
		r, err := b.Platform.EraseRoom(ctx(t), id)
		if err != nil {
			t.Fatalf("EraseRoom: %v", err)
		}
		if r.Files != 1 || r.Posts < 2 {
			t.Errorf("the receipt counts %d files and %d posts, want 1 and at least 2", r.Files, r.Posts)
		}
		if seen, err := b.People[0].See(id); err == nil && len(seen) != 0 {
			t.Errorf("a former member still sees %d messages", len(seen))
		}
		if again, err := b.Platform.EraseRoom(ctx(t), id); err != nil || again.Files != 0 {
			t.Errorf("EraseRoom again = %+v, %v; want nothing left to find", again, err)
		}
	})
}
