package stories

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/slack/blocks"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// slackHouse is a workspace of Slack, the built program beside it over Socket
// Mode, and people. The workspace is a fake: no real one can be reached from here.
type slackHouse struct {
	*slackfake.Server
	t      *testing.T // of the story that is being told
	whole  *testing.T // of all of them, which the program lives as long as
	dir    string
	config string
	listen string
	bot    *process
	ahead  time.Duration

	ib, lpa, carer, doctor, officer, stray *slackfake.Person
	common                                 string
}

func newSlackHouse(t *testing.T) *slackHouse {
	t.Helper()
	mustBinary(t)
	h := &slackHouse{Server: slackfake.New(t, slackfake.Options{Plan: slackfake.BusinessPlus, SocketMode: true, Unlimited: true}), t: t, whole: t, dir: t.TempDir(), listen: freePort(t)}
	add := func(name string) *slackfake.Person {
		return h.AddPerson(slackfake.PersonOptions{Name: name, RealName: name})
	}
	h.ib, h.lpa, h.carer, h.doctor, h.officer, h.stray = add("ib"), add("lpa"), add("carer"), add("doctor"), add("officer"), add("stray")
	admin := h.AddPerson(slackfake.PersonOptions{Name: "dienst", Admin: true})
	h.common = h.CommonChannel("overleg", h.ib, h.lpa, h.carer, h.doctor, h.officer, h.stray)

	key := make([]byte, 32)
	_, _ = rand.Read(key)
	write := func(name, text string) string {
		path := filepath.Join(h.dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatalf("write %s: %v", name, err)
		}
		return path
	}
	h.config = write("convenantbot.yaml", fmt.Sprintf(`listen: %q
data_dir: %q
region: model
directory: {file: %q}
key: {master: %q}
slack:
  api: %q
  token: %q
  app_token: %q
  signing_secret: %q
  admin_token: %q
`, h.listen, h.dir, write("register.yaml", h.register()), "file:"+write("master.key", hex.EncodeToString(key)+"\n"),
		strings.TrimRight(h.APIURL(), "/"), h.BotToken(), h.AppToken(), h.SigningSecret, h.UserToken(admin)))
	return h
}

func (h *slackHouse) register() string {
	var b strings.Builder
	b.WriteString("organisations:\n")
	for _, id := range []string{"school-a", "gemeente", "aanbieder", "ggd"} {
		fmt.Fprintf(&b, "  - {id: %s, name: Organisatie %s, signed_at: '2025-09-01', announced_at: '2025-09-15', dpo: p-officer, appointee: p-officer}\n", id, id)
	}
	b.WriteString("people:\n")
	for _, p := range []struct {
		who                         *slackfake.Person
		org, sector, function, task string
	}{
		{h.ib, "school-a", "education", "intern begeleider", "begeleiding"},
		{h.lpa, "gemeente", "attendance", "leerplichtambtenaar", "leerplicht"},
		{h.carer, "aanbieder", "youth_care", "jeugdhulpverlener", "jeugdhulp"},
		{h.doctor, "ggd", "youth_health", "jeugdarts", "jgz"},
		{h.officer, "", "", "", ""},
	} {
		fmt.Fprintf(&b, "  - id: p-%s\n    accounts: [{platform: slack, user: %s}]\n", p.who.Name, p.who.ID)
		if p.org != "" {
			fmt.Fprintf(&b, "    appointments: [{organisation: %s, sector: %s, function: %s, task: %s, confirmed_by: hr, confirmed_at: %s}]\n",
				p.org, p.sector, p.function, p.task, time.Now().Add(-time.Hour).UTC().Format(time.RFC3339))
		}
	}
	return b.String()
}

// start starts the bot and waits until it is ready and Slack has its connection.
func (h *slackHouse) start() {
	h.t.Helper()
	h.bot = launch(h.whole, []string{"CONVENANTBOT_TEST_CLOCK=" + h.ahead.String()}, "serve", "--config", h.config)
	until(h.t, "the bot is ready", patience, func() bool {
		if h.bot.gone() {
			h.t.Fatalf("the bot does not stay:\n%s", h.bot.said())
		}
		res, err := http.Get("http://" + h.listen + "/readyz")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK && h.Sockets() > 0
	}, h.bot.said)
}

