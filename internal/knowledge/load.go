package knowledge

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// The limits of an entry, in characters; what is longer is not read in a chat.
const (
	maxTitle  = 90
	maxAnswer = 480
	maxMore   = 1000
	minAsks   = 8
)

// Contacts are the people and places an entry may send someone to.
var contactNames = map[string]string{
	"fg":                      "de functionaris gegevensbescherming (FG) van uw organisatie",
	"steunpunt":               "het Steunpunt Passend Onderwijs",
	"veilig_thuis":            "Veilig Thuis (0800-2000, dag en nacht)",
	"aandachtsfunctionaris":   "de aandachtsfunctionaris van uw organisatie",
	"leerplicht":              "de leerplichtambtenaar van uw gemeente",
	"swv":                     "uw samenwerkingsverband",
	"jgz":                     "de jeugdgezondheidszorg (GGD)",
	"ap":                      "de Autoriteit Persoonsgegevens",
	"ouder_en_jeugdsteunpunt": "het Ouder- en Jeugdsteunpunt",
	"procesregisseur":         "de procesregisseur van het overleg",
	"bestuur":                 "uw bestuur of directie",
	"regio":                   "de contactpersoon van uw regio",
}

// CheckError holds every mistake in a knowledge base, each as "file: code: sentence".
type CheckError struct{ Mistakes []string }

func (e *CheckError) Error() string {
	return fmt.Sprintf("knowledge base: %d mistakes\n%s", len(e.Mistakes), strings.Join(e.Mistakes, "\n"))
}

// raw is a base as it was read, before it is indexed.
type raw struct {
	facts      map[string]Fact
	entries    []Entry
	synonyms   map[string][]string
	outside    []string
	around     map[string]string   // code -> words people use around it
	voices     map[string][]string // code -> phrasings beside those of its entry
	confidence confidenceModel
	second     second
	safety     struct {
		Alarming []string `yaml:"alarming"`
		Harmless []string `yaml:"harmless"`
	}
}

// themeFile reports whether name is a file with entries.
func themeFile(name string) bool {
	switch name {
	case "facts.yaml", "synonyms.yaml", "outside.yaml", "words.yaml", "safety.yaml", "voices.yaml", "beyond.yaml":
		return false
	}
	return strings.HasSuffix(name, ".yaml")
}

// load reads all files and checks them.
func load(files fs.FS) (*raw, error) {
	r := &raw{facts: map[string]Fact{}, confidence: defaultConfidence}
	var doc struct {
		Facts []Fact `yaml:"facts"`
	}
	if err := readYAML(files, "facts.yaml", &doc); err != nil {
		return nil, err
	}
	for _, f := range doc.Facts {
		r.facts[f.Code] = f
	}
	if err := readYAML(files, "synonyms.yaml", &r.synonyms); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := readYAML(files, "words.yaml", &r.around); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := readYAML(files, "safety.yaml", &r.safety); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := readYAML(files, "voices.yaml", &r.voices); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, name := range []string{"outside.yaml", "beyond.yaml"} {
		topics := map[string][]string{}
		if err := readYAML(files, name, &topics); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, topic := range sortedKeys(topics) {
			r.outside = append(r.outside, topics[topic]...)
		}
	}
	if err := readConfidence(files, &r.confidence); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := readSecond(files, &r.second); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	themes := names[:0]
	for _, name := range names {
		if themeFile(name) {
			themes = append(themes, name)
		}
	}
	lists := make([][]Entry, len(themes))
	errs := make([]error, len(themes))
	var wait sync.WaitGroup
	for i, name := range themes {
		wait.Go(func() { errs[i] = readYAML(files, name, &lists[i]) })
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for i, list := range lists {
		for j := range list {
			list[j].file = themes[i]
			list[j].Answer = strings.TrimSpace(list[j].Answer)
			list[j].More = strings.TrimSpace(list[j].More)
		}
		r.entries = append(r.entries, list...)
	}
	for i := range r.entries {
		e := &r.entries[i]
		e.Asks = append(e.Asks, r.voices[e.Code]...)
	}
	if mistakes := r.check(); len(mistakes) > 0 {
		return r, &CheckError{mistakes}
	}
	return r, nil
}

func readYAML(files fs.FS, name string, into any) error {
	f, err := files.Open(name)
	if err != nil {
		return fmt.Errorf("knowledge base: %w", err)
	}
	defer f.Close()
	dec := yaml.NewDecoder(f)
	dec.KnownFields(true)
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("knowledge base: %s: %w", name, err)
	}
	return nil
}

