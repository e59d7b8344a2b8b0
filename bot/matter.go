package bot

import "time"

// MatterKind says what a matter is about.
type MatterKind string

// The matters. The first four are rights of the person whom data are about
// (AVG art. 15, 16, 17, 21); an incident is something that stood where it should
// not (AVG art. 33).
const (
	AccessRequest     MatterKind = "access"
	CorrectionRequest MatterKind = "correction"
	ErasureRequest    MatterKind = "erasure"
	Objection         MatterKind = "objection"
	Incident          MatterKind = "incident"
)

// Matter is something about a casus that waits for a person. While one is open
// nothing is erased.
type Matter struct {
	ID    string
	Casus Ref
	Kind  MatterKind
	At    time.Time
	DueAt time.Time // until when somebody must have acted

	// Sealed:
	By         PersonID   // who noted it
	About      PersonID   // whose data it is about, within the casus
	Text       string     // what is asked, or what happened
	Key        string     // of an access request: the age key for which the answer is sealed; blank: given later
	Object     string     // of an incident: the file or message; of a correction: the item it stands beside
	Correction string     // of a correction: what is right
	Seen       []PersonID // of an incident: who could have seen it
	ApprovedBy PersonID   // of an access request: the second person, who let it go on
	ApprovedAt time.Time  // zero: nobody did
	Outcome    string     // how it ended, see outcomesOf
	Note       string     // why
	DoneBy     PersonID
	DoneAt     time.Time // zero: it is open
}

// Open reports whether the matter still waits for a person.
func (m Matter) Open() bool { return m.DoneAt.IsZero() }

// Kept is a casus with what holds it.
type Kept struct {
	Casus   Casus
	Holds   []Hold
	Matters []Matter
}

// Matters keeps what waits for a person.
type Matters interface {
	AddMatter(m Matter) error
	Matters(ref Ref) ([]Matter, error) // in the order in which they were added
	// SaveMatter replaces a matter. One that is done is ErrConflict.
	SaveMatter(m Matter) error
}
