package chat

import (
	"encoding/json"
	"io"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
)

// rest registers the part of the REST interface that the bot uses. What is not
// here is answered 404, as by a server that lacks it.
func (s *Server) rest(mux *http.ServeMux) {
	on := func(pattern string, f func(r *http.Request) (any, int)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if t := r.Header.Get("Authorization"); t != "Bearer "+Token && t != "BEARER "+Token && t != "Bearer "+AdminToken && t != "BEARER "+AdminToken {
				answer(w, nil, http.StatusUnauthorized)
				return
			}
			s.mu.Lock()
			out, status := f(r)
			// Written while nothing moves: the answer may hold what is kept.
			defer s.mu.Unlock()
			answer(w, out, status)
		})
	}
	const api = "/api/v4"
	on("GET "+api+"/users/{user}", func(r *http.Request) (any, int) {
		id := r.PathValue("user")
		if id == model.Me {
			id = s.Self
		}
		if u := s.users[id]; u != nil {
			return u, http.StatusOK
		}
		return nil, http.StatusNotFound
	})
	on("POST "+api+"/users/ids", func(r *http.Request) (any, int) {
		var ids []string
		_ = json.NewDecoder(r.Body).Decode(&ids)
		list := []*model.User{}
		for _, id := range ids {
			if u := s.users[id]; u != nil {
				list = append(list, u)
			}
		}
		return list, http.StatusOK
	})
	on("GET "+api+"/teams/name/{name}", func(r *http.Request) (any, int) {
		if r.PathValue("name") != TeamName {
			return nil, http.StatusNotFound
		}
		return model.Team{Id: s.Team, Name: TeamName}, http.StatusOK
	})
	on("GET "+api+"/teams/{team}/channels/name/{name}", func(r *http.Request) (any, int) {
		if c := s.named(r.PathValue("name")); c != nil {
			return c.Channel, http.StatusOK
		}
		return nil, http.StatusNotFound
	})
	s.restChannels(on, api)
	s.restPosts(on, api)
	on("POST "+api+"/caches/invalidate", func(*http.Request) (any, int) { return map[string]string{"status": "OK"}, http.StatusOK })
	on("GET "+api+"/plugins/statuses", func(*http.Request) (any, int) {
		return []model.PluginStatus{{PluginId: pluginID}, {PluginId: pluginID + ".wacht"}}, http.StatusOK
	})
}

// named finds a channel of the team by its name, archived ones too; s.mu is held.
func (s *Server) named(name string) *channel {
	for _, c := range s.channels {
		if c.Name == name && c.Type != model.ChannelTypeDirect {
			return c
		}
	}
	return nil
}

type register = func(pattern string, f func(r *http.Request) (any, int))

func (s *Server) restChannels(on register, api string) {
	with := func(f func(c *channel, r *http.Request) (any, int)) func(r *http.Request) (any, int) {
		return func(r *http.Request) (any, int) {
			if c := s.channels[r.PathValue("channel")]; c != nil {
				return f(c, r)
			}
			return nil, http.StatusNotFound
		}
	}
	done := map[string]string{"status": "OK"}
	on("POST "+api+"/channels", func(r *http.Request) (any, int) {
		var m model.Channel
		if json.NewDecoder(r.Body).Decode(&m) != nil || s.named(m.Name) != nil {
			return nil, http.StatusBadRequest
		}
		m.CreatorId = s.Self
		c := s.makeChannel(m, s.Self)
		s.tell(Effect{Kind: "room_created", Channel: c.Id, Name: c.Name})
		return c.Channel, http.StatusCreated
	})
	on("POST "+api+"/channels/direct", func(r *http.Request) (any, int) {
		var ids []string
		if json.NewDecoder(r.Body).Decode(&ids) != nil || len(ids) != 2 || s.users[ids[0]] == nil || s.users[ids[1]] == nil {
			return nil, http.StatusBadRequest
		}
		return s.direct(ids[0], ids[1]).Channel, http.StatusCreated
	})
	on("GET "+api+"/channels/{channel}", with(func(c *channel, _ *http.Request) (any, int) { return c.Channel, http.StatusOK }))
	on("DELETE "+api+"/channels/{channel}", with(func(c *channel, r *http.Request) (any, int) {
		if r.URL.Query().Get("permanent") == "true" {
			delete(s.channels, c.Id)
			s.tell(Effect{Kind: "room_gone", Channel: c.Id, Name: c.Name})
			return done, http.StatusOK
		}
		if c.DeleteAt == 0 {
			c.DeleteAt = s.now()
			s.tell(Effect{Kind: "room_archived", Channel: c.Id, Name: c.Name})
		}
		return done, http.StatusOK
	}))
	on("POST "+api+"/channels/{channel}/members", with(func(c *channel, r *http.Request) (any, int) {
		var q struct {
			User  string   `json:"user_id"`
			Users []string `json:"user_ids"`
		}
		if json.NewDecoder(r.Body).Decode(&q) != nil || c.DeleteAt != 0 {
			return nil, http.StatusBadRequest
		}
		if q.User != "" {
			if s.users[q.User] == nil {
				return nil, http.StatusNotFound
			}
			s.join(c, q.User, s.Self)
			return model.ChannelMember{ChannelId: c.Id, UserId: q.User}, http.StatusCreated
		}
		list := []model.ChannelMember{}
		for _, u := range q.Users {
			if s.users[u] != nil {
				s.join(c, u, s.Self)
				list = append(list, model.ChannelMember{ChannelId: c.Id, UserId: u})
			}
		}
		return list, http.StatusCreated
	}))
	on("DELETE "+api+"/channels/{channel}/members/{user}", with(func(c *channel, r *http.Request) (any, int) {
		s.leave(c, r.PathValue("user"), s.Self)
		return done, http.StatusOK
	}))
	on("GET "+api+"/channels/{channel}/posts", with(func(c *channel, _ *http.Request) (any, int) {
		list := model.NewPostList()
		for i := len(c.posts) - 1; i >= 0 && len(list.Order) < 200; i-- {
			if p := c.posts[i]; p.DeleteAt == 0 && !p.gone {
				list.Order = append(list.Order, p.Id)
				list.Posts[p.Id] = p.Post.Clone()
			}
		}
		return list, http.StatusOK
	}))
}

