package bottest

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

// ChatName is the name of the platform that Chat is.
const ChatName = "testchat"

// Chat is a small chat platform in memory. It keeps every promise of
// bot.Platform and asks its Incoming the way the real ones do, so that use cases
// can be tested in microseconds.
type Chat struct {
	mu       sync.Mutex
	in       bot.Incoming
	n        int
	rooms    map[bot.ChannelID]*chatRoom
	people   map[bot.UserID]bool // active or not
	locales  map[bot.UserID]string
	forms    map[bot.UserID]*shownForm
	triggers map[string]bot.UserID
	pending  []func() // events that are delivered once the lock is free

	// Fail, when set, is asked before each call of the bot and may make it fail;
	// Lose is asked after it had its effect, as when the answer got lost.
	Fail, Lose func(call string) error

	// Now is by which clock messages are said; nil: all at one moment.
	Now      func() time.Time
	whispers []bot.MessageID
}

type chatRoom struct {
	id        bot.ChannelID
	name      string
	members   []bot.UserID
	posts     []*chatPost
	keys      map[string]bot.MessageID
	retracted map[string]bool // keys under which nothing comes any more
	protected bool
	archived  bool
	open      bool // everybody is in it
}

type chatPost struct {
	Seen
	buttons []bot.Button
	at      time.Time
}

type shownForm struct{ form bot.Form }

var _ bot.Platform = (*Chat)(nil)

// NewChat returns a chat with these people, all active, and a common channel
// called "common".
func NewChat(users ...bot.UserID) *Chat {
	c := &Chat{rooms: map[bot.ChannelID]*chatRoom{}, people: map[bot.UserID]bool{}, forms: map[bot.UserID]*shownForm{}, triggers: map[string]bot.UserID{}}
	for _, u := range users {
		c.people[u] = true
	}
	c.rooms["common"] = &chatRoom{id: "common", name: "common", members: slices.Clone(users), keys: map[string]bot.MessageID{}, open: true}
	return c
}

// Connect makes in the bot that this chat asks and tells.
func (c *Chat) Connect(in bot.Incoming) { c.in = in }

// Deactivate switches an account off.
func (c *Chat) Deactivate(user bot.UserID) { c.mu.Lock(); defer c.mu.Unlock(); c.people[user] = false }

// do runs f under the lock, unless Fail stops the call, and then delivers the
// events that f caused.
func (c *Chat) do(call string, f func() error) error {
	if c.Fail != nil {
		if err := c.Fail(call); err != nil {
			return err
		}
	}
	c.mu.Lock()
	err := f()
	pending := c.pending
	c.pending = nil
	c.mu.Unlock()
	for _, tell := range pending {
		tell()
	}
	if err == nil && c.Lose != nil {
		err = c.Lose(call)
	}
	return err
}

func (c *Chat) id(prefix string) string { c.n++; return fmt.Sprintf("%s%d", prefix, c.n) }

// tell delivers an event to the bot after the lock is free.
func (c *Chat) tell(e bot.Event) {
	e.ID, e.Platform = c.id("e"), ChatName
	c.pending = append(c.pending, func() {
		if c.in != nil {
			_ = c.in.Receive(context.Background(), e) // a lost event is a lost hint
		}
	})
}

func (c *Chat) room(id bot.ChannelID) (*chatRoom, error) {
	if r := c.rooms[id]; r != nil {
		return r, nil
	}
	return nil, bot.ErrNotFound
}

// Name is the platform's name.
func (c *Chat) Name() string { return ChatName }

// CreateRoom implements bot.Rooms.
func (c *Chat) CreateRoom(_ context.Context, name, _ string) (id bot.ChannelID, err error) {
	err = c.do("CreateRoom", func() error {
		for _, r := range c.rooms {
			if r.name == name {
				id = r.id
				return nil
			}
		}
		id = bot.ChannelID(c.id("room"))
		c.rooms[id] = &chatRoom{id: id, name: name, keys: map[string]bot.MessageID{}}
		return nil
	})
	return id, err
}

// Protect implements bot.Rooms.
func (c *Chat) Protect(_ context.Context, id bot.ChannelID) error {
	return c.do("Protect", func() error {
		r, err := c.room(id)
		if err == nil {
			r.protected = true
		}
		return err
	})
}

// RoomMembers implements bot.Rooms.
func (c *Chat) RoomMembers(_ context.Context, id bot.ChannelID) (users []bot.UserID, err error) {
	err = c.do("RoomMembers", func() error {
		r, err := c.room(id)
		if err == nil {
			users = slices.Clone(r.members)
		}
		return err
	})
	return users, err
}

// AddToRoom implements bot.Rooms.
func (c *Chat) AddToRoom(_ context.Context, id bot.ChannelID, user bot.UserID) error {
	return c.do("AddToRoom", func() error { return c.add(id, user, "convenantbot") })
}

