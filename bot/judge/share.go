package judge

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/internal/textscan"
	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/region"
)

// room is what a share question works out once, whatever the kinds are.
type room struct {
	pack      *region.Pack
	discloser *Member
	age       band
	since     time.Time // the last birthday that ended earlier yeses
	audience  audience
	parts     [5]rules.PartFacts
	fits      [5][8]string
	records   []record
	facts     rules.ShareFacts
}

func (j *Judge) shareFacts(ctx context.Context, b *rules.Bundle, in *ShareInput) (*rules.ShareFacts, error) {
	pack, err := j.pack(in.Region)
	if err != nil {
		return nil, err
	}
	c := &in.Casus
	r := &room{pack: pack, discloser: c.member(in.Discloser)}
	if r.discloser == nil {
		return nil, &FieldError{Field: "discloser", Text: "is not a member"}
	}
	r.age, r.since = ageAt(c.YoungPerson.Born, in.Now)
	f := &r.facts
	*f = rules.ShareFacts{Now: in.Now, CasusKind: c.Kind, Phase: c.Phase, Status: c.Status, Age: r.age.String(), Role: r.discloser.Role,
		Sector: "none", Audience: "binnen", Affects: "nobody_else", Classified: "yes", BSN: "none", Criminal: "none", Heaviest: "none"}
	f.Standing = standing(c, r.discloser, r.age)
	if f.Standing == "professional" {
		f.Sector = r.discloser.Sector
		r.audience = audienceOf(c, r.discloser)
		if r.audience.outside {
			f.Audience = "buiten"
		}
	} else if slices.ContainsFunc(in.Document.Affects, func(id string) bool { return id != r.discloser.ID && id != c.YoungPerson.ID }) {
		f.Affects = "someone_else"
	}
	kinds := in.Document.Kinds
	if slices.Contains(kinds, "bsn") {
		f.BSN = "declared"
	} else if textscan.FindBSN(in.Document.Name) || textscan.FindBSN(in.Document.Text) {
		f.BSN = "found"
		kinds = append(slices.Clip(slices.Clone(kinds)), "bsn")
	}
	if slices.Contains(kinds, "criminal") {
		f.Criminal = "declared"
	}
	if len(kinds) == 0 {
		// One's own information, and that of a child one represents, needs no
		// classification (A17).
		if f.Standing == "self" || f.Standing == "represents" {
			kinds = []string{"ordinary"}
		} else {
			f.Classified = "no"
			possible, err := j.possible(ctx, b, in)
			if err != nil {
				return nil, err
			}
			f.Possible = possible
		}
	}
	scratch := recordRoom.Get().(*[]record)
	r.records = *scratch
	defer func() {
		clear(r.records[:cap(r.records)]) // no one's id stays behind
		*scratch = r.records[:0]
		recordRoom.Put(scratch)
	}()
	f.Order = make([]string, 0, 1+len(c.Authority))
	f.Order = append(f.Order, c.YoungPerson.ID)
	for _, p := range c.Authority {
		f.Order = append(f.Order, p.ID)
	}
	n := 0
	for k := len(rules.DataKinds) - 1; k >= 0; k-- {
		kind := rules.DataKinds[k]
		if !slices.Contains(kinds, kind) {
			continue
		}
		if f.Heaviest == "none" {
			f.Heaviest = kind
		}
		if f.Standing == "professional" {
			j.part(r, in, kind, n)
			n++
		}
	}
	f.Parts = r.parts[:n]
	return f, nil
}

// recordRoom lends the slice that records are laid out in.
var recordRoom = sync.Pool{New: func() any {
	s := make([]record, 0, 64)
	return &s
}}

// part works out the facts about one kind of data.
func (j *Judge) part(r *room, in *ShareInput, kind string, n int) {
	c := &in.Casus
	p := &r.parts[n]
	p.Kind = kind
	p.Ceiling = j.ceilingFor(r, c, kind)
	var readers []string
	if readersAreRecipients(r.age, c.YoungPerson.LacksCapacity, r.discloser.Sector, kind) {
		readers = r.audience.readers
	}
	ask := asking{casus: c, who: whoDecides(r.age, c.YoungPerson.LacksCapacity, keepsSecret(r.discloser.Sector)), now: in.Now, since: r.since,
		everyone: kind == "health" || c.AuthorityConflict || slices.ContainsFunc(in.Document.Affects, c.inAuthority)}
	r.records = consentRecords(r.records, in, r.discloser.Organisation, kind, r.audience.orgs, readers)
	missing, nobody := ask.missing(r.records)
	p.Consent, p.ConsentMissing = completeness(missing, nobody), missing
	r.records = agreementRecords(r.records, in.Agreements, r.audience.all)
	missing, nobody = ask.missing(r.records)
	p.Agreement, p.AgreementMissing = completeness(missing, nobody), missing
	p.Deciders = "known"
	if nobody {
		p.Deciders = "nobody"
	}
	p.Exception = recorded(in.Exception, r.discloser.ID, r.audience.orgs, readers)
	p.Fits = fitting(r.fits[n][:0], &r.audience, readers, c.YoungPerson.School)
}

func completeness(missing []string, nobody bool) string {
	if len(missing) > 0 || nobody {
		return "incomplete"
	}
	return "complete"
}

// standing is for whom a discloser speaks (A6). The role says who is who here.
// A parent represents the young person while in authority and the young person
// is under 16 or lacks capacity; with an unknown age nobody does.
func standing(c *Casus, m *Member, age band) string {
	switch {
	case m.Role == "professional":
		return "professional"
	case m.Role == "young_person":
		return "self"
	case m.Role == "parent" && c.inAuthority(m.ID) && age != unknownAge && (age < from16 || c.YoungPerson.LacksCapacity):
		return "represents"
	}
	return "other"
}
