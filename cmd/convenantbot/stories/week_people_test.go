package stories

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// hand is how somebody does things in a chat: over REST and the websocket on the
// real server, in a browser's place on the local chat, in a workspace of Slack.
type hand interface {
	id() string
	// say posts a message and returns why it was refused: blank when it stands
	// there.
	say(channel, text string) (refused string)
	// upload brings in a file and returns why it was refused: blank when it stands
	// there.
	upload(channel, name string, data []byte) (refused string)
	// command types a slash command that must arrive.
	command(channel, text string)
	// form waits for the form before them.
	form() fields
	// send sends it with all of its values, and returns what stands at its fields
	// afterwards; when nothing does, the next form is before them, if there is one.
	send(v values) (wrong map[string]string)
	// press presses a button in the newest message to them that says part.
	press(label, part string)
	// told lists what the bot said to them alone.
	told() []string
	// reads lists what they read in a channel, the bot's messages too; not ok when
	// they are not in it.
	reads(channel string) (texts []string, ok bool)
	// opens lists the bytes of the files that they can open in a channel.
	opens(channel string) []string
	// papers lists the bytes of what the bot gave them alone.
	papers() []string
	// room is the channel of a casus; blank when they see none.
	room(ref string) string
	// add puts somebody into a channel by hand.
	add(channel string, who hand)
}

// fields are the fields of a form, as their person sees them.
type fields map[string]field

type field struct {
	value   []string // what is filled in already
	choices [][2]string
}

// choice is the value of the one choice whose label has all the parts.
func (w *worker) choice(name string, parts ...string) string {
	w.t().Helper()
	f := w.form()
	var found []string
	for _, c := range f[name].choices {
		if all(c[1], parts) {
			found = append(found, c[0])
		}
	}
	if len(found) != 1 {
		w.t().Fatalf("%s: the field %s has %d choices with %q, want one: %v", w.id(), name, len(found), parts, f[name].choices)
	}
	return found[0]
}

// worker is somebody of the week.
type worker struct {
	hand
	w *week
}

func (w *worker) t() *testing.T { return w.w.t }

// try sends the form before them with what was filled in already and changes,
// and returns what stands at its fields afterwards.
func (w *worker) try(changes values) map[string]string {
	w.t().Helper()
	v := values{}
	for name, f := range w.form() {
		if len(f.value) > 0 {
			v[name] = f.value
		}
	}
	for name, change := range changes {
		v[name] = change
	}
	return w.send(v)
}

// fill is try with what must be taken.
func (w *worker) fill(changes values) {
	w.t().Helper()
	if wrong := w.try(changes); len(wrong) > 0 {
		w.t().Fatalf("%s: the form was not taken: %v", w.id(), wrong)
	}
}

// does types a command and fills in the form that it opens.
func (w *worker) does(channel, command string, changes values) {
	w.t().Helper()
	w.command(channel, command)
	w.fill(changes)
}

// says posts what must stand there.
func (w *worker) says(channel, text string) {
	w.t().Helper()
	if refused := w.say(channel, text); refused != "" {
		w.t().Fatalf("%s: %q is refused: %s", w.id(), text, refused)
	}
}

// all reports whether a text has every part.
func all(text string, parts []string) bool {
	return !slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(text, part) })
}

// heard reports whether the bot said to this person alone something with all the
// parts in it.
func (w *worker) heard(parts ...string) bool {
	return slices.ContainsFunc(w.told(), func(text string) bool { return all(text, parts) })
}

// hears waits until they did.
func (w *worker) hears(parts ...string) {
	w.t().Helper()
	until(w.t(), fmt.Sprintf("%s hears %q", w.id(), parts), patience, func() bool { return w.heard(parts...) },
		func() string {
			return tail(strings.Join(w.told(), "\n---\n"), 3000) + "\n=====\n" + tail(w.w.said(), 2000)
		})
}

// count counts the messages that they read in a channel with all the parts.
func (w *worker) count(channel string, parts ...string) int {
	n := 0
	texts, _ := w.reads(channel)
	for _, text := range texts {
		if all(text, parts) {
			n++
		}
	}
	return n
}

// finds waits until they read something with all the parts in a channel.
func (w *worker) finds(channel string, parts ...string) {
	w.t().Helper()
	until(w.t(), fmt.Sprintf("%s reads %q", w.id(), parts), patience, func() bool { return w.count(channel, parts...) > 0 },
		func() string {
			texts, _ := w.reads(channel)
			return tail(strings.Join(texts, "\n---\n"), 3000)
		})
}

// in waits until they are, or are not, in a room.
func (w *worker) in(channel string, want bool) {
	w.t().Helper()
	until(w.t(), fmt.Sprintf("%s is in the room: %v", w.id(), want), patience, func() bool { _, ok := w.reads(channel); return ok == want },
		func() string { return tail(w.w.said(), 2000) })
}

// sees waits until they can open exactly these files in a channel.
func (w *worker) sees(channel string, want ...string) {
	w.t().Helper()
	slices.Sort(want)
	var got []string
	until(w.t(), fmt.Sprintf("%s sees %d files", w.id(), len(want)), patience, func() bool {
		got = w.opens(channel)
		slices.Sort(got)
		return slices.Equal(got, want)
	}, func() string { return fmt.Sprintf("they see %d: %q", len(got), got) })
}

