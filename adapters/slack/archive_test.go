package slack_test

import (
	"context"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
)

func TestNobodyLeavesARoomThatIsEmptiedToBeArchived(t *testing.T) {
	h := newHouse(t, options{})
	room, err := h.chat.CreateRoom(t.Context(), "casus-2026-0006", "Casusoverleg")
	if err != nil {
		t.Fatal(err)
	}
	left := func(who int) bool {
		h.Settle(t.Context())
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := h.in.Await(ended, func(e bot.Event) bool { return e.Kind == bot.Left && e.User == bot.UserID(h.people[who].ID) })
		return err == nil
	}
	for _, p := range h.people[:2] {
		if err := h.chat.AddToRoom(t.Context(), room, bot.UserID(p.ID)); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.people[0].Leaves(string(room)); err != nil {
		t.Fatal(err)
	}
	if !left(0) {
		t.Error("somebody left the room, and nobody heard of it")
	}
	if err := h.chat.ArchiveRoom(t.Context(), room); err != nil {
		t.Fatal(err)
	}
	if left(1) {
		t.Error("who was put out of the archived room is said to have left it")
	}
	// Opened again, it is a room like any other.
	if err := h.chat.AddToRoom(t.Context(), room, bot.UserID(h.people[1].ID)); err != nil {
		t.Fatal(err)
	}
	if err := h.people[1].Leaves(string(room)); err != nil {
		t.Fatal(err)
	}
	if !left(1) {
		t.Error("somebody left the room that was opened again, and nobody heard of it")
	}
}
