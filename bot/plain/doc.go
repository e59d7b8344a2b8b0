// Package plain is about what strangers wrote: whether it can stand where it goes,
// and how it is made harmless where it is shown.
//
// A purpose, a reason, the name of an organisation or of a file comes from outside
// and lands between words of our own, on platforms that read marks in it. Here it is
// judged (one line, every sign to be seen, long enough to say something), shortened,
// and made to address nobody, to lead nowhere and to look like nothing of ours.
//
// What it gives up: it does not judge what the words say. That a text names somebody
// is for bot/names.
//
// It is pure, and imports bot/text alone, since a text may still be in two languages.
// It must never import bot, a store, a chat or a clock.
package plain
