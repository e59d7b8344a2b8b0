package slackfake

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// plain and option are pieces of blocks.
func plain(s string) string { return fmt.Sprintf(`{"type":"plain_text","text":%q}`, s) }

func choice(text, value string) string {
	return fmt.Sprintf(`{"text":%s,"value":%q}`, plain(text), value)
}

func many(n int, one func(int) string) string {
	var out []string
	for i := range n {
		out = append(out, one(i))
	}
	return strings.Join(out, ",")
}

// Each limit is tried on both sides.
func TestBlocksAreCheckedAgainstTheDocumentedLimits(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	button := func(i int) string {
		return fmt.Sprintf(`{"type":"button","action_id":"a%d","text":%s}`, i, plain("Ja"))
	}
	choices := func(n int) string {
		return many(n, func(i int) string { return choice(fmt.Sprint("k", i), fmt.Sprint(i)) })
	}
	input := func(element string) string {
		return `{"type":"input","label":` + plain("Doel") + `,"element":` + element + `}`
	}
	actions := func(elements string) string { return `{"type":"actions","elements":[` + elements + `]}` }
	tests := []struct {
		what, surface, blocks string
		fine                  bool
	}{
		{"a section of 3,000", "message", `{"type":"section","text":` + plain(x(3000)) + `}`, true},
		{"a section of 3,001", "message", `{"type":"section","text":` + plain(x(3001)) + `}`, false},
		{"an empty text", "message", `{"type":"section","text":` + plain("") + `}`, false},
		{"a section without text", "message", `{"type":"section"}`, false},
		{"ten fields", "message", `{"type":"section","fields":[` + many(10, func(int) string { return plain("x") }) + `]}`, true},
		{"eleven fields", "message", `{"type":"section","fields":[` + many(11, func(int) string { return plain("x") }) + `]}`, false},
		{"a header of 150", "message", `{"type":"header","text":` + plain(x(150)) + `}`, true},
		{"a header of 151", "message", `{"type":"header","text":` + plain(x(151)) + `}`, false},
		{"a header in mrkdwn", "message", `{"type":"header","text":{"type":"mrkdwn","text":"x"}}`, false},
		{"fifty blocks", "message", many(50, func(int) string { return `{"type":"divider"}` }), true},
		{"fifty-one blocks", "message", many(51, func(int) string { return `{"type":"divider"}` }), false},
		{"a hundred in a view", "modal", many(100, func(int) string { return `{"type":"divider"}` }), true},
		{"more in a view", "modal", many(101, func(int) string { return `{"type":"divider"}` }), false},
		{"25 buttons", "message", actions(many(25, button)), true},
		{"26 buttons", "message", actions(many(26, button)), false},
		{"the same action twice", "message", actions(button(1) + "," + button(1)), false},
		{"the same block id twice", "message", `{"type":"divider","block_id":"b"},{"type":"divider","block_id":"b"}`, false},
		{"a label of 75", "message", actions(`{"type":"button","text":` + plain(x(75)) + `}`), true},
		{"a label of 76", "message", actions(`{"type":"button","text":` + plain(x(76)) + `}`), false},
		{"a value of 2,000", "message", actions(`{"type":"button","value":"` + x(2000) + `","text":` + plain("Ja") + `}`), true},
		{"a value of 2,001", "message", actions(`{"type":"button","value":"` + x(2001) + `","text":` + plain("Ja") + `}`), false},
		{"a style that is none", "message", actions(`{"type":"button","style":"warning","text":` + plain("Ja") + `}`), false},
		{"a hundred choices", "modal", input(`{"type":"static_select","options":[` + choices(100) + `]}`), true},
		{"a hundred and one", "modal", input(`{"type":"static_select","options":[` + choices(101) + `]}`), false},
		{"no choices", "modal", input(`{"type":"static_select","options":[]}`), false},
		{"ten boxes", "modal", input(`{"type":"checkboxes","options":[` + choices(10) + `]}`), true},
		{"eleven boxes", "modal", input(`{"type":"checkboxes","options":[` + choices(11) + `]}`), false},
		{"a choice of 76", "modal", input(`{"type":"static_select","options":[` + choice(x(76), "1") + `]}`), false},
		{"a choice's value of 151", "modal", input(`{"type":"static_select","options":[` + choice("k", x(151)) + `]}`), false},
		{"a first choice that is none", "modal", input(`{"type":"static_select","initial_option":` + choice("z", "z") + `,"options":[` + choices(2) + `]}`), false},
		{"a label of an input of 2,001", "modal", `{"type":"input","label":` + plain(x(2001)) + `,"element":{"type":"plain_text_input"}}`, false},
		{"a placeholder of 151", "modal", input(`{"type":"plain_text_input","placeholder":` + plain(x(151)) + `}`), false},
		{"a length over 3,000", "modal", input(`{"type":"plain_text_input","max_length":3001}`), false},
		{"a date that is none", "modal", input(`{"type":"datepicker","initial_date":"1-2-2026"}`), false},
		{"files in a form", "modal", input(`{"type":"file_input","max_files":10}`), true},
		{"eleven files in a form", "modal", input(`{"type":"file_input","max_files":11}`), false},
		{"files in a message", "message", input(`{"type":"file_input"}`), false},
		{"a text field among buttons", "message", actions(`{"type":"plain_text_input"}`), false},
		{"a button as an input", "modal", input(button(1)), false},
		{"an element that is none", "modal", input(`{"type":"slider"}`), false},
		{"a block that is none", "message", `{"type":"slider"}`, false},
		{"a number without its kind", "modal", input(`{"type":"number_input"}`), false},
		{"a confirmation", "message", actions(`{"type":"button","text":` + plain("Ja") + `,"confirm":{"title":` + plain("Zeker?") + `,"text":` + plain("Weg is weg") + `,"confirm":` + plain("Ja") + `,"deny":` + plain("Nee") + `}}`), true},
		{"a confirmation without a no", "message", actions(`{"type":"button","text":` + plain("Ja") + `,"confirm":{"title":` + plain("Zeker?") + `,"text":` + plain("Weg is weg") + `,"confirm":` + plain("Ja") + `}}`), false},
		{"ten in a context", "message", `{"type":"context","elements":[` + many(10, func(int) string { return plain("x") }) + `]}`, true},
		{"eleven in a context", "message", `{"type":"context","elements":[` + many(11, func(int) string { return plain("x") }) + `]}`, false},
		{"a picture without words", "message", `{"type":"image","image_url":"https://example.org/a.png"}`, false},
	}
	for _, test := range tests {
		var raw []json.RawMessage
		if err := json.Unmarshal([]byte("["+test.blocks+"]"), &raw); err != nil {
			t.Fatalf("%s: %v", test.what, err)
		}
		most := 50
		if test.surface != "message" {
			most = 100
		}
		var k checker
		k.blocks("/blocks", raw, test.surface, most)
		if (len(k.problems) == 0) != test.fine {
			t.Errorf("%s: %v, want fine: %v", test.what, k.problems, test.fine)
		}
	}
}

