package storybook

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

// messages are the sheets of the catalogue, one for each of its parts.
func (m *maker) messages() ([]sheet, error) {
	var all []sheet
	for _, s := range text.Samples() {
		if n := len(all); n == 0 || all[n-1].File != fileOf(s.Part) {
			p, ok := parts[s.Part]
			if !ok {
				p = part{s.Part, everything}
			}
			all = append(all, sheet{File: fileOf(s.Part), Title: p.Title, Chapter: p.Chapter})
		}
		one := item{ID: s.Code, Name: s.Code, Code: true}
		if n := len(s.Shown); n > 1 {
			one.About = fmt.Sprintf("%d vormen", n)
		}
		var words []string
		for _, shown := range s.Shown {
			nl, err := m.spoken(s.Code, shown[text.NL])
			if err != nil {
				return nil, err
			}
			en, err := m.spoken(s.Code, shown[text.EN])
			if err != nil {
				return nil, err
			}
			one.Pairs = append(one.Pairs, pair{nl, en})
			words = append(words, shown[text.NL], shown[text.EN])
		}
		one.Words = searchable(words...)
		here := &all[len(all)-1]
		here.Items = append(here.Items, one)
	}
	return all, nil
}

func fileOf(part string) string { return "tekst-" + strings.ReplaceAll(part, "_", "-") + ".html" }

// spoken shows a text as what it is: a button, a few words of a form or a table, or
// a message.
func (m *maker) spoken(code, said string) (template.HTML, error) {
	words := template.HTMLEscapeString(said)
	switch {
	case strings.HasPrefix(code, "button."):
		return template.HTML(`<button type="button" class="btn">` + words + `</button>`), nil
	case strings.HasPrefix(code, "form.") && !strings.HasSuffix(code, ".intro"),
		!strings.ContainsAny(said, "\n*_`") && len(said) < 80 && !strings.ContainsAny(said, ".?!"):
		return template.HTML(`<p class="woorden">` + words + `</p>`), nil
	}
	return m.message(bot.Message{Text: said})
}

// searchable is what is searched in, small and on one line. Long texts are cut: who
// searches gives a few words, and the page has to stay light.
func searchable(words ...string) string {
	s := strings.ToLower(strings.Join(strings.Fields(strings.Join(words, " ")), " "))
	if r := []rune(s); len(r) > 600 {
		s = string(r[:600])
	}
	return s
}
