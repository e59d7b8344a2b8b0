package chat

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/internal/bridge"
)

// What the settings of a bot need to reach this server.
const (
	TeamName   = "regio"
	Token      = "token-of-the-bot"
	AdminToken = "token-of-the-administrator"
	Secret     = "een-geheim-van-minstens-32-tekens-lang"
	botName    = "convenantbot"
	pluginID   = "nl.convenantbot"
)

// Effect is something that people on the server could notice.
type Effect struct {
	At      time.Time
	Kind    string // room_created, room_archived, room_gone, added, removed, said, file_visible, file_hidden
	Channel string // id
	Name    string // of the channel, or of the file
	User    string // who was added, or to whom it was said
	Post    string
	Text    string
	Hash    string // of a file, in hexadecimal
}

// Server is the chat server. Make it with Start.
type Server struct {
	URL  string
	Self string // user id of the bot's account
	Team string // id

	route  func() string // the address of a bot that is asked next
	effect func(Effect)
	http   *http.Server
	caller *bridge.Caller
	stop   context.CancelFunc
	group  sync.WaitGroup
	wake   chan struct{}

	Trouble Trouble

	mu        sync.Mutex
	users     map[string]*model.User
	channels  map[string]*channel
	posts     map[string]*post
	files     map[string]*file
	said      map[string]string // by channel and key: id of the message
	retracted map[string]bool   // by channel and key: nothing comes under it any more
	protected map[string]bool
	forms     map[string]*model.Dialog // by trigger
	whispers  map[string][]*post       // by user
	outbox    []bridge.Event
	last      int64 // of the times that were given out
}

type channel struct {
	model.Channel
	members map[string]bool // true: an admin of it
	posts   []*post
}

type post struct {
	*model.Post
	gone bool
}

type file struct {
	id, name, hash, channel, user, post string
	data                                []byte
	gone                                bool
}

