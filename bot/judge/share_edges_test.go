package judge_test

import (
	"slices"
	"testing"
)

// told is what a verdict must be.
type told struct {
	effect, rule string
	missing      []string
	exceptions   []string
}

func yesFrom(giver string, more ...patch) object {
	o := object{"id": "n", "giver": giver, "decision": "given", "discloser": "zorg-x", "recipients": []string{"school-a"},
		"kinds": []string{"ordinary", "sensitive", "health"}, "purpose": "plan", "given_at": "2026-02-01T10:00:00+01:00",
		"expires_at": "2026-12-31T23:59:59+01:00", "withdrawn_at": nil}
	for _, p := range more {
		o[p.path] = p.value
	}
	return o
}

func noFrom(giver string, more ...patch) object {
	return yesFrom(giver, append([]patch{{"decision", "refused"}}, more...)...)
}

func agreed(giver string, covers ...string) object {
	return object{"giver": giver, "decision": "given", "covers": covers, "given_at": "2026-02-01T10:00:00+01:00", "withdrawn_at": nil}
}

func pro(id, organisation, sector string) object {
	return object{"id": id, "role": "professional", "organisation": organisation, "sector": sector, "party": true, "involved": true}
}

func exception(code string, recipients ...string) object {
	return object{"code": code, "reason": "nodig", "approved_by": "fg", "recipients": append([]string{}, recipients...)}
}

var (
	allow   = told{"allow", "M40", nil, nil}
	refused = told{"refuse", "", nil, nil}
	both    = []any{yesFrom("yp"), yesFrom("g1")}
)

func ps(p ...patch) []patch { return p }

