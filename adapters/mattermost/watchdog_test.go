package mattermost_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/bot"
)

// A dead or frozen plugin lets everything pass. The story breaks it in every
// way there is and measures how long.
func watchdog(t *testing.T, h *house) {
	b := h.bench(t)
	ctx, cancel := context.WithCancel(t.Context())
	var mu sync.Mutex
	var gaps []mattermost.Gap
	dog := &mattermost.Watchdog{Chat: h.chat, Token: func() string { return h.Admin.AuthToken }, Closed: func(_ context.Context, g mattermost.Gap) {
		mu.Lock()
		defer mu.Unlock()
		gaps = append(gaps, g)
	}}
	done := make(chan error, 1)
	go func() { done <- dog.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	await := func(n int) mattermost.Gap {
		t.Helper()
		for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			mu.Lock()
			if len(gaps) >= n {
				defer mu.Unlock()
				return gaps[n-1]
			}
			mu.Unlock()
		}
		t.Fatalf("the gate did not close again\n%s", h.Log())
		return mattermost.Gap{}
	}
	room, err := h.chat.CreateRoom(t.Context(), fmt.Sprintf("casus-%d", time.Now().UnixNano()), "Casusoverleg")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.chat.Protect(t.Context(), room); err != nil {
		t.Fatal(err)
	}
	for _, p := range b.People[:2] {
		if err := h.chat.AddToRoom(t.Context(), room, p.ID()); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	for _, fault := range []struct {
		name   string
		signal syscall.Signal
		times  int // within the hour; at the third the server gives up
		within time.Duration
	}{
		{"killed", syscall.SIGKILL, 3, 3 * time.Second},
		{"frozen", syscall.SIGSTOP, 1, 25 * time.Second},
	} {
		for i := range fault.times {
			pids := h.PluginPIDs(mattermost.PluginID)
			if len(pids) != 1 {
				t.Fatalf("%s: the plugin runs as %v", fault.name, pids)
			}
			start := time.Now()
			if err := syscall.Kill(pids[0], fault.signal); err != nil {
				t.Fatal(err)
			}
			slipped := make(chan error, 1)
			if i == 0 { // an upload to a dead plugin takes five seconds
				go func() { slipped <- b.People[0].Upload(room, "tussendoor.txt", []byte("tussendoor")) }()
			} else {
				slipped <- errors.New("not tried")
			}
			n++
			g := await(n)
			took := time.Since(start)
			t.Logf("%s: the gate was open for %s, %d restarts; seen from outside %s", fault.name, g.To.Sub(g.From).Round(time.Millisecond), g.Restarts, took.Round(time.Millisecond))
			if took > fault.within {
				t.Errorf("%s: closed again after %s, want at most %s", fault.name, took, fault.within)
			}
			passed := <-slipped
			if err := b.People[0].Upload(room, "daarna.txt", []byte("x")); err == nil {
				t.Errorf("%s: afterwards a file still passes", fault.name)
			}
			// What came in meanwhile is out of sight and reported.
			var seen int
			for end := time.Now().Add(12 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
				seen = 0
				list, err := b.People[1].See(room)
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range list {
					seen += len(s.Files)
				}
				if seen == 0 {
					break
				}
			}
			if seen != 0 {
				t.Errorf("%s: %d files that slipped in are still there", fault.name, seen)
			}
			if passed == nil {
				if _, err := b.Incoming.Await(t.Context(), func(e bot.Event) bool { return e.Kind == bot.Slipped && e.Channel == room }); err != nil {
					t.Errorf("%s: what slipped in was not reported: %v", fault.name, err)
				}
				t.Logf("%s: a file slipped in meanwhile and was hidden", fault.name)
			}
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
