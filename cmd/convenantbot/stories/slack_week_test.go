package stories

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/slack/blocks"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// colleague is a hand on Slack. What Slack cannot keep back it does not: say stands
// there at once, and a file comes in by the bot's own form.
type colleague struct {
	*slackfake.Person
	h    *slackHouse
	view *slackfake.View  // the form before them
	did  func() error     // what should open the next one
	read []slackfake.Seen // what they read in a window
}

func (c *colleague) id() string { return c.ID }

// busy begins what the bot says when it could not even store what somebody did:
// nothing happened, and it is to be done again.
const busy = "Ik kan je nu niet helpen. Er is niets gebeurd."

// once does something that the bot answers in time or later, and again when it was
// too busy for it.
func (c *colleague) once(act func() error) {
	c.h.t.Helper()
	until(c.h.t, c.Name+" is heard", 3*patience, func() bool {
		before := c.count(busy)
		if err := act(); err != nil && !errors.Is(err, slackfake.ErrNoAnswer) {
			c.h.t.Fatalf("%s: %v\n%s", c.Name, err, tail(c.h.bot.said(), 3000))
		}
		return c.count(busy) == before
	}, c.h.bot.said)
}

// count counts what the bot said to them alone with this in it.
func (c *colleague) count(part string) int {
	n := 0
	for _, said := range c.told() {
		if strings.Contains(said, part) {
			n++
		}
	}
	return n
}

// opening is once, for what may open a form.
func (c *colleague) opening(act func() error) {
	c.h.t.Helper()
	for range 5 {
		if _, open := c.View(); !open {
			break
		}
		_ = c.ClosesModal(true) // nobody types below a form
	}
	c.view, c.did = nil, act
	c.once(act)
}

func (c *colleague) command(channel, text string) {
	c.h.t.Helper()
	command, rest, _ := strings.Cut(text, " ")
	c.opening(func() error { return c.Person.Command(channel, command, rest) })
}

func (c *colleague) say(channel, text string) string {
	if _, err := c.Says(channel, text); err != nil {
		return err.Error()
	}
	return ""
}

// upload gives a file to the bot, and returns what the bot said of it.
func (c *colleague) upload(channel, name string, data []byte) string {
	c.h.t.Helper()
	file := c.Attaches(name, data)
	heard, refused := 0, ""
	until(c.h.t, c.Name+" gets the form or hears why not", 3*patience, func() bool {
		whispers := 0
		c.opening(func() error {
			heard, whispers = len(c.told()), len(c.whispered(channel))
			return c.Person.Command(channel, "/casus", "deel")
		})
		until(c.h.t, c.Name+" gets the form or hears why not", patience, func() bool {
			view, open := c.View()
			return open && view.CallbackID == blocks.CallbackForm || len(c.whispered(channel)) > whispers
		}, c.h.bot.said)
		refused = ""
		if all := c.whispered(channel); len(all) > whispers {
			refused = all[whispers]
		}
		return !strings.Contains(refused, "kon niet op tijd worden geopend")
	}, c.h.bot.said)
	if refused != "" {
		return refused
	}
	if wrong := c.send(values{"files": {file}}); len(wrong) > 0 {
		c.h.t.Fatalf("%s: give %s: %v", c.Name, name, wrong)
	}
	said := ""
	until(c.h.t, c.Name+" hears of "+name, patience, func() bool {
		for _, text := range c.told()[heard:] {
			if strings.Contains(text, name) {
				said = text
			}
		}
		return said != ""
	}, func() string {
		return tail(strings.Join(c.told(), "\n---\n"), 3000) + "\n" + tail(c.h.bot.said(), 3000)
	})
	return said
}

// whispered is what only they see in a channel.
func (c *colleague) whispered(channel string) []string {
	seen, _ := c.Sees(channel)
	var all []string
	for _, s := range seen {
		if s.Private {
			all = append(all, saidOn(s))
		}
	}
	return all
}

// shown waits for the form before them. Slack opens a form for three seconds after
// what asked for it, so that is done again when none came.
func (c *colleague) shown() slackfake.View {
	c.h.t.Helper()
	if c.view == nil {
		until(c.h.t, c.Name+" gets a form", 3*patience, func() bool {
			view, err := c.h.form(c.Person, "", again)
			if err != nil && c.did != nil {
				c.once(c.did)
				return false
			}
			c.view = &view
			return err == nil
		}, func() string {
			return tail(strings.Join(c.told(), "\n---\n"), 3000) + "\n" + tail(c.h.bot.said(), 3000)
		})
	}
	return *c.view
}

