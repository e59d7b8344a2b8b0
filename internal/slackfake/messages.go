package slackfake

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxText is how long a message may be; what is over is cut off without a word.
// maxUpdate is how long an updated one may be; that is refused.
//
// Source: API pages chat.postMessage (formatting: truncation at 40,000), chat.update
// (msg_too_long at 4,000).
const (
	maxText   = 40_000
	maxUpdate = 4_000
)

// messageJSON is a message as the API shows it.
//
// Source: event page "message"; API page conversations.history.
func (s *Server) messageJSON(ch *channel, m *message, me *user) obj {
	o := obj{"type": "message", "ts": m.TS, "text": m.Text, "team": s.TeamID}
	if m.User != "" {
		o["user"] = m.User
	}
	if m.Subtype != "" {
		o["subtype"] = m.Subtype
	}
	if m.BotID != "" {
		o["bot_id"], o["app_id"] = m.BotID, s.AppID
		o["bot_profile"] = obj{"id": m.BotID, "app_id": s.AppID, "name": "convenantbot", "team_id": s.TeamID, "deleted": false}
	}
	if len(m.Blocks) > 0 {
		o["blocks"] = m.Blocks
	}
	if len(m.Attachments) > 0 {
		o["attachments"] = m.Attachments
	}
	if len(m.Metadata) > 0 {
		o["metadata"] = m.Metadata
	}
	if m.Edited != "" {
		o["edited"] = obj{"user": m.User, "ts": m.Edited}
	}
	for k, v := range m.Extra {
		o[k] = v
	}
	if m.Thread != "" {
		o["thread_ts"] = m.Thread
		if root := ch.find(m.Thread); root != nil && root != m {
			o["parent_user_id"] = root.User
		}
	}
	answers, latest := 0, ""
	for _, other := range ch.Messages {
		if other != m && other.Thread == m.TS {
			answers, latest = answers+1, other.TS
		}
	}
	if answers > 0 {
		o["thread_ts"], o["reply_count"], o["latest_reply"], o["is_locked"] = m.TS, answers, latest, false
	}
	if len(m.Files) > 0 {
		files := []obj{}
		for _, id := range m.Files {
			files = append(files, s.fileJSON(s.files[id], me))
		}
		o["files"], o["upload"] = files, false
	}
	if slices.Contains(ch.Pins, m.TS) {
		o["pinned_to"] = []string{ch.ID}
	}
	return o
}

// say puts a message in a channel and tells of it. The lock is held.
//
// Source: event pages message.channels, message.groups, message.im, app_mention
// (not in direct messages).
func (s *Server) say(ch *channel, m *message) { s.sayAt(ch, m, s.ts()) }

func (s *Server) sayAt(ch *channel, m *message, ts string) {
	m.TS = ts
	ch.Messages = append(ch.Messages, m)
	e := s.messageJSON(ch, m, s.users[s.BotUser])
	e["channel"], e["channel_type"], e["event_ts"] = ch.ID, ch.channelType(), m.TS
	s.emit(ch, e)
	if m.BotID == "" && !m.note() && !ch.IM && strings.Contains(m.Text, "<@"+s.BotUser+">") {
		mention := obj{}
		for _, k := range []string{"user", "ts", "text", "team", "thread_ts", "blocks", "files", "channel", "event_ts"} {
			if v, ok := e[k]; ok {
				mention[k] = v
			}
		}
		mention["type"] = "app_mention"
		s.emit(ch, mention)
	}
}

// note says whether Slack itself wrote the message, about what happened.
func (m *message) note() bool {
	return strings.HasPrefix(m.Subtype, "channel_") || strings.HasPrefix(m.Subtype, "group_")
}

// content takes text and blocks out of the arguments and checks them.
func (c *call) content() (*message, error) {
	m := &message{Text: c.args["text"]}
	if md := c.args["markdown_text"]; md != "" {
		if m.Text != "" || c.args["blocks"] != "" {
			return nil, fail("markdown_text_conflict")
		}
		m.Text = md
	}
	var err error
	if m.Blocks, err = c.blocks("message", 50); err != nil {
		return nil, err
	}
	if a := c.args["attachments"]; a != "" && a != "[]" {
		var many []json.RawMessage
		if json.Unmarshal([]byte(a), &many) != nil {
			return nil, fail("invalid_attachments")
		}
		if len(many) > 100 {
			return nil, fail("too_many_attachments")
		}
		m.Attachments = json.RawMessage(a)
	}
	if meta := c.args["metadata"]; meta != "" {
		var md struct {
			Type    string                     `json:"event_type"`
			Payload map[string]json.RawMessage `json:"event_payload"`
		}
		if json.Unmarshal([]byte(meta), &md) != nil {
			return nil, fail("invalid_metadata_format")
		}
		if md.Type == "" || md.Payload == nil {
			return nil, fail("invalid_metadata_schema")
		}
		if len(meta) > 16<<10 {
			return nil, fail("metadata_too_large")
		}
		m.Metadata = json.RawMessage(meta)
	}
	if m.Text == "" && m.Blocks == nil && m.Attachments == nil {
		return nil, fail("no_text")
	}
	return m, nil
}