// user is a hand on the real server.
type user struct{ *person }

func (u user) id() string { return u.Id }

func (u user) say(channel, text string) string {
	u.h.t.Helper()
	if _, _, err := u.Client.CreatePost(u.h.t.Context(), &model.Post{ChannelId: channel, Message: text}); err != nil {
		return reason(err)
	}
	return ""
}

func (u user) form() fields {
	u.h.t.Helper()
	all := fields{}
	if u.shown == nil {
		u.person.form()
	}
	for _, e := range u.shown.Dialog.Elements {
		var f field
		switch {
		case e.Default == "":
		case e.MultiSelect:
			f.value = strings.Split(e.Default, ",")
		default:
			f.value = []string{e.Default}
		}
		for _, o := range e.Options {
			f.choices = append(f.choices, [2]string{o.Value, o.Text})
		}
		all[e.Name] = f
	}
	return all
}

func (u user) told() []string { return strings.Split(u.person.told(), "\n---\n") }

func (u user) reads(channel string) ([]string, bool) {
	list, res, err := u.Client.GetPostsForChannel(u.h.t.Context(), channel, 0, 200, "", false, false)
	if err != nil {
		if res == nil || res.StatusCode != http.StatusForbidden && res.StatusCode != http.StatusNotFound {
			u.h.t.Fatalf("%s: read a channel: %v", u.Username, err)
		}
		return nil, false
	}
	var all []string
	for _, id := range slices.Backward(list.Order) {
		all = append(all, list.Posts[id].Message)
	}
	return all, true
}

func (u user) opens(channel string) []string {
	var all []string
	for _, data := range u.files(channel) {
		all = append(all, string(data))
	}
	return all
}

func (u user) papers() []string { return u.opens(u.direct) }

func (u user) room(ref string) string {
	name := "casus-" + strings.TrimPrefix(ref, "C-")
	for _, name := range []string{name + "-2", name} { // a fresh one goes first
		if ch, _, err := u.Client.GetChannelByName(u.h.t.Context(), name, u.h.Team.Id, ""); err == nil {
			return ch.Id
		}
	}
	return ""
}

func (u user) add(channel string, who hand) {
	u.h.t.Helper()
	if _, _, err := u.Client.AddChannelMember(u.h.t.Context(), channel, who.id()); err != nil {
		u.h.t.Fatalf("%s: add somebody: %v", u.Username, err)
	}
}

// guest is a hand on the local chat.
type guest struct {
	*window
	week *week
}

func (g guest) id() string { return g.window.id }

func (g guest) say(channel, text string) string {
	g.place = channel
	if err := g.act("bericht", map[string]any{"channel": channel, "text": text, "tab": g.tab()}, nil); err != nil {
		return reason(err)
	}
	return ""
}

func (g guest) command(channel, text string) { g.window.say(channel, text) }

func (g guest) form() fields {
	g.t.Helper()
	all := fields{}
	for _, f := range g.shown().Fields {
		one := field{value: f.Default}
		for _, o := range f.Options {
			one.choices = append(one.choices, [2]string{o.Value, o.Label})
		}
		all[f.Name] = one
	}
	return all
}

func (g guest) send(v values) map[string]string {
	g.t.Helper()
	var answer struct {
		Errors map[string]string
		Next   *shownForm
	}
	if err := g.act("formulier", map[string]any{"form": g.shown().ID, "values": v}, &answer); err != nil {
		g.t.Fatalf("%s: send the form: %v", g.id(), err)
	}
	if len(answer.Errors) == 0 {
		g.mu.Lock()
		g.window.form = answer.Next
		g.mu.Unlock()
	}
	return answer.Errors
}

func (g guest) told() []string { return strings.Split(g.window.told(), "\n---\n") }

func (g guest) reads(channel string) ([]string, bool) {
	var p page
	if err := g.act("stand", map[string]any{"channel": channel, "rev": 0, "seen": false}, &p); err != nil {
		return nil, false
	}
	var all []string
	for _, m := range p.Messages {
		if !m.Hidden {
			all = append(all, m.Text)
		}
	}
	return all, true
}

func (g guest) opens(channel string) []string {
	var all []string
	for _, data := range g.files(channel) {
		all = append(all, data)
	}
	return all
}

func (g guest) papers() []string { return g.opens(g.direct()) }

func (g guest) room(ref string) string {
	for _, m := range channelLink.FindAllStringSubmatch(g.look("algemeen").Sidebar, -1) {
		if strings.Contains(m[2], strings.TrimPrefix(ref, "C-")) {
			return m[1]
		}
	}
	return ""
}

// channelLink finds a channel and what stands in its link in the list of
// channels.
var channelLink = regexp.MustCompile(`(?s)<a[^>]*/kanaal/([^"?]+)"(.*?)</a>`)

