package region

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/yamlfile"
)

// maxPack bounds a pack's file, in bytes.
const maxPack = 256 << 10

type packFile struct {
	ID      yamlfile.Text    `yaml:"id,required"`
	Name    string           `yaml:"name,required"`
	Note    string           `yaml:"note,required"`
	Parties []Party          `yaml:"parties,required"`
	Kinds   map[string]Kind  `yaml:"kinds,required"`
	Phases  map[string]Phase `yaml:"phases,required"`
	Terms   Terms            `yaml:"terms,required"`
	Vault   []string         `yaml:"vault"`
	Free    []Holiday        `yaml:"holidays"`
	FG      Contact          `yaml:"fg,required"`
	Support Contact          `yaml:"steunpunt,required"`
	Adopted []Adoption       `yaml:"adopted"`
}

// vaultKinds are the kinds of data that may be shared at all, and defaultVault
// those that stay in the vault where a pack does not say.
var (
	vaultKinds   = []string{"ordinary", "sensitive", "health"}
	defaultVault = []string{"health"}
)

// LoadAll reads every <id>.yaml of a folder and returns the packs by id. What
// is wrong with any of them is one yamlfile.Complaints and no pack loads.
func LoadAll(dir fs.FS, folder string) (map[string]*Pack, error) {
	names, err := fs.Glob(dir, path.Join(folder, "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("list region packs: %w", err)
	}
	var cs yamlfile.Complaints
	packs := make(map[string]*Pack)
	for _, name := range names {
		info, err := fs.Stat(dir, name)
		if err != nil {
			return nil, fmt.Errorf("read region pack: %w", err)
		}
		if info.Size() > maxPack {
			cs.Add(yamlfile.Pos{File: name}, "is larger than %d KiB", maxPack>>10)
			continue
		}
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return nil, fmt.Errorf("read region pack: %w", err)
		}
		p, wrong := parse(name, data)
		cs = append(cs, wrong...)
		packs[p.ID] = p
	}
	if len(names) == 0 {
		cs.Add(yamlfile.Pos{File: folder}, "there are no region packs")
	}
	if err := cs.Err(); err != nil {
		return nil, err
	}
	return packs, nil
}

// Load reads one pack. name is used in complaints; its base must be the id.
func Load(name string, data []byte) (*Pack, error) {
	if len(data) > maxPack {
		return nil, yamlfile.Complaints{{At: yamlfile.Pos{File: name}, Text: "is too large"}}
	}
	p, cs := parse(name, data)
	if err := cs.Err(); err != nil {
		return nil, err
	}
	return p, nil
}

func parse(name string, data []byte) (*Pack, yamlfile.Complaints) {
	var f packFile
	cs := yamlfile.Decode(name, data, &f)
	sum := sha256.Sum256(data)
	p := &Pack{ID: f.ID.Value, Name: f.Name, Note: f.Note, Parties: f.Parties, Kinds: f.Kinds, Phases: f.Phases, Terms: f.Terms, Holidays: f.Free,
		FG: f.FG, Support: f.Support, Adopted: f.Adopted, also: new(atomic.Pointer[[]Adoption]), Identity: "sha256:" + hex.EncodeToString(sum[:])}
	if want := strings.TrimSuffix(path.Base(name), ".yaml"); p.ID != want && f.ID.At.Line != 0 {
		cs.Add(f.ID.At, "id must be the name of the file, %s", want)
	}
	top := yamlfile.Pos{File: name, Line: 1, Column: 1}
	if p.Vault = defaultVault; f.Vault != nil {
		p.Vault = f.Vault
	}
	checkAll(p.Vault, vaultKinds, "kind of data for the vault", top, &cs)
	seen := make(map[string]bool)
	for _, party := range p.Parties {
		if seen[party.ID] {
			cs.Add(party.At, "party %s stands twice", party.ID)
		}
		seen[party.ID] = true
		checkAll(party.Sectors, rules.Sectors, "sector", party.At, &cs)
		if len(party.Sectors) == 0 {
			cs.Add(party.At, "party %s has no sector", party.ID)
		}
		checkMark(party.Mark, party.Source, party.At, &cs)
	}
	for id, k := range p.Kinds {
		checkKind(id, k, p, &cs)
	}
	if len(p.Kinds) == 0 {
		cs.Add(top, "there is no kind of casusoverleg")
	}
	for id, ph := range p.Phases {
		checkAll([]string{id}, rules.Phases, "phase", ph.At, &cs)
		checkCeiling(ph.Ceiling, ph.At, &cs)
		checkOrigin(ph.Origin, ph.At, &cs)
	}
	for _, id := range rules.Phases {
		if _, ok := p.Phases[id]; !ok {
			cs.Add(top, "phase %s is missing", id)
		}
	}
	checkTerms(p.Terms, &cs)
	for i, a := range p.Adopted {
		for _, before := range p.Adopted[:i] {
			if before.Rule == a.Rule {
				cs.Add(a.At, "rule %s is adopted twice", a.Rule)
			}
		}
		if _, err := time.Parse(time.DateOnly, a.On); err != nil {
			cs.Add(a.At, "on %q is not a date like 2026-03-01", a.On)
		}
		if strings.TrimSpace(a.By) == "" || strings.TrimSpace(a.Rule) == "" {
			cs.Add(a.At, "rule and by may not be blank")
		}
	}
	checkHolidays(p.Holidays, &cs)
	for _, c := range []Contact{p.FG, p.Support} {
		if c.At.Line != 0 {
			checkMark(c.Mark, c.Source, c.At, &cs)
		}
	}
	return p, cs
}

