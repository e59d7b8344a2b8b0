package stories

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// stages are the steps of a life of a casus, each with the failpoints that are
// passed in it. The bot is killed at each, and started again; what the person
// was doing they do again when they were told that it did not arrive.
//
// The points of the plugin are in another process and have stories of their own.
var stages = map[string][]string{
	"open": {"open.committed", "setup.after_create", "setup.after_protect", "setup.after_room_saved", "reconcile.after_add",
		"setup.after_welcome", "setup.after_pin", "receive.stored", "job.claimed", "job.done"},
	"stranger": {"reconcile.strangers_found", "reconcile.after_remove"},
	"upload":   {"upload.after_quarantine", "upload.committed"},
	"classify": {"classify.committed", "post_file.before_post", "post_file.after_post", "post_file.committed"},
	"consent":  {"consent.committed"},
	"withdraw": {"withdraw.committed", "hide_file.after_hide"},
	"hold":     {"release.committed"},
	"wrong":    {"incident.committed"},
	"close":    {"close.committed"},
	"archive":  {"archive.after_platform"},
	"announce": {"retain.committed"},
	"erase":    {"erase.marked", "erase.after_platform", "erase.after_unsay", "erase.destroyed"},
}

// everywhere are points that any work passes; there the bot is killed several
// times in a row.
var everywhere = []string{"receive.stored", "job.claimed", "job.done"}

// points reads the list of failpoints that is generated from the code.
func points(t testing.TB) []string {
	t.Helper()
	data, err := os.ReadFile("../../../internal/fault/points.txt")
	if err != nil {
		t.Fatalf("the list of failpoints: %v", err)
	}
	var all []string
	for line := range strings.Lines(string(data)) {
		if name, _, ok := strings.Cut(line, " "); ok && !strings.HasPrefix(line, "#") {
			all = append(all, name)
		}
	}
	return all
}

func TestEveryFailpointHasAStory(t *testing.T) {
	told := map[string]bool{}
	for _, list := range stages {
		for _, p := range list {
			if told[p] {
				t.Errorf("%s stands in two stages", p)
			}
			told[p] = true
		}
	}
	for p := range pluginStories {
		told[p] = true
	}
	all := points(t)
	if len(all) < 20 {
		t.Fatalf("the list has %d failpoints, want the real one", len(all))
	}
	for _, p := range all {
		if !told[p] {
			t.Errorf("no story is killed at %s", p)
		}
		delete(told, p)
	}
	for p := range told {
		t.Errorf("%s is in no code any more", p)
	}
}

// doom has the bot die at a point, once, or where everything passes it several
// times, each time a little later.
type doom struct {
	point string
	next  []string // faults of the starts to come
	died  int
}

// under does one step with a bot that dies at a point. Without a point it is
// just the step.
func (h *house) under(point string, step func()) {
	h.t.Helper()
	if point == "" {
		step()
		return
	}
	d := &doom{point: point}
	d.next = append(d.next, point+"=exit@1")
	if slices.Contains(everywhere, point) {
		d.next = append(d.next, point+"=exit@2", point+"=exit@3", point+"=exit@4")
	}
	h.doom = d
	first := d.next[0]
	d.next = d.next[1:]
	h.restart(first)
	step()
	h.lively("the bot dies at "+point, func() bool { return d.died > 0 })
	h.doom = nil
	h.bot.kill() // it may be dying of the same point again just now
	h.start("")
}

// revive starts the bot again after it died where it should.
func (h *house) revive() {
	h.t.Helper()
	if !h.bot.gone() {
		return
	}
	if h.doom == nil || !strings.Contains(h.bot.said(), "fault: exit at "+h.doom.point+",") {
		h.t.Fatalf("the bot died where it should not:\n%s", tail(h.bot.said(), 4000))
	}
	h.doom.died++
	fault := ""
	if len(h.doom.next) > 0 {
		fault, h.doom.next = h.doom.next[0], h.doom.next[1:]
	}
	h.start(fault)
}

// lively waits for something to become true, and starts the bot again whenever
// it died.
func (h *house) lively(what string, is func() bool) {
	h.t.Helper()
	until(h.t, what, 2*patience, func() bool { h.revive(); return is() }, h.bot.said)
}

// soon waits a little for something to become true, or for the bot to die.
func (h *house) soon(is func() bool) bool {
	for end := time.Now().Add(3 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if is() {
			return true
		}
		if h.bot.gone() {
			return false
		}
	}
	return false
}

