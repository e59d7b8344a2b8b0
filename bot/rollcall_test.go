package bot_test

import (
	"context"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// roll is a chat that can call the roll.
type roll struct {
	*bottest.Chat
	calls int
}

func (r *roll) Members(ctx context.Context, rooms ...bot.ChannelID) (map[bot.ChannelID][]bot.UserID, error) {
	r.calls++
	out := map[bot.ChannelID][]bot.UserID{}
	for _, room := range rooms {
		users, err := r.RoomMembers(ctx, room)
		if err != nil {
			return nil, err
		}
		out[room] = users
	}
	return out, nil
}

func TestOneCallTellsWhichRoomsAreNotAsTheyShouldBe(t *testing.T) {
	w := newWorld(t)
	var last bot.Casus
	for range 5 {
		last = w.open(newCasus())
	}
	r := &roll{Chat: w.chat}
	needs := w.bot.Needs
	needs.Platforms = []bot.Platform{r}
	b := bot.New(needs)
	if rooms, wrong, err := b.RollCall(t.Context()); err != nil || rooms != 5 || wrong != 0 || r.calls != 1 {
		t.Fatalf("RollCall = %d, %d, %v in %d calls; want five rooms as they should be in one call", rooms, wrong, err, r.calls)
	}
	// Somebody is put in, and the event of it is lost.
	if err := w.chat.AddToRoom(t.Context(), last.Room, stray); err != nil {
		t.Fatal(err)
	}
	if _, wrong, err := b.RollCall(t.Context()); err != nil || wrong != 1 {
		t.Fatalf("RollCall = %d wrong, %v; want one", wrong, err)
	}
	w.settle()
	if n := w.count(last.Ref, bot.ActStrangerRemoved); n != 1 {
		t.Errorf("the stranger was put out %d times, want once: %v", n, w.acts(last.Ref))
	}
	w.clock.Advance(2 * time.Minute)
	if _, wrong, err := b.RollCall(t.Context()); err != nil || wrong != 0 {
		t.Errorf("afterwards RollCall = %d wrong, %v", wrong, err)
	}
}
