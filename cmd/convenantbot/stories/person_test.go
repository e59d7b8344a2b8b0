package stories

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/internal/testserver"
)

// patience is how long a story waits for what the bot should do by itself.
const patience = time.Minute

// person is a user of the server: everything they do goes over REST with their
// own session, everything they hear comes over REST or their websocket.
type person struct {
	*testserver.Person
	h      *house
	direct string // their conversation with the bot

	mu       sync.Mutex
	forms    []*model.OpenDialogRequest // that were shown; guarded by mu, likewise below
	whispers []*model.Post
	events   []string // everything the websocket brought, as JSON

	shown *model.OpenDialogRequest // the form before them
	act   func()                   // what should have opened it; nil: nothing
	place string                   // the channel they typed their last command in
}

func newPerson(h *house, name string) *person {
	h.t.Helper()
	p := &person{Person: h.User(name), h: h, place: h.common}
	ctx := h.t.Context()
	dm, _, err := p.Client.CreateDirectChannel(ctx, p.Id, h.self)
	if err != nil {
		h.t.Fatalf("%s: open a conversation with the bot: %v", name, err)
	}
	p.direct = dm.Id
	if _, _, err := h.Admin.AddChannelMember(ctx, h.common, p.Id); err != nil {
		h.t.Fatalf("%s: join the ordinary channel: %v", name, err)
	}
	ws, err := model.NewWebSocketClient4(strings.Replace(h.URL, "http", "ws", 1), p.Client.AuthToken)
	if err != nil {
		h.t.Fatalf("%s: open the websocket: %v", name, err)
	}
	ws.Listen()
	h.root.Cleanup(ws.Close)
	go p.hear(ws)
	return p
}

func (p *person) hear(ws *model.WebSocketClient) {
	for {
		select {
		case e, ok := <-ws.EventChannel:
			if !ok {
				return
			}
			raw, _ := e.ToJSON()
			p.mu.Lock()
			p.events = append(p.events, string(raw))
			switch e.EventType() {
			case model.WebsocketEventOpenDialog:
				var d model.OpenDialogRequest
				if text, ok := e.GetData()["dialog"].(string); ok && json.Unmarshal([]byte(text), &d) == nil {
					p.forms = append(p.forms, &d)
				}
			case model.WebsocketEventEphemeralMessage:
				var post model.Post
				if text, ok := e.GetData()["post"].(string); ok && json.Unmarshal([]byte(text), &post) == nil {
					p.whispers = append(p.whispers, &post)
				}
			}
			p.mu.Unlock()
		case _, ok := <-ws.ResponseChannel:
			if !ok {
				return
			}
		case <-ws.PingTimeoutChannel:
		}
	}
}

// say posts a message.
func (p *person) say(channel, text string) *model.Post {
	p.h.t.Helper()
	var post *model.Post
	if why := p.answered(func() string {
		var err error
		if post, _, err = p.Client.CreatePost(p.h.t.Context(), &model.Post{ChannelId: channel, Message: text}); err != nil {
			return reason(err)
		}
		return ""
	}); why != "" {
		p.h.t.Fatalf("%s: say something: %s", p.Username, why)
	}
	return post
}

// away is what people read while the bot does not answer.
const away = "geeft nu geen antwoord"

// answered does something until the bot has an answer to it, as people do who read
// that it has none: the gate waits for two seconds, and a machine that is busy may
// need more. A bot that is dead or frozen has none.
func (p *person) answered(act func() string) (why string) {
	for end := time.Now().Add(patience); ; time.Sleep(time.Second) {
		if why = act(); !strings.Contains(why, away) || p.h.mute() || time.Now().After(end) {
			return why
		}
	}
}

// mute reports whether the bot is not there to answer.
func (h *house) mute() bool { return h.bot == nil || h.bot.gone() || h.frozenBot }

// try types a slash command and returns what the server itself answers: blank
// when the bot took it.
func (p *person) try(channel, text string) string {
	p.h.t.Helper()
	p.place, p.shown = channel, nil
	p.mu.Lock()
	p.forms = nil
	p.mu.Unlock()
	res, _, err := p.Client.ExecuteCommand(p.h.t.Context(), channel, text)
	if err != nil {
		return reason(err)
	}
	return res.Text
}

// command types a slash command that must arrive.
func (p *person) command(channel, text string) {
	p.h.t.Helper()
	if answer := p.answered(func() string { return p.try(channel, text) }); answer != "" {
		p.h.t.Fatalf("%s: %s: the server says %q", p.Username, text, answer)
	}
	p.act = func() { p.try(channel, text) }
}

