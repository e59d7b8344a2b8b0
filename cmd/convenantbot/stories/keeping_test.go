package stories

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const day = 24 * time.Hour

// due is one line of a retention plan.
type due struct {
	Ref, Action, Status, Rule string
	Why                       []string
}

// plan asks the operator's command what is due; it works beside the running bot.
func (h *house) plan(args ...string) map[string]due {
	h.t.Helper()
	r := h.operator(append([]string{"retention", "plan", "--all", "--json"}, args...)...)
	if r.code != 0 {
		h.t.Fatalf("retention plan: %d\n%s", r.code, r.err)
	}
	all := map[string]due{}
	for line := range strings.Lines(r.out) {
		var d due
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			h.t.Fatalf("retention plan: %v: %s", err, line)
		}
		all[d.Ref] = d
	}
	return all
}

// archived reports whether a room is archived; one that is gone is not.
func (h *house) archived(c casus) bool {
	ch, _, err := h.Admin.GetChannel(h.t.Context(), c.room)
	return err == nil && ch.DeleteAt != 0
}

// bytesOnDisk reports whether a text stands in any file of the server's store.
func (h *house) bytesOnDisk(text string) bool {
	h.t.Helper()
	for _, name := range h.Files() {
		data, err := os.ReadFile(filepath.Join(h.DataDir, name))
		if err == nil && bytes.Contains(data, []byte(text)) {
			return true
		}
	}
	return false
}

// nothingLeft fails the story when anything of a room is left on the server.
func (h *house) nothingLeft(c casus, text string) {
	h.t.Helper()
	if n := h.number("SELECT count(*) FROM Posts WHERE ChannelId = $1", c.room); n != 0 {
		h.t.Errorf("%d messages of %s are left", n, c.ref)
	}
	if n := h.number("SELECT count(*) FROM FileInfo WHERE ChannelId = $1", c.room); n != 0 {
		h.t.Errorf("%d files of %s are left", n, c.ref)
	}
	if h.bytesOnDisk(text) {
		h.t.Errorf("the bytes of a file of %s are left in the server's store", c.ref)
	}
	if _, _, err := h.lpa.Client.GetPostsForChannel(h.t.Context(), c.room, 0, 10, "", false, false); err == nil {
		if posts := h.lpa.posts(c.room); len(posts) > 0 {
			h.t.Errorf("a member still reads %d messages of %s", len(posts), c.ref)
		}
	}
}

// keeping: from closing to erasing, on a server that does not let anybody remove
// channels. What stays is said.
func (h *house) keeping(c casus) {
	const text = "drie dagen afwezig zonder bericht"
	h.bring(h.lpa, c, "verzuim.txt", []byte(text))
	h.classify(h.lpa, "verzuim.txt", "ordinary")
	until(h.t, "the file is there", patience, func() bool { return h.ib.has(c.room, []byte(text)) }, h.lpa.told)
	if !h.bytesOnDisk(text) {
		h.t.Fatalf("the server's store does not have the bytes of the file: the look at the end would see nothing")
	}
	h.lpa.command(c.room, "/casus sluit")
	h.lpa.wasTold("Dit kan alleen de procesregisseur")
	h.close(c)
	if got := h.carer.upload(c.room, "laat.txt", []byte("te laat")); got == "" {
		h.t.Errorf("a closed casus takes a file")
	}
	if d := h.plan()[c.ref]; d.Action != "keep" || d.Status != "closed" {
		h.t.Errorf("the plan on the day of closing is %+v, want keep", d)
	}
	if d := h.plan("--at", h.day(8))[c.ref]; d.Action != "archive" {
		h.t.Errorf("the plan for in 8 days is %+v, want archive", d)
	}
	h.later(6*day, "")
	if h.archived(c) {
		h.t.Errorf("archived after 6 days")
	}
	h.later(day+time.Hour, "")
	until(h.t, "the room is archived", patience, func() bool { return h.archived(c) }, h.bot.said)

	h.later(9*day, "")
	for _, p := range []*person{h.ib, h.lpa, h.carer, h.doctor} {
		p.wasTold("**Casus " + c.ref + " wordt vernietigd**")
	}
	// Three parties have taken over what they must keep; the fourth has not.
	for _, p := range []*person{h.ib, h.lpa, h.carer} {
		p.press("Wij hebben overgenomen", c.ref)
		p.wasTold("Vastgelegd voor casus " + c.ref)
	}
	h.later(15*day, "")
	if d := h.plan()[c.ref]; d.Action != "keep" || d.Rule != "R-HANDOVER" {
		h.t.Errorf("the plan without the fourth party's word is %+v, want keep", d)
	}

	// The erasure cannot be done now: the operator took the administrator's token
	// away. It is tried again by itself, less and less often.
	h.bot.stop(h.t)
	h.startWith(filepath.Join(h.dir, "without-admin.yaml"), "")
	h.doctor.press("Wij hebben overgenomen", c.ref)
	h.doctor.wasTold("Vastgelegd voor casus " + c.ref)
	until(h.t, "the erasure fails four times", patience, func() bool { return strings.Count(h.bot.said(), "erase "+c.ref) >= 4 }, h.bot.said)
	if d := h.plan()[c.ref]; d.Action != "erase" {
		h.t.Errorf("the plan is %+v, want erase", d)
	}
	h.restart("")
	if r := h.operator("retention", "run"); r.code != 0 || !strings.Contains(r.out, c.ref) || !strings.Contains(r.err, "Nothing was done") {
		h.t.Errorf("retention run: %d\n%s%s", r.code, r.out, r.err)
	}
	if r := h.operator("retention", "run", "--apply"); r.code != 0 || !strings.Contains(r.out, c.ref) {
		h.t.Errorf("retention run --apply: %d\n%s%s", r.code, r.out, r.err)
	}
	began := time.Now()
	for _, p := range []*person{h.ib, h.lpa, h.carer, h.doctor} {
		p.wasTold("**Casus " + c.ref + " is vernietigd.**")
	}
	if took := time.Since(began); took > 45*time.Second {
		h.t.Errorf("retention run --apply took %s to erase, want it at once", took)
	}
	h.nothingLeft(c, text)
	if !h.archived(c) {
		h.t.Errorf("the server lets nobody remove a channel, and the emptied room is not there archived")
	}
	if _, there := h.plan()[c.ref]; there {
		h.t.Errorf("the plan still has the erased casus")
	}
	h.ib.wasTold("Wat er nog kan staan")
	all := map[string]int{"casus_opened": 1, "casus_closed": 1, "handed_over": 4, "archived": 1, "erasure_announced": 1, "erased": 1}
	log := h.logOf(c.ref, all)
	for act, want := range all {
		if n := count(log, c.ref, act); n != want {
			h.t.Errorf("%s stands %d times in the log, want %d: %v", act, n, want, acts(log, c.ref))
		}
	}
	i := slices.IndexFunc(log, func(e entry) bool { return e.Casus == c.ref && e.Act == "erased" })
	if i < 0 || !slices.Contains(log[i].Reasons, "archived_shell") {
		h.t.Errorf("the receipt does not name the emptied room that stays: %+v", log[max(i, 0)])
	}
}
