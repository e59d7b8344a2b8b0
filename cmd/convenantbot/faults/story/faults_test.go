package story

import (
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/convenantbot/convenantbot/cmd/convenantbot/faults/nemesis"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// begin brings a fault about and returns how it is healed; healing waits until
// what was broken works again.
func (c *cluster) begin(f nemesis.Fault) (heal func()) {
	r := c.replicas[f.Replica]
	switch f.Kind {
	case nemesis.Kill:
		r.kill()
		return func() {}
	case nemesis.Stop:
		r.signal(syscall.SIGSTOP)
		return func() { r.signal(syscall.SIGCONT) }
	case nemesis.Restart:
		if err := r.terminate(); err != nil {
			c.t.Errorf("a restart: %v", err)
		}
		return func() {}
	case nemesis.Clock:
		jump := time.Hour
		if c.turn.Load()%2 == 0 {
			jump = -jump
		}
		r.jump(jump)
		return func() { r.jump(0) }
	case nemesis.BrokenBundle:
		r.spoil(true)
		return func() { r.spoil(false) }
	case nemesis.Crash:
		c.pg.Crash()
		return c.pg.Start
	case nemesis.DiskFull:
		return c.fill()
	case nemesis.Reset:
		for _, r := range c.replicas {
			r.pg.ResetAfterCommit(6)
		}
		return func() {
			for _, r := range c.replicas {
				r.pg.ResetAfterCommit(0)
			}
		}
	case nemesis.SlowStore:
		r.pg.Slow(40 * time.Millisecond)
		return r.pg.Heal
	case nemesis.CutStore:
		r.pg.Cut()
		return r.pg.Heal
	case nemesis.StallStore:
		r.pg.Stall()
		return r.pg.Heal
	case nemesis.Flush:
		if err := flush(c.redis); err != nil {
			c.t.Logf("Redis could not be emptied: %v", err)
		}
		return func() {}
	case nemesis.PauseRedis:
		c.redis.Pause()
		return c.redis.Resume
	case nemesis.KillRedis:
		c.redis.Kill()
		return c.redis.Start
	case nemesis.SlowRedis:
		r.redis.Slow(150 * time.Millisecond)
		return r.redis.Heal
	case nemesis.CutRedis:
		r.redis.Cut()
		return r.redis.Heal
	case nemesis.Busy:
		c.chat.Trouble.Busy(60)
		return c.chat.Trouble.Heal
	case nemesis.Broken:
		c.chat.Trouble.Broken(40)
		return c.chat.Trouble.Heal
	case nemesis.Silent:
		c.chat.Trouble.Silent(40)
		return c.chat.Trouble.Heal
	case nemesis.SlowChat:
		c.chat.Trouble.Slow(400 * time.Millisecond)
		return c.chat.Trouble.Heal
	}
	c.t.Fatalf("nobody knows the fault %s", f.Kind)
	return nil
}

// fill takes all room on the disk of PostgreSQL, and gives it back.
func (c *cluster) fill() (heal func()) {
	if c.disk == "" {
		return func() {}
	}
	name := filepath.Join(c.disk, "ballast")
	f, err := os.Create(name)
	if err != nil {
		c.t.Fatalf("fill the disk: %v", err)
	}
	piece := make([]byte, 1<<20)
	for err == nil {
		_, err = f.Write(piece)
	}
	_ = f.Close()
	return func() {
		_ = os.Remove(name)
		if c.pg.Ended() {
			c.pg.Stop()
			c.pg.Start()
		}
		c.await("PostgreSQL has room again", c.pg.Answers)
	}
}

func flush(r *testserver.RedisServer) error { return talk(r.Addr, "FLUSHALL\r\n") }
