package mattermost

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

// Name is the platform's name in accounts and events.
const Name = "mattermost"

// PluginID is the id of our plugin on the server.
const PluginID = "nl.convenantbot"

// SentryID is the id of the second plugin, which keeps the rooms closed while the
// first is gone.
const SentryID = PluginID + ".wacht"

// Options say where the server is and who we are there.
type Options struct {
	URL  string // of the server, without a trailing slash
	Team string // id of the team in which rooms are made
	// Token is the access token of the bot's own account.
	Token func() string
	// EraseToken is an administrator's, used by EraseRoom and Hide alone. Blank: rooms
	// cannot be erased, and EraseRoom says so.
	EraseToken func() string
	Secrets    func() bridge.Secrets
	// Pace bounds how often the server is asked; nil: as often as there is reason to.
	// The watchdog asks beside it, since it may not be late.
	Pace Pace
	// Measure is put around the transport of every call; nil: nothing is measured.
	Measure func(next http.RoundTripper) http.RoundTripper
	Now     func() time.Time
	Log     *slog.Logger
}

// Chat is a Mattermost server as the bot sees it. Make it with New.
type Chat struct {
	o      Options
	line   *bridge.Caller
	client *http.Client

	mu      sync.Mutex
	self    string // user id of our account, once known
	version string // of the server, as the plugin last said it
}

var _ bot.Platform = (*Chat)(nil)

// New returns the server that o describes. It does not connect yet.
func New(o Options) *Chat {
	o.URL = strings.TrimRight(o.URL, "/")
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	// The server counts what we ask over the bridge as well.
	line := bridge.NewHTTP()
	line.Transport = patient(keepPace(measured(line.Transport, o.Measure), o.Pace), 5*time.Second)
	return &Chat{
		o: o,
		line: &bridge.Caller{
			Base: func() string { return o.URL + "/plugins/" + PluginID }, Secrets: o.Secrets, Now: o.Now, HTTP: line,
		},
		client: &http.Client{Timeout: 30 * time.Second, CheckRedirect: noRedirect, Transport: patient(keepPace(measured(http.DefaultTransport, o.Measure), o.Pace), 20*time.Second)},
	}
}

// noRedirect keeps a token, and what is said, from going where an answer points:
// the server is where the settings say, and not on a line without TLS beside it.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Name implements bot.Platform.
func (c *Chat) Name() string { return Name }

// rest returns a client with the token of the moment, so that a rotated one is
// used at once.
func (c *Chat) rest(token func() string) *model.Client4 {
	m := model.NewAPIv4Client(c.o.URL)
	m.HTTPClient = c.client
	m.SetToken(token())
	return m
}

func (c *Chat) asBot() *model.Client4 { return c.rest(c.o.Token) }

// State asks the plugin how it is, with the versions of both ends.
func (c *Chat) State(ctx context.Context) (bridge.PluginState, error) {
	s, err := bridge.PluginHello.Do(ctx, c.line, bridge.BotState{Bridge: bridge.Version, Now: c.o.Now().UnixMilli()})
	c.mu.Lock()
	c.version = s.Server // blank when it is not known any more
	c.mu.Unlock()
	return s, fail("ask the plugin's state", err)
}

// me returns the user id of our account.
func (c *Chat) me(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.self != "" {
		return c.self, nil
	}
	u, _, err := c.asBot().GetMe(ctx, "")
	if err != nil {
		return "", fail("read our own account", err)
	}
	c.self = u.Id
	return c.self, nil
}
