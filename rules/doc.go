// Package rules judges. It loads a bundle of clauses written in YAML and CEL,
// takes a small struct of facts, and answers with a verdict that says what
// follows, which clause decided, and every reason in plain Dutch.
//
// # Who does what
//
// Joining stored records is Go's work and happens before this package is
// called: who must say yes, whose yes counts, how old someone is, when a term
// ends. A fact is an identifier, an enumeration, a count or a moment; it is
// never an effect and never the code of a rule. What follows from the facts
// is said by clauses only. That split is what keeps a clause readable for a
// jurist and its cost the same whatever the history of a casus.
//
// # What can go wrong
//
// The zero verdict refuses and the zero retention keeps. An error, a breach
// of a limit, a value that no fact may have, or a cell of the matrix without
// a clause refuses with the reason policy_error, and the caller gets the
// error as well, for its alarm. No clause can turn another's refusal into a
// yes; the one way past is an exception that a named person recorded, which
// is itself a fact, and it works only when every failing clause offers it.
//
// # What is given up
//
// Clauses see no list of consents and cannot search one; they see whether the
// consents were complete. A rule that needs a new view of the records needs a
// new fact, in Go.
//
// The package imports CEL and YAML, and nothing of ours but its own helper
// package yamlfile. It knows no casus store, no chat, no clock: now is a fact.
package rules
