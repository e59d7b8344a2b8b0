package mattermost_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// finding tells where a message stands and who wrote it.
func finding(t *testing.T, h *house) {
	ctx := t.Context()
	b := h.bench(t)
	room, err := h.chat.CreateRoom(ctx, "casus-2026-3010", "Casusoverleg")
	must(t, err)
	must(t, h.chat.Protect(ctx, room))
	must(t, h.chat.AddToRoom(ctx, room, b.People[0].ID()))
	must(t, b.People[0].Say(room, "dit staat hier"))
	seen, err := b.People[0].See(room)
	must(t, err)
	// The server tells who was added in its own time, before or after this.
	at := slices.IndexFunc(seen, func(m bottest.Seen) bool { return m.Text == "dit staat hier" })
	if at < 0 {
		t.Fatalf("what was said is not in the room: %v", seen)
	}
	last := seen[at]
	where, who, err := h.chat.Locate(ctx, last.ID)
	if err != nil || where != room || who != b.People[0].ID() {
		t.Errorf("Locate = %s, %s, %v; want %s, %s", where, who, err, room, b.People[0].ID())
	}
	if _, _, err := h.chat.Locate(ctx, "nosuchmessagenosuchmessage"); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("Locate of nothing: %v, want ErrNotFound", err)
	}
	if _, _, err := h.chat.Locate(ctx, "geen id"); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("Locate of what is no id: %v, want ErrNotFound", err)
	}
	must(t, h.chat.Hide(ctx, last.ID))
	if _, _, err := h.chat.Locate(ctx, last.ID); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("Locate of what was hidden: %v, want ErrNotFound", err)
	}
}

// unsaying takes back what was told in private, for good, once and again.
func unsaying(t *testing.T, h *house) {
	ctx := t.Context()
	b := h.bench(t)
	told, err := h.chat.Tell(ctx, b.People[0].ID(), bot.Message{Text: "een geheim over de casus"}, "unsay-1")
	must(t, err)
	stays, err := h.chat.Tell(ctx, b.People[0].ID(), bot.Message{Text: "dit blijft"}, "unsay-2")
	must(t, err)
	rows := func(id bot.MessageID) int {
		t.Helper()
		var n int
		must(t, h.DB().QueryRow("SELECT count(*) FROM Posts WHERE Id = $1 OR OriginalId = $1", string(id)).Scan(&n))
		return n
	}
	if rows(told) == 0 {
		t.Fatal("nothing was told")
	}
	for range 2 {
		must(t, h.chat.Unsay(ctx, told))
	}
	if n := rows(told); n != 0 {
		t.Errorf("%d rows of what was taken back are left", n)
	}
	if rows(stays) == 0 {
		t.Error("something else went along")
	}
	seen, err := b.People[0].SeeDirect()
	must(t, err)
	for _, s := range seen {
		if s.Text == "een geheim over de casus" {
			t.Error("the person still sees it")
		}
	}
}
