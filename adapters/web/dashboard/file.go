package dashboard

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/zone"
)

// filePages is how many pages of casussen one file holds at most.
const filePages = 50

// whole is a view with all of its pages. Only the first is recorded: it is one look.
func (p *pages) whole(r *http.Request, as string) (bot.Dash, error) {
	q := p.query(r)
	q.As = as
	d, err := p.look(r.Context(), q)
	for n := 1; err == nil && d.Next != "" && n < filePages; n++ {
		q.After, q.Poll = d.Next, true
		var more bot.Dash
		if more, err = p.look(r.Context(), q); err != nil {
			break
		}
		d.Next = more.Next
		for i, t := range more.Tables {
			if i < len(d.Tables) && d.Tables[i].Code == t.Code && listed[t.Code] {
				d.Tables[i].Rows = append(d.Tables[i].Rows, t.Rows...)
			}
		}
	}
	return d, err
}

// listed are the tables that go on on a next page; others are of everything.
var listed = map[string]bool{"casussen": true, "toestemming": true, "verjaardagen": true, "plan": true, "blokkades": true, "vrijgegeven": true,
	"incidenten": true, "overname": true}

// asJSON gives a view as JSON: the same tables, a row as an object by its columns. What
// has a code is the code, which never changes, and has its words beside it.
func (p *pages) asJSON(w http.ResponseWriter, r *http.Request) {
	d, err := p.whole(r, "json")
	if err != nil {
		p.failed(w, r, err)
		return
	}
	type fileTable struct {
		Table string           `json:"table"`
		Rows  []map[string]any `json:"rows"`
	}
	out := struct {
		View         string         `json:"view"`
		As           bot.HatKind    `json:"as"`
		Organisation bot.OrgID      `json:"organisation,omitempty"`
		At           string         `json:"at"`
		Numbers      map[string]int `json:"numbers"`
		Tables       []fileTable    `json:"tables"`
		Cut          bool           `json:"cut"` // there was more than one file holds
	}{d.View, d.Hat.Kind, d.Hat.Organisation, d.Now.In(zone.Amsterdam).Format("2006-01-02T15:04:05Z07:00"), map[string]int{}, []fileTable{}, d.Next != ""}
	for _, f := range d.Facts {
		out.Numbers[f.Code] = f.N
	}
	for _, t := range d.Tables {
		one := fileTable{t.Code, []map[string]any{}}
		for _, r := range t.Rows {
			row := map[string]any{}
			for i, c := range r.Cells {
				row[t.Columns[i]] = jsonValue(c)
				if c.Key != "" {
					row[t.Columns[i]], row[t.Columns[i]+"_name"] = c.Key, c.Text
				}
			}
			one.Rows = append(one.Rows, row)
		}
		out.Tables = append(out.Tables, one)
	}
	p.file(w, "application/json; charset=utf-8", "overzicht-"+d.View+".json")
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	_ = enc.Encode(out) // whoever asked may have gone
}

// jsonValue is a number, a text, or null for nothing. A number that is too small to
// be shown is a text.
func jsonValue(c bot.DashCell) any {
	switch {
	case c.Small:
		return text.Dash("small")
	case c.Is == bot.CellNumber:
		return c.N
	case c.Text == "":
		return nil
	}
	return c.Text
}

// asCSV gives one table of a view.
func (p *pages) asCSV(w http.ResponseWriter, r *http.Request) {
	d, err := p.whole(r, "csv")
	if err != nil {
		p.failed(w, r, err)
		return
	}
	for _, t := range d.Tables {
		if t.Code != r.PathValue("table") {
			continue
		}
		p.file(w, "text/csv; charset=utf-8", "overzicht-"+d.View+"-"+t.Code+".csv")
		out := csv.NewWriter(w)
		out.Comma = ';' // what a spreadsheet in Dutch opens as columns
		var head []string
		for i, c := range t.Columns {
			head = append(head, inert(columnKey(c)))
			if keyed(t, i) {
				head = append(head, inert(columnKey(c)+", "+text.Dash("in_words")))
			}
		}
		_ = out.Write(head)
		for _, r := range t.Rows {
			var line []string
			for i, c := range r.Cells {
				switch {
				case c.Key != "":
					line = append(line, inert(c.Key), csvValue(c))
				case keyed(t, i):
					line = append(line, csvValue(c), "")
				default:
					line = append(line, csvValue(c))
				}
			}
			_ = out.Write(line)
		}
		out.Flush() // whoever asked may have gone
		return
	}
	p.failed(w, r, bot.ErrNotFound)
}

// columnKey is the head of a column in a file: a phase is its code there.
func columnKey(c string) string {
	if phase, ok := strings.CutPrefix(c, "phase_"); ok {
		return phase
	}
	return columnName(c)
}

// keyed reports whether a column has codes that have words.
func keyed(t bot.DashTable, column int) bool {
	for _, r := range t.Rows {
		if column < len(r.Cells) && r.Cells[column].Key != "" {
			return true
		}
	}
	return false
}

func csvValue(c bot.DashCell) string {
	switch {
	case c.Small:
		return text.Dash("small")
	case c.Is == bot.CellNumber:
		return strconv.Itoa(c.N)
	}
	return inert(c.Text)
}

// inert is s as a spreadsheet reads it as text: what could begin a formula, also
// behind spaces or a wide sign, gets a quote before it.
func inert(s string) string {
	t := strings.TrimLeft(s, " \t\r\n\u00a0\u200b\ufeff")
	if t == "" {
		return s
	}
	if first := []rune(t)[0]; strings.ContainsRune("=+-@|%＝＋－＠", first) || s[0] == '\t' || s[0] == '\r' || s[0] == '\n' {
		return "'" + s
	}
	return s
}