func TestAMessageAndAViewWithWrongBlocksAreRefusedWithThePlace(t *testing.T) {
	b := newBench(t, Options{})
	common := b.CommonChannel("overleg", b.people...)
	b.bot.refused("invalid_blocks_format", "chat.postMessage", "channel", common, "blocks", "{")
	out, code := b.bot.call("chat.postMessage", "channel", common, "text", "x", "blocks", `[{"type":"section","text":`+plain("")+`}]`)
	if code != "invalid_blocks" || !strings.Contains(fmt.Sprint(at(out, "response_metadata", "messages")), "/blocks/0/text") {
		t.Errorf("chat.postMessage = %v, want invalid_blocks with the place", out)
	}
	trigger, _ := command(t, b, common, "nieuw")
	for what, v := range map[string]string{
		"a title of 25":        `{"type":"modal","title":` + plain(strings.Repeat("x", 25)) + `,"blocks":[]}`,
		"no title":             `{"type":"modal","blocks":[]}`,
		"no blocks":            `{"type":"modal","title":` + plain("x") + `}`,
		"input without submit": `{"type":"modal","title":` + plain("x") + `,"blocks":[{"type":"input","label":` + plain("x") + `,"element":{"type":"plain_text_input"}}]}`,
		"metadata of 3,001":    `{"type":"modal","title":` + plain("x") + `,"blocks":[],"private_metadata":"` + strings.Repeat("x", 3001) + `"}`,
	} {
		out, code := b.bot.call("views.open", "trigger_id", trigger, "view", v)
		if code != "invalid_arguments" || at(out, "response_metadata", "messages") == nil {
			t.Errorf("%s: %v, want invalid_arguments with messages", what, out)
		}
	}
	b.bot.refused("view_too_large", "views.open", "trigger_id", trigger, "view", `{"type":"modal","x":"`+strings.Repeat("x", maxView)+`"}`)
	// A view that is refused does not use up the trigger.
	b.bot.must("views.open", "trigger_id", trigger, "view", `{"type":"modal","title":`+plain(strings.Repeat("x", 24))+`,"blocks":[]}`)
}
