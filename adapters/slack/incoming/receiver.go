package incoming

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/adapters/slack/blocks"
	"github.com/convenantbot/convenantbot/bot"
)

const (
	// storeTerm is how long storing an event may take: Slack waits three seconds.
	storeTerm = 2500 * time.Millisecond
	// answerTerm is how long a form's answer is waited for before its sender sees
	// that it takes longer, and submitTerm how long it may then take.
	answerTerm = 2 * time.Second
	submitTerm = 30 * time.Second
	// behind is how many things are done besides at a time: pages that are shown,
	// forms that are waited for. What is more is left out, and nothing depends on it.
	behind = 1024
)

// Workspace is one workspace that the app is installed in.
type Workspace interface {
	Name() string // of the platform, in events
	Self(ctx context.Context) (slack.Self, error)
	// Introduce asks Slack anew who we are there.
	Introduce(ctx context.Context) (slack.Self, error)
	API() *slackgo.Client
	// Tell says something to somebody in private.
	Tell(ctx context.Context, user bot.UserID, m bot.Message, key string) (bot.MessageID, error)
	// ForgetHome takes what somebody's page shows away, until they open it again.
	ForgetHome(ctx context.Context, user bot.UserID) error
}

var _ Workspace = (*slack.Chat)(nil)

// Options say what comes in and to whom it goes.
type Options struct {
	In         bot.Incoming
	Workspaces []Workspace
	// Secrets are the signing secrets of the app, the present one first; during a
	// rotation there are two. None: nothing that comes in over HTTP is believed.
	Secrets func() []string
	Seal    blocks.Seal
	Now     func() time.Time
	// After is how waiting is done; nil: as time.After does.
	After func(d time.Duration) <-chan time.Time
	// Count is told what came in and what became of it, for the metrics: two short
	// words of a closed list. Nil: nobody.
	Count func(kind, outcome string)
	// Revoked is told that a workspace took our rights away, or gave them back; nil:
	// nobody.
	Revoked func(workspace string)
	Log     *slog.Logger
}

// Receiver takes in what one app of Slack's hears. Make it with New.
type Receiver struct {
	o    Options
	ctx  context.Context // of what is done besides; ends with Close
	stop context.CancelFunc
	work sync.WaitGroup
	slot chan struct{}

	mu      sync.Mutex
	revoked map[string]time.Time // by workspace; when it was last looked whether it still holds
	closed  bool
}

// New returns a receiver. Close it.
func New(o Options) *Receiver {
	if o.After == nil {
		o.After = time.After
	}
	if o.Count == nil {
		o.Count = func(string, string) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r := &Receiver{o: o, slot: make(chan struct{}, behind), revoked: map[string]time.Time{}}
	r.ctx, r.stop = context.WithCancel(context.Background())
	return r
}

// Close ends what is done besides and waits for it.
func (r *Receiver) Close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.stop()
	r.work.Wait()
}

// besides does f without making Slack wait for it. It reports whether there was
// room.
func (r *Receiver) besides(f func(ctx context.Context)) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return false
	}
	select {
	case r.slot <- struct{}{}:
	default:
		return false
	}
	r.work.Go(func() {
		defer func() { <-r.slot }()
		defer r.calm("besides")
		f(r.ctx)
	})
	return true
}

// calm ends a panic; what it panicked with may hold content.
func (r *Receiver) calm(where string) {
	if recover() != nil {
		r.o.Log.Error("handling what came in panicked", "where", where)
	}
}

// place is a workspace with who we are there.
type place struct {
	Workspace
	self slack.Self
}

// errStranger is about something of a workspace that we are not installed in, or
// not any more.
var errStranger = errors.New("not one of our workspaces")

// at returns the workspace that something is of. errStranger: none of ours;
// ErrUnavailable: a workspace did not say who it is, so nobody knows.
func (r *Receiver) at(ctx context.Context, team, org string) (place, error) {
	var unknown error
	for _, w := range r.o.Workspaces {
		self, err := w.Self(ctx)
		if err != nil {
			if r.isRevoked(w.Name()) {
				continue // it will not tell any more
			}
			unknown = err
			continue
		}
		if self.Team != "" && self.Team == team || team == "" && self.Org != "" && self.Org == org {
			self, err := r.still(ctx, w, self)
			if err != nil {
				return place{}, err
			}
			return place{w, self}, nil
		}
	}
	if unknown != nil {
		return place{}, fmt.Errorf("slack: which workspace this is: %w", errors.Join(bot.ErrUnavailable, unknown))
	}
	return place{}, errStranger
}

func (r *Receiver) isRevoked(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, revoked := r.revoked[name]
	return revoked
}

// lookAgain is how often it is looked whether a workspace that took our rights away
// gave them back: something came in from there all the same.
const lookAgain = 10 * time.Second

// still returns who we are in a workspace that something came from. One that took our
// rights away is errStranger, until Slack says that we are installed there again.
func (r *Receiver) still(ctx context.Context, w Workspace, known slack.Self) (slack.Self, error) {
	r.mu.Lock()
	last, revoked := r.revoked[w.Name()]
	now := r.o.Now()
	look := revoked && now.Sub(last) >= lookAgain
	if look {
		r.revoked[w.Name()] = now
	}
	r.mu.Unlock()
	switch {
	case !revoked:
		return known, nil
	case !look:
		return slack.Self{}, errStranger
	}
	self, err := w.Introduce(ctx)
	switch {
	case errors.Is(err, bot.ErrForbidden):
		return slack.Self{}, errStranger
	case err != nil:
		r.mu.Lock()
		r.revoked[w.Name()] = last // the next one looks
		r.mu.Unlock()
		return slack.Self{}, fmt.Errorf("slack: whether it is installed again: %w", errors.Join(bot.ErrUnavailable, err))
	}
	r.mu.Lock()
	delete(r.revoked, w.Name())
	r.mu.Unlock()
	r.o.Log.Info("a workspace gave our rights back; it is listened to again", "platform", w.Name())
	r.changed(w.Name())
	return self, nil
}

// revoke stops listening to a workspace that is said to have taken our rights away,
// when Slack says so too: an event can come late, after a new installation, and a
// token that was replaced by the next one is revoked as well.
func (r *Receiver) revoke(ctx context.Context, w Workspace) error {
	switch _, err := w.Introduce(ctx); {
	case err == nil:
		r.o.Log.Info("a token of ours was revoked, and the one there is counts", "platform", w.Name())
		return nil
	case !errors.Is(err, bot.ErrForbidden):
		return fmt.Errorf("slack: whether our rights were taken away: %w", errors.Join(bot.ErrUnavailable, err))
	}
	r.mu.Lock()
	_, known := r.revoked[w.Name()]
	r.revoked[w.Name()] = r.o.Now()
	r.mu.Unlock()
	if !known {
		r.o.Log.Error("a workspace took our rights away; it is not listened to until the app is installed there again", "platform", w.Name())
		r.changed(w.Name())
	}
	return nil
}

func (r *Receiver) changed(name string) {
	if r.o.Revoked != nil {
		r.o.Revoked(name)
	}
}

// store hands an event to the bot.
func (r *Receiver) store(ctx context.Context, e bot.Event) error {
	ctx, cancel := context.WithTimeout(ctx, storeTerm)
	defer cancel()
	return r.o.In.Receive(ctx, e)
}
