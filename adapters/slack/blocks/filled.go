package blocks

import (
	"encoding/json"
	"strings"

	"github.com/convenantbot/convenantbot/bot"
)

// State is what stands in the fields of a view, as Slack sends it: by block, by
// action. Only the blocks of our forms are looked at.
type State map[string]map[string]Filled

// Filled is what stands in one field.
type Filled struct {
	Type            string     `json:"type"`
	Value           *string    `json:"value"`
	SelectedDate    *string    `json:"selected_date"`
	SelectedOption  *Selected  `json:"selected_option"`
	SelectedOptions []Selected `json:"selected_options"`
	SelectedUser    *string    `json:"selected_user"`
	SelectedUsers   []string   `json:"selected_users"`
	Conversation    *string    `json:"selected_conversation"`
	Files           []struct {
		ID string `json:"id"`
	} `json:"files"`
}

// Selected is an option that was chosen.
type Selected struct {
	Value string `json:"value"`
}

// Form returns the ticket and the channel of what Modal made, and whether it did.
func (s Seal) Form(metadata string) (ticket string, channel bot.ChannelID, ok bool) {
	both, ok := s.open(forForm, metadata)
	if !ok {
		return "", "", false
	}
	at := strings.LastIndexByte(both, '|')
	if at < 0 {
		return "", "", false
	}
	return both[at+1:], bot.ChannelID(both[:at]), true
}

// Values reads what somebody filled in, by field name. A field left empty has
// none; what is no field of ours is left out.
func Values(state State) map[string][]string {
	out := map[string][]string{}
	for block, actions := range state {
		name := nameOf(block)
		if name == "" {
			continue
		}
		for action, f := range actions {
			if values := f.values(bot.FieldKind(action)); len(values) > 0 {
				out[name] = values
			}
		}
	}
	return out
}

func (f Filled) values(kind bot.FieldKind) []string {
	var out []string
	add := func(v string) {
		if strings.TrimSpace(v) != "" {
			out = append(out, v)
		}
	}
	ours := func(v string) {
		if v, ok := strings.CutPrefix(v, optionPart); ok {
			add(v)
		}
	}
	switch kind {
	case bot.ShortText, bot.LongText:
		if f.Value != nil {
			add(*f.Value)
		}
	case bot.Date:
		if f.SelectedDate != nil {
			add(*f.SelectedDate)
		}
	case bot.Choice:
		if f.SelectedOption != nil {
			ours(f.SelectedOption.Value)
		}
	case bot.Choices:
		for _, o := range f.SelectedOptions {
			ours(o.Value)
		}
	case bot.Users:
		if f.SelectedUser != nil {
			add(*f.SelectedUser)
		}
		for _, u := range f.SelectedUsers {
			add(u)
		}
	case bot.Tick:
		for _, o := range f.SelectedOptions {
			if o.Value == ticked {
				return []string{ticked}
			}
		}
		return []string{"false"}
	case bot.FilesIn:
		for _, file := range f.Files {
			add(file.ID)
		}
	}
	return out
}

// Fields lists the fields of a view by the blocks that it shows, in their order,
// with the block of each.
func Fields(view []json.RawMessage) (names []string, blocks map[string]string) {
	blocks = map[string]string{}
	for _, raw := range view {
		var b struct {
			Type    string `json:"type"`
			BlockID string `json:"block_id"`
		}
		if json.Unmarshal(raw, &b) != nil || b.Type != "input" {
			continue
		}
		if name := nameOf(b.BlockID); name != "" {
			names = append(names, name)
			blocks[name] = b.BlockID
		}
	}
	return names, blocks
}
