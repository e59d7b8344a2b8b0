package stories

import (
	"bufio"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/internal/testserver"
)

// The ids are those of the plugin's manifest, as an administrator reads them.
const (
	pluginID     = "nl.convenantbot"
	sentryID     = "nl.convenantbot.wacht"
	botName      = "convenantbot"
	bridgeSecret = "een-geheim-van-minstens-32-tekens-lang"
)

// house is one real server with the uploaded plugin, the built program beside
// it, and people. All stories of the server happen in it, one after another:
// time in it only goes forward.
type house struct {
	*testserver.Server
	root *testing.T // of the house
	t    *testing.T // of the story that is being told

	dir    string // of the bot
	config string
	listen string // the operator's address
	bot    *process
	// frozenBot says that a story has stopped the bot from running for a while.
	frozenBot bool
	ahead     time.Duration // how far the bot's clock runs ahead
	self      string        // user id of the bot's account
	common    string        // an ordinary channel that everybody is in

	ib, lpa, carer, doctor, guide *person // of five parties
	stray                         *person // of an organisation that did not join
	nobody                        *person // has an account and no appointment
	officer                       *person // FG of all organisations
	all                           []*person

	database *sql.DB // the server's, once asked for
	doom     *doom   // where the bot dies now; nil: nowhere
}

// newHouse installs everything the way an administrator would. tags are those of
// the plugin's build, env are settings of the server's environment.
func newHouse(t *testing.T, tags string, env map[string]string) *house {
	t.Helper()
	mustBinary(t)
	h := &house{Server: testserver.Mattermost(t, testserver.Options{Env: env}), root: t, t: t, dir: t.TempDir()}
	ctx := t.Context()
	bridge := freePort(t)
	h.listen = freePort(t)
	h.InstallPlugin(pluginID, testserver.Bundle(t, tags), map[string]any{"boturl": "http://" + bridge, "secret": bridgeSecret})
	h.InstallPlugin(sentryID, testserver.SentryBundle(t, tags), nil)

	account, _, err := h.Admin.GetUserByUsername(ctx, botName, "")
	if err != nil {
		t.Fatalf("the plugin made no account for the bot: %v", err)
	}
	h.self = account.Id
	if _, _, err := h.Admin.AddTeamMember(ctx, h.Team.Id, h.self); err != nil {
		t.Fatalf("add the bot to the team: %v", err)
	}
	common, _, err := h.Admin.CreateChannel(ctx, &model.Channel{TeamId: h.Team.Id, Type: model.ChannelTypeOpen, Name: "algemeen", DisplayName: "Algemeen"})
	if err != nil {
		t.Fatalf("make an ordinary channel: %v", err)
	}
	h.common = common.Id
	if _, _, err := h.Admin.AddChannelMember(ctx, common.Id, h.self); err != nil {
		t.Fatalf("add the bot to the ordinary channel: %v", err)
	}
	for _, p := range []struct {
		who  **person
		name string
	}{{&h.ib, "ib"}, {&h.lpa, "lpa"}, {&h.carer, "carer"}, {&h.doctor, "doctor"}, {&h.guide, "guide"},
		{&h.stray, "stray"}, {&h.nobody, "nobody"}, {&h.officer, "officer"}} {
		*p.who = newPerson(h, p.name)
		h.all = append(h.all, *p.who)
	}
	h.settings(bridge)
	return h
}

// eraser makes an administrator who only erases, and returns their token.
func (h *house) eraser() string {
	h.t.Helper()
	u, _, err := h.Admin.CreateUser(h.t.Context(), &model.User{Username: "wist", Email: "wist@example.org", Password: testserver.Password})
	if err != nil {
		h.t.Fatalf("create the account that erases: %v", err)
	}
	if _, err := h.Admin.UpdateUserRoles(h.t.Context(), u.Id, model.SystemUserRoleId+" "+model.SystemAdminRoleId); err != nil {
		h.t.Fatalf("make it an administrator: %v", err)
	}
	return h.Token(u.Id)
}

