package playground

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

const (
	// Platform is the name of this platform in accounts and events.
	Platform = "playground"
	// BotUser is the bot's own user.
	BotUser bot.UserID = "convenantbot"
	// Memory is how long the chat remembers, by the wall clock.
	Memory = 24 * time.Hour
)

// Options is what a chat needs.
type Options struct {
	Dir  string           // where its store and files are; made when it is not there
	Addr string           // loopback address to listen on; blank: 127.0.0.1 with a free port
	Now  func() time.Time // the wall clock

	Samples
	Commands []Suggestion // the slash commands, as the bot spells them
	Training *Training    // lets a group in from other machines; nil: this machine alone

	// OnForget is called before the chat forgets, so that the bot's own records
	// go too. While it fails nothing is forgotten and nothing goes on.
	OnForget func(context.Context) error

	Log *slog.Logger
}

// Suggestion is a slash command, or what may follow one.
type Suggestion struct {
	Name string       `json:"name"` // without the slash
	Args string       `json:"args"` // what to write after it, such as "<vraag>"
	Help string       `json:"help"`
	Sub  []Suggestion `json:"sub"`
}

// Chat is the local chat. Its methods of bot.Platform work from Open on; what
// people do reaches the bot while Serve runs.
type Chat struct {
	wall     func() time.Time
	clock    *Clock
	store    *store
	files    files
	hub      hub
	whispers whispers
	log      *slog.Logger
	listener net.Listener
	key      atomic.Pointer[[]byte] // signs sessions; another one after forgetting

	people   map[bot.UserID]Person
	order    []Person
	orgs     map[bot.OrgID]string
	channels []Channel
	commands []Suggestion
	tours    []Tour
	toursEN  []Tour // what they say in English
	samples  map[string][]byte
	onForget func(context.Context) error
	training *Training
	door     *door    // of a training; nil: anyone may be anyone
	locales  sync.Map // who chose to read another language: bot.UserID to string

	incoming atomic.Pointer[bot.Incoming]
	waiting  chan struct{} // holds one: something may be in the outbox
	serving  sync.Mutex    // held while Serve runs
	closed   sync.Once
}

var _ bot.Platform = (*Chat)(nil)

// Open opens the chat in opt.Dir and takes its address, without serving yet. An
// address that is not on loopback is an *bot.InvalidError, before anything is
// made or listened on. A directory that another chat has open is ErrBusy. What
// is older than Memory is forgotten here.
func Open(ctx context.Context, opt Options) (*Chat, error) {
	addr, err := opt.address()
	if err != nil {
		return nil, err
	}
	if opt.Now == nil || len(opt.People) == 0 {
		return nil, errors.New("playground: Now and People are needed")
	}
	c := &Chat{wall: opt.Now, log: opt.Log, people: map[bot.UserID]Person{}, order: opt.People, orgs: map[bot.OrgID]string{},
		channels: opt.Channels, commands: opt.Commands, tours: opt.Tours, toursEN: opt.ToursEN, samples: opt.Files, onForget: opt.OnForget, waiting: make(chan struct{}, 1)}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if err := opt.check(); err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}
	for _, p := range opt.People {
		c.people[p.ID] = p
	}
	for _, o := range opt.Organisations {
		c.orgs[o.ID] = o.Name
	}
	if opt.Training != nil {
		c.training, c.door = opt.Training, opt.Training.doorFor(c.active())
	}
	if err := os.MkdirAll(opt.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("playground: %w", err)
	}
	if c.store, err = openStore(ctx, opt.Dir); err != nil {
		return nil, err
	}
	if c.files, err = openFiles(opt.Dir); err == nil {
		err = c.begin(ctx)
	}
	if err == nil {
		c.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("playground: %w", err), c.store.db.Close())
	}
	return c, nil
}

// begin reads what is there, forgets it when it is too old, sweeps what a crash
// left, and makes the channels that are always there.
func (c *Chat) begin(ctx context.Context) error {
	var version, again string
	var born, offset int64
	err := c.store.do(ctx, func(tx *sql.Tx) error {
		var err error
		if version, err = meta(tx, "schema"); err != nil {
			return err
		}
		if again, err = meta(tx, "again"); err != nil {
			return err
		}
		if born, err = number(tx, "born"); err != nil {
			return err
		}
		offset, err = number(tx, "offset")
		return err
	})
	if err != nil {
		return err
	}
	c.clock = NewClock(c.wall, time.Duration(offset))
	c.clock.keep = c.keepOffset
	if version != "" && (version != schemaVersion || again != "" || c.wall().Sub(time.UnixMilli(born)) >= Memory) {
		if err := c.forget(ctx); err != nil {
			return err
		}
	}
	if err := c.store.do(ctx, c.seed); err != nil {
		return err
	}
	return c.sweep(ctx)
}

