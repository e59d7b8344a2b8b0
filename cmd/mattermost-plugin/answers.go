package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/cmd/mattermost-plugin/gate"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

// propKey is where a message carries the key under which it was said.
const propKey = "convenantbot_key"

// answers registers everything that the bot may ask. There is nothing else.
func (p *Plugin) answers(log *slog.Logger) *bridge.Server {
	s := &bridge.Server{Direction: bridge.ToPlugin, Secrets: p.secrets, Nonces: nonces{p}, Now: time.Now, Log: log}
	bridge.Handle(s, bridge.PluginHello, func(context.Context, bridge.BotState) (bridge.PluginState, error) {
		p.outbox.nudge()
		p.botIsHere()
		return p.state(), nil
	})
	bridge.Handle(s, bridge.PluginProtect, p.answerProtect)
	bridge.Handle(s, bridge.PluginUnprotect, func(_ context.Context, c bridge.ChannelRef) (bridge.Done, error) {
		return bridge.Done{}, p.channels.unprotect(c.Channel)
	})
	bridge.Handle(s, bridge.PluginProtected, func(context.Context, bridge.Done) (bridge.Channels, error) {
		return bridge.Channels{Channels: p.channels.list()}, nil
	})
	bridge.Handle(s, bridge.PluginAdmit, func(_ context.Context, a bridge.Admission) (bridge.Done, error) {
		p.gate.Admit(a)
		return bridge.Done{}, nil
	})
	bridge.Handle(s, bridge.PluginMembers, p.answerMembers)
	bridge.Handle(s, bridge.PluginRestoreBot, p.answerRestoreBot)
	bridge.Handle(s, bridge.PluginSay, p.answerSay)
	bridge.Handle(s, bridge.PluginWhisper, p.answerWhisper)
	bridge.Handle(s, bridge.PluginOpenForm, p.answerOpenForm)
	bridge.HandleStream(s, bridge.PluginPostFile, p.answerPostFile)
	bridge.Handle(s, bridge.PluginRetract, p.answerRetract)
	bridge.Handle(s, bridge.PluginSayFor, p.answerSayFor)
	bridge.Handle(s, bridge.PluginPostsOf, p.answerPostsOf)
	bridge.Handle(s, bridge.PluginHide, p.answerHide)
	bridge.Handle(s, bridge.PluginFiles, func(ctx context.Context, c bridge.ChannelRef) (bridge.Files, error) {
		return attachments{p.db}.files(ctx, c.Channel)
	})
	bridge.Handle(s, bridge.PluginPosts, func(ctx context.Context, c bridge.ChannelRef) (bridge.Posts, error) {
		return attachments{p.db}.posts(ctx, c.Channel)
	})
	bridge.Handle(s, bridge.PluginExposed, p.answerExposed)
	bridge.Handle(s, bridge.PluginAdoptFiles, p.answerAdopt)
	return s
}

// failed translates an error of the server.
func failed(appErr *model.AppError, where string) error {
	switch {
	case appErr == nil:
		return nil
	case appErr.StatusCode == http.StatusNotFound:
		return bridge.Fail(bridge.KindNotFound, where)
	case appErr.StatusCode == http.StatusForbidden:
		return bridge.Fail(bridge.KindForbidden, where)
	case appErr.StatusCode == http.StatusBadRequest:
		return bridge.Fail(bridge.KindConflict, where)
	}
	return bridge.Fail(bridge.KindInternal, where)
}

func (p *Plugin) answerProtect(_ context.Context, c bridge.ChannelRef) (bridge.Done, error) {
	if !model.IsValidId(c.Channel) {
		return bridge.Done{}, bridge.Fail(bridge.KindNotFound, "protect")
	}
	ch, appErr := p.API.GetChannel(c.Channel)
	if appErr != nil {
		return bridge.Done{}, failed(appErr, "protect")
	}
	if ch == nil || ch.Type != model.ChannelTypePrivate {
		return bridge.Done{}, bridge.Fail(bridge.KindConflict, "protect")
	}
	return bridge.Done{}, p.channels.protect(c.Channel)
}

