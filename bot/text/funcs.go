package text

import (
	"fmt"
	"strings"
	"text/template"
	"time"

	"github.com/convenantbot/convenantbot/internal/zone"
)

var months = map[Lang][]string{
	NL: {"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
	EN: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

// date writes a calendar day as people do: "1 juni 2026". It is that of a moment in
// Amsterdam, or one that is kept as YYYY-MM-DD. What is no day is itself.
func date(l Lang) func(any) string {
	return func(v any) string {
		var t time.Time
		switch v := v.(type) {
		case time.Time:
			t = v.In(zone.Amsterdam)
		case string:
			day, err := time.Parse(time.DateOnly, v)
			if err != nil {
				return v
			}
			t = day
		default:
			return fmt.Sprint(v)
		}
		return fmt.Sprintf("%d %s %d", t.Day(), months[l][t.Month()-1], t.Year())
	}
}

// moment writes the day and the time of t in Amsterdam.
func moment(l Lang) func(time.Time) string {
	return func(t time.Time) string {
		if l == EN {
			return date(l)(t) + " at " + t.In(zone.Amsterdam).Format("15:04")
		}
		return date(l)(t) + " om " + t.In(zone.Amsterdam).Format("15:04") + " uur"
	}
}

// list writes names as people do: "a, b en c".
func list(l Lang) func([]string) string {
	and := " en "
	if l == EN {
		and = " and "
	}
	return func(names []string) string {
		switch n := len(names); n {
		case 0:
			return ""
		case 1:
			return names[0]
		default:
			return strings.Join(names[:n-1], ", ") + and + names[n-1]
		}
	}
}

// some is what stands for one, or for none and for several.
func some(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}

// count is a number with what is counted: "1 bestand", "2 bestanden".
func count(n int, one, more string) string { return fmt.Sprint(n, " ", some(n, one, more)) }

func funcs(l Lang) template.FuncMap {
	return template.FuncMap{"date": date(l), "moment": moment(l), "list": list(l), "some": some, "count": count}
}
