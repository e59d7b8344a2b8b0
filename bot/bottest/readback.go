package bottest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

var _ bot.Fetcher = (*Chat)(nil)

// Fetch implements bot.Fetcher.
func (c *Chat) Fetch(_ context.Context, id bot.MessageID) (content io.ReadCloser, err error) {
	err = c.do("Fetch", func() error {
		for _, r := range c.rooms {
			for _, p := range r.posts {
				if p.ID == id && len(p.Files) > 0 {
					content = io.NopCloser(bytes.NewReader(p.Files[0].Data))
					return nil
				}
			}
		}
		return bot.ErrNotFound
	})
	return content, err
}

// readBack checks the promises of bot.Fetcher, and of bot.Unsayer for a message
// with a file.
func readBack(t testing.TB, b *scene, inRoom bot.ChannelID) {
	data := []byte("wat er in het bestand staat")
	doc := bot.Document{Poster: b.People[0].ID(), Name: "verslag.txt", Size: int64(len(data)), Hash: Hash(data)}
	id, err := b.Platform.PostFile(b.ctx(t), inRoom, doc, bytes.NewReader(data), "read-back-"+string(inRoom))
	if err != nil {
		t.Fatalf("PostFile: %v", err)
	}
	doc.Poster, doc.Text = "", "Voor jou alleen"
	told, err := b.Platform.TellFile(b.ctx(t), b.People[0].ID(), doc, bytes.NewReader(data), "told-"+string(inRoom))
	if err != nil {
		t.Fatalf("TellFile: %v", err)
	}
	from, ok := b.Platform.(bot.Fetcher)
	if ok {
		content, err := from.Fetch(b.ctx(t), id)
		if err != nil {
			t.Fatalf("Fetch: %v", err)
		}
		got, err := io.ReadAll(content)
		if cerr := content.Close(); err != nil || cerr != nil || !bytes.Equal(got, data) {
			t.Errorf("Fetch = %q, %v, %v; want the bytes that were posted", got, err, cerr)
		}
		if _, err := from.Fetch(b.ctx(t), "geenberichtgeenberichtgeen"); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("Fetch of a message that is not there: err = %v, want ErrNotFound", err)
		}
	}
	back, ok := b.Platform.(bot.Unsayer)
	if !ok {
		return
	}
	for range 2 { // a repeat is harmless
		if err := back.Unsay(b.ctx(t), told); err != nil {
			t.Fatalf("Unsay: %v", err)
		}
	}
	seen, err := b.People[0].SeeDirect()
	if err != nil {
		t.Fatalf("SeeDirect: %v", err)
	}
	for _, s := range seen {
		mine := slices.ContainsFunc(s.Files, func(f SeenFile) bool { return f.Name == doc.Name })
		if s.ID == told || mine {
			t.Errorf("the person still sees %+v", s)
		}
	}
	if ok && from != nil {
		if _, err := from.Fetch(b.ctx(t), told); !errors.Is(err, bot.ErrNotFound) {
			t.Errorf("the file of a message that was taken back: err = %v, want ErrNotFound", err)
		}
	}
}
