package slackfake

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// found is an interactive element and its block.
type found struct {
	blockID string
	element map[string]any
	block   map[string]any
}

// elements lists the interactive elements of blocks.
func elements(raw json.RawMessage) []found {
	var many []map[string]any
	_ = json.Unmarshal(raw, &many)
	var out []found
	for _, b := range many {
		id, _ := b["block_id"].(string)
		add := func(v any) {
			if e, ok := v.(map[string]any); ok && e["action_id"] != nil {
				out = append(out, found{id, e, b})
			}
		}
		add(b["accessory"])
		add(b["element"])
		if list, ok := b["elements"].([]any); ok {
			for _, e := range list {
				add(e)
			}
		}
	}
	return out
}

func textOf(v any) string {
	m, _ := v.(map[string]any)
	s, _ := m["text"].(string)
	return s
}

// pick finds the element with this action id or label.
func pick(all []found, which string) (found, error) {
	for _, f := range all {
		if f.element["action_id"] == which || textOf(f.element["text"]) == which {
			return f, nil
		}
	}
	return found{}, fmt.Errorf("there is no %q here", which)
}

// action is the entry of a payload for something pressed or chosen.
func (s *Server) action(f found, value []string) (obj, error) {
	kind, _ := f.element["type"].(string)
	a := obj{"type": kind, "action_id": f.element["action_id"], "block_id": f.blockID, "action_ts": s.ts()}
	if kind == "button" {
		a["text"] = f.element["text"]
		for _, k := range []string{"value", "style", "url"} {
			if v, ok := f.element[k]; ok {
				a[k] = v
			}
		}
		return a, nil
	}
	state, err := s.state(f, value)
	if err != nil {
		return nil, err
	}
	for k, v := range state {
		a[k] = v
	}
	return a, nil
}

// state is an element's entry in a payload, with values filled in.
//
// Source: payload page view_submission ("state"); the elements' own pages.
func (s *Server) state(f found, values []string) (obj, error) {
	kind, _ := f.element["type"].(string)
	o := obj{"type": kind}
	one := ""
	if len(values) > 0 {
		one = values[0]
	}
	chosen := func() (any, error) {
		out := []any{}
		for _, v := range values {
			opt := optionOf(f.element, v)
			if opt == nil && strings.Contains(kind, "external") {
				opt = map[string]any{"text": map[string]any{"type": "plain_text", "text": v, "emoji": true}, "value": v}
			}
			if opt == nil {
				return nil, fmt.Errorf("%q is none of the choices", v)
			}
			out = append(out, opt)
		}
		return out, nil
	}
	switch kind {
	case "plain_text_input", "email_text_input", "url_text_input", "number_input":
		o["value"] = nil
		if one != "" {
			o["value"] = one
		}
	case "static_select", "external_select", "radio_buttons", "overflow":
		o["selected_option"] = nil
		if one != "" {
			all, err := chosen()
			if err != nil {
				return nil, err
			}
			o["selected_option"] = all.([]any)[0]
		}
	case "multi_static_select", "multi_external_select", "checkboxes":
		all, err := chosen()
		if err != nil {
			return nil, err
		}
		o["selected_options"] = all
	case "users_select", "conversations_select", "channels_select":
		key := "selected_" + strings.TrimSuffix(strings.TrimSuffix(kind, "s_select"), "s")
		o[key] = nil
		if one != "" {
			o[key] = one
		}
	case "multi_users_select", "multi_conversations_select", "multi_channels_select":
		o["selected_"+strings.TrimSuffix(strings.TrimPrefix(kind, "multi_"), "_select")] = append([]string{}, values...)
	case "datepicker":
		o["selected_date"] = nil
		if one != "" {
			if !dateForm.MatchString(one) {
				return nil, fmt.Errorf("%q is no date", one)
			}
			o["selected_date"] = one
		}
	case "timepicker":
		o["selected_time"] = nil
		if one != "" {
			o["selected_time"] = one
		}
	case "datetimepicker":
		o["selected_date_time"] = nil
		if one != "" {
			at, err := strconv.ParseInt(one, 10, 64)
			if err != nil {
				return nil, err
			}
			o["selected_date_time"] = at
		}
	case "file_input":
		files := []obj{}
		for _, id := range values {
			f := s.files[id]
			if f == nil {
				return nil, fmt.Errorf("%q is no file", id)
			}
			files = append(files, s.fileJSON(f, s.users[s.BotUser]))
		}
		o["files"] = files
	default:
		return nil, fmt.Errorf("the fake cannot fill in a %s", kind)
	}
	return o, nil
}

