package telemetry

// Kind is what an instrument does.
type Kind string

// The kinds of instrument.
const (
	Counter   Kind = "counter"   // only grows
	Histogram Kind = "histogram" // how values are spread
	Gauge     Kind = "gauge"     // as it is when it is asked
)

// Instrument is one row of the table.
type Instrument struct {
	Name    string // as OpenTelemetry has it; see Prometheus
	Kind    Kind
	Unit    string // UCUM: "s", "By", or what is counted in braces; "1": yes or no
	Labels  []string
	Meaning string // what it says, for who watches over the bot
}

// The instruments. Their names are promises to dashboards and alarms.
const (
	Decisions        = "convenantbot.decisions"
	DecisionReasons  = "convenantbot.decision.reasons"
	DecisionDuration = "convenantbot.decision.recorded.duration"
	Uploads          = "convenantbot.uploads"
	UploadDuration   = "convenantbot.upload.duration"
	GateRefusals     = "convenantbot.gate.refusals"
	Acts             = "convenantbot.acts"
	EventsIn         = "convenantbot.events.received"
	EventsOut        = "convenantbot.events.handled"
	JobsEnded        = "convenantbot.jobs.ended"
	JobDuration      = "convenantbot.job.duration"
	JobWait          = "convenantbot.job.wait"
	QueueLength      = "convenantbot.queue.length"
	QueueOldest      = "convenantbot.queue.oldest.age"
	DeadLetters      = "convenantbot.queue.dead"
	Duty             = "convenantbot.duty.held"
	DutyToken        = "convenantbot.duty.token"
	Fenced           = "convenantbot.duty.fenced"
	Strangers        = "convenantbot.room.strangers"
	LeakWindow       = "convenantbot.room.leak.window"
	RetentionDue     = "convenantbot.retention.due"
	RetentionHeld    = "convenantbot.retention.held"
	RetentionErased  = "convenantbot.retention.erased"
	CheckpointAge    = "convenantbot.audit.checkpoint.age"
	AuditVerified    = "convenantbot.audit.verified"
	Answers          = "convenantbot.answers"
	AnswerDuration   = "convenantbot.answer.duration"
	PlatformCalls    = "convenantbot.platform.calls"
	PlatformDuration = "convenantbot.platform.call.duration"
	RedisCalls       = "convenantbot.redis.calls"
	RedisDuration    = "convenantbot.redis.call.duration"
	SQLCalls         = "convenantbot.sql.transactions"
	SQLDuration      = "convenantbot.sql.transaction.duration"
	Ready            = "convenantbot.replica.ready"
	Replicas         = "convenantbot.replica.count"
	Plugin           = "convenantbot.plugin.here"
	Memory           = "convenantbot.memory"
	Goroutines       = "convenantbot.goroutines"
	Unlisted         = "convenantbot.telemetry.unlisted"
)

