package text

import "time"

// Arguments of the explanation of a decision.
type (
	// WhyArgs is how a decision came about.
	WhyArgs struct {
		Ref     string
		About   string // what it was about; blank: it goes without saying
		At      time.Time
		Outcome string
		Rule    string // which rule bore it, as people say it; blank: none alone
		Looked  string // lines of what was looked at
		Missing []string
		Reasons []WhyReason
		Today   string    // whether it would be decided the same now
		Number  string    // of the decision, for the FG; blank: it was an answer, and is not kept
		Since   time.Time // from when the rules count that bore it; zero: not known
		Mark    string    // of these rules, in short; blank: no rules bore it
	}

	// WhyReason is one reason.
	WhyReason struct{ Text, Next, Origin string }

	// WhyOfArgs says which of several it is.
	WhyOfArgs struct{ What string }

	// WhyRuleArgs names a rule.
	WhyRuleArgs struct{ Rule string }

	// WhyNowArgs is what the rules in force would say, and how one comes to that.
	WhyNowArgs struct{ Outcome, Again string }

	// WhyShareArgs is what was looked at when something was to be shared.
	WhyShareArgs struct {
		Kind, Phase string
		Age         string // blank: not known
		Sector      string // blank: not a professional
		Inside      bool   // everybody who reads along takes part
		Closed      bool
		BSN         bool   // one was found
		Exception   string // the ground of one that was recorded; blank: none
		Parts       []WhyPart
	}

	// WhyPart is one kind of data in it.
	WhyPart struct {
		Kind, Ceiling      string
		Within             bool
		Consent, Agreement []string // who still has to say yes
	}

	// WhyJoinArgs is what was looked at when somebody was to come in.
	WhyJoinArgs struct {
		Kind, Age, Sector, Relation string
		Professional                bool
		Closed, Inactive            bool
		Elsewhere                   bool // the region has no overleg of this kind
		Already                     bool // they take part
		Party, Involved, Task       bool
		Police                      bool
		Fits                        bool // this kind of overleg takes their sector
		New                         bool // nobody of the same organisation and sector takes part
		ByLaw                       bool // no agreement is asked
		Agreed                      bool
		Outside, Most               int // organisations outside education, and how many there may be; 0: any
	}

	// WhyRetainArgs is what was looked at to know what should happen to a casus. A zero
	// moment does not apply, or was done.
	WhyRetainArgs struct {
		Kind, Status                           string
		Held, Asked                            bool
		Silent, Long, Archive, Announce, Erase time.Time
		Over, HandedOver                       bool // it is closed; every organisation took over what it must keep
		Handover                               time.Time
	}

	// WhySeenStrangerArgs is about somebody who did not belong in a room.
	WhySeenStrangerArgs struct{ Known bool }

	// WhySeenMemberArgs is about a part that ended, or began again.
	WhySeenMemberArgs struct {
		Why  string
		Back bool
	}

	// WhySeenHeldArgs is about a message that was held.
	WhySeenHeldArgs struct {
		What   []string
		Change bool
	}

	// WhySeenSlippedArgs is about what stood in a room unasked.
	WhySeenSlippedArgs struct{ File, Stays bool }

	// WhySeenExceptionArgs is about an exception.
	WhySeenExceptionArgs struct {
		Ground, Condition string
		Kinds             []string
	}

	// WhySeenYesArgs is about a yes that ended.
	WhySeenYesArgs struct {
		Refused bool
		Files   int
	}
)