// form waits for the form that the websocket brings. What should open it is done once
// more where it does not come: the server lets a form be opened for three seconds, and
// a machine that is busy may miss that.
func (p *person) form() model.Dialog {
	p.h.t.Helper()
	next := time.Now().Add(again)
	until(p.h.t, p.Username+" is shown a form", 2*patience, func() bool {
		if p.hasForm() {
			return true
		}
		if p.act != nil && time.Now().After(next) {
			p.act()
			next = time.Now().Add(again)
		}
		return false
	}, p.told)
	p.act = nil
	return p.shown.Dialog
}

// hasForm takes the newest form that was shown.
func (p *person) hasForm() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.forms); n > 0 {
		p.shown, p.forms = p.forms[n-1], nil
	}
	return p.shown != nil
}

// send sends the form before them, as the web client does, and returns what
// stands at its fields afterwards; the form is gone when there is nothing.
func (p *person) send(v values) map[string]string {
	p.h.t.Helper()
	if p.shown == nil {
		p.form()
	}
	var answer map[string]string
	var next *model.OpenDialogRequest
	p.answered(func() string {
		var err error
		if answer, next, err = p.submitForm(p.shown, v); err != nil {
			p.h.t.Fatalf("%s: send the form: %v", p.Username, err)
		}
		return answer[""]
	})
	if len(answer) == 0 {
		p.shown = next
	}
	return answer
}

func (p *person) submit(form *model.OpenDialogRequest, v values) (map[string]string, error) {
	answer, _, err := p.submitForm(form, v)
	return answer, err
}

// submitForm is submit, and returns the form that comes next: nil when there is
// none.
func (p *person) submitForm(form *model.OpenDialogRequest, v values) (map[string]string, *model.OpenDialogRequest, error) {
	sent := map[string]any{}
	for _, e := range form.Dialog.Elements {
		given := v[e.Name]
		switch {
		case len(given) == 0:
			sent[e.Name] = nil
		case e.MultiSelect:
			sent[e.Name] = given
		case e.Type == "bool":
			sent[e.Name] = given[0] == "true"
		default:
			sent[e.Name] = given[0]
		}
	}
	res, _, err := p.Client.SubmitInteractiveDialog(p.h.t.Context(), model.SubmitDialogRequest{
		URL: form.URL, CallbackId: form.Dialog.CallbackId, State: form.Dialog.State,
		ChannelId: p.place, TeamId: p.h.Team.Id, Submission: sent,
	})
	if err != nil {
		return nil, nil, err
	}
	answer := map[string]string{}
	for field, text := range res.Errors {
		answer[field] = text
	}
	if res.Error != "" {
		answer[""] = res.Error
	}
	if res.Form == nil {
		return answer, nil, nil
	}
	return answer, &model.OpenDialogRequest{URL: form.URL, Dialog: *res.Form}, nil
}

// fill sends the form before them, which must be taken.
func (p *person) fill(v values) {
	p.h.t.Helper()
	if answer := p.send(v); len(answer) > 0 {
		p.h.t.Fatalf("%s: the form was not taken: %v", p.Username, answer)
	}
}

// posts lists what the person sees in a channel, oldest first.
func (p *person) posts(channel string) []*model.Post {
	p.h.t.Helper()
	list, _, err := p.Client.GetPostsForChannel(p.h.t.Context(), channel, 0, 200, "", false, false)
	if err != nil {
		p.h.t.Fatalf("%s: read a channel: %v", p.Username, err)
	}
	list.SortByCreateAt()
	var all []*model.Post
	for _, id := range slices.Backward(list.Order) {
		all = append(all, list.Posts[id])
	}
	return all
}

