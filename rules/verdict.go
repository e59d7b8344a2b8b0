package rules

import (
	"slices"
	"time"
)

// Effect is what follows for a share or a join. The zero effect is no.
type Effect uint8

const (
	Refuse Effect = iota
	NeedConsent
	Allow
)

var effectNames = [...]string{Refuse: "refuse", NeedConsent: "need_consent", Allow: "allow"}

func (e Effect) String() string { return effectNames[e] }

// Action is what should happen to a casus. The zero action is to keep it.
type Action uint8

const (
	Keep Action = iota
	Remind
	Archive
	AnnounceErasure
	Erase
	Human
)

var actionNames = [...]string{Keep: "keep", Remind: "remind", Archive: "archive", AnnounceErasure: "announce_erasure", Erase: "erase", Human: "human"}

func (a Action) String() string { return actionNames[a] }

// Reason is why, for a person: what happened, and what one can do now.
type Reason struct {
	// Code is one of the closed list of the bundle's messages.
	Code string
	// Text says what is the matter and Next what one can do about it, both in
	// plain Dutch. It is what holds.
	Text, Next string
	// English is the same in English, blank where the bundle does not have it.
	English Words
	// Source is the rule's origin and Mark how certain that is; both are empty
	// for a reason that comes from the bot itself.
	Source, Mark string
}

// Words are what a reason tells in another language than Dutch: what is the matter,
// and what one can do about it.
type Words struct{ Text, Next string }

// Verdict is the answer on a share or a join. The zero verdict refuses.
type Verdict struct {
	Effect Effect
	// Rule is the code of the matrix that decided, empty where none did.
	Rule string
	// Missing are the ids of who still has to say yes; empty unless Effect is
	// NeedConsent.
	Missing []string
	// Reasons are those of every failing clause, strongest effect first and
	// then in the bundle's order. An Allow may carry reasons too.
	Reasons []Reason
	// Exceptions are the codes that the deciding cell offers and whose
	// recipients are those of this room, in the matrix's order.
	Exceptions []string
	// Opened is the code of the exception that opened it, empty for none.
	Opened string
	// Warnings are the reasons of failing clauses in mode warn; Audited are
	// the codes of failing clauses in mode audit. Neither changes the effect.
	Warnings []Reason
	Audited  []string
	// Policy is the identity of the bundle, and Cost what deciding took in
	// CEL's units.
	Policy string
	Cost   uint64
}

// Has reports whether some reason carries the code.
func (v Verdict) Has(code string) bool {
	return slices.ContainsFunc(v.Reasons, func(r Reason) bool { return r.Code == code })
}

// Retention is the answer on what should happen to a casus. The zero value
// keeps it.
type Retention struct {
	Action Action
	// Due is when the action became due; with Keep, the next moment at which
	// anything can change. The zero time means there is none.
	Due     time.Time
	Rule    string
	Reasons []Reason
	Audited []string
	Policy  string
	Cost    uint64
}

// Has reports whether some reason carries the code.
func (r Retention) Has(code string) bool {
	return slices.ContainsFunc(r.Reasons, func(x Reason) bool { return x.Code == code })
}
