package storybook

import (
	"io/fs"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/rules/bundle"
)

// ruleWords is what a person reads for a rule.
type ruleWords struct {
	Text    string `yaml:"text"`
	Next    string `yaml:"next"`
	Allowed string `yaml:"allowed"`
}

// rulesIn reads the words of the default rules in a language. Where there are none,
// the result is empty.
func rulesIn(lang string) (map[string]ruleWords, error) {
	data, err := fs.ReadFile(bundle.FS, "messages."+lang+".yaml")
	if err != nil {
		return nil, nil //nolint:nilerr // the rules do not speak this language
	}
	var all struct{ Messages map[string]ruleWords }
	return all.Messages, yaml.Unmarshal(data, &all)
}

// refusals is the sheet of what the rules say, each no with its way out.
func (m *maker) refusals() ([]sheet, error) {
	nl, err := rulesIn("nl")
	if err != nil {
		return nil, err
	}
	en, err := rulesIn("en")
	if err != nil {
		return nil, err
	}
	s := sheet{File: "regels.html", Title: "Wat de regels zeggen: elk nee, en de weg eruit", Chapter: "delen"}
	for _, code := range slices.Sorted(maps.Keys(nl)) {
		one := item{ID: code, Name: code, Code: true, Words: searchable("regel", code, nl[code].Text, nl[code].Next, nl[code].Allowed, en[code].Text)}
		for _, allowed := range []bool{false, true} {
			var p pair
			for lang, w := range map[string]ruleWords{"nl": nl[code], "en": en[code]} {
				said := strings.TrimSpace(w.Text + "\n\n" + w.Next)
				if allowed {
					said = w.Allowed
				}
				if said == "" {
					continue
				}
				html, err := m.message(bot.Message{Text: said})
				if err != nil {
					return nil, err
				}
				if lang == "nl" {
					p.NL = html
				} else {
					p.EN = html
				}
			}
			if p.NL != "" {
				one.Pairs = append(one.Pairs, p)
			}
		}
		s.Items = append(s.Items, one)
	}
	return []sheet{s}, nil
}
