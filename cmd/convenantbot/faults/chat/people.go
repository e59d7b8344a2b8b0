package chat

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/internal/bridge"
)

// Person is somebody with an account. Each act of theirs goes over the bridge to
// whatever bot is asked next; an error is what the person sees when no bot
// answers, and leaves open whether it arrived.
type Person struct {
	s        *Server
	ID, Name string
}

// NewPerson makes an account.
func (s *Server) NewPerson(name string) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &Person{s: s, ID: model.NewId(), Name: name}
	s.users[p.ID] = &model.User{Id: p.ID, Username: name}
	return p
}

// NewChannel makes an ordinary channel with these people in it.
func (s *Server) NewChannel(name string, people ...*Person) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.makeChannel(model.Channel{TeamId: s.Team, Type: model.ChannelTypeOpen, Name: name}, s.Self)
	for _, p := range people {
		c.members[p.ID] = false
	}
	return c.Id
}

// Form is a dialog before a person.
type Form struct {
	Channel string
	model.Dialog
}

// Option is something that can be chosen in a form.
type Option struct{ Label, Value string }

// Options lists what can be chosen in a field.
func (f *Form) Options(field string) []Option {
	var all []Option
	for _, e := range f.Elements {
		if e.Name == field {
			for _, o := range e.Options {
				all = append(all, Option{o.Text, o.Value})
			}
		}
	}
	return all
}

// Command types a slash command and returns the trigger by which a form comes.
func (p *Person) Command(ctx context.Context, channel, name, text string) (trigger string, err error) {
	trigger = model.NewId()
	_, err = bridge.BotEvent.Do(ctx, p.s.caller, bridge.Event{ID: model.NewId(), Kind: bridge.Command, At: time.Now().UnixMilli(), User: p.ID,
		Channel: channel, Name: name, Text: text, Trigger: trigger})
	return trigger, err
}

// Form returns the form that came by a trigger; nil: none yet.
func (p *Person) Form(channel, trigger string) *Form {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if d := p.s.forms[trigger]; d != nil {
		delete(p.s.forms, trigger)
		return &Form{Channel: channel, Dialog: *d}
	}
	return nil
}

// Send sends a form and returns the bot's answer.
func (p *Person) Send(ctx context.Context, f *Form, values map[string][]string) (bridge.SubmitAnswer, error) {
	ticket, _, _ := strings.Cut(f.State, "|")
	return bridge.BotSubmit.Do(ctx, p.s.caller, bridge.Submission{Ticket: ticket, User: p.ID, Channel: f.Channel, Values: values})
}

// Upload offers a file to a room, as the hook of the plugin does.
func (p *Person) Upload(ctx context.Context, channel, name string, data []byte) (bridge.Verdict, error) {
	v, _, err := bridge.BotUpload.Send(ctx, p.s.caller, bridge.Upload{Channel: channel, User: p.ID, Name: name, Size: int64(len(data)), At: time.Now().UnixMilli()},
		bytes.NewReader(data), int64(len(data)), "")
	if err == nil && v.Allow {
		err = fmt.Errorf("chat: %s passed the gate of a room", name)
	}
	return v, err
}

// Say posts a message in a room when the bot lets it.
func (p *Person) Say(ctx context.Context, channel, text string) (bridge.Verdict, error) {
	v, err := bridge.BotPosting.Do(ctx, p.s.caller, bridge.Posting{Channel: channel, User: p.ID, Text: text, At: time.Now().UnixMilli()})
	if err != nil || !v.Allow {
		return v, err
	}
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if c := p.s.channels[channel]; c != nil {
		p.s.add(c, &model.Post{UserId: p.ID, Message: text})
	}
	return v, nil
}

// Ask says something to the bot alone. The server keeps it until the bot has it.
func (p *Person) Ask(text string) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	c := p.s.direct(p.ID, p.s.Self)
	m := p.s.add(c, &model.Post{UserId: p.ID, Message: text})
	p.s.put(bridge.Event{ID: m.Id, Kind: bridge.Said, User: p.ID, Channel: c.Id, Direct: true, Message: m.Id, Text: text})
}

// AddTo puts somebody into a channel, past the bot.
func (p *Person) AddTo(channel string, other *Person) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if c := p.s.channels[channel]; c != nil {
		p.s.join(c, other.ID, p.ID)
	}
}

// Message is something that a person sees.
type Message struct {
	ID, Channel, User, Text string
	At                      int64
	Pinned                  bool
	Hashes                  []string          // of its files
	Buttons                 map[string]string // label to ticket
}

func (s *Server) message(p *post) Message {
	m := Message{ID: p.Id, Channel: p.ChannelId, User: p.UserId, Text: p.Message, At: p.CreateAt, Pinned: p.IsPinned, Buttons: map[string]string{}}
	for _, a := range p.Attachments() {
		for _, b := range a.Actions {
			if b.Integration != nil {
				m.Buttons[b.Name], _ = b.Integration.Context["ticket"].(string)
			}
		}
	}
	for _, id := range p.FileIds {
		if f := s.files[id]; f != nil && !f.gone {
			m.Hashes = append(m.Hashes, f.hash)
		}
	}
	return m
}

// Direct lists what the bot said to this person alone, oldest first, whispers
// last.
func (p *Person) Direct() []Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	var all []Message
	for _, m := range p.s.direct(p.ID, p.s.Self).posts {
		if m.UserId == p.s.Self && m.DeleteAt == 0 {
			all = append(all, p.s.message(m))
		}
	}
	for _, m := range p.s.whispers[p.ID] {
		all = append(all, p.s.message(m))
	}
	return all
}

// Read lists what a person sees in a channel, oldest first; nil when they are
// not in it.
func (p *Person) Read(channel string) []Message {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	c := p.s.channels[channel]
	if c == nil {
		return nil
	}
	if _, in := c.members[p.ID]; !in {
		return nil
	}
	var all []Message
	for _, m := range c.posts {
		if m.DeleteAt == 0 {
			all = append(all, p.s.message(m))
		}
	}
	return all
}

// Rooms lists the rooms of casussen that a person is in: id by name.
func (p *Person) Rooms() map[string]string {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	all := map[string]string{}
	for id, c := range p.s.channels {
		if _, in := c.members[p.ID]; in && strings.HasPrefix(c.Name, "casus-") {
			all[c.Name] = id
		}
	}
	return all
}

// Members lists who is in a channel, sorted, the bot included.
func (s *Server) Members(channel string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	if c := s.channels[channel]; c != nil {
		for u := range c.members {
			all = append(all, u)
		}
	}
	slices.Sort(all)
	return all
}

// Press presses a button of a message and returns the trigger by which a form
// comes.
func (p *Person) Press(ctx context.Context, m Message, label string) (trigger string, err error) {
	trigger = model.NewId()
	ticket := m.Buttons[label]
	if ticket == "" {
		return "", errNotFound
	}
	p.s.mu.Lock()
	c := p.s.channels[m.Channel]
	direct := c != nil && c.Type == model.ChannelTypeDirect
	p.s.mu.Unlock()
	_, err = bridge.BotEvent.Do(ctx, p.s.caller, bridge.Event{ID: model.NewId(), Kind: bridge.Pressed, At: time.Now().UnixMilli(), User: p.ID,
		Channel: m.Channel, Direct: direct, Message: m.ID, Trigger: trigger, Ticket: ticket})
	return trigger, err
}
