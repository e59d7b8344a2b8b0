package stories

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// pluginStories are the stories of the points in the plugin. There the server
// itself goes on without it until it is back, which is what the bot's watchdog
// sees to; meanwhile the second plugin keeps the rooms closed.
var pluginStories = map[string]func(h *house, c casus){
	"plugin.command": func(h *house, c casus) {
		if answer := h.lpa.try(c.room, "/casus status"); answer == "" {
			h.t.Errorf("a command that did not arrive looks as if it did")
		}
	},
	"plugin.moved": func(h *house, c casus) {
		if _, _, err := h.lpa.Client.AddChannelMember(h.t.Context(), c.room, h.stray.Id); err != nil {
			h.t.Fatalf("a member adds somebody: %v", err)
		}
		h.settled(c.room, parties) // nobody told the bot; it looked
	},
	"plugin.upload": func(h *house, c casus) {
		got := h.carer.tryUpload(c.room, "ongezien.txt", []byte("een verslag dat niemand bekeek"))
		h.t.Logf("an upload while the plugin dies: %q", got)
		h.hidden(c, "een verslag dat niemand bekeek") // it may have been there for a moment
	},
	"plugin.update": func(h *house, c casus) {
		post := h.lpa.say(c.room, "hier komt iets bij")
		dm, _, err := h.lpa.Client.CreateDirectChannel(h.t.Context(), h.lpa.Id, h.lpa.Id)
		if err != nil {
			h.t.Fatal(err)
		}
		res, _, err := h.lpa.Client.UploadFile(h.t.Context(), []byte("langs een omweg"), dm.Id, "omweg.txt")
		if err != nil {
			h.t.Fatalf("upload to oneself: %v", err)
		}
		files, text := model.StringArray{res.FileInfos[0].Id}, "kijk"
		_, _, err = h.lpa.Client.PatchPost(h.t.Context(), post.Id, &model.PostPatch{Message: &text, FileIds: &files})
		h.t.Logf("a change that brings a file while the plugin dies: %v", err)
		h.hidden(c, "langs een omweg")
	},
	"plugin.posting": func(h *house, c casus) {
		if _, _, err := h.lpa.Client.CreatePost(h.t.Context(), &model.Post{ChannelId: c.room, Message: "tot morgen"}); err != nil {
			return // refused: fine too, there is nothing then
		}
		n := 0
		for _, post := range h.ib.posts(c.room) {
			if post.Message == "tot morgen" {
				n++
			}
		}
		if n != 1 {
			h.t.Errorf("the message is there %d times", n)
		}
	},
	"plugin.posted": func(h *house, c casus) {
		h.lpa.say(h.common, "@"+botName+" wat is een casusoverleg?") // may be lost, and is asked again below
	},
}

// pluginTimes are the starts of the server, each with the points that the plugin
// dies at from then on, at its first passing after each start of its own.
var pluginTimes = [][]string{{"plugin.command", "plugin.moved"}, {"plugin.update"}, {"plugin.upload"}, {"plugin.posting"}, {"plugin.posted"}}

func TestThePluginIsKilledAtEveryPoint(t *testing.T) {
	h := newHouse(t, "faults", nil)
	h.start("")
	var c casus
	h.tell(t, "first all is well", func() { c = h.open(); h.check(c) })
	var told []string
	for _, points := range pluginTimes {
		told = append(told, points...)
		var faults []string
		for _, p := range points {
			faults = append(faults, p+"=exit@1")
		}
		h.tell(t, "killed at "+strings.Join(points, " and "), func() {
			h.again(strings.Join(faults, ","))
			for _, p := range points {
				before := h.quiet()
				pluginStories[p](h, c)
				// What the server tells it afterwards may come to it later.
				until(h.t, "the plugin dies at "+p, patience, func() bool { return !slices.Equal(h.PluginPIDs(pluginID), []int{before}) },
					func() string { return tail(h.bot.said(), 3000) })
				h.quiet()
			}
		})
	}
	slices.Sort(told)
	for p := range pluginStories {
		if _, there := slices.BinarySearch(told, p); !there {
			t.Errorf("the story of %s is not told", p)
		}
	}
	h.tell(t, "afterwards all is well", func() {
		h.again("")
		h.check(c)
		h.lpa.sees(c.room, nil)
		asked := h.lpa.say(h.common, "@"+botName+" vanaf welke leeftijd beslist een jongere zelf over jeugdhulp?")
		answers := func() int {
			n := 0
			for _, post := range h.lpa.posts(h.common) {
				if post.RootId == asked.Id && post.UserId == h.self {
					n++
				}
			}
			return n
		}
		until(h.t, "a question is answered again", 2*patience, func() bool { return answers() > 0 }, h.bot.said)
		h.bring(h.lpa, c, "later.txt", []byte("drie dagen afwezig"))
		log := h.logOf(c.ref, map[string]int{"stranger_removed": 1})
		if n := count(log, c.ref, "stranger_removed"); n != 1 {
			h.t.Errorf("the log has %d removals, want the one: %v", n, acts(log, c.ref))
		}
		// The second plugin said no each time the first died of a file.
		if n := count(log, c.ref, "file_slipped_in"); n != 0 {
			h.t.Errorf("the log has %d files that slipped in, want none: %v", n, acts(log, c.ref))
		}
		if n := answers(); n != 1 {
			h.t.Errorf("the question has %d answers", n)
		}
	})
}

// hidden waits until a member sees no file in the room, and cannot open any by its
// id either.
func (h *house) hidden(c casus, text string) {
	h.t.Helper()
	h.lpa.sees(c.room, nil)
	look := h.lpa.watch(c.room, "no such name", text)
	rows, err := h.db().Query("SELECT f.Id FROM FileInfo f LEFT JOIN Posts p ON p.Id = f.PostId WHERE f.ChannelId = $1 OR p.ChannelId = $1", c.room)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			h.t.Fatal(err)
		}
		until(h.t, "who kept the id of the file cannot open it any more", patience, func() bool {
			_, _, err := h.lpa.Client.GetFile(h.t.Context(), id)
			return err != nil
		}, func() string { return tail(h.bot.said(), 3000) })
	}
	time.Sleep(100 * time.Millisecond)
	if where := look(); len(where) > 0 {
		h.t.Errorf("what slipped in is seen %v", where)
	}
}

// quiet waits until the plugin has been one and the same process for a while, and
// returns its id.
func (h *house) quiet() int {
	h.t.Helper()
	pid, since := 0, time.Now()
	until(h.t, "the plugin runs and stays", 2*patience, func() bool {
		now := h.PluginPIDs(pluginID)
		if len(now) != 1 || now[0] != pid {
			if pid, since = 0, time.Now(); len(now) == 1 {
				pid = now[0]
			}
			return false
		}
		return time.Since(since) > time.Second
	}, func() string { return tail(h.bot.said(), 3000) })
	h.AwaitPlugin(pluginID)
	return pid
}

// again starts the server again with faults in its plugin.
func (h *house) again(faults string) {
	h.t.Helper()
	h.Server.Stop()
	h.Setenv("CONVENANTBOT_FAULT", faults)
	h.Server.Start()
	h.quiet()
}
