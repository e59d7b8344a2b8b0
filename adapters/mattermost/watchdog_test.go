package mattermost_test

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// A plugin that is dead or frozen lets everything pass, and the other keeps the
// rooms closed. The story breaks them in every way there is while somebody tries
// to get a file in, and measures how long anything was open.
func watchdog(t *testing.T, h *house) {
	b := h.bench(t)
	room, err := h.chat.CreateRoom(t.Context(), fmt.Sprintf("casus-%d", time.Now().UnixNano()), "Casusoverleg")
	must(t, err)
	must(t, h.chat.Protect(t.Context(), room))
	for _, p := range b.People[:2] {
		must(t, h.chat.AddToRoom(t.Context(), room, p.ID()))
	}
	k := &kennel{t: t, h: h, b: b, room: room}
	first, second := mattermost.PluginID, mattermost.SentryID
	for _, fault := range []struct {
		name   string
		ids    []string // the plugins that break, at the same moment
		signal syscall.Signal
		times  int // within the hour; at the third the server gives up
		open   bool
	}{
		{"the first is killed", []string{first}, syscall.SIGKILL, 3, false},
		{"the first is frozen", []string{first}, syscall.SIGSTOP, 1, false},
		{"the second is killed", []string{second}, syscall.SIGKILL, 1, false},
		{"both are killed", []string{first, second}, syscall.SIGKILL, 1, true},
	} {
		t.Run(fault.name, func(t *testing.T) {
			for range fault.times {
				k.breaks(t, false, fault.signal, fault.open, fault.ids...)
			}
		})
	}
	// A server where only the first was installed, whose administrator allows the
	// kill switch.
	_, err = h.Admin.RemovePlugin(t.Context(), second)
	must(t, err)
	defer h.InstallPlugin(second, testserver.SentryBundle(t, ""), nil)
	t.Run("the first is killed and there is no second", func(t *testing.T) { k.breaks(t, true, syscall.SIGKILL, true, first) })
	t.Run("the first is frozen and there is no second", func(t *testing.T) { k.breaks(t, true, syscall.SIGSTOP, true, first) })
	config, _, err := h.Admin.GetConfig(t.Context())
	must(t, err)
	if !*config.FileSettings.EnableFileAttachments {
		t.Error("attachments were not put on again")
	}
}

// kennel is where the watchdog is let loose.
type kennel struct {
	t    *testing.T
	h    *house
	b    bottest.PlatformBench
	room bot.ChannelID
}

