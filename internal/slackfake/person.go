package slackfake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"slices"
	"strings"
)

// Person is somebody with an account, who acts as people do in the client.
type Person struct {
	ID   string
	Name string
	s    *Server
}

// PersonOptions say what account somebody has.
type PersonOptions struct {
	Name, RealName, Email string
	Admin, Owner          bool
	Guest                 bool   // of several channels (is_restricted)
	SingleChannelGuest    bool   // is_ultra_restricted
	Team                  string // of another organisation, known through Slack Connect; blank: of this one
	Deactivated           bool
}

// SetLocale chooses the language of somebody's Slack.
func (s *Server) SetLocale(user, locale string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.users[user]; u != nil {
		u.Locale = locale
	}
}

// AddPerson makes an account. It is put into the general channel, as members are;
// guests and people of elsewhere are not.
func (s *Server) AddPerson(o PersonOptions) *Person {
	s.mu.Lock()
	defer s.mu.Unlock()
	team := o.Team
	if team == "" {
		team = s.TeamID
	}
	if o.RealName == "" {
		o.RealName = o.Name
	}
	if (o.Guest || o.SingleChannelGuest || o.Team != "") && !s.opts.Plan.paid() {
		panic("slackfake: the free plan has no guests and no Slack Connect")
	}
	u := &user{ID: newID("U"), TeamID: team, Name: o.Name, RealName: o.RealName, Email: o.Email, Admin: o.Admin, Owner: o.Owner,
		Restricted: o.Guest, UltraRestricted: o.SingleChannelGuest, Stranger: o.Team != "", Deleted: o.Deactivated}
	s.addUser(u)
	if !o.Guest && !o.SingleChannelGuest && o.Team == "" && !o.Deactivated {
		for _, ch := range s.channels {
			if ch.General {
				ch.Members = append(ch.Members, u.ID)
			}
		}
	}
	return &Person{ID: u.ID, Name: u.Name, s: s}
}

// General is the id of the general channel; CommonChannel makes a public channel
// in which the app and these people are.
func (s *Server) General() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ch := range s.channels {
		if ch.General {
			return ch.ID
		}
	}
	return ""
}

// CommonChannel makes a public channel in which the app and these people are.
func (s *Server) CommonChannel(name string, people ...*Person) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := &channel{ID: newID("C"), Name: name, Created: s.Clock.Now(), Creator: s.BotUser, Members: []string{s.BotUser}}
	for _, p := range people {
		ch.Members = append(ch.Members, p.ID)
	}
	s.addChannel(ch)
	return ch.ID
}

// ConnectChannel shares a channel with another organisation (Slack Connect), so
// that its people can be invited.
func (s *Server) ConnectChannel(channel, team string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[channel]
	ch.Shared = append(ch.Shared, team)
	s.emit(ch, obj{"type": "channel_shared", "connected_team_id": team, "channel": ch.ID})
}

// RestrictPosting lets only administrators and apps post in a channel. Below
// Business+ that can be done in the general channel alone, and nowhere in a channel
// that is shared with another organisation.
//
// Source: help centre "Manage channel posting permissions".
func (s *Server) RestrictPosting(channel string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[channel]
	if !ch.General && !s.opts.Plan.postingLimits() {
		return fmt.Errorf("the plan %s cannot limit posting in this channel", s.opts.Plan)
	}
	if len(ch.Shared) > 0 {
		return fmt.Errorf("posting cannot be limited in a channel that is shared with another organisation")
	}
	ch.PostingBy = "admin"
	return nil
}

// do runs an act of a person under the lock and wakes who waits.
func (p *Person) do(act func(u *user) error) error {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	defer p.s.touch()
	u := p.s.users[p.ID]
	if u.Deleted {
		return fail("account_inactive")
	}
	return act(u)
}

// in is a channel that the person is in and that is in use.
func (p *Person) in(id string) (*channel, *user, error) {
	ch, u := p.s.channels[id], p.s.users[p.ID]
	switch {
	case ch == nil || !ch.sees(u):
		return nil, nil, fail("channel_not_found")
	case ch.Archived:
		return nil, nil, fail("is_archived")
	case !ch.has(p.ID):
		return nil, nil, fail("not_in_channel")
	}
	return ch, u, nil
}

// Says posts a message and returns its timestamp. A name behind an @ becomes a
// mention, and &, < and > are written as the client writes them.
func (p *Person) Says(channel, text string) (string, error) { return p.RepliesTo(channel, "", text) }

