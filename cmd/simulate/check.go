package main

import (
	"fmt"
	"time"

	"github.com/convenantbot/convenantbot/bot/judge"
)

// slack is how much later than its term a casus may go: a look that a person is
// waited for comes back once a day, and the calendar has days of 25 hours.
const slack = 26 * time.Hour

func holdLives(k judge.Keeping, at time.Time) bool {
	for _, h := range k.Holds {
		if !h.PlacedAt.After(at) && (h.ReleasedAt == nil || h.ReleasedAt.After(at)) {
			return true
		}
	}
	return false
}

// mayErase is errModel when a casus must not be erased at a moment, by arithmetic
// that knows nothing of the rules' own: no hold lives, it was closed for its
// term, and erasing was announced two weeks before.
func mayErase(k judge.Keeping, term int, at time.Time) error {
	switch {
	case holdLives(k, at):
		return fmt.Errorf("%w: erased at %s under a hold", errModel, at)
	case k.ClosedAt == nil:
		return fmt.Errorf("%w: erased at %s while it was open", errModel, at)
	case at.Before(k.ClosedAt.AddDate(0, 0, term).Add(-2 * time.Hour)):
		return fmt.Errorf("%w: erased at %s, before its term of %d days after %s", errModel, at, term, k.ClosedAt)
	case k.ErasureAnnouncedAt == nil || at.Before(k.ErasureAnnouncedAt.AddDate(0, 0, 14).Add(-2*time.Hour)):
		return fmt.Errorf("%w: erased at %s without two weeks' notice", errModel, at)
	}
	return nil
}

// dueBy is when a casus that is closed must be gone, as far as no person and no
// hold is waited for.
func dueBy(k judge.Keeping, term, announce int) time.Time {
	by := k.ClosedAt.AddDate(0, 0, term)
	later := func(t time.Time) {
		if t.After(by) {
			by = t
		}
	}
	if k.ErasureAnnouncedAt != nil {
		later(k.ErasureAnnouncedAt.AddDate(0, 0, announce))
	} else {
		later(k.ClosedAt.AddDate(0, 0, announce))
	}
	for _, h := range k.Holds {
		if h.ReleasedAt != nil {
			later(h.ReleasedAt.AddDate(0, 0, announce))
		}
	}
	for _, h := range k.Handovers {
		if h.ConfirmedAt != nil {
			later(*h.ConfirmedAt)
		}
	}
	return by.Add(slack)
}

// mayKeep is errModel when a casus is still there at the end of the clock and
// nothing keeps it.
func mayKeep(k judge.Keeping, term, announce int, stop time.Time) error {
	if k.Status == "open" || term == 0 || holdLives(k, stop) || k.ErasureRequestedAt != nil {
		return nil
	}
	for _, h := range k.Handovers {
		if h.ConfirmedAt == nil {
			return nil // a person is waited for
		}
	}
	if by := dueBy(k, term, announce); stop.After(by) {
		return fmt.Errorf("%w: still there at %s, and due by %s", errModel, stop, by)
	}
	return nil
}
