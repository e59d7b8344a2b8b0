package slackfake

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestOneChangesAndDeletesOnesOwnMessagesOnly(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0], b.people[3])
	theirs, _ := b.people[0].Says(room, "van mij")
	b.bot.refused("cant_update_message", "chat.update", "channel", room, "ts", theirs, "text", "x")
	b.bot.refused("cant_delete_message", "chat.delete", "channel", room, "ts", theirs)
	b.bot.refused("message_not_found", "chat.delete", "channel", room, "ts", "1.000000")
	mine := text(b.bot.must("chat.postMessage", "channel", room, "text", "een"), "ts")
	b.bot.must("chat.update", "channel", room, "ts", mine, "text", "twee")
	b.bot.refused("msg_too_long", "chat.update", "channel", room, "ts", mine, "text", strings.Repeat("x", maxUpdate+1))
	b.bot.must("chat.delete", "channel", room, "ts", mine)
	b.admin.must("chat.delete", "channel", room, "ts", theirs)
	if seen, _ := b.people[0].Sees(room); slices.ContainsFunc(seen, func(s Seen) bool { return s.TS == mine || s.TS == theirs }) {
		t.Errorf("still seen: %+v", seen)
	}
}

func TestWhatIsSaidToOnePersonIsInNoHistory(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0], b.people[1])
	ts := text(b.bot.must("chat.postEphemeral", "channel", room, "user", b.people[0].ID, "text", "alleen jij"), "message_ts")
	b.bot.refused("user_not_in_channel", "chat.postEphemeral", "channel", room, "user", b.people[2].ID, "text", "x")
	b.bot.refused("message_not_found", "chat.update", "channel", room, "ts", ts, "text", "x")
	b.bot.refused("message_not_found", "chat.delete", "channel", room, "ts", ts)
	for _, m := range b.bot.must("conversations.history", "channel", room)["messages"].([]any) {
		if text(m, "text") == "alleen jij" {
			t.Error("it is in the history")
		}
	}
	mine, _ := b.people[0].Sees(room)
	others, _ := b.people[1].Sees(room)
	has := func(all []Seen) bool {
		return slices.ContainsFunc(all, func(s Seen) bool { return s.Text == "alleen jij" })
	}
	if !has(mine) || has(others) {
		t.Error("it was shown to the wrong people")
	}
}

func TestTextIsCutAtFortyThousand(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0])
	b.bot.refused("no_text", "chat.postMessage", "channel", room)
	out := b.bot.must("chat.postMessage", "channel", room, "text", strings.Repeat("é", maxText+5))
	if n := runes(text(out, "message", "text")); n != maxText || text(out, "warning") != "message_truncated" {
		t.Errorf("the message has %d characters, want %d", n, maxText)
	}
}

func TestAnAnswerToAMessageThatIsGoneLandsInTheChannel(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0])
	root, _ := b.people[0].Says(room, "vraag")
	out := b.bot.must("chat.postMessage", "channel", room, "text", "antwoord", "thread_ts", root)
	if text(out, "message", "thread_ts") != root {
		t.Errorf("the answer is %v, want it in the thread", out)
	}
	if got := b.bot.must("conversations.replies", "channel", room, "ts", root)["messages"].([]any); len(got) != 2 {
		t.Errorf("replies = %v, want root and answer", got)
	}
	second, _ := b.people[0].Says(room, "vraag")
	_ = b.people[0].DeletesMessage(room, second)
	out = b.bot.must("chat.postMessage", "channel", room, "text", "antwoord", "thread_ts", second)
	if at(out, "message", "thread_ts") != nil {
		t.Errorf("the answer is %v, want it without a thread", out)
	}
	b.bot.refused("invalid_thread_ts", "chat.postMessage", "channel", room, "text", "x", "thread_ts", "0")
}

func TestHistoryComesInPagesNewestFirst(t *testing.T) {
	b := newBench(t, Options{Unlimited: true})
	room := b.room("casus-2026-1")
	for i := range 5 {
		b.bot.must("chat.postMessage", "channel", room, "text", fmt.Sprint(i))
	}
	var got []string
	cursor := ""
	for range 3 {
		out := b.bot.must("conversations.history", "channel", room, "limit", "2", "cursor", cursor)
		for _, m := range out["messages"].([]any) {
			got = append(got, text(m, "text"))
			if text(m, "subtype") == "group_join" {
				got[len(got)-1] = "j" // the app itself, when it made the room
			}
		}
		cursor = text(out, "response_metadata", "next_cursor")
		if (cursor != "") != (out["has_more"] == true) {
			t.Errorf("has_more = %v with cursor %q", out["has_more"], cursor)
		}
	}
	if strings.Join(got, "") != "43210j" || cursor != "" {
		t.Errorf("history = %v then %q", got, cursor)
	}
	b.bot.refused("invalid_cursor", "conversations.history", "channel", room, "cursor", "abc")
}

func TestAMessageToAPersonGoesToTheirDirectConversation(t *testing.T) {
	b := newBench(t, Options{})
	out := b.bot.must("conversations.open", "users", b.people[0].ID)
	again := b.bot.must("conversations.open", "users", b.people[0].ID)
	if text(out, "channel", "id") != text(again, "channel", "id") || again["already_open"] != true {
		t.Errorf("open twice: %v and %v", out, again)
	}
	said := b.bot.must("chat.postMessage", "channel", b.people[0].ID, "text", "hallo")
	if text(said, "channel") != text(out, "channel", "id") {
		t.Errorf("said in %s, want %v", text(said, "channel"), out)
	}
	if seen, err := b.people[0].SeesDirect(); err != nil || len(seen) != 1 {
		t.Errorf("the person sees %v, %v", seen, err)
	}
	b.people[1].Deactivate()
	b.bot.refused("user_disabled", "conversations.open", "users", b.people[1].ID)
}

func TestLimitsAreCountedPerMethodAndRefill(t *testing.T) {
	clock := NewClock(began)
	b := newBench(t, Options{Clock: clock})
	room := b.room("casus-2026-1")
	other := b.room("casus-2026-2")
	for range postingBurst {
		b.bot.must("chat.postMessage", "channel", room, "text", "x")
	}
	b.bot.refused("ratelimited", "chat.postMessage", "channel", room, "text", "x")
	b.bot.must("chat.postMessage", "channel", other, "text", "x")
	clock.Advance(time.Second)
	b.bot.must("chat.postMessage", "channel", room, "text", "x")
	b.bot.refused("ratelimited", "chat.postMessage", "channel", room, "text", "x")
	for range tier3 {
		b.bot.must("conversations.info", "channel", room)
	}
	b.bot.refused("ratelimited", "conversations.info", "channel", room)
	clock.Advance(2 * time.Second)
	b.bot.must("conversations.info", "channel", room)
}
