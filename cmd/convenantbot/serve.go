package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/adapters/web"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/config"
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
	if !cfg.Mattermost.Used() {
		return &exitError{exitBadInput, fmt.Errorf("mattermost.url: no chat platform is set; to try the bot without one, run: convenantbot demo")}
	}
	log := config.NewLogger(io.Err, cfg.LogLevel, cfg.Secrets()...)
	chat, err := mattermost.Open(ctx, mattermost.Options{
		URL: cfg.Mattermost.URL, Team: cfg.Mattermost.Team, Listen: cfg.Mattermost.Listen,
		Token: cfg.Mattermost.Token, AdminToken: cfg.Mattermost.AdminToken,
		Secret: cfg.Mattermost.BridgeSecret, PreviousSecret: cfg.Mattermost.BridgeSecretPrevious,
		Commands: bot.Suggestions(), Now: time.Now, Log: log,
	})
	if err != nil {
		return err
	}
	p, err := partsOf(cfg)
	if err != nil {
		return err
	}
	p.Log = log
	b, store, err := build(ctx, p, chat)
	if err != nil {
		return err
	}
	defer store.Close()
	if cfg.Directory != "" {
		register, err := readRegister(cfg.Directory)
		if err != nil {
			return err
		}
		if err := b.LoadRegister(ctx, register); err != nil {
			return err
		}
	}
	public, err := web.Listen(cfg.Listen)
	if err != nil {
		return &exitError{exitUnreachable, fmt.Errorf("listen: %w", err)}
	}
	admin, err := web.ListenAdmin(adminSocket(cfg.DataDir))
	if err != nil {
		return err
	}
	ready := func(ctx context.Context) error {
		return store.View(ctx, func(tx bot.Tx) error { _, err := tx.Organisations(); return err })
	}
	log.Info("ready", "listen", public.Addr().String(), "region", cfg.Region)
	return together(ctx,
		b.Run,
		func(ctx context.Context) error { return chat.Serve(ctx, b) },
		func(ctx context.Context) error { return web.Serve(ctx, public, web.Public(ready)) },
		func(ctx context.Context) error { return web.Serve(ctx, admin, web.Admin(b)) },
	)
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
	return parts{Address: source, Masters: masters, Region: cfg.Region, RulesDir: cfg.RulesDir, Now: time.Now}, nil
}