// shown has a person get a form by an act, as often as it takes.
func (h *house) shown(p *person, act func() (away string)) {
	h.t.Helper()
	h.lively(p.Username+" is shown a form", func() bool { return act() == "" && h.soon(p.hasForm) })
}

// taken has a person send the form before them until it is taken.
func (h *house) taken(p *person, v values) {
	h.t.Helper()
	h.lively(p.Username+"'s form is taken", func() bool {
		answer, err := p.submit(p.shown, v)
		return err == nil && len(answer) == 0
	})
}

// mine lists the rooms of casussen that a person is in, by name.
func (h *house) mine(p *person) map[string]string {
	h.t.Helper()
	list, _, err := p.Client.GetChannelsForTeamForUser(h.t.Context(), h.Team.Id, p.Id, false, "")
	if err != nil {
		h.t.Fatalf("%s: list the channels: %v", p.Username, err)
	}
	rooms := map[string]string{}
	for _, ch := range list {
		if strings.HasPrefix(ch.Name, "casus-") {
			rooms[ch.Name] = ch.Id
		}
	}
	return rooms
}

// life is one casus in which the bot dies in every stage.
type life struct {
	h     *house
	casus casus
	files map[string][]byte // that must be seen
}

// at returns the point of a stage in which the n-th life is killed, or blank.
func at(stage string, n int) string {
	if n < len(stages[stage]) {
		return stages[stage][n]
	}
	return ""
}

// killed kills the bot at every point and looks whether all that was meant
// happened, once.
func (h *house) killed(t *testing.T) {
	var lives []*life
	for n := range stages["open"] {
		h.tell(t, "killed at "+at("open", n)+" while opening", func() { lives = append(lives, h.born(n)) })
	}
	for n := range stages["stranger"] {
		h.tell(t, "killed at "+at("stranger", n)+" while an outsider is put out", func() { lives[n].stranger(n) })
	}
	for n := range stages["classify"] {
		h.tell(t, strings.TrimSpace("killed at "+at("upload", n)+" "+at("classify", n)+" while sharing"), func() { lives[n].share(n) })
	}
	for n := range stages["withdraw"] {
		h.tell(t, strings.TrimSpace("killed at "+at("consent", n)+" "+at("withdraw", n)+" while withdrawing"), func() { lives[n].withdraw(n) })
	}
	h.tell(t, "killed at "+at("hold", 0)+" while two release a hold", func() { lives[4].hold(0) })
	h.tell(t, "killed at "+at("wrong", 0)+" while something is taken away", func() { lives[5].wrong(0) })
	h.tell(t, "killed at "+strings.Join(slices.Concat(stages["close"], stages["archive"], stages["announce"], stages["erase"]), " ")+" at the end",
		func() { h.endings(lives[:4], lives[4:]) })
}

// born opens a casus while the bot dies at the n-th point of opening.
func (h *house) born(n int) *life {
	l := &life{h: h}
	rooms, before := h.rooms(), h.mine(h.ib)
	var ref string
	h.under(at("open", n), func() {
		h.shown(h.ib, func() string { return h.ib.try(h.common, "/casus nieuw") })
		h.taken(h.ib, h.newCasus())
		h.lively("the room is in the list", func() bool {
			for name := range h.mine(h.ib) {
				if before[name] == "" {
					ref = "C-" + strings.TrimPrefix(name, "casus-")
				}
			}
			return ref != ""
		})
		h.lively("the room is complete", func() bool {
			pinned, _, err := h.ib.Client.GetPinnedPosts(h.t.Context(), h.mine(h.ib)["casus-"+ref[2:]], "")
			return err == nil && len(pinned.Posts) > 0
		})
	})
	l.casus = h.ready(ref)
	h.check(l.casus)
	if got := h.rooms() - rooms; got != 1 {
		h.t.Errorf("%d rooms were made, want one", got)
	}
	return l
}

func (l *life) stranger(n int) {
	h := l.h
	h.under(at("stranger", n), func() {
		if _, _, err := h.lpa.Client.AddChannelMember(h.t.Context(), l.casus.room, h.stray.Id); err != nil {
			h.t.Fatalf("a member adds somebody: %v", err)
		}
		h.lively("the outsider is gone", func() bool { return slices.Equal(h.members(l.casus.room), parties) })
		h.lively("the coordinator hears of it", func() bool { return strings.Contains(h.ib.told(), "**Casus "+l.casus.ref+":** iemand die niet") })
	})
	h.settled(l.casus.room, parties)
}

