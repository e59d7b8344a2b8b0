package slack_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"
	"go.yaml.in/yaml/v3"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/adapters/slack/blocks"
	"github.com/convenantbot/convenantbot/adapters/slack/incoming"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// installation is somebody who does what the page says, step by step.
type installation struct {
	t        *testing.T
	page     string
	manifest slackfake.Manifest
	fake     *slackfake.Server
	bot, app string // tokens
	secret   string
	admin    string
	boss     *slackfake.Person
	anna     *slackfake.Person
	chat     *slack.Chat
	in       *bottest.Incoming
}

// steps are those of the page, by their title. One that the page has and this lacks,
// or the other way round, fails.
var steps = []struct {
	title string
	do    func(*installation)
}{
	{"Maak de app", func(i *installation) {
		i.manifest, _ = mustManifest(i.t, "manifest.yaml")
		i.fake = slackfake.New(i.t, i.manifest.Options(slackfake.BusinessPlus))
		i.boss = i.fake.AddPerson(slackfake.PersonOptions{Name: "beheer", Admin: true})
		i.anna = i.fake.AddPerson(slackfake.PersonOptions{Name: "anna"})
	}},
	{"Installeer de app in de werkruimte", func(i *installation) {
		if i.bot = i.fake.BotToken(); !strings.HasPrefix(i.bot, "xoxb-") {
			i.t.Errorf("the token is %s, and the page says xoxb-", i.bot[:5])
		}
	}},
	{"Maak een token voor de verbinding", func(i *installation) {
		if i.app = i.fake.AppToken(); !strings.HasPrefix(i.app, "xapp-") {
			i.t.Errorf("the token is %s, and the page says xapp-", i.app[:5])
		}
	}},
	{"Kopieer het geheim", func(i *installation) { i.secret = i.fake.SigningSecret }},
	{"Stel de bot in", func(i *installation) {
		_, rest, _ := strings.Cut(i.page, "```yaml\n")
		sample, _, _ := strings.Cut(rest, "```")
		var have struct{ Slack map[string]string }
		if err := yaml.Unmarshal([]byte(sample), &have); err != nil || len(have.Slack) != 3 {
			i.t.Fatalf("the sample on the page is %v (%v), want three settings", have.Slack, err)
		}
		for name, value := range have.Slack {
			if !strings.HasPrefix(value, "file:/") {
				i.t.Errorf("the page puts the secret %s in the settings themselves", name)
			}
		}
		known := settings(i.t)
		for _, m := range regexp.MustCompile("`slack\\.([a-z_]+)").FindAllStringSubmatch(i.page, -1) {
			if !known[m[1]] {
				i.t.Errorf("the page names slack.%s, which is no setting", m[1])
			}
		}
		for name := range have.Slack {
			if !known[name] {
				i.t.Errorf("the page's sample has slack.%s, which is no setting", name)
			}
		}
		seal := blocks.Seal{Keys: func() [][]byte { return [][]byte{[]byte(i.secret)} }}
		i.chat = slack.New(slack.Options{API: i.fake.APIURL(), Token: func() string { return i.bot }, AdminToken: func() string { return i.admin }, Seal: seal, Now: time.Now})
		if self, err := i.chat.Self(i.t.Context()); err != nil || string(self.User) != i.fake.BotUser {
			i.t.Fatalf("Self = %+v, %v", self, err)
		}
	}},
	{"Geef de bot een beheerder, als u dat wilt", func(i *installation) {
		room, err := i.chat.CreateRoom(i.t.Context(), "casus-2026-000001", "Casusoverleg")
		if err != nil {
			i.t.Fatal(err)
		}
		if err := i.chat.AddToRoom(i.t.Context(), room, bot.UserID(i.anna.ID)); err != nil {
			i.t.Fatal(err)
		}
		upload := func() bot.MessageID {
			if _, err := i.anna.Uploads(string(room), "verslag.txt", []byte("inhoud"), "kijk"); err != nil {
				i.t.Fatal(err)
			}
			seen, _ := i.anna.Sees(string(room))
			return slack.MessageID(room, seen[len(seen)-1].TS)
		}
		if err := i.chat.Hide(i.t.Context(), upload()); !errors.Is(err, bot.ErrForbidden) {
			i.t.Errorf("without an administrator: %v, want that it cannot take it away", err)
		}
		for _, name := range []string{"manifest-beheer.yaml", "manifest-organisatie.yaml"} {
			if !strings.Contains(i.page, name) {
				i.t.Errorf("the page does not name %s", name)
			}
			m, _ := mustManifest(i.t, name)
			i.admin = i.fake.UserToken(i.boss, m.OAuth.Scopes.User...)
			if !strings.HasPrefix(i.admin, "xoxp-") {
				i.t.Errorf("the token is %s, and the page says xoxp-", i.admin[:5])
			}
			// What counts is the file: what Slack makes of its message differs.
			if err := i.chat.Hide(i.t.Context(), upload()); err != nil {
				i.t.Errorf("with %s: %v", name, err)
			}
		}
		if slices.Contains(i.fake.Members(string(room)), i.boss.ID) {
			i.t.Error("the administrator is still in the room")
		}
	}},
	{"Sluit wat Slack zelf kan sluiten", func(i *installation) {
		room, err := i.chat.CreateRoom(i.t.Context(), "casus-2026-000002", "Casusoverleg")
		if err != nil {
			i.t.Fatal(err)
		}
		if err := i.chat.AddToRoom(i.t.Context(), room, bot.UserID(i.anna.ID)); err != nil {
			i.t.Fatal(err)
		}
		if err := i.fake.RestrictPosting(string(room)); err != nil {
			i.t.Fatal(err)
		}
		if _, err := i.anna.Uploads(string(room), "a.txt", []byte("x"), ""); err == nil {
			i.t.Error("a member still posts a file there, and the page says not")
		}
		if _, err := i.chat.Post(i.t.Context(), room, bot.Message{Text: "Welkom"}, "welcome"); err != nil {
			i.t.Errorf("the bot does not post there any more, and the page says it does: %v", err)
		}
	}},
	{"Start de bot", func(i *installation) {
		i.in = &bottest.Incoming{}
		seal := blocks.Seal{Keys: func() [][]byte { return [][]byte{[]byte(i.secret)} }}
		r := incoming.New(incoming.Options{In: i.in, Workspaces: []incoming.Workspace{i.chat}, Seal: seal, Now: time.Now, Secrets: func() []string { return []string{i.secret} }})
		socket := &incoming.Socket{Receiver: r, Open: func(ctx context.Context) (string, error) {
			_, url, err := slackgo.New("", slackgo.OptionAppLevelToken(i.app), slackgo.OptionAPIURL(i.fake.APIURL())).StartSocketModeContext(ctx)
			return url, err
		}}
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- socket.Run(ctx) }()
		i.t.Cleanup(func() {
			stop()
			if err := <-done; err != nil {
				i.t.Error(err)
			}
			r.Close()
		})
		late, cancel := context.WithTimeout(i.t.Context(), time.Minute)
		defer cancel()
		if !i.fake.Eventually(late, func() bool { return i.fake.Sockets() == 1 }) {
			i.t.Fatalf("the bot did not connect: %+v", i.fake.Calls("apps.connections.open"))
		}
	}},
	{"Kijk of alles klopt", func(i *installation) {
		if !strings.Contains(i.page, "`convenantbot doctor --config …`") {
			i.t.Error("the page does not say how")
		}
	}},
	{"Probeer het", func(i *installation) {
		common := i.fake.CommonChannel("overleg", i.anna)
		if err := i.anna.Command(common, "/casus", "nieuw"); err != nil {
			i.t.Fatal(err)
		}
		i.hears(func(e bot.Event) bool {
			return e.Kind == bot.Command && e.Name == "casus" && e.Text == "nieuw" && e.Trigger != ""
		})
		if _, err := i.anna.Says(common, "@convenantbot wat is een mdo?"); err != nil {
			i.t.Fatal(err)
		}
		i.hears(func(e bot.Event) bool { return e.Kind == bot.Said && !e.Direct && e.Text == "wat is een mdo?" })
		if _, err := i.anna.SaysToBot("wat is een mdo?"); err != nil {
			i.t.Fatal(err)
		}
		i.hears(func(e bot.Event) bool { return e.Kind == bot.Said && e.Direct && e.Text == "wat is een mdo?" })
		if err := i.anna.OpensHome(); err != nil {
			i.t.Fatal(err)
		}
		late, cancel := context.WithTimeout(i.t.Context(), time.Minute)
		defer cancel()
		if !i.fake.Eventually(late, func() bool { _, ok := i.anna.Home(); return ok }) {
			i.t.Error("its page was not shown")
		}
	}},
}

