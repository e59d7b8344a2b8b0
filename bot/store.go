package bot

import (
	"context"
	"io"
	"time"
)

// Store is the truth: what it acknowledged survives a crash. Personal fields
// are sealed at rest with the key of their casus; callers pass and get them in
// the clear.
type Store interface {
	// View runs f on one consistent picture of the store. f must not keep tx.
	View(ctx context.Context, f func(tx Tx) error) error

	// Update runs f in one transaction: all of it is kept when f returns nil and
	// nothing of it otherwise. f may be run more than once when the database asks
	// for a retry, so it must not act outside the store. Two updates never lose
	// each other's writes.
	Update(ctx context.Context, f func(tx Tx) error) error

	// ClaimJob takes the turn at the job with the earliest RunAt ≤ now that is
	// not leased, not dead, and whose casus has no other leased job; ErrNotFound
	// when there is none. The lease lasts for the duration lease by the store's own clock; a
	// lapsed one can be claimed again, with a greater Token; a lapse counts as an
	// attempt, and a job whose holders never came back MaxAttempts times is buried.
	// Who claims a job of a casus shuts out a lapsed holder of another job of it.
	ClaimJob(ctx context.Context, now time.Time, lease time.Duration) (Job, error)
	// ClaimThese takes the turn at those of these jobs that ClaimJob could take by
	// now; in the place of one of a casus comes the earliest of that casus, one for
	// each casus. busy are those that are due and have to wait for the turn of their
	// casus. Others are done, not due, or somebody is doing them.
	ClaimThese(ctx context.Context, ids []string, now time.Time, lease time.Duration) (claimed []Job, busy []string, err error)
	// KeepJob prolongs the turn at a job. ErrConflict: somebody else has or had it, or
	// the job is done.
	KeepJob(ctx context.Context, j Job, lease time.Duration) error

	Blobs
	Leases
}

// Tx is what one transaction can read and write. Every method returns
// ErrNotFound for what is not there, and ErrGone for something personal of a
// casus whose key was destroyed. In a View the writing methods are an error.
type Tx interface {
	Directory
	Casussen
	Circles
	Consents
	Files
	Verdicts
	Holds
	Matters
	Cards
	Jobs
	Inbox
	Tickets
	Questions
	Policies
	Fences
	Watching
	Sessions
	Adoptions
	Audit
}

// Directory holds who works where. It has no names of people.
type Directory interface {
	// Person returns the person with this account, or by id.
	PersonByAccount(a Account) (Person, error)
	Person(id PersonID) (Person, error)
	// People lists everybody with at least one appointment, ordered by id.
	People() ([]Person, error)
	// SavePerson adds or replaces a person with accounts and appointments. An
	// account of somebody else is ErrConflict.
	SavePerson(p Person) error

	Organisation(id OrgID) (Organisation, error)
	Organisations() ([]Organisation, error) // ordered by id
	SaveOrganisation(o Organisation) error
}

