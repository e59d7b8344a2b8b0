package blocks

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	slackgo "github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot"
)

func TestEveryMessageOfThePlatformsLengthIsOneThatSlackTakes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := bot.Message{Text: strings.Repeat(words.Draw(t, "words")+"w", rapid.IntRange(1, 200).Draw(t, "times"))}
		if r := []rune(m.Text); len(r) > 16383 {
			m.Text = string(r[:16383])
		}
		for i := range rapid.IntRange(0, 30).Draw(t, "buttons") {
			m.Buttons = append(m.Buttons, bot.Button{Label: short(100).Draw(t, "label"), Ticket: fmt.Sprintf("t%d", i), Danger: rapid.Bool().Draw(t, "danger")})
		}
		got, err := seal.Message(m)
		if err != nil {
			t.Fatalf("Message: %v", err)
		}
		if wrong := complaints(map[string]any{"blocks": got.Blocks}); len(wrong) > 0 {
			t.Fatalf("Slack would refuse it: %v", wrong)
		}
		if wrong := injected(got.Text); len(wrong) > 0 || length(got.Text) > 4000 {
			t.Fatalf("in the notification: %v", wrong)
		}
		if got.Text == "" && strings.TrimSpace(m.Text) != "" {
			t.Fatal("the notification is blank")
		}
		if n := len(tickets(t, got.Blocks)); n != len(m.Buttons) {
			t.Fatalf("%d of %d buttons can be pressed", n, len(m.Buttons))
		}
	})
}

// tickets are those of every button.
func tickets(t interface{ Fatal(...any) }, list []slackgo.Block) []string {
	raw, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	var all []struct {
		Elements []struct {
			Value string `json:"value"`
		} `json:"elements"`
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, b := range all {
		for _, e := range b.Elements {
			if ticket, ok := seal.Ticket(e.Value); ok {
				out = append(out, ticket)
			}
		}
	}
	return out
}

func TestAButtonThatWeDidNotMakeIsNone(t *testing.T) {
	made := seal.sign(forButton, "t1")
	if got, ok := seal.Ticket(made); !ok || got != "t1" {
		t.Fatalf("Ticket = %q, %v", got, ok)
	}
	other := Seal{Keys: func() [][]byte { return [][]byte{[]byte("another key")} }}
	none := Seal{Keys: func() [][]byte { return nil }}
	for name, value := range map[string]string{
		"nothing": "", "a bare ticket": "t1", "another ticket": strings.Replace(made, "t1", "t2", 1), "half a signature": made[:len(made)-2],
		"another key": other.sign(forButton, "t1"), "that of a form": seal.sign(forForm, "t1"), "no key": none.sign(forButton, "t1"),
		"dots": "1...", "a long one": made + strings.Repeat("x", 3000), "another version": "2" + made[1:],
	} {
		if got, ok := seal.Ticket(value); ok || got != "" {
			t.Errorf("%s: Ticket = %q, %v", name, got, ok)
		}
	}
	if _, ok := none.Ticket(made); ok {
		t.Error("without a key everything is believed")
	}
	// While a key is replaced both count, and what is new is signed with the new one.
	both := Seal{Keys: func() [][]byte { return [][]byte{[]byte("another key"), []byte("a key of the tests")} }}
	if _, ok := both.Ticket(made); !ok {
		t.Error("a button of the old key is refused while the key is replaced")
	}
	if _, ok := other.Ticket(both.sign(forButton, "t1")); !ok {
		t.Error("a new button is not signed with the new key")
	}
}

func TestAMessageThatCannotBePressedIsAnError(t *testing.T) {
	for name, b := range map[string]bot.Button{"no ticket": {Label: "Ja"}, "no label": {Ticket: "t"}, "a ticket that is too long": {Label: "Ja", Ticket: strings.Repeat("t", 2000)}} {
		if _, err := seal.Message(bot.Message{Text: "x", Buttons: []bot.Button{b}}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := seal.Message(bot.Message{Text: strings.Repeat("woord ", 50_000)}); err == nil {
		t.Error("a message of fifty thousand words: no error")
	}
}
