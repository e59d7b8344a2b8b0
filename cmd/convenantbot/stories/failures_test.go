package stories

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/internal/testserver"
)

// TestWhateverBreaksTheRoomIsClosed breaks one thing after another while people
// go on working, and measures for how long anything was open.
func TestWhateverBreaksTheRoomIsClosed(t *testing.T) {
	h := newHouse(t, "", nil)
	h.start("")
	var c casus
	h.tell(t, "first all is well", func() { c = h.open(); h.check(c) })
	h.tell(t, "the bot is killed", func() {
		h.bot.kill()
		h.closed4(c, "geeft nu geen antwoord")
		h.start("")
		h.works(c)
	})
	h.tell(t, "the bot is frozen", func() {
		pid := h.bot.cmd.Process.Pid
		h.signal(pid, syscall.SIGSTOP)
		began := time.Now()
		_, _, err := h.lpa.Client.CreatePost(t.Context(), &model.Post{ChannelId: c.room, Message: "hoort hier niet"})
		took := time.Since(began)
		h.signal(pid, syscall.SIGCONT)
		if err == nil || !strings.Contains(err.Error(), "geeft nu geen antwoord") || took > 20*time.Second {
			h.t.Errorf("after %s a message to a room of a frozen bot: %v", took, err)
		}
		h.t.Logf("a frozen bot: no after %s", took.Round(time.Millisecond))
		h.signal(pid, syscall.SIGSTOP)
		h.closed4(c, "geeft nu geen antwoord")
		h.signal(pid, syscall.SIGCONT)
		h.works(c)
	})
	h.tell(t, "the plugin is frozen", func() { _ = h.frozen(c) })
	h.tell(t, "the plugin is upgraded while people upload", func() {
		_ = h.during(c, "upgrade", func() { h.InstallPlugin(pluginID, testserver.Bundle(h.t, ""), nil) })
		h.works(c)
	})
	h.tell(t, "the server's database is away", func() {
		_ = h.during(c, "database", func() { h.databaseAway(3 * time.Second) })
		h.works(c)
	})
	h.tell(t, "the disk of the bot is full", func() { h.fullDisk() })
}

func (h *house) signal(pid int, s syscall.Signal) {
	h.t.Helper()
	if err := syscall.Kill(pid, s); err != nil {
		h.t.Fatalf("signal %d: %v", pid, err)
	}
	if pid == h.bot.cmd.Process.Pid {
		h.frozenBot = s == syscall.SIGSTOP
	}
	if s != syscall.SIGSTOP {
		return
	}
	// The call returns before the process has really stopped.
	until(h.t, "the process has stopped", patience, func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			h.t.Fatalf("look at process %d: %v", pid, err)
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		return strings.HasPrefix(rest, "T")
	}, nil)
}

// closed4 tries every way into the room; each must be refused with a sentence
// that says why, and the rest of the server must go on.
func (h *house) closed4(c casus, why string) {
	h.t.Helper()
	data := []byte("een verslag dat niemand mag zien")
	if got := h.lpa.upload(c.room, "verslag.txt", data); !strings.Contains(got, why) {
		h.t.Errorf("an upload: %q, want %q", got, why)
	}
	if _, _, err := h.lpa.Client.CreatePost(h.t.Context(), &model.Post{ChannelId: c.room, Message: "hallo"}); err == nil || !strings.Contains(err.Error(), why) {
		h.t.Errorf("a message: %v, want %q", err, why)
	}
	if got := h.lpa.try(c.room, "/casus status"); !strings.Contains(got, why) {
		h.t.Errorf("a command: %q, want %q", got, why)
	}
	if got := h.lpa.upload(h.common, "gewoon.txt", []byte("gewoon")); got != "" {
		h.t.Errorf("in an ordinary channel an upload is refused: %s", got)
	}
	h.ib.sees(c.room, nil)
}

// works waits until the gate answers for itself again, and looks that nothing
// was left behind that should not be.
func (h *house) works(c casus) {
	h.t.Helper()
	until(h.t, "the gate answers again", 2*patience, func() bool {
		_, _, err := h.lpa.Client.CreatePost(h.t.Context(), &model.Post{ChannelId: c.room, Message: "we gaan verder"})
		return err == nil
	}, func() string { return tail(h.bot.said(), 2000) })
	until(h.t, "an upload is held again", 2*patience, func() bool {
		return strings.Contains(h.lpa.upload(c.room, "daarna.txt", []byte("daarna")), "nog niet geplaatst")
	}, func() string { return tail(h.bot.said(), 2000) })
	until(h.t, "a command arrives again", patience, func() bool { return h.lpa.try(c.room, "/casus status") == "" }, nil)
	h.ib.sees(c.room, nil)
	h.settled(c.room, parties)
}

