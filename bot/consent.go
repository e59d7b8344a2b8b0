package bot

import "time"

// Agreement is a yes or no to holding this casusoverleg with these parties
// (casusinstemming; consent matrix, chapter 6). It lifts no secrecy.
type Agreement struct {
	ID          string
	Casus       Ref
	Giver       PersonID // sealed, likewise below
	Decision    Decision
	Covers      []OrgID // organisations, and supporters by their own id
	How         string
	NotedBy     PersonID
	GivenAt     time.Time
	WithdrawnAt time.Time // zero: it stands
}

// Consent is a yes or no that lets one discloser share named kinds of data with
// named recipients for one purpose (Jeugdwet art. 7.3.11; UAVG art. 22).
type Consent struct {
	ID          string
	Casus       Ref
	Giver       PersonID // sealed, likewise below
	Capacity    string   // gezag, jongere, voogd, curator
	Decision    Decision
	Discloser   OrgID
	Recipients  []OrgID
	Kinds       []DataKind
	Purpose     string
	How         string
	NotedBy     PersonID
	GivenAt     time.Time
	ExpiresAt   time.Time // zero: no end was agreed, and then it never counts
	WithdrawnAt time.Time // zero: it stands
}
