package config

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Slack is how to reach one app of Slack's and the workspaces that it is in. It is
// used when a token, or what gets one, is set.
type Slack struct {
	API             string // of the Web API; a test has another than Slack's
	Token           Secret // of the bot; may be empty with RefreshToken
	RefreshToken    Secret // of an app whose tokens expire
	ClientID        string
	ClientSecret    Secret
	AdminToken      Secret // of a person who may take away what others post; may be empty
	AppToken        Secret // for Socket Mode; empty: Slack calls Listen
	Signing         Secret
	SigningPrevious Secret // still believed while it is being changed; may be empty
	Listen          string // host:port where Slack reaches the bot without Socket Mode
	Guests          bool
	RetentionDays   int
	Administrator   string // account that hears what doctor finds; may be empty
	Workspaces      []SlackWorkspace
}

// SlackWorkspace is a further workspace of the same app.
type SlackWorkspace struct {
	Name       string // of the platform in accounts: "slack." and this
	Token      Secret
	AdminToken Secret // may be empty
}

// Used says whether the installation has a Slack.
func (s Slack) Used() bool { return s.Token() != "" || s.RefreshToken() != "" }

// Rotates says whether its tokens expire.
func (s Slack) Rotates() bool { return s.RefreshToken() != "" }

// Socket says whether the bot calls Slack, so that it need not be reachable.
func (s Slack) Socket() bool { return s.AppToken() != "" }

func (s Slack) secrets() []Secret {
	all := []Secret{s.Token, s.RefreshToken, s.ClientSecret, s.AdminToken, s.AppToken, s.Signing, s.SigningPrevious}
	for _, w := range s.Workspaces {
		all = append(all, w.Token, w.AdminToken)
	}
	return all
}

// slackTable are its rows of the table.
func slackTable() []Setting {
	return []Setting{
		{
			Name: "slack.token", Secret: true,
			Meaning: "Het token van de bot in de werkruimte van Slack (xoxb-…). Leeg: geen Slack.",
			Limits:  "begint met xoxb-",
			set:     secret(func(c *Config) *Secret { return &c.Slack.Token }, prefixed("xoxb-")),
		},
		{
			Name: "slack.app_token", Secret: true,
			Meaning: "Het token van de app voor Socket Mode (xapp-…): de bot belt Slack, en hoeft dan zelf niet bereikbaar te zijn. Leeg: Slack belt slack.listen.",
			Limits:  "begint met xapp-",
			set:     secret(func(c *Config) *Secret { return &c.Slack.AppToken }, prefixed("xapp-")),
		},
		{
			Name: "slack.signing_secret", Secret: true,
			Meaning: "Het geheim waarmee Slack ondertekent wat het stuurt, en de bot zijn knoppen.",
			Limits:  "verplicht met Slack",
			set:     secret(func(c *Config) *Secret { return &c.Slack.Signing }, anything),
		},
		{
			Name: "slack.signing_secret_previous", Secret: true,
			Meaning: "Het vorige geheim, dat nog geldt terwijl het wordt vervangen.",
			Limits:  "anders dan slack.signing_secret",
			set:     secret(func(c *Config) *Secret { return &c.Slack.SigningPrevious }, anything),
		},
		{
			Name: "slack.admin_token", Secret: true,
			Meaning: "Het token van een dienstaccount met beheerrechten in Slack (xoxp-…). Alleen daarmee kan de bot weghalen wat mensen zelf plaatsen, en op Enterprise een kanaal echt verwijderen. Leeg: dat blijft staan, en de bot zegt dat.",
			Limits:  "begint met xoxp-",
			set:     secret(func(c *Config) *Secret { return &c.Slack.AdminToken }, prefixed("xoxp-")),
		},
		{
			Name: "slack.refresh_token", Secret: true,
			Meaning: "Het token waarmee de bot steeds een nieuw token haalt, als de app verlopende tokens heeft (xoxe-1-…). Het nieuwste bewaart de bot zelf, verzegeld. Dan is slack.token niet nodig.",
			Limits:  "begint met xoxe-",
			set:     secret(func(c *Config) *Secret { return &c.Slack.RefreshToken }, prefixed("xoxe-")),
		},
		{
			Name:    "slack.client_id",
			Meaning: "Het nummer van de app bij Slack.",
			Limits:  "verplicht met slack.refresh_token",
			set:     text(func(c *Config) *string { return &c.Slack.ClientID }),
		},
		{
			Name: "slack.client_secret", Secret: true,
			Meaning: "Het geheim van de app bij Slack.",
			Limits:  "verplicht met slack.refresh_token",
			set:     secret(func(c *Config) *Secret { return &c.Slack.ClientSecret }, anything),
		},
		{
			Name: "slack.listen", Default: "127.0.0.1:8068",
			Meaning: "Adres waarop Slack de bot bereikt als er geen slack.app_token is. Zet er een proxy met TLS voor.",
			Unit:    "host:poort", Limits: "poort 0 tot en met 65535; een ander dan listen, pages.listen en mattermost.listen",
			set: address(func(c *Config) *string { return &c.Slack.Listen }),
		},
		{
			Name: "slack.guests", Default: "false",
			Meaning: "Laat gastaccounts toe in een casusoverleg, bijvoorbeeld voor ouders. Mensen van een andere organisatie (Slack Connect) komen er nooit in.",
			Limits:  "true of false",
			set:     boolean(func(c *Config) *bool { return &c.Slack.Guests }),
		},
		{
			Name: "slack.retention_days", Default: "0",
			Meaning: "Op Enterprise: na hoeveel dagen Slack zelf wist wat er in een casuskanaal staat, als vangnet onder de termijnen van de bot. 0: de termijn van de werkruimte.",
			Unit:    "dagen", Limits: "0 tot en met 36500",
			set: integer(func(c *Config) *int { return &c.Slack.RetentionDays }, 0, 36500),
		},
		{
			Name:    "slack.administrator",
			Meaning: "Het id van het account dat hoort wat doctor vindt, bij het starten en als er iets verandert. Leeg: niemand.",
			Limits:  "een id van Slack, zoals U0123ABCD",
			set:     slackAccount(func(c *Config) *string { return &c.Slack.Administrator }),
		},
		{
			Name:    "slack.workspaces",
			Meaning: "Map met de tokens van verdere werkruimtes van dezelfde app: voor elke werkruimte een bestand NAAM.token, en waar het kan een bestand NAAM.admin_token. In directory.file heten hun accounts slack.NAAM.",
			Limits:  "een bestaande map, waarvan de bestanden alleen voor de bot leesbaar zijn",
			set:     slackWorkspaces,
		},
		{
			Name: "slack.api", Default: "https://slack.com/api/",
			Meaning: "Het adres van de Web API van Slack. Alleen een proef heeft een ander.",
			Limits:  "https://…; http:// alleen naar deze machine zelf",
			set:     webAddress(func(c *Config) *string { return &c.Slack.API }),
		},
	}
}

