package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/adapters/web"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/bridge"
	"github.com/convenantbot/convenantbot/internal/config"
	"github.com/convenantbot/convenantbot/internal/embed"
	"github.com/convenantbot/convenantbot/internal/kms"
	"github.com/convenantbot/convenantbot/internal/rephrase"
	"github.com/convenantbot/convenantbot/internal/seal"
)

// Serve is "convenantbot serve". It never starts the local chat, in which
// anyone can be anyone.
type Serve struct {
	Config string `required:"" env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation."`
}

// Run serves until the context ends.
func (s *Serve) Run(ctx context.Context, io *IO) error {
	cfg, err := readConfig(s.Config, io)
	if err != nil {
		return err
	}
	if !cfg.Mattermost.Used() && !cfg.Slack.Used() {
		return &exitError{exitBadInput, errors.New("mattermost.url, slack.token: no chat platform is set; to try the bot without one, run: convenantbot demo")}
	}
	log := config.NewLogger(io.Err, cfg.LogLevel, cfg.Secrets()...)
	met, err := meetAt(cfg, log)
	if err != nil {
		return err
	}
	defer met.close() // nothing is kept there
	p, err := partsOf(cfg)
	if err != nil {
		return err
	}
	p.Log, p.Meeting = log, met.shared
	if p.Measures, err = measures(ctx, cfg, p); err != nil {
		return err
	}
	met.measures = p.Measures
	defer endMeasures(ctx, p.Measures)
	var platforms []bot.Platform
	var chat *mattermost.Chat // nil: there is no Mattermost
	if cfg.Mattermost.Used() {
		if chat, err = connect(ctx, cfg, met, log); err != nil {
			return err
		}
		platforms = append(platforms, chat)
	}
	slack := openSlack(cfg, met, log)
	b, store, err := build(ctx, p, append(platforms, slack.platforms()...)...)
	if err != nil {
		return err
	}
	if slack != nil {
		if err := slack.begin(ctx, store, b.Copies); err != nil {
			return errors.Join(err, store.Close())
		}
	}
	met.countBy(b.Copies)
	err = errors.Join(s.serve(ctx, cfg, log, chat, slack, b, store, met), store.Close())
	if err == nil {
		log.Info("stopped")
	}
	return err
}

// connect finds the server and the team in which rooms are made.
func connect(ctx context.Context, cfg config.Config, met meeting, log *slog.Logger) (*mattermost.Chat, error) {
	m, options := cfg.Mattermost, chatOptions(cfg, log)
	options.Pace, options.Measure = met.paceOf(), measureCalls(met.measures)
	team, err := mattermost.TeamID(ctx, options, m.Team)
	switch {
	case errors.Is(err, bot.ErrNotFound):
		return nil, &exitError{exitBadInput, fmt.Errorf("mattermost.team: there is no team %q, or the bot is not in it", m.Team)}
	case errors.Is(err, bot.ErrForbidden):
		return nil, &exitError{exitBadInput, errors.New("mattermost.token: the server does not accept it")}
	case err != nil:
		return nil, fmt.Errorf("mattermost.url: %w", err)
	}
	options.Team = team
	return mattermost.New(options), nil
}

// chatOptions are the server and our accounts there, the team left out.
func chatOptions(cfg config.Config, log *slog.Logger) mattermost.Options {
	m := cfg.Mattermost
	return mattermost.Options{
		URL: m.URL, Token: m.Token, EraseToken: m.Eraser, Now: time.Now, Log: log,
		Secrets: func() bridge.Secrets {
			return bridge.Secrets{Sign: m.BridgeSecret(), Also: m.BridgeSecretPrevious()}
		},
	}
}

