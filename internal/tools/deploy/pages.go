package deploy

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	strict "sigs.k8s.io/yaml"
)

// licences is REUSE.toml, and the files of which each licence stands in LICENSES.
type licences struct {
	Version     int
	Annotations []struct {
		Path       any    `toml:"path"`
		Precedence string `toml:"precedence"`
		Copyright  any    `toml:"SPDX-FileCopyrightText"`
		Licence    string `toml:"SPDX-License-Identifier"`
	} `toml:"annotations"`
}

// tag is how a file names its own licence. It is cut, so that this line is none.
var tag = regexp.MustCompile("SPDX-License-" + `Identifier:\s*([A-Za-z0-9.+-]+)`)

// judgeLicences says which files below dir have no licence or no owner, by the
// rules of REUSE 3.3 as far as we use them: annotations by path, tags in files.
func judgeLicences(dir string) ([]string, error) {
	var wrong []string
	raw, err := os.ReadFile(filepath.Join(dir, "REUSE.toml"))
	if err != nil {
		return nil, err
	}
	var l licences
	if err := toml.Unmarshal(raw, &l); err != nil {
		return nil, err
	}
	if l.Version != 1 {
		wrong = append(wrong, fmt.Sprintf("REUSE.toml: version %d, want 1", l.Version))
	}
	used := map[string]bool{}
	var patterns []*regexp.Regexp
	for i, a := range l.Annotations {
		if a.Licence == "" || a.Copyright == nil || a.Copyright == "" {
			wrong = append(wrong, fmt.Sprintf("REUSE.toml: annotation %d has no licence or no owner", i))
		}
		var paths []string
		switch p := a.Path.(type) {
		case string:
			paths = []string{p}
		case []any:
			for _, one := range p {
				paths = append(paths, fmt.Sprint(one))
			}
		}
		for _, p := range paths {
			pattern := strings.NewReplacer(`\*\*`, ".*", `\*`, "[^/]*").Replace(regexp.QuoteMeta(p))
			patterns = append(patterns, regexp.MustCompile("^"+pattern+"$"))
		}
		used[a.Licence] = true
	}
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if slices.Contains([]string{".git", "dist", "LICENSES", "node_modules", "data"}, e.Name()) || rel == "LICENSE" || rel == "REUSE.toml" {
			if e.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if e.IsDir() || !e.Type().IsRegular() {
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		found := tag.FindAllStringSubmatch(string(raw), -1)
		for _, f := range found {
			used[f[1]] = true
		}
		if len(found) == 0 && !slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return p.MatchString(rel) }) {
			wrong = append(wrong, rel+": no licence")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	texts, err := os.ReadDir(filepath.Join(dir, "LICENSES"))
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, t := range texts {
		id := strings.TrimSuffix(t.Name(), ".txt")
		there[id] = true
		if !used[id] {
			wrong = append(wrong, "LICENSES/"+t.Name()+": nothing is under it")
		}
	}
	for id := range used {
		if id != "" && !there[id] {
			wrong = append(wrong, id+": its text is not in LICENSES")
		}
	}
	return wrong, nil
}

// The words that the standard for public code knows and that we may use; its
// whole lists are longer.
var (
	statuses   = []string{"concept", "development", "beta", "stable", "obsolete"}
	kinds      = []string{"standalone/mobile", "standalone/iot", "standalone/desktop", "standalone/web", "standalone/backend", "standalone/other", "addon", "library", "configurationFiles"}
	upkeep     = []string{"internal", "contract", "community", "none"}
	categories = []string{"collaboration", "communications", "compliance-management", "case-management", "data-collection", "document-management", "identity-management", "it-security", "knowledge-management", "workflow-management"}
	scopes     = []string{"education", "local-authorities", "welfare", "health", "government", "society", "justice"}
)

// publiccode is publiccode.yml, version 0.4: the fields that we use.
type publiccode struct {
	Version      string   `json:"publiccodeYmlVersion"`
	Name         string   `json:"name"`
	URL          string   `json:"url"`
	SoftwareType string   `json:"softwareType"`
	Status       string   `json:"developmentStatus"`
	Platforms    []string `json:"platforms"`
	Categories   []string `json:"categories"`
	Release      string   `json:"releaseDate,omitempty"`
	Software     string   `json:"softwareVersion,omitempty"`
	Organisation struct {
		URI  string `json:"uri"`
		Name string `json:"name,omitempty"`
	} `json:"organisation"`
	Legal struct {
		License string `json:"license"`
	} `json:"legal"`
	Maintenance struct {
		Type     string `json:"type"`
		Contacts []struct {
			Name  string `json:"name"`
			Email string `json:"email,omitempty"`
		} `json:"contacts,omitempty"`
		Contractors []any `json:"contractors,omitempty"`
	} `json:"maintenance"`
	Localisation struct {
		Ready     *bool    `json:"localisationReady"`
		Languages []string `json:"availableLanguages"`
	} `json:"localisation"`
	Audience struct {
		Countries []string `json:"countries,omitempty"`
		Scope     []string `json:"scope,omitempty"`
	} `json:"intendedAudience"`
	DependsOn struct {
		Open        []dependency `json:"open,omitempty"`
		Proprietary []dependency `json:"proprietary,omitempty"`
		Hardware    []dependency `json:"hardware,omitempty"`
	} `json:"dependsOn"`
	Description map[string]struct {
		Short         string   `json:"shortDescription"`
		Long          string   `json:"longDescription"`
		Features      []string `json:"features"`
		Name          string   `json:"localisedName,omitempty"`
		Documentation string   `json:"documentation,omitempty"`
		Screenshots   []string `json:"screenshots,omitempty"`
	} `json:"description"`
}

type dependency struct {
	Name     string `json:"name"`
	Min      string `json:"versionMin,omitempty"`
	Max      string `json:"versionMax,omitempty"`
	Version  string `json:"version,omitempty"`
	Optional bool   `json:"optional,omitempty"`
}

// judgePubliccode says what is wrong with publiccode.yml. A field that the
// standard does not have, or that we never use, is wrong too.
func judgePubliccode(text string) []string {
	var p publiccode
	if err := strict.UnmarshalStrict([]byte(text), &p); err != nil {
		return []string{err.Error()}
	}
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	one := func(field, value string, of []string) {
		if !slices.Contains(of, value) {
			say("%s: %q is none of %q", field, value, of)
		}
	}
	if p.Version != "0.4" && p.Version != "0.4.0" {
		say("publiccodeYmlVersion: %q", p.Version)
	}
	if p.Name == "" || !strings.HasPrefix(p.URL, "https://") || !strings.HasPrefix(p.Organisation.URI, "https://") {
		say("name, url or organisation.uri is missing, or no https")
	}
	one("softwareType", p.SoftwareType, kinds)
	one("developmentStatus", p.Status, statuses)
	one("maintenance.type", p.Maintenance.Type, upkeep)
	if (p.Maintenance.Type == "community" || p.Maintenance.Type == "internal") && len(p.Maintenance.Contacts) == 0 || p.Maintenance.Type == "contract" && len(p.Maintenance.Contractors) == 0 {
		say("maintenance: somebody has to be named")
	}
	for _, c := range p.Maintenance.Contacts {
		if c.Name == "" {
			say("maintenance.contacts: a contact has no name")
		}
	}
	if len(p.Platforms) == 0 || len(p.Categories) == 0 {
		say("platforms or categories is empty")
	}
	for _, c := range p.Categories {
		one("categories", c, categories)
	}
	for _, s := range p.Audience.Scope {
		one("intendedAudience.scope", s, scopes)
	}
	for _, c := range p.Audience.Countries {
		if !regexp.MustCompile(`^[a-zA-Z]{2}$`).MatchString(c) {
			say("intendedAudience.countries: %q", c)
		}
	}
	if p.Legal.License == "" {
		say("legal.license is missing")
	}
	if p.Localisation.Ready == nil || len(p.Localisation.Languages) == 0 {
		say("localisation is missing")
	}
	for _, l := range p.Localisation.Languages {
		if !regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`).MatchString(l) {
			say("localisation.availableLanguages: %q", l)
		}
	}
	if _, err := time.Parse(time.DateOnly, p.Release); p.Release != "" && err != nil {
		say("releaseDate: %q", p.Release)
	}
	if len(p.Description) == 0 {
		say("description is missing")
	}
	for language, d := range p.Description {
		if n := len([]rune(strings.TrimSpace(d.Short))); n == 0 || n > 150 {
			say("description.%s.shortDescription has %d characters, want 1 to 150", language, n)
		}
		if n := len([]rune(strings.TrimSpace(d.Long))); n < 150 || n > 10000 {
			say("description.%s.longDescription has %d characters, want 150 to 10000", language, n)
		}
		if len(d.Features) == 0 {
			say("description.%s.features is empty", language)
		}
	}
	for _, d := range slices.Concat(p.DependsOn.Open, p.DependsOn.Proprietary, p.DependsOn.Hardware) {
		if d.Name == "" {
			say("dependsOn: something has no name")
		}
	}
	return wrong
}

var (
	heading = regexp.MustCompile(`^## (Not released|v[0-9]+\.[0-9]+\.[0-9]+ · ([0-9]{4}-[0-9]{2}-[0-9]{2}))$`)
	parts   = []string{"New", "Changed", "Put right", "Gone", "Security"}
)

// judgeChanges says what is wrong with CHANGELOG.md: versions newest first, each
// with its date, and in each only the parts that there are.
func judgeChanges(text string) []string {
	var wrong []string
	last, versions, items := "9999-99-99", 0, 1
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "## "):
			found := heading.FindStringSubmatch(line)
			switch {
			case found == nil:
				wrong = append(wrong, "no version: "+line)
			case found[2] == "" && versions > 0:
				wrong = append(wrong, "what is not released comes first")
			case found[2] != "":
				if _, err := time.Parse(time.DateOnly, found[2]); err != nil || found[2] > last {
					wrong = append(wrong, "a date that is none, or newer than the one above: "+line)
				}
				last = found[2]
			}
			versions++
		case strings.HasPrefix(line, "### "):
			if !slices.Contains(parts, strings.TrimPrefix(line, "### ")) {
				wrong = append(wrong, "no part of a version: "+line)
			}
			if items == 0 {
				wrong = append(wrong, "a part above is empty: "+line)
			}
			items = 0
		case strings.HasPrefix(line, "- "):
			items++
			if !strings.HasSuffix(line, ".") {
				wrong = append(wrong, "not a sentence: "+line)
			}
		}
	}
	if versions == 0 || items == 0 {
		wrong = append(wrong, "nothing changed")
	}
	return wrong
}

var link = regexp.MustCompile(`\]\(([^)#]+)(#[^)]*)?\)`)

// deadLinks are the links of a page to files that there are not.
func deadLinks(dir, page, text string) []string {
	var out []string
	for _, found := range link.FindAllStringSubmatch(text, -1) {
		if strings.Contains(found[1], "://") || strings.HasPrefix(found[1], "mailto:") {
			continue
		}
		if _, err := os.Stat(filepath.Join(dir, filepath.Dir(page), found[1])); err != nil {
			out = append(out, page+": "+found[1])
		}
	}
	return out
}
