package slack

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/adapters/slack/blocks"
	"github.com/convenantbot/convenantbot/bot"
)

// Name is the platform's name in accounts and events, where there is one
// workspace.
const Name = "slack"

// Options say which workspace this is and who we are there.
type Options struct {
	// Name is the platform's name in accounts and events; blank: "slack". Of several
	// workspaces each has another one, such as "slack.noord".
	Name string
	// API is where the Web API is; blank: Slack's own. A test has another.
	API string
	// Token is the bot's, at this moment: it may be rotated.
	Token func() string
	// Renewal is why the token could not be changed the last time, where it is rotated;
	// nil: it never is, or it could.
	Renewal func() error
	// AdminToken is a person's with administrator's rights, for what a bot may not:
	// taking away what others posted. Nil or blank: there is none.
	AdminToken func() string
	// Seal signs what comes back from buttons and forms.
	Seal blocks.Seal
	// Memory keeps what Slack does not; nil: it is forgotten at a restart.
	Memory Memory
	// Guests lets single-channel and multi-channel guests into rooms. Members of
	// other organisations (Slack Connect) are never let in.
	Guests bool
	// RetentionDays is what the rooms of an Enterprise workspace are set to, in
	// days; 0: they keep the workspace's own term.
	RetentionDays int
	// Pace gives the pace for one of Slack's limits, shared by all copies; nil: as
	// often as there is reason to.
	Pace func(name string, r bot.Rate) Pace
	// Measure is put around the transport of every call; nil: nothing is measured.
	Measure func(next http.RoundTripper) http.RoundTripper
	Now     func() time.Time
	Log     *slog.Logger
}

// Chat is a Slack workspace as the bot sees it. Make it with New.
type Chat struct {
	o      Options
	client *http.Client
	bulk   *http.Client // for the bytes of files, which take longer
	paces  *paces

	mu      sync.Mutex
	self    Self
	directs map[bot.UserID]string // channel of the direct conversation
	chief   bot.UserID            // of the administrator's token, once known
	turns   turns
	gone    map[bot.MessageID]bot.Exposure // what was removed last, as it stood there
}

// Self is who we are, as the workspace says it.
type Self struct {
	User bot.UserID // of the bot's own account
	Bot  string     // its bot id, which stands at what it posts
	Team string     // id of the workspace
	Org  string     // id of the Enterprise organisation, blank outside one
	URL  string     // of the workspace
}

// New returns the workspace that o describes. It does not connect yet.
func New(o Options) *Chat {
	if o.Name == "" {
		o.Name = Name
	}
	if o.API == "" {
		o.API = slack.APIURL
	}
	o.API = strings.TrimRight(o.API, "/") + "/"
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Memory == nil {
		o.Memory = &Forgetful{}
	}
	c := &Chat{o: o, paces: &paces{make: o.Pace, known: map[string]Pace{}}, directs: map[bot.UserID]string{}, gone: map[bot.MessageID]bot.Exposure{}}
	base := measured(http.DefaultTransport, o.Measure)
	c.client = &http.Client{Timeout: 30 * time.Second, CheckRedirect: noRedirect, Transport: patient(paced{base, c.paces}, 20*time.Second)}
	c.bulk = &http.Client{Timeout: 5 * time.Minute, CheckRedirect: noRedirect, Transport: base}
	return c
}

// noRedirect keeps a token from going where the answer points. Slack redirects a
// download without rights to its login page.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Name implements bot.Platform.
func (c *Chat) Name() string { return c.o.Name }

// API returns a client with the bot's token of this moment, so that a rotated one
// is used at once. Every call keeps to Slack's limits.
func (c *Chat) API() *slack.Client { return c.api(c.o.Token) }

// admin returns a client with the administrator's token; false: there is none.
func (c *Chat) admin() (*slack.Client, bool) {
	if c.o.AdminToken == nil || c.o.AdminToken() == "" {
		return nil, false
	}
	return c.api(c.o.AdminToken), true
}

func (c *Chat) api(token func() string) *slack.Client {
	return slack.New(token(), slack.OptionAPIURL(c.o.API), slack.OptionHTTPClient(c.client))
}

// Self says who we are; it is asked once.
func (c *Chat) Self(ctx context.Context) (Self, error) {
	c.mu.Lock()
	known := c.self
	c.mu.Unlock()
	if known.User != "" {
		return known, nil
	}
	return c.Introduce(ctx)
}

// Introduce asks Slack who we are now, whatever it said before: after a new
// installation our account can be another one. ErrForbidden: our token does not
// count there.
func (c *Chat) Introduce(ctx context.Context) (Self, error) {
	who, err := c.API().AuthTestContext(ctx)
	if err != nil {
		return Self{}, fail("read our own account", err)
	}
	known := Self{User: bot.UserID(who.UserID), Bot: who.BotID, Team: who.TeamID, Org: who.EnterpriseID, URL: who.URL}
	c.mu.Lock()
	c.self = known
	c.mu.Unlock()
	return known, nil
}
