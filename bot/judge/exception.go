package judge

import (
	"slices"
	"strings"
)

// fitting are the codes whose recipients are exactly those of this room (A20).
// readers are the parents and supporters who are recipients of this kind; the
// codes that lead to one party only do not fit then.
func fitting(into []string, a *audience, readers []string, school string) []string {
	into = into[:0]
	if len(a.orgs)+len(readers) == 0 {
		return into
	}
	only := func(sectors ...string) bool {
		for _, m := range a.members {
			if !slices.Contains(sectors, m.Sector) {
				return false
			}
		}
		return len(a.members) > 0 && len(readers) == 0
	}
	one := len(a.orgs) == 1
	if one && only("youth_care") {
		into = append(into, "X-OTS")
	}
	if !a.family {
		into = append(into, "X-CVP")
	}
	if only("youth_care", "youth_health", "neighbourhood_team") {
		into = append(into, "X-ZELFDE")
	}
	into = append(into, "X-TAAK")
	if one && school != "" && a.orgs[0] == school && only("education") {
		into = append(into, "X-SCHOOL", "X-TOEGANG")
	}
	if only("swv") {
		into = append(into, "X-SWV")
	}
	if only("youth_health") {
		into = append(into, "X-GGD")
	}
	return into
}

// recorded is the exception's code when it is whole: reasoned, approved by
// someone else than the discloser, and naming every recipient (A18). Otherwise
// it is none, and changes nothing.
func recorded(x *Exception, discloser string, orgs, readers []string) string {
	if x == nil || strings.TrimSpace(x.Reason) == "" || strings.TrimSpace(x.ApprovedBy) == "" || x.ApprovedBy == discloser {
		return "none"
	}
	for _, list := range [2][]string{orgs, readers} {
		for _, id := range list {
			if !slices.Contains(x.Recipients, id) {
				return "none"
			}
		}
	}
	return x.Code
}
