package bot

import (
	"slices"
	"time"
)

// Meeting is one time that the people of a casus sit together. It is stored
// sealed with the casus.
type Meeting struct {
	ID        string
	At        time.Time
	Duration  time.Duration
	Place     string // as people call it; blank: in the room itself
	PlannedBy PersonID
	Sequence  int // grows when it moves or is called off
	Cancelled bool
}

// ActionPoint is what somebody promised to do: who does what, and when. It is
// stored sealed with the casus.
type ActionPoint struct {
	ID      string
	What    string
	Who     PersonID // a member, a holder of authority or the young person
	By      string   // plain date YYYY-MM-DD
	NotedBy PersonID
	NotedAt time.Time
	DoneAt  time.Time // zero: still to be done
	DoneBy  PersonID
}

// Step is a line of the checklist of a casus that somebody took on or finished.
// A line that nobody touched has none, and is with the procesregisseur.
type Step struct {
	Code   string // see Steps
	Owner  PersonID
	DoneAt time.Time
	DoneBy PersonID
}

// NextMeeting returns the first meeting that was not called off and is not over
// at now.
func (c Casus) NextMeeting(now time.Time) (Meeting, bool) {
	var next Meeting
	for _, m := range c.Private.Meetings {
		if !m.Cancelled && m.At.Add(m.Duration).After(now) && (next.ID == "" || m.At.Before(next.At)) {
			next = m
		}
	}
	return next, next.ID != ""
}

// OpenPoints lists what still has to be done, the earliest date first.
func (c Casus) OpenPoints() []ActionPoint {
	var open []ActionPoint
	for _, p := range c.Private.ActionPoints {
		if p.DoneAt.IsZero() {
			open = append(open, p)
		}
	}
	slices.SortStableFunc(open, func(a, b ActionPoint) int {
		if a.By < b.By {
			return -1
		}
		if a.By > b.By {
			return 1
		}
		return 0
	})
	return open
}
