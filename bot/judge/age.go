package judge

import "time"

// band is how old the young person is, as the rules see it.
type band uint8

const (
	unknownAge band = iota
	under12
	from12
	from16
	from18
)

var bandNames = [...]string{unknownAge: "unknown", under12: "under_12", from12: "from_12", from16: "from_16", from18: "from_18"}

func (b band) String() string { return bandNames[b] }

// ageAt is the young person's band at now, and the last of the 12th, 16th and
// 18th birthday that has come: a yes from before it counts no more (A12). The
// zero moment means that none has come yet.
func ageAt(born *Date, now time.Time) (b band, since time.Time) {
	if born == nil {
		return unknownAge, time.Time{}
	}
	for _, step := range []struct {
		years int
		band  band
	}{{18, from18}, {16, from16}, {12, from12}} {
		if day := born.Birthday(step.years); !now.Before(day) {
			return step.band, day
		}
	}
	return under12, time.Time{}
}
