package judge_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/convenantbot/convenantbot/rules"
)

// Random questions in the contracts' JSON. They are drawn so that most are near
// an edge: a yes just before or after a birthday, a recipient too few, an
// exception that almost fits.

type object = map[string]any

type dice struct{ *rand.Rand }

func (d dice) one(p float64) bool { return d.Float64() < p }

func pick[T any](d dice, from ...T) T { return from[d.IntN(len(from))] }

// some draws each with a chance.
func some(d dice, p float64, from ...string) []string {
	out := []string{}
	for _, s := range from {
		if d.one(p) {
			out = append(out, s)
		}
	}
	return out
}

const baseYear = 2026

// moment draws a time that often lies on an edge: around now, midnights, and
// the changes of the clock.
func (d dice) moment(now time.Time) time.Time {
	switch d.IntN(8) {
	case 0:
		return now
	case 1:
		return now.Add(time.Duration(pick(d, -1, 1)) * time.Nanosecond * time.Duration(pick(d, 1, 1_000_000_000)))
	case 2:
		return now.AddDate(0, 0, pick(d, -90, -44, -30, -14, -7, -1, 1, 14))
	case 3: // a midnight in winter or summer time
		return time.Date(baseYear-d.IntN(3), time.Month(1+d.IntN(12)), 1+d.IntN(28), pick(d, 22, 23), pick(d, 0, 59), pick(d, 0, 59), 0, time.UTC)
	case 4:
		return pick(d, time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC), time.Date(2025, 10, 26, 0, 30, 0, 0, time.UTC), time.Date(2025, 10, 26, 1, 30, 0, 0, time.UTC)).AddDate(0, 0, -d.IntN(40))
	}
	return now.Add(-time.Duration(d.IntN(500*24)) * time.Hour)
}

func (d dice) text(t time.Time) string {
	switch d.IntN(3) {
	case 0:
		return t.UTC().Format(time.RFC3339Nano)
	case 1:
		return t.In(time.FixedZone("", 3600)).Format(time.RFC3339Nano)
	}
	return t.In(time.FixedZone("", -5*3600-1800)).Format(time.RFC3339Nano)
}

func (d dice) maybe(p float64, t time.Time) any {
	if d.one(p) {
		return d.text(t)
	}
	return nil
}

func (d dice) now() time.Time {
	if d.one(0.3) { // just around a midnight in Amsterdam
		return time.Date(baseYear, time.Month(1+d.IntN(12)), 1+d.IntN(28), 22+d.IntN(2), pick(d, 0, 0, 59), pick(d, 0, 59), 0, time.UTC)
	}
	return time.Date(baseYear, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(d.IntN(365*24*60)) * time.Minute)
}

func (d dice) born(now time.Time) any {
	switch {
	case d.one(0.04):
		return nil
	case d.one(0.4): // on or beside a birthday that counts
		day := now.Add(time.Hour).AddDate(-pick(d, 12, 16, 18), 0, pick(d, -1, 0, 0, 1))
		return day.Format(time.DateOnly)
	case d.one(0.1):
		return pick(d, "2008-02-29", "2012-02-29", "2004-02-29", "2016-02-29")
	}
	return now.AddDate(-4-d.IntN(17), 0, -d.IntN(365)).Format(time.DateOnly)
}

var orgs = []string{"school-a", "school-b", "gemeente", "swv-x", "zorg-1", "zorg-2", "ggd"}

func (d dice) casus(now time.Time) object {
	authority := []any{}
	for _, id := range some(d, 0.7, "g1", "g2") {
		authority = append(authority, object{"id": id})
	}
	members := []any{}
	party := 0.97
	for i := range 1 + d.IntN(5) {
		sector := pick(d, rules.Sectors...)
		if i > 0 && d.one(0.3) {
			sector = members[0].(object)["sector"].(string)
		}
		members = append(members, object{"id": fmt.Sprintf("u%d", i), "role": "professional", "organisation": pick(d, orgs...),
			"sector": sector, "party": d.one(party), "involved": d.one(party)})
	}
	for _, p := range []object{{"id": "g1", "role": "parent"}, {"id": "yp", "role": "young_person"}, {"id": "s1", "role": "supporter"}, {"id": "g3", "role": "parent"}} {
		if d.one(0.25) {
			members = append(members, p)
		}
	}
	kind := pick(d, "mdo", "mdo", "mdo", "zat")
	if d.one(0.35) {
		kind = pick(d, rules.CasusKinds...)
	}
	phase := "F3"
	if d.one(0.3) {
		phase = pick(d, rules.Phases...)
	}
	status := "open"
	if d.one(0.05) {
		status = pick(d, rules.Statuses...)
	}
	var school any = "school-a"
	if d.one(0.1) {
		school = nil
	}
	return object{"ref": "C-1", "kind": kind, "phase": phase, "status": status, "authority": authority, "authority_conflict": d.one(0.1), "members": members,
		"young_person": object{"id": "yp", "born": d.born(now), "lacks_capacity": d.one(0.15), "school": school}}
}

