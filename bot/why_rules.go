package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/rules"
)

// aboutRetain is the question of a stored verdict on what should happen to a casus.
const aboutRetain = "retain"

// keepRetention stores what the rules say should happen to c, with the facts as they
// are now, and returns under which id.
func (b *Bot) keepRetention(tx Tx, c Casus, r rules.Retention) (DecisionID, error) {
	in, err := b.retainInput(tx, c)
	if err != nil {
		return "", err
	}
	facts, err := b.Judge.RetainFacts(in)
	if _, err = b.ruled(err); err != nil {
		return "", err
	}
	id := DecisionID(b.NewID())
	return id, tx.AddVerdict(Verdict{ID: id, Casus: c.Ref, At: b.Now(), About: aboutRetain, Effect: r.Action.String(), Rule: r.Rule,
		Codes: retentionCodes(r), Policy: r.Policy, Facts: encode(facts)})
}

// decideRetention asks what should happen to c now, and stores the answer.
func (b *Bot) decideRetention(ctx context.Context, tx Tx, c Casus) (DecisionID, error) {
	r, err := b.judgeRetain(ctx, tx, c)
	if err != nil {
		return "", err
	}
	return b.keepRetention(tx, c, r)
}

// ruling is a decision of the rules in words, and what those that are in force make
// of the same facts.
type ruling struct {
	about   string // what it was about; blank: it goes without saying
	outcome string
	rule    string
	looked  string
	missing []string
	again   []rules.Reason
	now     string // the outcome by the rules in force
	effect  string // the same, as it is stored
	err     error  // of the rules
}

// rulings says how each question is explained. The facts are those of the verdict.
var rulings = map[string]func(b *Bot, ctx context.Context, tx Tx, h here, taken Entry, v Verdict) (ruling, error){
	"share":     (*Bot).shareRuling,
	"join":      (*Bot).joinRuling,
	aboutRetain: (*Bot).retainRuling,
}

// explainVerdict fills in how the rules came to a verdict.
func (b *Bot) explainVerdict(ctx context.Context, tx Tx, h here, taken Entry, v Verdict, args *text.WhyArgs) error {
	explain := rulings[v.About]
	if explain == nil {
		return fmt.Errorf("verdict %s is about %q: %w", v.ID, v.About, ErrNotFound)
	}
	if slices.Contains(v.Codes, rules.PolicyError) {
		explain = (*Bot).failedRuling
	}
	v, err := b.withoutRequest(ctx, h, v)
	if err != nil {
		return err
	}
	r, err := explain(b, ctx, tx, h, taken, v)
	if err != nil {
		return err
	}
	if _, err := b.ruled(r.err); err != nil {
		return err
	}
	args.About, args.Outcome, args.Rule, args.Looked, args.Missing = r.about, r.outcome, r.rule, r.looked, r.missing
	told := map[string]bool{}
	for _, reason := range append(b.ownReasons(tx, h.casus, v), r.again...) {
		if slices.Contains(v.Codes, reason.Code) && !told[reason.Code] {
			told[reason.Code] = true
			args.Reasons = append(args.Reasons, text.WhyReason{Text: saysWhat(reason), Next: saysNext(reason), Origin: originOf(reason, b)})
		}
	}
	lost := slices.ContainsFunc(v.Codes, func(code string) bool { return !told[code] })
	switch own := slices.ContainsFunc(v.Codes, func(code string) bool { return ownCodes[code] }); {
	case v.Policy == b.Judge.Bundle().Identity():
		args.Today = text.WhySameRules.Say(text.WhyNowArgs{Again: text.WhyAgain(v.About)})
	case own || !lost && r.effect == v.Effect:
		args.Today = text.WhyStill.Say(text.None{})
	case r.effect == v.Effect:
		args.Today = text.WhyOtherReason.Say(text.WhyNowArgs{Again: text.WhyAgain(v.About)})
	default:
		args.Today = text.WhyOtherwise.Say(text.WhyNowArgs{Outcome: r.now, Again: text.WhyAgain(v.About)})
	}
	return b.whichRules(tx, v, args)
}

