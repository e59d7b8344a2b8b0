package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
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
func consult(ctx context.Context, cfg config.Config, chat *mattermost.Chat, store bot.Store, log *slog.Logger) error {
	duty := newDuty(store, "doctor", 2*lookEvery)
	defer duty.end(ctx)
	// The clock moves; the start of this process tells two starts apart.
	start, last, wait := time.Now(), "", 2*time.Second
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		wait = lookEvery
		if !duty.mine(ctx) {
			last = "" // what the other one told is not known here
			continue
		}
		found, err := chat.Examine(ctx, cfg.Mattermost.AdminToken, version)
		if err != nil {
			wait = 10 * time.Second // the server is away: then there is nobody to tell either
			continue
		}
		report, print := doctorReport(found)
		if print == last {
			continue
		}
		for _, f := range found {
			if f.Level == mattermost.Broken || f.Level == mattermost.Unknown {
				log.Warn("not as the promises need it", "code", f.Code, "level", string(f.Level), "have", f.Have)
			}
		}
		if to := cfg.Mattermost.Administrator; to != "" {
			key := fmt.Sprintf("doctor:%d:%s", start.UnixNano(), print[:16])
			if _, err := chat.Tell(ctx, bot.UserID(to), bot.Message{Text: report}, key); err != nil {
				log.Warn("the administrator could not be told what doctor found", "error", err)
				wait = 10 * time.Second
				continue
			}
		}
		last = print
	}
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
