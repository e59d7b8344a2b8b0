package incoming

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/bot"
)

// event takes in one event, or proves to Slack that the address is ours.
func (r *Receiver) event(ctx context.Context, body []byte) (any, error) {
	e, h, err := decodeEvent(body)
	switch {
	case err != nil:
		r.o.Count("event", "malformed")
		return nil, err
	case e.Type == "url_verification":
		if len(e.Challenge) > 1024 {
			return nil, errMalformed
		}
		return map[string]string{"challenge": e.Challenge}, nil
	case e.Type != "event_callback":
		r.o.Count("event", "ignored") // such as app_rate_limited
		return nil, nil
	}
	at, err := r.at(ctx, e.Team, e.Enterprise)
	if errors.Is(err, errStranger) {
		r.o.Count("event", "stranger")
		return nil, nil
	}
	if err == nil {
		err = r.happened(ctx, at, e, h)
	}
	switch {
	case errors.Is(err, errIgnored):
		r.o.Count("event", "ignored")
		return nil, nil
	case err != nil:
		r.o.Count("event", "failed")
		r.o.Log.Warn("an event could not be stored; Slack sends it again", "kind", kindOf(h.Type), "error", err)
		return nil, err
	}
	r.o.Count("event", "taken")
	return nil, nil
}

// errIgnored is about something that the bot has no part in.
var errIgnored = errors.New("nothing of ours")

// kindOf is the type of an event as it may stand in a log.
func kindOf(s string) string {
	if !plainID(s) {
		return "unknown"
	}
	return s
}

// changes are the events and messages that say that a channel itself was changed,
// under the code that all platforms have for it.
var changes = map[string]string{
	"channel_rename": "system_displayname_change", "group_rename": "system_displayname_change",
	"channel_name": "system_displayname_change", "group_name": "system_displayname_change",
	"channel_topic": "system_header_change", "group_topic": "system_header_change",
	"channel_purpose": "system_purpose_change", "group_purpose": "system_purpose_change",
	"channel_archive": "system_channel_deleted", "group_archive": "system_channel_deleted",
	"channel_deleted": "system_channel_deleted", "group_deleted": "system_channel_deleted",
	"channel_unarchive": "system_channel_restored", "group_unarchive": "system_channel_restored",
	"channel_convert_to_public": "system_convert_channel", "channel_shared": "system_convert_channel",
	"channel_convert_to_private": "system_convert_channel", "channel_unshared": "system_convert_channel",
}

// happened hands what happened to the bot.
func (r *Receiver) happened(ctx context.Context, at place, env envelope, h happening) error {
	one := bot.Event{ID: env.ID, Platform: at.Name(), User: bot.UserID(h.User), Channel: bot.ChannelID(h.Channel), Self: string(h.User) == string(at.self.User)}
	switch h.Type {
	case "message", "app_mention":
		return r.message(ctx, at, h)
	case "member_joined_channel", "member_left_channel":
		one.Kind = bot.Joined
		if h.Type == "member_left_channel" {
			one.Kind = bot.Left
			if h.User != "" && h.User != id(at.self.User) {
				r.besides(func(ctx context.Context) { r.hideHome(ctx, at, bot.UserID(h.User)) })
			}
			// Who was put out of a room that is archived did not leave it.
			if e, ok := at.Workspace.(interface {
				Emptied(ctx context.Context, room bot.ChannelID) (bool, error)
			}); ok {
				emptied, err := e.Emptied(ctx, one.Channel)
				if err != nil {
					return err
				}
				if emptied {
					return errIgnored
				}
			}
		}
		if h.Inviter != h.User {
			one.By = bot.UserID(h.Inviter)
		}
	case "channel_left", "group_left":
		one.Kind, one.User, one.Self, one.By = bot.Left, at.self.User, true, bot.UserID(h.Actor)
	case "file_shared":
		return r.shared(ctx, at, h)
	case "app_home_opened":
		if h.Tab == "home" && h.User != "" {
			r.besides(func(ctx context.Context) { r.showHome(ctx, at, string(h.User)) })
		}
		return nil
	case "app_uninstalled":
		return r.revoke(ctx, at.Workspace)
	case "tokens_revoked":
		if len(h.Tokens.Bot) > 0 {
			return r.revoke(ctx, at.Workspace)
		}
		r.o.Log.Warn("a token of a person was revoked", "platform", at.Name())
		return nil
	default:
		code := changes[h.Type]
		if code == "" {
			return errIgnored
		}
		one.Kind, one.Text = bot.Changed, code
	}
	if !plainID(string(one.Channel)) || one.Kind != bot.Changed && one.User == "" {
		return errIgnored
	}
	return r.store(ctx, one)
}

// speaks are the subtypes of a message in which somebody says something.
var speaks = map[string]bool{"": true, "file_share": true, "thread_broadcast": true, "me_message": true, "bot_message": true}

