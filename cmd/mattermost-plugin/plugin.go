package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/mattermost/mattermost/server/public/shared/driver"

	"github.com/convenantbot/convenantbot/cmd/mattermost-plugin/gate"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

// PluginID is the plugin's id on every server.
const PluginID = "nl.convenantbot"

// BotName is the name by which people mention the bot.
const BotName = "convenantbot"

// maxFile is the size from which a file is refused unread, in bytes; the bot
// holds the same bound.
const maxFile = 100 << 20

// patience is how long a person waits for the answer about a message or a
// command.
const patience = 2 * time.Second

// settings are what an administrator fills in. The names are those of the
// manifest.
type settings struct {
	BotURL     string
	Secret     string
	SecretAlso string
}

// Plugin is the plugin as the server drives it.
type Plugin struct {
	plugin.MattermostPlugin

	settings atomic.Pointer[settings]
	bot      atomic.Pointer[string] // user id of the bot's account
	panics   atomic.Int64
	started  time.Time
	hello    chan struct{} // the bot is there; see watch

	gate     *gate.Gate
	channels *channels
	caller   *bridge.Caller
	server   *bridge.Server
	outbox   *outbox
	db       *sql.DB // the server's own database

	verdicts verdicts
	seen     seen
	say      keyed // one message per key at a time
	stop     context.CancelFunc
	finished sync.WaitGroup
}

// OnActivate wires the plugin. It fails only when the bot's own account cannot
// be had: a plugin that is not active stops nothing.
func (p *Plugin) OnActivate() error {
	p.started = time.Now()
	p.hello = make(chan struct{}, 1)
	if p.settings.Load() == nil {
		p.settings.Store(&settings{})
	}
	id, err := p.API.EnsureBotUser(&model.Bot{
		Username: BotName, DisplayName: "Convenantbot",
		Description: "Bewaakt casusoverleggen en beantwoordt vragen over het convenant.",
	})
	if err != nil || id == "" {
		return fmt.Errorf("ensure the bot's account: %w", errors.Join(err, errors.New("no id")))
	}
	p.bot.Store(&id)

	log := slog.New(logHandler{p})
	p.db = sql.OpenDB(driver.NewConnector(p.Driver, true))
	p.channels = newChannels(p)
	p.caller = &bridge.Caller{
		Base:    func() string { return strings.TrimRight(p.settings.Load().BotURL, "/") },
		Secrets: p.secrets, Now: time.Now, HTTP: bridge.NewHTTP(),
	}
	p.outbox = newOutbox(p)
	p.gate = &gate.Gate{
		Bot: botLine{p.caller}, Channels: p.channels, Records: records{p}, Attachments: attachments{p.db},
		Texts: texts, Now: time.Now, Self: p.self, MaxFile: maxFile, Patience: patience, Slipped: p.slipped,
	}
	p.server = p.answers(log)
	if err := p.commands(); err != nil {
		p.API.LogError("commands cannot be registered", "cause", err.Error())
	}
	p.channels.load()
	p.channels.guardAll()

	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	p.finished.Add(3)
	go func() { defer p.finished.Done(); p.watch(ctx) }()
	go func() { defer p.finished.Done(); p.outbox.run(ctx) }()
	go func() { defer p.finished.Done(); p.greet(ctx) }()
	return nil
}

// OnDeactivate ends what runs in the background.
func (p *Plugin) OnDeactivate() error {
	if p.stop != nil {
		p.stop()
		p.finished.Wait()
		return p.db.Close()
	}
	return nil
}

// OnConfigurationChange reads the settings. It runs once before OnActivate.
func (p *Plugin) OnConfigurationChange() error {
	var s settings
	if err := p.API.LoadPluginConfiguration(&s); err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	p.settings.Store(&s)
	return nil
}

func (p *Plugin) secrets() bridge.Secrets {
	s := p.settings.Load()
	return bridge.Secrets{Sign: s.Secret, Also: s.SecretAlso}
}

// self returns the user id of the bot's account.
func (p *Plugin) self() string {
	if id := p.bot.Load(); id != nil {
		return *id
	}
	return ""
}

// state is what the plugin says of itself.
func (p *Plugin) state() bridge.PluginState {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return bridge.PluginState{
		Bridge: bridge.Version, Plugin: version, Server: p.API.GetServerVersion(), Bot: p.self(),
		Protected: p.channels.count(), Readable: p.channels.readable(), Waiting: p.outbox.waiting(),
		Started: p.started.UnixMilli(), Database: p.db.PingContext(ctx) == nil, Panics: p.panics.Load(),
		Guard: atLeast(p.API.GetServerVersion(), guardsFrom),
	}
}

// greet shakes hands with the bot after a start, and goes on until it answers.
func (p *Plugin) greet(ctx context.Context) {
	wait := time.Second
	for {
		if p.settings.Load().BotURL != "" {
			if _, err := bridge.BotHello.Do(ctx, p.caller, p.state()); err == nil {
				p.outbox.nudge()
				p.botIsHere()
				return
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
			wait = min(2*wait, 30*time.Second)
		}
	}
}

// botIsHere has what could not be asked while the bot was away looked at now.
func (p *Plugin) botIsHere() {
	select {
	case p.hello <- struct{}{}:
	default:
	}
}

// guard runs a hook, and no when it panics. What panicked goes to the log as
// a type and never as text, which could hold content.
func (p *Plugin) guard(hook string, f, no func()) {
	defer func() {
		if r := recover(); r != nil {
			no()
			p.panics.Add(1)
			p.API.LogError("a hook panicked and said no", "hook", hook, "kind", fmt.Sprintf("%T", r))
		}
	}()
	f()
}

// slipped takes a message out of sight whose files stand in a protected channel
// without an approval, and reports it.
func (p *Plugin) slipped(channel, user, post string, files []string) {
	if appErr := p.API.DeletePost(post); appErr != nil {
		p.API.LogError("what slipped in cannot be hidden", "status", appErr.StatusCode)
	}
	// The server marks the files some time later by itself; who asks for one
	// meanwhile would get it, and the server would remember that.
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := (attachments{p.db}).bury(ctx, post); err != nil {
		p.API.LogError("the files of what slipped in cannot be marked", "cause", err.Error())
	}
	e := bridge.Event{ID: model.NewId(), Kind: bridge.Slipped, At: time.Now().UnixMilli(), Channel: channel, User: user, Message: post}
	for _, id := range files {
		e.Files = append(e.Files, bridge.File{ID: id})
	}
	p.outbox.put(e)
}

// logHandler passes the bridge's log on to the server's.
type logHandler struct{ p *Plugin }

func (h logHandler) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }
func (h logHandler) WithAttrs([]slog.Attr) slog.Handler           { return h }
func (h logHandler) WithGroup(string) slog.Handler                { return h }
func (h logHandler) Handle(_ context.Context, r slog.Record) error {
	var pairs []any
	r.Attrs(func(a slog.Attr) bool { pairs = append(pairs, a.Key, a.Value.String()); return true })
	switch {
	case r.Level >= slog.LevelError:
		h.p.API.LogError(r.Message, pairs...)
	case r.Level >= slog.LevelWarn:
		h.p.API.LogWarn(r.Message, pairs...)
	default:
		h.p.API.LogInfo(r.Message, pairs...)
	}
	return nil
}
