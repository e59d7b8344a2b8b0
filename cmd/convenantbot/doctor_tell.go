package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/config"
)

// lookEvery is how often the running bot looks at what its promises hang on.
const lookEvery = 5 * time.Minute

// consult looks at the start and then once in a while, logs what is not well and
// tells the administrator of the settings when that is other than last time. Of
// several copies one does, so that the administrator hears it once.
// What it finds stands in found, for whoever shows it.
func consult(ctx context.Context, cfg config.Config, chat *mattermost.Chat, store bot.Store, log *slog.Logger, found *atomic.Pointer[[]mattermost.Finding]) error {
	duty := newDuty(store, "doctor", 2*lookEvery)
	defer duty.end(ctx)
	c := consultant{
		// The clock moves; the start of this process tells two starts apart.
		start: time.Now().UnixNano(), log: log,
		look: func(ctx context.Context) ([]mattermost.Finding, error) {
			all, err := chat.Examine(ctx, cfg.Mattermost.AdminToken, version)
			if err == nil {
				found.Store(&all)
			}
			return all, err
		},
	}
	if to := cfg.Mattermost.Administrator; to != "" {
		c.tell = func(ctx context.Context, words, key string) error {
			_, err := chat.Tell(ctx, bot.UserID(to), bot.Message{Text: words}, key)
			return err
		}
	}
	for wait := 2 * time.Second; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		if !duty.mine(ctx) {
			found.Store(nil)
			c.last, wait = "", lookEvery // what the other one told is not known here
			continue
		}
		wait = c.once(ctx)
	}
}

// consultant remembers what was found last.
type consultant struct {
	start int64
	log   *slog.Logger
	look  func(ctx context.Context) ([]mattermost.Finding, error)
	tell  func(ctx context.Context, words, key string) error // nil: there is nobody to tell
	last  string
	told  int
}

// once looks, tells what changed, and returns how long to wait for the next look.
func (c *consultant) once(ctx context.Context) time.Duration {
	const soon = 10 * time.Second
	found, err := c.look(ctx)
	if err != nil {
		return soon // the server is away: then there is nobody to tell either
	}
	report, print := doctorReport(found)
	if print == c.last {
		return lookEvery
	}
	for _, f := range found {
		if f.Level == mattermost.Broken || f.Level == mattermost.Unknown {
			c.log.Warn("not as the promises need it", "code", f.Code, "level", string(f.Level), "have", f.Have)
		}
	}
	if c.tell != nil {
		// What was so before and is so again is told again.
		if err := c.tell(ctx, report, fmt.Sprintf("doctor:%d:%d:%s", c.start, c.told, print[:16])); err != nil {
			c.log.Warn("the administrator could not be told what doctor found", "error", err)
			return soon
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
