package chat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/internal/bridge"
)

// bridge answers the bot's calls as the plugin does.
func (s *Server) bridge(secrets func() bridge.Secrets) *bridge.Server {
	b := &bridge.Server{Direction: bridge.ToPlugin, Secrets: secrets, Nonces: bridge.NewMemoryNonces(time.Now), Now: time.Now}
	bridge.Handle(b, bridge.PluginHello, func(context.Context, bridge.BotState) (bridge.PluginState, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return bridge.PluginState{Bridge: bridge.Version, Plugin: "test", Server: "11.4.0", Bot: s.Self, Protected: len(s.protected), Readable: true,
			Waiting: len(s.outbox), Database: true}, nil
	})
	locked(s, b, bridge.PluginProtect, s.protect)
	locked(s, b, bridge.PluginUnprotect, s.unprotect)
	locked(s, b, bridge.PluginProtected, s.listProtected)
	locked(s, b, bridge.PluginAdmit, func(bridge.Admission) (bridge.Done, error) { return bridge.Done{}, nil })
	locked(s, b, bridge.PluginMembers, s.members)
	locked(s, b, bridge.PluginRestoreBot, s.restoreBot)
	locked(s, b, bridge.PluginSay, s.say)
	locked(s, b, bridge.PluginSayFor, s.sayFor)
	locked(s, b, bridge.PluginWhisper, s.whisper)
	locked(s, b, bridge.PluginOpenForm, s.openForm)
	locked(s, b, bridge.PluginHide, s.hideMessage)
	locked(s, b, bridge.PluginRetract, s.retract)
	locked(s, b, bridge.PluginFiles, s.listFiles)
	locked(s, b, bridge.PluginPosts, s.listPosts)
	locked(s, b, bridge.PluginPostsOf, s.postsOf)
	locked(s, b, bridge.PluginExposed, func(bridge.Exposed) (bridge.Exposure, error) { return bridge.Exposure{}, nil })
	locked(s, b, bridge.PluginAdoptFiles, s.adopt)
	bridge.HandleStream(b, bridge.PluginPostFile, s.postFile)
	return b
}

// locked registers an answer that is worked out while nothing else moves.
func locked[In, Out any](s *Server, b *bridge.Server, c bridge.Call[In, Out], f func(In) (Out, error)) {
	bridge.Handle(b, c, func(_ context.Context, in In) (Out, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return f(in)
	})
}

func (s *Server) protect(c bridge.ChannelRef) (bridge.Done, error) {
	if s.channels[c.Channel] == nil {
		return bridge.Done{}, bridge.Fail(bridge.KindNotFound, "protect")
	}
	s.protected[c.Channel] = true
	return bridge.Done{}, nil
}

func (s *Server) unprotect(c bridge.ChannelRef) (bridge.Done, error) {
	delete(s.protected, c.Channel)
	return bridge.Done{}, nil
}

func (s *Server) listProtected(bridge.Done) (bridge.Channels, error) {
	out := bridge.Channels{Channels: []string{}}
	for id := range s.protected {
		out.Channels = append(out.Channels, id)
	}
	return out, nil
}

func (s *Server) members(q bridge.Channels) (bridge.Members, error) {
	out := bridge.Members{Members: map[string][]bridge.Member{}}
	for _, id := range q.Channels {
		c := s.channels[id]
		if c == nil {
			continue
		}
		list := []bridge.Member{}
		for u, admin := range c.members {
			list = append(list, bridge.Member{User: u, Admin: admin})
		}
		out.Members[id] = list
	}
	return out, nil
}

func (s *Server) restoreBot(c bridge.ChannelRef) (bridge.Done, error) {
	if ch := s.channels[c.Channel]; ch != nil {
		ch.members[s.Self] = true
	}
	return bridge.Done{}, nil
}

func (s *Server) say(q bridge.Saying) (bridge.PostRef, error) {
	var m model.Post
	if err := json.Unmarshal(q.Body, &m); err != nil || q.Key == "" || (q.Channel == "") == (q.User == "") {
		return bridge.PostRef{}, bridge.Fail(bridge.KindInvalid, "say")
	}
	c := s.channels[q.Channel]
	if q.User != "" {
		if s.users[q.User] == nil {
			return bridge.PostRef{}, bridge.Fail(bridge.KindNotFound, "say")
		}
		c = s.direct(q.User, s.Self)
	}
	if c == nil {
		return bridge.PostRef{}, bridge.Fail(bridge.KindNotFound, "say")
	}
	m.UserId = s.Self
	return s.once(c, q.Key, func() *post { return s.add(c, &m) })
}

func (s *Server) sayFor(q bridge.PersonSaying) (bridge.PostRef, error) {
	c := s.channels[q.Channel]
	if c == nil {
		return bridge.PostRef{}, bridge.Fail(bridge.KindNotFound, "say-for")
	}
	return s.once(c, q.Key, func() *post { return s.add(c, &model.Post{UserId: q.User, RootId: q.Thread, Message: q.Text}) })
}