// writable is the conversation if the caller may post there. A person's id as the
// channel stands for the direct conversation with them.
//
// Source: API page chat.postMessage ("channel types": a user id posts to the App
// Home's direct message), help centre "Restrict who can post" (apps that are in the
// channel may).
func (c *call) writable() (*channel, error) {
	id := c.args["channel"]
	if u := c.users[id]; u != nil && c.tok.Kind == "bot" {
		if u.Deleted || !c.knows(u) || u.Bot {
			return nil, fail("channel_not_found")
		}
		ch, _ := c.direct(c.me.ID, id)
		return ch, nil
	}
	ch := c.channels[id]
	if ch == nil || !ch.sees(c.me) {
		return nil, fail("channel_not_found")
	}
	if ch.Archived {
		return nil, fail("is_archived")
	}
	if !ch.has(c.me.ID) && (c.tok.Kind != "bot" || c.need("chat:write.public") != nil) {
		return nil, fail("not_in_channel")
	}
	if why := ch.whyNotPost(c.me); why != "" {
		return nil, fail(why)
	}
	return ch, nil
}

// whyNotPost is why somebody may not post in a channel that they are in.
func (c *channel) whyNotPost(u *user) string {
	if c.PostingBy == "admin" && !u.Admin && !u.Owner && !u.Bot {
		return "restricted_action_read_only_channel"
	}
	return ""
}

var tsForm = regexp.MustCompile(`^\d{9,}\.\d{6}$`)

// chatPost says something. An answer to a message that is gone lands in the channel
// itself, without an error: only that its thread_ts is missing shows it.
//
// Source: API page chat.postMessage; slack-go issue 1571 (answers without their
// thread), jenkinsci/slack-plugin issue 584 (invalid_thread_ts).
func chatPost(c *call) (obj, error) {
	ch, err := c.writable()
	if err != nil {
		return nil, err
	}
	m, err := c.content()
	if err != nil {
		return nil, err
	}
	truncated := utf8.RuneCountInString(m.Text) > maxText
	if truncated {
		m.Text = string([]rune(m.Text)[:maxText])
	}
	if c.args["username"] != "" || c.args["icon_url"] != "" || c.args["icon_emoji"] != "" {
		if err := c.need("chat:write.customize"); err != nil {
			return nil, err
		}
		m.Extra = obj{"username": c.args["username"]}
	}
	if t := c.args["thread_ts"]; t != "" {
		if !tsForm.MatchString(t) {
			return nil, fail("invalid_thread_ts")
		}
		if root := ch.find(t); root != nil {
			if root.Thread != "" && root.Thread != root.TS {
				t = root.Thread // an answer to an answer lands in its thread
			}
			m.Thread, m.Broadcast = t, c.yes("reply_broadcast")
		}
	}
	m.User = c.me.ID
	if c.me.Bot {
		m.BotID = c.BotID
	}
	c.say(ch, m)
	o := obj{"channel": ch.ID, "ts": m.TS, "message": c.messageJSON(ch, m, c.me)}
	if truncated {
		o["warning"], o["response_metadata"] = "message_truncated", obj{"warnings": []string{"message_truncated"}}
	}
	return o, nil
}

// chatPostEphemeral shows something to one person. It stands in no history and can
// be neither updated nor deleted by its timestamp; who is away misses it.
//
// Source: API page chat.postEphemeral.
func chatPostEphemeral(c *call) (obj, error) {
	ch, err := c.writable()
	if err != nil {
		return nil, err
	}
	m, err := c.content()
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(m.Text) > maxText {
		return nil, fail("msg_too_long")
	}
	if u := c.users[c.args["user"]]; u == nil || u.Deleted || !ch.has(u.ID) {
		return nil, fail("user_not_in_channel")
	}
	w := whisper{TS: c.ts(), User: c.args["user"], Text: m.Text, Thread: c.args["thread_ts"], Blocks: m.Blocks}
	ch.whispers = append(ch.whispers, w)
	return obj{"message_ts": w.TS}, nil
}