// Casussen holds the casussen.
type Casussen interface {
	// AddCasus gives c the next free code of the year and stores it with a key of
	// its own. The Ref of c is ignored, and so is its Version; both are set in
	// the result. Codes are never used twice, also not after erasing.
	AddCasus(c Casus, year int) (Casus, error)

	Casus(ref Ref) (Casus, error)
	// CasusByRoom finds the casus of a room that is there.
	CasusByRoom(platform string, room ChannelID) (Casus, error)
	// SaveCasus replaces the casus and returns it with its new Version. When the
	// stored one has another Version than c it is ErrConflict.
	SaveCasus(c Casus) (Casus, error)
	// CasusRefs lists the codes with one of these statuses (none: all), ordered
	// by code, at most limit from after onwards; a limit ≤ 0 is no limit.
	CasusRefs(after Ref, limit int, statuses ...Status) ([]Ref, error)

	// RefsOf lists the casussen that a person is a member of, ordered by code. It
	// costs what is listed, however many casussen there are.
	RefsOf(id PersonID) ([]Ref, error)

	// CountCasussen counts the casussen with one of these statuses (none: all).
	CountCasussen(statuses ...Status) (int, error)

	// SetDue notes when something is next due for the casus, so that DueRefs finds
	// it; the zero time is never. A new casus is due until that was worked out, an
	// erased one never is.
	SetDue(ref Ref, at time.Time) error
	// Due is what SetDue noted, to the microsecond.
	Due(ref Ref) (time.Time, error)
	// DueRefs lists the casussen whose moment of SetDue is at or before at, earliest
	// first. It costs what is listed, however many casussen there are.
	DueRefs(at time.Time) ([]Ref, error)
	// DueKept is DueRefs with what the rules of retention ask of each, read at once.
	DueKept(at time.Time) ([]Kept, error)
	// RefsWithoutJob lists casussen with one of these statuses for which no job with
	// the id prefix+code waits or runs, ordered by code.
	RefsWithoutJob(prefix string, limit int, statuses ...Status) ([]Ref, error)

	// EraseCasus destroys the key of the casus, removes everything personal of it and
	// its blobs, and leaves the casus with status erased and the receipt. A live
	// hold is ErrConflict, checked under lock; a casus that was erased already is
	// no error and changes nothing. It returns how many of our own records went.
	EraseCasus(ref Ref, r Receipt) (records int, err error)
	Receipt(ref Ref) (Receipt, error)
}

// Consents holds every agreement and consent with its history. Nothing is ever
// overwritten but the moment of withdrawal.
type Consents interface {
	AddAgreement(a Agreement) error
	Agreements(ref Ref) ([]Agreement, error) // in the order in which they were added
	AddConsent(c Consent) error
	Consents(ref Ref) ([]Consent, error) // likewise
	// WithdrawConsent sets the moment of withdrawal, once: a second time is
	// ErrConflict.
	WithdrawConsent(ref Ref, id string, at time.Time) error
	WithdrawAgreement(ref Ref, id string, at time.Time) error
}

// Files holds what is known of each file. Its bytes are in Blobs.
type Files interface {
	AddFile(f File) error
	File(id FileID) (File, error)
	FilesOf(ref Ref) ([]File, error) // oldest first
	SaveFile(f File) error
	// FilesWaiting lists files in this state whose ExpiresAt is at or before t,
	// at most limit.
	FilesWaiting(state FileState, t time.Time, limit int) ([]File, error)
}

// Blobs holds the bytes of files, sealed with the key of their casus. Writing and reading stream:
// no whole file is in memory. Writing takes turns with updates, so it is never
// done inside one. Bytes that go while they are read end the reading with ErrGone.
type Blobs interface {
	// PutBlob stores what r gives as the bytes of file id of the casus and
	// returns how many there were. An error, also of r, leaves nothing. A second
	// put replaces the first.
	PutBlob(ctx context.Context, ref Ref, id FileID, r io.Reader) (int64, error)
	// OpenBlob returns the bytes; the caller closes. ErrNotFound, ErrGone. Seeking
	// reads nothing: a part of a large file costs what that part does.
	OpenBlob(ctx context.Context, ref Ref, id FileID) (io.ReadSeekCloser, error)
	// DropBlob removes the bytes; dropping what is not there is no error.
	DropBlob(ctx context.Context, ref Ref, id FileID) error
}

// Verdicts keeps each decision with the facts it was taken on.
type Verdicts interface {
	AddVerdict(v Verdict) error
	Verdict(id DecisionID) (Verdict, error)
	// VerdictsSince lists verdicts taken at or after t, in the order in which they
	// were taken, at most limit (≤ 0: no limit). Those of erased casussen are gone.
	VerdictsSince(t time.Time, limit int) ([]Verdict, error)
}

// Policy is a bundle of rules as it was proposed, whole, so that every decision
// taken with it can be replayed.
type Policy struct {
	Hash       string            // the bundle's identity
	Files      map[string][]byte // by name
	ProposedBy string            // who put it there; the operator's name on the machine, or "start"
	ProposedAt time.Time
	Loosens    bool      // it lets through what the active one did not
	ApprovedBy PersonID  // the second person, when it loosens
	ActiveFrom time.Time // zero: it was never active
}

