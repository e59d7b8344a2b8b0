package oracle

import "time"

type person struct {
	ID string `json:"id"`
}

type member struct {
	ID           string `json:"id"`
	Role         string `json:"role"`
	Organisation string `json:"organisation"`
	Sector       string `json:"sector"`
	Party        bool   `json:"party"`
	Involved     bool   `json:"involved"`
}

type casus struct {
	Kind        string `json:"kind"`
	Phase       string `json:"phase"`
	Status      string `json:"status"`
	YoungPerson struct {
		ID            string  `json:"id"`
		Born          *string `json:"born"`
		LacksCapacity bool    `json:"lacks_capacity"`
		School        *string `json:"school"`
	} `json:"young_person"`
	Authority []person `json:"authority"`
	Conflict  bool     `json:"authority_conflict"`
	Members   []member `json:"members"`
}

// said is a consent or an agreement.
type said struct {
	Giver       string     `json:"giver"`
	Decision    string     `json:"decision"`
	Covers      []string   `json:"covers"`
	Discloser   string     `json:"discloser"`
	Recipients  []string   `json:"recipients"`
	Kinds       []string   `json:"kinds"`
	Purpose     string     `json:"purpose"`
	GivenAt     time.Time  `json:"given_at"`
	ExpiresAt   *time.Time `json:"expires_at"`
	WithdrawnAt *time.Time `json:"withdrawn_at"`
}

type shareInput struct {
	Now       time.Time `json:"now"`
	Casus     casus     `json:"casus"`
	Discloser string    `json:"discloser"`
	Purpose   string    `json:"purpose"`
	Document  struct {
		Name    string   `json:"name"`
		Kinds   []string `json:"kinds"`
		Affects []string `json:"affects"`
		Text    string   `json:"text"`
	} `json:"document"`
	Agreements []said `json:"agreements"`
	Consents   []said `json:"consents"`
	Exception  *struct {
		Code       string   `json:"code"`
		Reason     string   `json:"reason"`
		ApprovedBy string   `json:"approved_by"`
		Recipients []string `json:"recipients"`
	} `json:"exception"`
}

type joinInput struct {
	Now       time.Time `json:"now"`
	Casus     casus     `json:"casus"`
	Candidate struct {
		member
		Function  string  `json:"function"`
		Task      *string `json:"task"`
		Account   string  `json:"account"`
		Accession *struct {
			Signed    *string `json:"signed_at"`
			Announced *string `json:"announced_at"`
		} `json:"accession"`
	} `json:"candidate"`
	Agreements []said `json:"agreements"`
}

type retainInput struct {
	Now   time.Time `json:"now"`
	Casus struct {
		Kind      string     `json:"kind"`
		Status    string     `json:"status"`
		Opened    time.Time  `json:"opened_at"`
		Activity  time.Time  `json:"last_activity_at"`
		Closed    *time.Time `json:"closed_at"`
		Extended  *time.Time `json:"extended_until"`
		Announced *time.Time `json:"erasure_announced_at"`
		Requested *time.Time `json:"erasure_requested_at"`
		Handovers []struct {
			Confirmed *time.Time `json:"confirmed_at"`
		} `json:"handovers"`
		Holds []struct {
			Placed   time.Time  `json:"placed_at"`
			Released *time.Time `json:"released_at"`
		} `json:"holds"`
	} `json:"casus"`
}

// Answer is what the contracts say must come out.
type Answer struct {
	Effect     string // effect or action
	Rule       string
	Missing    []string
	Exceptions []string
	Code       string // a reason that must be there; empty: none in particular
	Due        time.Time
}
