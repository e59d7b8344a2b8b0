package incoming

import (
	"encoding/json"
	"strings"

	"github.com/convenantbot/convenantbot/adapters/slack/blocks"
)

// envelope is what an event comes in.
type envelope struct {
	Type       string          `json:"type"`
	Challenge  string          `json:"challenge"`
	Team       string          `json:"team_id"`
	Enterprise string          `json:"enterprise_id"`
	ID         string          `json:"event_id"`
	Event      json.RawMessage `json:"event"`
}

// id is an id that Slack writes as a string in some events and as an object in
// others.
type id string

func (i *id) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '{' {
		var o struct {
			ID string `json:"id"`
		}
		err := json.Unmarshal(raw, &o)
		*i = id(o.ID)
		return err
	}
	var s *string
	err := json.Unmarshal(raw, &s)
	if s != nil {
		*i = id(*s)
	}
	return err
}

// file is a file as events name it.
type file struct {
	ID   string `json:"id"`
	Size int64  `json:"size"`
}

// happening is the event itself: the parts of all events that we look at.
type happening struct {
	Type        string     `json:"type"`
	Subtype     string     `json:"subtype"`
	User        id         `json:"user"`
	BotID       string     `json:"bot_id"`
	Text        string     `json:"text"`
	TS          string     `json:"ts"`
	ThreadTS    string     `json:"thread_ts"`
	EventTS     string     `json:"event_ts"`
	Channel     id         `json:"channel"`
	ChannelType string     `json:"channel_type"`
	Inviter     id         `json:"inviter"`
	Actor       id         `json:"actor_id"`
	FileID      string     `json:"file_id"`
	UserID      string     `json:"user_id"`
	ChannelID   string     `json:"channel_id"`
	Tab         string     `json:"tab"`
	Files       []file     `json:"files"`
	Message     *happening `json:"message"`
	Edited      *struct {
		TS string `json:"ts"`
	} `json:"edited"`
	Attachments []struct {
		Text      string `json:"text"`
		Fallback  string `json:"fallback"`
		Title     string `json:"title"`
		TitleLink string `json:"title_link"`
		FromURL   string `json:"from_url"`
	} `json:"attachments"`
	Tokens struct {
		Bot []string `json:"bot"`
	} `json:"tokens"`
}

// decodeEvent reads an event. What is no JSON, or says not what it is, is
// errMalformed.
func decodeEvent(body []byte) (envelope, happening, error) {
	var e envelope
	var h happening
	if json.Unmarshal(body, &e) != nil || e.Type == "" {
		return e, h, errMalformed
	}
	if e.Type != "event_callback" {
		return e, h, nil
	}
	if json.Unmarshal(e.Event, &h) != nil || h.Type == "" || e.ID == "" || len(e.ID) > 64 || !plainID(e.ID) {
		return e, h, errMalformed
	}
	return e, h, nil
}

// plainID reports whether s is made of the characters that Slack's ids and times
// are made of. They become part of ids of ours.
func plainID(s string) bool {
	return s != "" && len(s) <= 64 && strings.IndexFunc(s, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '_' && r != '-'
	}) < 0
}

// plainTS reports whether s is a time as Slack writes those of messages: seconds
// with a fraction.
func plainTS(s string) bool {
	seconds, fraction, ok := strings.Cut(s, ".")
	digits := func(s string) bool {
		return s != "" && len(s) <= 12 && strings.Trim(s, "0123456789") == ""
	}
	return ok && digits(seconds) && digits(fraction)
}

// interaction is a button, a form, a shortcut or a question for options.
type interaction struct {
	Type     string `json:"type"`
	Callback string `json:"callback_id"`
	Trigger  string `json:"trigger_id"`
	Team     struct {
		ID string `json:"id"`
	} `json:"team"`
	Enterprise struct {
		ID string `json:"id"`
	} `json:"enterprise"`
	User struct {
		ID   string `json:"id"`
		Team string `json:"team_id"`
	} `json:"user"`
	Channel struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"channel"`
	Container struct {
		Type     string `json:"type"`
		Message  string `json:"message_ts"`
		Channel  string `json:"channel_id"`
		Thread   string `json:"thread_ts"`
		Ephemral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Message struct {
		TS       string `json:"ts"`
		ThreadTS string `json:"thread_ts"`
		Text     string `json:"text"`
	} `json:"message"`
	MessageTS string `json:"message_ts"`
	Actions   []struct {
		ID    string `json:"action_id"`
		Type  string `json:"type"`
		Value string `json:"value"`
		TS    string `json:"action_ts"`
	} `json:"actions"`
	View struct {
		ID   string `json:"id"`
		Hash string `json:"hash"`
		Type string `json:"type"`
		blocks.Asked
		State struct {
			Values blocks.State `json:"values"`
		} `json:"state"`
	} `json:"view"`
	ActionID string `json:"action_id"` // of a question for options
	Value    string `json:"value"`     // what was typed so far
}

// decodeInteraction reads an interaction.
func decodeInteraction(payload []byte) (interaction, error) {
	var p interaction
	if json.Unmarshal(payload, &p) != nil || p.Type == "" || p.User.ID == "" {
		return p, errMalformed
	}
	return p, nil
}
