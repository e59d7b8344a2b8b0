package slackfake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// maxFormFile is how large a file in a form may be.
//
// Source: reference "File input element" (10 MB a file).
const maxFormFile = 10 << 20

// View is a modal or home tab that somebody has before them.
type View struct {
	ID, Hash, Title, CallbackID, PrivateMetadata string
	Raw                                          json.RawMessage // as payloads show it
}

// top is the view on top. The lock is held.
func (p *Person) top() *view {
	stack := p.s.stacks[p.ID]
	if len(stack) == 0 {
		return nil
	}
	return p.s.views[stack[len(stack)-1]]
}

func (s *Server) shown(v *view) View {
	raw, _ := json.Marshal(s.viewJSON(v, nil))
	var o struct {
		Title      *textObject
		CallbackID string `json:"callback_id"`
		Metadata   string `json:"private_metadata"`
	}
	_ = json.Unmarshal(raw, &o)
	out := View{ID: v.ID, Hash: v.Hash, CallbackID: o.CallbackID, PrivateMetadata: o.Metadata, Raw: raw}
	if o.Title != nil {
		out.Title = o.Title.Text
	}
	return out
}

// View is the modal on top; false when none is open.
func (p *Person) View() (View, bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	v := p.top()
	if v == nil {
		return View{}, false
	}
	return p.s.shown(v), true
}

// AwaitsView waits until a modal is open that is as wanted; nil: any.
func (p *Person) AwaitsView(ctx context.Context, want func(View) bool) (View, error) {
	var found View
	if p.s.Eventually(ctx, func() bool {
		v, ok := p.View()
		if ok && (want == nil || want(v)) {
			found = v
			return true
		}
		return false
	}) {
		return found, nil
	}
	return View{}, errors.New("no such view came")
}

// Home is the published home tab; false when none is.
func (p *Person) Home() (View, bool) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	v := p.s.homes[p.ID]
	if v == nil {
		return View{}, false
	}
	return p.s.shown(v), true
}

// OpensHome opens the app's home tab.
//
// Source: event page app_home_opened (view is left out the first time).
func (p *Person) OpensHome() error {
	return p.do(func(*user) error {
		ch, _ := p.s.direct(p.ID, p.s.BotUser)
		e := obj{"type": "app_home_opened", "user": p.ID, "channel": ch.ID, "tab": "home"}
		if v := p.s.homes[p.ID]; v != nil {
			e["view"] = p.s.viewJSON(v, nil)
		}
		p.s.emitAlways(e)
		return nil
	})
}

