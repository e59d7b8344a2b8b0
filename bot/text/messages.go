package text

import "time"

// Arguments of messages. Everything that comes from people was escaped by the
// caller.
type (
	// CasusArgs names a casus by its code.
	CasusArgs struct{ Ref, Room string }

	// CitationArgs is one source below an answer.
	CitationArgs struct{ Fact, Source, Quote, Mark string }

	// SourceArgs is where a rule comes from.
	SourceArgs struct {
		Source, Mark         string
		Reading              bool   // it is an interpretation
		AdoptedBy, AdoptedOn string // by whom and when the region made it its own; blank: it did not
	}

	// RefusedMember is somebody who is not in the casus, and why.
	RefusedMember struct{ Function, Why string }

	// NotAddedArgs lists who is not in a new casus.
	NotAddedArgs struct {
		Ref     string
		Members []RefusedMember
	}

	// WelcomeArgs is what the first message of a room tells.
	WelcomeArgs struct {
		Ref, Kind, Purpose, Phase string
		Days                      int // after closing until it is erased
		Members                   []WelcomeMember
	}

	// WelcomeMember is one member, by function and organisation.
	WelcomeMember struct {
		Function, Organisation, Task string
		Coordinator                  bool
	}

	// StrangerArgs is about somebody who was removed from a room.
	StrangerArgs struct {
		Ref     string
		KnownBy bool // who let them in is known
	}

	// LeftArgs is about a member who is out of the room.
	LeftArgs struct {
		Ref, Function string
		BySelf        bool
	}

	// HeldArgs is about a file in quarantine.
	HeldArgs struct {
		Ref, Name string
		Until     time.Time
		Unread    bool // the inside of the file could not be searched
	}

	// ClassifyIntroArgs introduces the classification.
	ClassifyIntroArgs struct {
		Name    string
		Refused []RefusedKind
	}

	// RefusedKind is a kind of data that cannot pass here, and why.
	RefusedKind struct{ Kind, Why string }

	// NeedsArgs says who still has to say yes.
	NeedsArgs struct {
		Ref, Name string
		Missing   []string
		Why       string
		Until     time.Time
	}

	// RefusedArgs is about a file that was refused.
	RefusedArgs struct{ Ref, Name, Why string }

	// ConsentIntroArgs introduces the form for a consent.
	ConsentIntroArgs struct{ Ref, Organisation string }

	// ConsentLabelArgs is a consent in a list.
	ConsentLabelArgs struct {
		Giver, Organisation string
		Kinds               []string
		Until               time.Time
	}

	// WithdrawnArgs counts the files that went out of sight.
	WithdrawnArgs struct{ Files int }

	// HiddenArgs likewise, for the procesregisseur and for who shared them.
	HiddenArgs struct {
		Ref   string
		Files int
	}

	// PhaseArgs is about a new phase.
	PhaseArgs struct{ Ref, Phase string }

	// CloseArgs is about closing.
	CloseArgs struct {
		Ref  string
		Days int // after closing until it is erased
	}

	// HandoverArgs is about an organisation that takes over what it must keep.
	HandoverArgs struct{ Ref, Organisation string }

	// AnnouncedArgs is about erasing that is to come.
	AnnouncedArgs struct {
		Ref string
		At  time.Time
	}

	// RemindArgs is about something that waits for a person.
	RemindArgs struct{ Ref, Why string }

	// ErasedArgs is the receipt as people read it.
	ErasedArgs struct {
		Ref          string
		Posts, Files int
		Remains      []string
	}

	// RulesArgs is about rules that were proposed.
	RulesArgs struct {
		Hash    string
		Changes int
		// Differed counts the decisions since it was proposed that it would have
		// taken otherwise.
		Differed int
		By       string
	}

	// StatusArgs is the state of a casus.
	StatusArgs struct {
		Ref, Kind, Phase, Status string
		Days                     int
		Next                     time.Time
		Meeting                  time.Time // the next one; zero: none
		Birthday                 string    // a birthday ahead that changes who decides; blank: none
		Points                   int       // action points still to be done
		Held                     bool
		Kinds                    []StatusKind
		Needed                   string // what is still needed, as NeededArgs says it
	}

	// StatusKind is what one may share of a kind of data now.
	StatusKind struct {
		Kind             string
		Allowed, Refused bool
		Missing          []string
		Why              string
	}
)

// Questions and answers.
var (
	HelpShort       = define[None]("help.short")
	CitationSummary = define[CitationArgs]("citation.summary")
	CitationQuote   = define[CitationArgs]("citation.quote")
	ReasonSource    = define[SourceArgs]("reason.source")
)

