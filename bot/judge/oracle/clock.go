package oracle

import "time"

// summerTime reports whether the clocks in Amsterdam stand one hour ahead at
// this instant: from 01:00 UTC on the last Sunday of March to 01:00 UTC on the
// last Sunday of October. Good from 1996 on.
func summerTime(utc time.Time) bool {
	lastSunday := func(m time.Month) time.Time {
		d := time.Date(utc.Year(), m, 31, 1, 0, 0, 0, time.UTC)
		return d.AddDate(0, 0, -int(d.Weekday()))
	}
	return !utc.Before(lastSunday(time.March)) && utc.Before(lastSunday(time.October))
}

// wall is what the clocks in Amsterdam show, written as if it were UTC.
func wall(t time.Time) time.Time {
	t = t.UTC()
	if summerTime(t) {
		return t.Add(2 * time.Hour)
	}
	return t.Add(time.Hour)
}

// instant is when the clocks show w: the first time of two, and one hour later
// on the clock for a time that is skipped.
func instant(w time.Time) time.Time {
	if t := w.Add(-2 * time.Hour); wall(t).Equal(w) {
		return t
	}
	return w.Add(-time.Hour)
}

func plusDays(t time.Time, n int) time.Time { return instant(wall(t).AddDate(0, 0, n)) }