// share brings in a file; the bot dies once while it comes in and once while it
// is decided and posted.
func (l *life) share(n int) {
	h := l.h
	name := fmt.Sprintf("verzuim-%d.txt", n)
	data := fmt.Appendf(nil, "drie dagen afwezig in zaak %d", n)
	invited := func() bool { return h.lpa.button("Zeg wat erin staat", name) != nil }
	h.under(at("upload", n), func() {
		h.lively("the file is held", func() bool {
			if invited() {
				return true
			}
			got := h.lpa.upload(l.casus.room, name, data)
			if got == "" {
				h.t.Fatalf("the file was posted without a decision")
			}
			return strings.Contains(got, "nog niet geplaatst") || h.soon(invited)
		})
		h.lively("the poster is asked what is in it", invited)
	})
	h.under(at("classify", n), func() {
		h.shown(h.lpa, func() string { return h.lpa.tryPress("Zeg wat erin staat", name) })
		h.taken(h.lpa, values{"kinds": {"ordinary"}, "text": {"Zie bijlage"}})
		h.lively("the file is posted", func() bool { return h.ib.has(l.casus.room, data) })
	})
	l.files = with(l.files, name, data)
	h.ib.sees(l.casus.room, l.files)
}

// withdraw records every consent, shares on it and withdraws one.
func (l *life) withdraw(n int) {
	h := l.h
	name := fmt.Sprintf("verslag-%d.txt", n)
	h.discuss(l.casus)
	h.under(at("consent", n), func() {
		for _, g := range givers {
			h.shown(h.carer, func() string { return h.carer.try(l.casus.room, "/casus toestemming") })
			h.taken(h.carer, h.consent(g[0], g[1]))
		}
	})
	h.bring(h.carer, l.casus, name, []byte("een behandelverslag"))
	h.classify(h.carer, name, "health")
	h.ib.sees(l.casus.room, with(l.files, name, []byte("een behandelverslag")))
	h.under(at("withdraw", n), func() {
		h.shown(h.carer, func() string { return h.carer.try(l.casus.room, "/casus intrekken") })
		h.taken(h.carer, values{"consent": {h.carer.shown.Dialog.Elements[0].Options[0].Value}})
		h.lively("the file is out of sight", func() bool { return !h.ib.has(l.casus.room, []byte("een behandelverslag")) })
	})
	h.ib.sees(l.casus.room, l.files)
}

// hold places a hold and releases it again by two.
func (l *life) hold(n int) {
	h := l.h
	h.shown(h.officer, func() string { return h.officer.try(h.common, "/casus bewaar "+l.casus.ref) })
	h.taken(h.officer, values{"reason": {"Er loopt nog een klacht."}})
	h.shown(h.officer, func() string { return h.officer.try(h.common, "/casus vrijgeven "+l.casus.ref) })
	h.taken(h.officer, values{"hold": {h.officer.shown.Dialog.Elements[0].Options[0].Value}, "reason": {"De klacht is afgehandeld."}})
	asked := func() bool { return h.guide.button("Hef de blokkade op", l.casus.ref) != nil }
	h.lively("a second person is asked", asked)
	released := func() bool {
		return strings.Contains(h.ib.told(), "**Casus "+l.casus.ref+": de bewaarblokkade is opgeheven**")
	}
	h.under(at("hold", n), func() {
		h.lively("the hold is released", func() bool {
			return released() || h.guide.tryPress("Hef de blokkade op", l.casus.ref) == "" && h.soon(released)
		})
	})
	if got := strings.Count(h.ib.told(), "**Casus "+l.casus.ref+": de bewaarblokkade is opgeheven**"); got != 1 {
		h.t.Errorf("the release was told %d times, want once", got)
	}
}

// wrong takes a message away that should not have been in the room.
func (l *life) wrong(n int) {
	h := l.h
	post := h.lpa.say(l.casus.room, "dit hoort in een ander kanaal")
	gone := func() bool {
		return !slices.ContainsFunc(h.ib.posts(l.casus.room), func(p *model.Post) bool { return p.Id == post.Id })
	}
	h.under(at("wrong", n), func() {
		h.shown(h.lpa, func() string { return h.lpa.try(l.casus.room, "/casus verkeerd") })
		h.taken(h.lpa, values{"link": {post.Id}, "text": {"Dit bericht was voor een ander kanaal."}})
		h.lively("the message is out of sight", gone)
	})
	h.lively("the FG hears of it", func() bool { return strings.Contains(h.officer.told(), l.casus.ref) })
}