func (s *Server) who(u *user) obj {
	return obj{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": u.TeamID}
}

// base is what every interaction has.
func (s *Server) base(kind string, u *user) obj {
	return obj{"type": kind, "token": "unused", "api_app_id": s.AppID, "team": obj{"id": s.TeamID, "domain": "convenant"},
		"enterprise": nil, "is_enterprise_install": false, "user": s.who(u), "trigger_id": s.newTrigger(u.ID)}
}

// Command types a slash command in a channel. What the app answers at once is shown
// to this person, or to the channel when it says so. Slash commands don't work in
// threads.
//
// Source: page "Slash commands".
func (p *Person) Command(channel, command, text string) error {
	var payload obj
	var to *replyAddress
	err := p.do(func(u *user) error {
		ch, _, err := p.in(channel)
		if err != nil {
			return err
		}
		to = &replyAddress{channel: ch.ID, user: p.ID}
		name := ch.Name
		switch {
		case ch.IM:
			name = "directmessage"
		case ch.Private:
			name = "privategroup"
		}
		payload = obj{"token": "unused", "team_id": p.s.TeamID, "team_domain": "convenant", "channel_id": ch.ID, "channel_name": name,
			"user_id": p.ID, "user_name": u.Name, "command": command, "text": p.s.written(text), "api_app_id": p.s.AppID,
			"is_enterprise_install": "false", "response_url": p.s.newReply("commands", to), "trigger_id": p.s.newTrigger(p.ID)}
		return nil
	})
	if err != nil {
		return err
	}
	body, err := p.s.ask("slash_commands", command, payload)
	if err != nil {
		return err
	}
	return p.said(to, body)
}

// said shows what an app answered at once.
func (p *Person) said(to *replyAddress, body []byte) error {
	text := strings.TrimSpace(string(body))
	if text == "" || text == "{}" || text == "null" {
		return nil
	}
	var a answered
	if json.Unmarshal(body, &a) != nil {
		a.Text = text
	}
	return p.do(func(*user) error {
		if len(a.Blocks) > 0 {
			var many []json.RawMessage
			var k checker
			if json.Unmarshal(a.Blocks, &many) != nil {
				return fail("invalid_blocks_format")
			}
			if k.blocks("/blocks", many, "message", 50); len(k.problems) > 0 {
				return fail("invalid_blocks")
			}
			a.Blocks = fillIDs(a.Blocks)
		}
		if a.Text != "" || len(a.Blocks) > 0 {
			p.s.answer(to, a)
		}
		return nil
	})
}

// Shortcut uses a global shortcut of the app.
//
// Source: page "Shortcuts" (no channel, no response address).
func (p *Person) Shortcut(callback string) error {
	var payload obj
	if err := p.do(func(u *user) error {
		payload = p.s.base("shortcut", u)
		payload["callback_id"], payload["action_ts"] = callback, p.s.ts()
		return nil
	}); err != nil {
		return err
	}
	_, err := p.s.ask("interactive", "interactivity", payload)
	return err
}

// MessageShortcut uses a shortcut in the menu of a message.
func (p *Person) MessageShortcut(callback, channel, ts string) error {
	var payload obj
	if err := p.do(func(u *user) error {
		ch, _, err := p.in(channel)
		if err != nil {
			return err
		}
		m := ch.find(ts)
		if m == nil {
			return fail("message_not_found")
		}
		payload = p.s.base("message_action", u)
		payload["callback_id"], payload["action_ts"], payload["message_ts"] = callback, p.s.ts(), ts
		payload["channel"], payload["message"] = obj{"id": ch.ID, "name": ch.Name}, p.s.messageJSON(ch, m, u)
		payload["response_url"] = p.s.newReply("actions", &replyAddress{channel: ch.ID, user: p.ID, message: ts})
		return nil
	}); err != nil {
		return err
	}
	_, err := p.s.ask("interactive", "interactivity", payload)
	return err
}

// Clicks presses a button below a message, or chooses value in a menu. which is
// the action's id or the button's label. Messages to this person alone count too.
//
// Source: payload page block_actions.
func (p *Person) Clicks(channel, ts, which string, value ...string) error {
	var payload obj
	if err := p.do(func(u *user) error {
		ch := p.s.channels[channel]
		if ch == nil || !ch.sees(u) {
			return fail("channel_not_found")
		}
		payload = p.s.base("block_actions", u)
		payload["channel"] = obj{"id": ch.ID, "name": ch.Name}
		var blocks json.RawMessage
		to := &replyAddress{channel: ch.ID, user: p.ID, message: ts}
		container := obj{"type": "message", "message_ts": ts, "channel_id": ch.ID, "is_ephemeral": false}
		if m := ch.find(ts); m != nil {
			blocks = m.Blocks
			payload["message"] = p.s.messageJSON(ch, m, u)
			if m.Thread != "" {
				container["thread_ts"] = m.Thread
			}
		} else if i := slices.IndexFunc(ch.whispers, func(w whisper) bool { return w.TS == ts && w.User == p.ID }); i >= 0 {
			blocks, container["is_ephemeral"], to.ephemeral = ch.whispers[i].Blocks, true, true
		} else {
			return fail("message_not_found")
		}
		payload["container"] = container
		f, err := pick(elements(blocks), which)
		if err != nil {
			return err
		}
		action, err := p.s.action(f, value)
		if err != nil {
			return err
		}
		payload["actions"], payload["state"] = []obj{action}, obj{"values": obj{}}
		payload["response_url"] = p.s.newReply("actions", to)
		return nil
	}); err != nil {
		return err
	}
	_, err := p.s.ask("interactive", "interactivity", payload)
	return err
}

// ClicksInView does the same in the modal on top; ClicksInHome in the home tab.
func (p *Person) ClicksInView(which string, value ...string) error {
	return p.inView(which, value, p.top)
}

// ClicksInHome presses something in the app's home tab.
func (p *Person) ClicksInHome(which string, value ...string) error {
	return p.inView(which, value, func() *view { return p.s.homes[p.ID] })
}

func (p *Person) inView(which string, value []string, get func() *view) error {
	var payload obj
	if err := p.do(func(u *user) error {
		v := get()
		if v == nil {
			return errors.New("there is no view")
		}
		var o struct{ Blocks json.RawMessage }
		_ = json.Unmarshal(v.App, &o)
		f, err := pick(elements(o.Blocks), which)
		if err != nil {
			return err
		}
		action, err := p.s.action(f, value)
		if err != nil {
			return err
		}
		payload = p.s.base("block_actions", u)
		payload["container"] = obj{"type": "view", "view_id": v.ID}
		payload["view"], payload["actions"] = p.s.viewJSON(v, nil), []obj{action}
		return nil
	}); err != nil {
		return err
	}
	_, err := p.s.ask("interactive", "interactivity", payload)
	return err
}

// Attaches uploads a file for a form. Only its owner and, once it was sent in, the
// app see it.
func (p *Person) Attaches(name string, data []byte) string {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	f := p.s.newFile(p.ID, name)
	f.Data = slices.Clone(data)
	return f.ID
}

// Sent is what somebody sees after sending in a modal.
type Sent struct {
	Errors map[string]string // block to what is wrong there
	Closed bool              // this view is gone
	All    bool              // and those below it
	Next   *View             // what is shown now
}

// SubmitsModal fills in the modal on top and sends it. values is by action id or
// block id; of an element that is not named, what stood there first is sent. What
// the client itself checks (a required field, a length, a kind of file) is an error
// here and reaches no app.
//
// Source: payload page view_submission; page "Modals" (response_action errors,
// update, push, clear).
func (p *Person) SubmitsModal(values map[string][]string) (Sent, error) {
	v, payload, err := p.submission(values)
	if err != nil {
		return Sent{}, err
	}
	body, err := p.s.ask("interactive", "interactivity", payload)
	if err != nil {
		return Sent{}, err
	}
	return p.submitted(v, body)
}

// SubmitsModalTwice sends the modal on top two times at once, as an impatient finger
// does on a slow line. What is shown afterwards is what the first of them was
// answered; the errors say which of the two were not answered in time.
func (p *Person) SubmitsModalTwice(values map[string][]string) (Sent, error) {
	v, payload, err := p.submission(values)
	if err != nil {
		return Sent{}, err
	}
	var bodies [2][]byte
	var errs [2]error
	var both sync.WaitGroup
	for i := range bodies {
		both.Go(func() { bodies[i], errs[i] = p.s.ask("interactive", "interactivity", payload) })
	}
	both.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		return Sent{}, err
	}
	return p.submitted(v, bodies[0])
}

