package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/seal"
)

// Backup is "convenantbot backup".
type Backup struct {
	Config string `required:"" env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation."`
	Dir    string `arg:"" type:"path" help:"A new folder for the copy of the database. It opens nothing without the keys."`
	Keys   string `type:"path" placeholder:"DIR" help:"Another folder, elsewhere, for the keys of the months. Without it they are not copied."`
}

// Run makes a copy beside a running bot.
func (c *Backup) Run(ctx context.Context, io *IO) error {
	if c.Keys != "" && (within(c.Keys, c.Dir) || within(c.Dir, c.Keys)) {
		return &exitError{exitBadInput, errors.New("keys: keep them apart from the database, or whoever has the copy reads what was erased since")}
	}
	store, err := openAudit(ctx, c.Config, io)
	if err != nil {
		return err
	}
	defer store.Close()
	needs, err := store.NeedsBucket(ctx)
	if err == nil {
		err = store.Backup(ctx, c.Dir, c.Keys)
	}
	switch {
	case errors.Is(err, bot.ErrForbidden):
		return &exitError{exitBadInput, err}
	case errors.Is(err, os.ErrExist):
		return &exitError{exitBadInput, fmt.Errorf("%w; choose a new folder", err)}
	case err != nil:
		return err
	}
	fmt.Fprintf(io.Out, "The copy is in %s.\n", c.Dir)
	if needs {
		fmt.Fprintln(io.Out, "The bytes of files are in the bucket of the settings and not in the copy. Have the store keep a copy of that bucket, and put both back together; what was brought in after the copy of the database is removed from the bucket a week later.")
	}
	if c.Keys == "" {
		fmt.Fprintln(io.Out, "The keys of the months were not copied. Copy them to another place with --keys; without them the copy opens nothing.")
	}
	return nil
}

func within(path, folder string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// Restore is "convenantbot restore".
type Restore struct {
	Config string `required:"" env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation."`
	Dir    string `arg:"" type:"existingdir" help:"The folder that backup made."`
	Keys   string `type:"existingdir" placeholder:"DIR" help:"The folder with the keys of the months, for those that are not there any more."`
	Apply  bool   `help:"Really do it. Without it the plan is shown."`
}

// Run puts a copy back and opens it once: what was erased since is erased again,
// and the log says what it lacks, before anything is served.
func (c *Restore) Run(ctx context.Context, io *IO) error {
	cfg, err := readConfig(c.Config, io)
	if err != nil {
		return err
	}
	p, err := partsOf(cfg)
	if err != nil {
		return err
	}
	path, ok := strings.CutPrefix(p.Address, "sqlite:")
	if !ok {
		return &exitError{exitBadInput, errors.New("restore: use pg_restore for PostgreSQL; the bot does the rest when it starts")}
	}
	if _, err := os.Stat(path); err == nil {
		return &exitError{exitBadInput, fmt.Errorf("%s is there; stop the bot and move it away first", path)}
	}
	if _, err := os.Stat(filepath.Join(c.Dir, sqlstore.BackupDatabase)); err != nil {
		return &exitError{exitBadInput, err}
	}
	if !c.Apply {
		_, err := fmt.Fprintf(io.Out, "%s would be put back as %s. What %s.erased names stays erased. Nothing was done; add --apply.\n", c.Dir, path, path)
		return err
	}
	if c.Keys != "" {
		if err := putBackKeys(c.Keys, path+".epochs", cfg.BackupDays); err != nil {
			return err
		}
	}
	if err := sqlstore.PutBack(c.Dir, path); err != nil {
		return err
	}
	store, err := sqlstore.Open(ctx, p.storeOptions())
	if err != nil {
		return err
	}
	defer store.Close()
	r := store.Restored
	fmt.Fprintf(io.Out, "The database is back. Erased again: %d.\n", r.ErasedAgain)
	if r.To > 0 {
		fmt.Fprintf(io.Out, "The log lacks entries %d to %d of the published checkpoints; it says so itself. Show this with: convenantbot audit verify --since CHECKPOINT\n", r.From, r.To)
	}
	return nil
}

// putBackKeys copies the keys of months that are lacking. One that should have
// been destroyed by now stays away, also when somebody kept it.
func putBackKeys(from, to string, days int) error {
	epochs, err := seal.NewDir(to)
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(from, "*.key"))
	if err != nil {
		return err
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".key")
		month, err := time.Parse("2006-01", name)
		if err != nil {
			continue
		}
		// Keys leave a month in the next one, and backups of that month last days.
		if days > 0 && now().After(month.AddDate(0, 2, days)) {
			continue
		}
		box, err := os.ReadFile(file)
		if err == nil {
			_, err = epochs.Store(context.Background(), name, box)
		}
		if err != nil {
			return fmt.Errorf("keys: %w", err)
		}
	}
	return nil
}
