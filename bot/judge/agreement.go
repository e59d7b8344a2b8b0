package judge

import "slices"

// agreementRecords lays the agreements beside the organisations, or the one
// newcomer, that they must cover (A5, J4). An agreement has no end (A11).
func agreementRecords(into []record, agreements []Agreement, covers []string) []record {
	into = into[:0]
	for i := range agreements {
		a := &agreements[i]
		r := record{giver: a.Giver, refused: a.Decision != "given", given: a.GivenAt, withdrawn: a.WithdrawnAt, covers: true}
		for _, id := range covers {
			if slices.Contains(a.Covers, id) {
				r.touches = true
			} else {
				r.covers = false
			}
		}
		into = append(into, r)
	}
	return into
}
