package rules

import (
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/rules/bundle"
)

// TestNobodyReadsAnAbbreviation looks at what every clause of the default
// bundle tells, as a no and as a yes.
func TestNobodyReadsAnAbbreviation(t *testing.T) {
	b, err := Load(bundle.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range b.questions {
		for _, c := range q.clauses {
			for _, r := range []Reason{c.reason, c.ground} {
				if r.Source == "" && r.Code != "" {
					t.Errorf("%s has no source", c)
				}
				for _, word := range strings.FieldsFunc(r.Source, func(r rune) bool { return strings.ContainsRune(" ;,:()", r) }) {
					if _, short := b.sources.Names[word]; short && word != "overlegvormen" || word == "oud" || strings.HasPrefix(word, "W-") {
						t.Errorf("%s: %q has the abbreviation %s", c, r.Source, word)
					}
				}
			}
		}
	}
}

func TestASourceIsToldInFull(t *testing.T) {
	b, err := Load(bundle.FS)
	if err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]string{
		"W-JW art. 7.3.11; S1":       "Jeugdwet art. 7.3.11; Model Privacy Convenant, inleiding",
		"W-WPO art. 8 (oud); N5":     "Wet op het primair onderwijs art. 8 (oudere wetstekst gezien); NJi, Wat bespreek je in een multidisciplinair overleg?",
		"toestemmingsmatrix 2":       "Toestemmingsmatrix van convenantbot, hoofdstuk 2",
		"overlegvormen 2, fase F7":   "Beschrijving van de overlegvormen, hoofdstuk 2, fase F7",
		"S2 (bijlage 3)":             "Steunpunt Passend Onderwijs, themapagina privacy (bijlage 3)",
		"S1; design-consequences D5": "Model Privacy Convenant, inleiding; Eigen ontwerpkeuze D5",
	} {
		if got, err := b.ReadableSource(source); got != want || err != nil {
			t.Errorf("ReadableSource(%q) = %q, %v, want %q", source, got, err, want)
		}
	}
	for _, unknown := range []string{"S12 art. 1", "W-JW art. 1;", "w-jw art. 1", "W-JW; N5 ; X"} {
		if got, err := b.ReadableSource(unknown); err == nil {
			t.Errorf("ReadableSource(%q) = %q; want an error", unknown, got)
		}
	}
}

// TestOneMistakeIsToldOnce: a cell whose clause has a mistake is not also told
// as a cell without a clause, and a bundle without names of sources complains
// about the file and not about each clause.
func TestOneMistakeIsToldOnce(t *testing.T) {
	files, err := Files(bundle.FS)
	if err != nil {
		t.Fatal(err)
	}
	names := files[sourcesFile]
	for _, c := range []struct{ name, want string }{{"", "sources.yaml: is missing"}, {"W-BW7", `source "W-BW7" has no name in sources.yaml`}} {
		delete(files, sourcesFile)
		most := 1
		if c.name != "" {
			files[sourcesFile] = []byte(strings.Replace(string(names), c.name+":", "W-BW70:", 1))
			most = 4 // as many clauses name it
		}
		_, err := LoadFiles(files)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Count(err.Error(), "\n")+1 > most {
			t.Errorf("without %q LoadFiles = %v, want %d complaints and %q", c.name, err, most, c.want)
		}
	}
}
