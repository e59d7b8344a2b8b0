package slackfake

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// textObject is a text in a block.
//
// Source: object page "Text object" (1 to 3,000 characters).
type textObject struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// checker collects what is wrong with blocks, the way Slack reports it: a place
// and what is wrong there.
type checker struct {
	problems []string
	ids      map[string]bool // block ids
	actions  map[string]bool // action ids of the block at hand
}

func (k *checker) wrong(at, format string, args ...any) {
	k.problems = append(k.problems, fmt.Sprintf("[ERROR] "+format, args...)+" [json-pointer:"+at+"]")
}

func (k *checker) length(at, text string, most int) {
	if runes(text) > most {
		k.wrong(at, "must be no more than %d characters", most)
	}
}

// plain checks a plain_text object.
func (k *checker) plain(at string, t *textObject, most int, needed bool) {
	if t == nil {
		if needed {
			k.wrong(at, "missing required field")
		}
		return
	}
	if t.Type != "plain_text" {
		k.wrong(at+"/type", "must be plain_text")
	}
	k.text(at, t, most)
}

// text checks a text object of either kind.
func (k *checker) text(at string, t *textObject, most int) {
	if t.Type != "plain_text" && t.Type != "mrkdwn" {
		k.wrong(at+"/type", "unsupported type %q", t.Type)
	}
	if t.Text == "" {
		k.wrong(at+"/text", "must be more than 0 characters")
	}
	k.length(at+"/text", t.Text, most)
}

// blocks takes the blocks of a message out of the arguments.
//
// Source: reference "Blocks" (50 in a message, 100 in a view); API page
// chat.postMessage (invalid_blocks, invalid_blocks_format).
func (c *call) blocks(where string, most int) (json.RawMessage, error) {
	raw := c.args["blocks"]
	if raw == "" || raw == "[]" {
		return nil, nil
	}
	var many []json.RawMessage
	if json.Unmarshal([]byte(raw), &many) != nil {
		return nil, fail("invalid_blocks_format")
	}
	var k checker
	k.blocks("/blocks", many, where, most)
	if len(k.problems) > 0 {
		return nil, failWith("invalid_blocks", obj{"response_metadata": obj{"messages": k.problems}, "errors": k.problems})
	}
	return fillIDs(json.RawMessage(raw)), nil
}

// blocks checks blocks for a surface (message, modal, home) and says whether an
// input is among them.
func (k *checker) blocks(at string, many []json.RawMessage, surface string, most int) (inputs bool) {
	if len(many) > most {
		k.wrong(at, "no more than %d items allowed", most)
	}
	k.ids = map[string]bool{}
	for i, raw := range many {
		k.actions = map[string]bool{} // unique in the block that holds them, not in all
		here := fmt.Sprintf("%s/%d", at, i)
		var b block
		if err := json.Unmarshal(raw, &b); err != nil {
			k.wrong(here, "is no block")
			continue
		}
		if b.Type == "input" {
			inputs = true
		}
		k.block(here, b, surface)
	}
	return inputs
}

// block is any block, with the fields that are looked at.
type block struct {
	Type      string            `json:"type"`
	BlockID   string            `json:"block_id"`
	Text      json.RawMessage   `json:"text"`
	Fields    []textObject      `json:"fields"`
	Accessory json.RawMessage   `json:"accessory"`
	Elements  []json.RawMessage `json:"elements"`
	Element   json.RawMessage   `json:"element"`
	Label     *textObject       `json:"label"`
	Hint      *textObject       `json:"hint"`
	ImageURL  string            `json:"image_url"`
	SlackFile json.RawMessage   `json:"slack_file"`
	AltText   *string           `json:"alt_text"`
	Title     *textObject       `json:"title"`
	External  string            `json:"external_id"`
	Source    string            `json:"source"`
}

