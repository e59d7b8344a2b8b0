package mattermost

import (
	"slices"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/sample"
	"github.com/convenantbot/convenantbot/internal/golden"
)

// TestTheFormsAndCardsOfTheProductAreShownAsInTheirFiles keeps what Mattermost is given
// for every form and every message with buttons that bot's own walk comes upon. A
// form that asks for files is none of Mattermost's.
func TestTheFormsAndCardsOfTheProductAreShownAsInTheirFiles(t *testing.T) {
	shown, err := sample.Read()
	if err != nil {
		t.Fatal(err)
	}
	dialogs, posts := map[string]any{}, map[string]any{}
	for name, f := range shown.Forms {
		d, err := renderForm(f)
		if slices.ContainsFunc(f.Fields, func(f bot.Field) bool { return f.Kind == bot.FilesIn }) {
			if err == nil {
				t.Errorf("%s asks for files, and is shown", name)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		dialogs[name] = d.Dialog
	}
	for name, m := range shown.Cards {
		post := renderMessage(m)
		posts[name] = struct {
			Message string         `json:"message"`
			Props   map[string]any `json:"props"`
		}{post.Message, post.GetProps()}
	}
	golden.Same(t, "testdata/forms.json", dialogs)
	golden.Same(t, "testdata/cards.json", posts)
}
