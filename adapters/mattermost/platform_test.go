package mattermost_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/bridge"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

const secret = "een-geheim-van-minstens-32-tekens-lang"

// house is one real server with the plugin, our adapter and people.
type house struct {
	*testserver.Server
	chat     *mattermost.Chat
	self     string
	incoming atomic.Pointer[bottest.Incoming]
	people   []bottest.Person
	inactive bot.UserID
	common   bot.ChannelID
	team     string
}

// newHouse starts it all, the way an administrator would install it.
func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{Server: testserver.Mattermost(t, testserver.Options{})}
	ctx := t.Context()
	h.team = h.Team.Id
	secrets := func() bridge.Secrets { return bridge.Secrets{Sign: secret} }
	token := ""
	h.chat = mattermost.New(mattermost.Options{
		URL: h.URL, Team: h.team, Secrets: secrets, Now: time.Now,
		Token:      func() string { return token },
		EraseToken: func() string { return h.Admin.AuthToken },
	}).Patient()
	h.incoming.Store(&bottest.Incoming{})
	handler := h.chat.Handler(h, bridge.NewMemoryNonces(time.Now))
	web := httptest.NewServer(handler)
	t.Cleanup(web.Close)
	h.InstallPlugin(mattermost.PluginID, testserver.Bundle(t, ""), map[string]any{"boturl": web.URL, "secret": secret})
	h.InstallPlugin(mattermost.SentryID, testserver.SentryBundle(t, ""), nil)

	state, err := h.chat.State(ctx)
	if err != nil {
		t.Fatalf("State: %v\n%s", err, h.Log())
	}
	h.self = state.Bot
	token = h.Token(h.self)
	if _, _, err := h.Admin.AddTeamMember(ctx, h.team, h.self); err != nil {
		t.Fatalf("add the bot to the team: %v", err)
	}
	common, _, err := h.Admin.CreateChannel(ctx, &model.Channel{TeamId: h.team, Type: model.ChannelTypeOpen, Name: "algemeen", DisplayName: "Algemeen"})
	if err != nil {
		t.Fatalf("make the common channel: %v", err)
	}
	h.common = bot.ChannelID(common.Id)
	if _, _, err := h.Admin.AddChannelMember(ctx, common.Id, h.self); err != nil {
		t.Fatalf("add the bot to the common channel: %v", err)
	}
	for range 4 {
		p := h.User("")
		if _, _, err := h.Admin.AddChannelMember(ctx, common.Id, p.Id); err != nil {
			t.Fatalf("add somebody to the common channel: %v", err)
		}
		h.people = append(h.people, newPerson(t, h, p))
	}
	gone := h.User("")
	if _, err := h.Admin.UpdateUserActive(ctx, gone.Id, false); err != nil {
		t.Fatalf("deactivate: %v", err)
	}
	h.inactive = bot.UserID(gone.Id)
	return h
}

// The house itself is bot.Incoming and passes everything on to the one of the
// test that runs.
var _ bot.Incoming = (*house)(nil)

func (h *house) Receive(ctx context.Context, e bot.Event) error {
	return h.incoming.Load().Receive(ctx, e)
}
func (h *house) Submit(ctx context.Context, s bot.Submission) (bot.FormAnswer, error) {
	return h.incoming.Load().Submit(ctx, s)
}
func (h *house) Upload(ctx context.Context, u bot.Upload, content io.Reader) (bot.Answer, error) {
	return h.incoming.Load().Upload(ctx, u, content)
}
func (h *house) Posting(ctx context.Context, p bot.Posting) (bot.Answer, error) {
	return h.incoming.Load().Posting(ctx, p)
}

// line is a bridge of the test's own, to see what the plugin sees.
func (h *house) line() *bridge.Caller {
	return &bridge.Caller{
		Base:    func() string { return h.URL + "/plugins/" + mattermost.PluginID },
		Secrets: func() bridge.Secrets { return bridge.Secrets{Sign: secret} }, Now: time.Now, HTTP: bridge.NewHTTP(),
		Pace: bridge.Pace{First: time.Minute, Floor: 1 << 10, Last: time.Minute},
	}
}

// bench gives a test its own Incoming. A message without files passes unless
// the test says otherwise, as the bot itself would answer.
func (h *house) bench(t *testing.T) bottest.PlatformBench {
	in := &bottest.Incoming{OnPosting: func(p bot.Posting) (bot.Answer, error) {
		return bot.Answer{Allow: len(p.Files) == 0, Text: "nee"}, nil
	}}
	h.incoming.Store(in)
	for _, p := range h.people {
		p.(*person).forget()
	}
	return bottest.PlatformBench{Platform: h.chat, Incoming: in, People: h.people, Inactive: h.inactive, Common: h.common,
		Speaks: func(t testing.TB, user bot.UserID, locale string) {
			if _, _, err := h.Admin.PatchUser(t.Context(), string(user), &model.UserPatch{Locale: &locale}); err != nil {
				t.Fatalf("choose a language: %v", err)
			}
		}}
}

