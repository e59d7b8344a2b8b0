package text

// Arguments of what is said about the family's part, capacities, and rooms of
// another shape.
type (
	// LooksLikeNameArgs is the word in which somebody seems to be named; blank: none.
	LooksLikeNameArgs struct{ Word string }

	// FamilyArgs is about a parent, young person or supporter who takes part.
	FamilyArgs struct {
		Ref, Room, Who string
		Moved          bool // the casus goes on in a fresh room
	}

	// HearingNote is one thing that was noted. On is YYYY-MM-DD.
	HearingNote struct{ What, On, How, Reason string }

	// HearingLine is what is known of one of the family.
	HearingLine struct {
		ID, Who                 string
		Invited, Heard, Minutes HearingNote
		Paper                   bool
	}

	// HearingArgs is what is known of the family's part.
	HearingArgs struct {
		Lines []HearingLine // blank: for who may only know whether
		Heard bool          // it is known of the young person, or why not
	}

	// CapacityArgs is about the capacity in which somebody takes part.
	CapacityArgs struct{ Ref, Room, Function, Organisation, Why string }

	// ShapeArgs is about a list or a policy room.
	ShapeArgs struct {
		Kind   string
		Policy bool
	}

	// ShapeWelcomeArgs is the first message of such a room.
	ShapeWelcomeArgs struct {
		WelcomeArgs
		Policy bool
	}

	// ListLine is one code of a list. On is YYYY-MM-DD.
	ListLine struct{ Code, Org, Action, On string }

	// ShapeStatusArgs is the status of such a room.
	ShapeStatusArgs struct {
		Ref, Kind, Status, Purpose string
		Policy                     bool
		Members                    []string
		Lines                      []ListLine
	}
)

// The family, capacities, and rooms of another shape.
var (
	HelpFamily      = define[None]("help.uitnodigen")
	HelpHearing     = define[None]("help.hoorrecht")
	HelpList        = define[None]("help.lijst")
	NewSupporter    = define[None]("family.new_supporter")
	FamilyIn        = define[FamilyArgs]("family.in")
	FamilyYou       = define[FamilyArgs]("family.you")
	FamilyPaper     = define[FamilyArgs]("family.paper")
	HearingSaved    = define[None]("hearing.saved")
	HearingAsk      = define[PhaseArgs]("hearing.ask")
	HearingButton   = define[None]("button.hearing")
	Hearing         = define[HearingArgs]("hearing")
	CapacityAsk     = define[CasusArgs]("capacity.ask")
	CapacityAsked   = define[None]("capacity.asked")
	CapacityRefused = define[CapacityArgs]("capacity.refused")
	CapacityJoined  = define[CapacityArgs]("capacity.joined")
	CapacityYou     = define[CapacityArgs]("capacity.you")
	NotInShape      = define[ShapeArgs]("shape.not_here")
	ShapeNotHere    = define[None]("shape.no_kind")
	NoFilesHere     = define[None]("no.files_here")
	NobodyHere      = define[None]("no.nobody_here")
	CodesOnly       = define[None]("no.codes_only")
	LooksLikeName   = define[LooksLikeNameArgs]("no.looks_like_name")
	ShapeWelcome    = define[ShapeWelcomeArgs]("shape.welcome")
	ShapeStatus     = define[ShapeStatusArgs]("shape.status")
	NoListHere      = define[None]("list.not_here")
	ListSaid        = define[ListLine]("list.said")
	throughNames    = defineNames("through", "guest", "team", "paper")
	hearingNames    = defineNames("hearing.what", "invited", "not_invited", "heard", "not_heard", "minutes", "paper")
	listActions     = defineNames("list.action", "contact", "visit", "casus", "waits", "done")
)

// ThroughName is how somebody of the family takes part.
func ThroughName(v string) string { return throughNames.of(v) }

// HearingName is what was noted of the family's part.
func HearingName(v string) string { return hearingNames.of(v) }