func (s *Server) restPosts(on register, api string) {
	with := func(f func(p *post, r *http.Request) (any, int)) func(r *http.Request) (any, int) {
		return func(r *http.Request) (any, int) {
			if p := s.posts[r.PathValue("post")]; p != nil && !p.gone {
				return f(p, r)
			}
			return nil, http.StatusNotFound
		}
	}
	done := map[string]string{"status": "OK"}
	info := func(f *file) model.FileInfo {
		return model.FileInfo{Id: f.id, CreatorId: f.user, PostId: f.post, ChannelId: f.channel, Name: f.name, Size: int64(len(f.data))}
	}
	on("GET "+api+"/posts/{post}", with(func(p *post, _ *http.Request) (any, int) {
		if p.DeleteAt != 0 {
			return nil, http.StatusNotFound
		}
		return p.Post.Clone(), http.StatusOK
	}))
	on("POST "+api+"/posts/{post}/pin", with(func(p *post, _ *http.Request) (any, int) { p.IsPinned = true; return done, http.StatusOK }))
	on("DELETE "+api+"/posts/{post}", with(func(p *post, r *http.Request) (any, int) {
		s.hide(p)
		if r.URL.Query().Get("permanent") == "true" {
			p.gone, p.Message = true, ""
			for id, f := range s.files {
				if f.post == p.Id {
					delete(s.files, id)
				}
			}
		}
		return done, http.StatusOK
	}))
	on("GET "+api+"/posts/{post}/files/info", with(func(p *post, _ *http.Request) (any, int) {
		list := []model.FileInfo{}
		for _, id := range p.FileIds {
			if f := s.files[id]; f != nil && !f.gone {
				list = append(list, info(f))
			}
		}
		return list, http.StatusOK
	}))
	on("POST "+api+"/posts", func(r *http.Request) (any, int) {
		var m model.Post
		if json.NewDecoder(r.Body).Decode(&m) != nil || s.channels[m.ChannelId] == nil {
			return nil, http.StatusBadRequest
		}
		m.UserId = s.Self
		p := s.add(s.channels[m.ChannelId], &m)
		for _, id := range m.FileIds {
			if f := s.files[id]; f != nil {
				f.post = p.Id
			}
		}
		return p.Post.Clone(), http.StatusCreated
	})
	on("POST "+api+"/files", func(r *http.Request) (any, int) {
		c := s.channels[r.URL.Query().Get("channel_id")]
		name := r.URL.Query().Get("filename")
		var body io.Reader = r.Body
		if c == nil {
			if r.ParseMultipartForm(16<<20) != nil {
				return nil, http.StatusBadRequest
			}
			c = s.channels[r.FormValue("channel_id")]
			f, head, err := r.FormFile("files")
			if err != nil {
				return nil, http.StatusBadRequest
			}
			defer func() { _ = f.Close() }()
			body, name = f, head.Filename
		}
		data, err := io.ReadAll(body)
		if err != nil || c == nil || s.protected[c.Id] {
			return nil, http.StatusBadRequest
		}
		f := info(s.keep(c, s.Self, name, data))
		return model.FileUploadResponse{FileInfos: []*model.FileInfo{&f}}, http.StatusCreated
	})
	on("GET "+api+"/files/{file}/info", func(r *http.Request) (any, int) {
		if f := s.files[r.PathValue("file")]; f != nil && !f.gone {
			return info(f), http.StatusOK
		}
		return nil, http.StatusNotFound
	})
	on("GET "+api+"/files/{file}", func(r *http.Request) (any, int) {
		if f := s.files[r.PathValue("file")]; f != nil && !f.gone {
			return f.data, http.StatusOK
		}
		return nil, http.StatusNotFound
	})
}

// answer writes what came of a request: bytes as they are, anything else as JSON.
func answer(w http.ResponseWriter, out any, status int) {
	if out == nil {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"id": "error", "message": http.StatusText(status), "status_code": status})
		return
	}
	w.WriteHeader(status)
	if data, ok := out.([]byte); ok {
		_, _ = w.Write(data)
		return
	}
	_ = json.NewEncoder(w).Encode(out)
}
