package bot

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/bot/suppose"
	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/region"
)

// Needs is what the bot is made of. All fields are required but Log, Watch, Scan, Coordination,
// Library, Keepers, Virus, Pages, Overview and TryLimits.
type Needs struct {
	Store     Store
	Platforms []Platform
	Judge     *judge.Judge
	Answers   Answers
	Scan      Scanner
	Library   Library      // the region's own documents; nil: none can be given
	Keepers   []Account    // who looks after them, besides the FG
	Virus     VirusScanner // nil: files are not searched for viruses
	Pages     string       // where people open the bot's own pages, without a slash at its end; blank: there are none
	Overview  string       // where people open the dashboard, likewise; blank: there is none
	TryLimits Limits       // within this process, on tries to open a card; nil: none can be opened
	Region    *region.Pack
	// Coordination is where copies of the bot meet; nil: this is the only one.
	Coordination Coordination
	Now          func() time.Time
	NewID        func() string // random, at least 128 bits, of letters and digits
	Log          *slog.Logger
	// Watch is told of each turn at a job: it may add to the context, and its end
	// hears how the turn went. nil: nobody watches.
	Watch func(ctx context.Context, kind JobKind) (_ context.Context, end func(error))
}

// Bot does the four jobs. It is safe for concurrent use; its work is done by Run.
type Bot struct {
	Needs
	platforms map[string]Platform
	cases     *suppose.Cases                // for cases that somebody only sketches
	waiting   *atomic.Pointer[rules.Bundle] // the bundle that waits for a second person; nil: none
	wake      chan struct{}
	locales   *locales      // in which language who reads
	greeted   *daily        // who was told today in which room they write
	gap       *atomic.Int64 // nanoseconds between two looks at one room, see roundGap
	replica   string        // the name of this copy of the bot, of this start
	others    *copies       // what this copy knows of the others
	intake    *intake       // events on their way into the store
	hints     *dispatch     // jobs that were pointed out to this copy
	flows     *atomic.Bool  // the intake of the coordination answered last time
}

var _ Incoming = (*Bot)(nil)

// New returns a bot with what it needs.
func New(n Needs) *Bot {
	b := &Bot{Needs: n, platforms: map[string]Platform{}, wake: make(chan struct{}, 1), gap: new(atomic.Int64), waiting: new(atomic.Pointer[rules.Bundle]), replica: rand.Text(), others: newCopies(), intake: &intake{}, hints: newDispatch(), flows: new(atomic.Bool), greeted: &daily{}, locales: &locales{}}
	for _, p := range n.Platforms {
		b.platforms[p.Name()] = p
	}
	b.cases = suppose.New(n.Judge, n.Region.ID, n.Now)
	if b.Log == nil {
		b.Log = slog.New(slog.DiscardHandler)
	}
	return b
}

// platform returns the platform with this name. ErrUnavailable: the bot is not
// connected to it now.
func (b *Bot) platform(name string) (Platform, error) {
	p := b.platforms[name]
	if p == nil {
		return nil, fmt.Errorf("platform %q: %w", name, ErrUnavailable)
	}
	return p, nil
}

// Wake makes the workers look for work now, for instance after the clock moved.
func (b *Bot) Wake() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// caller is who acts, in which capacity.
type caller struct {
	ID           PersonID // blank: not in the directory
	Organisation OrgID    // blank: no capacity that counts
	Account      UserID
}

// who finds the person behind an account. Somebody who is not in the directory is a caller
// without an id: they may ask questions and nothing else.
func (b *Bot) who(tx Tx, platform string, user UserID) (caller, error) {
	c := caller{Account: user}
	p, err := tx.PersonByAccount(Account{Platform: platform, User: user})
	if errors.Is(err, ErrNotFound) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	c.ID = p.ID
	if a, err := p.Capacity(b.Now()); err == nil {
		c.Organisation = a.Organisation
	}
	return c, nil
}

// whoIn is who in a casus. Somebody of the family stands in no directory and is
// known by their place in it, so that the log says that it was them and not the
// bot.
func (b *Bot) whoIn(tx Tx, casus Casus, platform string, user UserID) (caller, error) {
	c, err := b.who(tx, platform, user)
	if m, ok := casus.Member(user); ok && m.Role != Professional {
		c.ID, c.Organisation = m.ID, ""
	}
	return c, err
}

// encode returns v as JSON for a sealed body. It cannot fail for our own types.
func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err))
	}
	return data
}

func decode[T any](data []byte) (T, error) {
	var v T
	err := json.Unmarshal(data, &v)
	return v, err
}
