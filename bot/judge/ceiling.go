package judge

import (
	"slices"

	"github.com/convenantbot/convenantbot/rules"
)

// ceilingFor says whether phase and kind of casusoverleg take this kind of data
// (A16). A kind that the region does not have keeps the ceiling of the model: an
// existing casus goes on as it was.
func (j *Judge) ceilingFor(r *room, c *Casus, kind string) string {
	weight := slices.Index(rules.DataKinds, kind)
	takes := func(ceiling string) int { return slices.Index(rules.DataKinds, ceiling) }
	if weight > takes(r.pack.Phases[c.Phase].Ceiling) {
		return "above_phase"
	}
	if weight > takes(j.kind(r.pack, c.Kind).Ceiling) {
		return "above_kind"
	}
	return "within"
}