// settings writes the files that an operator writes.
func (h *house) settings(bridge string) {
	h.t.Helper()
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	write := func(name, text string) string {
		path := filepath.Join(h.dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			h.t.Fatalf("write %s: %v", name, err)
		}
		return path
	}
	master := write("master.key", hex.EncodeToString(key)+"\n")
	register := write("register.yaml", h.register())
	text := fmt.Sprintf(`listen: %q
data_dir: %q
region: model
directory: {file: %q}
key: {master: %q}
mattermost:
  url: %q
  team: %q
  token: %q
  bridge_secret: %q
  listen: %q
`, h.listen, h.dir, register, "file:"+master, h.URL, h.Team.Name, h.Token(h.self), bridgeSecret, bridge)
	h.config = write("convenantbot.yaml", text+fmt.Sprintf("  admin_token: %q\n  erase_token: %q\n", h.Token(h.AdminUser.Id), h.eraser()))
	write("without-admin.yaml", text)
}

// register is the file with organisations and people; it has ids of accounts
// and no names.
func (h *house) register() string {
	var b strings.Builder
	b.WriteString("organisations:\n")
	for _, id := range []string{"school-a", "gemeente", "aanbieder", "ggd", "swv-a"} {
		fmt.Fprintf(&b, "  - {id: %s, name: Organisatie %s, signed_at: '2025-09-01', announced_at: '2025-09-15', dpo: p-officer, appointee: p-%s}\n", id, id, h.guide.Username)
	}
	b.WriteString("  - {id: outside, name: Praktijk Buiten}\npeople:\n")
	for _, p := range []struct {
		who                         *person
		org, sector, function, task string
	}{
		{h.ib, "school-a", "education", "intern begeleider", "begeleiding"},
		{h.lpa, "gemeente", "attendance", "leerplichtambtenaar", "leerplicht"},
		{h.carer, "aanbieder", "youth_care", "jeugdhulpverlener", "jeugdhulp"},
		{h.doctor, "ggd", "youth_health", "jeugdarts", "jgz"},
		{h.guide, "swv-a", "swv", "consulent", "ondersteuning"},
		{h.stray, "outside", "youth_care", "therapeut", "jeugdhulp"},
		{h.officer, "", "", "", ""},
	} {
		fmt.Fprintf(&b, "  - id: p-%s\n    accounts: [{platform: mattermost, user: %s}]\n", p.who.Username, p.who.Id)
		if p.org != "" {
			fmt.Fprintf(&b, "    appointments: [{organisation: %s, sector: %s, function: %s, task: %s, confirmed_by: hr, confirmed_at: %s}]\n",
				p.org, p.sector, p.function, p.task, time.Now().Add(-time.Hour).UTC().Format(time.RFC3339))
		}
	}
	return b.String()
}

// tell tells one story; the next ones are not told when it fails, since they
// happen in the same house.
func (h *house) tell(t *testing.T, name string, story func()) {
	t.Helper()
	if t.Failed() {
		return
	}
	outer := h.t
	t.Run(name, func(t *testing.T) {
		h.t = t
		defer func() {
			h.t = outer
			if t.Failed() && h.bot != nil {
				t.Logf("the bot said:\n%s", tail(h.bot.said(), 6000))
			}
		}()
		story()
	})
}

// tail is the end of a text, at most n bytes.
func tail(s string, n int) string {
	if len(s) > n {
		s = "…" + s[len(s)-n:]
	}
	return s
}

// environ is the environment of the bot and of the operator's commands.
func (h *house) environ(fault string) []string {
	env := []string{"CONVENANTBOT_TEST_CLOCK=" + h.ahead.String()}
	if fault != "" {
		env = append(env, "CONVENANTBOT_FAULT="+fault)
	}
	return env
}

// start starts the bot and waits until it is ready, or died at the failpoint.
// It returns how long that took.
func (h *house) start(fault string) time.Duration {
	h.t.Helper()
	return h.startWith(h.config, fault)
}

