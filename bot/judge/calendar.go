package judge

import (
	"fmt"
	"time"

	"github.com/convenantbot/convenantbot/internal/zone"
)

// Amsterdam is where days are counted and birthdays fall.
var Amsterdam = zone.Amsterdam

// Date is a day of the calendar, without a time or a place.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads a date written YYYY-MM-DD. A day that does not exist is an
// error.
func ParseDate(s string) (Date, error) {
	if len(s) != len("2006-01-02") || s[4] != '-' || s[7] != '-' {
		return Date{}, errNotDate
	}
	y, ok1 := digits(s[0:4])
	m, ok2 := digits(s[5:7])
	d, ok3 := digits(s[8:10])
	if !ok1 || !ok2 || !ok3 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return Date{}, errNotDate
	}
	return Date{y, time.Month(m), d}, nil
}

// DateOf is the day it is in Amsterdam at t.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Amsterdam).Date()
	return Date{y, m, d}
}

// After reports whether d comes after o.
func (d Date) After(o Date) bool {
	if d.Year != o.Year {
		return d.Year > o.Year
	}
	if d.Month != o.Month {
		return d.Month > o.Month
	}
	return d.Day > o.Day
}

func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// start is 00:00 of the day in Amsterdam.
func (d Date) start() time.Time { return wallClock(d.Year, d.Month, d.Day, 0, 0, 0, 0) }

// Birthday is 00:00 of the day on which someone born on d is years old. Who is
// born on 29 February has the birthday on 1 March in a year without one (A2).
func (d Date) Birthday(years int) time.Time {
	b := Date{d.Year + years, d.Month, d.Day}
	if b.Day > daysIn(b.Year, int(b.Month)) {
		b.Month, b.Day = time.March, 1
	}
	return b.start()
}

// AddDays is the same time on the clock in Amsterdam, days calendar days later
// (R1). A time that does not exist there moves forward by the gap, and of a
// time that occurs twice the first counts.
func AddDays(t time.Time, days int) time.Time {
	t = t.In(Amsterdam)
	y, m, d := t.Date()
	h, mi, s := t.Clock()
	return wallClock(y, m, d+days, h, mi, s, t.Nanosecond())
}

// wallClock is the instant at which the clocks of Amsterdam show this. Go's own
// time.Date leaves open which instant it takes around a change of the clock.
func wallClock(y int, m time.Month, d, h, mi, s, ns int) time.Time {
	wall := time.Date(y, m, d, h, mi, s, ns, time.UTC)
	before := offset(wall.Add(-24 * time.Hour))
	after := offset(wall.Add(24 * time.Hour))
	// With the offset from before a change comes the earlier instant, and in
	// the gap it comes out one gap later on the clock.
	t := wall.Add(-before)
	if before != after && offset(t) != before {
		if u := wall.Add(-after); offset(u) == after {
			t = u
		}
	}
	return t.In(Amsterdam)
}

func offset(t time.Time) time.Duration {
	_, seconds := t.In(Amsterdam).Zone()
	return time.Duration(seconds) * time.Second
}

func digits(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
