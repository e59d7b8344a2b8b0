package bot

import (
	"fmt"
	"time"
)

// FileID names a file of ours: random.
type FileID string

// FileState is where a file stands.
type FileState string

// The states of a file. The only moves are those of Moves; Move is the one
// place that changes a state.
const (
	Quarantined FileState = "quarantined" // its bytes are sealed with us and nobody can see it
	Approved    FileState = "approved"    // decided, not yet seen in the room
	Posted      FileState = "posted"
	Denied      FileState = "refused"
	Withdrawn   FileState = "withdrawn" // hidden at once; removing it is a person's decision
	Gone        FileState = "erased"
)

// Moves lists the states that may follow each state.
var Moves = map[FileState][]FileState{
	Quarantined: {Approved, Denied, Gone},
	Approved:    {Posted, Withdrawn, Denied, Gone},
	Posted:      {Withdrawn, Gone},
	Denied:      {Gone},
	Withdrawn:   {Gone},
	Gone:        {},
}

// MaxFile is the largest file that the bot takes in, in bytes. Larger ones are
// refused before they are read.
const MaxFile = 100 << 20

// QuarantineTerm is how long an unclassified file waits for its poster.
const QuarantineTerm = time.Hour

// File is a document that somebody wants to put into a room. Its bytes are kept
// apart (Blobs).
type File struct {
	ID        FileID
	Casus     Ref
	State     FileState
	At        time.Time // when it came in
	ExpiresAt time.Time // the end of its quarantine
	Message   MessageID // where it was posted
	Size      int64     // bytes

	// Of a file in the vault, see vault.go:
	Vault    bool      `json:",omitempty"` // its bytes stay with us and the room gets a card
	Until    time.Time `json:",omitzero"`  // closed from then on; zero: as long as the casus
	Chosen   bool      `json:",omitempty"` // its poster chose for whom it is
	Download bool      `json:",omitempty"` // its discloser lets readers take the bytes with them

	// Sealed:
	Poster    PersonID
	Account   UserID
	Name      string
	Hash      string // hex SHA-256 of the bytes: tells that the bytes posted are the bytes decided on
	Kinds     []DataKind
	Affects   []PersonID
	Absence   Absence       // what a school said of absence in it
	Text      string        // what the poster wrote along with it
	RestsOn   []string      // ids of the consents that its approval rests on
	Decision  DecisionID    // the verdict behind its state
	Asked     *ExceptionAsk `json:",omitempty"` // an exception waits for a decision
	Exception *Exception    `json:",omitempty"` // it may be shared on this ground
	Shown     string        `json:",omitempty"` // the name under which it was posted
	For       []PersonID    `json:",omitempty"` // of a file in the vault: who may open it besides its poster
}

// Move changes the state of f. Another move than Moves allows is ErrConflict.
func (f *File) Move(to FileState) error {
	for _, next := range Moves[f.State] {
		if next == to {
			f.State = to
			return nil
		}
	}
	return fmt.Errorf("file %s from %s to %s: %w", f.ID, f.State, to, ErrConflict)
}
