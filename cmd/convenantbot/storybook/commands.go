package storybook

import (
	"html/template"

	"github.com/convenantbot/convenantbot/bot"
)

// commands is the sheet of what can be typed, as the chat suggests it.
func (m *maker) commands() ([]sheet, error) {
	s := sheet{File: "opdrachten.html", Title: "Opdrachten", Chapter: everything}
	for _, c := range bot.Suggestions() {
		call := "/" + c.Command + " " + c.Word
		esc := template.HTMLEscapeString
		s.Items = append(s.Items, item{ID: c.Command + "-" + c.Word, Name: call, Code: true, Words: searchable("opdracht", call, c.Hint, c.Help),
			Shown: template.HTML(`<p class="woorden"><code>` + esc(call) + `</code> <span class="args">` + esc(c.Hint) + `</span> ` + esc(c.Help) + `</p>`)})
	}
	return []sheet{s}, nil
}