func (i *installation) hears(want func(bot.Event) bool) {
	i.t.Helper()
	late, cancel := context.WithTimeout(i.t.Context(), time.Minute)
	defer cancel()
	if _, err := i.in.Await(late, want); err != nil {
		i.t.Errorf("the bot did not hear it: %v", err)
	}
}

// settings are the names under slack in the sample of all settings.
func settings(t *testing.T) map[string]bool {
	t.Helper()
	raw, err := os.ReadFile("../../deploy/convenantbot.yaml")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	within := false
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimRight(line, "\n"); line != "" && line[0] != ' ' && line[0] != '#' {
			within = line == "slack:"
		}
		if name, _, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "#"), ":"); within && ok && !strings.Contains(name, " ") {
			known[name] = true
		}
	}
	if len(known) < 5 {
		t.Fatalf("the sample has %d settings of Slack; the walk is broken", len(known))
	}
	return known
}

func TestTheInstallPageIsTriedStepByStep(t *testing.T) {
	raw, err := os.ReadFile("../../deploy/slack/README.md")
	if err != nil {
		t.Fatal(err)
	}
	i := &installation{t: t, page: string(raw)}
	_, install, _ := strings.Cut(i.page, "## Installeren\n")
	install, _, _ = strings.Cut(install, "\n## ")
	var titles []string
	for _, m := range regexp.MustCompile(`(?m)^\d+\. \*\*(.+?)[.:]?\*\*`).FindAllStringSubmatch(install, -1) {
		titles = append(titles, m[1])
	}
	var want []string
	for _, s := range steps {
		want = append(want, s.title)
	}
	if !slices.Equal(titles, want) {
		t.Fatalf("the page has the steps\n%s\nand tried are\n%s", strings.Join(titles, "\n"), strings.Join(want, "\n"))
	}
	for _, s := range steps {
		s.do(i)
	}
	// Nothing of it needed a right that the manifest lacks.
	for _, c := range i.fake.Calls("") {
		if c.Error == "missing_scope" {
			t.Errorf("%s lacks a scope", c.Method)
		}
	}
}