// ListAction is what is done about a code of a list.
func ListAction(v string) string { return listActions.of(v) }

// FamilyForm lets a parent, the young person or a supporter take part.
var FamilyForm = struct {
	Title, Intro, Send, Who, Through, ThroughHelp, User, UserHelp, Label, LabelHelp, Agreed, AgreedHelp Message[None]
	WrongLabel, WrongPaper, WrongUser, WrongWork                                                        Message[None]
}{
	Title: define[None]("form.family.title"), Intro: define[None]("form.family.intro"), Send: define[None]("form.family.send"),
	Who: define[None]("form.family.who"), Through: define[None]("form.family.through"), ThroughHelp: define[None]("form.family.through.help"),
	User: define[None]("form.family.user"), UserHelp: define[None]("form.family.user.help"),
	Label: define[None]("form.family.label"), LabelHelp: define[None]("form.family.label.help"),
	Agreed: define[None]("form.family.agreed"), AgreedHelp: define[None]("form.family.agreed.help"),
	WrongLabel: define[None]("wrong.family_label"), WrongPaper: define[None]("wrong.family_paper"), WrongUser: define[None]("wrong.family_user"),
	WrongWork: define[None]("wrong.family_work"),
}

// HearingForm notes who was invited and heard.
var HearingForm = struct {
	Title, Intro, Send, Who, What, On, How, Reason, ReasonHelp, WrongReason, WrongDay Message[None]
}{
	Title: define[None]("form.hearing.title"), Intro: define[None]("form.hearing.intro"), Send: define[None]("form.hearing.send"),
	Who: define[None]("form.hearing.who"), What: define[None]("form.hearing.what"), On: define[None]("form.hearing.on"), How: define[None]("form.hearing.how"),
	Reason: define[None]("form.hearing.reason"), ReasonHelp: define[None]("form.hearing.reason.help"),
	WrongReason: define[None]("wrong.hearing_reason"), WrongDay: define[None]("wrong.hearing_day"),
}

// CapacityForm asks in which capacity somebody takes part.
var CapacityForm = struct{ ActsAs, ActsAsHelp, For, ForHelp, WrongFor, Choose Message[None] }{
	ActsAs: define[None]("form.acts_as"), ActsAsHelp: define[None]("form.acts_as.help"), For: define[None]("form.acts_for"), ForHelp: define[None]("form.acts_for.help"),
	WrongFor: define[None]("wrong.acts_for"), Choose: define[None]("wrong.acts_as"),
}

// ShapeForm opens a list or a policy room.
var ShapeForm = struct {
	Title, Send                                                    Message[None]
	Intro                                                          Message[ShapeArgs]
	Kind, Purpose, PurposeHelp, Members, MembersHelp, WrongPurpose Message[None]
}{
	Title: define[None]("form.shape.title"), Send: define[None]("form.shape.send"), Intro: define[ShapeArgs]("form.shape.intro"),
	Kind: define[None]("form.shape.kind"), Purpose: define[None]("form.shape.purpose"), PurposeHelp: define[None]("form.shape.purpose.help"),
	Members: define[None]("form.shape.members"), MembersHelp: define[None]("form.shape.members.help"), WrongPurpose: define[None]("wrong.shape_purpose"),
}

// ListForm notes who acts on a code.
var ListForm = struct{ Title, Intro, Send, Code, CodeHelp, Org, What, On, WrongCode, Full Message[None] }{
	Title: define[None]("form.list.title"), Intro: define[None]("form.list.intro"), Send: define[None]("form.list.send"),
	Code: define[None]("form.list.code"), CodeHelp: define[None]("form.list.code.help"), Org: define[None]("form.list.org"),
	What: define[None]("form.list.what"), On: define[None]("form.list.on"), WrongCode: define[None]("wrong.list_code"), Full: define[None]("wrong.list_full"),
}
