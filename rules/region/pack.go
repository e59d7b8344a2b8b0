package region

import (
	"slices"
	"sync/atomic"

	"github.com/convenantbot/convenantbot/rules/yamlfile"
)

// MinTerm is the shortest erasure term a pack may set, in calendar days: an
// erasure is announced that long ahead. It is a floor in the code, so that a
// mistyped pack cannot empty a channel.
const MinTerm = 14

// Pack is one region. It is not changed after loading, but for what is adopted.
type Pack struct {
	ID   string
	Name string
	// Note is a sentence for people about what is and is not settled here.
	Note    string
	Parties []Party
	// Kinds are the kinds of casusoverleg that exist here, by id.
	Kinds map[string]Kind
	// Phases says what each phase takes, by id.
	Phases map[string]Phase
	Terms  Terms
	// Vault lists the kinds of data whose files stay with the bot, where a room
	// gets only a card; files of other kinds are posted. Health, unless the pack
	// says otherwise.
	Vault []string
	// Holidays are the school holidays of the region, in order. Reminders wait for
	// them and who plans a meeting in one is asked whether they mean it; no term of
	// the law or of this pack stands still.
	Holidays []Holiday
	// FG and Support are whom to ask: the data protection officer, and the
	// region's helpdesk for the convenant.
	FG, Support Contact
	// Adopted are the rules that this region adopted, which are our own reading
	// until then.
	Adopted []Adoption
	// also is what the region adopted since, see AlsoAdopted.
	also *atomic.Pointer[[]Adoption]
	// Identity is "sha256:" and the hash of the file.
	Identity string
}

// Provenance says where a line of a pack comes from. AdoptedBy and AdoptedAt
// are empty until a region adopted it.
type Provenance struct {
	Source    string `yaml:"source,required"`
	Mark      string `yaml:"mark,required"`
	AdoptedBy string `yaml:"adopted_by"`
	AdoptedAt string `yaml:"adopted_at"` // a date
}

// Adoption is that a region made a rule its own.
type Adoption struct {
	At   yamlfile.Pos `yaml:"-"`
	Rule string       `yaml:"rule,required"` // its code
	By   string       `yaml:"by,required"`   // who decided it, such as "stuurgroep"; no name of a person
	On   string       `yaml:"on,required"`   // a date
}

// AdoptedRule returns by whom and when the region adopted a rule.
func (p *Pack) AdoptedRule(code string) (Adoption, bool) {
	if p.also != nil {
		if all := p.also.Load(); all != nil {
			if i := slices.IndexFunc(*all, func(a Adoption) bool { return a.Rule == code }); i >= 0 {
				return (*all)[i], true
			}
		}
	}
	for _, a := range p.Adopted {
		if a.Rule == code {
			return a, true
		}
	}
	return Adoption{}, false
}

// AlsoAdopted puts all in the place of what the region adopted since the pack was
// written; it comes before what the pack says of the same rule. Whoever has the pack,
// or a copy of it, sees it at once. A pack that was not loaded has no room for it.
func (p *Pack) AlsoAdopted(all []Adoption) {
	if p.also != nil {
		p.also.Store(&all)
	}
}

// Party is a kind of organisation, or one organisation, that signed.
type Party struct {
	At      yamlfile.Pos `yaml:"-"`
	ID      string       `yaml:"id,required"`
	Name    string       `yaml:"name,required"`
	Sectors []string     `yaml:"sectors,required"`
	Source  string       `yaml:"source,required"`
	Mark    string       `yaml:"mark,required"`
}

// Kind is a kind of casusoverleg.
type Kind struct {
	At   yamlfile.Pos `yaml:"-"`
	Name string       `yaml:"name,required"`
	Goal string       `yaml:"goal,required"`
	// Participants are the sectors that take part; ByLaw are those of them that
	// come by a task in law, so that no agreement is asked, and ByLawAll says
	// that this holds for every professional.
	Participants []string `yaml:"participants"`
	ByLaw        []string `yaml:"by_law"`
	ByLawAll     bool     `yaml:"by_law_all"`
	// Outside is how many organisations outside education it takes, 0 for no
	// limit.
	Outside int `yaml:"outside"`
	// Ceiling is the heaviest kind of data it takes; empty for none at all.
	Ceiling string `yaml:"ceiling"`
	// Phases are those it goes through.
	Phases []string `yaml:"phases"`
	// Direction is who has procesregie, as the region says it.
	Direction string `yaml:"procesregie,required"`
	// Term is after how many days since closing it is erased; 0 is never.
	Term int `yaml:"term"`
	// Invite says how parents and young person are invited.
	Invite string     `yaml:"invite,required"`
	Origin Provenance `yaml:"origin,required"`
}

// Takes reports whether a sector takes part.
func (k Kind) Takes(sector string) bool { return slices.Contains(k.Participants, sector) }

// AsksNobody reports whether a professional of the sector comes by law.
func (k Kind) AsksNobody(sector string) bool { return k.ByLawAll || slices.Contains(k.ByLaw, sector) }

// Phase is what a phase is for and the heaviest kind of data it takes; an empty
// ceiling takes no new content at all.
type Phase struct {
	At      yamlfile.Pos `yaml:"-"`
	Name    string       `yaml:"name,required"`
	Goal    string       `yaml:"goal,required"`
	Ceiling string       `yaml:"ceiling"`
	Origin  Provenance   `yaml:"origin,required"`
}

// Terms are in calendar days.
type Terms struct {
	At       yamlfile.Pos `yaml:"-"`
	Remind   int          `yaml:"remind,required"`   // open without activity
	Silent   int          `yaml:"silent,required"`   // open without activity: a person decides
	Open     int          `yaml:"open,required"`     // open at all: a person decides
	Archive  int          `yaml:"archive,required"`  // after closing
	Announce int          `yaml:"announce,required"` // before erasing, and after a hold
	Handover int          `yaml:"handover,required"` // how long a missing hand-over blocks erasing
	Confirm  int          `yaml:"confirm"`           // after how many days it is confirmed again who works where; 0: a quarter
	Origin   Provenance   `yaml:"origin,required"`
}

// Holiday is a school holiday, both days included, as YYYY-MM-DD.
type Holiday struct {
	At     yamlfile.Pos `yaml:"-"`
	Name   string       `yaml:"name,required"`
	From   string       `yaml:"from,required"`
	To     string       `yaml:"to,required"`
	Source string       `yaml:"source,required"`
	Mark   string       `yaml:"mark,required"`
}

// HolidayOn returns the school holiday that a day, YYYY-MM-DD, is in.
func (p *Pack) HolidayOn(day string) (Holiday, bool) {
	for _, h := range p.Holidays {
		if h.From <= day && day <= h.To {
			return h, true
		}
	}
	return Holiday{}, false
}

// Quarter is after how many days it is confirmed again who works where, when a
// pack does not say otherwise.
const Quarter = 92

// ConfirmDays is after how many days an organisation confirms again who works
// there.
func (t Terms) ConfirmDays() int {
	if t.Confirm == 0 {
		return Quarter
	}
	return t.Confirm
}

// Contact is whom to ask.
type Contact struct {
	At     yamlfile.Pos `yaml:"-"`
	Name   string       `yaml:"name,required"`
	How    string       `yaml:"how,required"`
	Source string       `yaml:"source,required"`
	Mark   string       `yaml:"mark,required"`
}
