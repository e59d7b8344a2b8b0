package text

import "time"

// Arguments of what is said about meetings and agendas.
type (
	// MeetingArgs is about one meeting.
	MeetingArgs struct {
		Ref     string
		At      time.Time
		Minutes int
		Place   string
		Moved   bool
	}

	// MeetingIntroArgs introduces the form for a meeting.
	MeetingIntroArgs struct {
		Ref     string
		At      time.Time
		Planned bool // there is one already
	}

	// HolidayArgs names a school holiday.
	HolidayArgs struct{ Name string }

	// AgendaLine is one young person on an agenda.
	AgendaLine struct {
		Ref, Kind, Phase, Place string
		At                      time.Time
		Minutes, Parties        int
	}

	// AgendaArgs is the agenda of a day.
	AgendaArgs struct {
		Day   time.Time
		Lines []AgendaLine
	}

	// AgendaTooManyArgs says how many fit.
	AgendaTooManyArgs struct{ Most int }
)

// MeetingForm plans a meeting.
var MeetingForm = struct {
	Title, Send          Message[None]
	Intro                Message[MeetingIntroArgs]
	Day                  Message[None]
	Time, TimeHelp       Message[None]
	Duration             Message[None]
	Place, PlaceHelp     Message[None]
	Anyway, AnywayHelp   Message[None]
	CallOff, CallOffHelp Message[None]
}{
	Title: define[None]("form.meeting.title"), Send: define[None]("form.meeting.send"), Intro: define[MeetingIntroArgs]("form.meeting.intro"),
	Day:  define[None]("form.meeting.day"),
	Time: define[None]("form.meeting.time"), TimeHelp: define[None]("form.meeting.time.help"),
	Duration: define[None]("form.meeting.duration"),
	Place:    define[None]("form.meeting.place"), PlaceHelp: define[None]("form.meeting.place.help"),
	Anyway: define[None]("form.meeting.anyway"), AnywayHelp: define[None]("form.meeting.anyway.help"),
	CallOff: define[None]("form.meeting.call_off"), CallOffHelp: define[None]("form.meeting.call_off.help"),
}

// AgendaForm plans several casussen one after another.
var AgendaForm = struct {
	Title, Intro, Send     Message[None]
	Casussen, CasussenHelp Message[None]
}{
	Title: define[None]("form.agenda.title"), Intro: define[None]("form.agenda.intro"), Send: define[None]("form.agenda.send"),
	Casussen: define[None]("form.agenda.casussen"), CasussenHelp: define[None]("form.agenda.casussen.help"),
}

// WrongMeeting says what is wrong with a moment or a place.
var WrongMeeting = struct {
	Time, Past, Far, Weekend, Place, None Message[None]
	Holiday                               Message[HolidayArgs]
}{
	Time: define[None]("wrong.meeting.time"), Past: define[None]("wrong.meeting.past"), Far: define[None]("wrong.meeting.far"),
	Weekend: define[None]("wrong.meeting.weekend"), Place: define[None]("wrong.meeting.place"), None: define[None]("wrong.meeting.none"),
	Holiday: define[HolidayArgs]("wrong.meeting.holiday"),
}

// Meetings.
var (
	HelpMeeting      = define[None]("help.overleg")
	HelpAgenda       = define[None]("help.agenda")
	MeetingSaved     = define[MeetingArgs]("meeting.saved")
	MeetingPlanned   = define[MeetingArgs]("meeting.planned")
	MeetingCalledOff = define[MeetingArgs]("meeting.called_off")
	InviteTitle      = define[MeetingArgs]("invite.title")
	InviteText       = define[MeetingArgs]("invite.text")
	InviteHere       = define[MeetingArgs]("invite.here")
	InviteGone       = define[MeetingArgs]("invite.gone")
	Agenda           = define[AgendaArgs]("agenda.day")
	AgendaSaved      = define[AgendaArgs]("agenda.saved")
	AgendaOption     = define[AgendaLine]("agenda.option")
	AgendaNone       = define[None]("agenda.none")
	AgendaDay        = define[None]("agenda.which_day")
	AgendaTooMany    = define[AgendaTooManyArgs]("agenda.too_many")
	minutesNames     = defineNames("minutes", "15", "20", "30", "45", "60", "90", "120")
)

// MinutesName is what people call a duration in minutes.
func MinutesName(v string) string { return minutesNames.of(v) }
