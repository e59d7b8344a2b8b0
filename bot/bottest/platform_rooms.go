package bottest

import (
	"errors"
	"slices"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

// chatRoomTests are about rooms: who is in them, and their end.
var chatRoomTests = []platformTest{
	{"a room is made once for a name", func(t testing.TB, b *scene) {
		called := b.name()
		first, err := b.Platform.CreateRoom(b.ctx(t), called, "Casusoverleg")
		if err != nil {
			t.Fatalf("CreateRoom: %v", err)
		}
		second, err := b.Platform.CreateRoom(b.ctx(t), called, "Casusoverleg")
		if err != nil || second != first {
			t.Fatalf("CreateRoom again = %q, %v; want %q", second, err, first)
		}
	}},
	{"a new room holds nobody and outsiders see nothing of it", func(t testing.TB, b *scene) {
		id := b.room(t)
		if got := b.members(t, id); len(got) != 0 {
			t.Errorf("RoomMembers of a new room = %v, want none", got)
		}
		if _, err := b.People[0].See(id); err == nil {
			t.Error("an outsider sees the room")
		}
	}},
	{"adding and removing twice changes nothing more", func(t testing.TB, b *scene) {
		id := b.room(t, b.People[0], b.People[1])
		if err := b.Platform.AddToRoom(b.ctx(t), id, b.People[0].ID()); err != nil {
			t.Fatalf("AddToRoom again: %v", err)
		}
		want := []bot.UserID{b.People[0].ID(), b.People[1].ID()}
		slices.Sort(want)
		if got := b.members(t, id); !slices.Equal(got, want) {
			t.Errorf("RoomMembers = %v, want %v", got, want)
		}
		for range 2 {
			if err := b.Platform.RemoveFromRoom(b.ctx(t), id, b.People[1].ID()); err != nil {
				t.Fatalf("RemoveFromRoom: %v", err)
			}
		}
		if got := b.members(t, id); !slices.Equal(got, []bot.UserID{b.People[0].ID()}) {
			t.Errorf("RoomMembers after removal = %v, want only the first", got)
		}
		if _, err := b.People[1].See(id); err == nil {
			t.Error("who was removed still sees the room")
		}
	}},
	{"a deactivated or unknown account is not added", func(t testing.TB, b *scene) {
		id := b.room(t)
		for _, user := range []bot.UserID{b.Inactive, "doesnotexistdoesnotexist12"} {
			if err := b.Platform.AddToRoom(b.ctx(t), id, user); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("AddToRoom(%q): err = %v, want ErrNotFound", user, err)
			}
		}
		if got := b.members(t, id); len(got) != 0 {
			t.Errorf("RoomMembers = %v, want none", got)
		}
		if on, err := b.Platform.Active(b.ctx(t), b.Inactive); err != nil || on {
			t.Errorf("Active(deactivated) = %v, %v; want false", on, err)
		}
		if on, err := b.Platform.Active(b.ctx(t), b.People[0].ID()); err != nil || !on {
			t.Errorf("Active = %v, %v; want true", on, err)
		}
	}},
	{"the language of somebody's chat comes through", func(t testing.TB, b *scene) {
		one, other := b.People[0].ID(), b.People[1].ID()
		for _, locale := range []string{"en", "nl"} {
			b.Speaks(t, one, locale)
			for user, want := range map[bot.UserID]text.Lang{one: text.LangOf(locale), other: text.NL} {
				if got, err := b.Platform.Locale(b.ctx(t), user); err != nil || text.LangOf(got) != want {
					t.Errorf("Locale(%s) = %q, %v; want %s", user, got, err, want)
				}
			}
		}
		if got, err := b.Platform.Locale(b.ctx(t), "doesnotexistdoesnotexist12"); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("Locale of nobody = %q, %v; want ErrNotFound", got, err)
		}
	}},
	{"a room that is not there is not found", func(t testing.TB, b *scene) {
		if _, err := b.Platform.RoomMembers(b.ctx(t), "nosuchroomnosuchroomnosuch"); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("RoomMembers: err = %v, want ErrNotFound", err)
		}
	}},
	{"somebody who is added by hand is reported with who did it", func(t testing.TB, b *scene) {
		id := b.room(t, b.People[0])
		if err := b.People[0].Add(id, b.People[1].ID()); err != nil {
			t.Fatalf("Add: %v", err)
		}
		e, err := b.Incoming.Await(b.ctx(t), func(e bot.Event) bool {
			return e.Kind == bot.Joined && e.Channel == id && e.User == b.People[1].ID()
		})
		if err != nil {
			t.Fatalf("no event tells of it: %v", err)
		}
		if e.By != b.People[0].ID() {
			t.Errorf("By = %q, want %q", e.By, b.People[0].ID())
		}
	}},
	{"a room is quiet until somebody besides the bot speaks", func(t testing.TB, b *scene) {
		q, ok := b.Platform.(bot.Quiet)
		if !ok {
			return // every new party gets a fresh room there
		}
		id := b.room(t, b.People[0], b.People[1])
		if _, err := b.Platform.Post(b.ctx(t), id, bot.Message{Text: "Welkom"}, "welcome"); err != nil {
			t.Fatalf("Post: %v", err)
		}
		if quiet, err := q.Quiet(b.ctx(t), id); err != nil || !quiet {
			t.Errorf("Quiet after the bot's own word = %v, %v; want true", quiet, err)
		}
		b.Incoming.Answer(nil, func(bot.Posting) (bot.Answer, error) { return bot.Answer{Allow: true}, nil }, nil)
		if err := b.People[1].Say(id, "goedemorgen"); err != nil {
			t.Fatalf("Say: %v", err)
		}
		if quiet, err := q.Quiet(b.ctx(t), id); err != nil || quiet {
			t.Errorf("Quiet after a word of somebody = %v, %v; want false", quiet, err)
		}
		other := b.room(t, b.People[0])
		data := []byte("inhoud")
		doc := bot.Document{Poster: b.People[0].ID(), Name: "a.txt", Size: int64(len(data)), Hash: Hash(data)}
		if _, err := b.Platform.PostFile(b.ctx(t), other, doc, reader(data), "file-"+b.name()); err != nil {
			t.Fatalf("PostFile: %v", err)
		}
		if quiet, err := q.Quiet(b.ctx(t), other); err != nil || quiet {
			t.Errorf("Quiet after a file that the bot posted for somebody = %v, %v; want false", quiet, err)
		}
		if _, err := q.Quiet(b.ctx(t), "doesnotexistdoesnotexist12"); err == nil {
			t.Error("Quiet of a room that is not there: no error")
		}
	}},
	{"an archived room takes nothing more and keeps what was said", func(t testing.TB, b *scene) {
		id := b.room(t, b.People[0])
		if _, err := b.Platform.Post(b.ctx(t), id, bot.Message{Text: "Laatste woord"}, "last"); err != nil {
			t.Fatalf("Post: %v", err)
		}
		for range 2 {
			if err := b.Platform.ArchiveRoom(b.ctx(t), id); err != nil {
				t.Fatalf("ArchiveRoom: %v", err)
			}
		}
		if err := b.People[0].Say(id, "nog één ding"); err == nil {
			t.Error("somebody could still say something")
		}
		if err := b.People[0].Upload(id, "laat.txt", []byte("x")); err == nil {
			t.Error("somebody could still post a file")
		}
	}},
	{"an erased room is empty, also when it was archived, and erasing twice is harmless", func(t testing.TB, b *scene) {
		id := b.room(t, b.People[0], b.People[1])
		data := []byte("dit moet weg")
		doc := bot.Document{Poster: b.People[0].ID(), Name: "weg.txt", Size: int64(len(data)), Hash: Hash(data)}
		if _, err := b.Platform.PostFile(b.ctx(t), id, doc, reader(data), "gone"); err != nil {
			t.Fatalf("PostFile: %v", err)
		}
		b.Incoming.Answer(nil, func(bot.Posting) (bot.Answer, error) { return bot.Answer{Allow: true}, nil }, nil)
		if err := b.People[1].Say(id, "ook dit moet weg"); err != nil {
			t.Fatalf("Say: %v", err)
		}
		if err := b.Platform.ArchiveRoom(b.ctx(t), id); err != nil {
			t.Fatalf("ArchiveRoom: %v", err)
		}
		r, err := b.Platform.EraseRoom(b.ctx(t), id)
		if err != nil {
			t.Fatalf("EraseRoom: %v", err)
		}
		if r.Files != 1 || r.Posts < 2 {
			t.Errorf("the receipt counts %d files and %d posts, want 1 and at least 2", r.Files, r.Posts)
		}
		if seen, err := b.People[0].See(id); err == nil && len(seen) != 0 {
			t.Errorf("a former member still sees %d messages", len(seen))
		}
		if again, err := b.Platform.EraseRoom(b.ctx(t), id); err != nil || again.Files != 0 {
			t.Errorf("EraseRoom again = %+v, %v; want nothing left to find", again, err)
		}
	}},
}