// block checks one block.
//
// Source: reference pages of the blocks: section (text 3,000, ten fields of
// 2,000), header (150), actions (25 elements), context (10 elements), input (label
// and hint 2,000, views and messages), image (title and alt text 2,000, address
// 3,000); block_id 255 and unique.
func (k *checker) block(at string, b block, surface string) {
	k.length(at+"/block_id", b.BlockID, 255)
	if b.BlockID != "" {
		if k.ids[b.BlockID] {
			k.wrong(at+"/block_id", "`block_id` already exists")
		}
		k.ids[b.BlockID] = true
	}
	var text *textObject
	if len(b.Text) > 0 && b.Type != "markdown" {
		text = new(textObject)
		if json.Unmarshal(b.Text, text) != nil {
			k.wrong(at+"/text", "is no text object")
			return
		}
	}
	switch b.Type {
	case "section":
		if text == nil && len(b.Fields) == 0 {
			k.wrong(at, "needs text or fields")
		}
		if text != nil {
			k.text(at+"/text", text, 3000)
		}
		if len(b.Fields) > 10 {
			k.wrong(at+"/fields", "no more than 10 items allowed")
		}
		for i, f := range b.Fields {
			k.text(fmt.Sprintf("%s/fields/%d", at, i), &f, 2000)
		}
		if len(b.Accessory) > 0 {
			k.element(at+"/accessory", b.Accessory, "section", surface)
		}
	case "header":
		k.plain(at+"/text", text, 150, true)
	case "divider":
	case "context":
		if len(b.Elements) == 0 || len(b.Elements) > 10 {
			k.wrong(at+"/elements", "1 to 10 items allowed")
		}
		for i, raw := range b.Elements {
			k.element(fmt.Sprintf("%s/elements/%d", at, i), raw, "context", surface)
		}
	case "actions":
		if len(b.Elements) == 0 || len(b.Elements) > 25 {
			k.wrong(at+"/elements", "1 to 25 items allowed")
		}
		for i, raw := range b.Elements {
			k.element(fmt.Sprintf("%s/elements/%d", at, i), raw, "actions", surface)
		}
	case "input":
		k.plain(at+"/label", b.Label, 2000, true)
		k.plain(at+"/hint", b.Hint, 2000, false)
		if len(b.Element) == 0 {
			k.wrong(at+"/element", "missing required field")
		} else {
			k.element(at+"/element", b.Element, "input", surface)
		}
	case "image":
		if b.ImageURL == "" && len(b.SlackFile) == 0 {
			k.wrong(at+"/image_url", "missing required field")
		}
		k.length(at+"/image_url", b.ImageURL, 3000)
		if b.AltText == nil {
			k.wrong(at+"/alt_text", "missing required field")
		} else {
			k.length(at+"/alt_text", *b.AltText, 2000)
		}
		k.plain(at+"/title", b.Title, 2000, false)
	case "rich_text":
		if len(b.Elements) == 0 {
			k.wrong(at+"/elements", "missing required field")
		}
	case "markdown":
		var t string
		if json.Unmarshal(b.Text, &t) != nil || t == "" {
			k.wrong(at+"/text", "must be text")
		}
		k.length(at+"/text", t, 12_000)
		if surface != "message" {
			k.wrong(at+"/type", "unsupported type %q", b.Type)
		}
	case "file":
		if surface != "message" || b.External == "" || b.Source != "remote" {
			k.wrong(at, "needs external_id and source remote, in a message")
		}
	default:
		k.wrong(at+"/type", "unsupported type %q", b.Type)
	}
}

// element is any element of a block.
type element struct {
	Type                string            `json:"type"`
	ActionID            string            `json:"action_id"`
	Text                json.RawMessage   `json:"text"`
	Value               string            `json:"value"`
	URL                 string            `json:"url"`
	Style               string            `json:"style"`
	Confirm             json.RawMessage   `json:"confirm"`
	Placeholder         *textObject       `json:"placeholder"`
	Options             []option          `json:"options"`
	OptionGroups        []json.RawMessage `json:"option_groups"`
	InitialOption       *option           `json:"initial_option"`
	InitialOptions      []option          `json:"initial_options"`
	InitialDate         string            `json:"initial_date"`
	InitialTime         string            `json:"initial_time"`
	InitialValue        string            `json:"initial_value"`
	MinLength           *int              `json:"min_length"`
	MaxLength           *int              `json:"max_length"`
	MinQuery            *int              `json:"min_query_length"`
	MaxSelected         *int              `json:"max_selected_items"`
	MaxFiles            *int              `json:"max_files"`
	ImageURL            string            `json:"image_url"`
	AltText             string            `json:"alt_text"`
	AccessibilityLabel  string            `json:"accessibility_label"`
	ResponseURLEnabled  bool              `json:"response_url_enabled"`
	IsDecimalAllowed    *bool             `json:"is_decimal_allowed"`
	DispatchActionsConf json.RawMessage   `json:"dispatch_action_config"`
}