// Start starts a server. route names the bot to ask next, blank when there is
// none; effect hears what people could notice, one at a time, and must not call
// the server. twice is how many of a hundred events are handed over twice.
func Start(route func() string, effect func(Effect), twice int) (*Server, error) {
	s := &Server{route: route, effect: effect, Self: model.NewId(), Team: model.NewId(), wake: make(chan struct{}, 1),
		users: map[string]*model.User{}, channels: map[string]*channel{}, posts: map[string]*post{}, files: map[string]*file{},
		said: map[string]string{}, retracted: map[string]bool{}, protected: map[string]bool{}, forms: map[string]*model.Dialog{}, whispers: map[string][]*post{}}
	s.Trouble.twice.Store(int64(twice))
	s.users[s.Self] = &model.User{Id: s.Self, Username: botName, IsBot: true}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.URL = "http://" + listener.Addr().String()
	secrets := func() bridge.Secrets { return bridge.Secrets{Sign: Secret} }
	s.caller = &bridge.Caller{Base: route, Secrets: secrets, Now: time.Now, HTTP: bridge.NewHTTP()}
	mux := http.NewServeMux()
	s.rest(mux)
	mux.Handle("/plugins/"+pluginID+bridge.Prefix, s.bridge(secrets))
	for _, id := range []string{pluginID, pluginID + ".wacht"} {
		mux.HandleFunc("/plugins/"+id+"/alive", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	}
	mux.HandleFunc("/api/v4/system/ping", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	s.http = &http.Server{Handler: s.Trouble.around(mux)}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.group.Go(func() { _ = s.http.Serve(listener) })
	s.group.Go(func() { s.handOver(ctx) })
	return s, nil
}

// Close ends the server.
func (s *Server) Close() {
	s.stop()
	_ = s.http.Close()
	s.group.Wait()
}

// Waiting is how many events the bot did not take yet.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.outbox)
}

// now is the time for what is kept, in milliseconds, never the same twice.
func (s *Server) now() int64 {
	s.last = max(s.last+1, time.Now().UnixMilli())
	return s.last
}

func (s *Server) tell(e Effect) {
	e.At = time.Now()
	s.effect(e)
}

// put keeps an event until the bot has it; s.mu is held.
func (s *Server) put(e bridge.Event) {
	if e.ID == "" {
		e.ID = model.NewId()
	}
	e.At = time.Now().UnixMilli()
	s.outbox = append(s.outbox, e)
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// handOver hands events over, oldest first, as the plugin does.
func (s *Server) handOver(ctx context.Context) {
	for {
		s.mu.Lock()
		var next *bridge.Event
		if len(s.outbox) > 0 {
			next = &s.outbox[0]
		}
		s.mu.Unlock()
		if next == nil {
			select {
			case <-ctx.Done():
				return
			case <-s.wake:
			case <-time.After(time.Second):
			}
			continue
		}
		_, err := bridge.BotEvent.Do(ctx, s.caller, *next)
		if err == nil && s.Trouble.handTwice() {
			_, _ = bridge.BotEvent.Do(ctx, s.caller, *next)
		}
		if err == nil || bridge.Kind(err) == bridge.KindInvalid {
			s.mu.Lock()
			s.outbox = s.outbox[1:]
			s.mu.Unlock()
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// errNotFound is what is not there.
var errNotFound = errors.New("chat: not found")

func saidKey(channel, key string) string { return channel + "\n" + key }

// direct returns the conversation of two people, made when there is none; s.mu
// is held.
func (s *Server) direct(a, b string) *channel {
	name := model.GetDMNameFromIds(a, b)
	for _, c := range s.channels {
		if c.Type == model.ChannelTypeDirect && c.Name == name {
			return c
		}
	}
	return s.makeChannel(model.Channel{Type: model.ChannelTypeDirect, Name: name}, a, b)
}

// makeChannel makes a channel; the first member is its admin. s.mu is held.
func (s *Server) makeChannel(m model.Channel, members ...string) *channel {
	m.Id, m.CreateAt = model.NewId(), s.now()
	c := &channel{Channel: m, members: map[string]bool{}}
	for i, u := range members {
		c.members[u] = i == 0
	}
	s.channels[m.Id] = c
	return c
}

// add stores a message; s.mu is held.
func (s *Server) add(c *channel, p *model.Post) *post {
	p.Id, p.CreateAt, p.ChannelId = model.NewId(), s.now(), c.Id
	kept := &post{Post: p}
	c.posts = append(c.posts, kept)
	s.posts[p.Id] = kept
	if p.UserId == s.Self && !strings.HasPrefix(p.Type, model.PostSystemMessagePrefix) {
		e := Effect{Kind: "said", Channel: c.Id, Name: c.Name, Post: p.Id, Text: p.Message}
		if c.Type == model.ChannelTypeDirect {
			for u := range c.members {
				if u != s.Self {
					e.User = u
				}
			}
		}
		s.tell(e)
	}
	return kept
}

// hide takes a message with its files out of sight; s.mu is held.
func (s *Server) hide(p *post) {
	if p.DeleteAt == 0 {
		p.DeleteAt = s.now()
	}
	for _, id := range p.FileIds {
		if f := s.files[id]; f != nil && !f.gone {
			f.gone = true
			s.tell(Effect{Kind: "file_hidden", Channel: f.channel, Name: f.name, User: f.user, Post: p.Id, Hash: f.hash})
		}
	}
}

// join adds somebody to a channel; s.mu is held.
func (s *Server) join(c *channel, user, by string) {
	if _, there := c.members[user]; there {
		return
	}
	c.members[user] = false
	s.tell(Effect{Kind: "added", Channel: c.Id, Name: c.Name, User: user})
	if s.protected[c.Id] {
		s.put(bridge.Event{Kind: bridge.Joined, User: user, By: by, Channel: c.Id})
	}
}

// leave takes somebody out of a channel; s.mu is held.
func (s *Server) leave(c *channel, user, by string) {
	if _, there := c.members[user]; !there {
		return
	}
	delete(c.members, user)
	s.tell(Effect{Kind: "removed", Channel: c.Id, Name: c.Name, User: user})
	if s.protected[c.Id] {
		s.put(bridge.Event{Kind: bridge.Left, User: user, By: by, Channel: c.Id})
	}
}