func (p *Plugin) answerMembers(ctx context.Context, c bridge.Channels) (bridge.Members, error) {
	out := bridge.Members{Members: map[string][]bridge.Member{}}
	p.leave(ctx, c.Channels, "")
	const page = 200
	for _, id := range c.Channels {
		if _, appErr := p.API.GetChannel(id); appErr != nil {
			if appErr.StatusCode == http.StatusNotFound {
				continue
			}
			return out, failed(appErr, "members")
		}
		list := []bridge.Member{}
		for n := 0; ; n++ {
			members, appErr := p.API.GetChannelMembers(id, n, page)
			if appErr != nil {
				return out, failed(appErr, "members")
			}
			for _, m := range members {
				list = append(list, bridge.Member{User: m.UserId, Admin: m.SchemeAdmin})
			}
			if len(members) < page {
				break
			}
		}
		out.Members[id] = list
	}
	return out, nil
}

func (p *Plugin) answerRestoreBot(_ context.Context, c bridge.ChannelRef) (bridge.Done, error) {
	p.free(c.Channel)
	if _, appErr := p.API.AddUserToChannel(c.Channel, p.self(), p.self()); appErr != nil {
		return bridge.Done{}, failed(appErr, "restore-bot")
	}
	_, appErr := p.API.UpdateChannelMemberRoles(c.Channel, p.self(), model.ChannelUserRoleId+" "+model.ChannelAdminRoleId)
	return bridge.Done{}, failed(appErr, "restore-bot")
}

// free takes a flag off a protected channel by which the server removes
// everybody who is in no linked group, which is everybody. Any member can set
// it by a plain change of the channel.
func (p *Plugin) free(channel string) {
	ch, appErr := p.API.GetChannel(channel)
	if appErr != nil || ch == nil || !ch.IsGroupConstrained() {
		return
	}
	no := false
	ch.GroupConstrained = &no
	p.gate.Admit(bridge.Admission{Channel: channel, Act: bridge.ActUpdate})
	if _, appErr := p.API.UpdateChannel(ch); appErr != nil {
		p.API.LogError("a protected channel is bound to a group and cannot be freed", "status", appErr.StatusCode)
		return
	}
	p.outbox.put(bridge.Event{ID: model.NewId(), Kind: bridge.Changed, At: model.GetMillis(), Channel: channel, Text: "group_constrained"})
}

// hideAgain makes a protected channel private again that an administrator opened
// to the whole team. Who joined meanwhile is for the bot to put out.
func (p *Plugin) hideAgain(channel string) {
	ch, appErr := p.API.GetChannel(channel)
	if appErr != nil || ch == nil || ch.Type != model.ChannelTypeOpen {
		return
	}
	ch.Type = model.ChannelTypePrivate
	p.gate.Admit(bridge.Admission{Channel: channel, Act: bridge.ActUpdate})
	if _, appErr := p.API.UpdateChannel(ch); appErr != nil {
		p.API.LogError("a protected channel was made public and cannot be closed again", "status", appErr.StatusCode)
	}
}

// answerSay posts as the bot, once for each key.
func (p *Plugin) answerSay(_ context.Context, s bridge.Saying) (bridge.PostRef, error) {
	post, err := decodePost(s.Body)
	if err != nil || s.Key == "" || (s.Channel == "") == (s.User == "") {
		return bridge.PostRef{}, bridge.Fail(bridge.KindInvalid, "say")
	}
	channel := s.Channel
	if s.User != "" {
		dm, appErr := p.API.GetDirectChannel(s.User, p.self())
		if appErr != nil {
			return bridge.PostRef{}, bridge.Fail(bridge.KindNotFound, "say")
		}
		channel = dm.Id
	}
	post.ChannelId, post.UserId = channel, p.self()
	id, err := p.once(channel, s.Key, func(said) (string, error) {
		post.AddProp(propKey, s.Key)
		created, appErr := p.API.CreatePost(post)
		if appErr != nil {
			return "", failed(appErr, "say")
		}
		return created.Id, nil
	})
	return bridge.PostRef{Post: id}, err
}

// once runs act for a key unless it was done before. When it was begun before
// and nobody knows how it ended, it looks in the channel first.
func (p *Plugin) once(channel, key string, act func(s said) (post string, err error)) (string, error) {
	kv := saidKey(channel, key)
	defer p.say.take(kv)()
	s, err := p.readSaid(kv)
	if err != nil {
		return "", err
	}
	if s.Retracted {
		return "", bridge.Fail(bridge.KindConflict, "once")
	}
	if s.Post != "" {
		return s.Post, nil
	}
	if s.Begun != 0 {
		if s.Post, err = p.find(channel, key, s.Begun); err != nil {
			return "", err
		}
	} else {
		s = said{Begun: model.GetMillis(), Channel: channel}
		if err := p.writeSaid(kv, s); err != nil {
			return "", err
		}
	}
	if s.Post == "" {
		if s.Post, err = act(s); err != nil {
			return "", err
		}
		if after, err := p.readSaid(kv); err == nil {
			s.File = after.File
		}
	}
	// When this fails the next try finds the message by its key.
	return s.Post, p.writeSaid(kv, s)
}