// check returns every mistake in the entries.
func (r *raw) check() []string {
	var out []string
	for code := range r.around {
		if _, ok := r.facts[code]; !ok {
			out = append(out, "words.yaml: "+code+": no fact has this code")
		}
	}
	for code := range r.voices {
		if _, ok := r.facts[code]; !ok {
			out = append(out, "voices.yaml: "+code+": no fact has this code")
		}
	}
	seen := map[string]string{}
	asked := map[string]string{}
	for _, e := range r.entries {
		say := func(format string, args ...any) {
			out = append(out, fmt.Sprintf("%s: %s: ", e.file, e.Code)+fmt.Sprintf(format, args...))
		}
		f, ok := r.facts[e.Code]
		if !ok {
			say("no fact has this code")
			continue
		}
		if other, twice := seen[e.Code]; twice {
			say("stands also in %s", other)
		}
		seen[e.Code] = e.file
		if want := strings.ToLower(strings.SplitN(e.Code, "-", 2)[0]) + ".yaml"; want != path.Base(e.file) {
			say("belongs in %s", want)
		}
		if e.Mark != f.Mark {
			say("mark is %q, the fact has %q", e.Mark, f.Mark)
		}
		for _, field := range []struct {
			name, text string
			most       int
		}{{"title", e.Title, maxTitle}, {"answer", e.Answer, maxAnswer}, {"source", e.Source, 200}} {
			if field.text == "" {
				say("%s is missing", field.name)
			}
			if n := utf8.RuneCountInString(field.text); n > field.most {
				say("%s has %d characters, at most %d", field.name, n, field.most)
			}
		}
		if n := utf8.RuneCountInString(e.More); n > maxMore {
			say("more has %d characters, at most %d", n, maxMore)
		}
		if len(e.Asks) < minAsks {
			say("has %d phrasings, at least %d", len(e.Asks), minAsks)
		}
		for _, q := range e.Asks {
			key := strings.Join(words(q), " ")
			if other, twice := asked[key]; twice {
				say("phrasing %q stands also at %s", q, other)
			}
			asked[key] = e.Code
		}
		if e.Mark == Interpretation && !wordedAsInterpretation(e.Answer) {
			say("an interpretation must be worded as one: name the FG")
		}
		if e.Mark == Unconfirmed && !wordedAsUnconfirmed(e.Answer) {
			say("an unconfirmed fact must say \"niet bevestigd\"")
		}
		for _, c := range e.Contacts {
			if contactNames[c] == "" {
				say("unknown contact %q", c)
			}
		}
		if e.Region != "" && e.Region != "amersfoort" && e.Region != "mvs" {
			say("unknown region %q", e.Region)
		}
		for _, c := range e.Also {
			if g, ok := r.facts[c]; !ok {
				say("also: no fact %s", c)
			} else if g.Mark == Unconfirmed {
				say("also: %s is not confirmed and cannot be cited", c)
			}
		}
		for _, c := range e.Related {
			if _, ok := r.facts[c]; !ok {
				say("related: no fact %s", c)
			}
		}
	}
	for code := range r.facts {
		if _, ok := seen[code]; !ok {
			out = append(out, "facts.yaml: "+code+": no entry says what this fact means")
		}
	}
	sort.Strings(out)
	return out
}

// Missing lists the codes of facts that have no entry.
func (b *Base) Missing() []string {
	var out []string
	for code := range b.facts {
		if _, ok := b.at[code]; !ok {
			out = append(out, code)
		}
	}
	sort.Strings(out)
	return out
}