// One server serves the whole package.
func TestOnTheRealServer(t *testing.T) {
	h := newHouse(t)
	t.Run("the contract of a platform", func(t *testing.T) { bottest.Platform(t, h.bench) })
	t.Run("erasing leaves nothing", func(t *testing.T) { erasing(t, h) })
	t.Run("erasing costs little more than its calls", func(t *testing.T) { erasingCosts(t, h) })
	t.Run("many rooms in one question", func(t *testing.T) { manyRooms(t, h) })
	t.Run("the roll of a thousand rooms", func(t *testing.T) { thousandRooms(t, h) })
	t.Run("what the promises hang on", func(t *testing.T) { examining(t, h) })
	t.Run("the members' rights", func(t *testing.T) { locking(t, h) })
	t.Run("what could have been read", func(t *testing.T) { exposed(t, h) })
	t.Run("the bot's own seat", func(t *testing.T) { seat(t, h) })
	t.Run("a seat that the server forgot", func(t *testing.T) { forgotten(t, h) })
	t.Run("where a message stands", func(t *testing.T) { finding(t, h) })
	t.Run("what was told is taken back", func(t *testing.T) { unsaying(t, h) })
	t.Run("names are only names", func(t *testing.T) { names(t, h) })
	t.Run("the watchdog", func(t *testing.T) { watchdog(t, h) })
}

// person is a user who acts over REST and listens on the websocket.
type person struct {
	t       *testing.T
	h       *house
	p       *testserver.Person
	direct  string
	dialogs chan *model.OpenDialogRequest
	shown   *model.OpenDialogRequest
	channel string // where the last command was typed
}

var _ bottest.Person = (*person)(nil)

func newPerson(t *testing.T, h *house, p *testserver.Person) *person {
	t.Helper()
	me := &person{t: t, h: h, p: p, dialogs: make(chan *model.OpenDialogRequest, 16)}
	dm, _, err := p.Client.CreateDirectChannel(t.Context(), p.Id, h.self)
	if err != nil {
		t.Fatalf("open a direct conversation with the bot: %v", err)
	}
	me.direct = dm.Id
	ws, err := model.NewWebSocketClient4(strings.Replace(h.URL, "http", "ws", 1), p.Client.AuthToken)
	if err != nil {
		t.Fatalf("open the websocket: %v", err)
	}
	ws.Listen()
	t.Cleanup(ws.Close)
	go func() {
		for {
			select {
			case e, ok := <-ws.EventChannel:
				if !ok {
					return
				}
				if e.EventType() != model.WebsocketEventOpenDialog {
					continue
				}
				var d model.OpenDialogRequest
				if text, ok := e.GetData()["dialog"].(string); ok && json.Unmarshal([]byte(text), &d) == nil {
					me.dialogs <- &d
				}
			case _, ok := <-ws.ResponseChannel:
				if !ok {
					return
				}
			}
		}
	}()
	return me
}

// forget drops forms that an earlier test left.
func (m *person) forget() {
	m.shown = nil
	for {
		select {
		case <-m.dialogs:
		default:
			return
		}
	}
}

func (m *person) ctx() context.Context { return m.t.Context() }
func (m *person) ID() bot.UserID       { return bot.UserID(m.p.Id) }

func (m *person) Say(channel bot.ChannelID, text string) error {
	_, _, err := m.p.Client.CreatePost(m.ctx(), &model.Post{ChannelId: string(channel), Message: text})
	return err
}

func (m *person) SayTo(text string) error { return m.Say(bot.ChannelID(m.direct), text) }

func (m *person) Upload(channel bot.ChannelID, name string, data []byte) error {
	res, _, err := m.p.Client.UploadFile(m.ctx(), data, string(channel), name)
	if err != nil {
		return err
	}
	_, _, err = m.p.Client.CreatePost(m.ctx(), &model.Post{ChannelId: string(channel), FileIds: model.StringArray{res.FileInfos[0].Id}})
	return err
}

// Give implements bottest.Giver.
func (m *person) Give(text, name string, data []byte) error {
	res, _, err := m.p.Client.UploadFile(m.ctx(), data, m.direct, name)
	if err != nil {
		return err
	}
	_, _, err = m.p.Client.CreatePost(m.ctx(), &model.Post{ChannelId: m.direct, Message: text, FileIds: model.StringArray{res.FileInfos[0].Id}})
	return err
}

func (m *person) Add(channel bot.ChannelID, user bot.UserID) error {
	_, _, err := m.p.Client.AddChannelMember(m.ctx(), string(channel), string(user))
	return err
}

