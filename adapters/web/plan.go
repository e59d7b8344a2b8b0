package web

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/zone"
)

//go:embed plan.html
var planHTML string

var planTemplate = template.Must(template.New("plan").Parse(planHTML))

// The shape of the calendar: a column a week, a row a day.
const (
	planWeeks = 18
	planCell  = 30
	planLeft  = 36
	planTop   = 24
)

// planFills are the steps of the calendar, from nothing to much. The number
// stands in each cell too: colour is never the only sign.
var planFills = []string{"#ffffff", "#d6e4f0", "#9dbfdc", "#4a86b8", "#1f4e79"}

type planMark struct {
	X, Y int
	Text string
}

type planDay struct {
	X, Y, TextX, TextY, N int
	Fill, Title           string
	Dark, Now             bool
}

type planBar struct {
	Name                        string
	N, Y, TextY, Width, NumberX int
}

type planCount struct {
	Name string
	N    int
}

type planRow struct{ Ref, Kind, Status, Action, When string }

// WritePlan writes a retention plan as a page: a calendar of the coming weeks, a
// chart of what is to be done, and the same as tables. It needs no script and
// nothing from elsewhere. plan is bot.Bot.PlanAll as of at.
func WritePlan(w io.Writer, plan []bot.Due, at time.Time) error {
	now := at.In(zone.Amsterdam)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, zone.Amsterdam)
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	words, none := text.PlanPage, text.None{}

	perDay, perAction := map[string]int{}, map[string]int{}
	later, never := 0, 0
	var rows []planRow
	for _, d := range plan {
		perAction[d.Action]++
		row := text.Read(text.NL, planRow{string(d.Ref), text.KindName(string(d.Kind)), text.StatusName(string(d.Status)), text.PlanActionName(d.Action), words.Never.NL(none)})
		due := d.DueAt.In(zone.Amsterdam)
		switch {
		case d.DueAt.IsZero():
			never++
		case !d.DueAt.After(at):
			row.When = words.Overdue.NL(none)
			perDay[today.Format(time.DateOnly)]++
		default:
			row.When = due.Format("02-01-2006 15:04")
			if due.Before(monday.AddDate(0, 0, 7*planWeeks)) {
				perDay[due.Format(time.DateOnly)]++
			} else {
				later++
			}
		}
		rows = append(rows, row)
	}
	most := 1
	for _, n := range perDay {
		most = max(most, n)
	}

	var days []planDay
	var counts []planCount
	var labels []planMark
	for i, name := range text.Weekdays() {
		labels = append(labels, planMark{0, planTop + i*planCell + 18, name})
	}
	for i := range planWeeks * 7 {
		day := monday.AddDate(0, 0, i)
		x, y := planLeft+i/7*planCell, planTop+i%7*planCell
		if i%7 == 0 && (i == 0 || day.Day() <= 7) {
			labels = append(labels, planMark{x, 14, text.MonthShort(day) + " " + day.Format("2006")})
		}
		n := perDay[day.Format(time.DateOnly)]
		step := 0
		if n > 0 {
			step = 1 + (n-1)*(len(planFills)-2)/max(most-1, 1)
		}
		title := words.OnDay.NL(text.PlanDayArgs{Day: day, N: n})
		days = append(days, planDay{X: x, Y: y, TextX: x + 13, TextY: y + 18, N: n, Fill: planFills[step], Dark: step >= 3, Title: title, Now: day.Equal(today)})
		if n > 0 {
			counts = append(counts, planCount{day.Format("02-01-2006"), n})
		}
	}
	for _, c := range []planCount{{words.Later.NL(none), later}, {words.Never.NL(none), never}} {
		if c.N > 0 {
			counts = append(counts, c)
		}
	}

	var bars []planBar
	tallest := 1
	for _, n := range perAction {
		tallest = max(tallest, n)
	}
	for _, action := range []string{"human", "erase", "announce_erasure", "archive", "remind", "keep"} {
		n, y := perAction[action], len(bars)*26+4
		width := n * 380 / tallest
		bars = append(bars, planBar{text.For(text.NL, text.PlanActionName(action)), n, y, y + 14, width, 206 + width})
	}
	slices.SortStableFunc(rows, func(a, b planRow) int { return bytes.Compare([]byte(a.Ref), []byte(b.Ref)) })
	args := text.PlanArgs{At: at, Total: len(plan), Weeks: planWeeks}
	return planTemplate.Execute(w, map[string]any{
		"Title": words.Title.NL(args), "Intro": words.Intro.NL(args), "Rows": rows, "Days": counts,
		"Calendar": map[string]any{"Width": planLeft + planWeeks*planCell, "Height": planTop + 7*planCell, "Days": days, "Labels": labels},
		"Bars":     map[string]any{"Height": len(bars)*26 + 8, "All": bars},
		"Words": map[string]string{"Calendar": words.Calendar.NL(none), "Chart": words.Chart.NL(none), "Table": words.Table.NL(none), "Day": words.Day.NL(none),
			"Number": words.Number.NL(none), "Casus": words.Casus.NL(none), "Kind": words.Kind.NL(none), "Status": words.Status.NL(none),
			"Action": words.Action.NL(none), "Moment": words.Moment.NL(none)},
	})
}

// retentionPlan shows the plan as of the moment at. Only who can open the admin
// socket sees it.
func retentionPlan(w http.ResponseWriter, r *http.Request, s Service) {
	n, err := strconv.ParseInt(r.URL.Query().Get("at"), 10, 64)
	if err != nil {
		answer(w, http.StatusBadRequest, state{"at: seconds since 1970 are needed"})
		return
	}
	at := time.Unix(n, 0)
	plan, err := s.PlanAll(r.Context(), at)
	var page bytes.Buffer
	if err == nil {
		err = WritePlan(&page, plan, at)
	}
	if err != nil {
		answer(w, http.StatusInternalServerError, state{"failed"})
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	// The client may have gone; there is nobody else to tell.
	_, _ = page.WriteTo(w)
}
