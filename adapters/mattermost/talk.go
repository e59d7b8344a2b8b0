package mattermost

import (
	"context"
	"encoding/json"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

// Post implements bot.Talk.
func (c *Chat) Post(ctx context.Context, channel bot.ChannelID, m bot.Message, key string) (bot.MessageID, error) {
	return c.say(ctx, bridge.Saying{Channel: string(channel), Key: key}, m)
}

// Tell implements bot.Talk.
func (c *Chat) Tell(ctx context.Context, user bot.UserID, m bot.Message, key string) (bot.MessageID, error) {
	return c.say(ctx, bridge.Saying{User: string(user), Key: key}, m)
}

func (c *Chat) say(ctx context.Context, s bridge.Saying, m bot.Message) (bot.MessageID, error) {
	body, err := json.Marshal(renderMessage(m))
	if err != nil {
		return "", err
	}
	s.Body = body
	ref, err := bridge.PluginSay.Do(ctx, c.line, s)
	return bot.MessageID(ref.Post), fail("say something", err)
}

// Whisper implements bot.Talk.
func (c *Chat) Whisper(ctx context.Context, channel bot.ChannelID, user bot.UserID, m bot.Message) error {
	body, err := json.Marshal(renderMessage(m))
	if err != nil {
		return err
	}
	_, err = bridge.PluginWhisper.Do(ctx, c.line, bridge.Whisper{Channel: string(channel), User: string(user), Body: body})
	return fail("whisper", err)
}

// Pin implements bot.Talk.
func (c *Chat) Pin(ctx context.Context, message bot.MessageID) error {
	_, err := c.asBot().PinPost(ctx, string(message))
	return fail("pin a message", err)
}

// Hide implements bot.Talk. A server remembers for half an hour which files it
// handed out, deleted or not, and hands them out again to who kept their ids; so
// it is made to forget, where we have an administrator's token.
func (c *Chat) Hide(ctx context.Context, message bot.MessageID) error {
	if _, err := bridge.PluginHide.Do(ctx, c.line, bridge.PostRef{Post: string(message)}); err != nil {
		return fail("hide a message", err)
	}
	return c.forget(ctx)
}

// forget makes the server forget which files it handed out, where we have an
// administrator's token.
func (c *Chat) forget(ctx context.Context) error {
	if c.o.EraseToken == nil || c.o.EraseToken() == "" {
		return nil
	}
	_, err := c.rest(c.o.EraseToken).InvalidateCaches(ctx)
	return fail("make the server forget a file", err)
}

// OpenForm implements bot.Forms.
func (c *Chat) OpenForm(ctx context.Context, trigger string, f bot.Form) error {
	dialog, err := renderForm(f)
	if err != nil {
		return err
	}
	body, err := json.Marshal(dialog)
	if err != nil {
		return err
	}
	_, err = bridge.PluginOpenForm.Do(ctx, c.line, bridge.OpenForm{Trigger: trigger, Dialog: body})
	return fail("open a form", err)
}
