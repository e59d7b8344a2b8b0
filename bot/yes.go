package bot

import (
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
)

// Affirmed is a giver's own word, from their own account, that a yes noted on
// their behalf is theirs.
type Affirmed struct {
	Yes string // id of the consent or agreement
	At  time.Time
}

// yes is a consent or an agreement, for what both have: it was given, it can be
// taken back, and its giver may have it on paper.
type yes struct {
	ID         string
	Agreement  bool
	Giver      PersonID
	Capacity   string
	Decision   Decision
	Discloser  OrgID // of a consent
	Recipients []OrgID
	Kinds      []DataKind
	Purpose    string
	How        string
	NotedBy    PersonID
	Given      time.Time
	Until      time.Time // zero: none was agreed
	Withdrawn  time.Time
}

// agreementValue is how a form tells an agreement from a consent.
const agreementValue = "agreement:"

// value is how a yes stands in a form.
func (y yes) value() string {
	if y.Agreement {
		return agreementValue + y.ID
	}
	return y.ID
}

// lives reports whether somebody's yes still stands at now.
func (y yes) lives(now time.Time) bool {
	return y.Decision == Given && y.Withdrawn.IsZero() && (y.Agreement || y.Until.After(now))
}

// yesses lists every consent of a casus and then every agreement, a no included,
// each in the order of noting.
func (b *Bot) yesses(tx Tx, casus Casus) ([]yes, error) {
	var all []yes
	consents, err := tx.Consents(casus.Ref)
	if err != nil {
		return nil, err
	}
	for _, c := range consents {
		all = append(all, yes{ID: c.ID, Giver: c.Giver, Capacity: c.Capacity, Decision: c.Decision, Discloser: c.Discloser, Recipients: c.Recipients,
			Kinds: c.Kinds, Purpose: c.Purpose, How: c.How, NotedBy: c.NotedBy, Given: c.GivenAt, Until: c.ExpiresAt, Withdrawn: c.WithdrawnAt})
	}
	agreements, err := tx.Agreements(casus.Ref)
	if err != nil {
		return nil, err
	}
	for _, a := range agreements {
		all = append(all, yes{ID: a.ID, Agreement: true, Giver: a.Giver, Decision: a.Decision, Recipients: a.Covers, Purpose: casus.Private.Purpose,
			How: a.How, NotedBy: a.NotedBy, Given: a.GivenAt, Withdrawn: a.WithdrawnAt})
	}
	return all, nil
}

// mayEnd reports whether somebody may end this yes, and have it on paper: its
// giver, who noted it, and for a consent another professional of the
// organisation that discloses. An agreement is to the whole overleg, so any
// professional in it may note that it ended: less is shared then, never more.
func (b *Bot) mayEnd(h here, y yes) bool {
	s := Standings{}
	m, ok := h.casus.Member(h.who.Account)
	s[ProInRoom] = ok && m.Role == Professional
	s[OfDiscloser] = s[ProInRoom] && m.Organisation == y.Discloser
	s[Noted] = h.who.ID != "" && h.who.ID == y.NotedBy
	s[Giver] = ok && m.ID == y.Giver
	if y.Agreement {
		return s.May(MayEndAgreement)
	}
	return s.May(MayWithdraw)
}

// ownHow are the ways of which the giver's own hand remains.
var ownHow = []string{"letter", "form", howCard}

// byThemselves reports whether a yes or no was given by the person themselves:
// it was written or signed, or affirmed from their own account. Otherwise
// somebody noted it on their behalf.
func byThemselves(casus Casus, y yes) bool {
	return slices.Contains(ownHow, y.How) || slices.ContainsFunc(casus.Private.Affirmed, func(a Affirmed) bool { return a.Yes == y.value() })
}

// markOf says how a yes or no came about: by the person themselves or noted on
// their behalf, and how.
func markOf(casus Casus, y yes) string {
	by := "noted"
	if byThemselves(casus, y) {
		by = "self"
	}
	return text.GivenBy.Say(text.GivenByArgs{By: text.GivenByName(by), How: strings.ToLower(text.HowName(y.How))})
}

// yesLabel is how a yes or no stands in a list to choose from. A no, and what was
// withdrawn, must not read as a yes.
func (b *Bot) yesLabel(tx Tx, casus Casus, y yes) string {
	label := ""
	if y.Agreement {
		label = text.AgreementLabel.Say(text.AgreementLabelArgs{Giver: b.plainLabel(casus, y.Giver), Given: y.Given, Mark: markOf(casus, y)})
	} else {
		c := Consent{Giver: y.Giver, Kinds: y.Kinds, Discloser: y.Discloser, ExpiresAt: y.Until}
		label = b.consentLabel(tx, casus, c) + " · " + markOf(casus, y)
	}
	return text.YesLabel.Say(text.YesLabelArgs{Label: label, No: y.Decision == Refused, Withdrawn: y.Withdrawn})
}

// plainLabel is what people call somebody of a casus where no Markdown is read.
func (b *Bot) plainLabel(casus Casus, id PersonID) string {
	if id == casus.Private.YoungPerson.ID {
		return text.TheYoungPerson.Say(text.None{})
	}
	for _, h := range casus.Private.Authority {
		if h.ID == id {
			return h.Label
		}
	}
	return string(id)
}

// accountOf is the account of a giver; blank when they take part without one.
func accountOf(casus Casus, id PersonID) UserID {
	if id == casus.Private.YoungPerson.ID && casus.Private.YoungPerson.Account != "" {
		return casus.Private.YoungPerson.Account
	}
	for _, h := range casus.Private.Authority {
		if h.ID == id && h.Account != "" {
			return h.Account
		}
	}
	for _, m := range casus.Private.Members {
		if m.ID == id && m.Role != Professional {
			return m.Account
		}
	}
	return ""
}

// findYes returns the yes that a form named.
func (b *Bot) findYes(tx Tx, casus Casus, value string) (yes, error) {
	all, err := b.yesses(tx, casus)
	if err != nil {
		return yes{}, err
	}
	i := slices.IndexFunc(all, func(y yes) bool { return value != "" && y.value() == value })
	if i < 0 {
		return yes{}, ErrNotFound
	}
	return all[i], nil
}
