package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/convenantbot/convenantbot/cmd/mattermost-plugin/gate"
	"github.com/convenantbot/convenantbot/internal/bridge"
	"github.com/convenantbot/convenantbot/internal/fault"
)

// FileWillBeUploaded runs when the bytes lie at their path and before there is
// a row for them. Nothing is ever written to output: that would replace them.
func (p *Plugin) FileWillBeUploaded(_ *plugin.Context, info *model.FileInfo, file io.Reader, _ io.Writer) (out *model.FileInfo, reason string) {
	p.guard("FileWillBeUploaded", func() {
		fault.Hit("plugin.upload")
		r := p.gate.Upload(context.Background(), gate.Upload{
			File: info.Id, Channel: info.ChannelId, Creator: info.CreatorId, Path: info.Path, Name: info.Name, Size: info.Size,
		}, file)
		if r.Passes() && r.Channel != "" {
			// The sentry may have taken its row until now.
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			if err := (attachments{p.db}).release(ctx, info.Id); err != nil {
				p.API.LogError("the row of a file that passed cannot be given free", "cause", err.Error())
				reason = texts.Broken
				return
			}
		}
		if r.Passes() && r.Creator != "" {
			// Our own upload: without a creator anyone could attach it.
			mine := *info
			mine.CreatorId, mine.ChannelId = r.Creator, r.Channel
			out = &mine
			return
		}
		reason = r.Refusal
	}, func() { out, reason = nil, p.unlessFree(info.ChannelId) })
	return out, reason
}

// MessageWillBePosted runs before a message is stored.
func (p *Plugin) MessageWillBePosted(_ *plugin.Context, post *model.Post) (_ *model.Post, reason string) {
	p.guard("MessageWillBePosted", func() {
		reason = p.judgePosting(byHook, postOf(post))
	}, func() { reason = p.unlessFree(post.ChannelId) })
	return nil, reason
}

// MessageWillBeUpdated runs after the server has attached what the change
// brings. A no is a missing message together with a reason: newer servers take
// a missing message alone as "no opinion".
func (p *Plugin) MessageWillBeUpdated(_ *plugin.Context, newPost, oldPost *model.Post) (out *model.Post, reason string) {
	p.guard("MessageWillBeUpdated", func() {
		if reason = p.judgeUpdate(byHook, postOf(newPost), postOf(oldPost)); reason == "" {
			out = newPost
		}
	}, func() {
		if out, reason = nil, p.unlessFree(oldPost.ChannelId); reason == "" {
			out = newPost
		}
	})
	return out, reason
}

// unlessFree is the refusal of a hook that broke down, and blank only where the
// channel is known to be none of ours: a fault here must not stop the whole
// server.
func (p *Plugin) unlessFree(channel string) (reason string) {
	reason = texts.Broken
	defer func() {
		if recover() != nil {
			reason = texts.Broken
		}
	}()
	if channel != "" && !p.channels.Protected(channel) {
		return ""
	}
	return reason
}

// ChannelMemberWillBeAdded is called from server 11.7 on.
func (p *Plugin) ChannelMemberWillBeAdded(_ *plugin.Context, m *model.ChannelMember) (_ *model.ChannelMember, reason string) {
	p.guard("ChannelMemberWillBeAdded", func() {
		reason = p.gate.MemberAdded(m.ChannelId, m.UserId).Refusal
	}, func() { reason = texts.Broken })
	return nil, reason
}

// ChannelWillBeUpdated is called from server 11.9 on.
func (p *Plugin) ChannelWillBeUpdated(_ *plugin.Context, _, old *model.Channel) (_ *model.Channel, reason string) {
	return nil, p.change("ChannelWillBeUpdated", old.Id, bridge.ActUpdate)
}

// ChannelWillBeArchived is called from server 11.7 on.
func (p *Plugin) ChannelWillBeArchived(_ *plugin.Context, c *model.Channel) string {
	return p.change("ChannelWillBeArchived", c.Id, bridge.ActArchive)
}

