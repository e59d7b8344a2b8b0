package dashboard

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/zone"
)

// chart is a drawing of a table, in the units of its own box. The table itself stands
// beside it.
type chart struct {
	Width  string // as SVG has it: a number, or a part of the room there is
	Height int
	Texts  []mark
	Fields []box
}

type mark struct {
	X      string
	Right  int // how much further to the right
	Y      int
	Text   string
	Anchor string // start, middle or end
	Dark   bool   // it stands on a dark field
}

type box struct {
	X, W        string
	Y, H, Level int
	Title       string
	Now, Gap    bool
}

// levels is how many steps of colour there are beside nothing. The number stands in
// each field too: colour is never the only sign.
const levels = 4

// level is the step of n where most is the largest.
func level(n, most int) int {
	if n <= 0 || most <= 0 {
		return 0
	}
	return 1 + (n-1)*levels/most
}

func chartOf(t bot.DashTable, now time.Time) *chart {
	if len(t.Rows) == 0 {
		return nil
	}
	switch t.Chart {
	case bot.ChartBars:
		return bars(t)
	case bot.ChartMatrix:
		return matrix(t)
	case bot.ChartCalendar:
		return calendar(t, now)
	}
	return nil
}

// label is the texts of a row before its numbers.
func label(r bot.DashRow) string {
	s := ""
	for _, c := range r.Cells {
		if c.Is == bot.CellNumber {
			break
		}
		if s != "" && c.Text != "" {
			s += ", "
		}
		if c.Key != "" {
			s += c.Key + " "
		}
		s += c.Text
	}
	return s
}

// cut makes a label fit beside a chart.
func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

func amount(c bot.DashCell) string { return cellOf(c).Text }

// bars draws a bar for the last cell of each row, with its label above it, as wide as
// there is room for.
func bars(t bot.DashTable) *chart {
	const step = 44
	rows := t.Rows[:min(len(t.Rows), 20)]
	most := 0
	for _, r := range rows {
		most = max(most, r.Cells[len(r.Cells)-1].N)
	}
	c := &chart{Width: "100%", Height: len(rows)*step + 4}
	for i, r := range rows {
		last := r.Cells[len(r.Cells)-1]
		y, w := i*step, 0.6
		if most > 0 {
			w = max(w, 85*float64(last.N)/float64(most))
		}
		c.Texts = append(c.Texts, mark{X: "0", Y: y + 14, Text: cut(label(r), 44), Anchor: "start"})
		c.Fields = append(c.Fields, box{X: "0", Y: y + 20, W: percent(w), H: 16, Level: levels, Title: label(r) + ": " + amount(last)})
		c.Texts = append(c.Texts, mark{X: percent(w), Right: 8, Y: y + 33, Text: amount(last), Anchor: "start"})
	}
	return c
}

// matrix draws a field for each number, below the label of its row.
func matrix(t bot.DashTable) *chart {
	const top, step, high = 20, 58, 30
	first := slices.IndexFunc(t.Rows[0].Cells, func(c bot.DashCell) bool { return c.Is == bot.CellNumber })
	if first < 0 {
		return nil
	}
	most := 0
	for _, r := range t.Rows {
		for _, c := range r.Cells[first:] {
			most = max(most, c.N)
		}
	}
	columns := t.Columns[first:]
	wide := 100 / float64(len(columns))
	c := &chart{Width: "100%", Height: top + len(t.Rows)*step + 4}
	for i, name := range columns {
		c.Texts = append(c.Texts, mark{X: percent((float64(i) + 0.5) * wide), Y: 13, Text: shortColumn(name), Anchor: "middle"})
	}
	for j, r := range t.Rows {
		y := top + j*step
		c.Texts = append(c.Texts, mark{X: "0", Y: y + 16, Text: cut(label(r), 44), Anchor: "start"})
		for i, n := range r.Cells[first:] {
			step := level(n.N, most)
			said := strconv.Itoa(n.N)
			switch {
			case n.Small:
				said = "< 5"
			case n.N == 0:
				said = "·"
			}
			c.Fields = append(c.Fields, box{X: percent(float64(i) * wide), Y: y + 22, W: percent(wide), H: high, Level: step, Gap: true,
				Title: label(r) + ", " + columnName(columns[i]) + ": " + amount(n)})
			c.Texts = append(c.Texts, mark{X: percent((float64(i) + 0.5) * wide), Y: y + 42, Text: said, Anchor: "middle", Dark: step >= 3})
		}
	}
	return c
}

func percent(n float64) string { return strconv.FormatFloat(n, 'f', 2, 64) + "%" }

// shortColumn is the name of a column where there is little room.
func shortColumn(c string) string {
	if phase, ok := strings.CutPrefix(c, "phase_"); ok {
		return phase
	}
	if month, ok := strings.CutPrefix(c, "month_"); ok {
		if at, err := time.ParseInLocation("2006-01", month, zone.Amsterdam); err == nil {
			return text.MonthShort(at)
		}
	}
	return columnName(c)
}

// calendar draws a column for each week and a row for each day.
func calendar(t bot.DashTable, now time.Time) *chart {
	const left, top, size, weeks = 34, 26, 34, 18
	counts := map[string]int{}
	most := 0
	var from time.Time
	for _, r := range t.Rows {
		on, err := time.ParseInLocation(time.DateOnly, r.Cells[0].Text, zone.Amsterdam)
		if err != nil {
			return nil
		}
		if from.IsZero() {
			from = on
		}
		n := r.Cells[1].N
		counts[r.Cells[0].Text] = n
		most = max(most, n)
	}
	today := now.In(zone.Amsterdam).Format(time.DateOnly)
	c := &chart{Width: strconv.Itoa(left + weeks*size), Height: top + 7*size}
	for i, name := range text.Weekdays() {
		c.Texts = append(c.Texts, mark{X: "0", Y: top + i*size + 20, Text: name, Anchor: "start"})
	}
	for i := range weeks * 7 {
		at := from.AddDate(0, 0, i)
		key := at.Format(time.DateOnly)
		x, y, n := left+i/7*size, top+i%7*size, counts[key]
		step := level(n, most)
		if i%7 == 0 && at.Day() <= 7 || i == 0 {
			c.Texts = append(c.Texts, mark{X: strconv.Itoa(x), Y: 16, Text: text.MonthShort(at), Anchor: "start"})
		}
		c.Fields = append(c.Fields, box{X: strconv.Itoa(x), Y: y, W: strconv.Itoa(size - 4), H: size - 4, Level: step, Title: text.DayName(at) + ": " + strconv.Itoa(n), Now: key == today})
		if n > 0 {
			c.Texts = append(c.Texts, mark{X: strconv.Itoa(x + size/2 - 2), Y: y + 20, Text: strconv.Itoa(n), Anchor: "middle", Dark: step >= 3})
		}
	}
	return c
}