// once runs act for a key unless it was done before.
func (s *Server) once(c *channel, key string, act func() *post) (bridge.PostRef, error) {
	k := saidKey(c.Id, key)
	if s.retracted[k] {
		return bridge.PostRef{}, bridge.Fail(bridge.KindConflict, "once")
	}
	if id := s.said[k]; id != "" {
		return bridge.PostRef{Post: id}, nil
	}
	p := act()
	if s.Trouble.Stutter.Load() {
		act()
	}
	s.said[k] = p.Id
	return bridge.PostRef{Post: p.Id}, nil
}

func (s *Server) whisper(q bridge.Whisper) (bridge.Done, error) {
	var m model.Post
	if err := json.Unmarshal(q.Body, &m); err != nil {
		return bridge.Done{}, bridge.Fail(bridge.KindInvalid, "whisper")
	}
	m.UserId, m.ChannelId, m.CreateAt = s.Self, q.Channel, s.now()
	s.whispers[q.User] = append(s.whispers[q.User], &post{Post: &m})
	return bridge.Done{}, nil
}

func (s *Server) openForm(q bridge.OpenForm) (bridge.Done, error) {
	var req model.OpenDialogRequest
	if err := json.Unmarshal(q.Dialog, &req); err != nil {
		return bridge.Done{}, bridge.Fail(bridge.KindInvalid, "open-form")
	}
	s.forms[q.Trigger] = &req.Dialog
	return bridge.Done{}, nil
}

func (s *Server) postFile(_ context.Context, q bridge.PersonFile, content *bridge.Content) (bridge.PostRef, error) {
	data, err := io.ReadAll(content)
	if err != nil || content.Hash() != q.Hash || int64(len(data)) != q.Size {
		return bridge.PostRef{}, bridge.Fail(bridge.KindConflict, "post-file")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[q.Channel]
	if c == nil || !s.protected[q.Channel] {
		return bridge.PostRef{}, bridge.Fail(bridge.KindForbidden, "post-file")
	}
	if _, in := c.members[q.User]; !in {
		return bridge.PostRef{}, bridge.Fail(bridge.KindNotFound, "post-file")
	}
	return s.once(c, q.Key, func() *post {
		f := s.keep(c, q.User, q.Name, data)
		p := s.add(c, &model.Post{UserId: q.User, RootId: q.Thread, Message: q.Text, FileIds: model.StringArray{f.id}})
		f.post = p.Id
		s.tell(Effect{Kind: "file_visible", Channel: c.Id, Name: f.name, User: f.user, Post: p.Id, Hash: f.hash})
		return p
	})
}

// keep stores the bytes of a file; s.mu is held.
func (s *Server) keep(c *channel, user, name string, data []byte) *file {
	sum := sha256.Sum256(data)
	f := &file{id: model.NewId(), name: name, hash: hex.EncodeToString(sum[:]), channel: c.Id, user: user, data: data}
	s.files[f.id] = f
	return f
}

func (s *Server) retract(r bridge.Retraction) (bridge.PostRef, error) {
	k := saidKey(r.Channel, r.Key)
	s.retracted[k] = true
	id := s.said[k]
	if p := s.posts[id]; p != nil {
		s.hide(p)
	}
	return bridge.PostRef{Post: id}, nil
}

func (s *Server) hideMessage(r bridge.PostRef) (bridge.Done, error) {
	if p := s.posts[r.Post]; p != nil {
		s.hide(p)
	}
	return bridge.Done{}, nil
}

func (s *Server) listFiles(r bridge.ChannelRef) (bridge.Files, error) {
	out := bridge.Files{Channel: r.Channel, Files: []bridge.File{}}
	for _, f := range s.files {
		if f.channel == r.Channel {
			out.Files = append(out.Files, bridge.File{ID: f.id, Channel: f.channel, User: f.user, Post: f.post, Size: int64(len(f.data)), Gone: f.gone})
		}
	}
	return out, nil
}

func (s *Server) listPosts(r bridge.ChannelRef) (bridge.Posts, error) {
	out := bridge.Posts{Posts: []string{}}
	if c := s.channels[r.Channel]; c != nil {
		for _, p := range c.posts {
			if !p.gone {
				out.Posts = append(out.Posts, p.Id)
			}
		}
	}
	return out, nil
}

func (s *Server) postsOf(q bridge.PostsOf) (bridge.Posts, error) {
	out := bridge.Posts{Posts: []string{}}
	if c := s.channels[q.Channel]; c != nil {
		for _, p := range c.posts {
			if p.UserId == q.User && p.DeleteAt == 0 && p.CreateAt >= q.Since && len(out.Posts) < q.Limit {
				out.Posts = append(out.Posts, p.Id)
			}
		}
	}
	return out, nil
}

// adopt hangs files that no message names on one that nobody sees.
func (s *Server) adopt(q bridge.Files) (bridge.Posts, error) {
	out := bridge.Posts{Posts: []string{}}
	c := s.direct(s.Self, s.Self)
	p := &post{Post: &model.Post{Id: model.NewId(), UserId: s.Self, ChannelId: c.Id, DeleteAt: s.now()}}
	for _, f := range q.Files {
		if kept := s.files[f.ID]; kept != nil && kept.channel == q.Channel {
			kept.post = p.Id
			p.FileIds = append(p.FileIds, f.ID)
		}
	}
	if len(p.FileIds) > 0 {
		s.posts[p.Id] = p
		out.Posts = append(out.Posts, p.Id)
	}
	return out, nil
}
