package text

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// The page of a card speaks more languages than the bot: whoever reads it did not
// choose to work here. Its words stand in page/*.yaml, one file a language, by
// code; {date} and the like are filled in.
//
//go:embed page/*.yaml
var pageFiles embed.FS

// PageLang is a language of the page of a card.
type PageLang struct {
	Code    string // such as "ar", for the browser
	Name    string // in the language itself
	Dir     string // "ltr" or "rtl"
	Checked bool   // somebody whose own language it is has read it
	words   map[string]string
}

// pageOrder is the order in which people see the languages; Dutch comes first and
// is what is meant where no other is.
var pageOrder = []string{"nl", "en", "tr", "ar", "pl", "uk"}

var pageLangs = sync.OnceValue(func() []PageLang {
	all, err := loadPages()
	if err != nil {
		panic(err) // embedded; a test reads each of them
	}
	return all
})

// loadPages reads every language of the page.
func loadPages() ([]PageLang, error) {
	var all []PageLang
	for _, code := range pageOrder {
		data, err := pageFiles.ReadFile(path.Join("page", code+".yaml"))
		if err != nil {
			return nil, err
		}
		l := PageLang{Code: code}
		if err := yaml.Unmarshal(data, &l.words); err != nil {
			return nil, fmt.Errorf("page/%s.yaml: %w", code, err)
		}
		l.Name, l.Dir, l.Checked = l.words["_name"], l.words["_dir"], l.words["_status"] == "reviewed"
		all = append(all, l)
	}
	return all, nil
}

// PageLangs lists the languages of the page.
func PageLangs() []PageLang { return slices.Clone(pageLangs()) }

// PageCodes lists the codes of the page's words, in order.
func PageCodes() []string {
	var all []string
	for code := range pageLangs()[0].words {
		if !strings.HasPrefix(code, "_") {
			all = append(all, code)
		}
	}
	slices.Sort(all)
	return all
}

// PageLangCalled finds a language by its code.
func PageLangCalled(code string) (PageLang, bool) {
	all := pageLangs()
	i := slices.IndexFunc(all, func(l PageLang) bool { return l.Code == code })
	if i < 0 {
		return all[0], false
	}
	return all[i], true
}

// Say returns the words of a code, with pairs of a name and its value filled in. A
// code that is not there is its own words.
func (l PageLang) Say(code string, pairs ...string) string {
	s, ok := l.words[code]
	if !ok {
		return code
	}
	var fill []string
	for i := 0; i+1 < len(pairs); i += 2 {
		fill = append(fill, "{"+pairs[i]+"}", pairs[i+1])
	}
	return strings.NewReplacer(fill...).Replace(s)
}

// Has reports whether there are words for a code.
func (l PageLang) Has(code string) bool { _, ok := l.words[code]; return ok }
