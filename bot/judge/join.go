package judge

import (
	"strings"

	"github.com/convenantbot/convenantbot/rules"
)

// JoinFacts are the facts that Join judges.
func (j *Judge) JoinFacts(in *JoinInput) (*rules.JoinFacts, error) {
	pack, err := j.pack(in.Region)
	if err != nil {
		return nil, err
	}
	c, who := &in.Casus, &in.Candidate
	kind, has := pack.Kinds[c.Kind]
	age, since := ageAt(c.YoungPerson.Born, in.Now)
	f := &rules.JoinFacts{Now: in.Now, CasusKind: c.Kind, Status: c.Status, Age: age.String(), Role: who.Role, Sector: "none", Account: who.Account,
		Region: choose(has, "has_kind", "lacks_kind"), Member: yes(c.member(who.ID) != nil), Accession: "missing", Involved: "no", Task: "absent",
		Police: "no", Participant: "no", Party: "new", ByLaw: "none", OutsideLimit: kind.Outside}
	covers := who.ID // a supporter is covered by their own id
	switch who.Role {
	case "professional":
		covers = who.Organisation
		f.Relation = "professional"
		f.Sector = who.Sector
		f.Accession = accession(who.Accession, DateOf(in.Now))
		f.Involved = yes(who.Involved)
		f.Task = choose(strings.TrimSpace(who.Task) != "", "stated", "absent")
		f.Police = yes(isPolice(who.Function) || isPolice(who.Organisation))
		f.Participant = yes(kind.Takes(who.Sector))
		f.Outside = outsideEducation(c, who)
		for i := range c.Members {
			if m := &c.Members[i]; m.Role == "professional" && m.Organisation == who.Organisation && m.Sector == who.Sector {
				f.Party = "present"
			}
		}
		switch {
		case kind.ByLawAll:
			f.ByLaw = "kind"
		case kind.AsksNobody(who.Sector):
			f.ByLaw = "sector"
		case who.Sector == "youth_care" && who.Task == "ots":
			f.ByLaw = "supervision_order"
		}
	case "parent":
		f.Relation = choose(c.inAuthority(who.ID), "authority", "no_authority")
	case "young_person":
		f.Relation = choose(who.ID == c.YoungPerson.ID, "self", "someone_else")
	default:
		f.Relation = "supporter"
	}
	ask := asking{casus: c, who: whoDecides(age, c.YoungPerson.LacksCapacity, true), everyone: c.AuthorityConflict, now: in.Now, since: since}
	missing, nobody := ask.missing(agreementRecords(nil, in.Agreements, []string{covers}))
	f.Agreement, f.Missing = completeness(missing, nobody), missing
	f.Deciders = choose(nobody, "nobody", "known")
	return f, nil
}

// accession is whether the organisation signed and was announced, both not
// after today (J2).
func accession(a Accession, today Date) string {
	switch {
	case a.SignedAt == nil || a.AnnouncedAt == nil:
		return "missing"
	case a.SignedAt.After(today) || a.AnnouncedAt.After(today):
		return "future"
	}
	return "announced"
}

func isPolice(s string) bool {
	s = strings.ToLower(s)
	return strings.Contains(s, "politie") || strings.Contains(s, "wijkagent")
}

// outsideEducation counts the organisations outside education with the
// candidate in (J3).
func outsideEducation(c *Casus, who *Candidate) int {
	var orgs []string
	for i := range c.Members {
		if m := &c.Members[i]; m.Role == "professional" && m.Sector != "education" {
			orgs = addOnce(orgs, m.Organisation)
		}
	}
	if who.Sector != "education" {
		orgs = addOnce(orgs, who.Organisation)
	}
	return len(orgs)
}

func yes(b bool) string { return choose(b, "yes", "no") }

func choose(b bool, then, otherwise string) string {
	if b {
		return then
	}
	return otherwise
}
