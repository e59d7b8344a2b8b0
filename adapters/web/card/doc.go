// Package card is the pages of the ouderkaart: a parent or a young person opens
// them with the code on paper and a PIN, and sees and decides without an account.
//
// Everything works without script; there is none. Every page is made for a phone
// held in one hand, reads from right to left where the language does, and is gone
// from the browser when it is closed. No address holds anything about anybody: the
// only thing of a person that an address ever has is the code on paper, which opens
// nothing by itself. What goes wrong on the way in looks the same and takes as long,
// whatever it is.
//
// It knows the use cases of package bot and decides nothing: each page asks anew
// what may be seen, so that a birthday or a card that was withdrawn counts at the
// next touch.
package card
