package oracle

import (
	"encoding/json"
	"strings"
)

var six = []string{"education", "attendance", "swv", "youth_care", "youth_health", "neighbourhood_team"}

var takesPart = map[string][]string{
	"mdo": six, "zat": six, "zorgplatform": six, "ot": six, "bilateraal": six, "tom_tafel_po": six, "tom_tafel_vo": six, "thuiszittersoverleg": six,
	"tom_po_vo":              {"swv", "attendance", "youth_care"},
	"alle_kinderen_in_beeld": {"attendance", "swv", "youth_health"},
	"sluitende_registratie":  {"attendance", "swv", "youth_health"},
	"verzuimoverleg":         {"attendance", "education", "swv", "youth_health"},
}

// Join is contracts J1 to J5, for the region model.
func Join(data []byte) (Answer, error) {
	var in joinInput
	if err := json.Unmarshal(data, &in); err != nil {
		return Answer{}, err
	}
	c, who := in.Casus, in.Candidate
	age, known := years(c.YoungPerson.Born, in.Now)
	if c.Status != "open" || c.Kind == "tom_beleidstafel" || who.Account != "active" {
		return refuse(""), nil
	}
	for _, m := range c.Members {
		if m.ID == who.ID {
			return refuse(""), nil
		}
	}
	agree := func(covered string) Answer {
		if !known {
			return refuse("")
		}
		youngPerson, authority := age >= 12, age < 16
		if c.YoungPerson.LacksCapacity && age >= 12 {
			youngPerson, authority = false, true
		}
		if authority && len(c.Authority) == 0 {
			return refuse("")
		}
		missing := whoIsMissing(c, youngPerson, authority, c.Conflict, func(giver string) (bool, bool) {
			return weigh(in.Agreements, giver, in.Now, c.YoungPerson.Born, []string{covered}, func(s said) []string { return s.Covers }, nil, true)
		})
		if len(missing) > 0 {
			return Answer{Effect: "need_consent", Missing: missing}
		}
		return Answer{Effect: "allow"}
	}
	switch who.Role {
	case "parent":
		if holds(c, who.ID) {
			return Answer{Effect: "allow"}, nil
		}
		return refuse(""), nil
	case "young_person":
		if who.ID == c.YoungPerson.ID && known && age >= 12 {
			return Answer{Effect: "allow"}, nil
		}
		return refuse(""), nil
	case "supporter":
		return agree(who.ID), nil
	}
	today := wall(in.Now).Format("2006-01-02")
	a := who.Accession
	if a == nil || a.Signed == nil || a.Announced == nil || *a.Signed > today || *a.Announced > today {
		return refuse(""), nil
	}
	if !who.Involved || who.Task == nil || strings.TrimSpace(*who.Task) == "" {
		return refuse(""), nil
	}
	for _, s := range []string{who.Function, who.Organisation} {
		if s = strings.ToLower(s); strings.Contains(s, "politie") || strings.Contains(s, "wijkagent") {
			return refuse(""), nil
		}
	}
	if !contains(takesPart[c.Kind], who.Sector) {
		return refuse(""), nil
	}
	if c.Kind == "bilateraal" {
		var outside []string
		for _, m := range append(append([]member{}, c.Members...), who.member) {
			if m.Role == "professional" && m.Sector != "education" {
				outside = append(outside, m.Organisation)
			}
		}
		if len(unique(outside)) > 1 {
			return refuse(""), nil
		}
	}
	for _, m := range c.Members {
		if m.Role == "professional" && m.Organisation == who.Organisation && m.Sector == who.Sector {
			return Answer{Effect: "allow"}, nil
		}
	}
	byLaw := c.Kind == "alle_kinderen_in_beeld" || c.Kind == "sluitende_registratie" ||
		who.Sector == "attendance" && contains([]string{"thuiszittersoverleg", "verzuimoverleg", "tom_tafel_po", "tom_tafel_vo", "tom_po_vo"}, c.Kind) ||
		who.Sector == "youth_care" && *who.Task == "ots"
	if byLaw {
		return Answer{Effect: "allow", Code: "statutory_task"}, nil
	}
	return agree(who.Organisation), nil
}
