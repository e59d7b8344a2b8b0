package incoming

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/adapters/slack/blocks"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

// interaction takes in a button, a form, a shortcut or a question for options.
func (r *Receiver) interaction(ctx context.Context, payload []byte) (any, error) {
	p, err := decodeInteraction(payload)
	if err != nil {
		r.o.Count("interaction", "malformed")
		return nil, err
	}
	team := p.Team.ID
	if team == "" {
		team = p.User.Team // of an app that a whole organisation installed
	}
	at, err := r.at(ctx, team, p.Enterprise.ID)
	if errors.Is(err, errStranger) {
		r.o.Count("interaction", "stranger")
		return nil, nil
	}
	var answer any
	if err == nil {
		switch p.Type {
		case "block_actions":
			err = r.pressed(ctx, at, p)
		case "view_submission":
			answer, err = r.submitted(ctx, at, p)
		case "block_suggestion":
			answer = map[string]any{"options": blocks.Suggest(p.Value)}
		case "shortcut", "message_action":
			err = r.shortcut(ctx, at, p)
		default: // view_closed, and what Slack may think of
			err = errIgnored
		}
	}
	switch {
	case errors.Is(err, errIgnored):
		r.o.Count("interaction", "ignored")
		return nil, nil
	case err != nil:
		r.o.Count("interaction", "failed")
		r.o.Log.Warn("an interaction could not be handled", "kind", kindOf(p.Type), "error", err)
		return nil, err
	}
	r.o.Count("interaction", "taken")
	return answer, nil
}

// pressed takes in buttons. One that we did not make, or that came from a view and
// not from a message or our page, does nothing.
func (r *Receiver) pressed(ctx context.Context, at place, p interaction) error {
	channel := bot.ChannelID(p.Container.Channel)
	if channel == "" {
		channel = bot.ChannelID(p.Channel.ID)
	}
	if !plainID(string(channel)) {
		channel = ""
	}
	err := errIgnored
	for _, a := range p.Actions {
		switch {
		case a.ID == blocks.ActionPick:
			r.pick(at, p.Trigger, "")
			err = nil
		case strings.HasPrefix(a.ID, blocks.ActionCommand+"."):
			name, words, _ := strings.Cut(a.Value, " ")
			if !suggested(name, words) || p.Trigger == "" {
				continue
			}
			return r.commanded(ctx, at, name, words, p.User.ID, "", p.Trigger)
		case strings.HasPrefix(a.ID, blocks.ActionTicket+"."):
			ticket, ok := r.o.Seal.Ticket(a.Value)
			if !ok {
				r.o.Count("interaction", "unsigned")
				continue
			}
			e := bot.Event{ID: "b-" + short(p.Trigger+"|"+a.TS+"|"+a.ID+"|"+ticket), Platform: at.Name(), Kind: bot.Pressed, User: bot.UserID(p.User.ID),
				Channel: channel, Direct: strings.HasPrefix(string(channel), "D"), Ticket: ticket, Trigger: slack.TriggerOf(p.Trigger, "", channel)}
			if plainTS(p.Container.Message) && !p.Container.Ephemral {
				e.Message = slack.MessageID(channel, p.Container.Message)
			}
			if root := p.Container.Thread; plainTS(root) && root != p.Container.Message {
				e.Thread = slack.MessageID(channel, root)
			}
			if err = r.store(ctx, e); err != nil {
				return err
			}
			r.expectForm(at, e, p.Trigger)
		}
	}
	return err
}

// suggested reports whether a command is one of ours.
func suggested(name, word string) bool {
	for _, s := range bot.Suggestions() {
		if s.Command == name && s.Word == word {
			return true
		}
	}
	return false
}

// shortcut takes in a shortcut: of the whole workspace, or at a message. Its
// callback id is that of the command that it runs; another one lets the person
// choose.
func (r *Receiver) shortcut(ctx context.Context, at place, p interaction) error {
	if p.Trigger == "" {
		return errIgnored
	}
	channel := where(p.Channel.ID, p.Channel.Name)
	name, word, _ := strings.Cut(p.Callback, "_")
	word = strings.ReplaceAll(word, "_", "-")
	if !suggested(name, word) {
		r.pick(at, p.Trigger, string(channel))
		return nil
	}
	words := word
	if word == "vraag" && p.Message.Text != "" {
		words += " " + plain(p.Message.Text)
	}
	return r.commanded(ctx, at, name, words, p.User.ID, channel, p.Trigger)
}