// find looks for the message with this key since a time.
func (p *Plugin) find(channel, key string, since int64) (string, error) {
	list, appErr := p.API.GetPostsSince(channel, since-1)
	if appErr != nil {
		return "", failed(appErr, "find")
	}
	for _, post := range list.Posts {
		if k, _ := post.GetProp(propKey).(string); k == key && post.DeleteAt == 0 {
			return post.Id, nil
		}
	}
	return "", nil
}

func decodePost(body json.RawMessage) (*model.Post, error) {
	var post model.Post
	if err := json.Unmarshal(body, &post); err != nil {
		return nil, err
	}
	// Only what a message of ours may have.
	clean := &model.Post{RootId: post.RootId, Message: post.Message}
	if a := post.Attachments(); len(a) > 0 {
		model.ParseMessageAttachment(clean, a)
	}
	return clean, nil
}

func (p *Plugin) answerWhisper(_ context.Context, w bridge.Whisper) (bridge.Done, error) {
	post, err := decodePost(w.Body)
	if err != nil {
		return bridge.Done{}, bridge.Fail(bridge.KindInvalid, "whisper")
	}
	post.UserId, post.ChannelId = p.self(), w.Channel
	p.API.SendEphemeralPost(w.User, post)
	return bridge.Done{}, nil
}

func (p *Plugin) answerOpenForm(_ context.Context, f bridge.OpenForm) (bridge.Done, error) {
	var req model.OpenDialogRequest
	if err := json.Unmarshal(f.Dialog, &req); err != nil {
		return bridge.Done{}, bridge.Fail(bridge.KindInvalid, "open-form")
	}
	req.TriggerId, req.URL = f.Trigger, "/plugins/"+PluginID+pathForm
	if err := req.IsValid(); err != nil {
		return bridge.Done{}, bridge.Fail(bridge.KindInvalid, "open-form")
	}
	return bridge.Done{}, failed(p.API.OpenInteractiveDialog(req), "open-form")
}

// answerPostFile uploads and posts an approved file for a person.
func (p *Plugin) answerPostFile(_ context.Context, f bridge.PersonFile, content *bridge.Content) (bridge.PostRef, error) {
	if f.Size <= 0 || f.Size > maxFile || f.Key == "" || f.Hash == "" || f.Name == "" {
		return bridge.PostRef{}, bridge.Fail(bridge.KindInvalid, "post-file")
	}
	data := make([]byte, f.Size)
	if _, err := io.ReadFull(content, data); err != nil {
		return bridge.PostRef{}, errors.Join(err, bridge.Fail(bridge.KindConflict, "post-file"))
	}
	// Only the end tells whether the bytes are the signed ones.
	if _, err := content.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		return bridge.PostRef{}, errors.Join(err, bridge.Fail(bridge.KindConflict, "post-file"))
	}
	if content.Hash() != f.Hash {
		return bridge.PostRef{}, bridge.Fail(bridge.KindConflict, "post-file")
	}
	if !p.channels.Protected(f.Channel) {
		return bridge.PostRef{}, bridge.Fail(bridge.KindForbidden, "post-file")
	}
	if _, appErr := p.API.GetChannelMember(f.Channel, f.User); appErr != nil {
		return bridge.PostRef{}, failed(appErr, "post-file")
	}
	kv := saidKey(f.Channel, f.Key)
	id, err := p.once(f.Channel, f.Key, func(s said) (string, error) {
		var posted string
		post := func(file string) error {
			m := &model.Post{ChannelId: f.Channel, UserId: f.User, RootId: f.Thread, Message: f.Text, FileIds: model.StringArray{file}}
			m.AddProp(propKey, f.Key)
			created, appErr := p.API.CreatePost(m)
			if appErr != nil {
				return failed(appErr, "post-file")
			}
			if len(created.FileIds) != 1 {
				return bridge.Fail(bridge.KindInternal, "post-file")
			}
			posted = created.Id
			return nil
		}
		t := gate.Ticket{Channel: f.Channel, User: f.User, Hash: f.Hash, Size: f.Size}
		if s.File != "" {
			// Uploaded before, and then something went wrong.
			if info, appErr := p.API.GetFileInfo(s.File); appErr == nil && info != nil && info.PostId == "" {
				if err := p.gate.Again(t, s.File, func() error { return post(s.File) }); err == nil || !errors.Is(err, gate.ErrNoRecord) {
					return posted, err
				}
			}
		}
		err := p.gate.Ticketed(t, func() (string, error) {
			info, appErr := p.API.UploadFile(data, f.Channel, f.Name)
			if appErr != nil {
				return "", failed(appErr, "post-file")
			}
			if info.CreatorId != f.User || info.ChannelId != f.Channel {
				// It did not come by our hook, so anyone could attach it.
				return "", bridge.Fail(bridge.KindInternal, "post-file")
			}
			s.File = info.Id
			return info.Id, p.writeSaid(kv, s)
		}, post)
		return posted, err
	})
	return bridge.PostRef{Post: id}, err
}