func checkKind(id string, k Kind, p *Pack, cs *yamlfile.Complaints) {
	checkAll([]string{id}, rules.CasusKinds, "kind of casusoverleg", k.At, cs)
	checkAll(k.Participants, rules.Sectors, "sector", k.At, cs)
	checkAll(k.ByLaw, k.Participants, "participant", k.At, cs)
	checkAll(k.Phases, rules.Phases, "phase", k.At, cs)
	checkCeiling(k.Ceiling, k.At, cs)
	checkOrigin(k.Origin, k.At, cs)
	if k.Outside < 0 {
		cs.Add(k.At, "outside of %s must be 0 or more", id)
	}
	// A policy table holds nothing about persons: no data, no participants,
	// nothing to erase. Everything else must have all three.
	if id == "tom_beleidstafel" {
		if k.Ceiling != "" || k.Term != 0 {
			cs.Add(k.At, "tom_beleidstafel takes no data about persons, so it has no ceiling and no term")
		}
		return
	}
	if len(k.Participants) == 0 {
		cs.Add(k.At, "%s has no participants", id)
	}
	if k.Ceiling == "" {
		cs.Add(k.At, "%s has no ceiling", id)
	}
	if k.Term < MinTerm || k.Term < p.Terms.Announce {
		cs.Add(k.At, "the term of %s must be %d days or more", id, max(MinTerm, p.Terms.Announce))
	}
}

// maxHoliday is how many days a school holiday can last: the summer has six
// weeks, and a mistyped year must not silence every reminder.
const maxHoliday = 65

func checkHolidays(all []Holiday, cs *yamlfile.Complaints) {
	for i, h := range all {
		from, err1 := time.Parse(time.DateOnly, h.From)
		to, err2 := time.Parse(time.DateOnly, h.To)
		switch {
		case err1 != nil || err2 != nil:
			cs.Add(h.At, "%s: from and to must be days, written 2026-10-17", h.Name)
		case to.Before(from) || to.Sub(from) > maxHoliday*24*time.Hour:
			cs.Add(h.At, "%s must end after it begins and last at most %d days", h.Name, maxHoliday)
		case i > 0 && h.From <= all[i-1].To:
			cs.Add(h.At, "%s begins before %s has ended", h.Name, all[i-1].Name)
		}
		checkMark(h.Mark, h.Source, h.At, cs)
	}
}

// maxDays keeps sums of terms within what a calendar can hold.
const maxDays = 36_500

func checkTerms(t Terms, cs *yamlfile.Complaints) {
	if t.At.Line == 0 {
		return // missing, which was complained about
	}
	for _, term := range []struct {
		name string
		days int
	}{{"remind", t.Remind}, {"silent", t.Silent}, {"open", t.Open}, {"archive", t.Archive}, {"announce", t.Announce}, {"handover", t.Handover}} {
		if term.days < 0 || term.days > maxDays {
			cs.Add(t.At, "%s must be from 0 to %d days", term.name, maxDays)
		}
	}
	if t.Confirm != 0 && (t.Confirm < MinTerm || t.Confirm > 2*Quarter) {
		cs.Add(t.At, "confirm must be from %d to %d days, or left out", MinTerm, 2*Quarter)
	}
	if t.Remind >= t.Silent {
		cs.Add(t.At, "remind must be shorter than silent")
	}
	if t.Announce < MinTerm {
		cs.Add(t.At, "announce must be %d days or more", MinTerm)
	}
	checkOrigin(t.Origin, t.At, cs)
}

func checkAll(values, among []string, what string, at yamlfile.Pos, cs *yamlfile.Complaints) {
	for i, v := range values {
		if !slices.Contains(among, v) {
			cs.Add(at, "%q is no %s; choose from %s", v, what, strings.Join(among, ", "))
		}
		if slices.Contains(values[:i], v) {
			cs.Add(at, "%s %s stands twice", what, v)
		}
	}
}

func checkCeiling(ceiling string, at yamlfile.Pos, cs *yamlfile.Complaints) {
	if ceiling != "" && !slices.Contains([]string{"ordinary", "sensitive", "health"}, ceiling) {
		cs.Add(at, "ceiling %q must be ordinary, sensitive or health", ceiling)
	}
}

func checkMark(mark, source string, at yamlfile.Pos, cs *yamlfile.Complaints) {
	if !slices.Contains([]string{"V", "V-oud", "V/I", "V-oud/I", "T", "I", "O"}, mark) {
		cs.Add(at, "mark %q is not known", mark)
	}
	if strings.TrimSpace(source) == "" {
		cs.Add(at, "source is empty")
	}
}

// checkOrigin also wants an adoption to be whole: who and when, or neither.
func checkOrigin(o Provenance, at yamlfile.Pos, cs *yamlfile.Complaints) {
	checkMark(o.Mark, o.Source, at, cs)
	if (o.AdoptedBy == "") != (o.AdoptedAt == "") {
		cs.Add(at, "adopted_by and adopted_at go together")
	}
	if o.AdoptedAt != "" {
		if _, err := time.Parse(time.DateOnly, o.AdoptedAt); err != nil {
			cs.Add(at, "adopted_at %q is not a date like 2026-03-01", o.AdoptedAt)
		}
	}
}
