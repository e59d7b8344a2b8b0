package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/region"
)

// This file is the complete list of what the rules may see of a casus: ids,
// enumerations and moments. Names, labels and what people wrote stay behind,
// but for a document's name and text, in which the rules look for a BSN.

// verdict is an answer of the rules with the facts it was given on.
type verdict struct {
	rules.Verdict
	about  string
	facts  []byte // the facts as the rules saw them, for a replay; ids and enumerations only
	failed bool   // the rules could not be evaluated; the verdict refuses
	ruled  string // what the rules said, before a rule of our own
	share  *rules.ShareFacts
	join   *rules.JoinFacts // one of the two: what a waiting bundle is compared on
	region *region.Pack     // whose rules they are
}

func (v verdict) allows() bool       { return v.Effect == rules.Allow }
func (v verdict) needsConsent() bool { return v.Effect == rules.NeedConsent }
func (v verdict) refuses() bool      { return v.Effect == rules.Refuse }

func (v verdict) codes() []string {
	var codes []string
	for _, r := range v.Reasons {
		codes = append(codes, r.Code)
	}
	return codes
}

// text is what a person reads of the verdict: each reason, its source and mark,
// and the way out.
func (v verdict) text() string { return reasonText(v.Reasons, v.region) }

func reasonText(reasons []rules.Reason, pack *region.Pack) string {
	var lines []string
	for _, r := range reasons {
		line := strings.TrimSpace(saysWhat(r) + " " + saysNext(r))
		if r.Source != "" {
			line += " " + text.ReasonSource.Say(sourceOf(r, pack))
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n\n")
}

// saysWhat is what a reason of the rules says is the matter, for every reader.
func saysWhat(r rules.Reason) string { return text.Both(r.Text, r.English.Text) }

// saysNext is what one can do about it.
func saysNext(r rules.Reason) string { return text.Both(r.Next, r.English.Next) }

// stored is the verdict as it is kept.
func (v verdict) stored(ref Ref, by PersonID, at time.Time) Verdict {
	return Verdict{Casus: ref, At: at, By: by, About: v.about, Effect: v.Effect.String(), Rule: v.Rule,
		Codes: v.codes(), Policy: v.Policy, Facts: v.facts}
}

// judgeShare asks the rules whether f may be shared in its casus now. An error
// of the rules is a refusal; an error here is one of the store.
func (b *Bot) judgeShare(ctx context.Context, tx Tx, casus Casus, f File) (verdict, error) {
	if f.Vault {
		var err error
		if casus, err = b.audience(tx, casus, f); err != nil {
			return verdict{}, err
		}
	}
	in, err := b.shareInput(tx, casus, f)
	if err != nil {
		return verdict{}, err
	}
	if f.Vault && f.State == Posted {
		// They shared while their organisation was a party; see audience.
		for i, m := range in.Casus.Members {
			if m.ID == string(f.Poster) && m.Role == string(Professional) {
				in.Casus.Members[i].Party = true
			}
		}
	}
	if ex := f.Exception; ex != nil {
		in.Exception = &judge.Exception{Code: ex.Code, Reason: ex.Reason, ApprovedBy: string(ex.ApprovedBy), Recipients: ex.Recipients}
	}
	v, err := b.Judge.Share(ctx, in)
	failed, err := b.ruled(err)
	if err != nil {
		return verdict{}, err
	}
	seen, err := b.Judge.ShareFacts(ctx, in)
	if failed, err = b.also(failed, err); err != nil {
		return verdict{}, err
	}
	own, err := b.withObjection(tx, b.withAbsence(v, casus, f), casus, f)
	if err != nil {
		return verdict{}, err
	}
	return verdict{Verdict: own, about: "share", facts: encode(seen), failed: failed,
		ruled: outcomeOf(v.Effect.String(), v.Rule), share: seen, region: b.Region}, nil
}

// shareInput is what is recorded of a casus for the question whether f may be
// shared in it now.
func (b *Bot) shareInput(tx Tx, casus Casus, f File) (*judge.ShareInput, error) {
	agreements, err := b.agreementFacts(tx, casus.Ref)
	if err != nil {
		return nil, err
	}
	consents, err := tx.Consents(casus.Ref)
	if err != nil {
		return nil, err
	}
	facts, err := b.casusFacts(tx, casus)
	if err != nil {
		return nil, err
	}
	in := &judge.ShareInput{Now: b.Now(), Region: b.Region.ID, Casus: facts, Discloser: string(f.Poster),
		Purpose: casus.Private.Purpose, Agreements: agreements,
		Document: judge.Document{Name: f.Name, Text: f.Text, Kinds: texts(f.Kinds), Affects: texts(f.Affects)}}
	for _, c := range consents {
		in.Consents = append(in.Consents, judge.Consent{ID: c.ID, Giver: string(c.Giver), Decision: string(c.Decision),
			Discloser: string(c.Discloser), Recipients: texts(c.Recipients), Kinds: texts(c.Kinds), Purpose: c.Purpose,
			GivenAt: c.GivenAt, ExpiresAt: moment(c.ExpiresAt), WithdrawnAt: moment(c.WithdrawnAt)})
	}
	return in, nil
}

// judgeJoin asks the rules whether m may come into the casus.
func (b *Bot) judgeJoin(ctx context.Context, tx Tx, casus Casus, m Member, by PersonID, agreements []Agreement) (verdict, error) {
	facts, err := b.casusFacts(tx, casus)
	if err != nil {
		return verdict{}, err
	}
	var org Organisation // of nobody but a professional
	if m.Role == Professional {
		if org, err = tx.Organisation(m.Organisation); err != nil {
			return verdict{}, err
		}
	}
	if b.hasLeft(org) {
		org.SignedAt, org.AnnouncedAt = "", "" // its accession is over
	}
	signed, err := dates(org.SignedAt, org.AnnouncedAt)
	if err != nil {
		return verdict{}, err
	}
	in := &judge.JoinInput{Now: b.Now(), Region: b.Region.ID, Casus: facts, RequestedBy: string(by),
		Candidate: judge.Candidate{ID: string(m.ID), Role: string(m.Role), Organisation: string(m.Organisation),
			Sector: string(m.Sector), Function: m.Function, Task: m.Task, Account: "active", Involved: m.Involved,
			Accession: judge.Accession{SignedAt: signed[0], AnnouncedAt: signed[1]}},
	}
	for _, a := range agreements {
		in.Agreements = append(in.Agreements, agreementFact(a))
	}
	v, err := b.Judge.Join(ctx, in)
	failed, err := b.ruled(err)
	if err != nil {
		return verdict{}, err
	}
	seen, err := b.Judge.JoinFacts(in)
	if err != nil {
		return verdict{}, err
	}
	own, err := b.withObjectionToJoin(tx, v, casus, m)
	if err != nil {
		return verdict{}, err
	}
	return verdict{Verdict: own, about: "join", facts: encode(seen), failed: failed, ruled: outcomeOf(v.Effect.String(), v.Rule), join: seen, region: b.Region}, nil
}

// judgeRetain asks the rules what should happen to the casus now.
func (b *Bot) judgeRetain(ctx context.Context, tx Tx, c Casus) (rules.Retention, error) {
	in, err := b.retainInput(tx, c)
	if err != nil {
		return rules.Retention{}, err
	}
	r, err := b.judgeKept(ctx, in)
	// When an organisation's wish to wait ends, the answer changes too.
	if end := c.waitEnds(b.Now()); r.Action == rules.Keep && !end.IsZero() && r.Due.After(end) {
		r.Due = end
	}
	return r, err
}

func (b *Bot) judgeKept(ctx context.Context, in *judge.RetainInput) (rules.Retention, error) {
	r, err := b.Judge.Retain(ctx, in)
	_, err = b.ruled(err)
	return r, err
}

// retainInput is what is recorded of a casus for the question what should happen
// to it now.
func (b *Bot) retainInput(tx Tx, c Casus) (*judge.RetainInput, error) {
	holds, err := tx.Holds(c.Ref)
	if err != nil {
		return nil, err
	}
	matters, err := tx.Matters(c.Ref)
	if err != nil {
		return nil, err
	}
	return b.keptInput(Kept{c, holds, matters}), nil
}

func (b *Bot) keptInput(k Kept) *judge.RetainInput {
	c := k.Casus
	in := &judge.RetainInput{Now: b.Now(), Region: b.Region.ID, Casus: judge.Keeping{
		Ref: string(c.Ref), Kind: string(c.Kind), Status: string(c.Status), OpenedAt: c.OpenedAt, LastActivityAt: c.LastActivityAt,
		ClosedAt: moment(c.ClosedAt), ExtendedUntil: moment(c.ExtendedUntil), ArchivedAt: moment(c.ArchivedAt),
		ErasureAnnouncedAt: moment(c.ErasureAnnouncedAt), ErasureRequestedAt: moment(c.ErasureRequestedAt),
	}}
	for _, h := range k.Holds {
		in.Casus.Holds = append(in.Casus.Holds, judge.Hold{ID: h.ID, PlacedAt: h.PlacedAt, ReleasedAt: moment(h.ReleasedAt)})
	}
	// What waits for a person holds the casus too. A request for erasure does not:
	// it is a fact of its own, and always ends at a person.
	for _, m := range k.Matters {
		if m.Kind != ErasureRequest {
			in.Casus.Holds = append(in.Casus.Holds, judge.Hold{ID: m.ID, PlacedAt: m.At, ReleasedAt: moment(m.DoneAt)})
		}
	}
	for _, h := range c.Private.Handovers {
		in.Casus.Handovers = append(in.Casus.Handovers, judge.Handover{Organisation: string(h.Organisation), ConfirmedAt: moment(h.confirmed(b.Now()))})
	}
	return in
}

// ruled reports whether the rules could not be evaluated: the verdict that came
// with it refuses, or keeps, and says so. Any other error is wrong with the facts
// and is returned.
func (b *Bot) ruled(err error) (failed bool, _ error) {
	if errors.Is(err, rules.ErrPolicy) {
		b.Log.Error("the rules could not decide; the answer is no", "code", rules.PolicyError)
		return true, nil
	}
	return false, err
}

// also is ruled for a second question about the same facts.
func (b *Bot) also(failed bool, err error) (bool, error) {
	again, err := b.ruled(err)
	return failed || again, err
}

// moment is t, nil when it is zero.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// dates reads plain dates; a blank one is nil.
func dates(texts ...string) ([]*judge.Date, error) {
	all := make([]*judge.Date, len(texts))
	for i, s := range texts {
		if s == "" {
			continue
		}
		d, err := judge.ParseDate(s)
		if err != nil {
			return nil, err
		}
		all[i] = &d
	}
	return all, nil
}

func (b *Bot) casusFacts(tx Tx, c Casus) (judge.Casus, error) {
	born, err := dates(c.Private.YoungPerson.Born)
	if err != nil {
		return judge.Casus{}, err
	}
	facts := judge.Casus{Ref: string(c.Ref), Kind: string(c.Kind), Phase: string(c.Phase), Status: string(c.Status),
		YoungPerson: judge.YoungPerson{ID: string(c.Private.YoungPerson.ID), Born: born[0],
			LacksCapacity: c.Private.YoungPerson.LacksCapacity, School: string(c.Private.YoungPerson.School)},
		AuthorityConflict: c.Private.Conflict}
	for _, h := range c.Private.Authority {
		facts.Authority = append(facts.Authority, judge.Person{ID: string(h.ID)})
	}
	for _, m := range c.Private.Members {
		if !m.Until.IsZero() && !m.Until.After(b.Now()) {
			continue // their part is over
		}
		fact := judge.Member{ID: string(m.ID), Role: string(m.Role), Involved: m.Involved}
		if m.Role == Professional {
			org, err := tx.Organisation(m.Organisation)
			if errors.Is(err, ErrNotFound) {
				org = Organisation{} // an organisation that we do not know is no party
			} else if err != nil {
				return facts, err
			}
			fact.Organisation, fact.Sector, fact.Party = string(m.Organisation), string(m.Sector), b.isParty(org)
		}
		facts.Members = append(facts.Members, fact)
	}
	return facts, nil
}

func (b *Bot) agreementFacts(tx Tx, ref Ref) ([]judge.Agreement, error) {
	all, err := tx.Agreements(ref)
	if err != nil {
		return nil, err
	}
	var facts []judge.Agreement
	for _, a := range all {
		facts = append(facts, agreementFact(a))
	}
	return facts, nil
}

func agreementFact(a Agreement) judge.Agreement {
	return judge.Agreement{Giver: string(a.Giver), Decision: string(a.Decision), Covers: texts(a.Covers),
		GivenAt: a.GivenAt, WithdrawnAt: moment(a.WithdrawnAt)}
}

// restsOn lists the consents that the approval of f may rest on: those of the
// disclosing organisation that cover a kind of data in it and are alive. Rather
// one too many than one too few: when it is withdrawn the file goes out of sight.
func (b *Bot) restsOn(tx Tx, casus Casus, f File) ([]string, error) {
	m, ok := casus.Member(f.Account)
	if !ok {
		return nil, fmt.Errorf("the poster of %s is not a member: %w", f.ID, ErrForbidden)
	}
	consents, err := tx.Consents(casus.Ref)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, c := range consents {
		covers := slices.ContainsFunc(c.Kinds, func(k DataKind) bool { return slices.Contains(f.Kinds, k) })
		if c.Decision == Given && c.Discloser == m.Organisation && covers && c.WithdrawnAt.IsZero() && c.ExpiresAt.After(b.Now()) {
			ids = append(ids, c.ID)
		}
	}
	return ids, nil
}

// possibleKinds lists the kinds of data that could pass in this casus for the
// poster of f, and why the others cannot.
func (b *Bot) possibleKinds(ctx context.Context, tx Tx, casus Casus, f File) (possible []DataKind, refused []text.RefusedKind, err error) {
	for _, kind := range []DataKind{Ordinary, Sensitive, Health, Criminal, BSN} {
		f.Kinds = []DataKind{kind}
		v, err := b.judgeShare(ctx, tx, casus, f)
		if err != nil {
			return nil, nil, err
		}
		if v.refuses() {
			why := ""
			if len(v.Reasons) > 0 {
				why = saysWhat(v.Reasons[0])
			}
			refused = append(refused, text.RefusedKind{Kind: text.DataKindName(string(kind)), Why: why})
			continue
		}
		possible = append(possible, kind)
	}
	return possible, refused, nil
}

// termOf is after how many days since closing a casus of this kind is erased.
func (b *Bot) termOf(k Kind) int { return b.Region.Kinds[string(k)].Term }

// regionHas reports whether this kind of casusoverleg exists in the region.
func (b *Bot) regionHas(k Kind) bool {
	_, ok := b.Region.Kinds[string(k)]
	return ok
}

// texts turns ids and enumerations into plain text.
func texts[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return all
}
