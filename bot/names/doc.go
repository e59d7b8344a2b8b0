// Package names finds what says who somebody is in what people write: the names,
// birthdays, addresses and telephone numbers that are known of one casus.
//
// It looks for what it was told and for nothing else. So it can be tolerant: to
// case, accents, invisible characters, the order of a name's parts, and a slip of
// the finger. Two guess without being told: FindFirst that some word is a name, for
// rooms in which nobody is named, and Personal that a text says who somebody is,
// for questions that others would read. What it gives up on purpose:
//
//   - a name that is also a word ("Lente", "Roos", "Bakker") is not found where
//     it stands as that word does: in small letters, behind an article, or at the
//     start of a sentence without a verb behind it;
//   - a slip of the finger is looked for in longer names with a capital alone;
//   - a nickname that nobody told it.
//
// It is pure: no store, no clock, no texts for people. It imports nothing of ours
// but the leaf that knows a BSN, and must never import bot.
package names
