package bot

// Ref is the code of a casus, such as "C-2026-0042". It is what people and logs
// call a casus: it says nothing about the young person.
type Ref string

// Room returns the name of the room of this casus, such as "casus-2026-0042".
// A room is never named for a person (glossary: casuscode).
func (r Ref) Room() string {
	if len(r) < 3 {
		return ""
	}
	return "casus-" + string(r[2:])
}

// Sector is the capacity in which a professional acts, not the building they
// work in (consent matrix, chapter 1).
type Sector string

// The six sectors of CONTRACTS.
const (
	Education         Sector = "education"
	Attendance        Sector = "attendance"
	SWV               Sector = "swv"
	YouthCare         Sector = "youth_care"
	YouthHealth       Sector = "youth_health"
	NeighbourhoodTeam Sector = "neighbourhood_team"
)

// DataKind is what kind of data a document holds.
type DataKind string

// The five kinds of data, lightest first.
const (
	Ordinary  DataKind = "ordinary"
	Sensitive DataKind = "sensitive"
	Health    DataKind = "health"
	Criminal  DataKind = "criminal"
	BSN       DataKind = "bsn"
)

// Kind is a kind of casusoverleg (domain/overlegvormen).
type Kind string

// The kinds of casusoverleg of CONTRACTS.
const (
	MDO                  Kind = "mdo"
	ZAT                  Kind = "zat"
	Zorgplatform         Kind = "zorgplatform"
	TOMTafelPO           Kind = "tom_tafel_po"
	TOMTafelVO           Kind = "tom_tafel_vo"
	TOMPOVO              Kind = "tom_po_vo"
	TOMBeleidstafel      Kind = "tom_beleidstafel"
	AlleKinderenInBeeld  Kind = "alle_kinderen_in_beeld"
	SluitendeRegistratie Kind = "sluitende_registratie"
	Thuiszittersoverleg  Kind = "thuiszittersoverleg"
	Verzuimoverleg       Kind = "verzuimoverleg"
	Bilateraal           Kind = "bilateraal"
	OT                   Kind = "ot"
)

// Kinds lists every kind of casusoverleg, in the order in which people see them.
var Kinds = []Kind{MDO, ZAT, OT, Bilateraal, Zorgplatform, TOMTafelPO, TOMTafelVO, TOMPOVO,
	Thuiszittersoverleg, Verzuimoverleg, AlleKinderenInBeeld, SluitendeRegistratie, TOMBeleidstafel}

// Phase is how far a casusoverleg has come, F0 to F7.
type Phase string

// Status is where a casus stands in its life.
type Status string

// The four states of a casus, in order.
const (
	Open     Status = "open"
	Closed   Status = "closed"
	Archived Status = "archived"
	Erased   Status = "erased"
)

// Role is what somebody is in a casus.
type Role string

// The four roles. Only professionals have an organisation and a sector.
const (
	Professional Role = "professional"
	Parent       Role = "parent"
	TheYoung     Role = "young_person"
	Supporter    Role = "supporter"
)

// Decision is a yes or a no that somebody gave.
type Decision string

// The two decisions; what is not recorded was not given.
const (
	Given   Decision = "given"
	Refused Decision = "refused"
)
