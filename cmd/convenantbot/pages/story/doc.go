// Package story has the stories of the bot's own pages: the built program, the
// try-out's chat, and people in real browsers who click.
//
// Three kinds of people: members of an overleg who read a document from the vault,
// somebody who brings one in, and parents and young people with a card on their
// phone. Everything they see is made in the run itself: the overleg, the yeses, the
// documents, the cards.
//
// Each page is also held against WCAG 2.2 AA with axe-core, in every language it
// speaks, and `make screenshots` keeps a picture of it. What is fast is measured and
// logged; no story fails on a clock.
package story
