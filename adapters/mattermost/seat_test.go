package mattermost_test

import (
	"slices"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/bot"
)

// forgotten puts the server in the state that it falls into now and then by itself:
// its tables say that the bot is the admin of a room, and what it remembers of them
// says that the bot is not there.
func forgotten(t *testing.T, h *house) {
	ctx := t.Context()
	b := h.bench(t)
	room, err := h.chat.CreateRoom(ctx, "casus-2026-3011", "Casusoverleg")
	must(t, err)
	must(t, h.chat.Protect(ctx, room))
	self := model.NewAPIv4Client(h.URL)
	self.SetToken(h.Token(h.self))
	move := func(from, to string) {
		t.Helper()
		done, err := h.DB().Exec("UPDATE ChannelMembers SET ChannelId = $1 WHERE ChannelId = $2 AND UserId = $3", to, from, h.self)
		must(t, err)
		if n, err := done.RowsAffected(); n != 1 || err != nil {
			t.Fatalf("%d seats of the bot moved, %v", n, err)
		}
	}
	unseen := func(when string) {
		t.Helper()
		if _, _, err := self.GetChannel(ctx, string(room)); err == nil {
			t.Fatalf("%s the bot sees its room", when)
		}
	}
	forget := func() {
		t.Helper()
		move(string(room), "elsewhere")
		_, err := h.Admin.InvalidateCaches(ctx)
		must(t, err)
		unseen("without a seat")
		move("elsewhere", string(room))
		unseen("with a server that remembers nothing, and so cannot be wrong,")
	}
	one, two := b.People[0].ID(), b.People[1].ID()
	there := func(want ...bot.UserID) {
		t.Helper()
		users, err := h.chat.RoomMembers(ctx, room)
		must(t, err)
		if len(users) != len(want) || slices.ContainsFunc(want, func(u bot.UserID) bool { return !slices.Contains(users, u) }) {
			t.Errorf("in the room: %v, want %v", users, want)
		}
	}
	forget()
	must(t, h.chat.AddToRoom(ctx, room, one))
	there(one)
	forget()
	must(t, h.chat.AddAllToRoom(ctx, room, []bot.UserID{one, two}))
	there(one, two)
	forget()
	must(t, h.chat.RemoveFromRoom(ctx, room, two))
	there(one)
	forget()
	if _, err := h.chat.Quiet(ctx, room); err != nil {
		t.Errorf("Quiet: %v", err)
	}
	forget()
	must(t, h.chat.ArchiveRoom(ctx, room))
}
