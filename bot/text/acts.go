package text

// actNames are what people call the acts of the log.
var actNames = defineNames("act",
	"party_signed", "party_announced", "appointment_added", "appointment_confirmed", "appointment_ended", "confirmation_asked",
	"casus_opened", "room_ready", "member_added", "member_refused", "stranger_removed", "file_received", "file_decided", "file_posted",
	"file_withdrawn", "file_erased", "file_slipped_in", "consent_recorded", "consent_refused", "consent_withdrawn", "consent_form_made",
	"phase_changed", "casus_closed", "meeting_planned", "action_point_noted", "action_point_done", "minutes_made", "step_taken", "step_done",
	"circle_saved", "circle_removed", "meeting_called_off", "reminded", "handed_over", "archived", "erasure_announced", "erased",
	"hold_placed", "hold_released", "hold_release_proposed", "request_received", "request_approved", "matter_done", "incident_reported",
	"message_hidden", "exported", "restored", "keys_rotated", "attempt_refused", "policy_error", "directory_loaded", "rules_proposed",
	"rules_activated", "rules_compared", "read", "question_released", "message_held", "message_judged", "known_details_told",
	"agreement_withdrawn", "yes_receipt_made", "yes_affirmed", "alias_given", "taken_back", "document_imported", "document_removed",
	"exception_asked", "exception_granted", "exception_denied", "exception_advised", "card_made", "card_tried", "card_opened",
	"card_pin_chosen", "card_left", "card_ended", "parents_see_changed", "safety_outreach_stopped", "safety_outreach_resumed",
	"agreement_recorded", "agreement_refused", "overview_link", "overview_entered", "overview_left", "rule_adopted", "plan_proposed",
	"plan_run", "log_verified", "proof_taken", "family_invited", "hearing_noted", "room_left", "watch_gap", "lead_changed", "lead_offered",
	"lead_declined", "deputy_named", "lead_missing", "list_noted", "member_ended", "member_back", "member_put_out", "stranger_let_in",
	"party_left", "casus_reopened", "setting_changed", "message_slipped_in", "taken_over", "handover_wait", "bot_put_out", "room_changed",
	"vault_opened", "vault_taken")

// ActName is what people call an act of the log; one without a name is itself.
func ActName(code string) string { return actNames.of(code) }
