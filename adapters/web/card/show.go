package card

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/zone"
)

//go:embed card.html
var pageHTML string

var templates = template.Must(template.New("card").Funcs(template.FuncMap{
	"cell": bot.CardCell,
	"add":  func(a, b int) int { return a + b },
	"list": func(all []string) string { return strings.Join(all, ", ") },
}).Parse(pageHTML))

// shown is what a page is made of.
type shown struct {
	View  bot.CardView
	Ask   bot.CardAsk
	In    bool // a card is open
	CSRF  string
	Code  string
	Done  string // code of what was done
	Wrong string // code of what is wrong
	Field string // where
	Form  url.Values

	L     text.PageLang
	Langs []text.PageLang
	Path  string // of this page, for the links to other languages
	Name  string
}

// Marks around a value in a sentence that is written from right to left: a date or
// a Dutch name in it keeps its own direction, or a day reads as a year.
const (
	isolate = "\u2068"
	release = "\u2069"
)

// T says the words of a code.
func (s shown) T(code string, pairs ...string) string {
	if s.L.Dir == "rtl" {
		pairs = slices.Clone(pairs)
		for i := 1; i < len(pairs); i += 2 {
			pairs[i] = isolate + pairs[i] + release
		}
	}
	return s.L.Say(code, pairs...)
}

// Date writes a day in figures, which read the same in every language.
func (s shown) Date(t time.Time) string { return t.In(zone.Amsterdam).Format("02-01-2006") }

// Kinds are the names of kinds of data.
func (s shown) Kinds(kinds []bot.DataKind) string {
	var all []string
	for _, k := range kinds {
		all = append(all, s.T("data."+string(k)))
	}
	return strings.Join(all, ", ")
}

// Party is what a recipient is called.
func (s shown) Party(p bot.CardParty) string {
	if p.Family {
		return s.T("family")
	}
	return p.Name
}

// Parties are all of them.
func (s shown) Parties(all []bot.CardParty) string {
	var names []string
	for _, p := range all {
		if name := s.Party(p); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return s.T("answers.alone")
	}
	return strings.Join(names, ", ")
}

// KindsOf are the kinds to choose for; of the overleg itself it is one without a
// name.
func (s shown) KindsOf(a bot.CardAsk) []bot.DataKind {
	if a.Agreement {
		return []bot.DataKind{""}
	}
	return a.Kinds
}

// show writes a page.
func (p pages) show(w http.ResponseWriter, r *http.Request, status int, name string, s shown) {
	s.L, s.Langs, s.Name = p.lang(w, r), text.PageLangs(), name
	// After a form there is no page to come back to but the card itself.
	if s.Path = Root; r.Method == http.MethodGet && name != "open" {
		s.Path = r.URL.Path
	} else if s.Code != "" {
		s.Path = r.URL.Path
	}
	var page bytes.Buffer
	if err := templates.ExecuteTemplate(&page, "page", s); err != nil {
		p.Log.Error("a page of a card could not be made", "page", name, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", s.L.Code)
	w.WriteHeader(status)
	// The reader may have gone; there is nobody else to tell.
	_, _ = page.WriteTo(w)
}