// option is a choice.
//
// Source: object page "Option" (text 75, value 150, description 75).
type option struct {
	Text        *textObject `json:"text"`
	Value       string      `json:"value"`
	Description *textObject `json:"description,omitempty"`
}

var (
	dateForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	timeForm = regexp.MustCompile(`^\d{2}:\d{2}$`)
)

// places says in which blocks an element may stand.
//
// Source: reference pages of the block elements ("Works with block types").
var places = map[string]string{
	"button": "section actions", "overflow": "section actions", "image": "section context", "mrkdwn": "context", "plain_text": "context",
	"checkboxes": "section actions input", "radio_buttons": "section actions input", "datepicker": "section actions input",
	"timepicker": "section actions input", "datetimepicker": "actions input", "plain_text_input": "input", "email_text_input": "input",
	"url_text_input": "input", "number_input": "input", "file_input": "input", "rich_text_input": "input", "workflow_button": "section actions",
	"static_select": "section actions input", "external_select": "section actions input", "users_select": "section actions input",
	"conversations_select": "section actions input", "channels_select": "section actions input",
	"multi_static_select": "section input", "multi_external_select": "section input", "multi_users_select": "section input",
	"multi_conversations_select": "section input", "multi_channels_select": "section input",
}

// element checks one element.
//
// Source: reference pages of the elements: button (text 75, value 2,000, url
// 3,000, style primary or danger), selects (100 options, placeholder 150),
// checkboxes and radio buttons (10), overflow (5), plain_text_input (length to
// 3,000), file_input (1 to 10 files, in a modal's input only); action_id 255 and
// unique.
func (k *checker) element(at string, raw json.RawMessage, in, surface string) {
	var e element
	if json.Unmarshal(raw, &e) != nil {
		k.wrong(at, "is no element")
		return
	}
	where, ok := places[e.Type]
	if !ok || !strings.Contains(" "+where+" ", " "+in+" ") {
		k.wrong(at+"/type", "unsupported type %q in %s", e.Type, in)
		return
	}
	k.length(at+"/action_id", e.ActionID, 255)
	if e.ActionID != "" {
		if k.actions[e.ActionID] {
			k.wrong(at+"/action_id", "`action_id` already exists")
		}
		k.actions[e.ActionID] = true
	}
	k.plain(at+"/placeholder", e.Placeholder, 150, false)
	if len(e.Confirm) > 0 {
		k.confirm(at+"/confirm", e.Confirm)
	}
	switch e.Type {
	case "button":
		var t *textObject
		if len(e.Text) > 0 {
			t = new(textObject)
			if json.Unmarshal(e.Text, t) != nil {
				k.wrong(at+"/text", "is no text object")
				return
			}
		}
		k.plain(at+"/text", t, 75, true)
		k.length(at+"/value", e.Value, 2000)
		k.length(at+"/url", e.URL, 3000)
		k.length(at+"/accessibility_label", e.AccessibilityLabel, 75)
		if e.Style != "" && e.Style != "primary" && e.Style != "danger" {
			k.wrong(at+"/style", "must be primary or danger")
		}
	case "mrkdwn", "plain_text":
		var t string
		if json.Unmarshal(e.Text, &t) != nil {
			k.wrong(at+"/text", "must be text")
			return
		}
		k.text(at, &textObject{Type: e.Type, Text: t}, 3000)
	case "image":
		if e.ImageURL == "" || e.AltText == "" {
			k.wrong(at, "needs image_url and alt_text")
		}
	case "static_select", "multi_static_select":
		if len(e.OptionGroups) == 0 {
			k.options(at, e.Options, 1, 100, 75)
		} else {
			k.groups(at, e.OptionGroups)
			for _, g := range e.OptionGroups {
				var group struct {
					Options []option `json:"options"`
				}
				_ = json.Unmarshal(g, &group) // checked by groups
				e.Options = append(e.Options, group.Options...)
			}
		}
		k.initial(at, e)
		k.atLeastOne(at+"/max_selected_items", e.MaxSelected)
	case "checkboxes", "radio_buttons":
		k.options(at, e.Options, 1, 10, 75)
		k.initial(at, e)
	case "overflow":
		k.options(at, e.Options, 1, 5, 75)
	case "multi_users_select", "multi_conversations_select", "multi_channels_select", "multi_external_select":
		k.atLeastOne(at+"/max_selected_items", e.MaxSelected)
	case "datepicker":
		if e.InitialDate != "" && !dateForm.MatchString(e.InitialDate) {
			k.wrong(at+"/initial_date", "must be YYYY-MM-DD")
		}
	case "timepicker":
		if e.InitialTime != "" && !timeForm.MatchString(e.InitialTime) {
			k.wrong(at+"/initial_time", "must be HH:mm")
		}
	case "plain_text_input":
		for name, n := range map[string]*int{"min_length": e.MinLength, "max_length": e.MaxLength} {
			low := 0
			if name == "max_length" {
				low = 1
			}
			if n != nil && (*n < low || *n > 3000) {
				k.wrong(at+"/"+name, "must be %d to 3000", low)
			}
		}
		k.length(at+"/initial_value", e.InitialValue, 3000)
	case "number_input":
		if e.IsDecimalAllowed == nil {
			k.wrong(at+"/is_decimal_allowed", "missing required field")
		}
	case "file_input":
		if surface != "modal" {
			k.wrong(at+"/type", "unsupported type %q in a %s", e.Type, surface)
		}
		if e.MaxFiles != nil && (*e.MaxFiles < 1 || *e.MaxFiles > 10) {
			k.wrong(at+"/max_files", "must be 1 to 10")
		}
	}
}

