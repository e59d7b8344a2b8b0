package bottest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

// Giver is a person who can give the bot a file in their direct conversation.
// Those of a platform that is a bot.Attachments must be one.
type Giver interface {
	Give(text, name string, data []byte) error
}

var _ bot.Attachments = (*Chat)(nil)

// Attachment implements bot.Attachments.
func (c *Chat) Attachment(_ context.Context, message bot.MessageID, id string) (f bot.PlatformFile, content io.ReadCloser, err error) {
	err = c.do("Attachment", func() error {
		for _, r := range c.rooms {
			for _, p := range r.posts {
				for _, file := range p.Files {
					if p.ID == message && file.Name == id {
						f = bot.PlatformFile{ID: id, Name: file.Name, Size: int64(len(file.Data))}
						content = io.NopCloser(bytes.NewReader(file.Data))
						return nil
					}
				}
			}
		}
		return bot.ErrNotFound
	})
	return f, content, err
}

// Give implements Giver. The id of a file is its name here.
func (p *chatPerson) Give(text, name string, data []byte) error {
	return p.c.do("", func() error {
		at := p.c.direct(p.id).id
		m, err := p.c.post(at, &chatPost{Seen: Seen{Author: p.id, Text: text, Files: []SeenFile{{Name: name, Data: data}}}}, "")
		p.c.tell(bot.Event{Kind: bot.Said, User: p.id, Channel: at, Message: m, Text: text, Direct: true, Files: []bot.PlatformFile{{ID: name}}})
		return err
	})
}

// attachments checks the promises of bot.Attachments.
func attachments(t testing.TB, b *scene) {
	from, ok := b.Platform.(bot.Attachments)
	if !ok {
		return // this platform promises nothing of the kind
	}
	b.Incoming.Answer(func(bot.Upload, []byte) (bot.Answer, error) { return bot.Answer{Allow: true}, nil },
		func(bot.Posting) (bot.Answer, error) { return bot.Answer{Allow: true}, nil }, nil)
	giver, ok := b.People[0].(Giver)
	if !ok {
		t.Fatal("the platform hands over files, and nobody here can give one")
	}
	data := []byte("# Convenant\n\nArtikel 1\n\nDit is de tekst.")
	if err := giver.Give("", "convenant.md", data); err != nil {
		t.Fatalf("Give: %v", err)
	}
	e, err := b.Incoming.Await(b.ctx(t), func(e bot.Event) bool {
		return e.Kind == bot.Said && e.Direct && e.User == b.People[0].ID() && len(e.Files) == 1
	})
	if err != nil {
		t.Fatalf("the file did not arrive: %v", err)
	}
	f, content, err := from.Attachment(b.ctx(t), e.Message, e.Files[0].ID)
	if err != nil {
		t.Fatalf("Attachment: %v", err)
	}
	got, err := io.ReadAll(content)
	if cerr := content.Close(); err != nil || cerr != nil {
		t.Fatalf("read the file: %v, %v", err, cerr)
	}
	if f.Name != "convenant.md" || f.Size != int64(len(data)) || !bytes.Equal(got, data) {
		t.Errorf("Attachment = %+v with %d bytes, want convenant.md with %d", f, len(got), len(data))
	}
	if _, _, err := from.Attachment(b.ctx(t), e.Message, "geenbestandgeenbestandgeen"); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("a file that is not there: err = %v, want ErrNotFound", err)
	}
	if err := b.People[0].SayTo("en nu zonder bestand"); err != nil {
		t.Fatalf("SayTo: %v", err)
	}
	other, err := b.Incoming.Await(b.ctx(t), func(e bot.Event) bool { return e.Kind == bot.Said && e.Text == "en nu zonder bestand" })
	if err != nil {
		t.Fatalf("the message did not arrive: %v", err)
	}
	if _, _, err := from.Attachment(b.ctx(t), other.Message, e.Files[0].ID); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("a file of another message: err = %v, want ErrNotFound", err)
	}
}
