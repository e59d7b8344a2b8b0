package text

import "time"

// Arguments of what is said about exceptions.
type (
	// ExceptionGround is a ground with what must be so.
	ExceptionGround struct{ Name, Condition string }

	// ExceptionIntroArgs is what stands above the form of who asks.
	ExceptionIntroArgs struct{ Grounds []ExceptionGround }

	// ExceptionLabelArgs is a ground in a list, with for whom.
	ExceptionLabelArgs struct {
		Ground string
		With   []string // none: everybody in the room
	}

	// ExceptionOrgArgs names an organisation.
	ExceptionOrgArgs struct{ Organisation string }

	// ExceptionDaysArgs is a number of days.
	ExceptionDaysArgs struct{ Days int }

	// ExceptionArgs is an exception that was asked for.
	ExceptionArgs struct {
		Ref, By, Ground, Code, Condition, Purpose string
		Reason                                    string // of who asked, or of who decided
		Advice                                    string // of the FG; blank: none
		Kinds, With                               []string
		Until                                     time.Time
	}
)

// About exceptions.
var (
	ExceptionButton      = define[None]("button.exception")
	ExceptionLabel       = define[ExceptionLabelArgs]("exception.label")
	ExceptionGone        = define[None]("exception.gone")
	ExceptionNobody      = define[ExceptionOrgArgs]("exception.nobody")
	ExceptionNotSure     = define[None]("exception.not_sure")
	ExceptionAsked       = define[ExceptionDaysArgs]("exception.asked")
	ExceptionAsk         = define[ExceptionArgs]("exception.ask")
	ExceptionDecide      = define[None]("button.exception_decide")
	ExceptionOver        = define[None]("exception.over")
	ExceptionNoMore      = define[None]("exception.no_more")
	ExceptionDenied      = define[ExceptionArgs]("exception.denied")
	ExceptionGranted     = define[ExceptionArgs]("exception.granted")
	ExceptionForDPO      = define[ExceptionArgs]("exception.for_dpo")
	ExceptionDeniedDone  = define[None]("exception.denied_done")
	ExceptionGrantedDone = define[None]("exception.granted_done")

	// ExceptionForm is the form of who asks.
	ExceptionForm = struct {
		Intro                                                               Message[ExceptionIntroArgs]
		Title, Send, Ground, GroundHelp, Reason, ReasonHelp, Sure, SureHelp Message[None]
	}{
		Intro: define[ExceptionIntroArgs]("form.exception.intro"), Title: define[None]("form.exception.title"), Send: define[None]("form.exception.send"),
		Ground: define[None]("form.exception.ground"), GroundHelp: define[None]("form.exception.ground.help"), Reason: define[None]("form.exception.reason"),
		ReasonHelp: define[None]("form.exception.reason.help"), Sure: define[None]("form.exception.sure"), SureHelp: define[None]("form.exception.sure.help"),
	}

	// DecisionForm is the form of who decides.
	DecisionForm = struct {
		Intro                                                      Message[ExceptionArgs]
		Title, Send, Decision, Granted, Denied, Reason, ReasonHelp Message[None]
	}{
		Intro: define[ExceptionArgs]("form.decision.intro"), Title: define[None]("form.decision.title"), Send: define[None]("form.decision.send"),
		Decision: define[None]("form.decision.decision"), Granted: define[None]("form.decision.granted"), Denied: define[None]("form.decision.denied"),
		Reason: define[None]("form.decision.reason"), ReasonHelp: define[None]("form.decision.reason.help"),
	}

	exceptionNames      = defineNames("exception.name", exceptionCodes...)
	exceptionConditions = defineNames("exception.condition", exceptionCodes...)
)

// exceptionCodes are those of the matrix whose recipients can be in a room.
var exceptionCodes = []string{"X-OTS", "X-CVP", "X-ZELFDE", "X-TAAK", "X-SCHOOL", "X-SWV", "X-GGD", "X-TOEGANG"}

// ExceptionName is what people call a ground.
func ExceptionName(code string) string { return exceptionNames.of(code) }

// ExceptionCondition is what must be so for a ground.
func ExceptionCondition(code string) string { return exceptionConditions.of(code) }
