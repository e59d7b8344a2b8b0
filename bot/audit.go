package bot

import "time"

// Act names what was done or refused. It is part of the record and never
// changes its meaning.
type Act string

// The acts that leave an entry.
const (
	ActCasusOpened      Act = "casus_opened"
	ActRoomReady        Act = "room_ready"
	ActMemberAdded      Act = "member_added"
	ActMemberRefused    Act = "member_refused"
	ActStrangerRemoved  Act = "stranger_removed"
	ActFileReceived     Act = "file_received"
	ActFileDecided      Act = "file_decided"
	ActFilePosted       Act = "file_posted"
	ActFileWithdrawn    Act = "file_withdrawn"
	ActFileErased       Act = "file_erased"
	ActFileSlipped      Act = "file_slipped_in"
	ActConsentRecorded  Act = "consent_recorded"
	ActConsentRefused   Act = "consent_refused"
	ActConsentEnded     Act = "consent_withdrawn"
	ActFormMade         Act = "consent_form_made"
	ActPhaseChanged     Act = "phase_changed"
	ActCasusClosed      Act = "casus_closed"
	ActMeetingPlanned   Act = "meeting_planned"
	ActPointNoted       Act = "action_point_noted"
	ActPointDone        Act = "action_point_done"
	ActMinutesMade      Act = "minutes_made"
	ActStepTaken        Act = "step_taken"
	ActStepDone         Act = "step_done"
	ActCircleSaved      Act = "circle_saved"
	ActCircleDropped    Act = "circle_removed"
	ActMeetingOff       Act = "meeting_called_off"
	ActReminded         Act = "reminded"
	ActHandedOver       Act = "handed_over"
	ActArchived         Act = "archived"
	ActAnnounced        Act = "erasure_announced"
	ActErased           Act = "erased"
	ActHoldPlaced       Act = "hold_placed"
	ActHoldReleased     Act = "hold_released"
	ActReleaseProposed  Act = "hold_release_proposed"
	ActRequestReceived  Act = "request_received"
	ActRequestApproved  Act = "request_approved"
	ActMatterDone       Act = "matter_done"
	ActIncident         Act = "incident_reported"
	ActMessageHidden    Act = "message_hidden"
	ActExported         Act = "exported"
	ActRestored         Act = "restored"
	ActKeysRotated      Act = "keys_rotated"
	ActRefused          Act = "attempt_refused"
	ActPolicyError      Act = "policy_error"
	ActDirectory        Act = "directory_loaded"
	ActRulesProposed    Act = "rules_proposed"
	ActRulesActivated   Act = "rules_activated"
	ActRulesCompared    Act = "rules_compared" // a waiting bundle would have decided otherwise
	ActRead             Act = "read"
	ActReleased         Act = "question_released"
	ActMessageHeld      Act = "message_held"       // before anybody saw it
	ActMessageJudged    Act = "message_judged"     // its writer said how it may be posted
	ActKnownTold        Act = "known_details_told" // what must be kept out of the room
	ActAgreementEnded   Act = "agreement_withdrawn"
	ActReceiptMade      Act = "yes_receipt_made"
	ActYesAffirmed      Act = "yes_affirmed" // by its giver, from their own account
	ActAliasGiven       Act = "alias_given"
	ActTakenBack        Act = "taken_back"        // by their writer, for everybody
	ActDocumentTaken    Act = "document_imported" // into the region's own documents
	ActDocumentDropped  Act = "document_removed"
	ActExceptionAsked   Act = "exception_asked"
	ActExceptionGranted Act = "exception_granted" // by whom the disclosing organisation appointed
	ActExceptionDenied  Act = "exception_denied"
	ActExceptionAdvised Act = "exception_advised" // by the FG, who decides nothing
)

// Entry is one line of the audit log: who did what, for whom, to what, on which
// decision and with which outcome (NEN 7513's minimum), never the content.
type Entry struct {
	Seq        int64 // given by the store, growing; its place in its chain has no gap
	Casus      Ref   // blank: the installation's own chain
	At         time.Time
	Actor      PersonID // blank: the bot itself
	OnBehalf   OrgID    // the organisation for which the actor acts
	Act        Act
	Object     string // id of the file, consent, member … it was done to
	Decision   DecisionID
	Policy     string   // hash of the bundle that decided
	Reasons    []string // reason codes
	Outcome    string   // "done" or "refused"
	Commitment string   // keyed commitment to content that must stay provable; blank: none
}

// DecisionID names a stored verdict.
type DecisionID string

// Verdict is a decision as it was taken, with the facts it was taken on, so that
// it can be explained and replayed.
type Verdict struct {
	ID     DecisionID
	Casus  Ref
	At     time.Time
	By     PersonID // who asked for it; blank: the bot
	About  string   // share, join or retain
	Effect string
	Rule   string
	Codes  []string
	Policy string
	Facts  []byte // sealed: the input as JSON
}
