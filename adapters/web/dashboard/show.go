package dashboard

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/zone"
)

// viewPage is a view as the template shows it.
type viewPage struct {
	Title, Print, CSRF, Done string
	Hats                     []link
	Hat                      string
	Menu                     []link
	Facts                    []fact
	Tables                   []table
	Acts                     []link
	Notes                    []string
	Next, First, JSON        string
	Updated, Ends            string
	Verify                   string // where the log is verified; blank: not here
}

type link struct {
	URL, Text, For string
	On             bool
}

type fact struct {
	N, Text, URL string
	Most         bool
	Bad          bool
}

type table struct {
	ID, Title, CSV string
	Columns        []column
	Rows           []row
	Chart          *chart
	Acts           bool
}

type column struct {
	Text   string
	Number bool
}

type row struct {
	Cells []cell
	Acts  []link
}

type cell struct {
	Text, Title, URL string
	Key              string // the code beside the words
	Number, Code     bool
	Day, Head        bool
}

// shown makes the page of a view.
func shown(d bot.Dash, token string) viewPage {
	here := place(d.Hat, d.View)
	p := viewPage{Title: text.Dash("view_" + d.View), Print: printOf(d), CSRF: token, Hat: hatName(d.Hat), JSON: here + "/json",
		Updated: d.Now.In(zone.Amsterdam).Format("15:04"), Ends: d.Ends.In(zone.Amsterdam).Format("15:04")}
	for _, h := range d.Hats {
		view := d.View
		if h.Kind != d.Hat.Kind {
			view = "begin" // not every hat has every view
		}
		p.Hats = append(p.Hats, link{URL: place(h, view), Text: hatName(h), On: h.Kind == d.Hat.Kind && h.Organisation == d.Hat.Organisation})
	}
	for _, v := range d.Views {
		p.Menu = append(p.Menu, link{URL: place(d.Hat, v), Text: text.Dash("view_" + v), On: v == d.View})
	}
	for _, f := range d.Facts {
		one := fact{N: strconv.Itoa(f.N), Text: text.Dash("fact_" + f.Code), Most: f.More, Bad: f.N > 0 && worrying[f.Code]}
		if f.View != "" && f.View != d.View {
			one.URL = place(d.Hat, f.View)
		}
		p.Facts = append(p.Facts, one)
	}
	for _, t := range d.Tables {
		p.Tables = append(p.Tables, tableOf(here, d, t))
	}
	p.Acts = links(here, d.Acts)
	for _, n := range d.Notes {
		p.Notes = append(p.Notes, text.Dash("note_"+n))
	}
	if d.Next != "" {
		p.Next = here + "?na=" + url.QueryEscape(string(d.Next))
	}
	if d.View == "logboek" {
		p.Verify = here + "/controle"
	}
	return p
}

// worrying are the numbers that are best nothing.
var worrying = map[string]bool{"incidents": true, "matter_late": true, "jobs_buried": true}

// printOf is the same for two views in which nothing differs that people see.
func printOf(d bot.Dash) string {
	d.Now = time.Time{}
	data, err := json.Marshal(d)
	if err != nil {
		return `""` // a struct of ours that cannot be written is never the same
	}
	sum := sha256.Sum256(data)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

func hatName(h bot.Hat) string {
	if h.Kind == bot.HatLead {
		return text.Dash("hat_regie") + ", " + text.Dash("hat_regie_of")
	}
	return text.Dash("hat_"+string(h.Kind)) + ", " + h.Name
}

func tableOf(here string, d bot.Dash, t bot.DashTable) table {
	out := table{ID: t.Code, Title: text.Dash("table_" + t.Code), CSV: here + "/csv/" + t.Code}
	for i, c := range t.Columns {
		out.Columns = append(out.Columns, column{Text: columnName(c), Number: isNumber(t, i)})
	}
	for _, r := range t.Rows {
		one := row{Acts: links(here, r.Acts)}
		for i, c := range r.Cells {
			shown := cellOf(c)
			shown.Head = i == 0
			if d.View == "logboek" && t.Code == "logboek" && i == 0 {
				shown.URL = here + "/bewijs/" + strconv.Itoa(c.N)
			}
			one.Cells = append(one.Cells, shown)
		}
		out.Acts = out.Acts || len(one.Acts) > 0
		out.Rows = append(out.Rows, one)
	}
	out.Chart = chartOf(t, d.Now)
	return out
}

func isNumber(t bot.DashTable, column int) bool {
	for _, r := range t.Rows {
		if column < len(r.Cells) && r.Cells[column].Is == bot.CellNumber {
			return true
		}
	}
	return false
}

// columnName is what people call a column. Months name themselves.
func columnName(c string) string {
	if phase, ok := strings.CutPrefix(c, "phase_"); ok {
		return text.For(text.NL, text.PhaseName(phase))
	}
	if month, ok := strings.CutPrefix(c, "month_"); ok {
		if at, err := time.Parse("2006-01", month); err == nil {
			return text.MonthName(at)
		}
	}
	return text.Dash("col_" + c)
}

func cellOf(c bot.DashCell) cell {
	switch c.Is {
	case bot.CellNumber:
		if c.Small {
			return cell{Text: text.Dash("small"), Number: true}
		}
		return cell{Text: strconv.Itoa(c.N), Number: true}
	case bot.CellDay:
		if at, err := time.ParseInLocation(time.DateOnly, c.Text, zone.Amsterdam); err == nil {
			return cell{Text: text.DayName(at), Day: true}
		}
	case bot.CellMoment:
		if at, err := time.Parse(time.RFC3339, c.Text); err == nil {
			return cell{Text: text.DayName(at) + " " + at.In(zone.Amsterdam).Format("15:04"), Day: true}
		}
	case bot.CellCode:
		if len(c.Text) > 26 {
			return cell{Text: c.Text[:20] + "…", Title: c.Text, Code: true}
		}
		return cell{Text: c.Text, Code: true}
	}
	return cell{Text: c.Text, Key: c.Key}
}

// links are acts as links to the pages that ask whether one is sure.
func links(here string, all []bot.DashAct) []link {
	var out []link
	for _, a := range all {
		q := url.Values{}
		if a.Casus != "" {
			q.Set("casus", string(a.Casus))
		}
		if a.Object != "" {
			q.Set("op", a.Object)
		}
		l := link{URL: here + "/doe/" + a.Code, Text: text.Dash("do_" + a.Code), For: string(a.Casus)}
		if l.For == "" && len(a.Object) < 20 {
			l.For = a.Object
		}
		if len(q) > 0 {
			l.URL += "?" + q.Encode()
		}
		out = append(out, l)
	}
	return out
}

// coded is a text as a page shows it: what stands between backticks, as in the chat,
// is what one types.
func coded(s string) template.HTML {
	parts := strings.Split(s, "`")
	if len(parts)%2 == 0 {
		return template.HTML(template.HTMLEscapeString(s)) //nolint:gosec // escaped
	}
	for i, p := range parts {
		if parts[i] = template.HTMLEscapeString(p); i%2 == 1 {
			parts[i] = "<code>" + parts[i] + "</code>"
		}
	}
	return template.HTML(strings.Join(parts, "")) //nolint:gosec // escaped, but for our own tags
}
