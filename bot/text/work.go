package text

import "time"

// Arguments of what is said about action points, the checklist, what is asked of
// somebody, and circles.
type (
	// PointLine is one action point: who does what, and when.
	PointLine struct {
		Ref, What, Who string
		Number         int // its place in the list
		By, Done       time.Time
		Late           bool
	}

	// PointsArgs is all of a casus.
	PointsArgs struct {
		Ref        string
		Open, Done []PointLine
	}

	// MinutesArgs heads the agreements on paper.
	MinutesArgs struct {
		Ref, Kind, Phase string
		Made             time.Time
	}

	// GuideArgs is what a phase asks.
	GuideArgs struct {
		Ref, Phase, Goal     string
		Ceiling              string // blank: nothing new
		Brings, Open         []string
		Interpretation       bool
		AdoptedBy, AdoptedAt string
	}

	// StepLine is a line of the checklist.
	StepLine struct {
		Name, Owner string
		Done, Auto  bool
	}

	// StepsArgs is the checklist.
	StepsArgs struct {
		Ref, Phase string
		Steps      []StepLine
	}

	// MineLine is one casus of somebody.
	MineLine struct {
		Ref, Room, Kind, Phase, Status string
		Alias                          string // what the reader calls it; blank: nothing
		Leads                          bool
		Meeting                        time.Time // zero: none
		Asked                          []string
	}

	// MineArgs is what somebody has to do with.
	MineArgs struct {
		Lines []MineLine
		More  int // that are not shown
	}

	// DigestArgs is what is asked of somebody today.
	DigestArgs struct {
		Day   time.Time
		Lines []MineLine
	}

	// NamesSomebodyArgs says how a line could be written.
	NamesSomebodyArgs struct{ Instead string }

	// BirthdayArgs is a birthday that changes who decides.
	BirthdayArgs struct {
		Day time.Time
		Age int
	}

	// CircleArgs is a circle that was kept.
	CircleArgs struct {
		Name    string
		Members int
	}

	// SeriesArgs says where somebody is in a series.
	SeriesArgs struct {
		Name   string
		Number int
		Done   []string
	}
)

// PointForm notes an action point.
var PointForm = struct {
	Title, Send    Message[None]
	Intro          Message[CasusArgs]
	What, WhatHelp Message[None]
	Who, By        Message[None]
}{
	Title: define[None]("form.point.title"), Send: define[None]("form.point.send"), Intro: define[CasusArgs]("form.point.intro"),
	What: define[None]("form.point.what"), WhatHelp: define[None]("form.point.what.help"),
	Who: define[None]("form.point.who"), By: define[None]("form.point.by"),
}

// WrongPoint says what is wrong with an action point.
var WrongPoint = struct{ What, By, Many Message[None] }{
	define[None]("wrong.point.what"), define[None]("wrong.point.by"), define[None]("wrong.point.many"),
}

// StepForm divides the checklist.
var StepForm = struct {
	Title, Intro, Send Message[None]
	Step, Owner        Message[None]
	Done, DoneHelp     Message[None]
}{
	Title: define[None]("form.step.title"), Intro: define[None]("form.step.intro"), Send: define[None]("form.step.send"),
	Step: define[None]("form.step.step"), Owner: define[None]("form.step.owner"),
	Done: define[None]("form.step.done"), DoneHelp: define[None]("form.step.done.help"),
}

// CircleForm keeps a circle.
var CircleForm = struct {
	Title, Intro, Send   Message[None]
	Name, NameHelp       Message[None]
	Replace, ReplaceHelp Message[None]
	Drop, DropHelp       Message[None]
}{
	Title: define[None]("form.circle.title"), Intro: define[None]("form.circle.intro"), Send: define[None]("form.circle.send"),
	Name: define[None]("form.circle.name"), NameHelp: define[None]("form.circle.name.help"),
	Replace: define[None]("form.circle.replace"), ReplaceHelp: define[None]("form.circle.replace.help"),
	Drop: define[None]("form.circle.drop"), DropHelp: define[None]("form.circle.drop.help"),
}

