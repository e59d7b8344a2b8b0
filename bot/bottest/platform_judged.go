package bottest

import (
	"errors"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

// judgedTests are about what people post: nothing is there that the bot did not let pass.
var judgedTests = []platformTest{
	{"a refused file is nowhere and its poster reads why", func(t testing.TB, b *scene) {
		id := b.room(t, b.People[0], b.People[1])
		b.Incoming.Answer(func(bot.Upload, []byte) (bot.Answer, error) {
			return bot.Answer{Text: "Dit bestand mag hier niet."}, nil
		}, nil, nil)
		err := b.People[0].Upload(id, "verslag.pdf", []byte("inhoud van een verslag"))
		if err == nil || !strings.Contains(err.Error(), "Dit bestand mag hier niet.") {
			t.Fatalf("Upload: err = %v, want the sentence of the bot", err)
		}
		for _, p := range b.People[:2] {
			if got := filesSeen(t, p, id); len(got) != 0 {
				t.Errorf("%s sees %d files, want none", p.ID(), len(got))
			}
		}
	}},
	{"the bot reads the bytes that are uploaded", func(t testing.TB, b *scene) {
		id := b.room(t, b.People[0])
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
		case <-b.ctx(t).Done():
			t.Fatal("the bot was not asked")
		}
	}},
	{"an allowed file is posted by its poster", func(t testing.TB, b *scene) {
		id := b.room(t, b.People[0], b.People[1])
		yes := bot.Answer{Allow: true}
		b.Incoming.Answer(func(bot.Upload, []byte) (bot.Answer, error) { return yes, nil },
			func(bot.Posting) (bot.Answer, error) { return yes, nil }, nil)
		data := []byte("verzuimoverzicht")
		if err := b.People[0].Upload(id, "verzuim.txt", data); err != nil {
			t.Fatalf("Upload: %v", err)
		}
		got := filesSeen(t, b.People[1], id)
		if len(got) != 1 || got[0].Name != "verzuim.txt" || string(got[0].Data) != string(data) {
			t.Errorf("the other member sees %v, want the file", got)
		}
	}},
	{"a file that passed the upload is stopped at the posting", func(t testing.TB, b *scene) {
		id := b.room(t, b.People[0], b.People[1])
		b.Incoming.Answer(func(bot.Upload, []byte) (bot.Answer, error) { return bot.Answer{Allow: true}, nil },
			func(p bot.Posting) (bot.Answer, error) { return bot.Answer{Text: "Niet in dit kanaal."}, nil }, nil)
		if err := b.People[0].Upload(id, "verzuim.txt", []byte("x")); err == nil {
			t.Fatal("Upload succeeded, want a refusal")
		}
		if got := filesSeen(t, b.People[1], id); len(got) != 0 {
			t.Errorf("the other member sees %v, want nothing", got)
		}
	}},
	{"in a protected room text is judged too", func(t testing.TB, b *scene) {
		id := b.room(t, b.People[0], b.People[1])
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
	}},
	{"when the bot fails to answer nothing passes", func(t testing.TB, b *scene) {
		id := b.room(t, b.People[0], b.People[1])
		b.Incoming.Answer(func(bot.Upload, []byte) (bot.Answer, error) {
			return bot.Answer{Allow: true}, errors.New("broken")
		}, func(bot.Posting) (bot.Answer, error) {
			return bot.Answer{Allow: true}, errors.New("broken")
		}, nil)
		if err := b.People[0].Upload(id, "verzuim.txt", []byte("x")); err == nil {
			t.Fatal("Upload succeeded, want a refusal")
		}
		if got := filesSeen(t, b.People[1], id); len(got) != 0 {
			t.Errorf("the other member sees %v, want nothing", got)
		}
	}},
}
