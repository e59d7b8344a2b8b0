package bot

import (
	"maps"
	"slices"
)

// Actions lists what tickets can do: by a button, and by a form.
func Actions() (pressed, sent []string) {
	for _, name := range slices.Sorted(maps.Keys(actions)) {
		if actions[name].Press != nil {
			pressed = append(pressed, name)
		}
		if actions[name].Submit != nil {
			sent = append(sent, name)
		}
	}
	return pressed, sent
}

// ActionOf says what a ticket does.
func ActionOf(tx Tx, token string, b *Bot) string {
	t, err := tx.Ticket(token, b.Now())
	if err != nil {
		return ""
	}
	return t.Action
}