// endings closes, archives and erases lives while the bot dies at each point of
// that, and leaves the others alone. This server lets channels be removed.
func (h *house) endings(ending, staying []*life) {
	allow := true
	config, _, err := h.Admin.GetConfig(h.t.Context())
	if err != nil {
		h.t.Fatalf("read the server's settings: %v", err)
	}
	config.ServiceSettings.EnableAPIChannelDeletion = &allow
	if _, _, err := h.Admin.UpdateConfig(h.t.Context(), config); err != nil {
		h.t.Fatalf("let channels be removed: %v", err)
	}
	for n, l := range ending {
		// One a day, so that at each point below something is due that was not before:
		// between two points the bot runs, and does all it can.
		if n > 0 {
			h.later(day, "")
		}
		h.under(at("close", n), func() {
			button := func() bool { return h.ib.button("Ja, sluiten", l.casus.ref) != nil }
			h.lively("the button to close is there", func() bool { return button() || h.ib.try(l.casus.room, "/casus sluit") == "" && h.soon(button) })
			h.lively("the casus is closed", func() bool {
				told := func() bool {
					for _, post := range h.lpa.posts(l.casus.room) {
						if strings.Contains(post.Message, "is gesloten.") {
							return true
						}
					}
					return false
				}
				return told() || h.ib.tryPress("Ja, sluiten", l.casus.ref) == "" && h.soon(told)
			})
		})
		h.closed(l.casus)
		h.handOver(l.casus)
	}
	// Days are counted from the first close; the clock stands at the last.
	today := len(ending) - 1
	on := func(days int, point string, step func()) {
		if days > today {
			h.ahead, today = h.ahead+time.Duration(days-today)*day, days
		}
		if point == "" {
			h.restart("")
		}
		h.under(point, step)
	}
	h.ahead += time.Hour
	for n, l := range ending {
		on(7+n, at("archive", n), func() {
			h.lively("the room is archived", func() bool { return h.archived(l.casus) })
		})
	}
	for n, l := range ending {
		on(16+n, at("announce", n), func() {
			h.lively("the erasure is announced", func() bool {
				return strings.Contains(h.doctor.told(), "**Casus "+l.casus.ref+" wordt vernietigd**")
			})
		})
		for _, p := range []*person{h.ib, h.lpa, h.carer, h.doctor} {
			p.wasTold("**Casus " + l.casus.ref + " wordt vernietigd**")
		}
	}
	h.ahead += time.Hour // what is announced at an hour is not erased before that hour
	for n, l := range ending {
		on(30+n, at("erase", n), func() {
			h.lively("the casus is erased", func() bool {
				return strings.Contains(h.doctor.told(), "**Casus "+l.casus.ref+" is vernietigd.**")
			})
		})
	}
	for n, l := range ending {
		for _, p := range []*person{h.ib, h.lpa, h.carer, h.doctor} {
			p.wasTold("**Casus " + l.casus.ref + " is vernietigd.**")
			if got := strings.Count(p.told(), "**Casus "+l.casus.ref+" is vernietigd.**"); got != 1 {
				h.t.Errorf("%s is told %d times that %s is erased", p.Username, got, l.casus.ref)
			}
		}
		h.nothingLeft(l.casus, fmt.Sprintf("drie dagen afwezig in zaak %d", n))
		if got := h.number("SELECT count(*) FROM Channels WHERE Id = $1", l.casus.room); got != 0 {
			h.t.Errorf("the room of %s is still there", l.casus.ref)
		}
	}
	log := h.log()
	for n, l := range ending {
		want := map[string]int{"casus_opened": 1, "member_added": 4, "room_ready": 1, "file_posted": 1, "casus_closed": 1, "handed_over": 4,
			"archived": 1, "erasure_announced": 1, "erased": 1}
		if n < len(stages["stranger"]) {
			want["stranger_removed"] = 1
		}
		if n < len(stages["withdraw"]) {
			want["file_posted"], want["consent_recorded"], want["consent_withdrawn"], want["file_withdrawn"] = 2, 3, 1, 1
		}
		for act, want := range want {
			if got := count(log, l.casus.ref, act); got != want {
				h.t.Errorf("%s: %s stands %d times in the log, want %d: %v", l.casus.ref, act, got, want, acts(log, l.casus.ref))
			}
		}
	}
	// What must survive it.
	for _, l := range staying {
		h.check(l.casus)
		for act, want := range map[string]int{"casus_opened": 1, "member_added": 4, "room_ready": 1, "erased": 0} {
			if got := count(log, l.casus.ref, act); got != want {
				h.t.Errorf("%s: %s stands %d times in the log, want %d: %v", l.casus.ref, act, got, want, acts(log, l.casus.ref))
			}
		}
	}
}
