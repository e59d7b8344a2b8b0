package incoming

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"strings"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

// command is a slash command as Slack sends it.
type command struct {
	Command     string `json:"command"`
	Text        string `json:"text"`
	User        string `json:"user_id"`
	Channel     string `json:"channel_id"`
	ChannelName string `json:"channel_name"`
	Team        string `json:"team_id"`
	Enterprise  string `json:"enterprise_id"`
	Trigger     string `json:"trigger_id"`
}

func commandOf(v url.Values) command {
	return command{v.Get("command"), v.Get("text"), v.Get("user_id"), v.Get("channel_id"), v.Get("channel_name"), v.Get("team_id"), v.Get("enterprise_id"), v.Get("trigger_id")}
}

// known are the names of our commands.
var known = func() map[string]bool {
	all := map[string]bool{}
	for _, s := range bot.Suggestions() {
		all[s.Command] = true
	}
	return all
}()

// command takes in a slash command. It is not kept for later: whoever typed it
// must know now whether it arrived, so a failure is an answer.
func (r *Receiver) command(ctx context.Context, c command) (any, error) {
	if c.User == "" || c.Command == "" || c.Trigger == "" {
		r.o.Count("command", "malformed")
		return nil, errMalformed
	}
	at, err := r.at(ctx, c.Team, c.Enterprise)
	if errors.Is(err, errStranger) {
		r.o.Count("command", "stranger")
		return nil, nil
	}
	name := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(c.Command), "/"))
	if err == nil && !known[name] {
		r.o.Count("command", "unknown")
		return ephemeral(text.ViewUnknown), nil
	}
	if err == nil {
		err = r.commanded(ctx, at, name, plain(c.Text), c.User, where(c.Channel, c.ChannelName), c.Trigger)
	}
	if err != nil {
		r.o.Count("command", "failed")
		r.o.Log.Warn("a command could not be stored", "error", err)
		return ephemeral(text.ViewAway), nil
	}
	r.o.Count("command", "taken")
	return nil, nil
}

// where is the channel in which somebody did something. A conversation of two is
// none: it can be one with another person, in which the bot cannot answer. What
// was asked there is answered in the direct conversation with the bot.
func where(channel, name string) bot.ChannelID {
	if name == "directmessage" || strings.HasPrefix(channel, "D") || !plainID(channel) {
		return ""
	}
	return bot.ChannelID(channel)
}

// commanded hands a command to the bot.
func (r *Receiver) commanded(ctx context.Context, at place, name, words, user string, channel bot.ChannelID, trigger string) error {
	e := bot.Event{ID: "c-" + short(trigger), Platform: at.Name(), Kind: bot.Command, User: bot.UserID(user), Channel: channel,
		Name: name, Text: strings.TrimSpace(words), Trigger: slack.TriggerOf(trigger, "", channel)}
	if err := r.store(ctx, e); err != nil {
		return err
	}
	r.expectForm(at, e, trigger)
	return nil
}

// short stands for something that should not be kept as it is, such as what lets a
// view be opened.
func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:16])
}