// Help beside each command.
var (
	HelpAsk      = define[None]("help.vraag")
	HelpHelp     = define[None]("help.help")
	HelpOpen     = define[None]("help.nieuw")
	HelpStatus   = define[None]("help.status")
	HelpInvite   = define[None]("help.deelnemer")
	HelpConsent  = define[None]("help.toestemming")
	HelpWithdraw = define[None]("help.intrekken")
	HelpPhase    = define[None]("help.fase")
	HelpHold     = define[None]("help.bewaar")
	HelpClose    = define[None]("help.sluit")
)

// What stops somebody, with the way out.
var (
	Forbidden         = define[None]("no.right")
	NotInCasus        = define[None]("no.casus")
	FormExpired       = define[None]("no.form_expired")
	FormUsed          = define[None]("no.form_used")
	ButtonUsed        = define[None]("no.button_used")
	RoomUnknown       = define[None]("no.room_unknown")
	RoomClosed        = define[CasusArgs]("no.room_closed")
	PhaseUnknown      = define[None]("no.phase")
	NothingToWithdraw = define[None]("no.nothing_to_withdraw")
	HoldTooLate       = define[None]("no.hold_too_late")
	Internal          = define[RemindArgs]("no.internal")
)

// A casus and its room.
var (
	RoomTitle        = define[CasusArgs]("room.title")
	Opened           = define[CasusArgs]("casus.opened")
	NotAdded         = define[NotAddedArgs]("casus.not_added")
	Welcome          = define[WelcomeArgs]("room.welcome")
	StrangerRemoved  = define[StrangerArgs]("room.stranger_removed")
	StrangerYouAdded = define[StrangerArgs]("room.stranger_you_added")
	MemberLeft       = define[LeftArgs]("room.member_left")
	MemberAdded      = define[CasusArgs]("room.member_added")
	PhaseChanged     = define[PhaseArgs]("room.phase")
	StatusOf         = define[StatusArgs]("casus.status")
)

// Files.
var (
	FileEmpty        = define[None]("file.empty")
	FileTooLarge     = define[None]("file.too_large")
	FileBroken       = define[None]("file.broken")
	FileNotMember    = define[None]("file.not_member")
	FileHeld         = define[None]("file.held")
	FileComing       = define[None]("file.coming")
	FileNeedsConsent = define[None]("file.needs_consent")
	FileNotApproved  = define[None]("file.not_approved")
	FileWaitsNoMore  = define[None]("file.waits_no_more")
	FileDropped      = define[None]("file.dropped")
	FileRefused      = define[RefusedArgs]("file.refused")
	MessageBSN       = define[None]("message.bsn")
	Classify         = define[HeldArgs]("file.classify")
	ClassifyButton   = define[None]("button.classify")
	DropButton       = define[None]("button.drop")
	NeedsConsent     = define[NeedsArgs]("file.needs")
	ConsentButton    = define[None]("button.consent")
)

// Consent.
var (
	TheYoungPerson      = define[None]("person.young")
	ConsentSaved        = define[None]("consent.saved")
	ConsentSavedPosting = define[None]("consent.saved_posting")
	RefusalSaved        = define[None]("consent.refusal_saved")
	ConsentLabel        = define[ConsentLabelArgs]("consent.label")
	Withdrawn           = define[WithdrawnArgs]("consent.withdrawn")
	FilesHidden         = define[HiddenArgs]("consent.files_hidden")
	YoursHidden         = define[HiddenArgs]("consent.yours_hidden")
)

// The end of a casus.
var (
	CloseAsk    = define[CloseArgs]("close.ask")
	CloseButton = define[None]("button.close")
	Closed      = define[CloseArgs]("close.done")
	Announced   = define[AnnouncedArgs]("retain.announced")

	HandoverAsk    = define[HandoverArgs]("close.handover")
	HandoverButton = define[None]("button.handover")
	HandoverDone   = define[HandoverArgs]("close.handed_over")

	Remind        = define[RemindArgs]("retain.remind")
	Erased        = define[ErasedArgs]("retain.erased")
	RulesLoosen   = define[RulesArgs]("rules.loosen")
	RulesApprove  = define[None]("button.approve_rules")
	RulesApproved = define[None]("rules.approved")
	PolicyAlarm   = define[CasusArgs]("alarm.policy")
	HoldPlaced    = define[CasusArgs]("hold.placed")
)
