package text

import "time"

// Arguments of what is said about who leads, who stands in, and rooms that are
// left or opened again.
type (
	// LeadArgs is about the procesregie.
	LeadArgs struct{ Ref, Room, Function, Now, Deputy string }

	// RoomLeftArgs says that a casus goes on in another room.
	RoomLeftArgs struct {
		Ref, Room string
		NewParty  bool
	}

	// ReopenArgs is about a casus that was opened again.
	ReopenArgs struct {
		Ref, Room, Phase string
		Archived         bool
	}

	// StandInArgs is about somebody who takes another's place for a while.
	StandInArgs struct {
		Ref, Room, Function string
		Until               time.Time
	}
)

// Who leads, who stands in, and which room.
var (
	HelpLead        = define[None]("help.regie")
	HelpStandIn     = define[None]("help.vervanger")
	HelpReopen      = define[None]("help.heropen")
	LeadNobody      = define[None]("lead.nobody")
	LeadAsked       = define[LeadArgs]("lead.asked")
	LeadOffered     = define[LeadArgs]("lead.offered")
	LeadYes         = define[None]("button.lead_yes")
	LeadNo          = define[None]("button.lead_no")
	LeadClaim       = define[None]("button.lead_claim")
	LeadName        = define[None]("button.lead_name")
	LeadMoved       = define[LeadArgs]("lead.moved")
	LeadDeclined    = define[LeadArgs]("lead.declined")
	LeadNoSaved     = define[LeadArgs]("lead.no_saved")
	LeadTaken       = define[LeadArgs]("lead.taken")
	LeadChanged     = define[LeadArgs]("lead.changed")
	LeadAwaySaved   = define[LeadArgs]("lead.away_saved")
	LeadForDeputy   = define[LeadArgs]("lead.for_deputy")
	LeadForGuardian = define[LeadArgs]("lead.for_guardian")
	LeadNone        = define[LeadArgs]("lead.none")
	DeputySaved     = define[LeadArgs]("deputy.saved")
	DeputyGone      = define[LeadArgs]("deputy.gone")
	DeputyNamed     = define[LeadArgs]("deputy.named")
	RoomLeft        = define[RoomLeftArgs]("room.left")
	MemberFresh     = define[CasusArgs]("room.member_fresh")
	ReopenNot       = define[CasusArgs]("reopen.not")
	Reopened        = define[ReopenArgs]("reopen.done")
	StandInSaved    = define[StandInArgs]("standin.saved")
	StandInYou      = define[StandInArgs]("standin.you")
	leadWhat        = defineNames("lead.what", "give", "deputy", "no_deputy", "claim", "away")
)

// LeadWhat is what can be done with the procesregie.
func LeadWhat(v string) string { return leadWhat.of(v) }

// LeadForm is about the procesregie.
var LeadForm = struct {
	Title, Send               Message[None]
	Intro                     Message[LeadArgs]
	What, To, ToHelp, WrongTo Message[None]
}{
	Title: define[None]("form.lead.title"), Send: define[None]("form.lead.send"), Intro: define[LeadArgs]("form.lead.intro"),
	What: define[None]("form.lead.what"), To: define[None]("form.lead.to"), ToHelp: define[None]("form.lead.to.help"), WrongTo: define[None]("wrong.lead_to"),
}

// ReopenForm opens a closed casus again.
var ReopenForm = struct {
	Title, Send               Message[None]
	Intro                     Message[CasusArgs]
	Reason, ReasonHelp, Phase Message[None]
}{
	Title: define[None]("form.reopen.title"), Send: define[None]("form.reopen.send"), Intro: define[CasusArgs]("form.reopen.intro"),
	Reason: define[None]("form.reopen.reason"), ReasonHelp: define[None]("form.reopen.reason.help"), Phase: define[None]("form.reopen.phase"),
}

// StandInForm lets a colleague take somebody's place.
var StandInForm = struct {
	Title, Intro, Send, Whom, User, UserHelp, Until, UntilHelp, WrongUser, WrongUntil Message[None]
}{
	Title: define[None]("form.standin.title"), Intro: define[None]("form.standin.intro"), Send: define[None]("form.standin.send"),
	Whom: define[None]("form.standin.whom"), User: define[None]("form.standin.user"), UserHelp: define[None]("form.standin.user.help"),
	Until: define[None]("form.standin.until"), UntilHelp: define[None]("form.standin.until.help"),
	WrongUser: define[None]("wrong.standin_user"), WrongUntil: define[None]("wrong.standin_until"),
}