func (c *Chat) keepOffset(offset time.Duration) error {
	return c.store.do(context.Background(), func(tx *sql.Tx) error {
		return setMeta(tx, "offset", strconv.FormatInt(int64(offset), 10))
	})
}

func number(tx *sql.Tx, key string) (int64, error) {
	v, err := meta(tx, key)
	if err != nil || v == "" {
		return 0, err
	}
	return strconv.ParseInt(v, 10, 64)
}

// Name implements bot.Platform.
func (c *Chat) Name() string { return Platform }

// Clock returns the clock of the try-out. The bot must run on it too.
func (c *Chat) Clock() *Clock { return c.clock }

// URL returns the address of the first page.
func (c *Chat) URL() string {
	if c.training != nil {
		_, port, _ := net.SplitHostPort(c.listener.Addr().String())
		return "https://" + net.JoinHostPort(c.training.Hosts[0], port) + "/"
	}
	return "http://" + c.listener.Addr().String() + "/"
}

// Close gives the address and the store back. Serve does so itself when it returns.
func (c *Chat) Close() error {
	var err error
	c.closed.Do(func() {
		err = c.store.db.Close()
		if lerr := c.listener.Close(); lerr != nil && !errors.Is(lerr, net.ErrClosed) {
			err = errors.Join(err, lerr)
		}
	})
	return err
}

// stopTerm is how long Serve waits for requests that are being answered.
const stopTerm = 5 * time.Second

// Serve answers browsers and hands what people do to in, until ctx ends. Then
// it stops taking in, finishes what it was doing, closes the chat and returns
// nil. A chat serves once.
func (c *Chat) Serve(ctx context.Context, in bot.Incoming) error {
	if !c.serving.TryLock() {
		return fmt.Errorf("playground: already served: %w", bot.ErrConflict)
	}
	c.incoming.Store(&in)
	run, stop := context.WithCancel(ctx)
	defer stop()
	var work sync.WaitGroup
	server := &http.Server{
		Handler:           c.routes(run, &work),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,         // an upload has a term of its own
		WriteTimeout:      uploadTerm + time.Minute, // who takes nothing of an answer; a live window has a term of its own
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(c.log.Handler(), slog.LevelDebug),
	}
	work.Go(func() { c.deliver(run) })
	work.Go(func() { c.forgetInTime(run) })
	done := make(chan error, 1)
	listener := c.listener
	if c.training != nil {
		listener = tls.NewListener(listener, c.training.TLS)
	}
	go func() { done <- server.Serve(listener) }()
	var err error
	select {
	case <-ctx.Done():
		c.hub.close()
		stop()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTerm)
		if serr := server.Shutdown(grace); serr != nil {
			err = errors.Join(serr, server.Close())
		}
		cancel()
		<-done
	case err = <-done:
		stop()
	}
	work.Wait()
	return errors.Join(err, c.Close())
}

// in returns the bot.
func (c *Chat) in() bot.Incoming { return *c.incoming.Load() }

// change runs f in one transaction and then lets windows and bot look again.
func (c *Chat) change(ctx context.Context, f func(tx *sql.Tx) error) error {
	if err := c.store.do(ctx, f); err != nil {
		return err
	}
	c.hub.poke()
	select {
	case c.waiting <- struct{}{}:
	default:
	}
	return nil
}

// failed logs an error of the bot under a reference, and is a refusal that
// names only the reference.
func (c *Chat) failed(who bot.UserID, what string, err error) error {
	ref := newID()[:8]
	c.log.Error("the bot failed to answer; refused", "what", what, "reference", ref, "error", err)
	return refusal{sprintf(c.wordsFor(who).Failed, ref)}
}

// address is where to listen: on this machine alone, unless a training lets
// others in, which it does over TLS only.
func (o Options) address() (string, error) {
	if o.Training == nil {
		return loopback(o.Addr)
	}
	if o.Training.TLS == nil || len(o.Training.Hosts) == 0 {
		return "", errors.New("playground: a training needs TLS and the names under which it is reached")
	}
	return o.Addr, nil
}

// loopback returns the address to listen on. Anyone who reaches this chat can
// be anyone in it, so every address but loopback is refused, a name that may
// resolve elsewhere included.
func loopback(addr string) (string, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fmt.Errorf("playground: %w: %w", &bot.InvalidError{Field: "addr", Reason: "address"}, err)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return "", fmt.Errorf("playground: %w: in this chat anyone can be anyone, so it listens on this machine alone (127.0.0.1), never on %q",
			&bot.InvalidError{Field: "addr", Reason: "loopback_only"}, host)
	}
	return net.JoinHostPort(host, port), nil
}

// active lists the people one can be, in their order.
func (c *Chat) active() []Person {
	return slices.DeleteFunc(slices.Clone(c.order), func(p Person) bool { return p.Inactive })
}
