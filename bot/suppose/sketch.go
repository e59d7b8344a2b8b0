package suppose

// Reach says whether everybody who would read along is a party of the convenant
// and involved with this young person.
type Reach string

// The two reaches; blank is not said.
const (
	Inside  Reach = "inside"
	Outside Reach = "outside"
)

// The bands of age that the rules know.
const (
	Under12 = "under_12"
	From12  = "from_12"
	From16  = "from_16"
	From18  = "from_18"
)

// Bands lists the bands of age in the order in which people see them; rules.Sectors
// and rules.DataKinds do so for the rest that a sketch may say.
var Bands = []string{Under12, From12, From16, From18}

// BandOf is the band of an age in years; blank for an age below zero, which is
// one that was not said.
func BandOf(years int) string {
	switch {
	case years < 0:
		return ""
	case years < 12:
		return Under12
	case years < 16:
		return From12
	case years < 18:
		return From16
	}
	return From18
}

// Sketch is a case as somebody describes it, outside any casus: enumerations
// only, nobody's name. A blank field was not said.
type Sketch struct {
	Shares     bool     // it is asked whether something may be shared
	Law        bool     // it is about a duty of the law, not about sharing in an overleg
	Age        string   // one of Bands
	Sector     string   // of who would share, one of rules.Sectors
	Kind       string   // of data, one of rules.DataKinds
	Recipients []string // professionals who were named
	Reach      Reach    // blank with Recipients: both are told
}

// Unclear reports whether somebody asks about sharing and leaves so much open
// that only a general answer was possible; the guided flow is the way on then.
func (k Sketch) Unclear() bool {
	return k.Shares && !k.Law && k.Kind != bsn && k.Kind != criminal && (k.Kind == "" || k.Sector == "" || k.Age == "")
}

// With is k with what more says.
func (k Sketch) With(more Sketch) Sketch {
	if more.Age != "" {
		k.Age = more.Age
	}
	if more.Sector != "" {
		k.Sector = more.Sector
	}
	if more.Kind != "" {
		k.Kind = more.Kind
	}
	if more.Reach != "" {
		k.Reach = more.Reach
	}
	return k
}

// The things that a sketch may lack, in the order in which they are asked.
const (
	NeedSector     = "sector"
	NeedKind       = "kind"
	NeedRecipients = "recipients"
	NeedAge        = "age"
)
