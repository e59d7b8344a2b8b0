package judge

import (
	"context"
	"slices"

	"github.com/convenantbot/convenantbot/rules"
)

// Need is one yes that is still missing before a document can be shared: all a
// consent form has to say.
type Need struct {
	Giver string
	// Agreement says that it is a casusinstemming, which names every party; a
	// consent otherwise, which names what is below.
	Agreement bool
	// Discloser is the organisation that would share, Recipients whom it must
	// name: organisations, and parents and supporters by their own id.
	Discloser  string
	Recipients []string
	Kinds      []string // heaviest first; of a consent only
	Purpose    string
	Rule       string // of the heaviest of Kinds
}

// Needs is what an intended document still lacks.
type Needs struct {
	// Missing are the yeses to ask for, in the order of the people: the young
	// person, then authority; for one person an agreement comes first.
	Missing []Need
	// Refused are the kinds that no yes would help.
	Refused []Possibility
}

// Needs says which consents and agreements are still missing for an intended
// document, before a meeting or for a form. It judges each kind apart, with the
// same facts as Share; whether an agreement or a consent is asked it finds by
// judging again as if the agreement were complete. An intended exception does
// not count. An empty list of kinds lacks a classification first, and nothing
// is listed for it.
func (j *Judge) Needs(ctx context.Context, in *ShareInput) (Needs, error) {
	var out Needs
	b := j.Bundle()
	for k := len(rules.DataKinds) - 1; k >= 0; k-- {
		kind := rules.DataKinds[k]
		if !slices.Contains(in.Document.Kinds, kind) {
			continue
		}
		one := *in
		one.Document.Kinds = []string{kind}
		one.Exception = nil
		f, err := j.shareFacts(ctx, b, &one)
		if err != nil {
			return Needs{}, err
		}
		v, err := b.Share(ctx, f)
		if err != nil {
			return Needs{}, err
		}
		if v.Effect == rules.Refuse {
			out.Refused = append(out.Refused, Possibility{Kind: kind, Verdict: v})
		}
		if v.Effect != rules.NeedConsent || len(f.Parts) != 1 {
			continue
		}
		f.Parts[0].Agreement = "complete"
		again, err := b.Share(ctx, f)
		if err != nil {
			return Needs{}, err
		}
		out.add(&one, kind, v, again.Effect == rules.Allow)
	}
	order := append([]string{in.Casus.YoungPerson.ID}, people(in.Casus.Authority)...)
	slices.SortStableFunc(out.Missing, func(a, b Need) int {
		if d := slices.Index(order, a.Giver) - slices.Index(order, b.Giver); d != 0 || a.Agreement == b.Agreement {
			return d
		}
		if a.Agreement {
			return -1
		}
		return 1
	})
	return out, nil
}

// add notes who is missing for one kind, on the form that is there already for
// the same person and the same recipients.
func (n *Needs) add(in *ShareInput, kind string, v rules.Verdict, agreement bool) {
	c := &in.Casus
	discloser := c.member(in.Discloser)
	a := audienceOf(c, discloser)
	age, _ := ageAt(c.YoungPerson.Born, in.Now)
	recipients := slices.Clone(a.orgs)
	if readersAreRecipients(age, c.YoungPerson.LacksCapacity, discloser.Sector, kind) {
		recipients = append(recipients, a.readers...)
	}
	if agreement {
		recipients = slices.Clone(a.all)
	}
	for _, giver := range v.Missing {
		i := slices.IndexFunc(n.Missing, func(m Need) bool {
			return m.Giver == giver && m.Agreement == agreement && slices.Equal(m.Recipients, recipients)
		})
		if i < 0 {
			i = len(n.Missing)
			n.Missing = append(n.Missing, Need{Giver: giver, Agreement: agreement, Discloser: discloser.Organisation, Recipients: recipients, Purpose: in.Purpose, Rule: v.Rule})
		}
		if !agreement {
			n.Missing[i].Kinds = append(n.Missing[i].Kinds, kind)
		}
	}
}

func people(ps []Person) []string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = p.ID
	}
	return out
}