// breaks breaks plugins under the eyes of a watchdog, and waits until it has seen
// them all back.
func (k *kennel) breaks(t *testing.T, killSwitch bool, signal syscall.Signal, open bool, ids ...string) {
	ctx, cancel := context.WithCancel(t.Context())
	gaps := make(chan mattermost.Gap, 20)
	// On a machine that does much else a healthy plugin may take more than a second.
	dog := &mattermost.Watchdog{Chat: k.h.chat, Token: func() string { return k.h.Admin.AuthToken }, KillSwitch: killSwitch, Wait: 4 * time.Second,
		Closed: func(_ context.Context, g mattermost.Gap) { gaps <- g }}
	done := make(chan error, 1)
	go func() { done <- dog.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	}()
	time.Sleep(600 * time.Millisecond) // it has looked
	ended := make(chan int)
	halt := make(chan struct{})
	go func() {
		passed := 0
		for n := 0; ; n++ {
			select {
			case <-halt:
				ended <- passed
				return
			default:
			}
			if err := k.b.People[0].Upload(k.room, fmt.Sprintf("tussendoor-%d.txt", n), fmt.Appendf(nil, "tussendoor %d", n)); err == nil {
				passed++
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	start := time.Now()
	for _, id := range ids {
		pids := k.h.PluginPIDs(id)
		if len(pids) != 1 {
			t.Fatalf("%s runs as %v", id, pids)
		}
		must(t, syscall.Kill(pids[0], signal))
	}
	var worst mattermost.Gap
	for missed := slices.Clone(ids); len(missed) > 0; {
		select {
		case g := <-gaps:
			worst.Open = max(worst.Open, g.Open)
			worst.Restarts += g.Restarts
			worst.Killed = worst.Killed || g.Killed
			missed = slices.DeleteFunc(missed, func(id string) bool { return id == g.Plugin })
		case <-time.After(4 * time.Minute):
			t.Fatalf("a plugin did not come back\n%s", k.h.Log())
		}
	}
	took := time.Since(start)
	for _, id := range ids {
		k.h.AwaitPlugin(id)
	}
	close(halt)
	passed := <-ended
	t.Logf("open for %s; away for %s with %d restarts, kill switch %v; %d files slipped in", worst.Open.Round(time.Millisecond), took.Round(time.Millisecond),
		worst.Restarts, worst.Killed, passed)
	if !open && (worst.Open != 0 || passed > 0) {
		t.Errorf("it was open for %s and %d files passed, want none with the other plugin there", worst.Open, passed)
	}
	if open && worst.Open == 0 {
		t.Error("the gap is not called open")
	}
	if err := k.b.People[0].Upload(k.room, "daarna.txt", []byte("x")); err == nil {
		t.Error("afterwards a file still passes")
	}
	// What came in meanwhile is out of sight and reported.
	seen, unread := -1, error(nil)
	for end := time.Now().Add(4 * time.Minute); seen != 0 && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		list, err := k.b.People[1].See(k.room)
		if unread = err; err != nil {
			continue // the server answers so once while plugins are put off and on
		}
		seen = 0
		for _, s := range list {
			seen += len(s.Files)
		}
	}
	if seen != 0 {
		t.Errorf("%d files that slipped in are still there (%v)", seen, unread)
	}
	if passed > 0 {
		if _, err := k.b.Incoming.Await(t.Context(), func(e bot.Event) bool { return e.Kind == bot.Slipped && e.Channel == k.room }); err != nil {
			t.Errorf("what slipped in was not reported: %v", err)
		}
	}
}

// thousandRooms calls the roll of 1,000 rooms of eight people. They are written
// into the server's tables, since making them one by one takes minutes.
func thousandRooms(t *testing.T, h *house) {
	ctx, db := t.Context(), h.DB()
	defer func() {
		_, _ = db.Exec("DELETE FROM ChannelMembers WHERE ChannelId LIKE 'roll%'; DELETE FROM Channels WHERE Id LIKE 'roll%'")
	}()
	const rooms, people = 1000, 8
	like, err := h.chat.CreateRoom(ctx, "casus-2026-4000", "Casusoverleg")
	must(t, err)
	for _, q := range []string{
		`INSERT INTO Channels SELECT (jsonb_populate_record(c, jsonb_build_object('id', 'roll' || lpad(n::text, 22, '0'), 'name', 'roll-' || n))).*
FROM Channels c, generate_series(1, 1000) n WHERE c.Id = $1`,
		`INSERT INTO ChannelMembers SELECT (jsonb_populate_record(m, jsonb_build_object('channelid', 'roll' || lpad(n::text, 22, '0'),
'userid', CASE WHEN k = 0 THEN m.UserId ELSE 'lid' || lpad(k::text, 23, '0') END, 'schemeadmin', k = 0))).*
FROM ChannelMembers m, generate_series(1, 1000) n, generate_series(0, 8) k WHERE m.ChannelId = $1`,
	} {
		if _, err := db.Exec(q, string(like)); err != nil {
			t.Fatal(err)
		}
	}
	var ids []bot.ChannelID
	for n := range rooms {
		ids = append(ids, bot.ChannelID(fmt.Sprintf("roll%022d", n+1)))
	}
	start := time.Now()
	all, err := h.chat.Members(ctx, ids...)
	must(t, err)
	took := time.Since(start)
	t.Logf("the roll of %d rooms of %d people: %s in %d calls", rooms, people, took.Round(time.Millisecond), (rooms+99)/100)
	if took > 60*time.Second {
		t.Errorf("the roll took %s, want at most a minute", took)
	}
	if len(all) != rooms || len(all[ids[0]]) != people || len(all[ids[rooms-1]]) != people {
		t.Errorf("the roll has %d rooms, the first with %d people", len(all), len(all[ids[0]]))
	}
}

// manyRooms asks about more rooms than go into one call, one of them unknown.
func manyRooms(t *testing.T, h *house) {
	b := h.bench(t)
	room, err := h.chat.CreateRoom(t.Context(), fmt.Sprintf("casus-%d", time.Now().UnixNano()), "Casusoverleg")
	must(t, err)
	must(t, h.chat.AddToRoom(t.Context(), room, b.People[0].ID()))
	rooms := []bot.ChannelID{"nosuchroomnosuchroomnosuch"}
	for range 300 {
		rooms = append(rooms, room)
	}
	start := time.Now()
	all, err := h.chat.Members(t.Context(), rooms...)
	must(t, err)
	t.Logf("%d rooms in %s", len(rooms), time.Since(start).Round(time.Millisecond))
	if len(all) != 1 || len(all[room]) != 1 || all[room][0] != b.People[0].ID() {
		t.Errorf("Members = %v, want the one room with one person", all)
	}
}
