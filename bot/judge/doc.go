// Package judge is the convenant's arithmetic: it turns what is recorded about
// a casus into the small facts that the rules judge, and hands back their
// verdict. The command line's stateless decisions and the running bot both come
// through here.
//
// What is worked out here, each in a file of its own: how old someone is, who
// reads along, who must say yes and whose yes counts, what an exception covers,
// how heavy a phase takes, and when a term ends. What follows from it is said
// by clauses in package rules, and nowhere here.
//
// The hard part is that a yes is never just a yes. It is given by a person who
// must be the one that decides on that day, for one discloser, one purpose,
// named kinds and named recipients; it ends, it is withdrawn, it is undone by a
// later no, and it lapses on a birthday. Each of these is a sentence of the
// contracts (A1 to A21, J1 to J5, R1 to R7), and the code says which one it
// carries out.
//
// Unknown is a value. What could not be read is not given; what could not be
// worked out is a no.
//
// The package imports rules, its region packs, and the leaves that find a BSN and
// know the zone.
// It must never import a store, a chat or a clock: now comes in with the input.
package judge
