package bot

import (
	"slices"

	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/rules"
)

const codeObjection = "objection"

// objecting lists those against the processing of whose data there is an
// objection: until somebody decided on it, and for good when it was upheld.
//
// Source: AVG art. 21(1) and 18(1)(d).
func objecting(matters []Matter) []PersonID {
	var all []PersonID
	for _, m := range matters {
		if m.Kind == Objection && (m.Open() || m.Outcome == outcomeUpheld) && !slices.Contains(all, m.About) {
			all = append(all, m.About)
		}
	}
	return all
}

// withObjection is the verdict on f with our own rule added: nobody but the one
// who objects brings in data about them. A casus is about the young person, so
// their objection stops every file; that of another the files that are about
// them. No yes and no exception opens it.
func (b *Bot) withObjection(tx Tx, v rules.Verdict, casus Casus, f File) (rules.Verdict, error) {
	if casus.Ref == "" {
		return v, nil // only supposed
	}
	matters, err := tx.Matters(casus.Ref)
	if err != nil {
		return v, err
	}
	against := objecting(matters)
	touched := slices.DeleteFunc(against, func(id PersonID) bool {
		return id == f.Poster || id != casus.Private.YoungPerson.ID && !slices.Contains(f.Affects, id)
	})
	return b.refusedByObjection(v, casus, touched), nil
}

// withObjectionToJoin is the same for a new recipient: whoever comes in reads
// what stands there about the young person.
func (b *Bot) withObjectionToJoin(tx Tx, v rules.Verdict, casus Casus, m Member) (rules.Verdict, error) {
	if casus.Ref == "" || m.Role != Professional {
		return v, nil // the casus is only being opened
	}
	matters, err := tx.Matters(casus.Ref)
	if err != nil {
		return v, err
	}
	touched := slices.DeleteFunc(objecting(matters), func(id PersonID) bool { return id != casus.Private.YoungPerson.ID })
	return b.refusedByObjection(v, casus, touched), nil
}

func (b *Bot) refusedByObjection(v rules.Verdict, casus Casus, touched []PersonID) rules.Verdict {
	if len(touched) == 0 {
		return v
	}
	w, none := text.ObjectionReason, text.None{}
	own := rules.Reason{Code: codeObjection, Text: w.Text.Say(text.ObjectionArgs{About: b.labels(casus, texts(touched))}),
		Next: w.Next.Say(none), Source: w.Source.Say(none), Mark: "V"}
	return refusedFor(v, own)
}
