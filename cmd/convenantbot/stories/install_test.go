package stories

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// found is one line of doctor's.
type found struct{ Code, Severity, Have, Promise, Fix string }

// examined runs doctor and returns what it found and its exit code.
func (h *house) examined(args ...string) (map[string]found, int) {
	h.t.Helper()
	r := h.operator(append([]string{"doctor", "--json"}, args...)...)
	all := map[string]found{}
	lines := bufio.NewScanner(strings.NewReader(r.out))
	for lines.Scan() {
		var f found
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			h.t.Fatalf("doctor: %v: %s", err, lines.Text())
		}
		all[f.Code] = f
	}
	return all, r.code
}

// TestFromNothingToAProtectedCasus follows deploy/mattermost/README.md on an
// empty server, and takes everything away again.
func TestFromNothingToAProtectedCasus(t *testing.T) {
	began := time.Now()
	h := newHouse(t, "", nil)
	h.tell(t, "before the first start doctor says what is missing", func() {
		all, code := h.examined()
		if code != 1 || all["store"].Severity != "broken" || all["plugin"].Severity != "good" || all["room_rights"].Severity != "broken" {
			h.t.Errorf("doctor: %d, store %+v, plugin %+v, room_rights %+v", code, all["store"], all["plugin"], all["room_rights"])
		}
	})
	if err := os.Chmod(h.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	// Whoever runs the server hears what is not well.
	text, err := os.ReadFile(h.config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.config, append(text, "  administrator: "+h.officer.Id+"\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	h.tell(t, "without pages doctor says that health is posted", func() {
		all, code := h.examined()
		if f := all["vault_pages"]; code != 1 || f.Severity != "broken" || f.Have != "health" {
			h.t.Errorf("doctor: %d, vault_pages %+v", code, f)
		}
	})
	h.pages()
	h.start("")
	h.tell(t, "the administrator hears it at the start", func() {
		h.officer.wasTold("`room_rights`")
		h.officer.wasTold("doctor --fix")
	})
	h.tell(t, "the server's settings are put right", func() {
		off := false
		if _, _, err := h.Admin.PatchConfig(h.t.Context(), &model.Config{ServiceSettings: model.ServiceSettings{EnableBurnOnRead: &off}}); err != nil {
			h.t.Fatal(err)
		}
		all, code := h.examined()
		for _, f := range all {
			if (f.Severity == "broken" || f.Severity == "unknown") && f.Code != "room_rights" {
				h.t.Errorf("%s is %s (%s): %s", f.Code, f.Severity, f.Have, f.Fix)
			}
		}
		if code != 1 {
			h.t.Errorf("doctor with open rooms: %d, want 1", code)
		}
	})
	h.tell(t, "the rooms are locked, and that is recorded", func() {
		if all, code := h.examined("--fix"); code != 0 || all["room_rights"].Severity != "good" {
			h.t.Errorf("doctor --fix: %d, %+v", code, all["room_rights"])
		}
	})
	var c casus
	h.tell(t, "a casus is opened and its files are held", func() {
		start := time.Now()
		c = h.open()
		h.t.Logf("from /casus nieuw to a room that is complete: %s", time.Since(start).Round(time.Millisecond))
		h.check(c)
		if got := h.lpa.upload(c.room, "verzuim.txt", []byte("drie dagen afwezig")); !strings.Contains(got, "nog niet geplaatst") {
			h.t.Errorf("an upload: %q", got)
		}
		if _, _, err := h.lpa.Client.AddChannelMember(h.t.Context(), c.room, h.stray.Id); err == nil {
			h.t.Error("a member added somebody")
		}
	})
	t.Logf("from an empty server to a protected casus: %s", time.Since(began).Round(time.Second))
	h.tell(t, "the rights are given back, and the bot goes on putting strangers out", func() {
		if all, code := h.examined("--undo"); code != 1 || all["room_rights"].Severity != "broken" {
			h.t.Errorf("doctor --undo: %d, %+v", code, all["room_rights"])
		}
		var out []time.Duration
		for range 5 {
			start := time.Now()
			if _, _, err := h.lpa.Client.AddChannelMember(h.t.Context(), c.room, h.stray.Id); err != nil {
				h.t.Fatal(err)
			}
			h.settled(c.room, parties)
			out = append(out, time.Since(start))
			time.Sleep(200 * time.Millisecond)
		}
		slices.Sort(out)
		h.t.Logf("a stranger is out again after p50 %s, at most %s", out[2].Round(time.Millisecond), out[4].Round(time.Millisecond))
		h.officer.wasTold("Te lezen was toen")
		// Somebody is out a moment before it is written down, and looking at the log
		// stops the bot.
		var log []entry
		measured := 0
		until(h.t, "of every stranger it is written what they could read", patience, func() bool {
			log, measured = h.log(), 0
			for _, e := range log {
				if e.Act == "stranger_removed" && slices.ContainsFunc(e.Reasons, func(r string) bool { return strings.HasPrefix(r, "exposed_ms:") }) {
					measured++
				}
			}
			return measured >= len(out)
		}, h.officer.told)
		if n := count(log, "", "setting_changed"); n != 2 {
			h.t.Errorf("the log has %d changes of settings, want both", n)
		}
		if measured != len(out) {
			h.t.Errorf("the log says of %d strangers what they could read, want five", measured)
		}
	})
	h.tell(t, "without the server doctor says so", func() {
		h.bot.stop(h.t)
		h.Server.Stop()
		if all, code := h.examined(); code != 3 || all["server"].Severity != "broken" {
			h.t.Errorf("doctor: %d, %+v; want 3", code, all["server"])
		}
	})
}