// About how a decision came about.
var (
	Why         = define[WhyArgs]("why")
	WhyButton   = define[None]("button.why")
	WhyOfButton = define[WhyOfArgs]("button.why_of")
	WhyNothing  = define[CasusArgs]("why.nothing")
	HelpWhy     = define[None]("help.waarom")

	WhyMessage     = define[None]("why.message")
	WhyQuestion    = define[None]("why.question")
	WhyMatrixRule  = define[WhyRuleArgs]("why.rule.matrix")
	WhyRetainRule  = define[WhyRuleArgs]("why.rule.retain")
	WhySameRules   = define[WhyNowArgs]("why.today.same_rules")
	WhyStill       = define[None]("why.today.still")
	WhyOtherReason = define[WhyNowArgs]("why.today.other_reason")
	WhyOtherwise   = define[WhyNowArgs]("why.today.otherwise")
	WhyOwnStays    = define[None]("why.today.own")
	WhyObjection   = define[None]("why.objection")

	WhyShare  = define[WhyShareArgs]("why.share")
	WhyJoin   = define[WhyJoinArgs]("why.join")
	WhyRetain = define[WhyRetainArgs]("why.retain")

	WhySeenStranger  = define[WhySeenStrangerArgs]("why.seen.stranger")
	WhySeenMember    = define[WhySeenMemberArgs]("why.seen.member")
	WhySeenHeld      = define[WhySeenHeldArgs]("why.seen.held")
	WhySeenSlipped   = define[WhySeenSlippedArgs]("why.seen.slipped")
	WhySeenException = define[WhySeenExceptionArgs]("why.seen.exception")
	WhySeenYes       = define[WhySeenYesArgs]("why.seen.yes")

	whyEffects   = defineNames("why.effect", "refuse", "need_consent", "allow")
	whyCeilings  = defineNames("why.ceiling", "within", "above_phase", "above_kind")
	whyJoins     = defineNames("why.joined", "refuse", "need_consent", "allow")
	whyRetains   = defineNames("why.retained", "keep", "remind", "archive", "announce_erasure", "erase", "human")
	whyRelations = defineNames("why.relation", "authority", "no_authority", "self", "someone_else", "supporter")
	whySeen      = defineNames("why.seen", "bsn", "file_without_approval", "personal_data", "no_files_here",
		"acceded", "not_acceded", "police", "already_member", "account_inactive", "policy_error")

	whyAgain = defineNames("why.again", "share", "join", "retain")

	whyOutcomes = defineNames("why.own", "put_out", "ended", "back", "held", "hidden", "should_go", "let_in", "not_let_in", "exception_yes", "exception_no")
	whyRules    = defineNames("why.own.rule", ownRules...)
	whyNexts    = defineNames("why.own.next", ownRules...)
	whySources  = defineNames("why.own.source", "stranger", "ended", "named", "bsn", "file", "exception", "yes_gone")
)

// ownRules are the bot's own ways of working that a decision can rest on.
var ownRules = []string{"stranger", "over", "not_confirmed", "appointment_ended", "party_left", "back", "named", "not_covered", "bsn", "file_without_approval",
	"personal_data", "no_files_here", "slipped", "table", "exception_yes", "exception_no", "yes_gone"}

// ownSources says where each comes from; what is not in it is the bot's alone.
var ownSources = map[string]string{"stranger": "stranger", "over": "ended", "not_confirmed": "ended", "appointment_ended": "ended", "party_left": "ended",
	"named": "named", "bsn": "bsn", "personal_data": "named", "file_without_approval": "file", "slipped": "file", "table": "ended", "exception_yes": "exception",
	"exception_no": "exception", "yes_gone": "yes_gone"}

// WhyEffectName is what was decided on something to share.
func WhyEffectName(v string) string { return whyEffects.of(v) }

// WhyCeilingName is whether phase and kind of casusoverleg take a kind of data.
func WhyCeilingName(v string) string { return whyCeilings.of(v) }

// WhyJoinName is what was decided on somebody who was to come in.
func WhyJoinName(v string) string { return whyJoins.of(v) }

// WhyRetainName is what was decided to happen to a casus.
func WhyRetainName(v string) string { return whyRetains.of(v) }

// WhyAgain is how something is decided again, by what it was about.
func WhyAgain(v string) string { return whyAgain.of(v) }

// WhyRelationName is what somebody of the family is to the young person.
func WhyRelationName(v string) string { return whyRelations.of(v) }

// WhySeenAs is what was seen in something that was refused outright, or of somebody who
// was to come in.
func WhySeenAs(v string) string { return whySeen.of(v) }

// WhyOwnOutcome is what the bot decided by itself.
func WhyOwnOutcome(v string) string { return whyOutcomes.of(v) }

// WhyOwnRule is which of its ways of working bore it, and WhyOwnNext what one can do.
func WhyOwnRule(v string) string { return whyRules.of(v) }

// WhyOwnNext is what one can do about it.
func WhyOwnNext(v string) string { return whyNexts.of(v) }

// WhyOwnSource is where that way of working comes from; blank: from the bot.
func WhyOwnSource(v string) string {
	if s := ownSources[v]; s != "" {
		return whySources.of(s)
	}
	return ""
}