func (d dice) agreement(now time.Time, covers []string) object {
	c := covers
	if d.one(0.25) {
		c = some(d, 0.8, covers...)
	}
	return object{"giver": pick(d, "g1", "g2", "yp", "yp", "x"), "decision": pick(d, "given", "given", "given", "refused"), "covers": c,
		"given_at": d.text(d.moment(now)), "withdrawn_at": d.maybe(0.12, d.moment(now))}
}

func (d dice) share() object {
	now := d.now()
	c := d.casus(now)
	members := c["members"].([]any)
	discloser := members[0].(object)
	if d.one(0.12) {
		discloser = members[d.IntN(len(members))].(object)
	}
	everyone, recipients := []string{}, []string{}
	for _, m := range members {
		m := m.(object)
		if m["role"] == "professional" {
			everyone = append(everyone, m["organisation"].(string))
			if m["id"] != discloser["id"] {
				recipients = append(recipients, m["organisation"].(string))
			}
		} else if m["role"] != "young_person" {
			recipients = append(recipients, m["id"].(string))
		}
	}
	organisation, ok := discloser["organisation"].(string)
	if !ok {
		organisation = "zorg-1"
	}
	kinds := some(d, 0.5, "ordinary", "sensitive", "health")
	if d.one(0.05) {
		kinds = some(d, 0.4, rules.DataKinds...)
	}
	agreements, consents := []any{}, []any{}
	for range d.IntN(4) {
		agreements = append(agreements, d.agreement(now, everyone))
	}
	for i := range d.IntN(6) {
		x := object{"id": fmt.Sprintf("c%d", i), "giver": pick(d, "g1", "g2", "yp", "yp", "x"), "decision": pick(d, "given", "given", "given", "given", "refused"),
			"discloser": organisation, "recipients": recipients, "kinds": []string{"ordinary", "sensitive", "health"}, "purpose": "plan",
			"given_at": d.text(d.moment(now)), "expires_at": d.text(now.AddDate(0, 1, 0)), "withdrawn_at": d.maybe(0.1, d.moment(now))}
		switch d.IntN(10) {
		case 0:
			x["discloser"] = pick(d, orgs...)
		case 1:
			x["recipients"] = some(d, 0.7, recipients...)
		case 2:
			x["kinds"] = some(d, 0.5, rules.DataKinds...)
		case 3:
			x["purpose"] = "iets anders"
		case 4:
			x["expires_at"] = d.maybe(0.8, d.moment(now))
		}
		consents = append(consents, x)
	}
	if d.one(0.35) { // everyone said yes to everything, not long ago
		for i, giver := range []string{"g1", "g2", "yp"} {
			given := d.text(now.Add(-time.Hour))
			agreements = append(agreements, object{"giver": giver, "decision": "given", "covers": everyone, "given_at": given, "withdrawn_at": nil})
			consents = append(consents, object{"id": fmt.Sprintf("y%d", i), "giver": giver, "decision": "given", "discloser": organisation, "recipients": recipients,
				"kinds": rules.DataKinds, "purpose": "plan", "given_at": given, "expires_at": d.text(now.Add(time.Hour)), "withdrawn_at": nil})
		}
	}
	var exception any
	if d.one(0.3) {
		named := recipients
		if d.one(0.2) {
			named = some(d, 0.8, recipients...)
		}
		exception = object{"code": pick(d, "X-TAAK", "X-OTS", "X-ZELFDE", "X-SCHOOL", "X-SWV", "X-CVP", "X-TOEGANG", "X-GGD", pick(d, rules.ExceptionCodes...)),
			"reason": pick(d, "nodig", "nodig", "nodig", " ", ""), "approved_by": pick(d, "fg", "fg", "fg", "", discloser["id"].(string)), "recipients": named}
	}
	return object{"schema": "share/v1", "now": d.text(now), "region": "model", "casus": c, "discloser": discloser["id"], "purpose": "plan",
		"document": object{"name": pick(d, "verslag.pdf", "verslag.pdf", "111222333.pdf", "1112 22333"), "kinds": kinds,
			"affects": some(d, 0.06, ids(c)...), "text": pick(d, "", "", "", "", "groep 3 111222333", "111.222.333", "111 222-333", "1112223330", "000000000")},
		"agreements": agreements, "consents": consents, "exception": exception}
}

