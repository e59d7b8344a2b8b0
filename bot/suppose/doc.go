// Package suppose answers by the rules what somebody only describes: "may a school
// tell youth care about a diagnosis at 14?", outside any casus and with nobody's name.
//
// A sketch says a few enumerations and leaves others open. Every full sketch is
// judged once for a bundle, as a plain casus in which it would happen, with nothing
// recorded and then with the yeses; so who must say yes is the rules' own answer, and
// nothing is promised here that is refused later. What a sketch leaves open is asked
// only where it changes the answer.
//
// What it gives up: exceptions, which are recorded in a casus and by a person. The
// answer to a sketch is what holds without them.
//
// It imports judge, rules and text; time comes in as a function. It must never import
// bot, a store or a chat.
package suppose
