package sqlstore

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// lookAtClocks is how often the clock of the process is held against that of the
// database while nothing seems wrong.
const lookAtClocks = 5 * time.Second

// aJump is by how much the clock of the process may run away from its own pulse
// before it is held against the database's at once.
const aJump = time.Second

// clocks is what is known of the two clocks.
type clocks struct {
	one  sync.Mutex // held by who looks
	last atomic.Pointer[clockLook]
}

// clockLook is one comparison.
type clockLook struct {
	at   time.Time // by the pulse of the process, which no setting of a clock moves
	wall time.Time // what its clock said then
	err  error     // they are too far apart
}

// fresh reports whether the comparison still counts.
func (l *clockLook) fresh(now time.Time) bool {
	if l == nil {
		return false
	}
	pulse := time.Since(l.at)
	jump := now.Round(0).Sub(l.wall) - pulse
	return pulse < lookAtClocks && jump < aJump && jump > -aJump
}

// clocksAgree is an ErrUnavailable while the clock of this process is further
// from the database's than MaxApart. Several copies share what they plan: a job
// that one of them with a clock of an hour ahead puts off for a second waits an
// hour for all the others, and a term that has not passed would count as passed.
func (s *Store) clocksAgree(ctx context.Context) error {
	if s.dialect != postgres || s.MaxApart <= 0 {
		return nil
	}
	if l := s.clocks.last.Load(); l.fresh(s.Now()) {
		return l.err
	}
	s.clocks.one.Lock()
	defer s.clocks.one.Unlock()
	was := s.clocks.last.Load()
	if was.fresh(s.Now()) {
		return was.err // somebody else looked meanwhile
	}
	at, before := time.Now(), s.Now()
	var micros int64
	if err := s.read.QueryRowContext(ctx, `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`).Scan(&micros); err != nil {
		return fmt.Errorf("look at the clock of the database: %w", err)
	}
	theirs, after := time.UnixMicro(micros).Add(s.DatabaseAhead), s.Now()
	look := &clockLook{at: at, wall: before.Round(0)}
	ahead := before.Sub(theirs)
	if behind := theirs.Sub(after); behind > s.MaxApart {
		ahead = -behind
	}
	if ahead > s.MaxApart || ahead < -s.MaxApart {
		look.err = fmt.Errorf("the clock of this machine is %s ahead of the database's: %w", ahead.Round(time.Second), bot.ErrUnavailable)
	}
	s.clocks.last.Store(look)
	switch {
	case look.err != nil && (was == nil || was.err == nil):
		s.Log.Error("the clock of this machine and that of the database are too far apart; nothing is decided or done until they agree", "ahead", ahead.Round(time.Second).String())
	case look.err == nil && was != nil && was.err != nil:
		s.Log.Info("the clocks agree again")
	}
	return look.err
}
