package slackfake

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A response address can be used five times in half an hour.
//
// Source: page "Handling user interaction" ("Message responses").
const (
	replyUses = 5
	replyLife = 30 * time.Minute
)

// replyAddress is a response_url.
type replyAddress struct {
	channel, user, message string // message: the one that was acted on
	ephemeral              bool   // it was
	uses                   int
	at                     time.Time
}

// ErrNoAnswer is what a person sees when the app did not acknowledge in time.
var ErrNoAnswer = errors.New("the app did not answer in time")

func (s *Server) newReply(kind string, r *replyAddress) string {
	r.at = s.Clock.Now()
	key := secret()
	s.replies[key] = r
	return s.URL() + "/" + kind + "/" + s.TeamID + "/" + key
}

// ask hands a command or an interaction to the app and returns its answer.
func (s *Server) ask(kind, which string, payload obj) ([]byte, error) {
	d := Delivery{Kind: "interactive", Type: fmt.Sprint(payload["type"])}
	if kind == "slash_commands" {
		d.Kind, d.Type = "command", fmt.Sprint(payload["command"])
	}
	began := s.Clock.Now()
	var reason string
	if s.opts.SocketMode {
		d.Body, reason = s.overSocket(kind, payload, 0, "")
	} else {
		s.mu.Lock()
		to := s.requests[which]
		s.mu.Unlock()
		if to == "" {
			return nil, fmt.Errorf("no request address for %s", which)
		}
		form := url.Values{}
		if kind == "slash_commands" {
			for k, v := range payload {
				form.Set(k, fmt.Sprint(v))
			}
		} else {
			raw, _ := json.Marshal(payload)
			form.Set("payload", string(raw))
		}
		d.Status, _, d.Body, reason = s.send(to, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, []byte(form.Encode()))
	}
	d.Accepted, d.Took = reason == "", s.Clock.Now().Sub(began)
	s.mu.Lock()
	s.dispatch = append(s.dispatch, d)
	s.touch()
	s.mu.Unlock()
	if reason != "" {
		return nil, fmt.Errorf("%w: %s", ErrNoAnswer, reason)
	}
	return d.Body, nil
}

// answered is what an app can say to a command or an action.
type answered struct {
	Text            string            `json:"text"`
	Blocks          json.RawMessage   `json:"blocks"`
	ResponseType    string            `json:"response_type"`
	ReplaceOriginal *bool             `json:"replace_original"`
	DeleteOriginal  bool              `json:"delete_original"`
	Thread          string            `json:"thread_ts"`
	Attachments     []json.RawMessage `json:"attachments"`
}

// reply takes what an app sends to a response address. Of a used one it says so.
//
// Source: page "Handling user interaction" (response_type, replace_original,
// delete_original; only for the message that was acted on).
func (s *Server) reply(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	var a answered
	if err != nil || json.Unmarshal(raw, &a) != nil {
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	to := s.replies[key]
	switch {
	case to == nil:
		http.Error(w, "no_service", http.StatusNotFound)
		return
	case s.Clock.Now().Sub(to.at) > replyLife:
		writeJSON(w, http.StatusNotFound, obj{"ok": false, "error": "expired_url"})
		return
	case to.uses >= replyUses:
		writeJSON(w, http.StatusNotFound, obj{"ok": false, "error": "used_url"})
		return
	}
	if len(a.Blocks) > 0 {
		var many []json.RawMessage
		var k checker
		if json.Unmarshal(a.Blocks, &many) != nil {
			http.Error(w, "invalid_blocks_format", http.StatusBadRequest)
			return
		}
		if k.blocks("/blocks", many, "message", 50); len(k.problems) > 0 {
			http.Error(w, "invalid_blocks", http.StatusBadRequest)
			return
		}
		a.Blocks = fillIDs(a.Blocks)
	}
	if a.Text == "" && len(a.Blocks) == 0 && !a.DeleteOriginal {
		http.Error(w, "no_text", http.StatusBadRequest)
		return
	}
	to.uses++
	s.answer(to, a)
	s.touch()
	_, _ = w.Write([]byte("ok"))
}

// answer does what an app said. The lock is held.
func (s *Server) answer(to *replyAddress, a answered) {
	ch := s.channels[to.channel]
	if ch == nil {
		return
	}
	replace := to.message != "" && a.ReplaceOriginal != nil && *a.ReplaceOriginal
	if to.message != "" && (replace || a.DeleteOriginal) {
		if to.ephemeral {
			for i := range ch.whispers {
				if ch.whispers[i].TS == to.message {
					if a.DeleteOriginal {
						ch.whispers = append(ch.whispers[:i], ch.whispers[i+1:]...)
					} else {
						ch.whispers[i].Text, ch.whispers[i].Blocks = a.Text, a.Blocks
					}
					return
				}
			}
			return
		}
		m := ch.find(to.message)
		switch {
		case m == nil || m.User != s.BotUser:
		case a.DeleteOriginal:
			s.drop(ch, m)
		default:
			before := s.messageJSON(ch, m, s.users[s.BotUser])
			m.Text, m.Blocks = a.Text, a.Blocks
			s.tellChanged(ch, m, before)
		}
		return
	}
	if a.ResponseType == "in_channel" {
		s.say(ch, &message{User: s.BotUser, BotID: s.BotID, Text: a.Text, Blocks: a.Blocks, Thread: a.Thread})
		return
	}
	ch.whispers = append(ch.whispers, whisper{TS: s.ts(), User: to.user, Text: a.Text, Blocks: a.Blocks, Thread: a.Thread})
}

// fillIDs gives blocks and their elements the identifiers that the app left out.
func fillIDs(raw json.RawMessage) json.RawMessage {
	var many []obj
	if len(raw) == 0 || json.Unmarshal(raw, &many) != nil {
		return raw
	}
	fill := func(v any) {
		if e, ok := v.(map[string]any); ok && e["action_id"] == nil {
			if kind, _ := e["type"].(string); places[kind] != "" && kind != "image" && kind != "mrkdwn" && kind != "plain_text" {
				e["action_id"] = secret()[:5]
			}
		}
	}
	for _, b := range many {
		if b["block_id"] == nil || b["block_id"] == "" {
			b["block_id"] = secret()[:5]
		}
		fill(b["accessory"])
		fill(b["element"])
		if list, ok := b["elements"].([]any); ok && b["type"] == "actions" {
			for _, e := range list {
				fill(e)
			}
		}
	}
	out, _ := json.Marshal(many)
	return out
}