// later sets the bot's clock ahead; it is started anew for that.
func (h *slackHouse) later(d time.Duration) {
	h.t.Helper()
	h.ahead += d
	h.bot.stop(h.t)
	h.start()
}

// told is everything that the bot told somebody in private.
func (h *slackHouse) told(p *slackfake.Person) string {
	seen, _ := p.SeesDirect()
	var b strings.Builder
	for _, s := range seen {
		if s.Bot {
			fmt.Fprintf(&b, "%s %s\n", s.Text, s.Blocks)
		}
	}
	return b.String()
}

// wasTold waits until the bot told somebody this, or whispered it in a channel.
func (h *slackHouse) wasTold(p *slackfake.Person, text string, channels ...string) {
	h.t.Helper()
	until(h.t, p.Name+" is told: "+text, patience, func() bool {
		if strings.Contains(h.told(p), text) {
			return true
		}
		for _, c := range channels {
			seen, _ := p.Sees(c)
			if slices.ContainsFunc(seen, func(s slackfake.Seen) bool {
				return s.Bot && strings.Contains(s.Text+string(s.Blocks), text)
			}) {
				return true
			}
		}
		return false
	}, func() string { return tail(h.told(p), 3000) + "\n" + tail(h.bot.said(), 3000) })
}

// press presses the newest button with this label that somebody sees.
func (h *slackHouse) press(p *slackfake.Person, channel, label string) {
	h.t.Helper()
	until(h.t, p.Name+" sees the button "+label, patience, func() bool {
		seen, _ := p.Sees(channel)
		for _, s := range slices.Backward(seen) {
			if strings.Contains(string(s.Blocks), `"`+label+`"`) {
				return p.Clicks(channel, s.TS, label) == nil
			}
		}
		return false
	}, func() string { return tail(h.told(p), 3000) + "\n" + tail(h.bot.said(), 3000) })
}

// form waits until somebody has a form before them, at most so long.
func (h *slackHouse) form(p *slackfake.Person, title string, within time.Duration) (slackfake.View, error) {
	ctx, cancel := context.WithTimeout(h.t.Context(), within)
	defer cancel()
	return p.AwaitsView(ctx, func(v slackfake.View) bool {
		return v.CallbackID == blocks.CallbackForm && strings.Contains(v.Title, title)
	})
}

// filled is what somebody fills in, by the blocks of the form.
func (h *slackHouse) filled(view slackfake.View, v values) values {
	h.t.Helper()
	var shown struct{ Blocks []json.RawMessage }
	if err := json.Unmarshal(view.Raw, &shown); err != nil {
		h.t.Fatal(err)
	}
	_, at := blocks.Fields(shown.Blocks)
	filled := values{}
	for name, given := range v {
		block := at[name]
		if block == "" {
			h.t.Fatalf("the form %q has no field %s, it has %v", view.Title, name, at)
		}
		i := slices.IndexFunc(shown.Blocks, func(raw json.RawMessage) bool { return strings.Contains(string(raw), `"`+block+`"`) })
		for _, one := range given {
			if strings.Contains(string(shown.Blocks[i]), `"=`+one+`"`) {
				one = "=" + one
			}
			filled[block] = append(filled[block], one)
		}
	}
	return filled
}

func (h *slackHouse) date(days int) string {
	h.t.Helper()
	return amsterdam(h.t, h.ahead).AddDate(0, 0, days).Format(time.DateOnly)
}

// channelNamed is the channel that the bot made under a name.
func (h *slackHouse) channelNamed(name string) string {
	for _, c := range h.Calls("conversations.setPurpose") {
		if ch, ok := h.Channel(c.Args["channel"]); ok && ch.Name == name {
			return ch.ID
		}
	}
	return ""
}

// members are the ids of everybody in a channel, the bot included.
func (h *slackHouse) members(room string) []string {
	all := h.Members(room)
	slices.Sort(all)
	return all
}