func (c *Chat) add(id bot.ChannelID, user, by bot.UserID) error {
	r, err := c.room(id)
	if err != nil {
		return err
	}
	if !c.people[user] {
		return bot.ErrNotFound
	}
	if !slices.Contains(r.members, user) {
		r.members = append(r.members, user)
		c.tell(bot.Event{Kind: bot.Joined, User: user, By: by, Channel: id})
	}
	return nil
}

// RemoveFromRoom implements bot.Rooms.
func (c *Chat) RemoveFromRoom(_ context.Context, id bot.ChannelID, user bot.UserID) error {
	return c.do("RemoveFromRoom", func() error { return c.remove(id, user, "convenantbot") })
}

func (c *Chat) remove(id bot.ChannelID, user, by bot.UserID) error {
	r, err := c.room(id)
	if err != nil {
		return err
	}
	if i := slices.Index(r.members, user); i >= 0 {
		r.members = slices.Delete(r.members, i, i+1)
		c.tell(bot.Event{Kind: bot.Left, User: user, By: by, Channel: id})
	}
	return nil
}

// ArchiveRoom implements bot.Rooms.
func (c *Chat) ArchiveRoom(_ context.Context, id bot.ChannelID) error {
	return c.do("ArchiveRoom", func() error {
		r, err := c.room(id)
		if err == nil {
			r.archived = true
		}
		return err
	})
}

// EraseRoom implements bot.Rooms.
func (c *Chat) EraseRoom(_ context.Context, id bot.ChannelID) (receipt bot.Receipt, err error) {
	err = c.do("EraseRoom", func() error {
		r := c.rooms[id]
		if r == nil {
			return nil
		}
		receipt.Posts = len(r.posts)
		for _, p := range r.posts {
			receipt.Files += len(p.Files)
		}
		delete(c.rooms, id)
		return nil
	})
	return receipt, err
}

// Post implements bot.Talk.
func (c *Chat) Post(_ context.Context, id bot.ChannelID, m bot.Message, key string) (message bot.MessageID, err error) {
	err = c.do("Post", func() error {
		message, err = c.post(id, &chatPost{Seen: Seen{Text: m.Text, Thread: m.Thread}, buttons: m.Buttons}, key)
		return err
	})
	return message, err
}

func (c *Chat) post(id bot.ChannelID, p *chatPost, key string) (bot.MessageID, error) {
	if err := readable(p.Text, p.buttons); err != nil {
		return "", err
	}
	r, err := c.room(id)
	if err != nil {
		return "", err
	}
	if r.retracted[key] {
		return "", bot.ErrConflict
	}
	if known, ok := r.keys[key]; ok && key != "" {
		return known, nil
	}
	if r.archived {
		return "", bot.ErrConflict
	}
	p.ID, p.at = bot.MessageID(c.id("m")), time.Date(2026, 3, 2, 11, 0, 0, 0, time.UTC)
	if c.Now != nil {
		p.at = c.Now()
	}
	for _, b := range p.buttons {
		p.Labels = append(p.Labels, b.Label)
	}
	r.posts = append(r.posts, p)
	if key != "" {
		r.keys[key] = p.ID
	}
	return p.ID, nil
}

// direct is the conversation of the bot with one person.
func (c *Chat) direct(user bot.UserID) *chatRoom {
	id := bot.ChannelID("dm-" + user)
	if c.rooms[id] == nil {
		c.rooms[id] = &chatRoom{id: id, name: string(id), members: []bot.UserID{user}, keys: map[string]bot.MessageID{}}
	}
	return c.rooms[id]
}

// Tell implements bot.Talk.
func (c *Chat) Tell(_ context.Context, user bot.UserID, m bot.Message, key string) (message bot.MessageID, err error) {
	err = c.do("Tell", func() error {
		if _, ok := c.people[user]; !ok {
			return bot.ErrNotFound
		}
		message, err = c.post(c.direct(user).id, &chatPost{Seen: Seen{Text: m.Text}, buttons: m.Buttons}, key)
		return err
	})
	return message, err
}

// Whisper implements bot.Talk. It stands in the person's direct conversation
// here, so that tests can read it.
func (c *Chat) Whisper(ctx context.Context, _ bot.ChannelID, user bot.UserID, m bot.Message) error {
	id, err := c.Tell(ctx, user, m, "")
	if err == nil {
		c.mu.Lock()
		c.whispers = append(c.whispers, id)
		c.mu.Unlock()
	}
	return err
}

// ForgetWhispers takes away what was whispered, as a platform does that keeps it
// nowhere.
func (c *Chat) ForgetWhispers() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.rooms {
		r.posts = slices.DeleteFunc(r.posts, func(p *chatPost) bool { return slices.Contains(c.whispers, p.ID) })
	}
	c.whispers = nil
}

