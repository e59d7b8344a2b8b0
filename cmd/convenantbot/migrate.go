package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/config"
)

// Migrate is "convenantbot migrate". Opening a store migrates it; this command
// does only that, so that an upgrade can be tried before the bot starts. With
// --from and --to it moves an installation from SQLite to PostgreSQL.
type Migrate struct {
	Config string `required:"" env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation."`
	From   string `placeholder:"sqlite:PATH" help:"Move the store at this address; the bot must be stopped."`
	To     string `placeholder:"postgres://…" help:"Move it to this empty database; file:PATH reads the address from a file, so that its password is not on the command line."`
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
	if c.From != "" || c.To != "" {
		return c.move(ctx, io, cfg, p)
	}
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

// move copies the store to another database, which may be repeated until the bot
// was started on it. The settings stay as they are: the operator changes
// store.dsn when the copy is there.
func (c *Migrate) move(ctx context.Context, io *IO, cfg config.Config, p parts) error {
	path, isFile := strings.CutPrefix(c.From, "sqlite:")
	if !isFile || path == "" {
		return &exitError{exitBadInput, errors.New("from: want sqlite:PATH")}
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(cfg.DataDir, path) // as in store.dsn
	}
	if _, err := os.Stat(path); err != nil {
		return &exitError{exitBadInput, fmt.Errorf("from: %w", err)}
	}
	address := c.To
	if file, ok := strings.CutPrefix(address, "file:"); ok {
		raw, err := os.ReadFile(file)
		if err != nil {
			return &exitError{exitBadInput, fmt.Errorf("to: %w", err)}
		}
		address = strings.TrimSpace(string(raw))
	}
	if !strings.HasPrefix(address, "postgres://") && !strings.HasPrefix(address, "postgresql://") {
		return &exitError{exitBadInput, errors.New("to: want postgres://HOST/DATABASE, or file:PATH with that in it")}
	}
	source, target := p, p
	source.Address, source.Erased = "sqlite:"+path, ""
	target.Address, target.Erased = address, filepath.Join(cfg.DataDir, "erased.list")
	from, err := sqlstore.Open(ctx, source.storeOptions())
	if err != nil {
		return fmt.Errorf("from: %w", err)
	}
	defer from.Close() // it was only read
	moved, err := sqlstore.Move(ctx, from, target.storeOptions())
	if errors.Is(err, bot.ErrConflict) {
		return &exitError{exitNegative, err}
	}
	if err != nil {
		return fmt.Errorf("to: %w", err)
	}
	_, err = fmt.Fprintf(io.Out, "Moved %d rows of %d tables. The %d entries of the log verify and are the same tree.\n"+
		"Now put the new address in store.dsn, keep data_dir (the documents of the region and the list of what was erased are there), and start the bot.\n"+
		"The old file is as it was; remove it, its .epochs and its backups when the bot runs.\n", moved.Rows, moved.Tables, moved.Entries)
	return err
}
