// Package story has the stories of the bot's own pages: the built program, the
// try-out's chat, and people in real browsers who click.
//
// Four kinds of people: members of an overleg who read a document from the vault,
// somebody who brings one in, parents and young people with a card on their phone,
// and those who watch over casussen: an FG, an appointee and a procesregisseur with
// the overview. Everything they see is made in the run itself: the overleg, the
// yeses, the documents, the cards, the holds.
//
// Each page is also held against WCAG 2.2 AA with axe-core, in every language it
// speaks, on a desk and on a phone, by day and by night; `make screenshots` keeps a
// picture of it. What is fast is measured and logged; no story fails on a clock.
package story
