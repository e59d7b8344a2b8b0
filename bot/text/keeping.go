package text

import "time"

// Arguments of what is said about keeping, rights and incidents.
type (
	// ReleaseArgs is about ending a hold.
	ReleaseArgs struct {
		Ref, Reason string
		Placed      time.Time
		Until       time.Time // nothing is erased before
	}

	// HoldLabelArgs is a hold in a list.
	HoldLabelArgs struct {
		Placed time.Time
		Reason string
	}

	// HoldLine is a hold as the status shows it.
	HoldLine struct {
		Placed, Released, Until time.Time
		Reason                  string // blank for who may not read it
	}

	// MatterLine is an open matter as the status shows it.
	MatterLine struct {
		Kind  string
		At    time.Time
		DueAt time.Time
	}

	// KeepingArgs is what holds a casus, below its status.
	KeepingArgs struct {
		Holds   []HoldLine
		Matters []MatterLine
	}

	// MatterArgs is about a matter that waits for a person.
	MatterArgs struct {
		Ref, Room, Kind, About, Text string
		At, DueAt                    time.Time
		Late                         bool
		Seen                         []string // who could have seen it, by function and organisation
		Export                       string   // how the answer is made
		Approve                      bool     // a second person has to agree first
	}

	// MatterDoneArgs says how a matter ended.
	MatterDoneArgs struct{ Ref, Kind, Outcome string }
)

// Holds.
var (
	HoldShown      = define[ReleaseArgs]("hold.shown")
	HoldNone       = define[None]("hold.none")
	HoldLabel      = define[HoldLabelArgs]("hold.label")
	HelpRelease    = define[None]("help.vrijgeven")
	HoldReleaseAsk = define[ReleaseArgs]("release.ask")
	ReleaseAsked   = define[None]("release.asked")
	ReleaseNobody  = define[None]("release.nobody")
	ReleaseSelf    = define[None]("release.self")
	HoldReleaseDo  = define[None]("button.release_hold")
	HoldReleased   = define[ReleaseArgs]("hold.released")
	Keeping        = define[KeepingArgs]("casus.keeping")
)

// Requests and incidents.
var (
	HelpData         = define[None]("help.gegevens")
	HelpWrong        = define[None]("help.verkeerd")
	MatterNew        = define[MatterArgs]("matter.new")
	MatterRemind     = define[MatterArgs]("matter.remind")
	MatterSaved      = define[MatterArgs]("matter.saved")
	MatterDone       = define[MatterDoneArgs]("matter.done")
	MatterApprove    = define[None]("button.matter_approve")
	MatterApproved   = define[MatterArgs]("matter.approved")
	MatterFinish     = define[None]("button.matter_done")
	MatterClosed     = define[None]("matter.closed")
	IncidentSaved    = define[MatterArgs]("incident.saved")
	WrongChoice      = define[None]("wrong.choice")
	IncidentWhich    = define[None]("incident.which")
	IncidentFile     = define[HeldArgs]("incident.file")
	HandoverNotLegal = define[None]("handover.interpretation")
	HandoverTerm     = defineNames("handover.term", "education", "attendance", "swv", "youth_care", "youth_health", "neighbourhood_team")
)

// HandoverTermText says what an organisation in this sector must keep itself,
// and how long.
func HandoverTermText(sector string) string { return HandoverTerm.of(sector) }

var (
	matterKinds = defineNames("matter.kind", "access", "correction", "erasure", "objection", "incident")
	outcomes    = defineNames("matter.outcome", "provided", "corrected", "granted", "upheld", "rejected", "reported", "not_reported")
)

// MatterKindName is what people call a kind of matter.
func MatterKindName(v string) string { return matterKinds.of(v) }

// OutcomeName is what people call how a matter ended.
func OutcomeName(v string) string { return outcomes.of(v) }

// ReleaseForm proposes to end a hold.
var ReleaseForm = struct{ Title, Intro, Send, Hold, Reason, ReasonHelp Message[None] }{
	Title: define[None]("form.release.title"), Intro: define[None]("form.release.intro"), Send: define[None]("form.release.send"),
	Hold: define[None]("form.release.hold"), Reason: define[None]("form.release.reason"), ReasonHelp: define[None]("form.release.reason.help"),
}

// DataForm notes a request of somebody whom the data are about.
var DataForm = struct{ Title, Intro, Send, Kind, About, AboutHelp, Text, TextHelp, Key, KeyHelp, WrongKey Message[None] }{
	Title: define[None]("form.data.title"), Intro: define[None]("form.data.intro"), Send: define[None]("form.data.send"),
	Kind:  define[None]("form.data.kind"),
	About: define[None]("form.data.about"), AboutHelp: define[None]("form.data.about.help"),
	Text: define[None]("form.data.text"), TextHelp: define[None]("form.data.text.help"),
	Key: define[None]("form.data.key"), KeyHelp: define[None]("form.data.key.help"), WrongKey: define[None]("wrong.age_key"),
}

// IncidentForm reports something that stands where it should not.
var IncidentForm = struct{ Title, Intro, Send, File, FileHelp, Link, LinkHelp, Text, TextHelp, WrongLink Message[None] }{
	Title: define[None]("form.incident.title"), Intro: define[None]("form.incident.intro"), Send: define[None]("form.incident.send"),
	File: define[None]("form.incident.file"), FileHelp: define[None]("form.incident.file.help"),
	Link: define[None]("form.incident.link"), LinkHelp: define[None]("form.incident.link.help"),
	Text: define[None]("form.incident.text"), TextHelp: define[None]("form.incident.text.help"),
	WrongLink: define[None]("wrong.link"),
}

// DoneForm ends a matter.
var DoneForm = struct {
	Title, Intro, Send, Outcome, Note, NoteHelp, Item, ItemHelp, Correction, CorrectionHelp, NoCorrection Message[None]
}{
	Title: define[None]("form.done.title"), Intro: define[None]("form.done.intro"), Send: define[None]("form.done.send"),
	Outcome: define[None]("form.done.outcome"), Note: define[None]("form.done.note"), NoteHelp: define[None]("form.done.note.help"),
	Item: define[None]("form.done.item"), ItemHelp: define[None]("form.done.item.help"),
	Correction: define[None]("form.done.correction"), CorrectionHelp: define[None]("form.done.correction.help"), NoCorrection: define[None]("wrong.correction"),
}
