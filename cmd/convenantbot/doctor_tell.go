package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

// lookEvery is how often the running bot looks at what its promises hang on.
const lookEvery = 5 * time.Minute

// diagnosis is what the doctor found last on each platform that this copy looks at.
// It is safe for concurrent use.
type diagnosis struct {
	of    int // how many platforms there are
	mu    sync.Mutex
	found map[string][]mattermost.Finding
}

// put keeps what was found on a platform; nil: another copy looks at it now.
func (d *diagnosis) put(platform string, found []mattermost.Finding) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.found == nil {
		d.found = map[string][]mattermost.Finding{}
	}
	if found == nil {
		delete(d.found, platform)
		return
	}
	d.found[platform] = found
}

// last is what was found, one platform after the other; false: there is one that
// this copy does not look at, or has not yet.
func (d *diagnosis) last() (all []mattermost.Finding, whole bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, platform := range slices.Sorted(maps.Keys(d.found)) {
		all = append(all, d.found[platform]...)
	}
	return all, len(d.found) >= d.of
}

// consulted is a platform that the running bot looks at.
type consulted struct {
	duty string // of which one copy is enough
	to   bot.UserID
	look func(ctx context.Context) ([]mattermost.Finding, error)
	chat interface {
		bot.Talk
		Name() string
	}
	now <-chan struct{} // that something changed, so that it looks at once; may be nil
}

// consult looks at the start and then once in a while, logs what is not well and
// tells the administrator of the settings when that is other than last time. Of
// several copies one does, so that the administrator hears it once.
// What it finds stands in found, for whoever shows it.
func consult(ctx context.Context, p consulted, store bot.Store, log *slog.Logger, found *diagnosis) error {
	duty := newDuty(store, p.duty, 2*lookEvery)
	defer duty.end(ctx)
	c := consultant{
		// The clock moves; the start of this process tells two starts apart.
		start: time.Now().UnixNano(), log: log,
		look: func(ctx context.Context) ([]mattermost.Finding, error) {
			all, err := p.look(ctx)
			if err == nil {
				found.put(p.chat.Name(), all)
			}
			return all, err
		},
	}
	if p.to != "" {
		c.tell = func(ctx context.Context, words, key string) error {
			_, err := p.chat.Tell(ctx, p.to, bot.Message{Text: words}, key)
			return err
		}
	}
	for wait := 2 * time.Second; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		case <-p.now:
		}
		if !duty.mine(ctx) {
			found.put(p.chat.Name(), nil)
			c.last, wait = "", lookEvery // what the other one told is not known here
			continue
		}
		wait = c.once(ctx)
	}
}

// consultant remembers what was found last.
type consultant struct {
	start  int64
	log    *slog.Logger
	look   func(ctx context.Context) ([]mattermost.Finding, error)
	tell   func(ctx context.Context, words, key string) error // nil: there is nobody to tell
	last   string                                             // print of what was told last
	logged string
	told   int
}

// once looks, tells what changed, and returns how long to wait for the next look.
func (c *consultant) once(ctx context.Context) time.Duration {
	const soon, later = 10 * time.Second, time.Minute
	found, err := c.look(ctx)
	if err != nil {
		return soon // the server is away: then there is nobody to tell either
	}
	report, print := doctorReport(found)
	if print == c.last {
		return lookEvery
	}
	for _, f := range found {
		if print != c.logged && (f.Level == mattermost.Broken || f.Level == mattermost.Unknown) {
			c.log.Warn("not as the promises need it", "code", f.Code, "level", string(f.Level), "have", f.Have)
		}
	}
	c.logged = print
	if c.tell != nil {
		// What was so before and is so again is told again.
		if err := c.tell(ctx, report, fmt.Sprintf("doctor:%d:%d:%s", c.start, c.told, print[:16])); err != nil {
			c.log.Warn("the administrator could not be told what doctor found", "error", err)
			return later
		}
		c.told++
	}
	c.last = print
	return lookEvery
}

// doctorReport is what the administrator reads, with a print that is the same
// as long as nothing changes. Values that always move are no part of it.
func doctorReport(found []mattermost.Finding) (report, print string) {
	var args text.DoctorArgs
	sum := sha256.New()
	for _, f := range found {
		if f.Level == mattermost.Good {
			continue
		}
		fmt.Fprintln(sum, f.Code, f.Level)
		args.Lines = append(args.Lines, doctorLine(text.NL, f))
	}
	return text.DoctorReport.NL(args), hex.EncodeToString(sum.Sum(nil))
}
