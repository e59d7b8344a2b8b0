package text

// Arguments of what is said around an answer.
type (
	// SupposedArgs is what the rules say of a sketched case.
	SupposedArgs struct {
		Allowed, Refused bool
		Agreement        bool   // the yes is to the overleg
		Young            bool   // the young person must say yes
		Authority        string // of those with authority "one", "all" or nobody
		Why              []string
		Absence          bool // authorised absence is left out of it
	}

	// ReachesArgs is a verdict for who takes part, and another for when somebody
	// else reads along.
	ReachesArgs struct{ Inside, Outside string }

	// CasusVerdictArgs is what may be shared in a casus now.
	CasusVerdictArgs struct {
		Ref, Kind        string
		Allowed, Refused bool
		Missing          []string
		Why              string
		Absence          bool // authorised absence is left out of it
	}

	// MayShareArgs is the end of the guided flow.
	MayShareArgs struct {
		Sector, Kind, Age, Reach string
		Verdict                  string
		Source                   string
		Consent                  bool // a consent has to be recorded
		Agreement                bool // an agreement to the overleg has to be recorded
	}

	// QuoteArgs shows people their own words again.
	QuoteArgs struct{ Text string }

	// QuestionLine is one topic on the list of the FG.
	QuestionLine struct {
		Topic             string
		Unanswered, Wrong int
	}

	// QuestionsArgs is the list of the FG.
	QuestionsArgs struct {
		Lines    []QuestionLine
		Released []ReleasedLine
	}

	// ReleasedLine is a question whose asker let the FG read it.
	ReleasedLine struct{ Topic, Text string }
)

// Around an answer.
var (
	Supposed      = define[SupposedArgs]("supposed")
	Reaches       = define[ReachesArgs]("supposed.reaches")
	CasusVerdict  = define[CasusVerdictArgs]("answer.casus")
	FamilyReads   = define[None]("answer.family_reads")
	PersonalFound = define[None]("answer.personal")
	Reworded      = define[None]("answer.reworded")
	AskMore       = define[None]("answer.ask_more")
)

// What is asked when one thing is missing.
var (
	needs     = defineNames("need", "sector", "kind", "recipients", "age")
	bandNames = defineNames("band", "under_12", "from_12", "from_16", "from_18")
	sectors   = defineNames("sector", "education", "attendance", "swv", "youth_care", "youth_health", "neighbourhood_team")
	reaches   = defineNames("reach", "inside", "outside")
	purposes  = defineNames("purpose", "overleg", "law", "safety", "other")
)

// NeedName asks for the one thing that is missing.
func NeedName(v string) string { return needs.of(v) }

// BandName is what people call a band of age.
func BandName(v string) string { return bandNames.of(v) }

// SectorName is what people call a sector.
func SectorName(v string) string { return sectors.of(v) }

// ReachName is what people call who reads along.
func ReachName(v string) string { return reaches.of(v) }

// PurposeName is what people call a purpose of sharing.
func PurposeName(v string) string { return purposes.of(v) }

// Feedback on an answer.
var (
	HelpsButton       = define[None]("button.helps")
	WrongButton       = define[None]("button.wrong")
	ReleaseButton     = define[None]("button.release")
	ReleaseAskButton  = define[None]("button.release_ask")
	RatedGood         = define[None]("feedback.good")
	RatedWrong        = define[QuoteArgs]("feedback.wrong")
	ReleaseAsk        = define[QuoteArgs]("feedback.release_ask")
	Released          = define[None]("feedback.released")
	RatedCounted      = define[None]("feedback.counted")
	OtherTopic        = define[None]("feedback.other_topic")
	RatedBefore       = define[None]("feedback.before")
	QuestionList      = define[QuestionsArgs]("feedback.list")
	HelpMayShare      = define[None]("help.mag-ik-delen")
	HelpQuestions     = define[None]("help.vragen")
	WrongStep         = define[None]("wrong.step")
	NoRules           = define[None]("answer.no_rules")
	MayShareVerdict   = define[MayShareArgs]("mayshare.verdict")
	MayShareElsewhere = defineNames("mayshare.elsewhere", "law", "safety", "other")
)

// ElsewhereText is what is said of a purpose outside an overleg.
func ElsewhereText(purpose string) string { return MayShareElsewhere.of(purpose) }

// MayShareForm asks what the guided flow needs, in two steps.
var MayShareForm = struct {
	Title, Title2, Next, Send, Intro, Intro2         Message[None]
	Sector, SectorHelp, SectorKnown                  Message[None]
	About, AboutHelp, Kind, KindHelp, With, WithHelp Message[None]
	Purpose, PurposeHelp                             Message[None]
	ThisCasus                                        Message[CasusArgs]
}{
	Title: define[None]("form.mayshare.title"), Title2: define[None]("form.mayshare.title2"),
	Next: define[None]("form.mayshare.next"), Send: define[None]("form.mayshare.send"),
	Intro: define[None]("form.mayshare.intro"), Intro2: define[None]("form.mayshare.intro2"),
	Sector: define[None]("form.mayshare.sector"), SectorHelp: define[None]("form.mayshare.sector.help"),
	SectorKnown: define[None]("form.mayshare.sector.known"),
	About:       define[None]("form.mayshare.about"), AboutHelp: define[None]("form.mayshare.about.help"),
	Kind: define[None]("form.mayshare.kind"), KindHelp: define[None]("form.mayshare.kind.help"),
	With: define[None]("form.mayshare.with"), WithHelp: define[None]("form.mayshare.with.help"),
	Purpose: define[None]("form.mayshare.purpose"), PurposeHelp: define[None]("form.mayshare.purpose.help"),
	ThisCasus: define[CasusArgs]("form.mayshare.this_casus"),
}
