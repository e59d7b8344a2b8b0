package main

import "time"

// Assumptions are the people of the model and the prices of its machines. Where
// a number is drawn, the comment names the distribution.
type Assumptions struct {
	Regions  int   // region i has a share of the casussen by a lognormal weight, sigma RegionSigma
	Casussen int   // opened over all years
	Years    int   // of arrivals; the clock stops at their end
	Seed     int64 // of every draw

	RegionSigma float64
	// Months is how the arrivals of a year lie over January to December, in
	// hundredths: the school year starts in September, the summer is still. Within
	// a month every working day has the same chance, and an hour from 8 to 17.
	Months [12]int
	// Kinds are the kinds of casusoverleg with their share, in hundredths.
	Kinds []Share

	OpenDays      float64 // median of how long a casus is open; lognormal, sigma OpenSigma, at most 3 years
	OpenSigma     float64
	ActivityDays  float64 // mean gap between two acts in an open casus; exponential
	Dormant       float64 // share that falls silent after 40% of its time
	Members       float64 // mean above 3; Poisson
	MeetingDays   float64 // a meeting each so many days, and one at the start
	Files         float64 // mean; Poisson
	FileKiB       float64 // median size; lognormal, sigma 1.2, at most 100 MiB
	Consents      float64 // mean above 1; Poisson
	Withdrawn     float64 // chance for each consent
	Held          float64 // chance of a hold, at an even moment from opening to the end of the term
	HeldDays      float64 // median of how long; lognormal, sigma 0.8
	Requested     float64 // chance that somebody asks for erasure while it is open or closed
	Parties       float64 // mean above 1 that must confirm what they take over; Poisson
	HandoverDays  float64 // mean until a party confirms after closing; exponential
	HandoverLate  float64 // share of parties that only confirm after a person asks
	PersonDays    float64 // mean until a person acts on what is put before them; exponential
	EventsPerAct  float64 // events of the platform per act: joins, messages to the bot, buttons
	AuditTermDays int     // how long after erasing the text of entries stays; audit.casus_days

	PeakHour  float64 // share of a day's acts in its busiest hour
	PeakBurst float64 // and how much busier than that hour its busiest minute is
	// PlatformPerSecond is how many calls one chat server takes from the bot;
	// CallsPerEvent how many one event costs. Each region has its own server.
	PlatformPerSecond float64
	CallsPerEvent     float64
	NightHours        float64 // in which the nightly work has to end

	EuroPerCPUHour  float64 // of a core of a rented machine
	EuroPerGBMonth  float64 // of replicated block storage
	CopiesOfStorage float64 // the database, its standby and its backups
	Utilisation     float64 // how much of a core that is paid for is used
}

// Share is a part of a whole, in hundredths.
type Share struct {
	Name string
	Of   int
}

// Defaults are the assumptions of `make simulate`.
func Defaults() Assumptions {
	return Assumptions{
		Regions: 400, Casussen: 1_000_000, Years: 20, Seed: 1, RegionSigma: 0.8,
		Months: [12]int{11, 8, 10, 8, 8, 5, 1, 3, 14, 13, 12, 7},
		Kinds:  []Share{{"mdo", 55}, {"bilateraal", 20}, {"zat", 10}, {"zorgplatform", 7}, {"tom_tafel_po", 8}},

		OpenDays: 63, OpenSigma: 0.9, ActivityDays: 9, Dormant: 0.12, Members: 4, MeetingDays: 42,
		Files: 6, FileKiB: 180, Consents: 2, Withdrawn: 0.03, Held: 0.015, HeldDays: 120, Requested: 0.005,
		Parties: 2, HandoverDays: 5, HandoverLate: 0.04, PersonDays: 10, EventsPerAct: 4, AuditTermDays: 1825,

		PeakHour: 0.2, PeakBurst: 5, PlatformPerSecond: 10, CallsPerEvent: 3, NightHours: 6,
		EuroPerCPUHour: 0.04, EuroPerGBMonth: 0.12, CopiesOfStorage: 3, Utilisation: 0.3,
	}
}

// begin is when the clock starts: a first of January, in UTC.
var begin = time.Date(2027, time.January, 1, 0, 0, 0, 0, time.UTC)

// end is when it stops.
func (a Assumptions) end() time.Time { return begin.AddDate(a.Years, 0, 0) }
