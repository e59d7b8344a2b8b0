package judge

import (
	"slices"
	"time"
)

// A record is a consent or an agreement as far as this question goes. Whether
// it touches the question and whether it covers it whole is worked out by the
// file of its kind; from there on both are counted alike.
type record struct {
	giver     string
	refused   bool
	touches   bool // is about at least a part of what is asked
	covers    bool // is about all of it
	given     time.Time
	expires   time.Time // the zero moment: never
	withdrawn *time.Time
}

func (r *record) withdrawnBy(now time.Time) bool {
	return r.withdrawn != nil && !r.withdrawn.After(now)
}

// answer is what one person said.
type answer uint8

const (
	silent answer = iota
	objects
	agrees
)

// answerOf weighs the records of one giver (A11, A12, A13). since is the last
// birthday that ended earlier yeses.
func answerOf(records []record, giver string, now, since time.Time) answer {
	var lastNo time.Time
	said := silent
	no := false
	for i := range records {
		r := &records[i]
		if r.giver != giver || !r.touches {
			continue
		}
		switch {
		case r.refused && !r.given.After(now) && !r.withdrawnBy(now):
			// A refusal does not expire, and it undoes what was said up to then.
			if !no || r.given.After(lastNo) {
				lastNo = r.given
			}
			no, said = true, objects
		case !r.refused && r.withdrawnBy(now):
			said = objects
		}
	}
	for i := range records {
		r := &records[i]
		if r.giver != giver || r.refused || !r.covers || r.withdrawnBy(now) {
			continue
		}
		if !r.given.Before(now) || !r.expires.IsZero() && !now.Before(r.expires) {
			continue
		}
		if r.given.Before(since) || no && !r.given.After(lastNo) {
			continue
		}
		return agrees
	}
	return said
}

// deciders is who must say yes.
type deciders struct{ youngPerson, authority bool }

// whoDecides is the matrix's column wie: authority under 12, the young person
// from 16, and from 12 to 15 authority, together with the young person where a
// duty of secrecy is lifted. Who lacks capacity is replaced by authority from
// 12 on, at 18 and over too (A8). A new party asks both from 12 to 15 (J4).
func whoDecides(age band, lacksCapacity, both bool) deciders {
	d := deciders{youngPerson: age >= from16 || age == from12 && both, authority: age < from16}
	if lacksCapacity && age >= from12 {
		return deciders{authority: true}
	}
	return d
}

// asking is one question to the people who decide.
type asking struct {
	casus    *Casus
	who      deciders
	everyone bool // all of authority must say yes, not one (A7)
	now      time.Time
	since    time.Time
}

// missing is who has not said yes: the young person first, then authority in
// the given order. nobody means that authority decides and no one holds it. An
// objection of one of authority asks all of them, and while one would do and
// nobody said yes all are named (A7).
func (a asking) missing(records []record) (missing []string, nobody bool) {
	yp := a.casus.YoungPerson.ID
	if a.who.youngPerson && answerOf(records, yp, a.now, a.since) != agrees {
		missing = append(missing, yp)
	}
	if !a.who.authority {
		return missing, false
	}
	if len(a.casus.Authority) == 0 {
		return missing, true
	}
	everyone, yes := a.everyone, 0
	var few [8]answer
	said := few[:0]
	for _, p := range a.casus.Authority {
		s := answerOf(records, p.ID, a.now, a.since)
		said = append(said, s)
		switch s {
		case agrees:
			yes++
		case objects:
			everyone = true
		}
	}
	if yes > 0 && !everyone {
		return missing, false
	}
	for i, p := range a.casus.Authority {
		if said[i] != agrees && !slices.Contains(missing, p.ID) {
			missing = append(missing, p.ID)
		}
	}
	return missing, false
}
