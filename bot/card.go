package bot

import "time"

// Card is an ouderkaart: the right of one parent with authority, or of the young
// person from 12, to see on a page without an account what a casusoverleg does
// with their data, and to say yes and no there. It is opened by a code on paper
// together with a PIN.
//
// A card grants nothing by itself. What may be seen and done with it is worked
// out anew each time, from the casus as it is at that moment: see cardView.
type Card struct {
	ID    string
	Casus Ref
	Code  string // on paper; only its hash is stored, and what is read has none

	// Sealed:
	Holder    PersonID // whose card it is, within the casus
	PIN       []byte   // argon2id, see pincode.Hash
	Own       bool     // the PIN is one that they chose themselves
	Tries     int      // wrong ones since it was last opened
	MadeBy    PersonID
	MadeAt    time.Time
	ExpiresAt time.Time
	EndedAt   time.Time // zero: nobody ended it
	Why       string    // of its end, see cardEnds

	Session   []byte    // key of the page that is open; empty: none
	SessionAt time.Time // when that was opened
}

// alive reports whether a card can be used at now, as far as the card itself
// says.
func (k Card) alive(now time.Time) bool {
	return k.EndedAt.IsZero() && now.Before(k.ExpiresAt) && k.Tries < CardTries && len(k.PIN) > 0
}

// Why a card ended before its time.
const (
	cardRevoked  = "revoked"  // by a professional of the overleg
	cardReplaced = "replaced" // by a new one for the same person
	cardGuessed  = "guessed"  // too many wrong tries
	cardStopped  = "stopped"  // there may be no card for this person now
)

// How long a card lives.
const (
	// CardTries is how often a wrong PIN may be tried on one card. Then the card is
	// dead, and a new one is made at the desk.
	CardTries = 5
	// CardDesk is how long there is to open a new card at the desk and to choose a
	// PIN. A paper that is found later opens nothing.
	CardDesk = time.Hour
	// CardTerm is how long a card lives once its holder has chosen a PIN, in
	// calendar days.
	CardTerm = 30
	// CardIdle is after how long without a touch an open page closes.
	CardIdle = 10 * time.Minute
	// CardSession is after how long an open page closes whatever happens.
	CardSession = time.Hour
)

// Cards keeps the cards. They go with their casus.
type Cards interface {
	// AddCard adds a card. An id or a code that is known is ErrConflict.
	AddCard(k Card) error
	// Card and CardByCode find one, of a casus that is not erased.
	Card(id string) (Card, error)
	CardByCode(code string) (Card, error)
	CardsOf(ref Ref) ([]Card, error) // in the order in which they were added
	// SaveCard replaces a card; its casus and code stay.
	SaveCard(k Card) error
}
