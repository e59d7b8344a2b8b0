package bot

import "time"

// Watch is whose eyes a look over many casussen goes by: those of an organisation
// that takes part in them, or of a person who leads them. Exactly one is set.
type Watch struct {
	Organisation OrgID
	Leads        PersonID // procesregisseur or deputy
}

// Watched is a casus with all that a look over many needs of each.
type Watched struct {
	Kept
	Agreements []Agreement
	Consents   []Consent
}

// WatchedCount is how many casussen stand where.
type WatchedCount struct {
	Status Status
	Kind   Kind
	Phase  Phase
	Count  int
}

// DueAt is when something is due for a casus.
type DueAt struct {
	Ref Ref
	At  time.Time
}

// ReasonCount is how often decisions ended so for this reason.
type ReasonCount struct {
	About  string // share or join
	Effect string
	Reason string // the code of the reason that came first
	Count  int
}

// Watching looks over many casussen at once, for a page. Each method costs a fixed
// number of questions to the database, however many casussen there are, and looks
// only at those of the Watch. A casus that was erased is nobody's any more.
type Watching interface {
	// WatchedCounts counts by status, kind and phase, in that order.
	WatchedCounts(w Watch) ([]WatchedCount, error)
	// Watched lists those with one of these statuses (none: all), ordered by code, at
	// most limit from after onwards.
	Watched(w Watch, after Ref, limit int, statuses ...Status) ([]Watched, error)
	// WatchedDue lists for which of them something is due by the moment until,
	// earliest first, and counts those that are held now.
	WatchedDue(w Watch, until time.Time) (due []DueAt, held int, err error)
	// WatchedReasons counts the decisions taken from one moment up to another.
	WatchedReasons(w Watch, from, to time.Time) ([]ReasonCount, error)
	// WatchedEntries lists what the log has of them at or after since, newest first,
	// at most limit.
	WatchedEntries(w Watch, since time.Time, limit int) ([]Entry, error)
}

// Session is a browser in which somebody signed in. It is found by its token and
// by nothing else; only a hash of that is stored.
type Session struct {
	Token   string // random; blank in what is read back
	Person  PersonID
	Account Account
	BeganAt time.Time
	SeenAt  time.Time // when it was last used
	Expires time.Time // whatever is done with it

	// Of who proved elsewhere who they are; none: they came by a link.
	ProvedAt time.Time // by the clock there
	Names    []string  // by which it can be ended from there
}

// Sessions keeps who signed in.
type Sessions interface {
	AddSession(s Session) error
	// Session returns one that has not expired at now; ErrNotFound otherwise.
	Session(token string, now time.Time) (Session, error)
	// TouchSession sets when it was last used. ErrNotFound.
	TouchSession(token string, at time.Time) error
	// EndSession forgets it; one that is not there is no error.
	EndSession(token string) error
	// EndProofs remembers until expires that what was proved elsewhere under name, up
	// to the moment at, counts no longer. An earlier moment than is known changes
	// nothing. A blank name is an *InvalidError.
	EndProofs(name string, at, expires time.Time) error
	// ProofsEnded returns up to which moment it does not; the zero time: all counts.
	ProofsEnded(name string) (time.Time, error)
}

// Adopted is that the region made a reading of ours its own.
type Adopted struct {
	Rule     string // the code of the rule
	By       string // which body decided it, such as "stuurgroep"; no name of a person
	On       string // plain date YYYY-MM-DD on which it did
	NotedBy  PersonID
	NotedFor OrgID
	NotedAt  time.Time
}

// PlanProposal is that somebody asks a second person to have what is due looked at
// now.
type PlanProposal struct {
	ID           string
	Organisation OrgID
	By           PersonID
	At           time.Time
	Expires      time.Time
	Refs         []Ref // what was due when it was proposed
}

// Adoptions keeps what the region adopted, and what waits for a second person.
type Adoptions interface {
	// SaveAdopted adds or replaces the adoption of a rule.
	SaveAdopted(a Adopted) error
	Adopted() ([]Adopted, error) // ordered by rule
	AddProposal(p PlanProposal) error
	// Proposals lists those for an organisation that have not expired at now, oldest
	// first.
	Proposals(org OrgID, now time.Time) ([]PlanProposal, error)
	// DropProposal forgets one. ErrNotFound: somebody else was first.
	DropProposal(id string) error
}