// RepliesTo answers in the thread of a message.
func (p *Person) RepliesTo(channel, thread, text string) (ts string, err error) {
	err = p.do(func(u *user) error {
		ch, _, err := p.in(channel)
		if err != nil {
			return err
		}
		if why := ch.whyNotPost(u); why != "" {
			return fail(why)
		}
		if thread != "" && ch.find(thread) == nil {
			return fail("thread_not_found")
		}
		m := &message{User: p.ID, Text: p.s.written(text), Thread: thread, Extra: obj{"client_msg_id": secret()}}
		m.Blocks = richText(m.Text)
		p.s.say(ch, m)
		ts = m.TS
		return nil
	})
	return ts, err
}

// written is text as the client sends it.
func (s *Server) written(text string) string {
	text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
	for _, id := range s.order {
		if u := s.users[id]; u.Name != "" {
			text = strings.ReplaceAll(text, "@"+u.Name, "<@"+u.ID+">")
		}
	}
	return text
}

// richText is the block that the client adds to what people type.
func richText(text string) json.RawMessage {
	raw, _ := json.Marshal([]obj{{"type": "rich_text", "block_id": secret()[:5], "elements": []obj{
		{"type": "rich_text_section", "elements": []obj{{"type": "text", "text": html.UnescapeString(text)}}}}}})
	return raw
}

// DirectWithBot is the conversation of this person with the app.
func (p *Person) DirectWithBot() string {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	ch, _ := p.s.direct(p.ID, p.s.BotUser)
	return ch.ID
}

// SaysToBot speaks to the app in their direct conversation.
func (p *Person) SaysToBot(text string) (string, error) { return p.Says(p.DirectWithBot(), text) }

// Edits changes one's own message.
func (p *Person) Edits(channel, ts, text string) error {
	return p.do(func(u *user) error {
		ch, _, err := p.in(channel)
		if err != nil {
			return err
		}
		m := ch.find(ts)
		switch {
		case m == nil:
			return fail("message_not_found")
		case m.User != p.ID:
			return fail("cant_update_message")
		}
		before := p.s.messageJSON(ch, m, u)
		m.Text, m.Edited = p.s.written(text), p.s.ts()
		m.Blocks = richText(m.Text)
		p.s.tellChanged(ch, m, before)
		return nil
	})
}

// DeletesMessage takes away one's own message, an administrator anybody's.
func (p *Person) DeletesMessage(channel, ts string) error {
	return p.do(func(u *user) error {
		ch := p.s.channels[channel]
		if ch == nil || !ch.sees(u) {
			return fail("channel_not_found")
		}
		m := ch.find(ts)
		switch {
		case m == nil:
			return fail("message_not_found")
		case m.User != p.ID && !u.Admin && !u.Owner:
			return fail("cant_delete_message")
		}
		p.s.drop(ch, m)
		return nil
	})
}

// Uploads posts a file with a text and returns the file's id.
func (p *Person) Uploads(channel, name string, data []byte, text string) (id string, err error) {
	err = p.do(func(u *user) error {
		ch, _, err := p.in(channel)
		if err != nil {
			return err
		}
		if why := ch.whyNotPost(u); why != "" {
			return fail(why)
		}
		f := p.s.newFile(p.ID, name)
		f.Data = slices.Clone(data)
		id = f.ID
		p.s.share(ch, &message{User: p.ID, Text: p.s.written(text), Files: []string{f.ID}})
		return nil
	})
	return id, err
}

// LinksFile shares a file that lies elsewhere (a drive), Canvas a document of
// Slack's own: neither has bytes to fetch.
//
// Source: object page "File" (is_external, external_type; filetype quip for a canvas).
func (p *Person) LinksFile(channel, name, address string) (string, error) {
	return p.sharesOdd(channel, name, func(f *file) { f.External, f.Mode = address, "external" })
}

// Canvas shares a document of Slack's own.
func (p *Person) Canvas(channel, title string) (string, error) {
	return p.sharesOdd(channel, title, func(f *file) { f.Filetype, f.Mimetype, f.Mode = "quip", "application/vnd.slack-docs", "quip" })
}

func (p *Person) sharesOdd(channel, name string, make func(*file)) (id string, err error) {
	err = p.do(func(u *user) error {
		ch, _, err := p.in(channel)
		if err != nil {
			return err
		}
		f := p.s.newFile(p.ID, name)
		make(f)
		id = f.ID
		p.s.share(ch, &message{User: p.ID, Files: []string{f.ID}})
		return nil
	})
	return id, err
}

