package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/adapters/memory"
	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/bot/suppose"
	"github.com/convenantbot/convenantbot/deploy"
	"github.com/convenantbot/convenantbot/internal/clamav"
	"github.com/convenantbot/convenantbot/internal/embed"
	"github.com/convenantbot/convenantbot/internal/knowledge"
	"github.com/convenantbot/convenantbot/internal/rephrase"
	"github.com/convenantbot/convenantbot/internal/seal"
	"github.com/convenantbot/convenantbot/internal/telemetry"
	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/bundle"
	"github.com/convenantbot/convenantbot/rules/region"
)

// parts is what a bot is made of besides its platforms.
type parts struct {
	Address    string // of the store
	Masters    [][]byte
	Region     string
	RulesDir   string
	Library    string                                   // where the region's own documents are; blank: none
	Keepers    []bot.Account                            // who looks after them, besides the FG
	Pages      string                                   // see bot.Needs
	Overview   string                                   // likewise
	Bucket     func(prefix string) (bot.Objects, error) // see sqlstore.Options.Objects
	Virus      string                                   // where clamd listens; blank: nowhere
	Now        func() time.Time
	LeaseClock func() time.Time
	MaxApart   time.Duration    // see sqlstore.Options
	Meaning    *embed.Client    // embeddings that help to rank; nil: none
	Words      *rephrase.Client // a language model for wording; nil: none
	ReadOnly   bool             // look beside a running bot
	Erased     string           // see sqlstore.Options.ErasedList
	BackupTerm time.Duration    // see sqlstore.Options
	Terms      sqlstore.Terms   // likewise
	Master     seal.Master      // a master key in a key management service; nil: none
	Meeting    bot.Coordination // where the copies of the bot meet; nil: there is one
	Log        *slog.Logger
	Measures   *telemetry.Telemetry // nil: nothing is measured
}

// bundleFiles are the rules of a directory, or the built-in ones when it is blank.
func bundleFiles(dir string) fs.FS {
	if dir != "" {
		return os.DirFS(dir)
	}
	return bundle.FS
}

// loadBundle loads them.
func loadBundle(dir string) (*rules.Bundle, error) { return rules.Load(bundleFiles(dir)) }

// loadRegion loads one region pack.
func loadRegion(id string) (*region.Pack, map[string]*region.Pack, error) {
	packs, err := region.LoadAll(deploy.Regions, "regions")
	if err != nil {
		return nil, nil, err
	}
	pack := packs[id]
	if pack == nil {
		return nil, nil, &exitError{exitBadInput, fmt.Errorf("region: there is no region %q", id)}
	}
	return pack, packs, nil
}

// build wires a bot. The caller closes the store after the bot has stopped.
func build(ctx context.Context, p parts, platforms ...bot.Platform) (*bot.Bot, *sqlstore.Store, error) {
	policy, err := loadBundle(p.RulesDir)
	if err != nil {
		return nil, nil, &exitError{exitBadInput, err}
	}
	pack, packs, err := loadRegion(p.Region)
	if err != nil {
		return nil, nil, err
	}
	store, err := sqlstore.Open(ctx, p.storeOptions())
	if err != nil {
		return nil, nil, err
	}
	base, err := openKnowledge(ctx, p, store)
	if err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	j := judge.New(policy, packs)
	var virus bot.VirusScanner
	if p.Virus != "" {
		virus = &clamav.Client{Address: p.Virus}
	}
	b := bot.New(bot.Needs{
		Store: measureStore(store, p.Measures, p.Now), Watch: watchJobs(p.Measures), Platforms: platforms, Judge: j,
		Answers: measureAnswers(answers{base, verdicts{suppose.New(j, pack.ID, p.Now)}, p.Words}, p.Measures),
		Scan:    scanner{}, Library: keepingOf(base), Keepers: p.Keepers, Virus: virus, Pages: p.Pages, Overview: p.Overview, Region: pack,
		Coordination: measureMeeting(p.Meeting, p.Measures), Now: p.Now, NewID: rand.Text, Log: p.Log,
		TryLimits: memory.New(memory.Options{Now: p.Now}),
	})
	return b, store, nil
}

// openKnowledge opens the knowledge base with the documents of the installation,
// which are let go when ctx ends. Where several copies of the bot have a store
// together they have the documents together too.
func openKnowledge(ctx context.Context, p parts, store bot.Shelf) (*knowledge.Base, error) {
	var options []knowledge.Option
	if p.Meaning != nil {
		options = append(options, knowledge.WithEmbedder(p.Meaning, p.Now))
	}
	if p.Library == "" {
		return knowledge.Open(nil, options...)
	}
	options = append(options, knowledge.WithLibrary(p.Library, p.Now))
	if shares(p.Address) && !p.ReadOnly {
		options = append(options, knowledge.ShareLibrary(shelf{store}))
	}
	base, err := knowledge.Open(nil, options...)
	if err == nil {
		context.AfterFunc(ctx, func() { _ = base.Library().Close() })
	}
	return base, err
}

// storeOptions are what the store is opened with.
func (p parts) storeOptions() sqlstore.Options {
	return sqlstore.Options{Address: p.Address, Masters: p.Masters, Now: p.Now, LeaseClock: p.LeaseClock, MaxApart: p.MaxApart, DatabaseAhead: ahead, ReadOnly: p.ReadOnly,
		ErasedList: p.Erased, BackupTerm: p.BackupTerm, Terms: p.Terms, Master: p.Master, Objects: p.Bucket, Log: p.Log}
}

// together runs every function until ctx ends or one of them returns, then ends
// the others and waits for them.
func together(ctx context.Context, runs ...func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	// Building the index took memory that nothing needs any more.
	debug.FreeOSMemory()
	var group sync.WaitGroup
	errs := make([]error, len(runs))
	for i, f := range runs {
		group.Go(func() {
			defer stop()
			errs[i] = f(ctx)
		})
	}
	group.Wait()
	return errors.Join(errs...)
}