// ownMessage is the message of the call, if the channel may be seen.
func (c *call) ownMessage() (*channel, *message, error) {
	id := c.args["channel"]
	ch := c.channels[id]
	if ch == nil || !ch.sees(c.me) {
		return nil, nil, fail("channel_not_found")
	}
	m := ch.find(c.args["ts"])
	if m == nil {
		return nil, nil, fail("message_not_found")
	}
	return ch, m, nil
}

// Source: API page chat.update (only one's own; not in archived channels).
func chatUpdate(c *call) (obj, error) {
	ch, m, err := c.ownMessage()
	if err != nil {
		return nil, err
	}
	if m.User != c.me.ID || m.note() {
		return nil, fail("cant_update_message")
	}
	if ch.Archived {
		return nil, fail("is_inactive")
	}
	next, err := c.content()
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(next.Text) > maxUpdate {
		return nil, fail("msg_too_long")
	}
	before := c.messageJSON(ch, m, c.me)
	if _, given := c.args["text"]; given || next.Blocks == nil {
		m.Text = next.Text
	}
	if c.args["blocks"] != "" || c.args["text"] != "" {
		m.Blocks = next.Blocks // text alone takes the blocks away
	}
	if next.Metadata != nil {
		m.Metadata = next.Metadata
	}
	if next.Attachments != nil || c.args["attachments"] == "[]" {
		m.Attachments = next.Attachments
	}
	if ids, given := c.args["file_ids"]; given {
		m.Files = list(ids)
	}
	if c.tok.Kind == "user" {
		m.Edited = c.ts()
	}
	c.tellChanged(ch, m, before)
	return obj{"channel": ch.ID, "ts": m.TS, "text": m.Text, "message": c.messageJSON(ch, m, c.me)}, nil
}

// tellChanged tells of a changed message.
//
// Source: event page message_changed.
func (s *Server) tellChanged(ch *channel, m *message, before obj) {
	s.emit(ch, obj{"type": "message", "subtype": "message_changed", "hidden": true, "channel": ch.ID, "channel_type": ch.channelType(),
		"ts": s.ts(), "message": s.messageJSON(ch, m, s.users[s.BotUser]), "previous_message": before})
}

// chatDelete removes a message: an app its own, an administrator's token anybody's
// where it can see the channel. Its files stay.
//
// Source: API page chat.delete.
func chatDelete(c *call) (obj, error) {
	ch, m, err := c.ownMessage()
	if err != nil {
		return nil, err
	}
	if m.User != c.me.ID && (c.tok.Kind == "bot" || !c.me.Admin && !c.me.Owner) {
		return nil, fail("cant_delete_message")
	}
	c.drop(ch, m)
	return obj{"channel": ch.ID, "ts": m.TS}, nil
}

// drop takes a message away and tells of it. Where a thread hangs below it, what
// is left is a tombstone.
//
// Source: event page message_deleted; message subtype "tombstone".
func (s *Server) drop(ch *channel, m *message) {
	before := s.messageJSON(ch, m, s.users[s.BotUser])
	threaded := slices.ContainsFunc(ch.Messages, func(o *message) bool { return o != m && o.Thread == m.TS })
	ch.Pins = slices.DeleteFunc(ch.Pins, func(ts string) bool { return ts == m.TS })
	for _, id := range m.Files {
		if f := s.files[id]; f != nil {
			f.Channels[ch.ID] = slices.DeleteFunc(f.Channels[ch.ID], func(ts string) bool { return ts == m.TS })
			if len(f.Channels[ch.ID]) == 0 {
				delete(f.Channels, ch.ID)
			}
		}
	}
	if threaded {
		m.User, m.BotID, m.Text, m.Subtype = "USLACKBOT", "", "This message was deleted.", "tombstone"
		m.Blocks, m.Attachments, m.Metadata, m.Files, m.Extra = nil, nil, nil, nil, obj{"hidden": true}
	} else {
		ch.Messages = slices.DeleteFunc(ch.Messages, func(o *message) bool { return o == m })
	}
	s.emit(ch, obj{"type": "message", "subtype": "message_deleted", "hidden": true, "channel": ch.ID, "channel_type": ch.channelType(),
		"ts": s.ts(), "deleted_ts": before["ts"], "previous_message": before})
}

// Source: API page chat.getPermalink.
func chatPermalink(c *call) (obj, error) {
	ch := c.channels[c.args["channel"]]
	if ch == nil || !ch.sees(c.me) {
		return nil, fail("channel_not_found")
	}
	m := ch.find(c.args["message_ts"])
	if m == nil {
		return nil, fail("message_not_found")
	}
	return obj{"channel": ch.ID, "permalink": c.URL() + "/archives/" + ch.ID + "/p" + strings.Replace(m.TS, ".", "", 1)}, nil
}
