package rules

import "time"

// Never is the moment that does not come: the value of a due moment that does
// not apply. It lies after every moment that can be written in four digits of
// a year, so that a comparison with now is false without a special case.
var Never = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

// ShareFacts is everything the share rules may see: may this file or message
// be posted? Each string has a closed list of values (see enums.go); the empty
// string is in none of them, so that a fact that was forgotten is refused.
type ShareFacts struct {
	Now       time.Time `cel:"now" json:"now"`
	CasusKind string    `cel:"casus_kind" json:"casus_kind"`
	Phase     string    `cel:"phase" json:"phase"`
	Status    string    `cel:"status" json:"status"`
	// Age is the young person's band at Now in Europe/Amsterdam, or unknown.
	Age string `cel:"age" json:"age"`
	// Role and Sector are the discloser's; Sector is none for who is not a
	// professional.
	Role   string `cel:"role" json:"role"`
	Sector string `cel:"sector" json:"sector"`
	// Audience is buiten when a professional in the room is no party or not
	// involved with this young person.
	Audience string `cel:"audience" json:"audience"`
	// Standing says for whom the discloser speaks: as a professional, about
	// themselves, as who represents the young person, or as anyone else.
	Standing string `cel:"standing" json:"standing"`
	// Affects says whether the content is about someone besides the discloser
	// and the young person.
	Affects string `cel:"affects" json:"affects"`
	// Classified is no when the kinds are still to be chosen; Possible then
	// counts the kinds that would not be refused.
	Classified string `cel:"classified" json:"classified"`
	Possible   int    `cel:"possible" json:"possible"`
	// BSN and Criminal say where such data came from, or none.
	BSN      string `cel:"bsn" json:"bsn"`
	Criminal string `cel:"criminal" json:"criminal"`
	// Heaviest is the heaviest kind of data in the document, none without any.
	Heaviest string `cel:"heaviest" json:"heaviest"`
	// Order is the order in which people are named as missing.
	Order []string `cel:"-" json:"order"`
	// Parts are the data kinds, heaviest first, each judged on its own.
	Parts []PartFacts `cel:"-" json:"parts"`
}

// PartFacts is what the share rules may see about one kind of data.
type PartFacts struct {
	Kind string `cel:"kind" json:"kind"`
	// Ceiling says whether phase and kind of casusoverleg take this data.
	Ceiling string `cel:"ceiling" json:"ceiling"`
	// Deciders is nobody when authority has to decide and nobody holds it.
	Deciders string `cel:"deciders" json:"deciders"`
	// Consent and Agreement say whether everyone who must say yes did.
	Consent   string `cel:"consent" json:"consent"`
	Agreement string `cel:"agreement" json:"agreement"`
	// ConsentMissing and AgreementMissing are the ids of who did not, the
	// young person first, then authority in the given order.
	ConsentMissing   []string `cel:"consent_missing" json:"consent_missing"`
	AgreementMissing []string `cel:"agreement_missing" json:"agreement_missing"`
	// Exception is the code of a recorded exception that is reasoned, approved
	// by someone else than the discloser, and names every recipient of this
	// kind; or none. Fits are the codes that the recipients fit. Clauses do not
	// see them: which codes open a clause is written in its exceptions.
	Exception string   `cel:"-" json:"exception"`
	Fits      []string `cel:"-" json:"fits"`
}

// JoinFacts is everything the join rules may see: may this person be in the
// room?
type JoinFacts struct {
	Now       time.Time `cel:"now" json:"now"`
	CasusKind string    `cel:"casus_kind" json:"casus_kind"`
	Status    string    `cel:"status" json:"status"`
	Age       string    `cel:"age" json:"age"`
	// Role and Sector are the candidate's; Sector is none for who is not a
	// professional.
	Role    string `cel:"role" json:"role"`
	Sector  string `cel:"sector" json:"sector"`
	Account string `cel:"account" json:"account"`
	// Region says whether the region has this kind of casusoverleg.
	Region    string `cel:"region" json:"region"`
	Member    string `cel:"member" json:"member"`
	Accession string `cel:"accession" json:"accession"`
	Involved  string `cel:"involved" json:"involved"`
	Task      string `cel:"task" json:"task"`
	Police    string `cel:"police" json:"police"`
	// Participant says whether the candidate's sector takes part in this kind.
	Participant string `cel:"participant" json:"participant"`
	// Outside counts the organisations outside education with the candidate
	// in; OutsideLimit is how many the kind takes, 0 for no limit.
	Outside      int `cel:"outside" json:"outside"`
	OutsideLimit int `cel:"outside_limit" json:"outside_limit"`
	// Party is new when nobody of the same organisation and sector is a
	// member; a supporter is always new.
	Party string `cel:"party" json:"party"`
	// ByLaw says why no agreement is asked of this candidate, or none.
	ByLaw string `cel:"by_law" json:"by_law"`
	// Relation is what a candidate who is not a professional is to the young
	// person.
	Relation  string   `cel:"relation" json:"relation"`
	Deciders  string   `cel:"deciders" json:"deciders"`
	Agreement string   `cel:"agreement" json:"agreement"`
	Missing   []string `cel:"missing" json:"missing"`
}

// RetainFacts is everything the retention rules may see: what should happen to
// this casus now? The moments are worked out in Go as calendar time; one that
// does not apply, or that was done, is Never.
type RetainFacts struct {
	Now       time.Time `cel:"now" json:"now"`
	CasusKind string    `cel:"casus_kind" json:"casus_kind"`
	Status    string    `cel:"status" json:"status"`
	Hold      string    `cel:"hold" json:"hold"`
	Request   string    `cel:"request" json:"request"`
	RequestAt time.Time `cel:"request_at" json:"request_at"`
	// SilentAt, LongSilentAt and LongOpenAt are for an open casus.
	SilentAt     time.Time `cel:"silent_at" json:"silent_at"`
	LongSilentAt time.Time `cel:"long_silent_at" json:"long_silent_at"`
	LongOpenAt   time.Time `cel:"long_open_at" json:"long_open_at"`
	// ArchiveAt, AnnounceAt and EraseAt are for a closed or archived one.
	ArchiveAt  time.Time `cel:"archive_at" json:"archive_at"`
	AnnounceAt time.Time `cel:"announce_at" json:"announce_at"`
	EraseAt    time.Time `cel:"erase_at" json:"erase_at"`
	// Handover says whether every party confirmed that it took over what it
	// must keep; HandoverEndsAt is until when a missing one holds erasing up.
	Handover       string    `cel:"handover" json:"handover"`
	HandoverEndsAt time.Time `cel:"handover_ends_at" json:"handover_ends_at"`
}
