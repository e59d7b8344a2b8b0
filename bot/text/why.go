package text

import "time"

// Arguments of the explanation of a decision.
type (
	// WhyArgs is how a decision on a document came about.
	WhyArgs struct {
		Ref, Effect, Rule string
		Rules             string // which rules: the beginning of their hash
		Number            string // of the decision, for the FG
		At                time.Time
		Name              string
		About             bool // the document has a name
		Kind, Phase       string
		Age               string // blank: not known
		Sector            string // blank: not a professional
		Inside            bool   // everybody who reads along takes part
		Parts             []WhyPart
		Reasons           []WhyReason
		Changed           bool // other rules are in force now
	}

	// WhyPart is one kind of data in it.
	WhyPart struct {
		Kind, Ceiling      string
		Within             bool
		Consent, Agreement []string // who still has to say yes
	}

	// WhyReason is one reason.
	WhyReason struct{ Text, Next, Origin string }
)

// About how a decision came about.
var (
	Why        = define[WhyArgs]("why")
	WhyButton  = define[None]("button.why")
	WhyNothing = define[CasusArgs]("why.nothing")
	HelpWhy    = define[None]("help.waarom")

	whyEffects  = defineNames("why.effect", "refuse", "need_consent", "allow")
	whyCeilings = defineNames("why.ceiling", "within", "above_phase", "above_kind")
)

// WhyEffectName is what was decided.
func WhyEffectName(v string) string { return whyEffects.of(v) }

// WhyCeilingName is whether phase and kind of casusoverleg take a kind of data.
func WhyCeilingName(v string) string { return whyCeilings.of(v) }