// ChannelWillBeRestored is called from server 11.9 on.
func (p *Plugin) ChannelWillBeRestored(_ *plugin.Context, c *model.Channel) string {
	return p.change("ChannelWillBeRestored", c.Id, bridge.ActRestore)
}

func (p *Plugin) change(hook, channel, act string) (reason string) {
	p.guard(hook, func() { reason = p.gate.Change(channel, act).Refusal }, func() { reason = texts.Broken })
	return reason
}

// ScheduledPostWillBeCreated is called from server 11.9 on.
func (p *Plugin) ScheduledPostWillBeCreated(_ *plugin.Context, s *model.ScheduledPost) (_ *model.ScheduledPost, reason string) {
	p.guard("ScheduledPostWillBeCreated", func() {
		reason = p.gate.Unsent(gate.Post{Channel: s.ChannelId, User: s.UserId, Files: s.FileIds}).Refusal
	}, func() { reason = texts.Broken })
	return nil, reason
}

// DraftWillBeUpserted is called from server 11.9 on.
func (p *Plugin) DraftWillBeUpserted(_ *plugin.Context, d *model.Draft) (_ *model.Draft, reason string) {
	p.guard("DraftWillBeUpserted", func() {
		reason = p.gate.Unsent(gate.Post{Channel: d.ChannelId, User: d.UserId, Files: d.FileIds}).Refusal
	}, func() { reason = texts.Broken })
	return nil, reason
}

// MessageHasBeenPosted tells the bot what was said to it, and what stands in a
// protected channel that should not.
func (p *Plugin) MessageHasBeenPosted(_ *plugin.Context, post *model.Post) {
	p.guard("MessageHasBeenPosted", func() {
		fault.Hit("plugin.posted")
		p.seen.note(post.Id)
		p.gate.Posted(postOf(post))
		p.changed(post)
		p.heard(post)
	}, func() {})
}

// MessageHasBeenUpdated notes that a change came by the gate.
func (p *Plugin) MessageHasBeenUpdated(_ *plugin.Context, post, _ *model.Post) {
	p.guard("MessageHasBeenUpdated", func() { p.seen.note(post.Id) }, func() {})
}

// heard hands over what was said to the bot, and nothing that people say to
// each other.
func (p *Plugin) heard(post *model.Post) {
	if post.UserId == p.self() || post.IsSystemMessage() || post.GetProp(model.PostPropsFromBot) != nil ||
		post.GetProp(model.PostPropsFromWebhook) != nil || post.GetProp(model.PostPropsFromPlugin) != nil {
		return
	}
	text, mentioned := withoutMention(post.Message)
	direct := false
	if !mentioned {
		channel, err := p.API.GetChannel(post.ChannelId)
		if err != nil || channel == nil || channel.Type != model.ChannelTypeDirect {
			return
		}
		if direct = channel.GetOtherUserIdForDM(post.UserId) == p.self(); !direct {
			return
		}
	} else if channel, err := p.API.GetChannel(post.ChannelId); err == nil && channel != nil && channel.Type == model.ChannelTypeDirect {
		if direct = channel.GetOtherUserIdForDM(post.UserId) == p.self(); !direct {
			return // two people who talk about the bot
		}
	}
	e := bridge.Event{
		ID: post.Id, Kind: bridge.Said, At: post.CreateAt, User: post.UserId, Channel: post.ChannelId,
		Direct: direct, Thread: post.RootId, Message: post.Id, Text: text,
	}
	if direct {
		for _, id := range post.FileIds {
			e.Files = append(e.Files, bridge.File{ID: id})
		}
	}
	p.outbox.put(e)
}

// withoutMention returns text without the bot's name, and whether it was there.
func withoutMention(text string) (string, bool) {
	fields := strings.Fields(text)
	found := false
	for i, word := range fields {
		bare := strings.ToLower(strings.TrimRight(word, ".,:;!?"))
		if bare == "@"+BotName {
			fields[i], found = "", true
		}
	}
	if !found {
		return strings.TrimSpace(text), false
	}
	return strings.Join(strings.Fields(strings.Join(fields, " ")), " "), true
}

