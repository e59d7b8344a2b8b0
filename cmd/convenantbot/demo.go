package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/adapters/playground"
	"github.com/convenantbot/convenantbot/adapters/web"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/deploy"
	"github.com/convenantbot/convenantbot/internal/config"
)

// Demo is "convenantbot demo": everything on one machine, with no settings and
// invented people.
type Demo struct {
	Dir    string `type:"path" placeholder:"DIR" help:"Where the try-out keeps its data; a folder of its own under the temporary files by default."`
	Listen string `default:"127.0.0.1:0" placeholder:"HOST:PORT" help:"Loopback address to listen on; port 0 takes a free one."`
	Region string `default:"model" help:"The region pack to play with."`
	Vault  bool   `help:"Keep health in the vault: the chat shows a card, and a page of the bot the document."`

	Training bool     `help:"A group takes part from other machines, over TLS and with codes that are printed; everything is wiped at the end."`
	Host     []string `placeholder:"NAME" help:"With --training: a name or address under which the others reach this machine; its addresses by default."`
	Cert     string   `type:"existingfile" placeholder:"FILE" help:"With --training: the certificate, in PEM; one for a day is made by default."`
	Key      string   `type:"existingfile" placeholder:"FILE" help:"With --training: its private key, in PEM."`
}

// errForgotten ends a session of the try-out whose day is over.
var errForgotten = errors.New("the try-out has forgotten its data")

// Run serves the try-out until the context ends. After a day it forgets and
// starts afresh.
func (d *Demo) Run(ctx context.Context, io *IO) (err error) {
	training, err := d.training()
	if err != nil {
		return &exitError{exitBadInput, err}
	}
	if d.Dir == "" {
		d.Dir = filepath.Join(os.TempDir(), fmt.Sprintf("convenantbot-demo-%d", os.Getuid()))
	}
	if err := os.MkdirAll(d.Dir, 0o700); err != nil {
		return &exitError{exitBadInput, fmt.Errorf("dir: %w", err)}
	}
	if training != nil {
		// What was left by one that was killed goes first; nothing outlives it.
		if err := d.wipe(); err != nil {
			return err
		}
		defer func() {
			if rerr := os.RemoveAll(d.Dir); rerr != nil {
				err = errors.Join(err, fmt.Errorf("wipe the training: %w; remove %s by hand", rerr, d.Dir))
			}
		}()
	}
	log := config.NewLogger(io.Err, slog.LevelWarn)
	for {
		err = d.session(ctx, io, log, training)
		if !errors.Is(err, errForgotten) || ctx.Err() != nil {
			if errors.Is(err, errForgotten) {
				err = nil
			}
			return err
		}
	}
}

// session is one life of the try-out, from start to stop or to forgetting.
func (d *Demo) session(ctx context.Context, io *IO, log *slog.Logger, training *playground.Training) error {
	samples, err := readSamples()
	if err != nil {
		return err
	}
	running := false
	forgotten := make(chan struct{}, 1)
	chat, err := playground.Open(ctx, playground.Options{
		Dir: filepath.Join(d.Dir, "chat"), Addr: d.Listen, Now: time.Now, Log: log,
		Samples: samples, Commands: demoCommands(), Training: training,
		OnForget: func(context.Context) error {
			if running {
				// Our own records are in use: end this life, and forget at the start of
				// the next.
				select {
				case forgotten <- struct{}{}:
				default:
				}
				return bot.ErrBusy
			}
			return d.forget()
		},
	})
	if err != nil {
		return demoFailure(err)
	}
	master, err := d.prepare()
	if err != nil {
		return errors.Join(err, chat.Close())
	}
	pages, err := web.Listen("127.0.0.1:0")
	if err != nil {
		return errors.Join(err, chat.Close())
	}
	defer pages.Close()
	address, vault := "http://"+pages.Addr().String(), ""
	if d.Vault {
		vault = address
	}
	b, store, err := build(ctx, parts{
		Address: "sqlite:" + d.file("convenantbot.db"), Masters: [][]byte{master}, Region: d.Region, Library: d.file("library"), Pages: vault, Overview: address,
		Now: chat.Clock().Now, LeaseClock: time.Now, Log: log,
	}, chat)
	if err != nil {
		return demoFailure(errors.Join(err, chat.Close()))
	}
	running = true
	defer store.Close()
	if err := errors.Join(b.LoadRegister(ctx, demoRegister(samples)), b.StartPolicy(ctx, bundleFiles(""))); err != nil {
		return errors.Join(err, chat.Close())
	}
	admin, err := web.ListenAdmin(adminSocket(d.Dir))
	if err != nil {
		return errors.Join(err, chat.Close())
	}
	chat.Clock().OnAdvance(func(time.Time) { b.Wake() })
	if at, err := url.Parse(chat.URL()); err == nil {
		if _, port, err := net.SplitHostPort(at.Host); err == nil { // the next life is found at the same address
			d.Listen = at.Host
			if training != nil {
				d.Listen = ":" + port
			}
		}
	}
	fmt.Fprintf(io.Out, "convenantbot is ready: %s\n", chat.URL())
	if training == nil {
		fmt.Fprintf(io.Err, "Try-out with invented people. Data in %s, forgotten after a day. Stop with Ctrl-C.\n", d.Dir)
	} else {
		printTraining(io, chat, samples, training)
	}
	give, err := servePages(pages, address, b, pagesOptions{Log: log, Ledger: store, Health: health{store: store}.findings(nil)})
	if err != nil {
		return errors.Join(err, chat.Close())
	}
	return together(ctx,
		b.Run,
		give,
		func(ctx context.Context) error { return store.Run(ctx, nil) },
		func(ctx context.Context) error { return chat.Serve(ctx, b) },
		func(ctx context.Context) error { return web.Serve(ctx, admin, web.Admin(b)) },
		func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return nil
			case <-forgotten:
				return errForgotten
			}
		},
	)
}

