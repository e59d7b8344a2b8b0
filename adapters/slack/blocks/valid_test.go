package blocks

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"
)

// complaints checks a view or message as JSON against Block Kit's own rules,
// written down anew so that the code and its test can disagree.
func complaints(v any) []string {
	raw, err := json.Marshal(v)
	if err != nil {
		return []string{err.Error()}
	}
	var tree map[string]any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return []string{err.Error()}
	}
	var c checker
	most := 50
	if kind, _ := tree["type"].(string); kind == "modal" || kind == "home" {
		most = 100
		if kind == "modal" {
			c.text(tree["title"], "plain_text", 1, 24, "title")
			for _, part := range []string{"submit", "close"} {
				if tree[part] != nil {
					c.text(tree[part], "plain_text", 1, 24, part)
				}
			}
		}
		if s, _ := tree["private_metadata"].(string); size(s) > 3000 {
			c.say("private metadata of %d", size(s))
		}
	}
	list, _ := tree["blocks"].([]any)
	if len(list) > most || len(list) == 0 {
		c.say("%d blocks", len(list))
	}
	ids, inputs := map[string]bool{}, 0
	for _, one := range list {
		b := one.(map[string]any)
		id, _ := b["block_id"].(string)
		if id != "" && ids[id] || size(id) > 255 {
			c.say("block id %q", id)
		}
		ids[id] = true
		if b["type"] == "input" {
			inputs++
		}
		c.block(b)
	}
	if inputs > 0 && tree["type"] == "modal" && tree["submit"] == nil {
		c.say("inputs without a button")
	}
	return c.all
}

type checker struct{ all []string }

func (c *checker) say(format string, args ...any) {
	c.all = append(c.all, fmt.Sprintf(format, args...))
}

func size(s string) int { return len(utf16.Encode([]rune(s))) }

func (c *checker) text(v any, kind string, least, most int, where string) {
	t, _ := v.(map[string]any)
	s, _ := t["text"].(string)
	if t["type"] != kind || size(s) < least || size(s) > most {
		c.say("%s: %v of %d characters, want %s of %d to %d", where, t["type"], size(s), kind, least, most)
	}
	if kind == "plain_text" && t["verbatim"] != nil {
		c.say("%s: verbatim on plain text", where)
	}
	if kind == "mrkdwn" {
		for _, wrong := range injected(s) {
			c.say("%s: %s", where, wrong)
		}
		if strings.TrimSpace(s) == "" {
			c.say("%s: blank", where)
		}
	}
}

var anchors = regexp.MustCompile(`^<(https?://[^\s<>|]+|mailto:[^\s<>|]+)(\|[^<>|\n]+)?>`)

// injected lists what Slack would read as a command in a text in mrkdwn: every
// "<" begins a link to the web or for mail, every "&" is one of three names.
func injected(s string) (wrong []string) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '<':
			m := anchors.FindString(s[i:])
			if m == "" {
				wrong = append(wrong, fmt.Sprintf("%.40q is no link", s[i:]))
				return wrong
			}
			for _, part := range []string{"<!", "<@", "<#"} {
				if strings.HasPrefix(m, part) {
					wrong = append(wrong, m)
				}
			}
			i += len(m) - 1
		case '&':
			if rest := s[i:]; !strings.HasPrefix(rest, "&amp;") && !strings.HasPrefix(rest, "&lt;") && !strings.HasPrefix(rest, "&gt;") {
				wrong = append(wrong, fmt.Sprintf("%.20q is no name of a character", rest))
			}
		}
	}
	return wrong
}

func (c *checker) block(b map[string]any) {
	switch b["type"] {
	case "section":
		c.text(b["text"], "mrkdwn", 1, 3000, "section")
	case "header":
		c.text(b["text"], "plain_text", 1, 150, "header")
	case "divider":
	case "actions":
		elements, _ := b["elements"].([]any)
		if len(elements) == 0 || len(elements) > 25 {
			c.say("%d elements in a row", len(elements))
		}
		seen := map[any]bool{}
		for _, e := range elements {
			e := e.(map[string]any)
			if seen[e["action_id"]] {
				c.say("action id %v twice", e["action_id"])
			}
			seen[e["action_id"]] = true
			c.element(e)
		}
	case "input":
		c.text(b["label"], "plain_text", 1, 2000, "label")
		if b["hint"] != nil {
			c.text(b["hint"], "plain_text", 1, 2000, "hint")
		}
		e, _ := b["element"].(map[string]any)
		c.element(e)
	default:
		c.say("a block of type %v", b["type"])
	}
}

func (c *checker) options(v any, where string) (values map[string]bool) {
	values = map[string]bool{}
	list, _ := v.([]any)
	if len(list) == 0 || len(list) > 100 {
		c.say("%s: %d options", where, len(list))
	}
	for _, o := range list {
		o := o.(map[string]any)
		c.text(o["text"], "plain_text", 1, 75, where)
		if o["description"] != nil {
			c.text(o["description"], "plain_text", 1, 75, where)
		}
		s, _ := o["value"].(string)
		if s == "" || size(s) > 150 || values[s] {
			c.say("%s: value %q", where, s)
		}
		values[s] = true
	}
	return values
}

func (c *checker) element(e map[string]any) {
	id, _ := e["action_id"].(string)
	if id == "" || size(id) > 255 {
		c.say("action id %q", id)
	}
	kind, _ := e["type"].(string)
	switch kind {
	case "button":
		c.text(e["text"], "plain_text", 1, 75, "button")
		if s, _ := e["value"].(string); s == "" || size(s) > 2000 {
			c.say("a button's value of %d", size(s))
		}
		if confirm, ok := e["confirm"].(map[string]any); ok {
			c.text(confirm["title"], "plain_text", 1, 100, "confirm")
			c.text(confirm["text"], "plain_text", 1, 300, "confirm")
			c.text(confirm["confirm"], "plain_text", 1, 30, "confirm")
			c.text(confirm["deny"], "plain_text", 1, 30, "confirm")
		}
	case "plain_text_input":
		if most, _ := e["max_length"].(float64); most < 1 || most > 3000 {
			c.say("max length %v", most)
		} else if s, _ := e["initial_value"].(string); len([]rune(s)) > int(most) {
			c.say("a default of %d where %v fits", len([]rune(s)), most)
		}
	case "static_select", "multi_static_select":
		values := map[string]bool{}
		if groups, ok := e["option_groups"].([]any); ok {
			if len(groups) > 100 || e["options"] != nil {
				c.say("%d groups", len(groups))
			}
			for _, g := range groups {
				g := g.(map[string]any)
				c.text(g["label"], "plain_text", 1, 75, "group")
				for v := range c.options(g["options"], "group") {
					values[v] = true
				}
			}
		} else {
			values = c.options(e["options"], kind)
		}
		var initial []any
		if o := e["initial_option"]; o != nil {
			initial = append(initial, o)
		}
		if list, ok := e["initial_options"].([]any); ok {
			initial = append(initial, list...)
		}
		for _, o := range initial {
			if s, _ := o.(map[string]any)["value"].(string); !values[s] {
				c.say("a default %q that is no option", s)
			}
		}
	case "checkboxes":
		if list, _ := e["options"].([]any); len(list) > 10 {
			c.say("%d boxes", len(list))
		}
		c.options(e["options"], kind)
	case "file_input":
		if n, _ := e["max_files"].(float64); n < 1 || n > 10 {
			c.say("max files %v", n)
		}
	case "datepicker", "users_select", "multi_users_select", "conversations_select", "external_select":
	default:
		c.say("an element of type %q", kind)
	}
}