// Table returns every instrument, in the order in which pages show them.
func Table() []Instrument {
	return []Instrument{
		{Decisions, Counter, "{decision}", []string{"about", "effect"}, "decisions that were recorded, by question and verdict"},
		{DecisionReasons, Counter, "{reason}", []string{"reason"}, "reasons of decisions that were recorded; one decision can have several"},
		{DecisionDuration, Histogram, "s", []string{"about"}, "from the beginning of the transaction that decides to its record being safe"},
		{Uploads, Counter, "{file}", []string{"outcome"}, "files on their way into a channel, by what the gate answered"},
		{UploadDuration, Histogram, "s", nil, "how long the gate took over one file, its bytes included"},
		{GateRefusals, Counter, "{refusal}", []string{"gate"}, "what a gate stopped: a file, a message, or something that somebody may not do"},
		{Acts, Counter, "{act}", []string{"act", "outcome"}, "entries of the audit log, by act"},
		{EventsIn, Counter, "{event}", []string{"event", "outcome"}, "events of the chat platform that came in, by kind; repeats included"},
		{EventsOut, Counter, "{event}", []string{"outcome"}, "events that were handled to their end, or given up"},
		{JobsEnded, Counter, "{job}", []string{"kind", "outcome"}, "turns at jobs that ended: done, to be tried again, or put before a person"},
		{JobDuration, Histogram, "s", []string{"kind"}, "how long one turn at a job took"},
		{JobWait, Histogram, "s", nil, "how long a job was due before somebody took it up"},
		{QueueLength, Gauge, "{job}", nil, "jobs that are due now and wait"},
		{QueueOldest, Gauge, "s", nil, "how long the oldest of them has been due"},
		{DeadLetters, Gauge, "{job}", nil, "jobs that were given up and wait for a person"},
		{Duty, Gauge, "1", []string{"duty"}, "whether this copy has the duty: 1 or 0; all copies together have 1"},
		{DutyToken, Gauge, "{token}", []string{"duty"}, "the number of the lease that this copy last had; it grows with each change of hands"},
		{Fenced, Counter, "{transaction}", nil, "transactions that were kept out since somebody else had the duty by then"},
		{Strangers, Counter, "{person}", nil, "people who were in a room of a casus without a right to, and were taken out"},
		{LeakWindow, Histogram, "s", nil, "from a stranger being noticed in a room to their being out of it"},
		{RetentionDue, Gauge, "{casus}", nil, "casussen for which something of their retention is due now"},
		{RetentionHeld, Gauge, "{hold}", nil, "holds that stop an erasure now"},
		{RetentionErased, Counter, "{casus}", nil, "casussen that were erased"},
		{CheckpointAge, Gauge, "s", nil, "how long ago the audit log was last signed, while there is more to sign than that; else 0"},
		{AuditVerified, Gauge, "1", nil, "what the last check of the whole audit log found: 1 whole, 0 broken; absent before the first"},
		{Answers, Counter, "{answer}", []string{"outcome"}, "questions that were answered, or not"},
		{AnswerDuration, Histogram, "s", nil, "how long an answer took"},
		{PlatformCalls, Counter, "{call}", []string{"status"}, "calls to the chat platform, by the class of their status"},
		{PlatformDuration, Histogram, "s", nil, "how long a call to the chat platform took, repeats included"},
		{RedisCalls, Counter, "{call}", []string{"call", "outcome"}, "calls to the coordination"},
		{RedisDuration, Histogram, "s", []string{"call"}, "how long a call to the coordination took, waiting for work left out"},
		{SQLCalls, Counter, "{transaction}", []string{"transaction", "outcome"}, "transactions of the store; a refusal that the bot meant is no failure"},
		{SQLDuration, Histogram, "s", []string{"transaction"}, "how long a transaction of the store took"},
		{Ready, Gauge, "1", nil, "whether this copy can do its work now: 1 or 0"},
		{Replicas, Gauge, "{copy}", nil, "copies of the bot that are there, as this one knows"},
		{Plugin, Gauge, "1", nil, "whether the plugin answered when it was last asked: 1 or 0"},
		{Memory, Gauge, "By", nil, "memory that this copy has from the system"},
		{Goroutines, Gauge, "{goroutine}", nil, "goroutines of this copy"},
		{Unlisted, Counter, "{value}", []string{"label"}, "label values that are in no list and were shown as other: a list is behind the program"},
	}
}

// The names of spans. Work that somebody asked for begins with one of the first
// three; the others stand below it.
const (
	SpanReceive  = "event.receive" // an event is stored
	SpanUpload   = "gate.upload"   // a file is judged
	SpanPosting  = "gate.posting"  // a message is judged
	SpanSubmit   = "form.submit"   // a form is handled
	SpanJob      = "job"           // a use case does its work; its label says which
	SpanAnswer   = "answer"        // a question is answered
	SpanView     = "store.view"
	SpanUpdate   = "store.update"
	SpanClaim    = "store.claim"
	SpanPlatform = "platform.call"
)

// Spans lists the names of spans.
func Spans() []string {
	return []string{SpanReceive, SpanUpload, SpanPosting, SpanSubmit, SpanJob, SpanAnswer, SpanView, SpanUpdate, SpanClaim, SpanPlatform}
}

// Other stands for a value that is in no list.
const Other = "other"
