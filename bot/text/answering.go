package text

// Arguments of how a request about one's own data ends.
type (
	// MatterAnswerArgs is the answer to who asked.
	MatterAnswerArgs struct {
		Ref, Kind, About, Outcome, Note string
		Rejected                        bool
		PassOn                          bool // the reader noted it for somebody who cannot be told here
	}

	// CorrectedArgs is about a correction beside something that is kept.
	CorrectedArgs struct{ Ref, Item, Text string }

	// ObjectionArgs is about whose data is objected to.
	ObjectionArgs struct{ About []string }
)

// How requests end.
var (
	MatterAnswer     = define[MatterAnswerArgs]("matter.answer")
	MatterOverdue    = define[MatterArgs]("matter.overdue")
	Corrected        = define[CorrectedArgs]("matter.corrected_here")
	CorrectAgreement = define[TakeOverItemArgs]("correct.agreement")
	CorrectConsent   = define[TakeOverItemArgs]("correct.consent")
	ObjectionStops   = define[MatterArgs]("objection.stops")
)

// ObjectionReason is why somebody's data is not shared.
var ObjectionReason = struct {
	Text         Message[ObjectionArgs]
	Next, Source Message[None]
}{
	Text: define[ObjectionArgs]("reason.objection"), Next: define[None]("reason.objection.next"), Source: define[None]("reason.objection.source"),
}
