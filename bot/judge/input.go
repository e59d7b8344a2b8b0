package judge

import "time"

// The inputs of the three questions, in the words of the contracts. They are
// plain values; Decode… makes them from JSON and checks them, and the running
// bot fills them from its records. A nil moment or date is one that is not
// there.

// Casus is what is recorded about a casusoverleg.
type Casus struct {
	Ref               string
	Kind              string
	Phase             string
	Status            string
	YoungPerson       YoungPerson
	Authority         []Person // holders of authority, in order
	AuthorityConflict bool
	Members           []Member
}

// YoungPerson is whom it is about.
type YoungPerson struct {
	ID            string
	Born          *Date // nil: unknown
	LacksCapacity bool
	School        string // an organisation; empty: none
}

// Person is somebody by id.
type Person struct{ ID string }

// Member is somebody in the room. Organisation, Sector, Party and Involved are
// of professionals only.
type Member struct {
	ID, Role             string
	Organisation, Sector string
	Party, Involved      bool
}

// Document is what is to be posted.
type Document struct {
	Name    string
	Kinds   []string // declared; empty: not yet classified
	Affects []string // ids of whom else it is about
	Text    string
}

// Agreement is a casusinstemming: a yes or no to parties taking part.
type Agreement struct {
	Giver       string
	Decision    string // given or refused
	Covers      []string
	GivenAt     time.Time
	WithdrawnAt *time.Time
}

// Consent is a yes or no to sharing.
type Consent struct {
	ID          string
	Giver       string
	Decision    string // given or refused
	Discloser   string // an organisation
	Recipients  []string
	Kinds       []string
	Purpose     string
	GivenAt     time.Time
	ExpiresAt   *time.Time
	WithdrawnAt *time.Time
}

// Exception is a recorded way past a rule, by a named person.
type Exception struct {
	Code       string
	Reason     string
	ApprovedBy string
	Recipients []string
}

// ShareInput asks: may this be posted?
type ShareInput struct {
	ID         string // repeated in the answer; empty: none
	Now        time.Time
	Region     string
	Casus      Casus
	Discloser  string // the id of a member
	Purpose    string
	Document   Document
	Agreements []Agreement
	Consents   []Consent
	Exception  *Exception
}

// Candidate is who wants to be in the room. Everything but ID, Role and Account
// is of professionals only.
type Candidate struct {
	ID, Role, Account    string
	Organisation, Sector string
	Function             string
	Task                 string // empty: none stated
	Accession            Accession
	Involved             bool
}

// Accession is when an organisation signed and was announced; nil for not.
type Accession struct{ SignedAt, AnnouncedAt *Date }

// JoinInput asks: may this person be in the room?
type JoinInput struct {
	ID          string
	Now         time.Time
	Region      string
	Casus       Casus
	Candidate   Candidate
	RequestedBy string
	Agreements  []Agreement
}

// Handover is a party that takes over what it must keep.
type Handover struct {
	Organisation string
	ConfirmedAt  *time.Time
}

// Hold keeps a casus from being erased.
type Hold struct {
	ID         string
	PlacedAt   time.Time
	ReleasedAt *time.Time
}

// Keeping is what retention looks at in a casus.
type Keeping struct {
	Ref, Kind, Status  string
	OpenedAt           time.Time
	LastActivityAt     time.Time
	ClosedAt           *time.Time
	ExtendedUntil      *time.Time
	ArchivedAt         *time.Time
	ErasureAnnouncedAt *time.Time
	Handovers          []Handover
	Holds              []Hold
	ErasureRequestedAt *time.Time
}

// RetainInput asks: what should happen to this casus now?
type RetainInput struct {
	ID     string
	Now    time.Time
	Region string
	Casus  Keeping
}

// member returns the member with the id, or nil.
func (c *Casus) member(id string) *Member {
	for i := range c.Members {
		if c.Members[i].ID == id {
			return &c.Members[i]
		}
	}
	return nil
}

func (c *Casus) inAuthority(id string) bool {
	for _, p := range c.Authority {
		if p.ID == id {
			return true
		}
	}
	return false
}