// pick opens the view in which a command is chosen.
func (r *Receiver) pick(at place, trigger, channel string) {
	if trigger == "" {
		return
	}
	r.besides(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, storeTerm)
		defer cancel()
		if _, err := at.API().OpenViewContext(ctx, trigger, blocks.Pick(channel)); err != nil {
			r.o.Log.Warn("the commands could not be shown", "error", err)
		}
	})
}

// submitted takes in a view that was sent.
func (r *Receiver) submitted(ctx context.Context, at place, p interaction) (any, error) {
	switch p.View.Callback {
	case blocks.CallbackPick:
		name, words, room := blocks.Picked(p.View.State.Values)
		word, _, _ := strings.Cut(words, " ")
		if !suggested(name, word) || p.Trigger == "" {
			return blocks.Answer{Action: "update", View: blocks.Show(text.ViewStale.NL(text.ViewArgs{Title: true}), text.ViewUnknown.NL(text.None{}))}, nil
		}
		if err := r.commanded(ctx, at, name, words, p.User.ID, where(room, ""), p.Trigger); err != nil {
			r.o.Log.Warn("a command could not be stored", "error", err)
			return r.again(p, text.ViewAway), nil
		}
		return blocks.Answer{Action: "clear"}, nil
	case blocks.CallbackForm:
		return r.filled(ctx, at, p)
	}
	return nil, errIgnored
}

// again is the view as it was, with a complaint above it.
func (r *Receiver) again(p interaction, m text.Message[text.None]) blocks.Answer {
	return blocks.Again(p.View.Asked, m.NL(text.None{}))
}

// maxSocketAnswer is how large an answer may be, in bytes: over Socket Mode a
// larger one is dropped without a word. Such a one goes by a call of its own.
//
// Source: slack-go, socketmode (20 KiB, measured there).
const maxSocketAnswer = 18 << 10

// filled hands a form to the bot. Whoever sent it sees within Slack's three
// seconds what became of it, or that it takes longer and then what became of it.
func (r *Receiver) filled(ctx context.Context, at place, p interaction) (any, error) {
	ticket, channel, ok := r.o.Seal.Form(p.View.Metadata)
	if !ok {
		r.o.Count("interaction", "unsigned")
		return stale(), nil
	}
	s := bot.Submission{Platform: at.Name(), Ticket: ticket, User: bot.UserID(p.User.ID), Channel: channel, Values: blocks.Values(p.View.State.Values)}
	done := make(chan blocks.Answer, 1)
	if !r.besides(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, submitTerm)
		defer cancel()
		answer := r.again(p, text.ViewWrong)
		defer func() { done <- answer }() // also when it panics
		a, err := r.o.In.Submit(ctx, s)
		if err == nil {
			var shown blocks.Answer
			if shown, err = r.o.Seal.Answer(p.View.Asked, channel, a); err == nil {
				answer = shown
			}
		}
		if err != nil {
			r.o.Log.Warn("a form could not be handled", "error", err)
		}
	}) {
		return r.again(p, text.ViewAway), nil
	}
	wait := func(ctx context.Context) (blocks.Answer, bool) {
		select {
		case answer := <-done:
			return answer, true
		case <-ctx.Done():
			return blocks.Answer{}, false
		}
	}
	select {
	case answer := <-done:
		if raw, err := json.Marshal(answer); err != nil || len(raw) <= maxSocketAnswer {
			return answer, nil
		}
		wait = func(context.Context) (blocks.Answer, bool) { return answer, true }
	case <-r.o.After(answerTerm):
	}
	r.replace(at, p, wait)
	return blocks.Answer{Action: "update", View: blocks.Show(text.ViewSlow.NL(text.ViewArgs{Title: true}), text.ViewSlow.NL(text.ViewArgs{}))}, nil
}

func stale() blocks.Answer {
	return blocks.Answer{Action: "update", View: blocks.Show(text.ViewStale.NL(text.ViewArgs{Title: true}), text.ViewStale.NL(text.ViewArgs{}))}
}
