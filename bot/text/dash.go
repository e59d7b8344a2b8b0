package text

import (
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/internal/zone"
)

// dashWords are the words of the dashboard. Its views are tables, so that most of
// what it says are names of rows and columns.
var dashWords = defineNames("dash",
	"title", "skip", "menu", "as", "switch", "leave", "ends", "idle", "hat_fg", "hat_beslisser", "hat_regie", "hat_regie_of", "no_content", "empty",
	"as_table", "as_csv", "as_json", "export", "next", "first", "small", "yes", "unknown", "less", "more", "at_least", "updated", "live_off",
	"in_title", "in_text", "in_do", "in_wrong", "out_title", "out_text", "no_title", "no_text", "away_title", "away_text", "view_begin",
	"view_casussen", "view_toestemming", "view_verjaardagen", "view_bewaren", "view_blokkades", "view_incidenten", "view_overname", "view_besluiten",
	"view_steekproef", "view_vragen", "view_regels", "view_bot", "view_logboek", "fact_open", "fact_due", "fact_overdue", "fact_held", "fact_missing",
	"fact_birthdays", "fact_incidents", "fact_handovers", "fact_matter_late", "fact_windows", "fact_sampled", "fact_posted", "fact_copies",
	"fact_jobs_due", "fact_jobs_buried", "table_stand", "table_status", "table_casussen", "table_toestemming", "table_verjaardagen", "table_kalender",
	"table_stappen", "table_plan", "table_voorstellen", "table_blokkades", "table_vrijgegeven", "table_incidenten", "table_lekken", "table_overname",
	"table_besluiten", "table_steekproef", "table_vragen", "table_voorgelegd", "table_geldend", "table_wachtend", "table_schaduw", "table_lezingen",
	"table_logboek", "table_bevindingen", "col_casus", "col_kind", "col_phase", "col_status", "col_casussen", "col_opened", "col_active", "col_members",
	"col_held", "col_organisation", "col_for_what", "col_givers", "col_week", "col_day", "col_age", "col_decides", "col_step", "col_when", "col_rule",
	"col_moment", "col_by", "col_placed", "col_release", "col_released", "col_grace", "col_about", "col_since", "col_until", "col_state", "col_what",
	"col_exposed", "col_people", "col_messages", "col_files", "col_closed", "col_waiting", "col_decision", "col_reason", "col_noted", "col_posted",
	"col_minutes", "col_decision_id", "col_topic", "col_lack", "col_times", "col_question", "col_bundle", "col_proposed_by", "col_differed", "col_from",
	"col_to", "col_source", "col_mark", "col_adopted_by", "col_adopted_on", "col_entry", "col_act", "col_outcome", "col_found", "col_level", "col_fix",
	"col_do", "decides_12", "decides_16", "decides_18", "decides_other", "by_you", "by_other", "release_by_you", "release_by_other", "matter_open",
	"matter_done", "matter_late", "lack_unanswered",
	"lack_unhelpful", "outcome_done", "outcome_refused", "decision_share_allow", "decision_share_need_consent", "decision_share_refuse",
	"decision_join_allow", "decision_join_need_consent", "decision_join_refuse", "decision_other", "level_good", "level_advice", "level_broken",
	"level_unknown", "found_well", "found_elsewhere", "found_store", "found_redis", "found_stopping", "found_version", "note_first_page",
	"note_calendar", "note_no_reasons", "note_handover", "note_ninety_days", "note_least", "note_sample", "note_released", "note_readings", "note_log",
	"verify", "verify_text", "verify_do", "verify_busy", "verify_good", "verify_bad", "verify_failed", "verify_entries", "verify_records",
	"verify_points", "proof", "proof_wait", "do_bewaar", "do_vrijgeven", "do_akkoord", "do_regels", "do_vaststellen", "do_plan", "do_uitvoeren",
	"ask_bewaar", "ask_vrijgeven", "ask_akkoord", "ask_regels", "ask_vaststellen", "ask_plan", "ask_uitvoeren", "field_reason", "field_reason_help",
	"field_by", "field_by_help", "field_on", "field_sure", "cancel", "wrong_sure", "wrong_by", "wrong_on", "plan_nothing", "plan_brake", "plan_self",
	"wrong_title", "done_bewaar", "done_vrijgeven", "done_akkoord", "done_regels", "done_vaststellen", "done_plan", "done_uitvoeren",
	"view_uitzonderingen", "table_wachtende", "table_uitzonderingen", "col_ground", "col_asked",
	"col_advised", "exception_over", "exception_granted", "exception_denied", "fact_exceptions_waiting",
	"fact_exceptions_granted", "fact_exceptions_denied", "note_exceptions", "note_exceptions_decide", "do_advies",
	"ask_advies", "done_advies", "field_advice", "field_advice_help",
	"in_words", "reason_gone", "effect_allow", "effect_need_consent", "effect_refuse", "effect_policy_error", "mark_reading", "mark_partly",
	"mark_verified", "break_changed", "break_removed", "break_swapped", "break_cut", "break_added", "break_entry", "break_for", "verify_more")

// What is said about it in the chat.
var (
	HelpOverview = define[None]("help.overview")
	OverviewNone = define[None]("overview.none")
	OverviewLink = define[VaultLinkArgs]("overview.link")
)

// Dash is a word of the dashboard in Dutch; an unknown code is itself.
func Dash(code string) string { return dashWords.in(NL, code) }

// DashDecision is what people call how a decision about something ended.
func DashDecision(about, effect string) string {
	if m, ok := dashWords["decision_"+about+"_"+effect]; ok {
		return m.NL(None{})
	}
	if about == "retain" {
		return For(NL, PlanActionName(effect))
	}
	return Dash("decision_other")
}

// DashOutcome is what people call how a decision about anything ended: an effect, or a
// step of keeping.
func DashOutcome(effect string) string {
	if m, ok := dashWords["effect_"+effect]; ok {
		return m.NL(None{})
	}
	return For(NL, PlanActionName(effect))
}

// DashMark says what a mark of a source means: V is verified, I our reading of it.
func DashMark(mark string) string {
	switch {
	case mark == "I":
		return Dash("mark_reading")
	case strings.Contains(mark, "I"):
		return Dash("mark_partly")
	}
	return Dash("mark_verified")
}

// Gist is the first sentence of s, as the name of what s says in full.
func Gist(s string) string {
	s = For(NL, s)
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i]
	}
	return strings.TrimSuffix(s, ".")
}

// MonthName is the name of the month of at, with its year: "maart 2026".
func MonthName(at time.Time) string {
	at = at.In(zone.Amsterdam)
	return months[NL][at.Month()-1] + " " + at.Format("2006")
}

// MonthShort is the name of the month of at, cut short: "mrt".
func MonthShort(at time.Time) string { return shortMonths[at.In(zone.Amsterdam).Month()-1] }

// DayName is the day of at, short enough for a table: "3 mrt 2026".
func DayName(at time.Time) string {
	at = at.In(zone.Amsterdam)
	return at.Format("2") + " " + MonthShort(at) + " " + at.Format("2006")
}

var shortMonths = []string{"jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"}