// submission is the modal on top with what is filled in, as the app is sent it.
func (p *Person) submission(values map[string][]string) (v *view, payload obj, err error) {
	err = p.do(func(u *user) error {
		if v = p.top(); v == nil {
			return errors.New("there is no view")
		}
		var o struct {
			Blocks json.RawMessage
			Submit *textObject
		}
		_ = json.Unmarshal(v.App, &o)
		if o.Submit == nil {
			return errors.New("this view cannot be sent in")
		}
		state, err := p.s.fill(p, elements(o.Blocks), values)
		if err != nil {
			return err
		}
		payload = p.s.base("view_submission", u)
		payload["view"], payload["response_urls"] = p.s.viewJSON(v, state), []obj{}
		return nil
	})
	return v, payload, err
}

// submitted does what an app answered to a sent form.
func (p *Person) submitted(v *view, body []byte) (sent Sent, err error) {
	var a struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if text := strings.TrimSpace(string(body)); text != "" && text != "null" {
		if json.Unmarshal(body, &a) != nil {
			return Sent{}, fmt.Errorf("%w: its answer is not understood", ErrNoAnswer)
		}
	}
	err = p.do(func(*user) error {
		switch a.Action {
		case "":
			if p.top() == v {
				p.s.closeTop(p.ID, false)
			}
			sent.Closed = true
		case "clear":
			p.s.closeTop(p.ID, true)
			sent.Closed, sent.All = true, true
		case "errors":
			var o struct {
				Blocks []struct {
					ID   string `json:"block_id"`
					Type string `json:"type"`
				}
			}
			_ = json.Unmarshal(v.App, &o)
			if len(a.Errors) == 0 {
				return fmt.Errorf("%w: errors without one", ErrNoAnswer)
			}
			for id := range a.Errors {
				// Errors can be shown at inputs only; others make the client say that
				// something went wrong.
				if !slices.ContainsFunc(o.Blocks, func(b struct {
					ID   string `json:"block_id"`
					Type string `json:"type"`
				}) bool {
					return b.ID == id && b.Type == "input"
				}) {
					return fmt.Errorf("%w: an error at %q, which is no input", ErrNoAnswer, id)
				}
			}
			sent.Errors = a.Errors
		case "update":
			if err := p.s.setView(v, string(a.View)); err != nil {
				return fmt.Errorf("%w: %w", ErrNoAnswer, err)
			}
		case "push":
			if _, err := p.s.pushView(string(a.View), p.ID); err != nil {
				return fmt.Errorf("%w: %w", ErrNoAnswer, err)
			}
		default:
			return fmt.Errorf("%w: response_action %q is unknown", ErrNoAnswer, a.Action)
		}
		if top := p.top(); top != nil {
			shown := p.s.shown(top)
			sent.Next = &shown
		}
		return nil
	})
	return sent, err
}