// element is what a form's field has of what people see and choose.
type element struct {
	Options      []option
	Groups       []struct{ Options []option } `json:"option_groups"`
	InitialOne   *option                      `json:"initial_option"`
	InitialMany  []option                     `json:"initial_options"`
	InitialUsers []string                     `json:"initial_users"`
	InitialUser  string                       `json:"initial_user"`
	InitialDate  string                       `json:"initial_date"`
	InitialValue string                       `json:"initial_value"`
}

type option struct {
	Value string
	Text  struct{ Text string }
}

func (o option) plain() string { return strings.TrimPrefix(o.Value, "=") }

// filled is what stands in the element already.
func (e element) filled() []string {
	all := slices.Clone(e.InitialUsers)
	if e.InitialOne != nil {
		all = append(all, e.InitialOne.plain())
	}
	for _, o := range e.InitialMany {
		all = append(all, o.plain())
	}
	for _, s := range []string{e.InitialUser, e.InitialDate, e.InitialValue} {
		if s != "" {
			all = append(all, s)
		}
	}
	return all
}

func (c *colleague) form() fields {
	c.h.t.Helper()
	var view struct{ Blocks []json.RawMessage }
	if err := json.Unmarshal(c.shown().Raw, &view); err != nil {
		c.h.t.Fatal(err)
	}
	_, at := blocks.Fields(view.Blocks)
	all := fields{}
	for _, raw := range view.Blocks {
		var b struct {
			ID      string `json:"block_id"`
			Element element
		}
		if err := json.Unmarshal(raw, &b); err != nil {
			c.h.t.Fatal(err)
		}
		for name, id := range at {
			if id != b.ID {
				continue
			}
			f := field{value: b.Element.filled()}
			choices := b.Element.Options
			for _, g := range b.Element.Groups {
				choices = append(choices, g.Options...)
			}
			for _, o := range choices {
				f.choices = append(f.choices, [2]string{o.plain(), o.Text.Text})
			}
			all[name] = f
		}
	}
	return all
}

func (c *colleague) send(v values) map[string]string {
	c.h.t.Helper()
	view := c.shown()
	there := c.form()
	v = maps.Clone(v)
	maps.DeleteFunc(v, func(name string, _ []string) bool { _, ok := there[name]; return !ok })
	for name, f := range there {
		for _, one := range v[name] {
			if len(f.choices) > 0 && !slices.ContainsFunc(f.choices, func(c [2]string) bool { return c[0] == one }) {
				return map[string]string{name: one + " is not there to be chosen"}
			}
		}
	}
	filled := c.h.filled(view, v)
	var sent slackfake.Sent
	until(c.h.t, c.Name+" sends "+view.Title, 3*patience, func() bool {
		var err error
		sent, err = c.SubmitsModal(filled)
		if err != nil && !errors.Is(err, slackfake.ErrNoAnswer) {
			c.h.t.Fatalf("%s: send %q: %v", c.Name, view.Title, err)
		}
		return err == nil && (sent.Next == nil || !strings.Contains(string(sent.Next.Raw), busy))
	}, c.h.bot.said)
	if sent.Next != nil {
		// An answer that came too late for its fields stands above them all.
		if said := c.reading(); said != "" {
			wrong := map[string]string{}
			for name := range there {
				wrong[name] = said
			}
			return wrong
		}
	}
	if len(sent.Errors) == 0 {
		c.view, c.did = nil, nil
		return nil
	}
	var shown struct{ Blocks []json.RawMessage }
	if err := json.Unmarshal(view.Raw, &shown); err != nil {
		c.h.t.Fatal(err)
	}
	wrong := map[string]string{}
	_, at := blocks.Fields(shown.Blocks)
	for name, id := range at {
		if said, ok := sent.Errors[id]; ok {
			wrong[name] = said
		}
	}
	return wrong
}

