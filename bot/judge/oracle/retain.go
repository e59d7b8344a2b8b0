package oracle

import (
	"encoding/json"
	"time"
)

var term = map[string]int{"bilateraal": 14, "mdo": 30, "zat": 30, "ot": 30, "verzuimoverleg": 30, "zorgplatform": 60, "tom_tafel_po": 60,
	"tom_tafel_vo": 60, "tom_po_vo": 60, "thuiszittersoverleg": 60, "alle_kinderen_in_beeld": 365, "sluitende_registratie": 365}

// Retain is contracts R1 to R7, for the region model.
func Retain(data []byte) (Answer, error) {
	var in retainInput
	if err := json.Unmarshal(data, &in); err != nil {
		return Answer{}, err
	}
	c, now := in.Casus, in.Now
	past := func(t *time.Time) bool { return t != nil && !t.After(now) }
	if c.Status == "erased" {
		return Answer{Effect: "keep"}, nil
	}
	var releases []time.Time
	for _, h := range c.Holds {
		if h.Placed.After(now) {
			continue
		}
		if !past(h.Released) {
			return Answer{Effect: "keep", Code: "hold"}, nil
		}
		releases = append(releases, *h.Released)
	}
	if past(c.Requested) {
		return Answer{Effect: "human", Due: *c.Requested}, nil
	}
	if c.Status == "open" {
		person := plusDays(c.Activity, 90)
		year := plusDays(c.Opened, 365)
		if c.Extended != nil && c.Extended.After(year) {
			year = *c.Extended
		}
		if year.Before(person) {
			person = year
		}
		remind := plusDays(c.Activity, 30)
		switch {
		case !now.Before(person):
			return Answer{Effect: "human", Due: person}, nil
		case !now.Before(remind):
			return Answer{Effect: "remind", Due: remind}, nil
		case remind.Before(person):
			return Answer{Effect: "keep", Due: remind}, nil
		}
		return Answer{Effect: "keep", Due: person}, nil
	}
	type step struct {
		action string
		due    time.Time
	}
	var steps []step
	if c.Status == "closed" {
		steps = append(steps, step{"archive", plusDays(*c.Closed, 7)})
	}
	if days, ok := term[c.Kind]; ok {
		if past(c.Announced) {
			due := plusDays(*c.Closed, days)
			for _, t := range append([]time.Time{*c.Announced}, releases...) {
				if u := plusDays(t, 14); u.After(due) {
					due = u
				}
			}
			steps = append(steps, step{"erase", due})
		} else {
			due := plusDays(*c.Closed, days-14)
			for _, t := range releases {
				if t.After(due) {
					due = t
				}
			}
			steps = append(steps, step{"announce_erasure", due})
		}
	}
	if len(steps) == 0 {
		return Answer{Effect: "keep"}, nil
	}
	next := steps[0]
	for _, s := range steps[1:] {
		if s.due.Before(next.due) {
			next = s
		}
	}
	if now.Before(next.due) {
		return Answer{Effect: "keep", Due: next.due}, nil
	}
	if next.action == "erase" {
		for _, h := range c.Handovers {
			if past(h.Confirmed) {
				continue
			}
			late := plusDays(next.due, 30)
			if now.Before(late) {
				return Answer{Effect: "keep", Code: "handover", Due: late}, nil
			}
			return Answer{Effect: "human", Due: late}, nil
		}
	}
	return Answer{Effect: next.action, Due: next.due}, nil
}
