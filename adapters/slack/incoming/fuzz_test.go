package incoming

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// fuzzed is a receiver whose only workspace is known, so that nothing is called.
func fuzzed(tb testing.TB) (*Receiver, *listener) {
	w := newWorld(tb, slackfake.Options{})
	if _, err := w.chat.Self(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return w.r, w.in
}

// wantTame checks what was handed to the bot: whatever came in, an event has a
// platform, a kind and an id that can stand in the store and in a log.
func wantTame(t *testing.T, in *listener) {
	t.Helper()
	for _, e := range in.all() {
		if bot.CheckName(e.Platform+":"+e.ID) != nil || e.Platform != slack.Name || e.Kind == "" {
			t.Fatalf("event = %+v", e)
		}
		if e.Kind == bot.Pressed && e.Ticket == "" || e.Kind == bot.Said && e.User == "" {
			t.Fatalf("event = %+v", e)
		}
	}
	in.mu.Lock()
	in.events, in.order = map[string]bot.Event{}, nil
	in.mu.Unlock()
}

func FuzzEvent(f *testing.F) {
	r, in := fuzzed(f)
	team := r.o.Workspaces[0].(*slack.Chat)
	self, err := team.Self(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	for _, event := range []string{
		`{"type":"message","channel_type":"im","channel":"D1","user":"U1","text":"<@U2> x &lt; <https://x.nl|y>","ts":"1.000001","thread_ts":"1.000000"}`,
		`{"type":"message","subtype":"message_changed","channel":"C1","channel_type":"group","message":{"user":"U1","text":"x","ts":"1.1","edited":{"ts":"2.1"}}}`,
		`{"type":"message","channel":"C1","channel_type":"group","user":"U1","files":[{"id":"F1","size":5}],"ts":"1.1"}`,
		`{"type":"message","subtype":"bot_message","channel":"C1","bot_id":"B1","text":"x","ts":"1.1","attachments":[{"text":"a","title_link":"https://x"}]}`,
		`{"type":"app_mention","channel":"C1","user":"U1","text":"<@` + string(self.User) + `> hoi","ts":"1.1"}`,
		`{"type":"member_joined_channel","user":"U1","channel":"C1","inviter":"U2"}`, `{"type":"group_rename","channel":{"id":"C1","name":"x"}}`,
		`{"type":"group_left","channel":"C1","actor_id":"U1"}`, `{"type":"tokens_revoked","tokens":{"oauth":["U1"]}}`, `{"type":"channel_shared","channel":"C1"}`, `{}`, `5`,
	} {
		f.Add([]byte(`{"type":"event_callback","team_id":"` + self.Team + `","event_id":"Ev1","event":` + event + `}`))
	}
	f.Add([]byte(`{"type":"url_verification","challenge":"x"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, h, err := decodeEvent(body)
		if err != nil || h.Type == "app_uninstalled" || h.Type == "tokens_revoked" || h.Type == "file_shared" || h.Type == "app_home_opened" {
			return // nothing comes of it, or Slack is asked
		}
		if e.Type == "event_callback" {
			e.Team = self.Team // what is of another one is left out, which is no test
			body, _ = json.Marshal(map[string]any{"type": e.Type, "team_id": e.Team, "event_id": e.ID, "event": e.Event})
		}
		_, _ = r.event(t.Context(), body)
		wantTame(t, in)
	})
}

func FuzzInteraction(f *testing.F) {
	r, in := fuzzed(f)
	self, err := r.o.Workspaces[0].Self(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	for _, p := range []string{
		`{"type":"block_actions","user":{"id":"U1"},"container":{"message_ts":"1.1","channel_id":"C1","thread_ts":"1.0"},"actions":[{"action_id":"ticket.0","value":"1.t.x","action_ts":"1.1"}]}`,
		`{"type":"block_actions","user":{"id":"U1"},"trigger_id":"t","actions":[{"action_id":"command.x","value":"casus mijn"}]}`,
		`{"type":"view_submission","user":{"id":"U1"},"view":{"id":"V1","callback_id":"convenantbot_form","private_metadata":"1.a|b.c","blocks":[{"type":"input","block_id":"field.a.b"}],"state":{"values":{"field.a.b":{"text":{"value":"x"}}}}}}`,
		`{"type":"view_submission","user":{"id":"U1"},"trigger_id":"t","view":{"callback_id":"convenantbot_pick","state":{"values":{"command":{"command":{"selected_option":{"value":"=casus fase"}}},"room":{"room":{"selected_conversation":"C1"}}}}}}`,
		`{"type":"block_suggestion","user":{"id":"U1"},"value":"fase"}`, `{"type":"message_action","user":{"id":"U1"},"trigger_id":"t","callback_id":"convenant_vraag","message":{"text":"<!x>"},"channel":{"id":"C1"}}`,
		`{"type":"view_closed","user":{"id":"U1"}}`,
	} {
		f.Add([]byte(p))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		var p map[string]any
		if json.Unmarshal(payload, &p) != nil {
			_, _ = r.interaction(t.Context(), payload)
			return
		}
		p["team"] = map[string]any{"id": self.Team}
		if p["type"] == "shortcut" || p["type"] == "message_action" {
			p["trigger_id"] = "" // nothing is opened at Slack
		}
		raw, err := json.Marshal(p)
		if err != nil {
			return
		}
		if q, err := decodeInteraction(raw); err == nil {
			for _, a := range q.Actions {
				if a.ID == "pick" {
					return
				}
			}
		}
		answer, err := r.interaction(t.Context(), raw)
		if err == nil && answer != nil {
			if _, err := json.Marshal(answer); err != nil {
				t.Fatalf("the answer cannot be sent: %v", err)
			}
		}
		wantTame(t, in)
	})
}

func FuzzCommand(f *testing.F) {
	r, in := fuzzed(f)
	self, err := r.o.Workspaces[0].Self(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	f.Add("command=%2Fcasus&text=fase+F3&user_id=U1&channel_id=C1&channel_name=privategroup&trigger_id=t")
	f.Add("command=%2Fconvenant&text=%3C%21channel%3E&user_id=U1&channel_id=D1&channel_name=directmessage&trigger_id=t")
	f.Add("")
	f.Fuzz(func(t *testing.T, body string) {
		v, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		v.Set("team_id", self.Team)
		_, _ = r.command(t.Context(), commandOf(v))
		wantTame(t, in)
	})
}