func (c *colleague) press(label, part string) {
	c.h.t.Helper()
	until(c.h.t, c.Name+" sees the button "+label, patience, func() bool {
		for _, channel := range c.channels() {
			seen, _ := c.Sees(channel)
			for _, s := range slices.Backward(seen) {
				if s.Bot && strings.Contains(string(s.Blocks), `"`+label+`"`) && strings.Contains(saidOn(s), part) {
					c.opening(func() error { return c.Clicks(channel, s.TS, label) })
					return true
				}
			}
		}
		return false
	}, func() string {
		return tail(strings.Join(c.told(), "\n---\n"), 3000) + "\n" + tail(c.h.bot.said(), 3000)
	})
}

// channels are the conversations that they may read, with the bot first.
func (c *colleague) channels() []string {
	all := []string{c.DirectWithBot(), c.h.common}
	for _, call := range c.h.Calls("conversations.create") {
		if room := c.h.channelNamed(call.Args["name"]); call.Error == "" && room != "" && !slices.Contains(all, room) {
			all = append(all, room)
		}
	}
	return all
}

// told is what the bot said to them alone, in the order in which it was said: in
// their conversation, where only they see it, and in windows.
func (c *colleague) told() []string {
	heard := slices.Clone(c.read)
	for _, channel := range c.channels() {
		seen, _ := c.Sees(channel)
		for _, s := range seen {
			if s.Private || s.Bot && channel == c.DirectWithBot() {
				heard = append(heard, s)
			}
		}
	}
	slices.SortStableFunc(heard, func(a, b slackfake.Seen) int { return strings.Compare(a.TS, b.TS) })
	var all []string
	for _, s := range heard {
		all = append(all, saidOn(s))
	}
	return all
}

// reading waits until the window before them says how it ended, which may stand above
// the next form, and closes it when there is none. It returns what is wrong when it is
// the same form again.
func (c *colleague) reading() (complaint string) {
	c.h.t.Helper()
	var view slackfake.View
	var open bool
	until(c.h.t, c.Name+" reads how it ended", patience, func() bool {
		view, open = c.View()
		return !open || view.CallbackID != blocks.CallbackShow || !strings.Contains(string(view.Raw), "Ik laat hier zien hoe het afloopt")
	}, c.h.bot.said)
	if open {
		c.read = append(c.read, slackfake.Seen{TS: fmt.Sprintf("%.6f", float64(time.Now().UnixMicro())/1e6), Blocks: blocksOf(c.h.t, view)})
	}
	if view.CallbackID == blocks.CallbackShow {
		_ = c.ClosesModal(true)
		return ""
	}
	if open {
		var shown []struct {
			ID   string `json:"block_id"`
			Text struct{ Text string }
		}
		if err := json.Unmarshal(blocksOf(c.h.t, view), &shown); err != nil {
			c.h.t.Fatal(err)
		}
		for _, b := range shown {
			if strings.HasPrefix(b.ID, "whole") {
				complaint += b.Text.Text
			}
		}
		if complaint != "" {
			c.view = &view
		}
	}
	return complaint
}

// blocksOf are the blocks of a window.
func blocksOf(t *testing.T, view slackfake.View) json.RawMessage {
	t.Helper()
	var shown struct{ Blocks json.RawMessage }
	if err := json.Unmarshal(view.Raw, &shown); err != nil {
		t.Fatal(err)
	}
	return shown.Blocks
}

func (c *colleague) reads(channel string) ([]string, bool) {
	seen, err := c.Sees(channel)
	if err != nil {
		return nil, false
	}
	var all []string
	for _, s := range seen {
		if !s.Private {
			all = append(all, saidOn(s))
		}
	}
	return all, true
}

func (c *colleague) opens(channel string) []string {
	var all []string
	for _, f := range c.h.files(c.Person, channel) {
		all = append(all, string(f.Data))
	}
	return all
}

func (c *colleague) papers() []string { return c.opens(c.DirectWithBot()) }

func (c *colleague) room(ref string) string {
	name := "casus-" + strings.ToLower(strings.TrimPrefix(ref, "C-"))
	for _, name := range []string{name + "-2", name} { // a fresh one goes first
		if room := c.h.channelNamed(name); room != "" {
			if _, err := c.Sees(room); err == nil {
				return room
			}
		}
	}
	return ""
}

