package blocks

import (
	"testing"

	slackgo "github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot/sample"
	"github.com/convenantbot/convenantbot/internal/golden"
)

// TestTheFormsAndCardsOfTheProductAreShownAsInTheirFiles keeps what Slack is given for
// every form and every message with buttons that bot's own walk comes upon.
func TestTheFormsAndCardsOfTheProductAreShownAsInTheirFiles(t *testing.T) {
	shown, err := sample.Read()
	if err != nil {
		t.Fatal(err)
	}
	modals, messages := map[string]any{}, map[string]any{}
	for name, f := range shown.Forms {
		m, err := seal.Modal(f, "C1")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if bad := complaints(m); len(bad) > 0 {
			t.Errorf("%s: %v", name, bad)
		}
		modals[name] = m
	}
	for name, m := range shown.Cards {
		s, err := seal.Message(m)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		one := struct {
			Text   string         `json:"text"`
			Blocks slackgo.Blocks `json:"blocks"`
		}{s.Text, slackgo.Blocks{BlockSet: s.Blocks}}
		if bad := complaints(one); len(bad) > 0 {
			t.Errorf("%s: %v", name, bad)
		}
		messages[name] = one
	}
	golden.Same(t, "testdata/forms.json", modals)
	golden.Same(t, "testdata/cards.json", messages)
}