// ClosesModal closes the modal on top, or all of them. The app is told if the view
// asked for it.
//
// Source: payload page view_closed (notify_on_close, is_cleared).
func (p *Person) ClosesModal(all bool) error {
	var payload obj
	if err := p.do(func(u *user) error {
		v := p.top()
		if v == nil {
			return errors.New("there is no view")
		}
		var o struct {
			Notify bool `json:"notify_on_close"`
		}
		_ = json.Unmarshal(v.App, &o)
		if o.Notify {
			payload = p.s.base("view_closed", u)
			delete(payload, "trigger_id")
			payload["view"], payload["is_cleared"] = p.s.viewJSON(v, nil), all
		}
		p.s.closeTop(p.ID, all)
		return nil
	}); err != nil || payload == nil {
		return err
	}
	_, err := p.s.ask("interactive", "interactivity", payload)
	return err
}

// Suggestions types into a menu whose choices come from the app.
//
// Source: payload page block_suggestion.
func (p *Person) Suggestions(which, typed string) ([]string, error) {
	var payload obj
	if err := p.do(func(u *user) error {
		v := p.top()
		if v == nil {
			return errors.New("there is no view")
		}
		var o struct{ Blocks json.RawMessage }
		_ = json.Unmarshal(v.App, &o)
		f, err := pick(elements(o.Blocks), which)
		if err != nil {
			return err
		}
		payload = p.s.base("block_suggestion", u)
		delete(payload, "trigger_id")
		payload["container"] = obj{"type": "view", "view_id": v.ID}
		payload["view"], payload["value"] = p.s.viewJSON(v, nil), typed
		payload["action_id"], payload["block_id"] = f.element["action_id"], f.blockID
		return nil
	}); err != nil {
		return nil, err
	}
	body, err := p.s.ask("interactive", "options", payload)
	if err != nil {
		return nil, err
	}
	var a struct {
		Options []option `json:"options"`
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, err
	}
	var k checker
	if k.options("", a.Options, 0, 100, 75); len(k.problems) > 0 {
		return nil, errors.New(k.problems[0])
	}
	var out []string
	for _, o := range a.Options {
		out = append(out, o.Value)
	}
	return out, nil
}