// SeriesForm begins a series.
var SeriesForm = struct {
	Title, Intro, Send, Circle Message[None]
}{
	Title: define[None]("form.series.title"), Intro: define[None]("form.series.intro"), Send: define[None]("form.series.send"), Circle: define[None]("form.series.circle"),
}

// MinutesPaper is the agreements on paper.
var MinutesPaper = struct {
	Title, Intro, Footer             Message[MinutesArgs]
	Phase, Purpose, Meeting, Parties Message[None]
	Line                             Message[PointLine]
}{
	Title: define[MinutesArgs]("minutes.paper.title"), Intro: define[MinutesArgs]("minutes.paper.intro"), Footer: define[MinutesArgs]("minutes.paper.footer"),
	Phase: define[None]("minutes.paper.phase"), Purpose: define[None]("minutes.paper.purpose"), Meeting: define[None]("minutes.paper.meeting"),
	Parties: define[None]("minutes.paper.parties"), Line: define[PointLine]("minutes.paper.line"),
}

// Work in a casus.
var (
	HelpMine    = define[None]("help.mijn")
	HelpPoint   = define[None]("help.afspraak")
	HelpPoints  = define[None]("help.afspraken")
	HelpMinutes = define[None]("help.verslag")
	HelpSteps   = define[None]("help.stappen")
	HelpCircle  = define[None]("help.kring")
	HelpSeries  = define[None]("help.reeks")

	PointSaved      = define[None]("point.saved")
	PointNoted      = define[PointLine]("point.noted")
	PointTicked     = define[PointLine]("point.ticked")
	PointDoneButton = define[PointLine]("button.point_done")
	Points          = define[PointsArgs]("point.all")
	MinutesNone     = define[None]("minutes.none")
	MinutesHere     = define[CasusArgs]("minutes.here")

	NamesSomebody = define[NamesSomebodyArgs]("wrong.names_somebody")

	Guide       = define[GuideArgs]("phase.guide")
	StepsOf     = define[StepsArgs]("steps.all")
	StepsButton = define[None]("button.steps")
	StepsDone   = define[None]("steps.none")
	StepTaken   = define[StepLine]("steps.taken")
	StepTicked  = define[StepLine]("steps.ticked")
	stepNames   = defineNames("step", "needed", "circle", "informed", "invited", "consents", "inform_each", "planned", "heard", "picture", "points", "told",
		"progress", "points_done", "goal_reached", "follow_up", "handed_over")
	bringsNames = defineNames("brings", "education", "attendance", "swv", "youth_care", "youth_health", "neighbourhood_team")

	Mine          = define[MineArgs]("mine.all")
	Digest        = define[DigestArgs]("digest")
	AskedPoint    = define[PointLine]("asked.point")
	AskedStep     = define[StepLine]("asked.step")
	AskedConsent  = define[None]("asked.consent")
	AskedFile     = define[None]("asked.file")
	AskedHandover = define[None]("asked.handover")
	AskedBirthday = define[BirthdayArgs]("asked.birthday")

	CircleSaved   = define[CircleArgs]("circle.saved")
	CircleDropped = define[None]("circle.dropped")
	CircleWhich   = define[None]("circle.which")
	CircleMany    = define[None]("circle.many")
	CircleNames   = define[None]("circle.names")
	CircleNone    = define[None]("circle.none")
	SeriesIntro   = define[SeriesArgs]("series.intro")
)

// StepName is what people call a line of the checklist.
func StepName(code string) string { return stepNames.of(code) }

// BringsText says what somebody of a sector brings in.
func BringsText(sector string) string { return bringsNames.of(sector) }

// MomentNL writes a day and a time in Dutch.
func MomentNL(t time.Time) string { return moment(NL)(t) }
