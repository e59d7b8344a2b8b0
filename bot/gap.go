package bot

import (
	"context"
	"fmt"
	"time"
)

// ActWatchGap is a time in which a part of the gate was away. Its object is the
// part; the reasons say for how long, and for how long of it nothing else kept the
// rooms closed.
const ActWatchGap Act = "watch_gap"

// WatchGap is what a platform's watchdog saw.
type WatchGap struct {
	Part     string // which part of the gate, by the platform's own name
	Away     time.Duration
	Open     time.Duration // of it, with nothing else there
	Restarts int
	Killed   bool // files were off for the whole platform meanwhile
}

// RecordGap leaves an entry of a gap in the watch and looks at every room: nobody
// told who came in meanwhile.
func (b *Bot) RecordGap(ctx context.Context, g WatchGap) error {
	reasons := []string{fmt.Sprintf("away_ms:%d", g.Away.Milliseconds()), fmt.Sprintf("open_ms:%d", g.Open.Milliseconds()),
		fmt.Sprintf("restarts:%d", g.Restarts)}
	if g.Killed {
		reasons = append(reasons, "kill_switch")
	}
	return b.update(ctx, func(tx Tx) error {
		if _, err := tx.Record(Entry{At: b.Now(), Act: ActWatchGap, Object: g.Part, Reasons: reasons, Outcome: outcomeDone}); err != nil {
			return err
		}
		return b.planLooks(tx, "look", b.Now().UnixNano())
	})
}
