package main

import (
	"context"
	"fmt"

	"github.com/convenantbot/convenantbot/internal/config"
)

// Migrate is "convenantbot migrate". Opening a store migrates it; this command
// does only that, so that an upgrade can be tried before the bot starts.
type Migrate struct {
	Config string `required:"" env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation."`
}

// Run migrates the store. A running bot is ErrBusy: stop it first.
func (c *Migrate) Run(ctx context.Context, io *IO) error {
	cfg, err := readConfig(c.Config, io)
	if err != nil {
		return err
	}
	p, err := partsOf(cfg)
	if err != nil {
		return err
	}
	p.Log = config.NewLogger(io.Err, cfg.LogLevel, cfg.Secrets()...)
	_, store, err := build(ctx, p)
	if err != nil {
		return err
	}
	if err := store.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(io.Out, "The store is up to date.")
	return err
}
