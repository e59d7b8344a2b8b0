package slackfake

import (
	"time"
)

// Tiers of methods, in calls a minute. A few methods have limits of their own.
//
// Source: API page "Rate limits" (tiers 2 to 4; posting one message a second and
// channel with short bursts allowed).
const (
	tier2   = 20
	tier3   = 50
	tier4   = 100
	posting = -1 // one a second and channel
	special = 0  // documented as its own, with no number: not limited here
)

// postingBurst is how many messages a channel takes at once. The documentation
// allows short bursts and names no number; this one is ours.
const postingBurst = 5

// bucket refills evenly.
type bucket struct {
	left float64
	at   time.Time
}

// limit says how long the caller has to wait, zero when it need not. Limits are
// counted for each app, workspace and method.
func (s *Server) limit(c *call, tier int) time.Duration {
	if s.opts.Unlimited || tier == special {
		return 0
	}
	size, perSecond, key := float64(tier), float64(tier)/60, c.method
	if tier == posting {
		size, perSecond, key = postingBurst, 1, c.method+" "+c.args["channel"]
	}
	now := s.Clock.Now()
	b := s.buckets[key]
	if b == nil {
		b = &bucket{left: size, at: now}
		s.buckets[key] = b
	}
	b.left = min(size, b.left+now.Sub(b.at).Seconds()*perSecond)
	b.at = now
	if b.left < 1 {
		return max(time.Second, time.Duration((1-b.left)/perSecond*float64(time.Second)))
	}
	b.left--
	return 0
}
