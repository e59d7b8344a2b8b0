package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot"
)

// Post implements bot.Talk.
func (c *Chat) Post(ctx context.Context, channel bot.ChannelID, m bot.Message, key string) (bot.MessageID, error) {
	return c.say(ctx, string(channel), m, key)
}

// Tell implements bot.Talk.
func (c *Chat) Tell(ctx context.Context, user bot.UserID, m bot.Message, key string) (bot.MessageID, error) {
	channel, err := c.direct(ctx, user)
	if err != nil {
		return "", err
	}
	return c.say(ctx, channel, m, key)
}

// direct is the channel of the direct conversation with somebody.
func (c *Chat) direct(ctx context.Context, user bot.UserID) (string, error) {
	if !shapeID.MatchString(string(user)) {
		return "", fmt.Errorf("slack: open a direct conversation: %w", bot.ErrNotFound)
	}
	c.mu.Lock()
	known := c.directs[user]
	c.mu.Unlock()
	if known != "" {
		return known, nil
	}
	ch, _, _, err := c.API().OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{string(user)}, ReturnIM: true})
	if err != nil {
		return "", fail("open a direct conversation", err)
	}
	c.mu.Lock()
	c.directs[user] = ch.ID
	c.mu.Unlock()
	return ch.ID, nil
}

func (c *Chat) say(ctx context.Context, channel string, m bot.Message, key string) (bot.MessageID, error) {
	shown, err := c.o.Seal.Message(m)
	if err != nil {
		return "", err
	}
	options := []slack.MsgOption{slack.MsgOptionText(shown.Text, false), slack.MsgOptionBlocks(shown.Blocks...),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl()}
	if m.Thread != "" {
		in, ts, err := splitID(m.Thread)
		if err != nil || in != channel {
			return "", fmt.Errorf("slack: say something: a thread of another channel: %w", bot.ErrNotFound)
		}
		options = append(options, slack.MsgOptionTS(ts))
	}
	post := func(options []slack.MsgOption) (bot.MessageID, error) {
		if err := c.postPace(ctx, channel); err != nil {
			return "", err
		}
		_, ts, err := c.API().PostMessageContext(ctx, channel, options...)
		if err != nil {
			return "", err
		}
		return messageID(channel, ts), nil
	}
	if key == "" {
		id, err := post(options)
		return id, fail("say something", err)
	}
	at := mark(channel, key)
	end, err := c.turns.take(ctx, at)
	if err != nil {
		return "", err
	}
	defer end()
	known, err := c.recall(ctx, at)
	switch {
	case err != nil:
		return "", err
	case known.what == noteDone:
		return known.message, nil
	case known.what == noteGone:
		return "", fmt.Errorf("slack: say something: it was retracted: %w", bot.ErrConflict)
	case known.what == noteTried:
		if id, err := c.find(ctx, channel, m.Thread, at, known.since); id != "" || err != nil {
			if err == nil {
				err = c.note(ctx, at, attempt{what: noteDone, message: id})
			}
			return id, err
		}
	default:
		known = attempt{what: noteTried, since: c.o.Now()}
		if err := c.note(ctx, at, known); err != nil {
			return "", err
		}
	}
	options = append(options, slack.MsgOptionMetadata(slack.SlackMetadata{EventType: eventSaid, EventPayload: map[string]any{fieldKey: at}}))
	id, err := post(options)
	if unsure(err) {
		// It may stand there all the same.
		if found, look := c.find(context.WithoutCancel(ctx), channel, m.Thread, at, known.since); look == nil && found != "" {
			id, err = found, nil
		}
	}
	if err != nil {
		return "", fail("say something", err)
	}
	return id, c.note(ctx, at, attempt{what: noteDone, message: id})
}

// postPace waits for the turn to post in a channel: about one message a second is
// taken in each.
func (c *Chat) postPace(ctx context.Context, channel string) error {
	pace := c.paces.of("post:"+mark(channel, "pace"), postRate)
	if pace == nil {
		return nil
	}
	return pace.Wait(ctx)
}

// Whisper implements bot.Talk. In a direct conversation nobody else reads along,
// and Slack shows nothing that is for one person alone there.
func (c *Chat) Whisper(ctx context.Context, channel bot.ChannelID, user bot.UserID, m bot.Message) error {
	if strings.HasPrefix(string(channel), "D") {
		_, err := c.say(ctx, string(channel), m, "")
		return err
	}
	shown, err := c.o.Seal.Message(m)
	if err != nil {
		return err
	}
	options := []slack.MsgOption{slack.MsgOptionText(shown.Text, false), slack.MsgOptionBlocks(shown.Blocks...)}
	if _, ts, err := splitID(m.Thread); m.Thread != "" && err == nil {
		options = append(options, slack.MsgOptionTS(ts))
	}
	_, err = c.API().PostEphemeralContext(ctx, string(channel), string(user), options...)
	if err = fail("whisper", err); errors.Is(err, bot.ErrNotFound) || errors.Is(err, bot.ErrForbidden) {
		// A command can be given where the bot is not: then it is told in private.
		m.Thread = ""
		_, err = c.Tell(ctx, user, m, "")
	}
	return err
}

// Pin implements bot.Talk.
func (c *Chat) Pin(ctx context.Context, message bot.MessageID) error {
	channel, ts, err := splitID(message)
	if err != nil {
		return err
	}
	err = c.API().AddPinContext(ctx, channel, slack.NewRefToMessage(channel, ts))
	if says(err, "already_pinned") {
		return nil
	}
	return fail("pin a message", err)
}
