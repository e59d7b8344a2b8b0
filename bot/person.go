package bot

import "time"

// PersonID names a person in this installation: random, never derived from a
// name or an account. The holders of authority and the young person of one
// casus have ids that mean something only within it ("g1", "yp").
type PersonID string

// OrgID names an organisation, as the region pack and the directory spell it.
type OrgID string

// Account is one chat account of a person. People are found by it and by
// nothing else: never by a name or an e-mail address.
type Account struct {
	Platform string // "mattermost", "slack", "playground"
	User     UserID // the platform's own stable id
}

// Person is somebody with an account or an appointment. Names live on the chat
// platform; they are read there when shown and are not kept here.
type Person struct {
	ID           PersonID
	Accounts     []Account
	Appointments []Appointment
}

// Appointment is the capacity in which a person may act: for one organisation,
// in one sector, with one statutory task.
type Appointment struct {
	ID           string
	Organisation OrgID
	Sector       Sector
	Function     string    // for example "intern begeleider"
	Task         string    // the statutory task; blank keeps the person out of every room
	ConfirmedBy  string    // who of the organisation confirmed it
	ConfirmedAt  time.Time // zero: not confirmed, and then it does not count
	EndedAt      time.Time // zero: it lasts

	// ConfirmedUntil is when the confirmation is too old: from then on it does not
	// count until the organisation confirms it again. Zero: no end was set.
	ConfirmedUntil time.Time
	Own            bool // entered by the organisation itself, in the chat
}

// Counts reports whether the appointment may be acted upon at now: confirmed
// by the organisation, not too long ago, and not ended.
func (a Appointment) Counts(now time.Time) bool {
	return !a.ConfirmedAt.IsZero() && !a.ConfirmedAt.After(now) && (a.EndedAt.IsZero() || a.EndedAt.After(now)) && !a.Lapsed(now)
}

// Lapsed reports whether it only needs to be confirmed again to count.
func (a Appointment) Lapsed(now time.Time) bool {
	return !a.ConfirmedAt.IsZero() && (a.EndedAt.IsZero() || a.EndedAt.After(now)) && !a.ConfirmedUntil.IsZero() && !a.ConfirmedUntil.After(now)
}

// Counting lists the appointments of p that count at now, in their order.
func (p Person) Counting(now time.Time) []Appointment {
	var all []Appointment
	for _, a := range p.Appointments {
		if a.Counts(now) {
			all = append(all, a)
		}
	}
	return all
}

// Capacity returns the one appointment in which p acts at now. It is
// ErrNotFound when none counts and ErrConflict when several do: somebody who
// wears two hats has to say which one, the bot does not guess.
func (p Person) Capacity(now time.Time) (Appointment, error) {
	switch all := p.Counting(now); len(all) {
	case 0:
		return Appointment{}, ErrNotFound
	case 1:
		return all[0], nil
	}
	return Appointment{}, ErrConflict
}

// Organisation is a possible party of the convenant.
type Organisation struct {
	ID          OrgID
	Name        string
	SignedAt    string   // plain date YYYY-MM-DD of the accession form, blank when unsigned (PAR-04)
	AnnouncedAt string   // plain date on which the others were told, blank when they were not (PAR-04)
	DPO         PersonID // its functionaris gegevensbescherming
	Appointee   PersonID // who decides on exceptions and holds for it, and confirms who works there
	Mandate     string   // in which capacity somebody signed for it, such as "bestuurder"; no name
	LeftAt      string   // plain date from which on it is no party any more, blank while it is one
}