// openCasus has the intern begeleider open a casus with four parties, and waits
// until its room is ready. It returns who must be in it.
func (h *slackHouse) openCasus() (room string, want []string) {
	h.t.Helper()
	h.sends(h.ib, h.commands(h.ib, h.common, "nieuw", ""), values{
		"kind": {"mdo"}, "purpose": {"Samen een plan maken"}, "born": {"2013-05-01"}, "school": {"school-a"},
		"members": {h.lpa.ID, h.carer.ID, h.doctor.ID}, "holder1": {"moeder"}, "holder2": {"vader"},
		"checked": {"register"}, "agreed": {"g1", "g2", "yp"}, "agreed_on": {h.date(-10)}, "agreed_how": {"conversation"}, "invited": {"ja"},
	})
	want = []string{h.BotUser, h.ib.ID, h.lpa.ID, h.carer.ID, h.doctor.ID}
	slices.Sort(want)
	until(h.t, "the room is ready", patience, func() bool {
		for _, c := range h.Calls("conversations.create") {
			if c.Error == "" {
				room = h.channelNamed(c.Args["name"])
			}
		}
		ch, ok := h.Channel(room)
		return ok && ch.Private && ch.Pins > 0 && slices.Equal(h.members(room), want)
	}, func() string { return fmt.Sprint(h.members(room), want) + tail(h.bot.said(), 3000) })
	return room, want
}

// A casus on Slack from its opening to its receipt, with what goes wrong on the
// way: a stranger, and a file that somebody posts by hand.
func TestACasusOnSlack(t *testing.T) {
	h := newSlackHouse(t)
	h.start()

	// A question gets its answer.
	if _, err := h.ib.SaysToBot("Vanaf welke leeftijd beslist een jongere zelf?"); err != nil {
		t.Fatal(err)
	}
	h.wasTold(h.ib, "16 jaar")

	// A casus is opened, and its room holds who takes part and nobody else.
	room, want := h.openCasus()

	// Somebody lets a stranger in, who is put out again.
	if err := h.lpa.Invites(room, h.stray.ID); err != nil {
		t.Fatal(err)
	}
	until(t, "the stranger is out", patience, func() bool { return slices.Equal(h.members(room), want) }, h.bot.said)
	h.wasTold(h.ib, "iemand die niet in dit overleg hoort")

	// A file that is posted by hand is taken away, and its poster hears how it is done.
	file, err := h.carer.Uploads(room, "verslag.txt", []byte("niet voor iedereen"), "")
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the file is gone", patience, func() bool { return !h.FileExists(file) }, h.bot.said)
	h.wasTold(h.carer, "Je plaatste zelf een bestand")
	until(t, "the service account is out again", patience, func() bool { return slices.Equal(h.members(room), want) }, h.bot.said)

	// It is closed; a week later nobody is in the room any more, and the bot is.
	(&colleague{Person: h.ib, h: h}).command(room, "/casus sluit")
	h.press(h.ib, room, "Ja, sluiten")
	until(t, "the room hears that it is closed", patience, func() bool {
		seen, _ := h.lpa.Sees(room)
		return slices.ContainsFunc(seen, func(s slackfake.Seen) bool { return s.Bot && strings.Contains(s.Text, "is gesloten.") })
	}, h.bot.said)
	h.later(7*day + time.Hour)
	until(t, "the room is emptied of people", patience, func() bool { return slices.Equal(h.members(room), []string{h.BotUser}) }, h.bot.said)

	// The parties take over what they must keep, and it is erased.
	h.later(9 * day)
	for _, p := range []*slackfake.Person{h.ib, h.lpa, h.carer, h.doctor} {
		h.press(p, p.DirectWithBot(), "Wij hebben overgenomen")
		h.wasTold(p, "Vastgelegd voor casus")
	}
	h.later(15 * day)
	for _, p := range []*slackfake.Person{h.ib, h.lpa, h.carer, h.doctor} {
		h.wasTold(p, "is vernietigd.")
	}
	h.wasTold(h.ib, "exports en bewaarplichten")
	ch, _ := h.Channel(room)
	if !ch.Archived {
		t.Error("the emptied room is not archived")
	}
	if seen, err := h.lpa.Sees(room); err == nil && len(seen) > 0 {
		t.Errorf("a former member still sees %d messages", len(seen))
	}
	h.bot.stop(t)
	for _, word := range []string{"Samen een plan", "niet voor iedereen", "xoxb-", h.SigningSecret} {
		if strings.Contains(h.bot.said(), word) {
			t.Errorf("the log has %q", word)
		}
	}
}
