package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/internal/bridge"
)

// The paths below the plugin's own address.
const (
	pathForm   = "/form"
	pathButton = "/button"
	pathAlive  = "/alive"
)

// maxForm is the largest form that is read, in bytes.
const maxForm = 1 << 20

// submitted handles a form that a person sent. The server sets the header after
// it has authenticated the person; everything else comes from their client.
func (p *Plugin) submitted(w http.ResponseWriter, r *http.Request) {
	user := r.Header.Get("Mattermost-User-Id")
	if user == "" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var req model.SubmitDialogRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxForm)).Decode(&req); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if req.UserId != "" && req.UserId != user {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	if req.Cancelled {
		writeJSON(w, model.SubmitDialogResponse{})
		return
	}
	ticket, many, _ := strings.Cut(req.State, "|")
	s := bridge.Submission{Ticket: ticket, User: user, Channel: req.ChannelId, Values: values(req.Submission, strings.Split(many, ","))}
	ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
	defer cancel()
	a, err := bridge.BotSubmit.Do(ctx, p.caller, s)
	if err != nil {
		writeJSON(w, model.SubmitDialogResponse{Error: textFormAway})
		return
	}
	out := model.SubmitDialogResponse{}
	for field, text := range a.Errors {
		if field == "" {
			out.Error = text
			continue
		}
		if out.Errors == nil {
			out.Errors = map[string]string{}
		}
		out.Errors[field] = text
	}
	if len(a.Next) > 0 {
		var next model.OpenDialogRequest
		if err := json.Unmarshal(a.Next, &next); err != nil {
			writeJSON(w, model.SubmitDialogResponse{Error: texts.Broken})
			return
		}
		out.Type, out.Form = string(model.SubmitDialogResponseTypeForm), &next.Dialog
	}
	if a.Text != "" {
		p.API.SendEphemeralPost(user, &model.Post{UserId: p.self(), ChannelId: req.ChannelId, Message: a.Text})
	}
	writeJSON(w, out)
}

// values brings what clients send into one shape. A field of which several can
// be chosen comes as a list from some clients and with commas from others.
func values(in map[string]any, many []string) map[string][]string {
	several := map[string]bool{}
	for _, name := range many {
		several[name] = true
	}
	out := map[string][]string{}
	var add func(name string, v any)
	add = func(name string, v any) {
		switch v := v.(type) {
		case nil:
		case []any:
			for _, one := range v {
				add(name, one)
			}
		case map[string]any:
			add(name, v["value"])
		case bool:
			out[name] = append(out[name], strconv.FormatBool(v))
		case float64:
			out[name] = append(out[name], strconv.FormatFloat(v, 'f', -1, 64))
		case string:
			parts := []string{v}
			if several[name] {
				parts = strings.Split(v, ",")
			}
			for _, part := range parts {
				if strings.TrimSpace(part) != "" {
					out[name] = append(out[name], part)
				}
			}
		default:
			out[name] = append(out[name], fmt.Sprint(v))
		}
	}
	for name, v := range in {
		add(name, v)
	}
	return out
}

// pressed handles a button of ours.
func (p *Plugin) pressed(w http.ResponseWriter, r *http.Request) {
	user := r.Header.Get("Mattermost-User-Id")
	if user == "" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var req model.PostActionIntegrationRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxForm)).Decode(&req); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	ticket, _ := req.Context["ticket"].(string)
	if req.UserId != user || ticket == "" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	e := bridge.Event{
		ID: model.NewId(), Kind: bridge.Pressed, At: model.GetMillis(), User: user, Channel: req.ChannelId,
		Message: req.PostId, Trigger: req.TriggerId, Ticket: ticket,
	}
	if ch, appErr := p.API.GetChannel(req.ChannelId); appErr == nil && ch != nil && ch.Type == model.ChannelTypeDirect {
		e.Direct = ch.GetOtherUserIdForDM(user) == p.self()
	}
	if post, appErr := p.API.GetPost(req.PostId); appErr == nil && post != nil {
		e.Thread = post.RootId
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	if _, err := bridge.BotEvent.Do(ctx, p.caller, e); err != nil {
		writeJSON(w, model.PostActionIntegrationResponse{EphemeralText: textCommandAway})
		return
	}
	writeJSON(w, model.PostActionIntegrationResponse{})
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