// during has somebody upload all the time while f goes on, and measures when the
// first and the last of it could be read by another member.
func (h *house) during(c casus, what string, f func()) (slipped int) {
	h.t.Helper()
	ctx, stop := context.WithCancel(h.t.Context())
	type outcome struct {
		tries, passed int
		first, last   time.Time // of what passed
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		client := model.NewAPIv4Client(h.URL)
		client.SetToken(h.carer.Client.AuthToken)
		client.HTTPClient.Timeout = 5 * time.Second
		for ctx.Err() == nil {
			o.tries++
			res, _, err := client.UploadFile(ctx, fmt.Appendf(nil, "gluipt %d", o.tries), c.room, fmt.Sprintf("gluip-%d.txt", o.tries))
			if err == nil && len(res.FileInfos) == 1 {
				_, _, err = client.CreatePost(ctx, &model.Post{ChannelId: c.room, FileIds: model.StringArray{res.FileInfos[0].Id}})
				if err == nil {
					if o.last = time.Now(); o.passed == 0 {
						o.first = o.last
					}
					o.passed++
				}
			}
			time.Sleep(20 * time.Millisecond)
		}
		done <- o
	}()
	time.Sleep(200 * time.Millisecond)
	began := time.Now()
	f()
	over := time.Since(began)
	time.Sleep(300 * time.Millisecond)
	stop()
	o := <-done
	open := time.Duration(0)
	if o.passed > 0 {
		open = o.last.Sub(o.first)
	}
	if o.passed > 0 {
		h.t.Errorf("%s: %d files stood there", what, o.passed)
	}
	h.t.Logf("%s: took %s; of %d files that somebody tried to slip in %d stood there, over a time of %s; all are looked at afterwards",
		what, over.Round(time.Millisecond), o.tries, o.passed, open.Round(time.Millisecond))
	until(h.t, "what slipped in is out of sight", 2*patience, func() bool { return len(h.ib.files(c.room)) == 0 }, nil)
	return o.passed
}

// frozen stops the plugin's process without ending it; the server itself never
// notices.
func (h *house) frozen(c casus) (slipped int) {
	h.t.Helper()
	pids := h.PluginPIDs(pluginID)
	if len(pids) != 1 {
		h.t.Fatalf("the plugin runs as %v", pids)
	}
	slipped = h.during(c, "a frozen plugin", func() {
		h.signal(pids[0], syscall.SIGSTOP)
		until(h.t, "the bot puts the plugin on again", 3*patience, func() bool {
			now := h.PluginPIDs(pluginID)
			return len(now) == 1 && now[0] != pids[0]
		}, func() string { return tail(h.bot.said(), 2000) })
		h.AwaitPlugin(pluginID)
	})
	until(h.t, "the bot tells that the plugin was away", patience, func() bool { return strings.Contains(h.bot.said(), "a plugin was away") }, nil)
	for line := range strings.Lines(h.bot.said()) {
		if strings.Contains(line, "a plugin was away") || strings.Contains(line, "the gate was open") {
			h.t.Log(strings.TrimSpace(line))
		}
	}
	h.works(c)
	return slipped
}

// databaseAway lets nobody into the server's database for a while.
func (h *house) databaseAway(d time.Duration) {
	h.t.Helper()
	u, err := url.Parse(h.DSN)
	if err != nil {
		h.t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	u.Path = "/postgres"
	db, err := sql.Open("pgx", u.String())
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	run := func(q string) {
		h.t.Helper()
		if _, err := db.Exec(q); err != nil {
			h.t.Fatalf("%s: %v", q, err)
		}
	}
	run(`ALTER DATABASE "` + name + `" ALLOW_CONNECTIONS false`)
	run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '` + name + `'`)
	time.Sleep(d)
	run(`ALTER DATABASE "` + name + `" ALLOW_CONNECTIONS true`)
	until(h.t, "the server answers again", 2*patience, func() bool {
		_, _, err := h.lpa.Client.GetMe(context.Background(), "")
		return err == nil
	}, nil)
}

// fullDisk gives a second bot a disk of a few megabytes and fills it.
func (h *house) fullDisk() {
	h.t.Helper()
	h.bot.stop(h.t)
	disk := filepath.Join(h.t.TempDir(), "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		h.t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=12m,mode=0700"); err != nil {
		h.t.Fatalf("a small disk cannot be made, which needs root: %v", err)
	}
	h.t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	text, err := os.ReadFile(h.config)
	if err != nil {
		h.t.Fatal(err)
	}
	// Only the data are on it; the keys stay where they are.
	config := filepath.Join(h.dir, "small.yaml")
	text = bytes.Replace(text, fmt.Appendf(nil, "data_dir: %q", h.dir), fmt.Appendf(nil, "data_dir: %q", disk), 1)
	if err := os.WriteFile(config, text, 0o600); err != nil {
		h.t.Fatal(err)
	}
	h.startWith(config, "")
	h.t.Cleanup(func() { h.bot.stop(h.root) })
	c := h.open()
	refused := 0
	for n := range 12 {
		data := make([]byte, 2<<20)
		_, _ = rand.Read(data)
		got := h.lpa.tryUpload(c.room, fmt.Sprintf("groot-%d.bin", n), data)
		if got == "" {
			h.t.Fatal("a file passed on a full disk")
		}
		if !strings.Contains(got, "nog niet geplaatst") {
			if refused++; refused == 1 {
				h.t.Logf("after %d files of 2 MiB on a disk of 12 MB: %s", n, got)
			}
			if !strings.Contains(got, "Er is niets gedeeld") && !strings.Contains(got, "Probeer") {
				h.t.Errorf("on a full disk a person reads %q", got)
			}
		}
	}
	if refused == 0 {
		h.t.Fatal("the disk did not get full")
	}
	h.ib.sees(c.room, nil)
	if got := h.lpa.upload(h.common, "gewoon.txt", []byte("gewoon")); got != "" {
		h.t.Errorf("in an ordinary channel an upload is refused: %s", got)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", syscall.MS_REMOUNT, "size=200m"); err != nil {
		h.t.Fatalf("make the disk larger: %v", err)
	}
	h.settled(c.room, parties)
	until(h.t, "with room on the disk an upload is held again", 2*patience, func() bool {
		return strings.Contains(h.lpa.upload(c.room, "daarna.txt", []byte("daarna")), "nog niet geplaatst")
	}, func() string { return tail(h.bot.said(), 2000) })
	if !slices.Equal(h.members(c.room), parties) {
		h.t.Errorf("in the room are %v", h.members(c.room))
	}
}