func (c *colleague) add(channel string, who hand) {
	c.h.t.Helper()
	if err := c.Invites(channel, who.id()); err != nil {
		c.h.t.Fatalf("%s: add somebody: %v", c.Name, err)
	}
}

var (
	boldOn  = regexp.MustCompile(`\*([^*\n]+)\*`)
	plainly = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">")
)

// saidOn is a message as the other platforms word it. The text beside its blocks is
// for a notification and repeats them.
func saidOn(s slackfake.Seen) string {
	var shown []struct{ Text struct{ Text string } }
	_ = json.Unmarshal(s.Blocks, &shown)
	said := ""
	for _, b := range shown {
		said += b.Text.Text + "\n"
	}
	if strings.TrimSpace(said) == "" {
		said = s.Text
	}
	return plainly.Replace(boldOn.ReplaceAllString(said, "**$1**"))
}

// onSlack is the week on Slack, with more in its settings.
func onSlack(t *testing.T, more string) *week {
	h := newSlackHouse(t)
	w := &week{t: t, common: h.common}
	join := func(p *slackfake.Person) *worker { return &worker{&colleague{Person: p, h: h}, w} }
	fresh := func(name string) *worker {
		p := h.AddPerson(slackfake.PersonOptions{Name: name, RealName: name})
		if err := p.Joins(h.common); err != nil {
			t.Fatal(err)
		}
		return join(p)
	}
	w.ib, w.lpa, w.doctor, w.carer = join(h.ib), join(h.lpa), join(h.doctor), join(h.carer)
	w.officer, w.outsider, w.manager = join(h.officer), join(h.stray), w.carer
	w.guide, w.home, w.head, w.mother = fresh("guide"), fresh("home"), fresh("head"), fresh("mother")
	settings, err := os.ReadFile(h.config)
	if err != nil {
		t.Fatal(err)
	}
	for path, data := range map[string]string{filepath.Join(h.dir, "register.yaml"): w.register("slack"), h.config: string(settings) + more} {
		if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.ahead = func() time.Duration { return h.ahead }
	w.forward = func(days int) { h.later(noon(h.t, h.ahead, days)) }
	w.said = func() string { return h.bot.said() }
	w.now = func(t *testing.T) { h.t = t }
	w.log = func() []entry {
		w.t.Helper()
		h.bot.stop(w.t)
		return readLog(w.t, func(args ...string) result { return command(w.t, nil, append(args, "--config", h.config)...) })
	}
	h.start()
	return w
}

// What of the week Slack can keep: all but the stories in which a message is kept
// back before it stands there.
func TestAWeekOfWorkOnSlack(t *testing.T) {
	w := onSlack(t, "")
	w.story(t, "an ib'er prepares Thursday's ZAT with eight young people from the fixed circle", w.preparesTheZAT)
	w.story(t, "a jeugdarts is asked for a conclusion, records the mother's yes and posts", w.conclusion)
	w.story(t, "a leerplichtambtenaar joins a verzuimoverleg by statutory task while parents refuse", w.statutoryTask)
	w.story(t, "two people act on the same casus in the same second", w.sameSecond)
	w.story(t, "a procesregisseur falls ill", w.fallsIll)
	w.story(t, "a parent withdraws on Wednesday and Thursday's posting stops", w.withdraws)
	w.story(t, "a young person turns sixteen between two meetings", w.turnsSixteen)
	w.story(t, "a stand-in comes for one meeting and is gone after it", w.standsIn)
	w.story(t, "an organisation leaves the convenant", w.leaves)
	w.story(t, "the log has every act, and holds", w.holds)
}

func TestTheCardOnSlack(t *testing.T) {
	w := onSlack(t, pagesOn(freePort(t)))
	one := cards{week: w}
	w.story(t, "a parent says yes and takes it back", one.saysAndTakesBack)
	w.story(t, "a parent objects", one.objects)
	w.story(t, "safety is at stake", one.safety)
	w.story(t, "the paper is not kept", one.paperGoes)
	w.story(t, "the log has every act, and holds", w.found)
}

// pagesOn is the setting that serves the bot's own pages at an address.
func pagesOn(listen string) string {
	return "pages:\n  url: \"http://" + listen + "\"\n  listen: \"" + listen + "\"\n"
}
