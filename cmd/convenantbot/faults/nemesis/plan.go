package nemesis

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Kind is a sort of fault.
type Kind string

// The faults that a run can bring about. Those of one replica name it.
const (
	Kill         Kind = "kill"          // F1 F2 F3 F6: kill -9 of a replica, started again
	Stop         Kind = "stop"          // F5: SIGSTOP of a replica, with leases in its hands
	Restart      Kind = "restart"       // SIGTERM of a replica, as for an upgrade
	Crash        Kind = "pg_crash"      // F7: immediate stop of PostgreSQL
	Reset        Kind = "pg_reset"      // F7: the connection is cut after COMMIT was sent
	SlowStore    Kind = "pg_slow"       // PostgreSQL is slow for one replica
	CutStore     Kind = "pg_cut"        // PostgreSQL cannot be reached by one replica
	StallStore   Kind = "pg_stall"      // nothing passes to PostgreSQL from one replica
	Flush        Kind = "redis_flush"   // F4: Redis is emptied
	PauseRedis   Kind = "redis_pause"   // F5: SIGSTOP of Redis
	KillRedis    Kind = "redis_kill"    // F4: kill -9 of Redis, back without its data
	SlowRedis    Kind = "redis_slow"    // Redis is slow for one replica
	CutRedis     Kind = "redis_cut"     // Redis cannot be reached by one replica
	Clock        Kind = "clock"         // F8: the clock of one replica jumps an hour ahead
	DiskFull     Kind = "disk_full"     // F9: no room left for PostgreSQL
	Busy         Kind = "chat_429"      // F13: the chat server says 429
	Broken       Kind = "chat_500"      // F13: the chat server says 500
	Silent       Kind = "chat_silent"   // F3 F13: it does what is asked and closes the socket
	SlowChat     Kind = "chat_slow"     // F13: it takes its time
	BrokenBundle Kind = "broken_bundle" // F12: one replica is started with rules that cannot be read
)

// Kinds are all of them.
var Kinds = []Kind{Kill, Stop, Restart, Crash, Reset, SlowStore, CutStore, StallStore, Flush, PauseRedis, KillRedis, SlowRedis, CutRedis,
	Clock, DiskFull, Busy, Broken, Silent, SlowChat, BrokenBundle}

// part is what a fault breaks; two faults at once never break the same part.
func (k Kind) part() string {
	switch k {
	case Kill, Stop, Restart, Clock, BrokenBundle:
		return "replica"
	case Crash, Reset, SlowStore, CutStore, StallStore, DiskFull:
		return "store"
	case Flush, PauseRedis, KillRedis, SlowRedis, CutRedis:
		return "redis"
	}
	return "chat"
}

// Fault is one fault of a plan.
type Fault struct {
	Kind    Kind
	Replica int           // which one, for those of a replica
	For     time.Duration // how long it lasts
}

func (f Fault) String() string { return fmt.Sprintf("%s(%d) %s", f.Kind, f.Replica, f.For) }

// Step is what is broken at the same time: one fault, or two of different parts.
// The next step begins when this one has healed and a while has passed.
type Step struct {
	Faults []Fault
	Rest   time.Duration // after it has healed
}

func (s Step) String() string {
	var all []string
	for _, f := range s.Faults {
		all = append(all, f.String())
	}
	return strings.Join(all, " + ")
}

// Plan draws n steps from a seed: the same seed gives the same steps. Every kind
// of fault comes before any comes again, in an order of the seed's.
func Plan(seed uint64, n, replicas int) []Step {
	r := rand.New(rand.NewPCG(seed, 15))
	var deck []Kind
	draw := func(not string) Kind {
		for {
			if len(deck) == 0 {
				for _, i := range r.Perm(len(Kinds)) {
					deck = append(deck, Kinds[i])
				}
			}
			for i, k := range deck {
				if k.part() != not {
					deck = append(deck[:i:i], deck[i+1:]...)
					return k
				}
			}
			deck = nil // only of that part are left
		}
	}
	var plan []Step
	for range n {
		first := fault(r, draw(""), replicas)
		s := Step{Faults: []Fault{first}, Rest: time.Duration(200+r.IntN(800)) * time.Millisecond}
		if r.IntN(4) == 0 {
			s.Faults = append(s.Faults, fault(r, draw(first.Kind.part()), replicas))
		}
		plan = append(plan, s)
	}
	return plan
}

func fault(r *rand.Rand, k Kind, replicas int) Fault {
	least, most := 500, 2500 // milliseconds
	switch k {
	case Stop, PauseRedis, StallStore:
		least, most = 1000, 16000
	case Busy, Broken, Silent, SlowChat, SlowStore, Clock, BrokenBundle:
		least, most = 1500, 6000
	}
	return Fault{Kind: k, Replica: r.IntN(replicas), For: time.Duration(least+r.IntN(most-least)) * time.Millisecond}
}
