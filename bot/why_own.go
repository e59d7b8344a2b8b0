package bot

import (
	"errors"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/rules"
)

// What the bot holds to by itself stands in the code and not in a bundle: a stranger
// does not stay, a name is not posted, what rests on a yes goes with it. Such a
// decision has no verdict; the entry in the log tells what was seen.

// foundPrefix goes before what sort of detail was found in a message, in the entry
// that it was held. It is never the detail.
const foundPrefix = "found:"

// changePart is the reason that it was a change of a message that stood there.
const changePart = "change"

// own is a decision of the bot's own: which of its ways of working bore it, and what
// it saw.
type own struct {
	rule    string // see text.WhyOwnRule
	outcome string // see text.WhyOwnOutcome
	seen    []string
	about   string
}

// owns says how each act that the rules have no part in is explained.
var owns = map[Act]func(b *Bot, tx Tx, h here, e Entry) (own, error){
	ActMemberAdded:      (*Bot).tableOwn,
	ActMemberRefused:    (*Bot).tableOwn,
	ActStrangerRemoved:  (*Bot).strangerOwn,
	ActLetIn:            (*Bot).strangerOwn,
	ActMemberEnded:      (*Bot).endedOwn,
	ActMemberBack:       (*Bot).endedOwn,
	ActMessageHeld:      (*Bot).heldOwn,
	ActRefused:          (*Bot).refusedOwn,
	ActMessageSlipped:   (*Bot).slippedOwn,
	ActFileSlipped:      (*Bot).slippedOwn,
	ActExceptionGranted: (*Bot).exceptionOwn,
	ActExceptionDenied:  (*Bot).exceptionOwn,
	ActConsentEnded:     (*Bot).yesGoneOwn,
	ActConsentRefused:   (*Bot).yesGoneOwn,
}

// explainOwn fills in how a decision of the bot's own came about. ErrNotFound: nothing
// is known of it any more.
func (b *Bot) explainOwn(tx Tx, h here, taken Entry, args *text.WhyArgs) error {
	explain := owns[taken.Act]
	if explain == nil {
		return ErrNotFound
	}
	o, err := explain(b, tx, h, taken)
	if err != nil {
		return err
	}
	none := text.None{}
	r := rules.Reason{Source: text.WhyOwnSource(o.rule)}
	args.About, args.Outcome, args.Looked = o.about, text.WhyOwnOutcome(o.outcome), strings.Join(o.seen, "\n")
	args.Reasons = []text.WhyReason{{Text: text.WhyOwnRule(o.rule), Next: text.WhyOwnNext(o.rule), Origin: originOf(r, b)}}
	args.Today = text.WhyOwnStays.Say(none)
	return nil
}

// tableOwn is who may sit at a table about policy, of which the rules know nothing.
func (b *Bot) tableOwn(tx Tx, h here, e Entry) (own, error) {
	if !isPolicy(h.casus.Kind) {
		return own{}, ErrNotFound // a verdict that is not there any more
	}
	o := own{rule: "table", outcome: "let_in", about: b.joinerName(tx, h.casus, PersonID(e.Object), "")}
	if e.Act == ActMemberRefused {
		o.outcome = "not_let_in"
	}
	for _, code := range e.Reasons {
		o.seen = append(o.seen, text.WhySeenAs(code))
	}
	if len(o.seen) == 0 {
		o.seen = []string{text.WhySeenAs("acceded")}
	}
	return o, nil
}

func (b *Bot) strangerOwn(_ Tx, _ here, e Entry) (own, error) {
	return own{rule: "stranger", outcome: "put_out", seen: []string{text.WhySeenStranger.Say(text.WhySeenStrangerArgs{Known: e.Actor != ""})}}, nil
}

func (b *Bot) endedOwn(tx Tx, h here, e Entry) (own, error) {
	o := own{rule: "back", outcome: "back", about: plain.Escape(b.functionOf(tx, h.casus, PersonID(e.Object)))}
	why := ""
	if e.Act == ActMemberEnded {
		if len(e.Reasons) == 0 || e.Reasons[0] == endedSafety {
			return o, ErrNotFound
		}
		o.rule, o.outcome, why = e.Reasons[0], "ended", text.EndedName(e.Reasons[0])
	}
	o.seen = []string{text.WhySeenMember.Say(text.WhySeenMemberArgs{Why: why, Back: e.Act == ActMemberBack})}
	return o, nil
}

func (b *Bot) heldOwn(_ Tx, _ here, e Entry) (own, error) {
	args := text.WhySeenHeldArgs{Change: slices.Contains(e.Reasons, changePart)}
	for _, r := range e.Reasons {
		if what, ok := strings.CutPrefix(r, foundPrefix); ok {
			args.What = append(args.What, text.KnownName(what))
		}
	}
	o := own{rule: "named", outcome: "held", about: text.WhyMessage.Say(text.None{})}
	if slices.Contains(e.Reasons, notCovered.code()) {
		o.rule = "not_covered"
	}
	o.seen = []string{text.WhySeenHeld.Say(args)}
	return o, nil
}

// refusals are the refused attempts that explain themselves, by their reason.
var refusals = []string{"bsn", "file_without_approval", "personal_data", "no_files_here"}

func (b *Bot) refusedOwn(_ Tx, _ here, e Entry) (own, error) {
	if len(e.Reasons) == 0 || !slices.Contains(refusals, e.Reasons[0]) {
		return own{}, ErrNotFound
	}
	return own{rule: e.Reasons[0], outcome: "held", about: text.WhyMessage.Say(text.None{}), seen: []string{text.WhySeenAs(e.Reasons[0])}}, nil
}

func (b *Bot) slippedOwn(_ Tx, _ here, e Entry) (own, error) {
	args := text.WhySeenSlippedArgs{File: e.Act == ActFileSlipped, Stays: slices.Contains(e.Reasons, stillThere)}
	o := own{rule: "slipped", outcome: "hidden", seen: []string{text.WhySeenSlipped.Say(args)}}
	if args.Stays {
		o.outcome = "should_go"
	}
	return o, nil
}

func (b *Bot) exceptionOwn(tx Tx, _ here, e Entry) (own, error) {
	f, err := tx.File(FileID(e.Object))
	if err != nil {
		return own{}, err
	}
	if len(e.Reasons) == 0 {
		return own{}, ErrNotFound
	}
	code := e.Reasons[0]
	args := text.WhySeenExceptionArgs{Ground: text.ExceptionName(code), Condition: text.ExceptionCondition(code)}
	for _, k := range f.Kinds {
		args.Kinds = append(args.Kinds, text.DataKindName(string(k)))
	}
	o := own{rule: "exception_no", outcome: "exception_no", seen: []string{text.WhySeenException.Say(args)}}
	if e.Act == ActExceptionGranted {
		o.rule, o.outcome = "exception_yes", "exception_yes"
	}
	return o, nil
}

// yesGoneOwn counts what went out of sight: all of it for who leads or took it back,
// and their own for who shared.
func (b *Bot) yesGoneOwn(tx Tx, h here, e Entry) (own, error) {
	files, err := hiddenWith(tx, h.casus, e)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return own{}, err
	}
	args := text.WhySeenYesArgs{Refused: e.Act == ActConsentRefused}
	for _, f := range files {
		if h.Standings[Leads] || e.Actor == h.who.ID || f.Account == h.who.Account {
			args.Files++
		}
	}
	return own{rule: "yes_gone", outcome: "hidden", seen: []string{text.WhySeenYes.Say(args)}}, nil
}