func (h *house) startWith(config, fault string) time.Duration {
	h.t.Helper()
	began := time.Now()
	// Of the house and not of the story: the next story finds it running.
	h.bot = launch(h.root, h.environ(fault), "serve", "--config", config)
	until(h.t, "the bot is ready", patience, func() bool {
		if h.bot.gone() {
			return true
		}
		res, err := http.Get("http://" + h.listen + "/readyz")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	}, h.bot.said)
	if h.bot.gone() && fault == "" {
		h.t.Fatalf("the bot does not stay:\n%s", h.bot.said())
	}
	return time.Since(began)
}

// restart stops the bot, when it runs, and starts it again.
func (h *house) restart(fault string) {
	h.t.Helper()
	if !h.bot.gone() {
		h.bot.stop(h.t)
	}
	h.start(fault)
}

// later sets the bot's clock ahead; it is started anew for that.
func (h *house) later(d time.Duration, fault string) {
	h.t.Helper()
	h.ahead += d
	h.restart(fault)
}

// amsterdam is what the time is in the Netherlands, where days are counted, on a clock
// that runs so far ahead.
func amsterdam(t testing.TB, ahead time.Duration) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return time.Now().Add(ahead).In(zone)
}

// noon is how far a clock that runs so far ahead must be set ahead besides, to show noon
// days later. What a story says of a day is then true until its end, whenever it is told.
func noon(t testing.TB, ahead time.Duration, days int) time.Duration {
	t.Helper()
	now := amsterdam(t, ahead)
	return time.Date(now.Year(), now.Month(), now.Day()+days, 12, 0, 0, 0, now.Location()).Sub(now)
}

// day is a date as people fill it in, days from today on the bot's clock; today
// is a day in the Netherlands.
func (h *house) day(days int) string {
	h.t.Helper()
	return amsterdam(h.t, h.ahead).AddDate(0, 0, days).Format(time.DateOnly)
}

// operator runs one of the operator's commands with the settings of the house.
func (h *house) operator(args ...string) result {
	h.t.Helper()
	return command(h.t, h.environ(""), append(args, "--config", h.config)...)
}

// entry is one line of the log as its export shows it.
type entry struct {
	Casus, Act, Outcome string
	Objects, Reasons    []string
}

// log stops the bot, which signs what it has, and reads the whole log by the
// operator's own commands: it must verify and export. Then the bot runs again.
func (h *house) log() []entry {
	h.t.Helper()
	h.bot.stop(h.t)
	all := readLog(h.t, h.operator)
	h.start("")
	return all
}

// logOf is log, once each of these acts stands in it for a casus as often as it must:
// what people see is there a moment before it is written down. Whoever asks still looks
// that none stands there more often.
func (h *house) logOf(ref string, want map[string]int) []entry {
	h.t.Helper()
	var log []entry
	until(h.t, "the log has it all", patience, func() bool {
		log = h.log()
		for act, n := range want {
			if count(log, ref, act) < n {
				return false
			}
		}
		return true
	}, func() string { return fmt.Sprintf("of %s it must have %v and has %v", ref, want, acts(log, ref)) })
	return log
}

// readLog reads the whole log of a bot that does not run; it must verify.
// operator runs an operator's command.
func readLog(t testing.TB, operator func(args ...string) result) []entry {
	t.Helper()
	if r := operator("audit", "verify"); r.code != 0 || !strings.Contains(r.out, "The log holds") {
		t.Fatalf("audit verify: %d\n%s%s", r.code, r.out, r.err)
	}
	r := operator("audit", "export")
	if r.code != 0 {
		t.Fatalf("audit export: %d\n%s", r.code, r.err)
	}
	var all []entry
	lines := bufio.NewScanner(strings.NewReader(r.out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct{ Says *entry }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatalf("audit export: %v: %s", err, lines.Text())
		}
		if line.Says != nil {
			all = append(all, *line.Says)
		}
	}
	return all
}

// count counts the entries of an act in a casus.
func count(log []entry, ref, act string) int {
	n := 0
	for _, e := range log {
		if e.Casus == ref && e.Act == act {
			n++
		}
	}
	return n
}

// acts lists the acts of a casus, in order.
func acts(log []entry, ref string) []string {
	var all []string
	for _, e := range log {
		if e.Casus == ref {
			all = append(all, e.Act)
		}
	}
	return all
}
