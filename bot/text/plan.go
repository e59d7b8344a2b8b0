package text

import "time"

// PlanArgs is about a retention plan.
type PlanArgs struct {
	At    time.Time
	Total int
	Weeks int
}

// PlanDayArgs is one day of its calendar.
type PlanDayArgs struct {
	Day time.Time
	N   int
}

// PlanPage are the words of the plan as calendar and chart.
var PlanPage = struct {
	Title, Intro                                                                    Message[PlanArgs]
	Calendar, Chart, Table, Day, Number, Casus, Kind, Status, Action, Moment, Later Message[None]
	Overdue, Never                                                                  Message[None]
	OnDay                                                                           Message[PlanDayArgs]
}{
	Title: define[PlanArgs]("plan.title"), Intro: define[PlanArgs]("plan.intro"),
	Calendar: define[None]("plan.calendar"), Chart: define[None]("plan.chart"), Table: define[None]("plan.table"),
	Day: define[None]("plan.day"), Number: define[None]("plan.number"), Casus: define[None]("plan.casus"), Kind: define[None]("plan.kind"),
	Status: define[None]("plan.status"), Action: define[None]("plan.what"), Moment: define[None]("plan.moment"), Later: define[None]("plan.later"),
	Overdue: define[None]("plan.now"), Never: define[None]("plan.never"), OnDay: define[PlanDayArgs]("plan.on_day"),
}

var planActions = defineNames("plan.action", "keep", "remind", "archive", "announce_erasure", "erase", "human")

// PlanActionName is what people call what the rules want.
func PlanActionName(v string) string { return planActions.of(v) }

var weekdays = []Message[None]{define[None]("weekday.mon"), define[None]("weekday.tue"), define[None]("weekday.wed"), define[None]("weekday.thu"),
	define[None]("weekday.fri"), define[None]("weekday.sat"), define[None]("weekday.sun")}

// Weekdays are the short names of the days, Monday first.
func Weekdays() []string {
	var all []string
	for _, w := range weekdays {
		all = append(all, w.NL(None{}))
	}
	return all
}
