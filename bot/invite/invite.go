package invite

import (
	"fmt"
	"time"

	ics "github.com/arran4/golang-ical"
)

// Meeting is what a calendar may know.
type Meeting struct {
	ID        string // stays the same when the meeting moves
	Sequence  int    // grows with each change, so that calendars replace what they had
	Title     string // holds the code of the casus at most
	Text      string // where to find more; no content
	Place     string // blank: none
	At        time.Time
	Duration  time.Duration
	Cancelled bool
	Written   time.Time
}

// host ends the id of an event: calendars want one that is theirs alone.
const host = "convenantbot"

// File returns the calendar file of m. Its moments are in UTC, which every
// calendar shows in the zone of its reader.
func File(m Meeting) []byte {
	c := ics.NewCalendar()
	c.SetProductId("-//convenantbot//casusoverleg//NL")
	c.SetMethod(ics.MethodPublish)
	e := c.AddEvent(fmt.Sprintf("%s@%s", m.ID, host))
	e.SetDtStampTime(m.Written.UTC())
	e.SetStartAt(m.At.UTC())
	e.SetEndAt(m.At.Add(m.Duration).UTC())
	e.SetSequence(m.Sequence)
	e.SetSummary(m.Title)
	e.SetClass(ics.ClassificationPrivate)
	if m.Text != "" {
		e.SetDescription(m.Text)
	}
	if m.Place != "" {
		e.SetLocation(m.Place)
	}
	e.SetStatus(ics.ObjectStatusConfirmed)
	if m.Cancelled {
		c.SetMethod(ics.MethodCancel)
		e.SetStatus(ics.ObjectStatusCancelled)
	}
	return []byte(c.Serialize(ics.WithNewLineWindows))
}
