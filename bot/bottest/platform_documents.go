package bottest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

// documentTests are about files that the bot posts, hands over and reads back.
var documentTests = []platformTest{
	{"a file is posted for a person, once for a key", func(t testing.TB, b *scene) {
		id := b.room(t, b.People[0], b.People[1])
		data := []byte("conclusie van het onderzoek")
		doc := bot.Document{Poster: b.People[0].ID(), Name: "conclusie.txt", Size: int64(len(data)), Hash: Hash(data), Text: "Zie bijlage"}
		first, err := b.Platform.PostFile(b.ctx(t), id, doc, reader(data), "file-1")
		if err != nil {
			t.Fatalf("PostFile: %v", err)
		}
		second, err := b.Platform.PostFile(b.ctx(t), id, doc, reader(data), "file-1")
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
	}},
	{"whom a file is posted for is its author", func(t testing.TB, b *scene) {
		id := b.room(t, b.People[0], b.People[1])
		data := []byte("conclusie van het onderzoek")
		doc := bot.Document{Poster: b.People[0].ID(), Name: "conclusie.txt", Size: int64(len(data)), Hash: Hash(data), Text: "Zie bijlage"}
		if _, err := b.Platform.PostFile(b.ctx(t), id, doc, reader(data), "file-1"); err != nil {
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
	}},
	{"what is retracted is not seen, and nothing comes after it", func(t testing.TB, b *scene) {
		id := b.room(t, b.People[0], b.People[1])
		data := []byte("mag niet meer")
		doc := bot.Document{Poster: b.People[0].ID(), Name: "verslag.txt", Size: int64(len(data)), Hash: Hash(data), Text: "Zie bijlage"}
		posted, err := b.Platform.PostFile(b.ctx(t), id, doc, reader(data), "there")
		if err != nil {
			t.Fatalf("PostFile: %v", err)
		}
		other, err := b.Platform.PostFile(b.ctx(t), id, doc, reader(data), "stays")
		if err != nil || other == posted {
			t.Fatalf("PostFile under another key = %q, %v", other, err)
		}
		for range 2 {
			if got, err := b.Platform.Retract(b.ctx(t), id, "there"); err != nil || got != posted {
				t.Errorf("Retract = %q, %v; want %q", got, err, posted)
			}
			if got, err := b.Platform.Retract(b.ctx(t), id, "not there yet"); err != nil || got != "" {
				t.Errorf("Retract of what was not posted = %q, %v; want nothing", got, err)
			}
		}
		for _, key := range []string{"there", "not there yet"} {
			if got, err := b.Platform.PostFile(b.ctx(t), id, doc, reader(data), key); !errors.Is(err, bot.ErrConflict) {
				t.Errorf("PostFile %q after Retract = %q, %v; want ErrConflict", key, got, err)
			}
		}
		if got := filesSeen(t, b.People[1], id); len(got) != 1 {
			t.Errorf("the other member sees %v, want the one file that stays", got)
		}
		if got, err := b.Platform.Retract(b.ctx(t), "kkkkkkkkkkkkkkkkkkkkkkkkkk", "there"); err != nil || got != "" {
			t.Errorf("Retract in a room that is not there = %q, %v; want nothing", got, err)
		}
	}},
	{"other bytes than were decided on are not posted", func(t testing.TB, b *scene) {
		id := b.room(t, b.People[0], b.People[1])
		doc := bot.Document{Poster: b.People[0].ID(), Name: "a.txt", Size: 5, Hash: Hash([]byte("right"))}
		if _, err := b.Platform.PostFile(b.ctx(t), id, doc, reader([]byte("wrong")), "file-2"); !errors.Is(err, bot.ErrConflict) {
			t.Errorf("PostFile: err = %v, want ErrConflict", err)
		}
		if got := filesSeen(t, b.People[1], id); len(got) != 0 {
			t.Errorf("the other member sees %v, want nothing", got)
		}
	}},
	{"a file for one person reaches them once for a key, from the bot, and nobody else", func(t testing.TB, b *scene) {
		data, key := []byte("een formulier om te printen"), "form-"+b.name()
		doc := bot.Document{Name: "formulier.pdf", Size: int64(len(data)), Hash: Hash(data), Text: "Hier is het formulier"}
		first, err := b.Platform.TellFile(b.ctx(t), b.People[0].ID(), doc, reader(data), key)
		if err != nil {
			t.Fatalf("TellFile: %v", err)
		}
		second, err := b.Platform.TellFile(b.ctx(t), b.People[0].ID(), doc, reader(data), key)
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
		again, err := b.Platform.TellFile(b.ctx(t), b.People[0].ID(), doc, reader(data), key+"-2")
		if err != nil || again == first {
			t.Errorf("TellFile with another key = %q, %v; want another message", again, err)
		}
	}},
	{"other bytes than were made are not handed over, and nobody gets nothing", func(t testing.TB, b *scene) {
		doc := bot.Document{Name: "a.pdf", Size: 5, Hash: Hash([]byte("right"))}
		if _, err := b.Platform.TellFile(b.ctx(t), b.People[0].ID(), doc, reader([]byte("wrong")), "form-"+b.name()); !errors.Is(err, bot.ErrConflict) {
			t.Errorf("TellFile with other bytes: err = %v, want ErrConflict", err)
		}
		if _, err := b.Platform.TellFile(b.ctx(t), "doesnotexistdoesnotexist12", doc, reader([]byte("right")), "form-"+b.name()); !errors.Is(err, bot.ErrNotFound) {
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
	}},
	{"a posted file can be read back, and one that was told goes when it is taken back", func(t testing.TB, b *scene) {
		readBack(t, b, b.room(t, b.People[0], b.People[1]))
	}},
	{"a file that somebody gives the bot can be read by the bot", attachments},
}