// changed tells of what was done to a protected channel, which older servers
// show only by the message that they write about it.
func (p *Plugin) changed(post *model.Post) {
	switch post.Type {
	case model.PostTypeHeaderChange, model.PostTypeDisplaynameChange, model.PostTypePurposeChange,
		model.PostTypeConvertChannel, model.PostTypeChannelDeleted, model.PostTypeChannelRestored, model.PostTypeChangeChannelPrivacy:
	default:
		return
	}
	if !p.channels.Protected(post.ChannelId) {
		return
	}
	if post.Type == model.PostTypeConvertChannel || post.Type == model.PostTypeChangeChannelPrivacy {
		p.hideAgain(post.ChannelId)
	}
	p.outbox.put(bridge.Event{ID: post.Id, Kind: bridge.Changed, At: post.CreateAt, User: post.UserId, Channel: post.ChannelId, Message: post.Id, Text: post.Type})
}

// UserHasJoinedChannel tells the bot at once, so that it can put a stranger out.
func (p *Plugin) UserHasJoinedChannel(_ *plugin.Context, m *model.ChannelMember, actor *model.User) {
	p.moved("UserHasJoinedChannel", bridge.Joined, m, actor)
}

// UserHasLeftChannel tells the bot, which notices when it was itself.
func (p *Plugin) UserHasLeftChannel(_ *plugin.Context, m *model.ChannelMember, actor *model.User) {
	p.moved("UserHasLeftChannel", bridge.Left, m, actor)
}

func (p *Plugin) moved(hook, kind string, m *model.ChannelMember, actor *model.User) {
	p.guard(hook, func() {
		fault.Hit("plugin.moved")
		if !p.channels.Protected(m.ChannelId) {
			return
		}
		e := bridge.Event{ID: model.NewId(), Kind: kind, At: model.GetMillis(), User: m.UserId, Channel: m.ChannelId}
		if actor != nil && actor.Id != m.UserId {
			e.By = actor.Id
		}
		if kind == bridge.Left {
			p.free(m.ChannelId)
		}
		p.outbox.put(e)
	}, func() {})
}

// ServeHTTP answers the bot's calls, and the forms and buttons of people whom
// the server has authenticated.
func (p *Plugin) ServeHTTP(_ *plugin.Context, w http.ResponseWriter, r *http.Request) {
	p.guard("ServeHTTP", func() {
		switch {
		case strings.HasPrefix(r.URL.Path, bridge.Prefix):
			p.server.ServeHTTP(w, r)
		case r.URL.Path == pathForm && r.Method == http.MethodPost:
			p.submitted(w, r)
		case r.URL.Path == pathButton && r.Method == http.MethodPost:
			p.pressed(w, r)
		case r.URL.Path == pathSentry && r.Method == http.MethodPost:
			p.answerSentry(w, r)
		case r.URL.Path == pathAlive:
			_, _ = io.WriteString(w, "ok")
		default:
			http.NotFound(w, r)
		}
	}, func() { w.WriteHeader(http.StatusInternalServerError) })
}

// OnPluginClusterEvent hears from the other nodes that the protected channels
// have changed.
func (p *Plugin) OnPluginClusterEvent(*plugin.Context, model.PluginClusterEvent) {
	p.guard("OnPluginClusterEvent", func() { p.channels.load() }, func() {})
}

// postOf translates a message. Text has what attachments show as well: a
// picture or a link in one is seen like any other.
func postOf(post *model.Post) gate.Post {
	if post == nil {
		panic("no post")
	}
	text := post.Message
	for _, a := range post.Attachments() {
		if a == nil {
			continue
		}
		for _, part := range []string{a.Fallback, a.Pretext, a.AuthorName, a.AuthorLink, a.Title, a.TitleLink, a.Text, a.ImageURL, a.ThumbURL, a.Footer} {
			if part != "" {
				text += "\n" + part
			}
		}
		for _, f := range a.Fields {
			if f != nil {
				text += fmt.Sprintf("\n%s %v", f.Title, f.Value)
			}
		}
	}
	return gate.Post{
		ID: post.Id, Channel: post.ChannelId, User: post.UserId, Thread: post.RootId, Type: post.Type, Text: text, Files: post.FileIds,
	}
}
