package judge_test

import (
	"slices"
	"testing"
)

func TestJoinSentences(t *testing.T) {
	refuses := func(code string) (string, []string, string) { return "refuse", nil, code }
	person := func(id, role string) patch {
		return patch{"candidate", object{"id": id, "role": role, "account": "active"}}
	}
	type row struct {
		name    string
		patch   []patch
		effect  string
		missing []string
		code    string // a reason that is there; empty: none in particular
	}
	var rows []row
	add := func(name, effect string, missing []string, code string, p ...patch) {
		rows = append(rows, row{name, p, effect, missing, code})
	}
	no := func(name, code string, p ...patch) {
		effect, missing, code := refuses(code)
		add(name, effect, missing, code, p...)
	}
	yes := func(name string, p ...patch) { add(name, "allow", nil, "", p...) }
	ask := func(name string, missing []string, p ...patch) {
		add(name, "need_consent", missing, "agreement_missing", p...)
	}

	yes("the base")
	no("J1: closed", "casus_not_open", patch{"casus.status", "closed"})
	no("J1: the beleidstafel", "policy_table", patch{"casus.kind", "tom_beleidstafel"})
	no("J1: inactive", "account_inactive", patch{"candidate.account", "inactive"})
	no("J1: a member already", "already_member", patch{"candidate.id", "u2"})
	no("J1: for a parent too", "account_inactive", patch{"candidate", object{"id": "g1", "role": "parent", "account": "inactive"}})
	no("J2: no accession", "not_acceded", patch{"candidate.accession", nil})
	no("J2: not announced", "not_acceded", patch{"candidate.accession.announced_at", nil})
	no("J2: announced tomorrow", "not_acceded", patch{"candidate.accession.announced_at", "2026-03-03"})
	yes("J2: announced today", patch{"candidate.accession.announced_at", "2026-03-02"})
	yes("J2: announced today, which is yesterday in UTC", patch{"candidate.accession.announced_at", "2026-03-02"}, patch{"now", "2026-03-01T23:00:00Z"})
	no("J2: and not a second before", "not_acceded", patch{"candidate.accession.announced_at", "2026-03-02"}, patch{"now", "2026-03-01T22:59:59Z"})
	no("J2: not involved", "not_involved", patch{"candidate.involved", false})
	no("J2: no task", "no_task", patch{"candidate.task", nil})
	no("J2: a blank task", "no_task", patch{"candidate.task", " \n"})
	no("J2: police by function", "police", patch{"candidate.function", "Jeugdwijkagent"})
	no("J2: police by organisation", "police", patch{"candidate.organisation", "POLITIE Eenheid"})
	no("J3: a sector that does not take part", "not_a_participant", patch{"casus.kind", "tom_po_vo"})
	yes("J3: youth health in a verzuimoverleg", patch{"casus.kind", "verzuimoverleg"})
	no("J3: youth care not", "not_a_participant", patch{"casus.kind", "verzuimoverleg"}, patch{"candidate.sector", "youth_care"})
	no("J3: bilateral with two organisations outside", "bilateral_full", patch{"casus.kind", "bilateraal"})
	yes("J3: bilateral with one", patch{"casus.kind", "bilateraal"}, patch{"casus.members[1]", pro("u2", "school-a", "education")})
	yes("J3: bilateral with one organisation in two sectors", patch{"casus.kind", "bilateraal"}, patch{"casus.members[1]", pro("u2", "ggd", "youth_care")})
	yes("J2: a colleague is no new party", patch{"casus.members[1]", pro("u2", "ggd", "youth_health")}, patch{"agreements", []any{}})
	ask("J2: of another sector is one", []string{"yp", "g1", "g2"}, patch{"casus.members[1]", pro("u2", "ggd", "youth_care")}, patch{"agreements", []any{}})
	add("J4: a list meeting asks nobody", "allow", nil, "statutory_task", patch{"casus.kind", "alle_kinderen_in_beeld"}, patch{"agreements", []any{}}, patch{"casus.young_person.born", nil})
	add("J4: attendance in a thuiszittersoverleg", "allow", nil, "statutory_task", patch{"casus.kind", "thuiszittersoverleg"}, patch{"candidate.sector", "attendance"}, patch{"agreements", []any{}}, patch{"casus.authority", []any{}})
	ask("J4: attendance in an mdo", []string{"yp", "g1", "g2"}, patch{"candidate.sector", "attendance"}, patch{"agreements", []any{}})
	add("J4: the GI", "allow", nil, "statutory_task", patch{"candidate.sector", "youth_care"}, patch{"candidate.task", "ots"}, patch{"agreements", []any{}})
	ask("J4: only exactly ots", []string{"yp", "g1", "g2"}, patch{"candidate.sector", "youth_care"}, patch{"candidate.task", "OTS"}, patch{"agreements", []any{}})
	ask("J4: ots of another sector", []string{"yp", "g1", "g2"}, patch{"candidate.task", "ots"}, patch{"agreements", []any{}})
	ask("J4: 12 to 15 both", []string{"yp"}, patch{"agreements", []any{agreed("g1", "ggd")}})
	yes("J4: under 12 authority", patch{"casus.young_person.born", "2016-01-05"}, patch{"agreements", []any{agreed("g1", "ggd")}})
	yes("J4: from 16 the young person", patch{"casus.young_person.born", "2009-01-05"}, patch{"agreements", []any{agreed("yp", "ggd")}})
	yes("J4: from 12 authority with incapacity", patch{"casus.young_person.lacks_capacity", true}, patch{"agreements", []any{agreed("g1", "ggd")}})
	ask("J4: a conflict asks all", []string{"g2"}, patch{"casus.authority_conflict", true})
	ask("J4: covers another", []string{"yp", "g1", "g2"}, patch{"candidate.organisation", "ggd-2"})
	yes("J4: covers others as well", patch{"agreements[0].covers", []string{"ggd", "school-a"}})
	no("J4: empty authority", "nobody_can_say_yes", patch{"casus.authority", []any{}})
	yes("J4: not needed from 16", patch{"casus.authority", []any{}}, patch{"casus.young_person.born", "2009-01-05"})
	no("J4: unknown age", "unknown_age", patch{"casus.young_person.born", nil})
	ask("A12: an agreement from before the 12th birthday", []string{"yp", "g1", "g2"}, patch{"casus.young_person.born", "2014-02-15"})
	yes("J5: a parent in authority", person("g1", "parent"), patch{"casus.young_person.born", nil})
	no("J5: a parent without", "parent_without_authority", person("g9", "parent"))
	yes("J5: the young person of 12", person("yp", "young_person"), patch{"casus.young_person.born", "2014-03-02"})
	no("J5: of 11", "under_twelve", person("yp", "young_person"), patch{"casus.young_person.born", "2014-03-03"})
	no("J5: another", "not_this_young_person", person("yp2", "young_person"))
	no("J5: of unknown age", "under_twelve", person("yp", "young_person"), patch{"casus.young_person.born", nil})
	ask("J5: a supporter", []string{"yp", "g1", "g2"}, person("s1", "supporter"))
	yes("J5: a supporter who is covered", person("s1", "supporter"), patch{"agreements", []any{agreed("yp", "s1"), agreed("g2", "s1")}})
	no("a kind that the region does not have", "kind_not_in_region", patch{"region", "amersfoort"}, patch{"casus.kind", "ot"})
	yes("a kind that it has", patch{"region", "mvs"}, patch{"casus.kind", "ot"})

	for _, c := range rows {
		t.Run(c.name, func(t *testing.T) {
			v := mustJoin(t, with(t, baseJoin, c.patch...))
			if v.Effect.String() != c.effect || !slices.Equal(v.Missing, c.missing) || c.code != "" && !v.Has(c.code) || v.Rule != "" {
				t.Errorf("Join = %s %q missing %v (%v), want %s missing %v with %q", v.Effect, v.Rule, v.Missing, v.Reasons, c.effect, c.missing, c.code)
			}
		})
	}
}