// optionOf finds a choice by its value or its text.
func optionOf(e map[string]any, v string) map[string]any {
	var all []any
	if many, ok := e["options"].([]any); ok {
		all = many
	}
	if groups, ok := e["option_groups"].([]any); ok {
		for _, g := range groups {
			if many, ok := g.(map[string]any)["options"].([]any); ok {
				all = append(all, many...)
			}
		}
	}
	for _, a := range all {
		if o, ok := a.(map[string]any); ok && (o["value"] == v || textOf(o["text"]) == v) {
			return o
		}
	}
	return nil
}

// initialOf is what is filled in before anybody touches an element.
func initialOf(e map[string]any) []string {
	var out []string
	text := func(k string) {
		if v, ok := e[k].(string); ok && v != "" {
			out = append(out, v)
		}
	}
	for _, k := range []string{"initial_value", "initial_date", "initial_time", "initial_user", "initial_channel", "initial_conversation"} {
		text(k)
	}
	if n, ok := e["initial_date_time"].(float64); ok {
		out = append(out, strconv.FormatInt(int64(n), 10))
	}
	if o, ok := e["initial_option"].(map[string]any); ok {
		out = append(out, fmt.Sprint(o["value"]))
	}
	for _, k := range []string{"initial_options", "initial_users", "initial_channels", "initial_conversations"} {
		many, _ := e[k].([]any)
		for _, v := range many {
			if o, ok := v.(map[string]any); ok {
				v = o["value"]
			}
			out = append(out, fmt.Sprint(v))
		}
	}
	return out
}

// fill makes the state of a view. The lock is held.
func (s *Server) fill(p *Person, all []found, values map[string][]string) (obj, error) {
	known := map[string]bool{}
	state := obj{}
	for _, f := range all {
		kind, _ := f.element["type"].(string)
		if kind == "button" || kind == "overflow" || kind == "workflow_button" {
			continue
		}
		action := fmt.Sprint(f.element["action_id"])
		known[action], known[f.blockID] = true, true
		v, given := values[action]
		if !given {
			v, given = values[f.blockID]
		}
		if !given {
			v = initialOf(f.element)
		}
		if err := s.allowed(p, f, v); err != nil {
			return nil, fmt.Errorf("%s: %w", action, err)
		}
		one, err := s.state(f, v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", action, err)
		}
		block, _ := state[f.blockID].(obj)
		if block == nil {
			block = obj{}
			state[f.blockID] = block
		}
		block[action] = one
	}
	for k := range values {
		if !known[k] {
			return nil, fmt.Errorf("the view has no %q", k)
		}
	}
	return state, nil
}

// allowed is what the client checks before it sends a form.
func (s *Server) allowed(p *Person, f found, v []string) error {
	optional, _ := f.block["optional"].(bool)
	if f.block["type"] == "input" && !optional && (len(v) == 0 || v[0] == "") {
		return errors.New("please complete this required field")
	}
	if n, ok := f.element["max_selected_items"].(float64); ok && len(v) > int(n) {
		return errors.New("too many are chosen")
	}
	if len(v) > 0 && f.element["type"] == "plain_text_input" {
		most := 3000
		if n, ok := f.element["max_length"].(float64); ok {
			most = int(n)
		}
		least, _ := f.element["min_length"].(float64)
		if n := runes(v[0]); n > most || n < int(least) {
			return errors.New("the text has the wrong length")
		}
	}
	if f.element["type"] != "file_input" {
		return nil
	}
	most := 10
	if n, ok := f.element["max_files"].(float64); ok {
		most = int(n)
	}
	if len(v) > most {
		return errors.New("too many files")
	}
	types, _ := f.element["filetypes"].([]any)
	for _, id := range v {
		one := s.files[id]
		if one == nil || one.User != p.ID {
			return errors.New("no such file")
		}
		if len(one.Data) > maxFormFile {
			return errors.New("the file is too large")
		}
		ext := strings.ToLower(strings.TrimPrefix(path.Ext(one.Name), "."))
		if len(types) > 0 && !slices.ContainsFunc(types, func(t any) bool { return strings.ToLower(fmt.Sprint(t)) == ext }) {
			return errors.New("this kind of file is not taken")
		}
		one.Channels["app"] = []string{} // the app sees what it was given
	}
	return nil
}