// message takes what somebody said: to the bot, which answers it, or in a
// channel, where what should not stand there is taken away again.
func (r *Receiver) message(ctx context.Context, at place, h happening) error {
	m, edited := h, ""
	if h.Subtype == "message_changed" && h.Message != nil {
		m = *h.Message
		m.Channel, m.ChannelType = h.Channel, h.ChannelType
		if m.Edited == nil {
			return errIgnored // a link that Slack unfolded, or a reply that was counted
		}
		if !plainTS(m.Edited.TS) {
			return errIgnored
		}
		edited = "." + m.Edited.TS
	}
	ours := m.BotID != "" && m.BotID == at.self.Bot || bot.UserID(m.User) == at.self.User
	switch {
	case m.Channel == "" || !plainID(string(m.Channel)) || !plainTS(m.TS):
		return errIgnored
	case ours:
		return errIgnored
	case changes[m.Subtype] != "":
		return r.store(ctx, bot.Event{ID: "n-" + string(m.Channel) + "-" + m.TS, Platform: at.Name(), Kind: bot.Changed, User: bot.UserID(m.User),
			Channel: bot.ChannelID(m.Channel), Message: slack.MessageID(bot.ChannelID(m.Channel), m.TS), Text: changes[m.Subtype]})
	case !speaks[m.Subtype]:
		return errIgnored
	}
	channel := bot.ChannelID(m.Channel)
	e := bot.Event{Platform: at.Name(), User: bot.UserID(m.User), Channel: channel, Message: slack.MessageID(channel, m.TS), Files: files(m.Files)}
	if m.ThreadTS != "" && m.ThreadTS != m.TS && plainTS(m.ThreadTS) {
		e.Thread = slack.MessageID(channel, m.ThreadTS)
	}
	e.Direct = m.ChannelType == "im" || strings.HasPrefix(string(m.Channel), "D")
	if h.Type == "app_mention" || e.Direct {
		// A mention comes as a message too, and a direct message sometimes as two:
		// the channel and the time make them one.
		e.ID, e.Kind, e.Text = "m-"+string(channel)+"-"+m.TS, bot.Said, plain(unmention(m.Text, string(at.self.User)))
		if edited != "" || m.BotID != "" || m.User == "" || e.Text == "" && len(e.Files) == 0 {
			return errIgnored // what was said once is answered once, and programs talk to themselves
		}
		return r.store(ctx, e)
	}
	if m.ChannelType == "mpim" {
		return errIgnored // no room of ours
	}
	if e.User == "" {
		e.User = bot.UserID(m.BotID)
	}
	return r.stands(ctx, e, m, edited)
}

// stands looks whether what stands in a channel may stand there. Slack shows it
// before anybody is asked, so that it can only be taken away.
func (r *Receiver) stands(ctx context.Context, e bot.Event, m happening, edited string) error {
	e.ID, e.Kind = "x-"+string(m.Channel)+"-"+m.TS+edited, bot.Slipped
	if len(m.Files) > 0 {
		if edited != "" {
			return errIgnored // an edit brings no file
		}
		return r.store(ctx, e)
	}
	sweeper, ok := r.o.In.(bot.Sweeper)
	if !ok {
		return errIgnored
	}
	text := plain(m.Text)
	for _, a := range m.Attachments {
		for _, more := range []string{a.Text, a.Fallback, a.Title, a.TitleLink, a.FromURL} {
			if more != "" && !strings.Contains(text, more) {
				text += "\n" + plain(more)
			}
		}
	}
	if strings.TrimSpace(text) == "" {
		return errIgnored
	}
	ctx, cancel := context.WithTimeout(ctx, storeTerm)
	defer cancel()
	a, err := sweeper.Swept(ctx, bot.Posting{Platform: e.Platform, Channel: e.Channel, User: e.User, Thread: e.Thread, Text: text, At: r.o.Now(), Protected: true})
	switch {
	case err != nil:
		return fmt.Errorf("slack: judge a message: %w", err)
	case a.Allow:
		return nil
	}
	return r.store(ctx, e)
}

func files(in []file) []bot.PlatformFile {
	var out []bot.PlatformFile
	for _, f := range in {
		if plainID(f.ID) {
			out = append(out, bot.PlatformFile{ID: f.ID, Size: f.Size})
		}
	}
	return out
}

// shared takes a file that somebody put into a channel in another way than with a
// message that we hear of. Where it stands only Slack can tell.
func (r *Receiver) shared(ctx context.Context, at place, h happening) error {
	if bot.UserID(h.UserID) == at.self.User || !plainID(h.FileID) || !plainID(h.ChannelID) || strings.HasPrefix(h.ChannelID, "D") {
		return errIgnored
	}
	ctx, cancel := context.WithTimeout(ctx, storeTerm)
	defer cancel()
	info, _, _, err := at.API().GetFileInfoContext(ctx, h.FileID, 1, 1)
	if err != nil {
		var said slackgo.SlackErrorResponse
		if errors.As(err, &said) && (said.Err == "file_not_found" || said.Err == "file_deleted") {
			return errIgnored // it is gone already
		}
		return fmt.Errorf("slack: where a file stands: %w", errors.Join(bot.ErrUnavailable, err))
	}
	for _, in := range []map[string][]slackgo.ShareFileInfo{info.Shares.Private, info.Shares.Public} {
		for _, s := range in[h.ChannelID] {
			if !plainTS(s.Ts) {
				continue
			}
			e := bot.Event{Platform: at.Name(), Kind: bot.Slipped, User: bot.UserID(h.UserID), Channel: bot.ChannelID(h.ChannelID),
				ID: "x-" + h.ChannelID + "-" + s.Ts, Message: slack.MessageID(bot.ChannelID(h.ChannelID), s.Ts), Files: files([]file{{ID: h.FileID, Size: int64(info.Size)}})}
			if err := r.store(ctx, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// pause waits, and reports whether the context is still good.
func (r *Receiver) pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-r.o.After(d):
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