// DirectOf is the conversation of the bot with somebody.
func (c *Chat) DirectOf(user bot.UserID) bot.ChannelID {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.direct(user).id
}

// Pin implements bot.Talk.
func (c *Chat) Pin(_ context.Context, id bot.MessageID) error {
	return c.do("Pin", func() error {
		for _, r := range c.rooms {
			for _, p := range r.posts {
				if p.ID == id {
					p.Pinned = true
				}
			}
		}
		return nil
	})
}

// Hide implements bot.Talk.
func (c *Chat) Hide(_ context.Context, id bot.MessageID) error {
	return c.do("Hide", func() error {
		for _, r := range c.rooms {
			r.posts = slices.DeleteFunc(r.posts, func(p *chatPost) bool { return p.ID == id })
		}
		return nil
	})
}

// OpenForm implements bot.Forms.
func (c *Chat) OpenForm(_ context.Context, trigger string, f bot.Form) error {
	return c.do("OpenForm", func() error {
		user, ok := c.triggers[trigger]
		switch {
		case len([]rune(f.Title)) > 24 || len([]rune(f.Send)) > 24:
			return &bot.InvalidError{Field: "title", Reason: "longer than 24 characters"}
		case !ok:
			return bot.ErrConflict
		}
		if err := readable(f); err != nil {
			return err
		}
		for _, field := range f.Fields {
			if len([]rune(field.Label)) > 24 || len([]rune(field.Help)) > 150 {
				return &bot.InvalidError{Field: field.Name, Reason: "label or help is too long"}
			}
		}
		delete(c.triggers, trigger)
		c.forms[user] = &shownForm{form: f}
		return nil
	})
}

// PostFile implements bot.Documents.
func (c *Chat) PostFile(_ context.Context, id bot.ChannelID, f bot.Document, content io.Reader, key string) (message bot.MessageID, err error) {
	data, err := io.ReadAll(content)
	if err != nil {
		return "", err
	}
	err = c.do("PostFile", func() error {
		if Hash(data) != f.Hash {
			return bot.ErrConflict
		}
		message, err = c.post(id, &chatPost{Seen: Seen{Author: f.Poster, Text: f.Text, Files: []SeenFile{{Name: f.Name, Data: data}}}}, key)
		return err
	})
	return message, err
}

// Retract implements bot.Documents.
func (c *Chat) Retract(_ context.Context, id bot.ChannelID, key string) (message bot.MessageID, err error) {
	err = c.do("Retract", func() error {
		r := c.rooms[id]
		if r == nil {
			return nil
		}
		if r.retracted == nil {
			r.retracted = map[string]bool{}
		}
		r.retracted[key], message = true, r.keys[key]
		r.posts = slices.DeleteFunc(r.posts, func(p *chatPost) bool { return message != "" && p.ID == message })
		return nil
	})
	return message, err
}

// TellFile implements bot.Documents.
func (c *Chat) TellFile(_ context.Context, user bot.UserID, f bot.Document, content io.Reader, key string) (message bot.MessageID, err error) {
	data, err := io.ReadAll(content)
	if err != nil {
		return "", err
	}
	err = c.do("TellFile", func() error {
		if _, ok := c.people[user]; !ok {
			return bot.ErrNotFound
		}
		if Hash(data) != f.Hash {
			return bot.ErrConflict
		}
		message, err = c.post(c.direct(user).id, &chatPost{Seen: Seen{Text: f.Text, Files: []SeenFile{{Name: f.Name, Data: data}}}}, key)
		return err
	})
	return message, err
}

// Active implements bot.Accounts.
func (c *Chat) Active(_ context.Context, user bot.UserID) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.people[user], nil
}

// DisplayName implements bot.Accounts.
func (c *Chat) DisplayName(_ context.Context, user bot.UserID) (string, error) {
	return string(user), nil
}

// Locale implements bot.Accounts.
func (c *Chat) Locale(_ context.Context, user bot.UserID) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.people[user]; !ok {
		return "", bot.ErrNotFound
	}
	return c.locales[user], nil
}

// Speaks makes somebody's chat one in another language.
func (c *Chat) Speaks(user bot.UserID, locale string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.locales == nil {
		c.locales = map[bot.UserID]string{}
	}
	c.locales[user] = locale
}

// Remove takes somebody out of a channel by hand.
func (c *Chat) Remove(id bot.ChannelID, user, by bot.UserID) error {
	return c.do("", func() error { return c.remove(id, user, by) })
}

// readable refuses words that are in more than one language at once: nobody took
// them out for who reads.
func readable(shown ...any) error {
	if said := fmt.Sprint(shown...); text.Unread(said) {
		return fmt.Errorf("%w: in several languages at once: %q", bot.ErrConflict, said)
	}
	return nil
}