func originOf(r rules.Reason, b *Bot) string {
	if r.Source == "" {
		return ""
	}
	return text.ReasonSource.Say(sourceOf(r, b.Region))
}

// whichRules says which rules bore the verdict: since when they count, and their
// mark for who wants to look them up.
func (b *Bot) whichRules(tx Tx, v Verdict, args *text.WhyArgs) error {
	_, mark, _ := strings.Cut(v.Policy, ":")
	if mark == "" {
		mark = v.Policy
	}
	args.Mark = mark[:min(8, len(mark))]
	p, err := tx.Policy(v.Policy)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	args.Since = p.ActiveFrom
	return err
}

// ownCodes are the reasons that the product itself adds to those of the rules.
var ownCodes = map[string]bool{codeObjection: true, codeAbsence: true}

// ownReasons are those of the verdict that are not in the rules.
func (b *Bot) ownReasons(tx Tx, casus Casus, v Verdict) (all []rules.Reason) {
	none := text.None{}
	for _, code := range v.Codes {
		switch code {
		case codeAbsence:
			w := text.AbsenceReason
			all = append(all, rules.Reason{Code: code, Text: w.Text.Say(none), Next: w.Next.Say(none), Source: w.Source.Say(none), Mark: "I"})
		case codeObjection:
			w := text.ObjectionReason
			all = append(all, rules.Reason{Code: code, Text: text.WhyObjection.Say(none), Next: w.Next.Say(none), Source: w.Source.Say(none), Mark: "V"})
		}
	}
	return all
}

// factsOf reads the facts of a verdict.
func factsOf[T any](v Verdict) (*T, error) {
	facts := new(T)
	if err := json.Unmarshal(v.Facts, facts); err != nil {
		return nil, fmt.Errorf("verdict %s: its facts: %w", v.ID, err)
	}
	return facts, nil
}

func ageName(band string) string {
	if band == "unknown" {
		return ""
	}
	return text.BandName(band)
}

func sectorName(sector string) string {
	if sector == "none" {
		return ""
	}
	return text.SectorName(sector)
}

func (b *Bot) shareRuling(ctx context.Context, tx Tx, h here, taken Entry, v Verdict) (ruling, error) {
	facts, err := factsOf[rules.ShareFacts](v)
	if err != nil {
		return ruling{}, err
	}
	args := text.WhyShareArgs{Kind: text.KindName(facts.CasusKind), Phase: text.PhaseName(facts.Phase), Inside: facts.Audience == "binnen",
		Age: ageName(facts.Age), Sector: sectorName(facts.Sector), Closed: facts.Status != string(Open), BSN: facts.BSN == "found"}
	out := ruling{outcome: text.WhyEffectName(v.Effect)}
	for _, p := range facts.Parts {
		args.Parts = append(args.Parts, text.WhyPart{Kind: text.DataKindName(p.Kind), Ceiling: text.WhyCeilingName(p.Ceiling), Within: p.Ceiling == "within",
			Consent: b.labels(h.casus, p.ConsentMissing), Agreement: b.labels(h.casus, p.AgreementMissing)})
		if p.Exception != "none" && p.Exception != "" {
			args.Exception = text.ExceptionName(p.Exception)
		}
		for _, id := range slices.Concat(p.ConsentMissing, p.AgreementMissing) {
			if label := b.labels(h.casus, []string{id})[0]; v.Effect == rules.NeedConsent.String() && !slices.Contains(out.missing, label) {
				out.missing = append(out.missing, label)
			}
		}
	}
	if out.about, err = whatWasShared(tx, taken); err != nil {
		return out, err
	}
	if v.Rule != "" {
		out.rule = text.WhyMatrixRule.Say(text.WhyRuleArgs{Rule: v.Rule})
	}
	out.looked = text.WhyShare.Say(args)
	again, err := b.Judge.Bundle().Share(ctx, facts)
	out.again, out.effect, out.err = again.Reasons, again.Effect.String(), err
	out.now = text.WhyEffectName(out.effect)
	return out, nil
}