// prefixed refuses a token of another kind than is meant.
func prefixed(prefix string) func(string) error {
	return func(value string) error {
		// Slack's expiring tokens of a bot and a person begin with xoxe. before that.
		if value == "" || strings.HasPrefix(strings.TrimPrefix(value, "xoxe."), prefix) {
			return nil
		}
		return errors.New("want a token that begins with " + prefix)
	}
}

var slackAccountForm = regexp.MustCompile(`^[UW][A-Z0-9]{6,20}$`)

func slackAccount(field func(*Config) *string) setter {
	return func(c *Config, value string) error {
		if value != "" && !slackAccountForm.MatchString(value) {
			return errors.New("want the id of an account of Slack, such as U0123ABCD")
		}
		*field(c) = value
		return nil
	}
}

// slackWorkspaces reads which further workspaces there are.
func slackWorkspaces(c *Config, value string) error {
	c.Slack.Workspaces = nil
	if value == "" {
		return nil
	}
	entries, err := os.ReadDir(value)
	if err != nil {
		return errors.New("this is not a folder that can be read")
	}
	names := map[string]bool{}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".token")
		if !ok || strings.HasPrefix(name, ".") {
			continue
		}
		if !wordForm.MatchString(name) {
			return errors.New("the names of its files must be lower case letters, digits and hyphens, and .token")
		}
		names[name] = true
	}
	for name := range names {
		w := SlackWorkspace{Name: name, AdminToken: Fixed("")}
		if w.Token, err = openSecret("file:" + filepath.Join(value, name+".token")); err != nil {
			return err
		}
		if err := prefixed("xoxb-")(w.Token()); err != nil || w.Token() == "" {
			return errors.New(name + ".token: want a token that begins with xoxb-")
		}
		admin := filepath.Join(value, name+".admin_token")
		if _, err := os.Stat(admin); err == nil {
			if w.AdminToken, err = openSecret("file:" + admin); err != nil {
				return err
			}
		}
		c.Slack.Workspaces = append(c.Slack.Workspaces, w)
	}
	slices.SortFunc(c.Slack.Workspaces, func(a, b SlackWorkspace) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// checkSlack checks what its settings promise about each other and to those of
// other parts.
func checkSlack(c Config, report func(name, sentence string)) {
	s := c.Slack
	same := func(a, b Secret) bool { return a() != "" && a() == b() }
	if !s.Used() {
		if len(s.Workspaces) > 0 {
			report("slack.workspaces", "needs slack.token: these are further workspaces")
		}
		return
	}
	if s.Signing() == "" {
		report("slack.signing_secret", "must be set, since Slack is used")
	}
	if same(s.SigningPrevious, s.Signing) {
		report("slack.signing_secret_previous", "must differ from slack.signing_secret")
	}
	if s.Rotates() {
		if s.ClientID == "" {
			report("slack.client_id", "must be set, since slack.refresh_token is")
		}
		if s.ClientSecret() == "" {
			report("slack.client_secret", "must be set, since slack.refresh_token is")
		}
	}
	if !s.Socket() && !strings.HasSuffix(s.Listen, ":0") &&
		(s.Listen == c.Listen || c.Pages.Used() && s.Listen == c.Pages.Listen || c.Mattermost.Used() && s.Listen == c.Mattermost.Listen) {
		report("slack.listen", "must differ from listen, pages.listen and mattermost.listen")
	}
}
