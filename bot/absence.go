package bot

import (
	"slices"

	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/rules"
)

// Absence is what a school says of data on absence in a file. The kinds of data
// do not tell: absence is ordinary data, whatever its reason.
type Absence string

// The answers. Blank: it was not asked, because it cannot matter.
const (
	NoAbsence         Absence = "none"
	WorryingAbsence   Absence = "worrying"   // not authorised, or worrying although it is
	UnworryingAbsence Absence = "authorised" // authorised and not worrying
	codeAbsence               = "absence_authorised"
)

var absences = []Absence{NoAbsence, WorryingAbsence, UnworryingAbsence}

// asksAbsence reports whether it matters what kind of absence a file of this
// poster is about: a school's, with leerplicht or the SWV in the room.
func (b *Bot) asksAbsence(casus Casus, poster UserID) bool {
	from, ok := casus.Member(poster)
	if !ok || from.Role != Professional || from.Sector != Education {
		return false
	}
	return slices.ContainsFunc(casus.Private.Members, func(m Member) bool {
		over := !m.Until.IsZero() && !m.Until.After(b.Now())
		return !over && m.Role == Professional && (m.Sector == Attendance || m.Sector == SWV)
	})
}

// withAbsence is the verdict on f with our own rule added: a school shares
// authorised absence with leerplicht and the SWV only without personal data,
// unless it is worrying. No yes and no exception opens it. What the rules refuse
// already stays refused for their reasons too.
//
// Source: facts WET-10 and WET-11, the adjustment of the bill on absence as the
// model convenant tells of it. That it holds for a casus is our own reading
// (mark I): it says what schools are to do, and is not law yet.
func (b *Bot) withAbsence(v rules.Verdict, casus Casus, f File) rules.Verdict {
	if f.Absence != UnworryingAbsence || !b.asksAbsence(casus, f.Account) {
		return v
	}
	w, none := text.AbsenceReason, text.None{}
	own := rules.Reason{Code: codeAbsence, Text: w.Text.Say(none), Next: w.Next.Say(none), Source: w.Source.Say(none), Mark: "I"}
	return refusedFor(v, own)
}

// refusedFor is the verdict v refused for a reason of the product's own, which
// comes before those of the rules. No consent and no exception opens it.
func refusedFor(v rules.Verdict, own rules.Reason) rules.Verdict {
	reasons := []rules.Reason{own}
	if v.Effect == rules.Refuse {
		reasons = append(reasons, v.Reasons...)
	} else {
		v.Rule = ""
	}
	v.Effect, v.Reasons, v.Missing, v.Exceptions, v.Opened = rules.Refuse, reasons, nil, nil, ""
	return v
}

// absenceField asks it in the classification.
func absenceField() Field {
	w, none := text.AbsenceForm, text.None{}
	return Field{Name: fieldAbsence, Label: w.Label.Say(none), Help: w.Help.Say(none), Kind: Choice, Options: []Option{
		{string(NoAbsence), w.None.Say(none)}, {string(WorryingAbsence), w.Worrying.Say(none)}, {string(UnworryingAbsence), w.Authorised.Say(none)},
	}}
}

// readAbsence reads the answer. Where it was asked there has to be one.
func (b *Bot) readAbsence(casus Casus, s Submission) (Absence, error) {
	if !b.asksAbsence(casus, s.User) {
		return "", nil
	}
	if a := Absence(s.Value(fieldAbsence)); slices.Contains(absences, a) {
		return a, nil
	}
	return "", &InvalidError{Field: fieldAbsence, Reason: text.AbsenceForm.Wrong.Say(text.None{})}
}