// whatWasShared names it for who shared it: a file, or else a message.
func whatWasShared(tx Tx, taken Entry) (string, error) {
	if taken.Act != ActFileDecided {
		return text.WhyMessage.Say(text.None{}), nil
	}
	f, err := tx.File(FileID(taken.Object))
	if err != nil || f.Name == "" {
		return "", err
	}
	return `"` + plain.Escape(f.Name) + `"`, nil
}

// failedRuling is that the rules could not be applied: there is nothing else to tell,
// and perhaps there are no facts.
func (b *Bot) failedRuling(_ context.Context, tx Tx, _ here, taken Entry, v Verdict) (out ruling, err error) {
	out = ruling{looked: text.WhySeenAs(rules.PolicyError), again: b.Judge.Bundle().Refusal().Reasons, effect: v.Effect}
	switch v.About {
	case "share":
		out.outcome = text.WhyEffectName(v.Effect)
		out.about, err = whatWasShared(tx, taken)
	case "join":
		out.outcome = text.WhyJoinName(v.Effect)
	case aboutRetain:
		out.outcome = text.WhyRetainName(v.Effect)
	}
	return out, err
}

func (b *Bot) joinRuling(ctx context.Context, tx Tx, h here, taken Entry, v Verdict) (ruling, error) {
	facts, err := factsOf[rules.JoinFacts](v)
	if err != nil {
		return ruling{}, err
	}
	args := text.WhyJoinArgs{Kind: text.KindName(facts.CasusKind), Closed: facts.Status != string(Open), Age: ageName(facts.Age), Sector: sectorName(facts.Sector),
		Professional: facts.Role == string(Professional), Inactive: facts.Account != "active", Elsewhere: facts.Region != "has_kind", Already: facts.Member == "yes",
		Party: facts.Accession == "announced", Involved: facts.Involved == "yes", Task: facts.Task == "stated", Police: facts.Police == "yes",
		Fits: facts.Participant == "yes", New: facts.Party == "new", ByLaw: facts.ByLaw != "none", Agreed: facts.Agreement == "complete",
		Outside: facts.Outside, Most: facts.OutsideLimit}
	if !args.Professional {
		args.Relation = text.WhyRelationName(facts.Relation)
	}
	out := ruling{about: b.joinerName(tx, h.casus, PersonID(taken.Object), Sector(facts.Sector)), outcome: text.WhyJoinName(v.Effect), looked: text.WhyJoin.Say(args)}
	if v.Effect == rules.NeedConsent.String() {
		out.missing = b.labels(h.casus, facts.Missing)
	}
	again, err := b.Judge.Bundle().Join(ctx, facts)
	out.again, out.effect, out.err = again.Reasons, again.Effect.String(), err
	out.now = text.WhyJoinName(out.effect)
	return out, nil
}

// joinerName is what people call somebody who was to come into a casus; who is not in
// it is known by their work.
func (b *Bot) joinerName(tx Tx, casus Casus, id PersonID, sector Sector) string {
	if slices.ContainsFunc(casus.Private.Members, func(m Member) bool { return m.ID == id }) {
		return plain.Escape(b.functionOf(tx, casus, id))
	}
	if sector == "" || sector == "none" {
		if name := b.labels(casus, []string{string(id)})[0]; name != string(id) {
			return name
		}
		return "" // a supporter who is not known here
	}
	p, err := tx.Person(id)
	if err != nil {
		return ""
	}
	for _, a := range p.Appointments {
		if a.Sector == sector {
			return plain.Escape(a.Function)
		}
	}
	return ""
}