// Forwards shares a file that this person can see in another channel: new people
// see the same file.
func (p *Person) Forwards(file, channel string) error {
	return p.do(func(u *user) error {
		ch, _, err := p.in(channel)
		if err != nil {
			return err
		}
		if why := ch.whyNotPost(u); why != "" {
			return fail(why)
		}
		f := p.s.files[file]
		if f == nil || f.Deleted || !p.s.seesFile(f, u) {
			return fail("file_not_found")
		}
		p.s.share(ch, &message{User: p.ID, Files: []string{file}})
		return nil
	})
}

// DeletesFile takes away one's own file, an administrator anybody's.
func (p *Person) DeletesFile(id string) error {
	return p.do(func(u *user) error {
		f := p.s.files[id]
		switch {
		case f == nil || f.Deleted:
			return fail("file_not_found")
		case f.User != p.ID && !u.Admin && !u.Owner:
			return fail("cant_delete_file")
		}
		p.s.eraseFile(f)
		return nil
	})
}

// Vanish makes a file disappear without an event, as between an event and its
// fetch.
func (s *Server) Vanish(file string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[file].Gone = true
	s.files[file].Data = nil
	s.touch()
}

// Invites adds somebody to a channel by hand.
func (p *Person) Invites(channel, userID string) error {
	return p.do(func(u *user) error {
		ch, _, err := p.in(channel)
		if err != nil {
			return err
		}
		if ch.InviteOnlyByAdmins && !u.Admin && !u.Owner || u.Restricted || u.UltraRestricted {
			return fail("restricted_action")
		}
		c := &call{Server: p.s, me: u}
		if why := c.whyNotInvite(ch, userID); why != "" {
			return fail(why)
		}
		p.s.join(ch, p.s.users[userID], p.ID)
		return nil
	})
}

// Joins enters a public channel.
func (p *Person) Joins(channel string) error {
	return p.do(func(u *user) error {
		ch := p.s.channels[channel]
		if ch == nil || !ch.sees(u) || ch.Private {
			return fail("channel_not_found")
		}
		p.s.join(ch, u, "")
		return nil
	})
}

// Leaves goes out of a channel.
func (p *Person) Leaves(channel string) error {
	return p.do(func(u *user) error {
		ch, _, err := p.in(channel)
		if err != nil {
			return err
		}
		p.s.part(ch, u)
		return nil
	})
}

// Removes puts somebody out of a channel, the app for instance.
func (p *Person) Removes(channel, userID string) error {
	return p.do(func(*user) error {
		ch, _, err := p.in(channel)
		if err != nil {
			return err
		}
		if p.s.users[userID] == nil || !ch.has(userID) {
			return fail("not_in_channel")
		}
		p.s.part(ch, p.s.users[userID])
		return nil
	})
}

// Archives closes a channel, Unarchives opens it again: members may.
func (p *Person) Archives(channel string) error {
	return p.do(func(*user) error {
		ch, _, err := p.in(channel)
		if err != nil {
			return err
		}
		if ch.General {
			return fail("cant_archive_general")
		}
		p.s.archive(ch, p.ID)
		return nil
	})
}

// Unarchives opens an archived channel again. The app is not in it any more.
func (p *Person) Unarchives(channel string) error {
	return p.do(func(u *user) error {
		ch := p.s.channels[channel]
		switch {
		case ch == nil || !ch.sees(u):
			return fail("channel_not_found")
		case !ch.Archived:
			return fail("not_archived")
		}
		ch.Archived = false
		return nil
	})
}

// Renames gives a channel another name.
func (p *Person) Renames(channel, name string) error {
	return p.do(func(u *user) error {
		ch, _, err := p.in(channel)
		if err != nil {
			return err
		}
		if err := (&call{Server: p.s, me: u}).checkName(name); err != nil {
			return err
		}
		p.s.rename(ch, p.ID, name)
		return nil
	})
}

// Creates makes a channel that this person is in.
func (p *Person) Creates(name string, private bool) (id string, err error) {
	err = p.do(func(u *user) error {
		if err := (&call{Server: p.s, me: u}).checkName(name); err != nil {
			return err
		}
		ch := &channel{ID: newID("C"), Name: name, Private: private, Creator: p.ID, Created: p.s.Clock.Now(), Members: []string{p.ID}}
		p.s.addChannel(ch)
		p.s.note(ch, p.ID, "join", "<@"+p.ID+"> has joined the channel", "")
		id = ch.ID
		return nil
	})
	return id, err
}

