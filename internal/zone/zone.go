// Package zone is where days begin and end, birthdays fall and terms are counted:
// in Amsterdam, on every machine, also on one that has no zone files. It is no
// setting: the convenant's terms are Dutch calendar days.
//
// It imports nothing of ours. What is reckoned with days is for bot/judge.
package zone

import (
	"time"
	_ "time/tzdata" // machines that run the bot may have no zone files
)

// Amsterdam is the zone of everything that people read and that the rules count in.
var Amsterdam = func() *time.Location {
	loc, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		panic("zone: " + err.Error()) // it is linked in by time/tzdata
	}
	return loc
}()