// The sentences of the contracts, each on both sides of its edge.
func TestShareSentences(t *testing.T) {
	need := func(missing ...string) told { return told{"need_consent", "M40", missing, nil} }
	for _, c := range []struct {
		name  string
		patch []patch
		want  told
	}{
		{"the base", nil, allow},

		{"A1: a BSN comes before a closed casus", ps(patch{"document.text", "111222333"}, patch{"casus.status", "closed"}), told{"refuse", "M01", nil, nil}},
		{"A1: criminal comes before an unknown age", ps(patch{"document.kinds", []string{"criminal"}}, patch{"casus.young_person.born", nil}), told{"refuse", "M02", nil, nil}},
		{"A1: BSN comes before criminal", ps(patch{"document.kinds", []string{"criminal", "bsn"}}), told{"refuse", "M01", nil, nil}},
		{"A1: criminal of an attendance officer", ps(patch{"document.kinds", []string{"criminal"}}, patch{"casus.members[1].sector", "attendance"}), told{"refuse", "M03", nil, nil}},
		{"A1: criminal of a parent", ps(patch{"document.kinds", []string{"criminal"}}, patch{"discloser", "g1"}), told{"refuse", "M02", nil, nil}},
		{"A1: archived", ps(patch{"casus.status", "archived"}), refused},
		{"A1: the beleidstafel", ps(patch{"casus.kind", "tom_beleidstafel"}), refused},
		{"A1: F7", ps(patch{"casus.phase", "F7"}), refused},
		{"A1: F7 holds for the young person too", ps(patch{"casus.phase", "F7"}, patch{"casus.members[2]", object{"id": "yp", "role": "young_person"}}, patch{"discloser", "yp"}), refused},

		{"A2: 16 from midnight in Amsterdam", ps(patch{"casus.young_person.born", "2010-03-02"}, patch{"now", "2026-03-02T00:00:00+01:00"}), need("yp")},
		{"A2: 15 a nanosecond before", ps(patch{"casus.young_person.born", "2010-03-02"}, patch{"now", "2026-03-01T23:59:59.999999999+01:00"}), allow},
		{"A2: midnight in summer time is 22:00 UTC", ps(patch{"casus.young_person.born", "2010-07-02"}, patch{"now", "2026-07-01T22:00:00Z"}), need("yp")},
		{"A2: and not yet a second before", ps(patch{"casus.young_person.born", "2010-07-02"}, patch{"now", "2026-07-01T21:59:59Z"}), allow},
		{"A2: born on 29 February, not yet on the 28th", ps(patch{"casus.young_person.born", "2008-02-29"}, patch{"now", "2026-02-28T23:59:59+01:00"}, patch{"casus.members[2]", drop}, patch{"consents", []any{yesFrom("yp")}}), allow},
		{"A2: born on 29 February, on 1 March", ps(patch{"casus.young_person.born", "2008-02-29"}, patch{"now", "2026-03-01T00:00:00+01:00"}, patch{"consents", []any{yesFrom("yp")}}), need("yp")},

		{"A3: a member who is no party makes it buiten", ps(patch{"casus.members[0].party", false}), told{"allow", "M41", nil, nil}},
		{"A3: the discloser counts too", ps(patch{"casus.members[1].involved", false}), told{"allow", "M41", nil, nil}},
		{"A3: a member not named is binnen, and the consent does not count", ps(patch{"casus.members[2]", pro("u3", "ggd", "youth_health")}), told{"need_consent", "M40", []string{"yp", "g1", "g2"}, []string{"X-CVP"}}},

		{"A4: a colleague in the same sector is no recipient", ps(patch{"casus.members[2]", pro("u3", "zorg-x", "youth_care")}), allow},
		{"A4: a colleague in another sector is one", ps(patch{"casus.members[2]", pro("u3", "zorg-x", "attendance")}), told{"need_consent", "M40", []string{"yp", "g1", "g2"}, []string{"X-CVP"}}},
		{"A4: with no recipients a consent names none", ps(patch{"casus.members[0].id", "u0"}, patch{"casus.members[0].organisation", "zorg-x"}, patch{"casus.members[0].sector", "youth_care"},
			patch{"consents[0].recipients", []string{}}, patch{"consents[1].recipients", []string{}}), allow},
		{"A4: from 16 a parent who reads along must be named", ps(patch{"casus.young_person.born", "2009-01-05"}), need("yp")},
		{"A4: and is named", ps(patch{"casus.young_person.born", "2009-01-05"}, patch{"consents[0].recipients", []string{"school-a", "g1"}}), allow},
		{"A4: not where someone else decides", ps(patch{"casus.young_person.born", "2009-01-05"}, patch{"casus.young_person.lacks_capacity", true}), allow},
		{"A4: the young person who reads along is no recipient", ps(patch{"casus.young_person.born", "2009-01-05"}, patch{"casus.members[2]", object{"id": "yp", "role": "young_person"}}), allow},

		{"A7: one of authority is enough", nil, allow},
		{"A7: health asks all", ps(patch{"document.kinds", []string{"health"}}), need("g2")},
		{"A7: what affects one of authority asks all", ps(patch{"document.affects", []string{"g2"}}), need("g2")},
		{"A7: what affects someone else does not", ps(patch{"document.affects", []string{"u1", "yp"}}), allow},
		{"A7: a conflict asks all", ps(patch{"casus.authority_conflict", true}), need("g2")},
		{"A7: an objection asks all", ps(patch{"consents[2]", noFrom("g2")}), need("g2")},
		{"A7: while one is enough and none counts, all are named", ps(patch{"consents", []any{yesFrom("yp")}}), need("g1", "g2")},

		{"A8: authority in the place of the young person", ps(patch{"casus.young_person.lacks_capacity", true}, patch{"consents", []any{yesFrom("g1")}}), allow},
		{"A8: and not under 12", ps(patch{"casus.young_person.lacks_capacity", true}, patch{"casus.young_person.born", "2016-01-01"}, patch{"consents", []any{yesFrom("g1")}}), allow},
		{"A8: at 18 too", ps(patch{"casus.young_person.lacks_capacity", true}, patch{"casus.young_person.born", "2006-01-01"}, patch{"consents", []any{yesFrom("yp")}}), need("g1", "g2")},

		{"A9: an unknown age", ps(patch{"casus.young_person.born", nil}), refused},
		{"A9: no exception opens it", ps(patch{"casus.young_person.born", nil}, patch{"casus.members[2]", drop}, patch{"exception", exception("X-CVP", "school-a")}), refused},
		{"A9: nobody in authority", ps(patch{"casus.authority", []any{}}), told{"refuse", "M40", nil, nil}},
		{"A9: nobody is needed from 16", ps(patch{"casus.authority", []any{}}, patch{"casus.young_person.born", "2009-01-05"}, patch{"consents[0].recipients", []string{"school-a", "g1"}}), allow},
		{"A9: an exception may still open it", ps(patch{"casus.authority", []any{}}, patch{"casus.members", []any{pro("u1", "school-a", "education"), pro("u2", "zorg-x", "youth_care")}},
			patch{"exception", exception("X-CVP", "school-a")}), allow},

		{"A11: given at the very moment does not count", ps(patch{"consents[1].given_at", "2026-03-02T10:00:00+01:00"}), need("g1", "g2")},
		{"A11: given a second before does", ps(patch{"consents[1].given_at", "2026-03-02T09:59:59+01:00"}), allow},
		{"A11: ending at the very moment does not count", ps(patch{"consents[1].expires_at", "2026-03-02T10:00:00+01:00"}), need("g1", "g2")},
		{"A11: ending a second later does", ps(patch{"consents[1].expires_at", "2026-03-02T10:00:01+01:00"}), allow},
		{"A11: without an end it never counts", ps(patch{"consents[1].expires_at", nil}), need("g1", "g2")},
		{"A11: withdrawn at the very moment does not count", ps(patch{"consents[1].withdrawn_at", "2026-03-02T10:00:00+01:00"}), need("g1", "g2")},
		{"A11: withdrawn a second later still counts", ps(patch{"consents[1].withdrawn_at", "2026-03-02T10:00:01+01:00"}), allow},
		{"A11: withdrawn in the first year still is withdrawn", ps(patch{"consents[1].withdrawn_at", "0001-01-01T00:00:00Z"}), need("g1", "g2")},

		{"A12: given before the 12th birthday", ps(patch{"casus.young_person.born", "2014-02-15"}), need("yp", "g1", "g2")},
		{"A12: given at midnight of the birthday", ps(patch{"casus.young_person.born", "2014-02-15"}, patch{"consents", []any{
			yesFrom("yp", patch{"given_at", "2026-02-15T00:00:00+01:00"}), yesFrom("g1", patch{"given_at", "2026-02-15T00:00:00+01:00"})}}), allow},
		{"A12: given a second before it", ps(patch{"casus.young_person.born", "2014-02-15"}, patch{"consents", []any{
			yesFrom("yp", patch{"given_at", "2026-02-15T00:00:00+01:00"}), yesFrom("g1", patch{"given_at", "2026-02-14T23:59:59+01:00"})}}), need("g1", "g2")},
		{"A12: the day before the birthday it still counts", ps(patch{"casus.young_person.born", "2014-03-03"}, patch{"consents", []any{yesFrom("g1")}}), allow},
		{"A12: with incapacity too", ps(patch{"casus.young_person.born", "2010-02-15"}, patch{"casus.young_person.lacks_capacity", true}), need("g1", "g2")},

		{"A13: another discloser", ps(patch{"consents[0].discloser", "zorg-y"}), need("yp")},
		{"A13: another purpose", ps(patch{"consents[0].purpose", "Plan"}), need("yp")},
		{"A13: health does not include ordinary", ps(patch{"consents[0].kinds", []string{"health"}}), need("yp")},
		{"A13: records are not added up", ps(patch{"casus.members[2]", pro("u3", "ggd", "youth_health")}, patch{"consents", []any{
			yesFrom("yp"), yesFrom("yp", patch{"recipients", []string{"ggd"}}), yesFrom("g1", patch{"recipients", []string{"ggd", "school-a"}})}}),
			told{"need_consent", "M40", []string{"yp"}, []string{"X-CVP"}}},
		{"A13: a refusal undoes an earlier yes", ps(patch{"consents", append(slices.Clone(both), noFrom("yp", patch{"given_at", "2026-02-02T10:00:00+01:00"}))}), need("yp")},
		{"A13: and one of the same moment", ps(patch{"consents", append(slices.Clone(both), noFrom("yp"))}), need("yp")},
		{"A13: a later yes counts again", ps(patch{"consents", append(slices.Clone(both), noFrom("yp", patch{"given_at", "2026-01-31T10:00:00+01:00"}))}), allow},
		{"A13: a refusal at the very moment counts", ps(patch{"consents", append(slices.Clone(both), noFrom("yp", patch{"given_at", "2026-03-02T10:00:00+01:00"}))}), need("yp")},
		{"A13: one to come does not", ps(patch{"consents", append(slices.Clone(both), noFrom("yp", patch{"given_at", "2026-03-02T10:00:01+01:00"}))}), allow},
		{"A13: a refusal about others does not touch", ps(patch{"consents", append(slices.Clone(both), noFrom("yp", patch{"given_at", "2026-02-02T10:00:00+01:00"}, patch{"recipients", []string{"ggd"}}))}), allow},
		{"A13: a refusal about one of the recipients does", ps(patch{"consents", append(slices.Clone(both), noFrom("yp", patch{"given_at", "2026-02-02T10:00:00+01:00"}, patch{"recipients", []string{"ggd", "school-a"}}))}), need("yp")},
		{"A13: a refusal about another kind does not", ps(patch{"consents", append(slices.Clone(both), noFrom("yp", patch{"given_at", "2026-02-02T10:00:00+01:00"}, patch{"kinds", []string{"health"}}))}), allow},
		{"A13: a refusal does not expire", ps(patch{"consents", append(slices.Clone(both), noFrom("yp", patch{"given_at", "2026-02-02T10:00:00+01:00"}, patch{"expires_at", "2026-02-03T10:00:00+01:00"}))}), need("yp")},
		{"A13: a withdrawn refusal lets the earlier yes count", ps(patch{"consents", append(slices.Clone(both), noFrom("yp", patch{"given_at", "2026-02-02T10:00:00+01:00"}, patch{"withdrawn_at", "2026-03-02T10:00:00+01:00"}))}), allow},
		{"A13: withdrawn a second from now it still refuses", ps(patch{"consents", append(slices.Clone(both), noFrom("yp", patch{"given_at", "2026-02-02T10:00:00+01:00"}, patch{"withdrawn_at", "2026-03-02T10:00:01+01:00"}))}), need("yp")},
		{"A13: a withdrawn refusal is no yes", ps(patch{"consents", []any{yesFrom("yp"), noFrom("g1", patch{"withdrawn_at", "2026-02-02T10:00:00+01:00"})}}), need("g1", "g2")},
		{"A13: a withdrawn yes is an objection", ps(patch{"consents", append(slices.Clone(both), yesFrom("g2", patch{"withdrawn_at", "2026-02-02T10:00:00+01:00"}))}), need("g2")},
		{"A13: a withdrawn yes and a later one is none", ps(patch{"consents", append(slices.Clone(both), yesFrom("g2", patch{"withdrawn_at", "2026-02-02T10:00:00+01:00"}), yesFrom("g2", patch{"given_at", "2026-02-03T10:00:00+01:00"}))}), allow},

		{"A14: the strictest kind, and its rule", ps(patch{"casus.members[1].sector", "swv"}, patch{"document.kinds", []string{"ordinary", "health"}}), told{"refuse", "M32", nil, []string{"X-SCHOOL"}}},
		{"A14: the rule of the heaviest with that effect", ps(patch{"casus.members[1].sector", "education"}, patch{"casus.members[0].sector", "attendance"}, patch{"document.kinds", []string{"ordinary", "sensitive", "health"}}),
			told{"need_consent", "M12", []string{"g2"}, []string{"X-TAAK"}}},

		{"A16: F1 takes ordinary", ps(patch{"casus.phase", "F1"}), allow},
		{"A16: and nothing sensitive, with consent", ps(patch{"casus.phase", "F1"}, patch{"document.kinds", []string{"sensitive"}}), refused},
		{"A16: F5 takes sensitive", ps(patch{"casus.phase", "F5"}, patch{"document.kinds", []string{"sensitive"}}), allow},
		{"A16: and no health", ps(patch{"casus.phase", "F5"}, patch{"document.kinds", []string{"health"}}), refused},
		{"A16: a verzuimoverleg takes no health", ps(patch{"casus.kind", "verzuimoverleg"}, patch{"document.kinds", []string{"health"}}), refused},
		{"A16: a list takes nothing sensitive", ps(patch{"casus.kind", "sluitende_registratie"}, patch{"document.kinds", []string{"sensitive"}}), refused},
		{"A16: a cell that refuses keeps its rule", ps(patch{"casus.members[1].sector", "swv"}, patch{"casus.phase", "F5"}, patch{"document.kinds", []string{"health"}}), told{"refuse", "M32", nil, nil}},

		{"A17: not classified", ps(patch{"document.kinds", []string{}}), told{"need_consent", "", nil, nil}},
		{"A17: a BSN is a classification", ps(patch{"document.kinds", []string{}}, patch{"document.name", "111222333"}), told{"refuse", "M01", nil, nil}},
		{"A17: where each would be refused", ps(patch{"document.kinds", []string{}}, patch{"casus.members[1].sector", "attendance"}, patch{"casus.members[0].party", false}), refused},
		{"A17: and where one would not", ps(patch{"document.kinds", []string{}}, patch{"casus.members[1].sector", "attendance"}), told{"need_consent", "", nil, nil}},
		{"A17: a closed casus", ps(patch{"document.kinds", []string{}}, patch{"casus.status", "closed"}), refused},
		{"A17: a parent in authority", ps(patch{"document.kinds", []string{}}, patch{"discloser", "g1"}), told{"allow", "", nil, nil}},
		{"A17: a parent of who is 16", ps(patch{"document.kinds", []string{}}, patch{"discloser", "g1"}, patch{"casus.young_person.born", "2009-01-05"}), told{"need_consent", "", nil, nil}},
		{"A17: a parent who brings in the other parent", ps(patch{"document.kinds", []string{}}, patch{"discloser", "g1"}, patch{"document.affects", []string{"g2"}}), refused},

		{"A6: a parent in authority brings in health", ps(patch{"document.kinds", []string{"health"}}, patch{"discloser", "g1"}), told{"allow", "", nil, nil}},
		{"A6: from 16 only ordinary", ps(patch{"document.kinds", []string{"sensitive"}}, patch{"discloser", "g1"}, patch{"casus.young_person.born", "2009-01-05"}), refused},
		{"A6: from 16 ordinary", ps(patch{"discloser", "g1"}, patch{"casus.young_person.born", "2009-01-05"}), told{"allow", "", nil, nil}},
		{"A6: and who lacks capacity", ps(patch{"document.kinds", []string{"health"}}, patch{"discloser", "g1"}, patch{"casus.young_person.born", "2009-01-05"}, patch{"casus.young_person.lacks_capacity", true}), told{"allow", "", nil, nil}},
		{"A6: with an unknown age the strict sentence", ps(patch{"document.kinds", []string{"health"}}, patch{"discloser", "g1"}, patch{"casus.young_person.born", nil}, patch{"casus.young_person.lacks_capacity", true}), refused},
		{"A6: a parent without authority", ps(patch{"document.kinds", []string{"health"}}, patch{"discloser", "g1"}, patch{"casus.authority", []any{object{"id": "g2"}}}), refused},
		{"A6: about themselves and the young person", ps(patch{"document.affects", []string{"g1", "yp"}}, patch{"discloser", "g1"}), told{"allow", "", nil, nil}},
		{"A6: a supporter in authority is still a supporter", ps(patch{"document.kinds", []string{"health"}}, patch{"discloser", "g1"}, patch{"casus.members[2].role", "supporter"}), refused},
		{"A6: a parent needs no phase", ps(patch{"document.kinds", []string{"health"}}, patch{"discloser", "g1"}, patch{"casus.phase", "F0"}), told{"allow", "", nil, nil}},

		{"A18: an exception opens the cell", ps(patch{"consents", []any{}}, patch{"casus.members", []any{pro("u1", "school-a", "education"), pro("u2", "zorg-x", "youth_care")}}, patch{"exception", exception("X-CVP", "school-a")}), allow},
		{"A18: not one that the cell does not list", ps(patch{"consents", []any{}}, patch{"casus.members", []any{pro("u1", "school-a", "education"), pro("u2", "zorg-x", "youth_care")}}, patch{"exception", exception("X-TAAK", "school-a")}),
			told{"need_consent", "M40", []string{"yp", "g1", "g2"}, []string{"X-CVP"}}},
		{"A18: not without a reason", ps(patch{"consents", []any{}}, patch{"casus.members", []any{pro("u1", "school-a", "education"), pro("u2", "zorg-x", "youth_care")}}, patch{"exception", exception("X-CVP", "school-a")}, patch{"exception.reason", " \t"}),
			told{"need_consent", "M40", []string{"yp", "g1", "g2"}, []string{"X-CVP"}}},
		{"A18: not approved by the discloser", ps(patch{"consents", []any{}}, patch{"casus.members", []any{pro("u1", "school-a", "education"), pro("u2", "zorg-x", "youth_care")}}, patch{"exception", exception("X-CVP", "school-a")}, patch{"exception.approved_by", "u2"}),
			told{"need_consent", "M40", []string{"yp", "g1", "g2"}, []string{"X-CVP"}}},
		{"A18: not with a recipient left out", ps(patch{"consents", []any{}}, patch{"casus.members", []any{pro("u1", "school-a", "education"), pro("u2", "zorg-x", "youth_care"), pro("u3", "ggd", "youth_health")}}, patch{"exception", exception("X-CVP", "school-a")}),
			told{"need_consent", "M40", []string{"yp", "g1", "g2"}, []string{"X-CVP"}}},
		{"A19: a refusal does not stop it", ps(patch{"consents", []any{noFrom("yp")}}, patch{"casus.members", []any{pro("u1", "school-a", "education"), pro("u2", "zorg-x", "youth_care")}}, patch{"exception", exception("X-CVP", "school-a")}), allow},
		{"A19: it opens no ceiling", ps(patch{"casus.phase", "F0"}, patch{"document.kinds", []string{"health"}}, patch{"casus.members", []any{pro("u1", "school-a", "education"), pro("u2", "zorg-x", "youth_care")}}, patch{"exception", exception("X-CVP", "school-a")}), refused},
		{"A20: X-CVP never while a parent reads along", ps(patch{"consents", []any{}}, patch{"exception", exception("X-CVP", "school-a")}), need("yp", "g1", "g2")},
		{"A20: X-OTS to one organisation of youth care", ps(patch{"consents", []any{}}, patch{"casus.members[0]", pro("u1", "gi", "youth_care")}, patch{"exception", exception("X-OTS", "gi")}), allow},
		{"A20: X-OTS not to two", ps(patch{"consents", []any{}}, patch{"casus.members[0]", pro("u1", "gi", "youth_care")}, patch{"casus.members[3]", pro("u3", "gi-2", "youth_care")}, patch{"exception", exception("X-OTS", "gi", "gi-2")}),
			told{"need_consent", "M40", []string{"yp", "g1", "g2"}, []string{"X-ZELFDE"}}},
		{"A20: with no recipients nothing fits", ps(patch{"consents", []any{}}, patch{"casus.members", []any{pro("u2", "zorg-x", "youth_care")}}, patch{"exception", exception("X-CVP")}), need("yp", "g1", "g2")},
		{"A20: X-VT never opens the channel", ps(patch{"consents", []any{}}, patch{"exception", exception("X-VT", "school-a")}), need("yp", "g1", "g2")},
		{"A20: X-SCHOOL to the own school", ps(patch{"casus.members[1].sector", "swv"}, patch{"document.kinds", []string{"health"}}, patch{"exception", exception("X-SCHOOL", "school-a")}), told{"allow", "M32", nil, nil}},
		{"A20: and not to another school", ps(patch{"casus.members[1].sector", "swv"}, patch{"document.kinds", []string{"health"}}, patch{"casus.young_person.school", "school-b"}, patch{"exception", exception("X-SCHOOL", "school-a")}), told{"refuse", "M32", nil, nil}},
		{"A20: and not while a parent must be named", ps(patch{"casus.members[1].sector", "swv"}, patch{"casus.young_person.born", "2009-01-05"}, patch{"document.kinds", []string{"health"}}, patch{"exception", exception("X-SCHOOL", "school-a", "g1")}), told{"refuse", "M32", nil, nil}},
	} {
		t.Run(c.name, func(t *testing.T) {
			changes := c.patch
			// A dropped member is taken out of the list, not made null.
			for i, p := range changes {
				if p.path == "casus.members[2]" && p.value == any(drop) {
					changes = slices.Clone(changes)
					changes[i] = patch{"casus.members", []any{pro("u1", "school-a", "education"), pro("u2", "zorg-x", "youth_care")}}
				}
			}
			v := mustShare(t, with(t, baseShare, changes...))
			got := told{v.Effect.String(), v.Rule, v.Missing, v.Exceptions}
			if got.effect != c.want.effect || got.rule != c.want.rule || !slices.Equal(got.missing, c.want.missing) || !slices.Equal(got.exceptions, c.want.exceptions) {
				t.Errorf("Share = %v, want %v (%v)", got, c.want, v.Reasons)
			}
		})
	}
}