func (g guest) add(channel string, who hand) {
	g.t.Helper()
	if err := g.act("lid", map[string]any{"channel": channel, "person": who.id()}, nil); err != nil {
		g.t.Fatalf("%s: add somebody: %v", g.id(), err)
	}
}

// onTheRealServer is the week on the real server, with the same organisations as
// the local chat has.
func onTheRealServer(t *testing.T) *week {
	h := newHouse(t, "", nil)
	w := &week{t: t, common: h.common}
	join := func(p *person) *worker { return &worker{user{p}, w} }
	w.ib, w.lpa, w.doctor, w.carer = join(h.ib), join(h.lpa), join(h.doctor), join(h.carer)
	w.guide, w.outsider, w.officer = join(h.guide), join(h.stray), join(h.officer)
	w.manager = w.carer
	fresh := func(name string) *worker {
		p := newPerson(h, name)
		h.all = append(h.all, p)
		return join(p)
	}
	w.home, w.head, w.mother = fresh("gezinsspecialist"), fresh("directeur"), fresh("moeder")
	if err := os.WriteFile(filepath.Join(h.dir, "register.yaml"), []byte(w.register("mattermost")), 0o600); err != nil {
		t.Fatal(err)
	}
	w.ahead = func() time.Duration { return h.ahead }
	w.forward = func(days int) { h.later(noon(h.t, h.ahead, days), "") }
	w.said = func() string { return h.bot.said() }
	w.now = func(t *testing.T) { h.t = t }
	w.log = h.log
	h.start("")
	return w
}

// register is who works where, as on the local chat, by their accounts on a
// platform.
func (w *week) register(platform string) string {
	var b strings.Builder
	b.WriteString("organisations:\n")
	people := []struct {
		who                         *worker
		org, sector, function, task string
	}{
		{w.ib, school, "education", "intern begeleider", "begeleiding"},
		{w.lpa, municipality, "attendance", "leerplichtambtenaar", "leerplicht"},
		{w.carer, provider, "youth_care", "jeugdhulpverlener", "jeugdhulp"},
		{w.doctor, ggd, "youth_health", "jeugdarts", "jeugdgezondheidszorg"},
		{w.home, team, "neighbourhood_team", "gezinsspecialist", "toegang jeugdhulp"},
		{w.guide, swv, "swv", "SWV-consulent", "passend onderwijs"},
		{w.head, school, "education", "schoolleider", ""},
		{w.outsider, "praktijk-buitenom", "youth_care", "coach", "jeugdhulp"},
		{w.officer, "", "", "", ""},
	}
	for org, decides := range map[string]*worker{school: w.head, municipality: w.lpa, provider: w.carer, ggd: w.doctor, team: w.home, swv: w.guide} {
		fmt.Fprintf(&b, "  - {id: %s, name: Organisatie %s, signed_at: '2025-09-01', announced_at: '2025-09-15', dpo: p-%s, appointee: p-%s}\n",
			org, org, w.officer.id(), decides.id())
	}
	b.WriteString("  - {id: praktijk-buitenom, name: Praktijk Buitenom}\npeople:\n")
	for _, p := range people {
		fmt.Fprintf(&b, "  - id: p-%s\n    accounts: [{platform: %s, user: %s}]\n", p.who.id(), platform, p.who.id())
		if p.org != "" {
			fmt.Fprintf(&b, "    appointments: [{organisation: %s, sector: %s, function: %s, task: '%s', confirmed_by: hr, confirmed_at: 2025-09-15T00:00:00Z}]\n",
				p.org, p.sector, p.function, p.task)
		}
	}
	return b.String()
}

// onTheLocalChat is the week on the try-out, with more on its command line.
func onTheLocalChat(t *testing.T, more ...string) *week {
	mustBinary(t)
	dir := t.TempDir()
	bot, base := tryOut(t, dir, more...)
	ahead := time.Duration(0)
	w := &week{t: t, common: "algemeen", said: bot.said, ahead: func() time.Duration { return ahead }}
	var windows []*window
	join := func(id string) *worker {
		one := become(t, base, id)
		windows = append(windows, one)
		return &worker{guest{one, w}, w}
	}
	w.ib, w.lpa, w.doctor, w.carer = join("sanne"), join("mehmet"), join("joke"), join("daan")
	w.guide, w.home, w.head = join("ruben"), join("fatima"), join("hanneke")
	w.outsider, w.officer, w.mother = join("olivier"), join("ingrid"), join("karin")
	w.manager = join("marijke")
	w.now = func(t *testing.T) {
		for _, one := range windows {
			one.t = t
		}
	}
	w.forward = func(days int) {
		w.t.Helper()
		if err := w.ib.hand.(guest).act("klok", map[string]any{"to": w.date(days)}, nil); err != nil { // that is noon of the day
			w.t.Fatalf("set the clock forward: %v", err)
		}
		ahead += noon(w.t, ahead, days)
	}
	w.log = func() []entry {
		w.t.Helper()
		bot.stop(w.t)
		settings := filepath.Join(dir, "convenantbot.yaml")
		return readLog(w.t, func(args ...string) result { return command(w.t, nil, append(args, "--config", settings)...) })
	}
	return w
}