func (k *checker) atLeastOne(at string, n *int) {
	if n != nil && *n < 1 {
		k.wrong(at, "must be 1 or more")
	}
}

func (k *checker) options(at string, many []option, least, most, length int) {
	if len(many) < least || len(many) > most {
		k.wrong(at+"/options", "%d to %d items allowed", least, most)
	}
	seen := map[string]bool{}
	for i, o := range many {
		here := fmt.Sprintf("%s/options/%d", at, i)
		if o.Text == nil {
			k.wrong(here+"/text", "missing required field")
		} else {
			k.text(here+"/text", o.Text, length)
		}
		if o.Value == "" {
			k.wrong(here+"/value", "must be more than 0 characters")
		}
		k.length(here+"/value", o.Value, 150)
		if o.Description != nil {
			k.text(here+"/description", o.Description, 75)
		}
		if seen[o.Value] {
			k.wrong(here+"/value", "is there twice")
		}
		seen[o.Value] = true
	}
}

// Source: object page "Option group" (100 groups, label 75).
func (k *checker) groups(at string, many []json.RawMessage) {
	if len(many) > 100 {
		k.wrong(at+"/option_groups", "no more than 100 items allowed")
	}
	for i, raw := range many {
		here := fmt.Sprintf("%s/option_groups/%d", at, i)
		var g struct {
			Label   *textObject `json:"label"`
			Options []option    `json:"options"`
		}
		if json.Unmarshal(raw, &g) != nil {
			k.wrong(here, "is no group")
			continue
		}
		k.plain(here+"/label", g.Label, 75, true)
		k.options(here, g.Options, 1, 100, 75)
	}
}

// initial checks that what is chosen at first is one of the choices.
func (k *checker) initial(at string, e element) {
	first := e.InitialOptions
	if e.InitialOption != nil {
		first = append(first, *e.InitialOption)
	}
	for _, o := range first {
		found := false
		for _, other := range e.Options {
			if o.Value == other.Value && o.Text != nil && other.Text != nil && o.Text.Text == other.Text.Text {
				found = true
			}
		}
		if !found {
			k.wrong(at+"/initial_option", "is none of the options")
		}
	}
	if e.InitialOptions != nil && len(e.InitialOptions) == 0 {
		k.wrong(at+"/initial_options", "must provide at least one value")
	}
}

// Source: object page "Confirmation dialog" (title 100, text 300, buttons 30).
func (k *checker) confirm(at string, raw json.RawMessage) {
	var c struct{ Title, Text, Confirm, Deny *textObject }
	if json.Unmarshal(raw, &c) != nil {
		k.wrong(at, "is no confirmation")
		return
	}
	k.plain(at+"/title", c.Title, 100, true)
	if c.Text == nil {
		k.wrong(at+"/text", "missing required field")
	} else {
		k.text(at+"/text", c.Text, 300)
	}
	k.plain(at+"/confirm", c.Confirm, 30, true)
	k.plain(at+"/deny", c.Deny, 30, true)
}
