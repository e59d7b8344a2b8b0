package bot

import "time"

// Casus is the situation of one young person within one casusoverleg. What
// says something about a person is sealed at rest with the key of the casus;
// the other fields may be searched and logged.
type Casus struct {
	Ref      Ref
	Region   string
	Kind     Kind
	Phase    Phase
	Status   Status
	Platform string
	Room     ChannelID // blank until the room is there
	Version  int64     // grows with each save; saving an older one is ErrConflict

	Coordinator PersonID // procesregisseur
	Deputy      PersonID // blank: none

	CircleAt           time.Time // when a new party last came in; what was approved before was not for them
	OpenedAt           time.Time
	LastActivityAt     time.Time
	ClosedAt           time.Time // zero: not closed; likewise below
	ExtendedUntil      time.Time
	ArchivedAt         time.Time
	ErasureAnnouncedAt time.Time
	ErasureRequestedAt time.Time
	ErasingSince       time.Time // erasing has begun; a hold comes too late
	ErasedAt           time.Time

	Private Private // sealed
}

// Private is what a casus holds about people. It is stored sealed and never
// logged.
type Private struct {
	Purpose     string // in one sentence
	YoungPerson YoungPerson
	Authority   []Holder
	Conflict    bool       // the holders of authority are known to disagree
	Invitation  Invitation // of parents and young person (S1, S2: always invited)
	Members     []Member
	Handovers   []Handover
	LeftRoom    []UserID   // members whom a person took out of the room, or who left it themselves
	Known       Details    `json:",omitzero"`  // what says who the people of the casus are, see known.go
	Words       []OwnWord  `json:",omitempty"` // whose messages are about the process by their own word, see say.go
	Affirmed    []Affirmed `json:",omitempty"` // what givers said themselves, see yes.go
	Aliases     []Alias    `json:",omitempty"` // what people call the casus for themselves, see roomline.go

	Supporters []Holder     // who supports parents or young person: "s1", "s2"
	Family     []FamilyNote // who was invited and heard, or why not, oldest first
	List       []ListLine   // of a list room: codes and who acts

	Former   []FormerRoom // rooms that were left behind, oldest first
	Gone     GoneSoFar    `json:",omitzero"` // what erasing removed from the platform already
	Reopened []Reopening  // why it was opened again, oldest first

	Unsafe     []PersonID `json:",omitempty"` // holders of authority to whom nobody reaches out, since somebody's safety is at stake
	ParentsSee string     `json:",omitempty"` // what a young person of 16 or older lets parents see on their card, see cardpass.go

	Meetings     []Meeting
	ActionPoints []ActionPoint
	Steps        []Step // lines of the checklist that somebody took on or finished
}

// YoungPerson is the young person whom a casus is about.
type YoungPerson struct {
	ID            PersonID // "yp"
	Born          string   // plain date YYYY-MM-DD, blank when unknown; then every share is refused
	LacksCapacity bool     // wilsonbekwaam (Jeugdwet art. 7.3.15)
	School        OrgID    // blank when not enrolled
	Account       UserID   // blank: takes part without an account
}

// Holder is somebody with parental authority: a parent, a guardian, or from 18
// on the curator or mentor of somebody who lacks capacity.
type Holder struct {
	ID      PersonID // "g1", "g2"
	Label   string   // for people, such as "moeder"
	Checked string   // how the authority was checked
	Account UserID   // blank: takes part without an account
}

// Invitation records that parents and young person were invited, or why not.
type Invitation struct {
	Invited bool
	Reason  string // when not invited
}

// Member is somebody in the room of a casus, in one capacity.
type Member struct {
	ID           PersonID
	Account      UserID
	Role         Role
	Organisation OrgID  // professionals only, likewise below
	Sector       Sector //
	Function     string
	Task         string
	Involved     bool
	Since        time.Time
	Until        time.Time // zero: no end
	Ended        string    // why it is over, see membership.go; blank: it was not noted yet, or goes on
	StandsInFor  PersonID  // whose place it is for a while; blank: their own
	Through      string    // of the family: by which kind of account, see family.go
}

// Handover is an organisation's word that it has taken over what it must keep
// itself, with what that was.
type Handover struct {
	Organisation OrgID
	ConfirmedAt  time.Time // zero: not confirmed
	Taken        []Taken   `json:",omitempty"`
	Wait         Wait      `json:",omitzero"`
}

// Taken is one thing that an organisation took over into a file of its own.
type Taken struct {
	Item   string // "talk", "agreements" or "file-" and its id
	Ground string // see grounds in takeover.go
	Why    string // of another ground than the listed ones
	By     PersonID
	At     time.Time
}

// Wait is an organisation's wish that nothing is erased for a while.
type Wait struct {
	From, Until time.Time // zero: none
	Reason      string
	By          PersonID
}

// Member returns the member with the account user.
func (c Casus) Member(user UserID) (Member, bool) {
	for _, m := range c.Private.Members {
		if m.Account == user && user != "" {
			return m, true
		}
	}
	return Member{}, false
}

// Allowed lists the accounts that may be in the room at now, in the order in
// which they joined.
func (c Casus) Allowed(now time.Time) []UserID {
	var users []UserID
	for _, m := range c.Private.Members {
		if m.Account != "" && (m.Until.IsZero() || m.Until.After(now)) {
			users = append(users, m.Account)
		}
	}
	return users
}

// Organisations lists the organisations of the professional members, each once,
// in the order in which they joined.
func (c Casus) Organisations() []OrgID {
	var orgs []OrgID
	seen := map[OrgID]bool{}
	for _, m := range c.Private.Members {
		if m.Role == Professional && !seen[m.Organisation] {
			seen[m.Organisation] = true
			orgs = append(orgs, m.Organisation)
		}
	}
	return orgs
}

// Hold stops the erasing of a casus for as long as it lives.
type Hold struct {
	ID         string
	Casus      Ref
	Reason     string // sealed
	PlacedBy   PersonID
	PlacedAt   time.Time
	ReleasedAt time.Time // zero: it lives
}