// Policies keeps every bundle that was proposed.
type Policies interface {
	// AddPolicy stores p. One with a hash that is known changes nothing.
	AddPolicy(p Policy) error
	Policy(hash string) (Policy, error)
	// ActivatePolicy makes the bundle the active one, for every replica, from at
	// on. by is the second person who approved it, blank where none was needed.
	ActivatePolicy(hash string, by PersonID, at time.Time) error
	// WaitingPolicies lists the bundles that were never active, in the order in
	// which they were proposed.
	WaitingPolicies() ([]Policy, error)
	// ActivePolicy returns the bundle that was activated last.
	ActivePolicy() (Policy, error)
}

// Holds keeps what stops erasing.
type Holds interface {
	AddHold(h Hold) error
	Holds(ref Ref) ([]Hold, error) // in the order in which they were placed
	// ReleaseHold sets the moment of release, once: a second time is ErrConflict.
	ReleaseHold(ref Ref, id string, at time.Time) error
}

// Jobs keeps the work that transactions leave to be done.
type Jobs interface {
	// AddJob stores j under its ID. A job with an ID that is known, done ones
	// included, changes nothing: so an act that is repeated leaves one job.
	AddJob(j Job) error
	// FinishJob marks j done; its Body is forgotten unless MoveJob plans it again in
	// the same transaction. When another claim has a newer Token it is ErrConflict
	// and the transaction must not be kept.
	FinishJob(j Job) error
	// RetryJob gives the turn back, to be run at RunAt again with one more
	// attempt counted. cause is a short code, never content.
	RetryJob(j Job, at time.Time, cause string) error
	// BuryJob puts j before a person: it is not claimed again until revived.
	BuryJob(j Job, cause string) error
	// MoveJob sets RunAt of a job that waits, or revives a buried or done one; an unknown ID is ErrNotFound.
	MoveJob(id string, at time.Time) error
	// JobsOf lists the jobs of a casus that are not done, earliest first.
	JobsOf(ref Ref) ([]Job, error)
	// DueJobs counts jobs that may be claimed at now, and buried ones.
	DueJobs(now time.Time) (due, buried int, err error)
}

// Inbox keeps what came in until it was handled, sealed with a key of the
// installation.
type Inbox interface {
	// PutEvent stores the event. One whose Platform and ID are known, handled ones
	// included, is ErrConflict: it was delivered twice.
	PutEvent(e Event) error
	// Event returns the event with the id "platform:ID"; DropEvent takes the same.
	Event(id string) (Event, error)
	// DropEvent removes the content and keeps the ID.
	DropEvent(id string) error
}

// Ticket is a right to press one button or send one form, once.
type Ticket struct {
	Token   string // random; only its hash is stored
	Action  string // what it does, see actions.go
	Casus   Ref    // blank: of no casus
	Object  string // id of what it is about
	For     UserID // who may use it; blank: whoever has the right
	Body    []byte // sealed: what the step needs besides
	Expires time.Time
}

// Tickets keeps what buttons and forms may do.
type Tickets interface {
	AddTicket(t Ticket) error
	// Ticket returns a ticket that was not used and has not expired at now.
	Ticket(token string, now time.Time) (Ticket, error)
	// UseTicket marks it used. A used or expired one is ErrConflict.
	UseTicket(token string, now time.Time) error
	// UseNonce remembers a nonce until expires; a known one is ErrConflict.
	UseNonce(nonce string, expires time.Time) error
}

// Audit is the log of acts. Entries are only ever added; each is chained to the
// one before it in its casus and stands in one tree over all.
type Audit interface {
	// Record adds e in the transaction of the act it tells of and returns it with
	// its Seq. What the transaction wrote is tied to the last entry of its casus,
	// or else to its last entry: a transaction that writes records has an entry.
	Record(e Entry) (Entry, error)
	// Entries lists entries of a casus (blank: of all) from Seq after onwards,
	// at most limit (≤ 0: no limit).
	Entries(ref Ref, after int64, limit int) ([]Entry, error)
}
