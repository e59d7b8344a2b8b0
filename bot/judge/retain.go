package judge

import (
	"time"

	"github.com/convenantbot/convenantbot/rules"
)

// RetainFacts are the facts that Retain judges: every due moment, worked out
// on the calendar of Amsterdam. A moment after now has not happened yet (R1).
func (j *Judge) RetainFacts(in *RetainInput) (*rules.RetainFacts, error) {
	pack, err := j.pack(in.Region)
	if err != nil {
		return nil, err
	}
	c, now, t := &in.Casus, in.Now, pack.Terms
	f := &rules.RetainFacts{Now: now, CasusKind: c.Kind, Status: c.Status, Hold: "none", Request: "none", Handover: "complete",
		RequestAt: rules.Never, SilentAt: rules.Never, LongSilentAt: rules.Never, LongOpenAt: rules.Never,
		ArchiveAt: rules.Never, AnnounceAt: rules.Never, EraseAt: rules.Never, HandoverEndsAt: rules.Never}
	var released time.Time // the last release of a hold
	for _, h := range c.Holds {
		switch {
		case h.PlacedAt.After(now):
		case h.ReleasedAt == nil || h.ReleasedAt.After(now):
			f.Hold = "live"
		default:
			released = later(released, *h.ReleasedAt)
		}
	}
	if happened(c.ErasureRequestedAt, now) {
		f.Request, f.RequestAt = "made", *c.ErasureRequestedAt
	}
	for _, h := range c.Handovers {
		if !happened(h.ConfirmedAt, now) {
			f.Handover = "incomplete"
		}
	}
	switch c.Status {
	case "open":
		f.SilentAt = AddDays(c.LastActivityAt, t.Remind)
		f.LongSilentAt = AddDays(c.LastActivityAt, t.Silent)
		f.LongOpenAt = AddDays(c.OpenedAt, t.Open)
		if c.ExtendedUntil != nil {
			f.LongOpenAt = later(f.LongOpenAt, *c.ExtendedUntil)
		}
	case "closed", "archived":
		if c.ClosedAt == nil {
			return nil, &FieldError{Field: "casus.closed_at", Text: "must be given for a casus that is " + c.Status}
		}
		if c.Status == "closed" {
			f.ArchiveAt = AddDays(*c.ClosedAt, t.Archive)
		}
		term := j.kind(pack, c.Kind).Term
		if term == 0 {
			break // nothing about persons, so nothing to erase (R7)
		}
		if !happened(c.ErasureAnnouncedAt, now) {
			f.AnnounceAt = later(AddDays(*c.ClosedAt, term-t.Announce), released)
			break
		}
		f.EraseAt = later(AddDays(*c.ClosedAt, term), AddDays(*c.ErasureAnnouncedAt, t.Announce))
		if !released.IsZero() {
			f.EraseAt = later(f.EraseAt, AddDays(released, t.Announce))
		}
		f.HandoverEndsAt = AddDays(f.EraseAt, t.Handover)
	}
	return f, nil
}

func happened(t *time.Time, now time.Time) bool { return t != nil && !t.After(now) }