// A5: a school shares ordinary things with an agreement, and being in the room
// does not replace it.
func TestAgreementSentences(t *testing.T) {
	school := []patch{{"discloser", "u1"}}
	for _, c := range []struct {
		name  string
		patch []patch
		want  told
	}{
		{"covers everyone", nil, told{"allow", "M10", nil, nil}},
		{"without the discloser's own organisation", ps(patch{"agreements[0].covers", []string{"zorg-x"}}), told{"need_consent", "M10", []string{"g1", "g2"}, []string{"X-OTS"}}},
		{"without another's", ps(patch{"agreements[0].covers", []string{"school-a"}}), told{"need_consent", "M10", []string{"g1", "g2"}, []string{"X-OTS"}}},
		{"none at all, with a parent in the room", ps(patch{"agreements", []any{}}), told{"need_consent", "M10", []string{"g1", "g2"}, []string{"X-OTS"}}},
		{"given long ago", ps(patch{"agreements[0].given_at", "2024-02-01T10:00:00+01:00"}), told{"allow", "M10", nil, nil}},
		{"given before the 12th birthday", ps(patch{"agreements[0].given_at", "2024-01-04T23:59:59+01:00"}), told{"need_consent", "M10", []string{"g1", "g2"}, []string{"X-OTS"}}},
		{"refused for one organisation", ps(patch{"agreements[1]", object{"giver": "g2", "decision": "refused", "covers": []string{"zorg-x"}, "given_at": "2026-02-01T10:00:00+01:00", "withdrawn_at": nil}}),
			told{"need_consent", "M10", []string{"g2"}, []string{"X-OTS"}}},
		{"refused for one that is not there", ps(patch{"agreements[1]", object{"giver": "g2", "decision": "refused", "covers": []string{"ggd"}, "given_at": "2026-02-01T10:00:00+01:00", "withdrawn_at": nil}}),
			told{"allow", "M10", nil, nil}},
		{"at 16 the young person", ps(patch{"casus.young_person.born", "2009-01-05"}), told{"need_consent", "M10", []string{"yp"}, []string{"X-OTS"}}},
		{"at 16 the young person did, and the parent need not be named", ps(patch{"casus.young_person.born", "2009-01-05"}, patch{"agreements[0]", agreed("yp", "school-a", "zorg-x")}), told{"allow", "M10", nil, nil}},
		{"an attendance officer needs none", ps(patch{"casus.members[0].sector", "attendance"}, patch{"agreements", []any{}}), told{"allow", "M20", nil, nil}},
		{"an attendance officer needs none for findings", ps(patch{"casus.members[0].sector", "attendance"}, patch{"agreements", []any{}}, patch{"document.kinds", []string{"sensitive"}}), told{"allow", "M22", nil, nil}},
		{"a consent asks no agreement too", ps(patch{"document.kinds", []string{"sensitive"}}, patch{"agreements", []any{}}, patch{"consents", []any{yesFrom("g1", patch{"discloser", "school-a"}, patch{"recipients", []string{"zorg-x"}})}}), told{"allow", "M11", nil, nil}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := mustShare(t, with(t, baseShare, append(slices.Clone(school), c.patch...)...))
			got := told{v.Effect.String(), v.Rule, v.Missing, v.Exceptions}
			if got.effect != c.want.effect || got.rule != c.want.rule || !slices.Equal(got.missing, c.want.missing) || !slices.Equal(got.exceptions, c.want.exceptions) {
				t.Errorf("Share = %v, want %v (%v)", got, c.want, v.Reasons)
			}
		})
	}
}