// Deactivate ends somebody's account.
func (p *Person) Deactivate() {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	u := p.s.users[p.ID]
	u.Deleted, u.Updated = true, p.s.Clock.Now()
	for _, ch := range p.s.channels {
		if !ch.IM && !ch.MPIM {
			ch.remove(p.ID)
		}
	}
	p.s.emitAlways(obj{"type": "user_change", "user": p.s.userJSON(u, false)})
	p.s.touch()
}

// Seen is a message as a person sees it.
type Seen struct {
	TS, Thread, User, Text string
	Bot                    bool // said by the app
	Private                bool // an ephemeral one
	Pinned, Edited         bool
	Subtype                string
	Files                  []SeenFile
	Blocks                 json.RawMessage
	Metadata               json.RawMessage
}

// SeenFile is a file below a message.
type SeenFile struct {
	ID, Name, Title string
	Data            []byte
	Gone            bool // what is left is its place
}

// Sees lists what stands in a channel for this person, oldest first, threads and
// what was said to them alone included. An error says that they cannot see it.
func (p *Person) Sees(channel string) (all []Seen, err error) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	u, ch := p.s.users[p.ID], p.s.channels[channel]
	if ch == nil || u.Deleted || !ch.sees(u) {
		return nil, fail("channel_not_found")
	}
	for _, m := range ch.Messages {
		if p.s.faded(m.TS) {
			continue
		}
		seen := Seen{TS: m.TS, Thread: m.Thread, User: m.User, Text: m.Text, Bot: m.BotID != "", Pinned: slices.Contains(ch.Pins, m.TS),
			Edited: m.Edited != "", Subtype: m.Subtype, Blocks: m.Blocks, Metadata: m.Metadata}
		for _, id := range m.Files {
			f := p.s.files[id]
			seen.Files = append(seen.Files, SeenFile{ID: id, Name: f.Name, Title: f.Title, Data: slices.Clone(f.Data), Gone: f.Deleted || f.Gone})
		}
		all = append(all, seen)
	}
	for _, w := range ch.whispers {
		if w.User == p.ID {
			all = append(all, Seen{TS: w.TS, Thread: w.Thread, User: p.s.BotUser, Text: w.Text, Bot: true, Private: true, Blocks: w.Blocks})
		}
	}
	slices.SortStableFunc(all, func(a, b Seen) int { return cmpTS(a.TS, b.TS) })
	return all, nil
}

// SeesDirect lists the direct conversation with the app.
func (p *Person) SeesDirect() ([]Seen, error) { return p.Sees(p.DirectWithBot()) }

// Awaits waits until a message in the channel is as wanted, and returns it.
func (p *Person) Awaits(ctx context.Context, channel string, want func(Seen) bool) (Seen, error) {
	var found Seen
	if p.s.Eventually(ctx, func() bool {
		all, _ := p.Sees(channel)
		i := slices.IndexFunc(all, want)
		if i >= 0 {
			found = all[i]
		}
		return i >= 0
	}) {
		return found, nil
	}
	return Seen{}, errors.New("no such message came")
}

// Members lists who is in a channel, the app included.
func (s *Server) Members(channel string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.channels[channel]; ch != nil {
		return slices.Clone(ch.Members)
	}
	return nil
}

// Channel is a conversation as a test may want to look at it.
type Channel struct {
	ID, Name, Topic, Purpose string
	Private, Archived        bool
	Retention                int // days
	Messages, Pins           int
	PostingBy                string
	Bookmarks                []map[string]any
}

// Channel looks at a conversation; false when it does not exist.
func (s *Server) Channel(id string) (Channel, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channels[id]
	if ch == nil {
		return Channel{}, false
	}
	return Channel{ID: ch.ID, Name: ch.Name, Topic: ch.Topic, Purpose: ch.Purpose, Private: ch.Private, Archived: ch.Archived, Retention: ch.Retention,
		Messages: len(ch.Messages), Pins: len(ch.Pins), PostingBy: ch.PostingBy, Bookmarks: slices.Clone(ch.Bookmarks)}, true
}

// FileExists says whether a file's bytes are still there.
func (s *Server) FileExists(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[id]
	return f != nil && !f.Deleted && !f.Gone
}

// FileCount is how many files are there, shared or not.
func (s *Server) FileCount() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, f := range s.files {
		if !f.Deleted && !f.Gone && f.Data != nil {
			n++
		}
	}
	return n
}