func (d *Demo) file(name string) string { return filepath.Join(d.Dir, name) }

// forget removes the bot's own records of the try-out, and the documents that were
// added to its knowledge.
func (d *Demo) forget() error {
	entries, err := os.ReadDir(d.Dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "convenantbot.db") || e.Name() == "library" {
			err = errors.Join(err, os.RemoveAll(d.file(e.Name())))
		}
	}
	return err
}

// prepare makes the master key, and the settings with which the operator's
// commands can look at the try-out.
func (d *Demo) prepare() ([]byte, error) {
	path := d.file("master.key")
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		key := make([]byte, 32)
		rand.Read(key)
		data = []byte(base64.StdEncoding.EncodeToString(key) + "\n")
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(data)))
	if err != nil || len(key) != 32 {
		return nil, &exitError{exitBadInput, fmt.Errorf("%s is no key; remove the folder %s to start afresh", path, d.Dir)}
	}
	settings := fmt.Sprintf("# Settings of the try-out, for commands such as: convenantbot retention plan --config %s\n"+
		"data_dir: %q\nstore:\n  dsn: %q\nregion: %q\nkey:\n  master: %q\n",
		d.file("convenantbot.yaml"), d.Dir, "sqlite:"+d.file("convenantbot.db"), d.Region, "file:"+path)
	return key, os.WriteFile(d.file("convenantbot.yaml"), []byte(settings), 0o600)
}

// demoFailure gives the failures of starting the try-out their exit codes.
func demoFailure(err error) error {
	var invalid *bot.InvalidError
	switch {
	case errors.As(err, &invalid):
		return &exitError{exitBadInput, err}
	case errors.Is(err, bot.ErrBusy):
		return &exitError{exitUnreachable, fmt.Errorf("another try-out uses this folder; stop it, or give another one with --dir: %w", err)}
	}
	return err
}

func readSamples() (playground.Samples, error) {
	files, err := fs.Sub(deploy.Samples, "samples")
	if err != nil {
		return playground.Samples{}, err
	}
	return playground.ReadSamples(files)
}

// demoCommands turns the bot's commands into the suggestions of the local chat.
func demoCommands() []playground.Suggestion {
	var all []playground.Suggestion
	for _, s := range bot.Suggestions() {
		i := len(all) - 1
		if i < 0 || all[i].Name != s.Command {
			all = append(all, playground.Suggestion{Name: s.Command})
			i++
		}
		all[i].Sub = append(all[i].Sub, playground.Suggestion{Name: s.Word, Args: s.Hint, Help: s.Help})
	}
	return all
}

// demoRegister is the directory of the invented people. They were all confirmed
// on the day on which their organisation's joining was announced.
func demoRegister(s playground.Samples) bot.Register {
	person := map[bot.UserID]bot.PersonID{}
	for _, p := range s.People {
		person[p.ID] = p.Person
	}
	var r bot.Register
	announced := map[bot.OrgID]string{}
	for _, o := range s.Organisations {
		announced[o.ID] = o.AnnouncedAt
		r.Organisations = append(r.Organisations, bot.Organisation{ID: o.ID, Name: o.Name, SignedAt: o.SignedAt,
			AnnouncedAt: o.AnnouncedAt, DPO: person[o.DPO], Appointee: person[o.Appointee]})
	}
	for _, p := range s.People {
		known := bot.Person{ID: p.Person, Accounts: []bot.Account{{Platform: playground.Platform, User: p.ID}}}
		if p.Role == bot.Professional && p.Sector != "" {
			confirmed, err := time.Parse(time.DateOnly, announced[p.Organisation])
			if err != nil {
				confirmed = time.Date(2025, 9, 1, 0, 0, 0, 0, time.UTC)
			}
			known.Appointments = []bot.Appointment{{ID: string(p.Person) + "-1", Organisation: p.Organisation, Sector: p.Sector,
				Function: p.Function, Task: p.Task, ConfirmedBy: string(p.Organisation), ConfirmedAt: confirmed}}
		}
		r.People = append(r.People, known)
	}
	return r
}
