package story

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/cmd/convenantbot/faults/history"
)

const days = 24 * time.Hour

// later sets the clock of every replica ahead, one restart after another.
func (r *run) later(d time.Duration) {
	r.cluster.ahead.Add(int64(d))
	for _, b := range r.cluster.replicas {
		if err := b.terminate(); err != nil {
			r.t.Errorf("a restart: %v", err)
		}
		b.healthy.Store(false)
		r.cluster.await(fmt.Sprintf("replica %d is back", b.n), b.healthy.Load)
	}
}

// endings lets the weeks pass after which casussen are archived, announced and
// erased, while things go on breaking and somebody places holds at the last
// moment.
func (r *run) endings(rng *rand.Rand) {
	ending := r.ending()
	r.later(8 * days)
	r.await("every casus that ended is archived", func() bool {
		for _, c := range ending {
			if r.count("room_archived", c.ref) == 0 && !r.isHeld(c) {
				return false
			}
		}
		return true
	})
	r.later(9 * days)
	r.await("everybody is told what will be erased", func() bool {
		for _, c := range ending {
			if !r.isHeld(c) && r.count("told_announced", c.ref) < 4 {
				return false
			}
		}
		return true
	})
	// Holds at the moment of erasing: one that is acknowledged counts.
	ctx, stop := context.WithCancel(r.t.Context())
	defer stop()
	var holds sync.WaitGroup
	for _, c := range ending {
		if rng.IntN(4) != 0 {
			continue
		}
		wait := time.Duration(rng.IntN(3000)) * time.Millisecond
		holds.Go(func() {
			pause(ctx, wait)
			r.lateHold(ctx, c)
		})
	}
	r.cluster.ahead.Add(int64(15 * days))
	for _, b := range r.cluster.replicas {
		b.kill() // they come back with the new clock and begin to erase
		r.cluster.await(fmt.Sprintf("replica %d is back", b.n), b.healthy.Load)
	}
	r.cluster.chat.Trouble.Silent(25)
	for range 2 {
		for _, b := range r.cluster.replicas {
			b.pg.ResetAfterCommit(2)
		}
		pause(ctx, 700*time.Millisecond)
		r.cluster.replicas[rng.IntN(len(r.cluster.replicas))].kill()
	}
	pause(ctx, time.Second)
	r.cluster.chat.Trouble.Heal()
	holds.Wait()
	r.cluster.ready()
	r.await("everything is erased that nobody holds", func() bool {
		for _, c := range ending {
			if r.isHeld(c) {
				continue
			}
			if r.count(history.Gone, c.ref) == 0 || r.count("told_erased", c.ref) < 4 {
				return false
			}
		}
		return true
	})
}

// ending are the casussen that were closed and handed over.
func (r *run) ending() (all []*casus) {
	for _, c := range r.casussen {
		if c.closed && c.handed {
			all = append(all, c)
		}
	}
	return all
}

// isHeld reports whether somebody was told that a casus is held, which must
// count.
func (r *run) isHeld(c *casus) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return c.held && !r.o.broken
}

// lateHold places a hold on a casus that may be being erased: there may be no
// form for it any more, and the answer may be that it is too late.
func (r *run) lateHold(ctx context.Context, c *casus) {
	limited, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	f, _ := form(limited, r.town.officer, r.town.common, "bewaar "+c.ref, saysTooLate, "Casus "+c.ref+" is vernietigd")
	if f == nil {
		return
	}
	op := r.rec.Begin(r.town.officer.Name, history.Hold, c.ref, "", "late")
	a, tries, ok := send(ctx, r.town.officer, f, values{"reason": {"Er kwam net nog een klacht binnen."}})
	if tries > 1 && strings.Contains(a.Text, saysUsed) {
		// Used up by the first try, or because the casus is gone: nobody knows.
		op.End(history.Info, "")
		return
	}
	if r.ended(op, a.Errors, a.Text, tries, ok) {
		r.mu.Lock()
		c.held = true
		r.mu.Unlock()
	}
}
