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
	"github.com/convenantbot/convenantbot/internal/config"
	"github.com/convenantbot/convenantbot/internal/knowledge"
)

// libraryDir is where the imported documents are: in the data of the
// installation whose settings are given, else with the data of whoever runs the
// command.
func libraryDir(settings string, io *IO) (string, error) {
	if settings != "" {
		c, err := config.Load(settings, io.Environ)
		if err != nil {
			return "", &exitError{exitBadInput, err}
		}
		return filepath.Join(c.DataDir, "library"), nil
	}
	env := map[string]string{}
	for _, e := range io.Environ {
		name, value, _ := strings.Cut(e, "=")
		env[name] = value
	}
	switch {
	case filepath.IsAbs(env["XDG_DATA_HOME"]):
		return filepath.Join(env["XDG_DATA_HOME"], "convenantbot", "library"), nil
	case filepath.IsAbs(env["HOME"]):
		return filepath.Join(env["HOME"], ".local", "share", "convenantbot", "library"), nil
	}
	return "", nil
}

// openWithLibrary opens the built-in base with the library of an installation.
// Where several copies of the bot have their documents together, it is those;
// what was opened for that is let go when ctx ends.
func openWithLibrary(ctx context.Context, settings string, io *IO) (*knowledge.Base, error) {
	dir, err := libraryDir(settings, io)
	if err != nil {
		return nil, err
	}
	if dir == "" {
		return knowledge.Open(nil)
	}
	options := []knowledge.Option{knowledge.WithLibrary(dir, time.Now)}
	if settings != "" {
		cfg, err := readConfig(settings, io)
		if err != nil {
			return nil, err
		}
		if driver, _ := cfg.Database(); driver != "sqlite" {
			p, err := partsOf(cfg)
			if err != nil {
				return nil, err
			}
			store, err := sqlstore.Open(ctx, p.storeOptions())
			if err != nil {
				return nil, err
			}
			context.AfterFunc(ctx, func() { _ = store.Close() })
			options = append(options, knowledge.ShareLibrary(shelf{store}))
		}
	}
	return knowledge.Open(nil, options...)
}

// mustHaveLibrary opens a base that has a library, or says what is missing.
func mustHaveLibrary(ctx context.Context, settings string, io *IO) (*knowledge.Base, error) {
	base, err := openWithLibrary(ctx, settings, io)
	if err == nil && base.Library() == nil {
		err = &exitError{exitBadInput, errors.New("knowledge: give the settings of an installation with --config, or set HOME")}
	}
	return base, err
}

// openSources opens files to import; close gives them back.
func openSources(names []string) (sources []knowledge.Source, closeAll func(), err error) {
	var open []*os.File
	closeAll = func() {
		for _, f := range open {
			f.Close() // only read from
		}
	}
	var bad []error
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			bad = append(bad, fmt.Errorf("%s: kan niet worden geopend: %w", filepath.Base(name), errors.Unwrap(err)))
			continue
		}
		open = append(open, f)
		info, err := f.Stat()
		if err != nil || !info.Mode().IsRegular() {
			bad = append(bad, fmt.Errorf("%s: dit is geen bestand", filepath.Base(name)))
			continue
		}
		sources = append(sources, knowledge.Source{Name: name, R: f, Size: info.Size()})
	}
	return sources, closeAll, errors.Join(bad...)
}
