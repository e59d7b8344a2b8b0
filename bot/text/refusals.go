package text

// Arguments of refusals.
type (
	// NoCodeArgs is about a command that is given for a casus by its code.
	NoCodeArgs struct {
		Named bool     // somebody named a casus
		Code  string   // which, when it looks like a code
		Refs  []string // of which they can do this
		More  bool     // and there are more
		Who   string   // who can do this
	}

	// NoOpenArgs is about somebody who cannot open a casus.
	NoOpenArgs struct {
		Organisation string // where they work; blank: they stand in no directory
		Watches      bool   // they are FG or decide for some organisation, and work nowhere
		Party        bool   // it is party of the convenant
		Lapsed       bool   // their work there has to be confirmed again
		Decides      bool   // somebody decides there who works there
	}
)

// The refusals that know more than that.
var (
	NoCode        = define[NoCodeArgs]("no.code")
	NoOpen        = define[NoOpenArgs]("no.open")
	NotYourButton = define[None]("no.button_other")
)

var lacksRight = defineNames("no.right", "open", "read", "lead", "share", "note_consent", "note_agreement", "withdraw", "see_missing", "hold",
	"read_questions", "keep_library", "end_agreement", "tell_known", "take_back", "hand_over", "staff", "leave_convenant", "accede", "ask_lead",
	"claim_lead", "name_lead", "reopen", "stand_in", "note_hearing", "keep_list", "work", "give_card", "end_card", "stop_outreach", "resume_outreach",
	"oversee", "see_coming", "supervise", "approve_rules", "adopt", "run_plan", "hold_anywhere", "see_exceptions", "advise")

// LacksRight says to somebody without a right who has it, and what they can do instead.
func LacksRight(right string) string {
	if m, ok := lacksRight[right]; ok {
		return m.Say(None{})
	}
	return Forbidden.Say(None{})
}
