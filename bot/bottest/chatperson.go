package bottest

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot"
)

// Person returns somebody of this chat.
func (c *Chat) Person(user bot.UserID) Person { return &chatPerson{c, user} }

type chatPerson struct {
	c  *Chat
	id bot.UserID
}

func (p *chatPerson) ID() bot.UserID { return p.id }

func (p *chatPerson) inside(id bot.ChannelID) (*chatRoom, error) {
	r, err := p.c.room(id)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(r.members, p.id) {
		return nil, bot.ErrForbidden
	}
	return r, nil
}

func (p *chatPerson) Say(id bot.ChannelID, text string) error {
	r := p.c.rooms[id]
	answer, err := p.c.in.Posting(context.Background(), bot.Posting{Platform: ChatName, Channel: id, User: p.id, Text: text, Protected: r != nil && r.protected})
	if r != nil && r.protected && (err != nil || !answer.Allow) {
		return errors.Join(errors.New(answer.Text), err)
	}
	return p.c.do("", func() error {
		if _, err := p.inside(id); err != nil {
			return err
		}
		m, err := p.c.post(id, &chatPost{Seen: Seen{Author: p.id, Text: text}}, "")
		if rest, ok := strings.CutPrefix(text, "@convenantbot "); ok && err == nil {
			p.c.tell(bot.Event{Kind: bot.Said, User: p.id, Channel: id, Message: m, Text: rest})
		}
		return err
	})
}

func (p *chatPerson) SayTo(text string) error {
	return p.c.do("", func() error {
		m, err := p.c.post(p.c.direct(p.id).id, &chatPost{Seen: Seen{Author: p.id, Text: text}}, "")
		p.c.tell(bot.Event{Kind: bot.Said, User: p.id, Channel: p.c.direct(p.id).id, Message: m, Text: text, Direct: true})
		return err
	})
}

func (p *chatPerson) Upload(id bot.ChannelID, name string, data []byte) error {
	p.c.mu.Lock()
	r, err := p.inside(id)
	p.c.mu.Unlock()
	if err != nil {
		return err
	}
	if r.archived {
		return bot.ErrConflict
	}
	ctx := context.Background()
	file := bot.PlatformFile{ID: "f", Name: name, Size: int64(len(data)), Hash: Hash(data)}
	answer, err := p.c.in.Upload(ctx, bot.Upload{Platform: ChatName, Channel: id, User: p.id, Name: name, Size: file.Size, Protected: r.protected}, reader(data))
	if err != nil || !answer.Allow {
		return errors.Join(errors.New(answer.Text), err)
	}
	answer, err = p.c.in.Posting(ctx, bot.Posting{Platform: ChatName, Channel: id, User: p.id, Files: []bot.PlatformFile{file}, Protected: r.protected})
	if err != nil || !answer.Allow {
		return errors.Join(errors.New(answer.Text), err)
	}
	return p.c.do("", func() error {
		_, err := p.c.post(id, &chatPost{Seen: Seen{Author: p.id, Files: []SeenFile{{Name: name, Data: data}}}}, "")
		return err
	})
}

func (p *chatPerson) Add(id bot.ChannelID, user bot.UserID) error {
	return p.c.do("", func() error {
		if _, err := p.inside(id); err != nil {
			return err
		}
		return p.c.add(id, user, p.id)
	})
}

func (p *chatPerson) See(id bot.ChannelID) (seen []Seen, err error) {
	err = p.c.do("", func() error {
		r, err := p.inside(id)
		if err != nil {
			return err
		}
		for _, post := range r.posts {
			seen = append(seen, post.Seen)
		}
		return nil
	})
	return seen, err
}

func (p *chatPerson) SeeDirect() ([]Seen, error) {
	p.c.mu.Lock()
	id := p.c.direct(p.id).id
	p.c.mu.Unlock()
	return p.See(id)
}

func (p *chatPerson) Command(id bot.ChannelID, name, text string) error {
	return p.c.do("", func() error {
		trigger := p.c.id("t")
		p.c.triggers[trigger] = p.id
		p.c.tell(bot.Event{Kind: bot.Command, User: p.id, Channel: id, Name: name, Text: text, Trigger: trigger})
		return nil
	})
}

func (p *chatPerson) Press(message bot.MessageID, label string) error {
	return p.c.do("", func() error {
		for _, r := range p.c.rooms {
			for _, post := range r.posts {
				for _, b := range post.buttons {
					if post.ID == message && b.Label == label {
						trigger := p.c.id("t")
						p.c.triggers[trigger] = p.id
						p.c.tell(bot.Event{Kind: bot.Pressed, User: p.id, Channel: r.id, Message: message, Ticket: b.Ticket,
							Trigger: trigger, Direct: strings.HasPrefix(string(r.id), "dm-")})
						return nil
					}
				}
			}
		}
		return bot.ErrNotFound
	})
}

func (p *chatPerson) OpenForm() (bot.Form, error) {
	p.c.mu.Lock()
	defer p.c.mu.Unlock()
	if f := p.c.forms[p.id]; f != nil {
		return f.form, nil
	}
	return bot.Form{}, bot.ErrNotFound
}

func (p *chatPerson) Send(values map[string][]string) (bot.FormAnswer, error) {
	f, err := p.OpenForm()
	if err != nil {
		return bot.FormAnswer{}, err
	}
	answer, err := p.c.in.Submit(context.Background(), bot.Submission{Platform: ChatName, Ticket: f.Ticket, User: p.id, Values: values})
	p.c.mu.Lock()
	defer p.c.mu.Unlock()
	switch {
	case err != nil || len(answer.Errors) > 0 || readable(answer) != nil:
		err = errors.Join(err, readable(answer))
	case answer.Next != nil:
		p.c.forms[p.id] = &shownForm{form: *answer.Next}
	default:
		delete(p.c.forms, p.id)
	}
	return answer, err
}