// ids are the people of a casus.
func ids(c object) []string {
	out := []string{"yp"}
	for _, p := range c["authority"].([]any) {
		out = append(out, p.(object)["id"].(string))
	}
	for _, m := range c["members"].([]any) {
		out = append(out, m.(object)["id"].(string))
	}
	return out
}

func (d dice) join() object {
	now := d.now()
	c := d.casus(now)
	who := object{"id": pick(d, "u9", "u9", "u9", "u0"), "role": "professional", "organisation": pick(d, append(orgs, "Nationale Politie")...),
		"sector": pick(d, rules.Sectors...), "function": pick(d, "behandelaar", "behandelaar", "Wijkagent"), "task": pick[any](d, "jeugdhulp", "jeugdhulp", "ots", "OTS", " ", nil),
		"account": pick(d, "active", "active", "active", "active", "inactive"), "involved": d.one(0.93)}
	date := func() any {
		return pick[any](d, "2025-09-01", "2025-09-15", now.Add(time.Hour).Format(time.DateOnly), now.AddDate(0, 0, 1).Add(time.Hour).Format(time.DateOnly), nil)
	}
	who["accession"] = object{"signed_at": "2025-09-01", "announced_at": "2025-09-15"}
	if d.one(0.25) {
		who["accession"] = pick[any](d, nil, object{"signed_at": date(), "announced_at": date()})
	}
	if d.one(0.3) {
		who = object{"id": pick(d, "g1", "g2", "g9", "yp", "s1", "s9"), "role": pick(d, "parent", "young_person", "supporter"), "account": pick(d, "active", "active", "inactive")}
	}
	covers := []string{who["id"].(string)}
	if o, ok := who["organisation"].(string); ok {
		covers = []string{o}
	}
	agreements := []any{}
	for range d.IntN(5) {
		agreements = append(agreements, d.agreement(now, covers))
	}
	return object{"schema": "join/v1", "now": d.text(now), "region": "model", "casus": c, "candidate": who, "requested_by": "u0", "agreements": agreements}
}

func (d dice) retain() object {
	now := d.now()
	status := pick(d, "open", "closed", "closed", "archived", "archived", "archived", "erased")
	closed := d.moment(now)
	if d.one(0.5) {
		closed = now.AddDate(0, 0, -pick(d, 7, 14, 16, 30, 44, 46, 60, 90, 365, 395)).Add(time.Duration(pick(d, -1, 0, 0, 1)) * time.Second)
	}
	c := object{"ref": "C-1", "kind": pick(d, rules.CasusKinds...), "status": status, "opened_at": d.text(now.AddDate(-1, 0, pick(d, -1, 0, 1, 200))),
		"last_activity_at": d.text(d.moment(now)), "closed_at": nil, "extended_until": nil, "archived_at": nil, "erasure_announced_at": d.maybe(0.6, d.moment(now)),
		"erasure_requested_at": d.maybe(0.05, d.moment(now))}
	if status == "open" {
		c["extended_until"] = d.maybe(0.3, now.AddDate(0, 0, pick(d, -30, 0, 30)))
	} else {
		c["closed_at"] = d.text(closed)
		c["archived_at"] = d.text(closed)
	}
	handovers, holds := []any{}, []any{}
	for i := range d.IntN(3) {
		handovers = append(handovers, object{"organisation": fmt.Sprint("o", i), "confirmed_at": d.maybe(0.8, d.moment(now))})
	}
	if d.one(0.3) {
		for i := range 1 + d.IntN(2) {
			holds = append(holds, object{"id": fmt.Sprint("h", i), "placed_at": d.text(d.moment(now)), "released_at": d.maybe(0.8, d.moment(now))})
		}
	}
	c["handovers"], c["holds"] = handovers, holds
	return object{"schema": "retain/v1", "now": d.text(now), "region": "model", "casus": c}
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}