func (p *Plugin) answerHide(ctx context.Context, r bridge.PostRef) (bridge.Done, error) {
	appErr := p.API.DeletePost(r.Post)
	// The server marks the files some time later by itself; who asks for one
	// meanwhile would still get it.
	if err := (attachments{p.db}).bury(ctx, r.Post); err != nil {
		return bridge.Done{}, err
	}
	if appErr == nil {
		return bridge.Done{}, nil
	}
	// The server has several answers for a message that is gone; so look.
	if post, look := p.API.GetPost(r.Post); look != nil && look.StatusCode == http.StatusNotFound || look == nil && post != nil && post.DeleteAt != 0 {
		return bridge.Done{}, nil
	}
	return bridge.Done{}, failed(appErr, "hide")
}

// answerRetract takes out of sight what was posted under a key. It is written
// down first, so that nothing comes after it whatever happens next.
func (p *Plugin) answerRetract(ctx context.Context, r bridge.Retraction) (bridge.PostRef, error) {
	if r.Channel == "" || r.Key == "" {
		return bridge.PostRef{}, bridge.Fail(bridge.KindInvalid, "retract")
	}
	kv := saidKey(r.Channel, r.Key)
	defer p.say.take(kv)()
	s, err := p.readSaid(kv)
	if err != nil {
		return bridge.PostRef{}, err
	}
	if s.Post == "" && s.Begun != 0 {
		if s.Post, err = p.find(r.Channel, r.Key, s.Begun); err != nil {
			return bridge.PostRef{}, err
		}
	}
	if s.Begun == 0 {
		s.Begun, s.Channel = model.GetMillis(), r.Channel
	}
	s.Retracted = true
	if err := p.writeSaid(kv, s); err != nil || s.Post == "" {
		return bridge.PostRef{}, err
	}
	_, err = p.answerHide(ctx, bridge.PostRef{Post: s.Post})
	return bridge.PostRef{Post: s.Post}, err
}

// answerAdopt hangs files that no message names on a message that nobody sees,
// in the bot's conversation with itself, for an admin to remove for good.
func (p *Plugin) answerAdopt(ctx context.Context, f bridge.Files) (bridge.Posts, error) {
	out := bridge.Posts{Posts: []string{}}
	if len(f.Files) == 0 {
		return out, nil
	}
	there, err := attachments{p.db}.files(ctx, f.Channel)
	if err != nil {
		return out, err
	}
	loose := map[string]bool{}
	for _, file := range there.Files {
		loose[file.ID] = true
	}
	dm, appErr := p.API.GetDirectChannel(p.self(), p.self())
	if appErr != nil {
		return out, failed(appErr, "adopt")
	}
	var ids []string
	for _, file := range f.Files {
		if loose[file.ID] { // only files of the channel that is named
			ids = append(ids, file.ID)
		}
	}
	if len(ids) == 0 {
		return out, nil
	}
	post, appErr := p.API.CreatePost(&model.Post{ChannelId: dm.Id, UserId: p.self(), Message: "-"})
	if appErr != nil {
		return out, failed(appErr, "adopt")
	}
	if appErr := p.API.DeletePost(post.Id); appErr != nil {
		return out, failed(appErr, "adopt")
	}
	if err := (attachments{p.db}).hang(ctx, post.Id, ids); err != nil {
		return out, err
	}
	out.Posts = append(out.Posts, post.Id)
	return out, nil
}
