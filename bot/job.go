package bot

import "time"

// JobKind names what a job does.
type JobKind string

// The jobs.
const (
	JobSetUp       JobKind = "set_up"       // make the room of a casus and fill it
	JobReconcile   JobKind = "reconcile"    // bring a room's members in line with the allowed ones
	JobRemove      JobKind = "remove"       // take one stranger out of a room
	JobPostFile    JobKind = "post_file"    // post an approved file for its poster
	JobHideFile    JobKind = "hide_file"    // take a file out of sight whose consent was withdrawn
	JobTell        JobKind = "tell"         // say something in a room or to a person
	JobRetain      JobKind = "retain"       // look what should happen to a casus now
	JobArchive     JobKind = "archive"      // make a room read-only
	JobErase       JobKind = "erase"        // remove a room and everything about the casus
	JobSweep       JobKind = "sweep"        // remove what waited too long in quarantine
	JobUnsay       JobKind = "unsay"        // remove what was told in private about a casus; done when it is erased
	JobTakeOver    JobKind = "take_over"    // hand an organisation what it chose to keep itself
	JobReplan      JobKind = "replan"       // work out anew when casussen are due, a page of them
	JobMatter      JobKind = "matter"       // remind of something that waits for a person
	JobHideMessage JobKind = "hide_message" // take a message out of sight that stands in the wrong room
	JobImport      JobKind = "import"       // take documents into the region's library
	JobYesReceipt  JobKind = "yes_receipt"  // give somebody a receipt of a yes or no
	JobSayFor      JobKind = "say_for"      // post a message for its writer that was held
	JobInvite      JobKind = "invite"       // give one member the calendar file of a meeting
	JobDigest      JobKind = "digest"       // tell everybody in the morning what is asked of them
	JobHandIn      JobKind = "hand_in"      // take in a file that was handed over by a form
	JobEvent       JobKind = "event"        // handle one event of the inbox
)

// Job is work that a transaction left to be done: at RunAt, at least once, one
// at a time for each casus. Every job looks before it acts.
type Job struct {
	ID       string
	Kind     JobKind
	Casus    Ref    // blank: of no casus
	Object   string // id of what it is about; never content
	Body     []byte // sealed: what the step needs besides
	RunAt    time.Time
	Attempts int
	Token    int64 // of the lease; grows with each claim
}

// MaxAttempts is how often a job is tried before it is put before a person.
const MaxAttempts = 12

// Backoff returns how long a job waits after its n-th failed try: from a second,
// doubling, to at most ten minutes.
func Backoff(n int) time.Duration {
	d := time.Second << min(max(n-1, 0), 16)
	return min(d, 10*time.Minute)
}