// serve runs everything until ctx ends.
func (s *Serve) serve(ctx context.Context, cfg config.Config, log *slog.Logger, chat *mattermost.Chat, slack *slackSide, b *bot.Bot, store *sqlstore.Store, met meeting) error {
	if cfg.Mattermost.SharesEraser() {
		log.Warn("mattermost.erase_token is empty: rooms are erased with mattermost.admin_token, so who takes over the watch could erase too")
	}
	if cfg.Directory != "" {
		register, err := readRegister(cfg.Directory)
		if err != nil {
			return err
		}
		if err := b.LoadRegister(ctx, register); err != nil {
			return err
		}
	}
	if err := b.StartPolicy(ctx, bundleFiles(cfg.RulesDir)); err != nil {
		return err
	}
	signIn, err := signInOf(cfg)
	if err != nil {
		return errors.Join(err, slack.close())
	}
	public, err := web.Listen(cfg.Listen)
	if err != nil {
		return &exitError{exitUnreachable, errors.Join(fmt.Errorf("listen: %w", err), slack.close())}
	}
	admin, err := web.ListenAdmin(adminSocket(cfg.DataDir))
	if err != nil {
		return errors.Join(err, public.Close(), slack.close())
	}
	if !cfg.Pages.Used() && len(b.Region.Vault) > 0 {
		log.Warn("pages.url is not set, so there is no vault: files that the region keeps there are posted in the chat", "kinds", strings.Join(b.Region.Vault, " "))
	}
	var found diagnosis
	if chat != nil {
		found.of++
	}
	if slack != nil {
		found.of++
	}
	pages, err := openPages(cfg.Pages.URL, cfg.Pages.Listen, b,
		pagesOptions{Secret: sharedSecret(cfg), SignIn: signIn, Proxies: cfg.Pages.Proxies, Log: log, Ledger: store, Health: health{store, met.ping}.findings(&found)})
	if err != nil {
		return errors.Join(err, public.Close(), admin.Close(), slack.close())
	}
	// What is different for each chat platform.
	var talk bot.Talk
	var plugged atomic.Bool
	var chats []func(context.Context) error
	if slack != nil {
		plugged.Store(chat == nil) // there is no plugin to wait for
		talk, chats = slack.chats[0], append(slack.runs(incoming(b, met.measures)), func(ctx context.Context) error {
			return consult(ctx, consulted{"doctor_slack", bot.UserID(cfg.Slack.Administrator), slack.lookAtSlack, slack.chats[0], slack.look}, store, log, &found)
		})
	}
	address := ""
	if chat != nil {
		plugin, err := web.Listen(cfg.Mattermost.Listen)
		if err != nil {
			return &exitError{exitUnreachable, errors.Join(fmt.Errorf("mattermost.listen: %w", err), public.Close(), admin.Close(), slack.close())}
		}
		talk, address = chat, plugin.Addr().String()
		chats = append(chats,
			func(ctx context.Context) error {
				return web.Serve(ctx, plugin, chat.Handler(incoming(b, met.measures), mattermost.StoreNonces{Store: store}))
			},
			func(ctx context.Context) error { return greet(ctx, chat, &plugged, log) },
			func(ctx context.Context) error { return guard(ctx, cfg, chat, b, log) },
			func(ctx context.Context) error {
				return consult(ctx, consulted{"doctor", bot.UserID(cfg.Mattermost.Administrator), func(ctx context.Context) ([]mattermost.Finding, error) {
					return chat.Examine(ctx, cfg.Mattermost.AdminToken, version)
				}, chat, nil}, store, log, &found)
			},
		)
	}
	// What says whether the bot is ready goes on until everything else has stopped.
	now := health{store, met.ping}.now(ctx)
	ready, end := outlives(ctx, func(own context.Context) error {
		return web.Serve(own, public, numbers(cfg, met.measures, web.Public(now)))
	})
	gauges(met.measures, store, b, func(ctx context.Context) bool { return now(ctx).Why == "" }, &plugged, time.Now)
	log.Info("ready", "listen", public.Addr().String(), "bridge", address, "region", cfg.Region)
	err = together(ctx, append(chats,
		b.Run,
		func(ctx context.Context) error { return store.Run(ctx, publisher(cfg, talk, log)) },
		ready,
		func(ctx context.Context) error { return fits(ctx, store, log) },
		func(ctx context.Context) error { return web.Serve(ctx, admin, web.Admin(b)) },
		pages,
		b.RollCalls,
		func(ctx context.Context) error { return verifyLog(ctx, met.measures, whole(store)) },
	)...)
	return errors.Join(err, end())
}

// greetEvery is how often the bot asks the plugin how it is.
const greetEvery = 30 * time.Second

// greet shakes hands with the plugin, at the start and then once in a while: it
// hands over at once what it kept for a bot that was away. What changes is logged.
func greet(ctx context.Context, chat *mattermost.Chat, plugged *atomic.Bool, log *slog.Logger) error {
	here, wait := false, time.Duration(0)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		state, err := chat.State(ctx)
		plugged.Store(err == nil)
		switch {
		case err != nil && ctx.Err() == nil:
			if here || wait == 0 {
				log.Warn("the plugin does not answer", "error", err)
			}
			here, wait = false, time.Second
		case err == nil:
			if !here {
				log.Info("the plugin is here", "plugin", state.Plugin, "server", state.Server, "protected", state.Protected)
			}
			here, wait = true, greetEvery
		}
	}
}

