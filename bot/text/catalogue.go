package text

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"sync"
	"text/template"

	"go.yaml.in/yaml/v3"
)

// Lang is a language of the catalogue.
type Lang string

// The languages. Dutch is the default; English is complete too.
const (
	NL Lang = "nl"
	EN Lang = "en"
)

//go:embed nl/*.yaml en/*.yaml
var files embed.FS

// Message is one thing the bot says; T is the type of its arguments. The text
// itself stands in nl/*.yaml and en/*.yaml under the message's code.
type Message[T any] struct{ code string }

// Code returns the message's code.
func (m Message[T]) Code() string { return m.code }

// In returns the message in a language with its arguments filled in. Arguments
// are put in as they are: callers pass no Markdown from strangers.
func (m Message[T]) In(l Lang, args T) string { return in(l, m.code, args) }

// NL returns the message in Dutch.
func (m Message[T]) NL(args T) string { return in(NL, m.code, args) }

// The compiler writes each method of Message out for each type of arguments, so what
// they do stands here, once.

func in(l Lang, code string, args any) string { return For(l, fill(l, code, args)) }

func fill(l Lang, code string, args any) string {
	t := lookup(l, code)
	if t == nil {
		return code
	}
	var b bytes.Buffer
	if err := t.Execute(&b, args); err != nil {
		return code
	}
	return strings.TrimSpace(b.String())
}

// None is the argument of messages that take none.
type None struct{}

// declared holds every message with a value of its argument type, for the test
// that compares them with the files.
var declared = map[string]any{}

func define[T any](code string) Message[T] {
	if _, twice := declared[code]; twice {
		panic("text: " + code + " is declared twice")
	}
	var zero T
	declared[code] = zero
	return Message[T]{code}
}

type book struct {
	texts map[Lang]map[string]*template.Template
}

// entry is one text of the catalogue. It becomes a template when it is first said:
// of a thousand texts an installation says a few dozen, and templates take ten times
// the memory of what they are made of.
type entry struct {
	text string
	once sync.Once
	made *template.Template // nil when the text is no template
}

var catalogue = sync.OnceValue(func() map[Lang]map[string]*entry {
	raw, err := readTexts(files)
	if err != nil {
		// The files are embedded and a test reads each of them, so a binary that
		// was built from a tested tree does not come here.
		panic(err)
	}
	all := map[Lang]map[string]*entry{}
	for lang, texts := range raw {
		all[lang] = make(map[string]*entry, len(texts))
		for code, text := range texts {
			all[lang][code] = &entry{text: text}
		}
	}
	return all
})

// lookup is the template of a code, nil when there is none.
func lookup(l Lang, code string) *template.Template {
	e := catalogue()[l][code]
	if e == nil {
		return nil
	}
	e.once.Do(func() {
		// A test makes every text a template, so none fails here.
		if t, err := templateOf(l, code, e.text); err == nil {
			e.made = t
		}
	})
	return e.made
}

func templateOf(l Lang, code, text string) (*template.Template, error) {
	return template.New(code).Funcs(funcs(l)).Option("missingkey=error").Parse(text)
}

// load reads every file of both languages and makes a template of every text. What
// readTexts complains of, or a text that is no template, is an error that names the code.
func load(fsys fs.FS) (book, error) {
	b := book{texts: map[Lang]map[string]*template.Template{}}
	raw, err := readTexts(fsys)
	if err != nil {
		return b, err
	}
	for lang, texts := range raw {
		b.texts[lang] = make(map[string]*template.Template, len(texts))
		for code, text := range texts {
			if b.texts[lang][code], err = templateOf(lang, code, text); err != nil {
				return b, fmt.Errorf("%s: %s: %w", lang, code, err)
			}
		}
	}
	return b, nil
}

// readTexts reads every file of both languages. A code that stands twice in one language
// is an error that names file and code.
func readTexts(fsys fs.FS) (map[Lang]map[string]string, error) {
	all := map[Lang]map[string]string{NL: {}, EN: {}}
	for lang, texts := range all {
		names, err := fs.Glob(fsys, path.Join(string(lang), "*.yaml"))
		if err != nil {
			return nil, err
		}
		sort.Strings(names)
		for _, name := range names {
			data, err := fs.ReadFile(fsys, name)
			if err != nil {
				return nil, err
			}
			var raw map[string]string
			if err := yaml.Unmarshal(data, &raw); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			for code, text := range raw {
				if _, twice := texts[code]; twice {
					return nil, fmt.Errorf("%s: %s stands twice", name, code)
				}
				texts[code] = text
			}
		}
	}
	return all, nil
}
