package blocks

import (
	"fmt"

	slackgo "github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

// Shown is a message as Slack takes it.
type Shown struct {
	Text   string // what stands in a notification, in mrkdwn
	Blocks []slackgo.Block
}

// ActionTicket begins the action id of a button that carries a ticket.
const ActionTicket = "ticket"

// Message shows a message with its buttons. A text that would need more blocks
// than a message has is an *InvalidError.
func (s Seal) Message(m bot.Message) (Shown, error) {
	out := Shown{Blocks: sections(m.Text)}
	out.Text = fallback(m.Text)
	buttons, err := s.buttons(m.Buttons, m.Lang)
	if err != nil {
		return Shown{}, err
	}
	if out.Blocks = append(out.Blocks, buttons...); len(out.Blocks) > maxPostBlocks {
		return Shown{}, &bot.InvalidError{Field: "message", Reason: "too long"}
	}
	return out, nil
}

// fallback is the beginning of a text, for where blocks are not shown.
func fallback(md string) string {
	all := parts(md, maxFallback)
	if len(all) == 0 {
		return ""
	}
	return all[0]
}

// buttons puts buttons in rows.
func (s Seal) buttons(list []bot.Button, l text.Lang) ([]slackgo.Block, error) {
	var rows []slackgo.Block
	for from := 0; from < len(list); from += maxRow {
		var row []slackgo.BlockElement
		for i, b := range list[from:min(from+maxRow, len(list))] {
			one, err := s.button(b, from+i, l)
			if err != nil {
				return nil, err
			}
			row = append(row, one)
		}
		rows = append(rows, slackgo.NewActionBlock(fmt.Sprintf("buttons.%d", from/maxRow), row...))
	}
	return rows, nil
}

func (s Seal) button(b bot.Button, n int, l text.Lang) (slackgo.BlockElement, error) {
	value := s.sign(forButton, b.Ticket)
	if b.Ticket == "" || value == "" || len(value) > maxSigned || b.Label == "" {
		return nil, &bot.InvalidError{Field: "button", Reason: "cannot be pressed"}
	}
	out := slackgo.NewButtonBlockElement(fmt.Sprintf("%s.%d", ActionTicket, n), value, plainText(b.Label, maxButton))
	if b.Danger {
		out.Style = slackgo.StyleDanger
		out.Confirm = slackgo.NewConfirmationBlockObject(plainText(word(l, text.ViewSure), 100), plainText(word(l, text.ViewSureText), 300),
			plainText(word(l, text.ViewSureYes), 30), plainText(word(l, text.ViewSureNo), 30))
	}
	return out, nil
}

// plainText is a text without any style, cut at what Slack takes.
func plainText(s string, limit int) *slackgo.TextBlockObject {
	no := false // a ":" of a person makes no picture
	return &slackgo.TextBlockObject{Type: slackgo.PlainTextType, Text: clip(s, limit), Emoji: &no}
}