func (m *person) See(channel bot.ChannelID) ([]bottest.Seen, error) {
	list, _, err := m.p.Client.GetPostsForChannel(m.ctx(), string(channel), 0, 200, "", false, false)
	if err != nil {
		return nil, err
	}
	list.SortByCreateAt()
	var out []bottest.Seen
	for _, id := range slices.Backward(list.Order) {
		post := list.Posts[id]
		s := bottest.Seen{ID: bot.MessageID(post.Id), Text: post.Message, Thread: bot.MessageID(post.RootId), Pinned: post.IsPinned}
		if post.UserId != m.h.self {
			s.Author = bot.UserID(post.UserId)
		}
		for _, a := range post.Attachments() {
			for _, action := range a.Actions {
				s.Labels = append(s.Labels, action.Name)
			}
		}
		for _, file := range post.FileIds {
			info, _, err := m.p.Client.GetFileInfo(m.ctx(), file)
			if err != nil {
				return nil, err
			}
			data, _, err := m.p.Client.GetFile(m.ctx(), file)
			if err != nil {
				return nil, err
			}
			s.Files = append(s.Files, bottest.SeenFile{Name: info.Name, Data: data})
		}
		out = append(out, s)
	}
	return out, nil
}

func (m *person) SeeDirect() ([]bottest.Seen, error) { return m.See(bot.ChannelID(m.direct)) }

func (m *person) Command(channel bot.ChannelID, name, text string) error {
	m.channel = string(channel)
	res, _, err := m.p.Client.ExecuteCommand(m.ctx(), string(channel), strings.TrimSpace("/"+name+" "+text))
	if err == nil && res.Text != "" {
		err = errors.New(res.Text)
	}
	return err
}

func (m *person) Press(message bot.MessageID, label string) error {
	post, _, err := m.p.Client.GetPost(m.ctx(), string(message), "")
	if err != nil {
		return err
	}
	for _, a := range post.Attachments() {
		for _, action := range a.Actions {
			if action.Name == label {
				_, err := m.p.Client.DoPostAction(m.ctx(), string(message), action.Id)
				return err
			}
		}
	}
	return fmt.Errorf("no button %q", label)
}

func (m *person) OpenForm() (bot.Form, error) {
	if m.shown == nil {
		select {
		case m.shown = <-m.dialogs:
		case <-time.After(4 * time.Minute):
			return bot.Form{}, errors.New("no form is shown")
		}
	}
	d := m.shown.Dialog
	f := bot.Form{Title: d.Title, Intro: d.IntroductionText, Send: d.SubmitLabel}
	for _, e := range d.Elements {
		field := bot.Field{Name: e.Name, Label: e.DisplayName, Help: e.HelpText, Optional: e.Optional}
		switch {
		case e.Type == "select" && e.DataSource == "users":
			field.Kind, field.Many = bot.Users, e.MultiSelect
		case e.Type == "select" && e.MultiSelect:
			field.Kind = bot.Choices
		case e.Type == "select":
			field.Kind = bot.Choice
		case e.Type == "bool":
			field.Kind = bot.Tick
		default:
			field.Kind = bot.FieldKind(e.Type)
		}
		for _, o := range e.Options {
			field.Options = append(field.Options, bot.Option{Value: o.Value, Label: o.Text})
		}
		f.Fields = append(f.Fields, field)
	}
	return f, nil
}

func (m *person) Send(values map[string][]string) (bot.FormAnswer, error) {
	if m.shown == nil {
		return bot.FormAnswer{}, errors.New("no form is shown")
	}
	sent := map[string]any{}
	for _, e := range m.shown.Dialog.Elements {
		v := values[e.Name]
		switch {
		case len(v) == 0:
			sent[e.Name] = nil
		case e.MultiSelect:
			sent[e.Name] = v
		case e.Type == "bool":
			sent[e.Name] = v[0] == "true"
		default:
			sent[e.Name] = v[0]
		}
	}
	res, http, err := m.p.Client.SubmitInteractiveDialog(m.ctx(), model.SubmitDialogRequest{
		URL: m.shown.URL, CallbackId: m.shown.Dialog.CallbackId, State: m.shown.Dialog.State,
		ChannelId: m.channel, TeamId: m.h.team, Submission: sent,
	})
	if err != nil {
		return bot.FormAnswer{}, fmt.Errorf("%w (%d)", err, statusOf(http))
	}
	a := bot.FormAnswer{Errors: res.Errors}
	if res.Error != "" {
		if a.Errors == nil {
			a.Errors = map[string]string{}
		}
		a.Errors[""] = res.Error
	}
	switch {
	case res.Form != nil:
		m.shown = &model.OpenDialogRequest{URL: m.shown.URL, Dialog: *res.Form}
		next, err := m.OpenForm()
		if err != nil {
			return a, err
		}
		a.Next = &next
	case len(a.Errors) == 0:
		m.shown = nil
	}
	return a, nil
}

func statusOf(r *model.Response) int {
	if r == nil {
		return 0
	}
	return r.StatusCode
}