// told is everything the bot said to this person alone.
func (p *person) told() string {
	var all []string
	for _, post := range p.posts(p.direct) {
		if post.UserId == p.h.self {
			all = append(all, post.Message)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.whispers {
		all = append(all, w.Message)
	}
	return strings.Join(all, "\n---\n")
}

// wasTold waits until the bot has told this person a part of a text.
func (p *person) wasTold(part string) {
	p.h.t.Helper()
	until(p.h.t, fmt.Sprintf("%s is told %q", p.Username, part), patience, func() bool { return strings.Contains(p.told(), part) },
		func() string { return tail(p.told(), 4000) })
}

// deaf forgets what was whispered, so that a story looks at new things only.
func (p *person) deaf() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.whispers = nil
}

// press presses a button in the newest message to this person that has it and
// that says part, and waits for that message.
func (p *person) press(label, part string) {
	p.h.t.Helper()
	if answer := p.answered(func() string { return p.tryPress(label, part) }); answer != "" {
		p.h.t.Fatalf("%s: press %q: %s", p.Username, label, answer)
	}
	p.act = func() {
		if p.button(label, part) != nil {
			p.tryPress(label, part)
		}
	}
}

// tryPress is press, and returns what the server itself answers: blank when the
// bot took it.
func (p *person) tryPress(label, part string) string {
	p.h.t.Helper()
	until(p.h.t, fmt.Sprintf("%s sees a button %q", p.Username, label), patience, func() bool { return p.button(label, part) != nil }, p.told)
	b := p.button(label, part)
	p.mu.Lock()
	p.forms, p.shown = nil, nil
	heard := len(p.whispers)
	p.mu.Unlock()
	p.place = b.channel
	if _, err := p.Client.DoPostActionWithCookie(p.h.t.Context(), b.post, b.action, "", b.cookie, nil, ""); err != nil {
		return reason(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.whispers[heard:] {
		if strings.Contains(w.Message, away) {
			return w.Message
		}
	}
	return ""
}

type button struct{ channel, post, action, cookie string }

func (p *person) button(label, part string) *button {
	of := func(post *model.Post) *button {
		if !strings.Contains(post.Message, part) {
			return nil
		}
		for _, a := range post.Attachments() {
			for _, action := range a.Actions {
				if action.Name == label {
					return &button{post.ChannelId, post.Id, action.Id, action.Cookie}
				}
			}
		}
		return nil
	}
	p.mu.Lock()
	for _, post := range slices.Backward(p.whispers) {
		if b := of(post); b != nil {
			p.mu.Unlock()
			return b
		}
	}
	p.mu.Unlock()
	for _, post := range slices.Backward(p.posts(p.direct)) {
		if b := of(post); post.UserId == p.h.self && b != nil {
			return b
		}
	}
	return nil
}

// upload uploads a file and posts it, as a person does, and returns why that was
// refused: blank when it was not.
func (p *person) upload(channel, name string, data []byte) string {
	return p.answered(func() string { return p.tryUpload(channel, name, data) })
}

func (p *person) tryUpload(channel, name string, data []byte) string {
	res, _, err := p.Client.UploadFile(p.h.t.Context(), data, channel, name)
	if err != nil {
		return reason(err)
	}
	_, _, err = p.Client.CreatePost(p.h.t.Context(), &model.Post{ChannelId: channel, Message: "zie bijlage", FileIds: model.StringArray{res.FileInfos[0].Id}})
	if err != nil {
		return reason(err)
	}
	return ""
}

// reason is what a person reads of a refusal; never blank.
func reason(err error) string {
	if text := err.Error(); text != "" {
		return text
	}
	return "refused"
}

// files lists the files in a channel that the person can open, by name.
func (p *person) files(channel string) map[string][]byte {
	p.h.t.Helper()
	all := map[string][]byte{}
	for _, post := range p.posts(channel) {
		for _, id := range post.FileIds {
			info, _, err := p.Client.GetFileInfo(p.h.t.Context(), id)
			if err != nil {
				continue // it goes out of sight just now
			}
			data, _, err := p.Client.GetFile(p.h.t.Context(), id)
			if err != nil {
				continue
			}
			if all[info.Name] != nil {
				p.h.t.Fatalf("%s sees %s twice", p.Username, info.Name)
			}
			all[info.Name] = data
		}
	}
	return all
}

// neutral is how a file that the bot posts is named: what sort of file, which
// casus, which day.
var neutral = regexp.MustCompile(`^[a-z]+-C-\d{4}-\d{4,}-\d{4}-\d{2}-\d{2}(-\d+)?(\.[a-z0-9]+)?$`)

// has reports whether the person sees a file with these bytes in a channel, and
// stops the story when it goes by a name that says something.
func (p *person) has(channel string, data []byte) bool {
	p.h.t.Helper()
	for name, got := range p.files(channel) {
		if !neutral.MatchString(name) {
			p.h.t.Fatalf("a file in a room is named %q", name)
		}
		if bytes.Equal(got, data) {
			return true
		}
	}
	return false
}

// sees waits until the person sees exactly these files in a channel, whatever
// they were called by who brought them in.
func (p *person) sees(channel string, want map[string][]byte) {
	p.h.t.Helper()
	same := func() bool {
		got := p.files(channel)
		if len(got) != len(want) {
			return false
		}
		for _, data := range want {
			if !p.has(channel, data) {
				return false
			}
		}
		return true
	}
	until(p.h.t, fmt.Sprintf("%s sees %d files", p.Username, len(want)), patience, same, func() string {
		var names []string
		for name, data := range p.files(channel) {
			names = append(names, fmt.Sprintf("%s (%d bytes)", name, len(data)))
		}
		return "they see: " + strings.Join(names, ", ")
	})
}
