package bot

import (
	"time"

	"github.com/convenantbot/convenantbot/internal/zone"
)

// amsterdam is where days begin and end.
var amsterdam = zone.Amsterdam

// today is the calendar day in Amsterdam as YYYY-MM-DD.
func (b *Bot) today() string { return b.Now().In(amsterdam).Format(time.DateOnly) }

// startOfDay returns the first moment of a calendar day in Amsterdam.
func startOfDay(day string) (time.Time, error) {
	return time.ParseInLocation(time.DateOnly, day, amsterdam)
}

// endOfDay returns the last second of a calendar day in Amsterdam.
func endOfDay(day string) (time.Time, error) {
	t, err := startOfDay(day)
	if err != nil {
		return t, err
	}
	return t.AddDate(0, 0, 1).Add(-time.Second), nil
}
