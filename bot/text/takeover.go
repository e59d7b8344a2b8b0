package text

import "time"

// Arguments of what is said about taking over.
type (
	// TakeOverArgs is about what an organisation takes over of a casus.
	TakeOverArgs struct {
		Ref, Organisation string
		Items             int
		Ground            string
		Until             time.Time // nothing is erased before
		Reason            string
		Sealed            bool // for the holder of a key
		TooLarge          int  // files that have to be fetched from the room itself
	}

	// TakeOverItemArgs is one thing in the list to choose from.
	TakeOverItemArgs struct {
		Name string
		At   time.Time
	}

	// HandoverLine is an organisation as the status shows it after closing.
	HandoverLine struct {
		Organisation string
		ConfirmedAt  time.Time
		Items        int
		Grounds      []string
		BlockedUntil time.Time
	}
)

// Taking over, item by item.
var (
	TakeOverButton   = define[None]("button.take_over")
	WaitButton       = define[None]("button.handover_wait")
	TakeOverFile     = define[TakeOverItemArgs]("takeover.file")
	TakeOverTalk     = define[None]("takeover.talk")
	TakeOverYesses   = define[None]("takeover.agreements")
	TakeOverSaved    = define[TakeOverArgs]("takeover.saved")
	TakeOverHere     = define[TakeOverArgs]("takeover.here")
	TakeOverGone     = define[None]("takeover.gone")
	TakeOverFetch    = define[None]("takeover.fetch_yourself")
	TakeOverBlocked  = define[TakeOverArgs]("takeover.blocked")
	TakeOverTwice    = define[TakeOverArgs]("takeover.blocked_twice")
	TakeOverPageFor  = define[TakeOverArgs]("takeover.page_for")
	TakeOverFileName = define[CasusArgs]("takeover.file_name")
	HandoverLines    = define[[]HandoverLine]("takeover.status")
)

var takeOverGrounds = defineNames("takeover.ground", "pupil_file", "absence", "swv_file", "youth_care_file", "youth_health_file", "other")

// TakeOverGroundName is what people call the ground on which something is taken
// over, with its statutory term.
func TakeOverGroundName(v string) string { return takeOverGrounds.of(v) }

// TakeOverForm chooses what an organisation takes over.
var TakeOverForm = struct{ Title, Intro, Send, Items, ItemsHelp, Ground, GroundHelp, Why, WhyHelp, Key, KeyHelp, None, NoWhy Message[None] }{
	Title: define[None]("form.takeover.title"), Intro: define[None]("form.takeover.intro"), Send: define[None]("form.takeover.send"),
	Items: define[None]("form.takeover.items"), ItemsHelp: define[None]("form.takeover.items.help"),
	Ground: define[None]("form.takeover.ground"), GroundHelp: define[None]("form.takeover.ground.help"),
	Why: define[None]("form.takeover.why"), WhyHelp: define[None]("form.takeover.why.help"),
	Key: define[None]("form.takeover.key"), KeyHelp: define[None]("form.takeover.key.help"),
	None: define[None]("wrong.takeover_none"), NoWhy: define[None]("wrong.takeover_why"),
}

// WaitForm asks for time before anything is erased.
var WaitForm = struct{ Title, Intro, Send, Days, Reason, ReasonHelp Message[None] }{
	Title: define[None]("form.wait.title"), Intro: define[None]("form.wait.intro"), Send: define[None]("form.wait.send"),
	Days: define[None]("form.wait.days"), Reason: define[None]("form.wait.reason"), ReasonHelp: define[None]("form.wait.reason.help"),
}
