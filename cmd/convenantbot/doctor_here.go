package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/config"
	"github.com/convenantbot/convenantbot/internal/render"
)

// spare is the free space under which the disk is said to get full, in bytes:
// the quarantine alone may hold ten of the largest files.
const spare = 1 << 30

// diagnoseHere looks at this machine and the store. That secrets are readable by
// their owner alone was checked when the settings were read.
func diagnoseHere(ctx context.Context, cfg config.Config) (found []mattermost.Finding, reach, err error) {
	add := func(code string, good bool, otherwise mattermost.Level, have string) {
		level := mattermost.Good
		if !good {
			level = otherwise
		}
		found = append(found, mattermost.Finding{Code: code, Level: level, Have: have})
	}
	if _, _, err := loadRegion(cfg.Region); err != nil {
		return nil, nil, err
	}
	add("region", true, "", cfg.Region)
	policy, err := loadBundle(cfg.RulesDir)
	if err != nil {
		return nil, nil, &exitError{exitBadInput, fmt.Errorf("rules.dir: %w", err)}
	}
	add("rules", true, "", policy.Version)
	if _, err := cfg.MasterKeys(); err != nil {
		return nil, nil, &exitError{exitBadInput, fmt.Errorf("key.master: %w", err)}
	}
	add("key_files", true, "", "")
	if cfg.Directory != "" {
		if _, err := readRegister(cfg.Directory); err != nil {
			return nil, nil, err
		}
	}
	add("directory", cfg.Directory != "", mattermost.Advice, "")
	level, have := folder(cfg.DataDir)
	add("data_dir", level == mattermost.Good, level, have)
	if cfg.Mattermost.Used() {
		add("kill_switch", cfg.Mattermost.KillSwitch, mattermost.Advice, fmt.Sprint(cfg.Mattermost.KillSwitch))
	}
	about, err := diagnosePages(cfg)
	if err != nil {
		return nil, nil, err
	}
	found = append(found, about, drawing(render.Confined()))
	ways, err := diagnoseSignIn(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	found = append(found, ways...)
	driver, source := cfg.Database()
	have = ""
	if err = lookAtStore(ctx, cfg); err != nil {
		have = "not readable"
		if _, missing := os.Stat(source); driver == "sqlite" && errors.Is(missing, os.ErrNotExist) {
			have = "not made yet"
		} else if errors.Is(err, bot.ErrUnavailable) {
			reach, have = err, "unreachable"
		}
	}
	add("store", err == nil, mattermost.Broken, have)
	files, away, err := diagnoseBucket(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	found, reach = append(found, files...), errors.Join(reach, away)
	shared, err := diagnoseRedis(ctx, cfg, databaseClock(cfg))
	return append(found, shared...), reach, err
}

// databaseClock is the clock of a database that several copies share; nil for one
// that has the clock of this machine.
func databaseClock(cfg config.Config) func(ctx context.Context) (time.Time, error) {
	if driver, _ := cfg.Database(); driver == "sqlite" {
		return nil
	}
	return func(ctx context.Context) (time.Time, error) {
		p, err := partsOf(cfg)
		if err != nil {
			return time.Time{}, err
		}
		p.ReadOnly = true
		store, err := sqlstore.Open(ctx, p.storeOptions())
		if err != nil {
			return time.Time{}, err
		}
		at, err := store.Clock(ctx)
		return at, errors.Join(err, store.Close())
	}
}

// folder looks at the folder with everything that the bot keeps.
func folder(path string) (mattermost.Level, string) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return mattermost.Broken, "not there"
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return mattermost.Broken, fmt.Sprintf("%04o", mode)
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(path, &disk); err != nil {
		return mattermost.Unknown, ""
	}
	if free := disk.Bavail * uint64(disk.Bsize); free < spare {
		return mattermost.Advice, fmt.Sprintf("%d MB", free>>20)
	}
	return mattermost.Good, ""
}

// lookAtStore opens the store beside a running bot. Opening asserts every
// setting of the database that keeping what was acknowledged hangs on.
func lookAtStore(ctx context.Context, cfg config.Config) error {
	p, err := partsOf(cfg)
	if err != nil {
		return err
	}
	p.ReadOnly = true
	store, err := sqlstore.Open(ctx, p.storeOptions())
	if err != nil {
		return err
	}
	err = store.View(ctx, func(tx bot.Tx) error { _, err := tx.Organisations(); return err })
	return errors.Join(err, store.Close())
}
