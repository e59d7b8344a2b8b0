package invite_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/convenantbot/convenantbot/bot/invite"
)

var amsterdam = func() *time.Location {
	l, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		panic(err)
	}
	return l
}()

func sample() invite.Meeting {
	return invite.Meeting{ID: "m1", Sequence: 2, Title: "Casusoverleg C-2026-0001", Text: "Zie het kanaal, regel een; en regel twee\nklaar",
		Place: "School, lokaal 3", At: time.Date(2026, 10, 25, 2, 30, 0, 0, amsterdam), Duration: 45 * time.Minute,
		Written: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)}
}

func TestACalendarReadsBackWhatWasPlanned(t *testing.T) {
	c, err := ics.ParseCalendar(bytes.NewReader(invite.File(sample())))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Events()) != 1 {
		t.Fatalf("%d events, want 1", len(c.Events()))
	}
	e := c.Events()[0]
	from, err1 := e.GetStartAt()
	to, err2 := e.GetEndAt()
	// The night in which the clock goes back has this time twice.
	if err1 != nil || err2 != nil || !from.Equal(sample().At) || to.Sub(from) != 45*time.Minute {
		t.Errorf("from %v to %v (%v, %v)", from, to, err1, err2)
	}
	for name, want := range map[ics.ComponentProperty]string{ics.ComponentPropertySummary: sample().Title, ics.ComponentPropertyLocation: sample().Place,
		ics.ComponentPropertyDescription: sample().Text, ics.ComponentPropertySequence: "2", ics.ComponentPropertyUniqueId: "m1@convenantbot",
		ics.ComponentPropertyStatus: "CONFIRMED", ics.ComponentPropertyClass: "PRIVATE"} {
		if p := e.GetProperty(name); p == nil || ics.FromText(p.Value) != want && p.Value != want {
			t.Errorf("%s = %+v, want %q", name, p, want)
		}
	}
}

func TestACancelledMeetingTakesItselfOutOfCalendars(t *testing.T) {
	m := sample()
	m.Cancelled = true
	file := string(invite.File(m))
	for _, want := range []string{"METHOD:CANCEL", "STATUS:CANCELLED", "UID:m1@convenantbot"} {
		if !strings.Contains(file, want) {
			t.Errorf("no %s in\n%s", want, file)
		}
	}
}

// Lines end as the standard says and none is longer than calendars take.
func TestLinesAreFolded(t *testing.T) {
	m := sample()
	m.Text = strings.Repeat("lange tekst met é ", 30)
	for _, line := range strings.Split(strings.TrimSuffix(string(invite.File(m)), "\r\n"), "\r\n") {
		if len(line) > 75 || strings.Contains(line, "\n") {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	if bytes.Contains(invite.File(m), []byte("ATTENDEE")) {
		t.Error("somebody stands in it")
	}
}