// knowsOfRequests reports whether who is here may know that somebody asks something
// about their own data: those who must act on it.
func knowsOfRequests(h here) bool { return h.Standings[Leads] || h.May(MayHold) }

// withoutRequest is v as it is without a request to erase, for who may not know that
// there is one.
func (b *Bot) withoutRequest(ctx context.Context, h here, v Verdict) (Verdict, error) {
	if v.About != aboutRetain || len(v.Facts) == 0 || knowsOfRequests(h) {
		return v, nil
	}
	facts, err := factsOf[rules.RetainFacts](v)
	if err != nil || facts.Request != "made" {
		return v, err
	}
	facts.Request, facts.RequestAt = "none", rules.Never
	r, err := b.Judge.Bundle().Retain(ctx, facts)
	if _, err := b.ruled(err); err != nil {
		return v, err
	}
	v.Effect, v.Rule, v.Codes, v.Facts = r.Action.String(), r.Rule, retentionCodes(r), encode(facts)
	return v, nil
}

func (b *Bot) retainRuling(ctx context.Context, _ Tx, h here, _ Entry, v Verdict) (ruling, error) {
	facts, err := factsOf[rules.RetainFacts](v)
	if err != nil {
		return ruling{}, err
	}
	at := func(t time.Time) time.Time {
		if !t.Before(rules.Never) {
			return time.Time{}
		}
		return t
	}
	args := text.WhyRetainArgs{Kind: text.KindName(facts.CasusKind), Status: text.StatusName(facts.Status), Held: facts.Hold == "live",
		Asked:  facts.Request == "made" && knowsOfRequests(h),
		Silent: at(facts.SilentAt), Long: at(facts.LongOpenAt), Archive: at(facts.ArchiveAt), Announce: at(facts.AnnounceAt), Erase: at(facts.EraseAt),
		Over: facts.Status == string(Closed) || facts.Status == string(Archived), HandedOver: facts.Handover == "complete", Handover: at(facts.HandoverEndsAt)}
	out := ruling{outcome: text.WhyRetainName(v.Effect), looked: text.WhyRetain.Say(args)}
	if v.Rule != "" {
		out.rule = text.WhyRetainRule.Say(text.WhyRuleArgs{Rule: v.Rule})
	}
	again, err := b.Judge.Bundle().Retain(ctx, facts)
	out.again, out.effect, out.err = again.Reasons, again.Action.String(), err
	out.now = text.WhyRetainName(out.effect)
	return out, nil
}

// recordNotAdded records that m was not let in, and adds the button that says why to
// those below one message.
func (b *Bot) recordNotAdded(tx Tx, who caller, casus Casus, m Member, v verdict, whys []Button) ([]Button, error) {
	id, err := b.addEntry(tx, who, casus, ActMemberRefused, string(m.ID), v)
	if err != nil || len(whys) == maxButtons {
		return whys, err
	}
	button, err := b.whyOf(tx, casus.Ref, id, "")
	button.Label = text.WhyOfButton.Say(text.WhyOfArgs{What: plain.Short(m.Function, 30)})
	return append(whys, button), err
}

// tellNotAdded records that m was not let in, and leaves who asked for it a message
// that opens why: what a form answers has no buttons. It is left once for key.
func (b *Bot) tellNotAdded(tx Tx, h here, casus Casus, m Member, v verdict, key string) error {
	id, err := b.addEntry(tx, h.who, casus, ActMemberRefused, string(m.ID), v)
	if err != nil {
		return err
	}
	args := text.NotAddedArgs{Ref: string(casus.Ref), Members: []text.RefusedMember{{Function: b.joinerName(tx, casus, m.ID, m.Sector), Why: v.text()}}}
	told, err := b.withWhy(tx, Message{Text: text.NotAdded.Say(args)}, casus.Ref, id, "")
	if err != nil {
		return err
	}
	return b.later(tx, casus.Ref, "not_added:"+key, speech{Platform: casus.Platform, User: h.who.Account, Message: told})
}
