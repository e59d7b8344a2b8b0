package gate

import (
	"errors"
	"testing"

	"github.com/convenantbot/convenantbot/internal/bridge"
)

func TestSwept(t *testing.T) {
	good := Record{Channel: room, User: anna, Hash: "h"}
	for _, test := range []struct {
		name    string
		post    Post
		change  func(b *bench)
		slipped bool
		asked   bool
		again   bool // it must be looked at again
	}{
		{"a text that may stay", Post{Channel: room, User: anna, Text: "hallo"}, nil, false, true, false},
		{"a text that the bot would have stopped", Post{Channel: room, User: anna, Text: "hallo"}, func(b *bench) { b.verdict.Allow = false }, true, true, false},
		{"the bot does not answer", Post{Channel: room, User: anna, Text: "hallo"}, func(b *bench) { b.err = errors.New("x") }, false, true, true},
		{"the bot hangs", Post{Channel: room, User: anna, Text: "hallo"}, func(b *bench) { b.hang = true }, false, true, true},
		{"a file that passed, with a text", Post{Channel: room, User: anna, Text: "zie", Files: []string{"f1"}}, func(b *bench) { b.records["f1"] = good }, false, true, false},
		{"a file that passed, without a text", Post{Channel: room, User: anna, Files: []string{"f1"}}, func(b *bench) { b.records["f1"] = good }, false, false, false},
		{"a file that never passed, and nobody is asked", Post{Channel: room, User: anna, Text: "zie", Files: []string{"f1"}}, func(b *bench) { b.err = errors.New("x") }, true, false, false},
		{"a file that passed for somebody else", Post{Channel: room, User: bilal, Files: []string{"f1"}}, func(b *bench) { b.records["f1"] = good }, true, false, false},
		{"a file of which nobody can tell", Post{Channel: room, User: anna, Files: []string{"f1"}}, func(b *bench) { b.recordErr = errors.New("x") }, true, false, false},
		{"the server's own notice", Post{Channel: room, User: anna, Type: "system_join_channel", Text: "komt erbij"}, func(b *bench) { b.verdict.Allow = false }, false, false, false},
		{"the bot's own", Post{Channel: room, User: me, Text: "welkom"}, func(b *bench) { b.verdict.Allow = false }, false, false, false},
		{"the bot's own with a file that never passed", Post{Channel: room, User: me, Files: []string{"f1"}}, nil, true, false, false},
		{"only blanks", Post{Channel: room, User: anna, Text: " \n"}, func(b *bench) { b.verdict.Allow = false }, false, false, false},
		{"elsewhere", Post{Channel: free, User: anna, Text: "hallo", Files: []string{"f1"}}, func(b *bench) { b.verdict.Allow = false }, false, false, false},
	} {
		b := newBench()
		b.verdict = bridge.Verdict{Allow: true}
		if test.change != nil {
			test.change(b)
		}
		slips := 0
		b.Slipped = func(string, string, string, []string) { slips++ }
		err := b.Gate.Swept(t.Context(), test.post)
		if (slips > 0) != test.slipped || (len(b.asked) > 0) != test.asked || errors.Is(err, ErrUnasked) != test.again {
			t.Errorf("%s: slipped %d, asked %d, %v; want slipped %v, asked %v, again %v", test.name, slips, len(b.asked), err, test.slipped, test.asked, test.again)
		}
	}
}