// guard keeps the plugin alive where an administrator's token allows it. Without
// one the server's own care is all there is. After each time in which it was away
// the rooms are looked at, since nobody told who came in meanwhile.
func guard(ctx context.Context, cfg config.Config, chat *mattermost.Chat, b *bot.Bot, log *slog.Logger) error {
	if cfg.Mattermost.AdminToken() == "" {
		<-ctx.Done()
		return nil
	}
	return (&mattermost.Watchdog{Chat: chat, Token: cfg.Mattermost.AdminToken, KillSwitch: cfg.Mattermost.KillSwitch,
		Closed: func(ctx context.Context, g mattermost.Gap) {
			gap := bot.WatchGap{Part: g.Plugin, Away: g.To.Sub(g.From), Open: g.Open, Restarts: g.Restarts, Killed: g.Killed}
			if err := b.RecordGap(ctx, gap); err != nil {
				log.Error("a gap in the watch could not be recorded; the next round looks at the rooms", "error", err)
			}
		}}).Run(ctx)
}

// sharedSecret is one that all copies of the bot have.
func sharedSecret(cfg config.Config) string {
	if cfg.Mattermost.Used() {
		return cfg.Mattermost.BridgeSecret()
	}
	return cfg.Slack.Signing()
}

func adminSocket(dir string) string { return filepath.Join(dir, "admin.sock") }

// readConfig reads the settings; all mistakes are reported together.
func readConfig(path string, io *IO) (config.Config, error) {
	cfg, err := config.Load(path, io.Environ)
	if err != nil {
		return cfg, &exitError{exitBadInput, err}
	}
	return cfg, nil
}

// maxApart is how far the clock of a copy may be from that of the database they
// share. The bridge bears as much.
const maxApart = bridge.Window

// partsOf takes from the settings what a bot is made of.
func partsOf(cfg config.Config) (parts, error) {
	masters, err := cfg.MasterKeys()
	if err != nil {
		return parts{}, &exitError{exitBadInput, fmt.Errorf("key.master: %w", err)}
	}
	driver, source := cfg.Database()
	if driver == "sqlite" {
		source = "sqlite:" + source
	}
	day := 24 * time.Hour
	p := parts{Address: source, MaxApart: maxApart, Masters: masters, Region: cfg.Region, RulesDir: cfg.RulesDir, Library: filepath.Join(cfg.DataDir, "library"), Pages: cfg.Pages.URL, Overview: cfg.Pages.URL, Virus: cfg.Virus, Now: now, LeaseClock: leaseClock(),
		BackupTerm: time.Duration(cfg.BackupDays) * day,
		Terms: sqlstore.Terms{Access: time.Duration(cfg.Audit.AccessDays) * day, Casus: time.Duration(cfg.Audit.CasusDays) * day,
			Other: time.Duration(cfg.Audit.OtherDays) * day}}
	if cfg.KMS.Address != "" {
		key, err := kms.Open(kms.Options{Address: cfg.KMS.Address, Token: cfg.KMS.Token, CA: cfg.KMS.CA})
		if err != nil {
			return parts{}, &exitError{exitBadInput, fmt.Errorf("key.kms: %w", err)}
		}
		p.Master = seal.Remote(cfg.KMS.Address, key)
	}
	if cfg.Files.Used() {
		p.Bucket = bucketOf(cfg.Files)
	}
	if driver != "sqlite" {
		p.Erased = filepath.Join(cfg.DataDir, "erased.list")
	}
	for _, k := range cfg.Knowledge.Keepers {
		p.Keepers = append(p.Keepers, bot.Account{Platform: k.Platform, User: bot.UserID(k.User)})
	}
	if cfg.Embeddings.URL != "" {
		p.Meaning = &embed.Client{URL: cfg.Embeddings.URL, Model: cfg.Embeddings.Model, Token: cfg.Embeddings.Token}
	}
	if cfg.LLM.URL != "" {
		p.Words = &rephrase.Client{URL: cfg.LLM.URL, Model: cfg.LLM.Model, Token: cfg.LLM.Token}
	}
	return p, nil
}
