package bot_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// heardOf counts what one of the people was told that holds part.
func (w *world) heardOf(user bot.UserID, part string) int {
	w.t.Helper()
	seen, err := w.person(user).SeeDirect()
	if err != nil {
		w.t.Fatal(err)
	}
	n := 0
	for _, s := range seen {
		if strings.Contains(s.Text, part) {
			n++
		}
	}
	return n
}

func TestWhoeverChangesARoomIsRecordedOnceAndTold(t *testing.T) {
	tests := []struct {
		name  string
		event bot.Event
		act   bot.Act
		loud  bool // the FG hears it too
	}{
		{"the bot is put out", bot.Event{Kind: bot.Left, User: "the-bot", Self: true, By: carer}, bot.ActBotPutOut, true},
		{"the room is bound to a group", bot.Event{Kind: bot.Changed, Text: "group_constrained"}, bot.ActRoomChanged, true},
		{"the room is opened to all", bot.Event{Kind: bot.Changed, User: carer, Text: "system_convert_channel"}, bot.ActRoomChanged, true},
		{"the room is renamed", bot.Event{Kind: bot.Changed, User: carer, Text: "system_displayname_change"}, bot.ActRoomChanged, false},
		{"the bot itself archives", bot.Event{Kind: bot.Changed, User: "the-bot", Self: true, Text: "system_channel_deleted"}, "", false},
		{"the bot comes back", bot.Event{Kind: bot.Joined, User: "the-bot", Self: true}, "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			casus := w.open(newCasus())
			e := test.event
			e.ID, e.Platform, e.Channel = "x1", bottest.ChatName, casus.Room
			for range 2 { // events come twice
				if err := w.bot.Receive(t.Context(), e); err != nil {
					t.Fatal(err)
				}
				w.settle()
			}
			want := 0
			if test.act != "" {
				want = 1
			}
			if n := w.count(casus.Ref, bot.ActBotPutOut) + w.count(casus.Ref, bot.ActRoomChanged); n != want {
				t.Errorf("the log has %d of it, want %d: %v", n, want, w.acts(casus.Ref))
			}
			if test.act != "" && w.count(casus.Ref, test.act) != 1 {
				t.Errorf("the log has %v, want one %s", w.acts(casus.Ref), test.act)
			}
			if n := w.heardOf(ib, "kanaal"); (n > 0) != (test.act != "") {
				t.Errorf("the coordinator was told %d times", n)
			}
			if n := w.heardOf(officer, "**Casus "+string(casus.Ref)); (n == 1) != test.loud || n > 1 {
				t.Errorf("the FG was told %d times, want loud: %v", n, test.loud)
			}
		})
	}
}

func TestTheFGHearsOfAStrangerAndUnknownIsNeverNothing(t *testing.T) {
	w := newWorld(t)
	casus := w.open(newCasus())
	if err := w.person(carer).Add(casus.Room, stray); err != nil {
		t.Fatal(err)
	}
	w.settle()
	// The chat in memory cannot tell what could have been read.
	for _, user := range []bot.UserID{ib, officer} {
		if n := w.heardOf(user, "Ga ervan uit dat alles in het kanaal gelezen kan zijn"); n != 1 {
			t.Errorf("%s was told %d times what could have been read, want once", user, n)
		}
	}
	if n := w.heardOf(officer, "Toegevoegd door: jeugdhulpverlener"); n != 1 {
		t.Errorf("the FG was told %d times who did it, want once", n)
	}
	var entries []bot.Entry
	w.view(func(tx bot.Tx) (err error) { entries, err = tx.Entries(casus.Ref, 0, 0); return err })
	i := slices.IndexFunc(entries, func(e bot.Entry) bool { return e.Act == bot.ActStrangerRemoved })
	if i < 0 || !slices.Contains(entries[i].Reasons, "exposure_unknown") || entries[i].Actor == "" {
		t.Errorf("the log has %+v", entries)
	}
}
