package judge

import (
	"slices"
	"time"
)

// consentRecords lays the consents beside one kind of data: this discloser's
// organisation, this purpose, that kind literally, and these recipients, who
// are organisations and, for some kinds, readers by their own id (A13). One
// record must cover it all; records are not added up.
func consentRecords(into []record, in *ShareInput, organisation, kind string, orgs, readers []string) []record {
	into = into[:0]
	for i := range in.Consents {
		c := &in.Consents[i]
		if c.Discloser != organisation || c.Purpose != in.Purpose || !slices.Contains(c.Kinds, kind) {
			continue
		}
		r := record{giver: c.Giver, refused: c.Decision != "given", given: c.GivenAt, withdrawn: c.WithdrawnAt, covers: true}
		for _, list := range [2][]string{orgs, readers} {
			for _, id := range list {
				if slices.Contains(c.Recipients, id) {
					r.touches = true
				} else {
					r.covers = false
				}
			}
		}
		// A consent without an end never counts (A11).
		if c.ExpiresAt == nil {
			r.covers = false
		} else {
			r.expires = *c.ExpiresAt
			if r.expires.IsZero() {
				r.expires = r.expires.Add(time.Nanosecond)
			}
		}
		into = append(into, r)
	}
	return into
}
